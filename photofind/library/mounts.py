"""What a folder really is: which one of its name, and which drives are mounted in it. No watch tells either."""

import os
import re
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")  # Linux: proc_pid_mountinfo(5); elsewhere, watches see through mounts


def mounts() -> dict[str, str]:
    """Each mount point with what tells its drive from another one there; nothing where the system does not say."""
    try:
        lines = _MOUNTS.read_bytes().splitlines()
    except OSError:
        return {}
    found: dict[str, str] = {}
    for line in lines:
        mount_id, _, device, _, point, *_ = line.split(b" ")
        unescaped = re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), point)
        found[os.fsdecode(unescaped)] = os.fsdecode(mount_id + b" " + device)
    return found


def identity_of(folder: str) -> tuple[int, int] | None:
    """What tells this folder from another one of the same name; None where there is none that can be listed."""
    try:
        with os.scandir(folder):
            status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino
