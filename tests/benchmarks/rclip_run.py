"""rclip from PyPI in an environment of its own, with the weights that everybody else runs with."""

import os
import subprocess
import tempfile
import time
from pathlib import Path

from packages import make_environment, pip_install

VERSION = "3.3"


class Rclip:
    """``environment`` is made when it is missing; ``models`` is where its ONNX files lie."""

    def __init__(self, environment: Path, models: Path) -> None:
        """Raises CalledProcessError when it cannot be installed."""
        self._command = environment / "bin" / "rclip"
        self._models = models
        if not self._command.exists():
            make_environment(environment)
            pip_install(environment / "bin" / "python", f"rclip=={VERSION}.*")

    def seconds(self, photos: Path) -> float:
        """The whole command, from nothing: an empty index each time. Raises RuntimeError when it indexes less than all."""
        with tempfile.TemporaryDirectory() as home:
            data = Path(home, "rclip")
            data.mkdir()
            for entry in self._models.iterdir():
                (data / entry.name).symlink_to(entry)
            environment = {**os.environ, "HOME": home, "RCLIP_DATADIR": str(data), "HF_HUB_OFFLINE": "1"}
            environment.pop("PYTHONPATH", None)
            count = len(list(photos.iterdir()))
            command = [str(self._command), "--filepath-only", "--top", str(count), "a dog in the snow"]
            began_s = time.monotonic()
            outcome = subprocess.run(command, cwd=photos, env=environment, capture_output=True, text=True, check=False)
            seconds = time.monotonic() - began_s
        found = len(outcome.stdout.split("\n")) - 1
        if outcome.returncode or found != count:
            raise RuntimeError(f"rclip found {found} of {count} photos: {outcome.stderr[-400:]}")
        return seconds
