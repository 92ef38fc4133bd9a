import os
import signal
import subprocess
import sys
import textwrap
import time
from pathlib import Path

import psutil
import pytest

_PARENT = """
    import multiprocessing, os, sys, time
    from photofind.core.helper_process import end_with_parent, lifeline

    def help(line, parent_pid):
        end_with_parent(line, parent_pid)
        print(os.getpid(), flush=True)
        while True:
            time.sleep(1)

    if __name__ == "__main__":
        process = multiprocessing.get_context("spawn").Process(target=help, args=(lifeline(), os.getpid()))
        process.start()
        process.join()
"""


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_helper_ends_with_its_parent_whatever_ended_that(ending: signal.Signals, tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(_PARENT))
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        helper = psutil.Process(int(parent.stdout.readline()))
        parent.send_signal(ending)
        parent.wait(timeout=20)
        deadline_s = time.monotonic() + 20
        while helper.is_running() and helper.status() != psutil.STATUS_ZOMBIE:
            assert time.monotonic() < deadline_s, "the helper outlived its parent"
            time.sleep(0.02)


def test_a_helper_leaves_ctrl_c_to_its_parent(tmp_path: Path) -> None:
    script = tmp_path / "parent.py"
    script.write_text(textwrap.dedent(_PARENT))
    with subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        helper = psutil.Process(int(parent.stdout.readline()))
        os.kill(helper.pid, signal.SIGINT)
        with pytest.raises(psutil.TimeoutExpired):
            helper.wait(timeout=0.5)
        parent.kill()
