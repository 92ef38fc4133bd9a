"""What is mounted where. Proven on Linux (proc_pid_mountinfo(5)); elsewhere psutil says less, and has not been tried."""

import contextlib
import os
import re
import select
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil  # type: ignore[import-untyped]

from photofind.core.tree import is_at_or_below

_MOUNTS = Path("/proc/self/mountinfo")
# Beginnings of the kinds of file systems on which others write whom this system does not see: servers, hosts of virtual
# machines, services behind FUSE.
_OF_A_NETWORK = (
    *("nfs", "cifs", "smb", "9p", "afs", "ceph", "glusterfs", "davfs", "lustre", "beegfs", "ocfs2", "gfs2"),
    *("virtiofs", "vboxsf", "vmhgfs", "prl_fs", "drvfs"),
    *(f"fuse.{name}" for name in ("sshfs", "rclone", "gvfsd", "kio", "davfs", "s3fs", "gcsfuse", "gluster", "ceph", "vmhgfs")),
    *(f"fuse.{name}" for name in ("smbnetfs", "juicefs", "onedriver", "google-drive", "curlftpfs")),
)


@dataclass(frozen=True, slots=True)
class Mount:
    """``root`` is the folder of the file system that is seen at ``point``; ``device`` is major:minor, "" if unknown.

    ``number`` tells one mounting from the next one at the same place.
    """

    point: str
    root: str
    device: str
    kind: str
    source: str
    number: str = ""


def mount_table() -> list[Mount]:
    """All mounts, later ones over earlier ones; nothing where the system does not say. Any thread."""
    if sys.platform == "linux":
        try:
            return [_mount(line) for line in _MOUNTS.read_bytes().splitlines()]
        except (OSError, ValueError):
            return []
    return [Mount(part.mountpoint, "/", "", part.fstype, part.device) for part in psutil.disk_partitions(all=True)]


class MountNews:
    """Says whether anything was mounted or unmounted, however soon it was undone: numbers of mounts and devices are used
    again at once. Linux tells by poll(2) on its table (proc_pid_mounts(5)); elsewhere nothing is told. One thread.
    """

    def __init__(self) -> None:
        self._descriptor = -1
        if sys.platform == "linux":
            with contextlib.suppress(OSError):
                self._descriptor = os.open(_MOUNTS, os.O_RDONLY | os.O_CLOEXEC)
                self._poll = select.poll()
                self._poll.register(self._descriptor, select.POLLERR | select.POLLPRI)

    def is_there(self) -> bool:
        """Since it was asked last."""
        return self._descriptor >= 0 and bool(self._poll.poll(0))

    def close(self) -> None:
        """Idempotent."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1


def mount_of(path: str, table: list[Mount]) -> Mount | None:
    """The mount that holds a path without links: the innermost one, of several at one place the last."""
    found: Mount | None = None
    for mount in table:
        if is_at_or_below(path, mount.point) and (found is None or len(mount.point) >= len(found.point)):
            found = mount
    return found


def is_of_a_network(kind: str) -> bool:
    """Whether files of such a file system are changed by others than this system, which is told of none of it."""
    return kind.startswith(_OF_A_NETWORK)


def _mount(line: bytes) -> Mount:
    number, _, device, root, point, _, *rest = line.split(b" ")
    kind, source = rest[rest.index(b"-") + 1 :][:2]
    plain = [re.sub(rb"\\([0-7]{3})", lambda octal: bytes([int(octal[1], 8)]), text) for text in (point, root, source)]
    return Mount(*(os.fsdecode(text) for text in (*plain[:2], device, kind, plain[2], number)))
