import subprocess
import sys
import time

from photofind.config.process_age import process_age_s


def test_the_age_of_a_process_grows_with_the_clock() -> None:
    before_s, clock_s = process_age_s(), time.monotonic()
    while time.monotonic() - clock_s < 0.05:
        pass
    assert 0 < before_s < process_age_s()


def test_the_age_counts_from_the_start_of_the_process() -> None:
    code = "from photofind.config.process_age import process_age_s; print(process_age_s())"
    began_s = time.monotonic()
    age_s = float(subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout)
    assert 0 < age_s < time.monotonic() - began_s + 0.02  # ticks are 10 ms
