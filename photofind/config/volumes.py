"""Which volume a folder is on, so that a drive is known wherever it is mounted.

A place is a text: the volume's identity, the path on it, and the folder's own number there. Proven on Linux: UUIDs as
udev tells them, else the file system's own id where that is made from its UUID (ext4, btrfs), and the source of network
file systems. The macOS and Windows lines have not been tried.
"""

import os
import plistlib
import re
import subprocess
import sys
from functools import lru_cache
from pathlib import Path
from urllib.parse import quote_from_bytes, unquote_to_bytes

from photofind.config.mount_table import Mount, mount_of, mount_table
from photofind.core.tree import is_at_or_below, is_below

_BY_UUID = Path("/dev/disk/by-uuid")
_FSID_IS_OF_UUID = frozenset({"ext2", "ext3", "ext4", "btrfs"})  # statvfs(3) of the others follows the device number
_NETWORK = frozenset({"nfs", "nfs4", "cifs", "smb3", "smbfs", "afpfs", "webdav", "davfs", "9p", "ceph", "glusterfs"})
_WEAK = "~"
_SHORT = re.compile(r"uuid:[0-9A-F]{4}-[0-9A-F]{4}")
_DISKUTIL_TIMEOUT_S = 5.0


def place_of(folder: str) -> str:
    """Where a folder is, whatever path leads to it; "" if nothing tells. Blocks a moment. Any thread.

    Two equal places are one folder if they are ``is_certain``; others are only a sign, as numbers are used again.
    """
    real = os.path.realpath(folder)
    mount = mount_of(real, mount_table())
    try:
        number = os.stat(real).st_ino if os.path.isdir(real) else None
    except OSError:
        number = None
    if mount is None or number is None:
        return ""
    inner = os.path.normpath(os.path.join(mount.root, os.path.relpath(real, mount.point)))
    return f"{_identity(mount)} {quote_from_bytes(os.fsencode(inner))} {number}"


def is_lasting(place: str) -> bool:
    """Whether the place names its volume for good, not only until the machine starts again."""
    return place != "" and not place.startswith(_WEAK)


def is_certain(place: str) -> bool:
    """Whether no other folder in the world has this place: serial numbers of FAT drives are short, and often zero."""
    identity = place.split(" ", 1)[0]
    return is_lasting(place) and not identity.startswith("serial:") and not _SHORT.fullmatch(identity)


def are_other_volumes(one: str, other: str) -> bool:
    """Whether two places surely are on two volumes."""
    return is_lasting(one) and is_lasting(other) and not is_same_volume(one, other)


def is_same_volume(one: str, other: str) -> bool:
    return one.split(" ", 1)[0] == other.split(" ", 1)[0]


def paths_of(place: str) -> list[str]:
    """Folders that are at this place now: none while its volume is away."""
    if not is_lasting(place):
        return []
    identity, quoted = place.split(" ")[:2]
    inner = os.fsdecode(unquote_to_bytes(quoted))
    table = mount_table()
    found = []
    for mount in table:
        if is_at_or_below(inner, mount.root) and _identity(mount) == identity:
            path = os.path.normpath(os.path.join(mount.point, os.path.relpath(inner, mount.root)))
            if mount_of(path, table) == mount and os.path.isdir(path):
                found.append(path)
    return found


def volumes_below(folder: str) -> list[str]:
    """Mount points below a folder of volumes that are known for good and are not the folder's own."""
    real = os.path.realpath(folder)
    table = mount_table()
    own = mount_of(real, table)
    if own is None:
        return []
    own_identity = _identity(own)
    found = []
    for mount in table:
        if is_below(mount.point, real) and mount_of(mount.point, table) == mount:
            identity = _identity(mount)
            if is_lasting(identity) and identity != own_identity:
                found.append(os.path.normpath(os.path.join(folder, os.path.relpath(mount.point, real))))
    return found


def _identity(mount: Mount) -> str:
    """Of a volume; weak ones begin with a mark."""
    if mount.kind in _NETWORK or mount.kind.startswith("fuse.sshfs"):
        return "net:" + quote_from_bytes(os.fsencode(mount.source))
    if sys.platform == "win32":
        return _windows(mount.point)
    if sys.platform == "darwin":
        return _macos(mount.source)
    return _linux(mount)


def _linux(mount: Mount) -> str:
    weak = f"{_WEAK}{mount.device}"
    if mount.kind == "zfs":
        return "zfs:" + quote_from_bytes(os.fsencode(mount.source))
    if not mount.source.startswith("/"):
        return weak
    device = os.path.realpath(mount.source)
    try:
        for name in os.listdir(_BY_UUID):
            if os.path.realpath(_BY_UUID / name) == device:
                return f"uuid:{name}"
    except OSError:  # there is no udev
        pass
    if mount.kind in _FSID_IS_OF_UUID:
        try:
            number = os.statvfs(mount.point).f_fsid
        except OSError:
            return weak
        return f"fsid:{number:x}" if number else weak
    return weak


@lru_cache(maxsize=64)
def _macos(device: str) -> str:
    try:
        told = subprocess.run(
            ["/usr/sbin/diskutil", "info", "-plist", device],
            capture_output=True,
            check=True,
            timeout=_DISKUTIL_TIMEOUT_S,
        ).stdout
        uuid = plistlib.loads(told).get("VolumeUUID")
    except (OSError, subprocess.SubprocessError, plistlib.InvalidFileException):
        uuid = None
    return f"uuid:{uuid}" if uuid else f"{_WEAK}{device}"


def _windows(root: str) -> str:
    if sys.platform == "win32":
        import ctypes

        serial = ctypes.c_ulong(0)
        found = ctypes.windll.kernel32.GetVolumeInformationW(
            ctypes.c_wchar_p(root), None, 0, ctypes.byref(serial), None, None, None, 0
        )
        if found and serial.value:
            return f"serial:{serial.value:08x}"
    return f"{_WEAK}{root}"
