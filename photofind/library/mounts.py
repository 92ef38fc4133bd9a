"""What a folder really is: which one of its name, and which drives are mounted in it. No watch tells either."""

import os

from photofind.config.mount_table import MountNews, mount_table


def mounts() -> dict[str, str]:
    """Each mount point with what tells its drive from another one there; nothing where the system does not say."""
    return {mount.point: f"{mount.number} {mount.device}" for mount in mount_table()}


class Mountings:
    """Where something was mounted or unmounted since the last look. One thread."""

    def __init__(self) -> None:
        self._before = mounts()
        self._news = MountNews()

    def changed_points(self) -> set[str]:
        before, self._before = self._before, mounts()
        points = {point for point in before.keys() | self._before.keys() if before.get(point) != self._before.get(point)}
        if self._news.is_there() and not points:  # one drive for another within moments: any of them
            points = self._before.keys() - {os.sep}
        return points

    def close(self) -> None:
        """Idempotent."""
        self._news.close()


def identity_of(folder: str) -> tuple[int, int] | None:
    """What tells this folder from another one of the same name; None where there is none that can be listed."""
    try:
        with os.scandir(folder):
            status = os.stat(folder)
    except OSError:
        return None
    return status.st_dev, status.st_ino
