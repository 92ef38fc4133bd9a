"""An encoder from a hub onto the shelf: listed, room checked, downloaded beside its place, checked, renamed."""

import shutil
import time
from collections.abc import Callable
from pathlib import Path

from photofind.core.errors import EncoderUnavailable
from photofind.core.private_folder import make_private
from photofind.encoders.download import fetch, not_written
from photofind.encoders.folder import CONFIG_NAME, check_folder
from photofind.encoders.hub_lookup import HubFile, HubPlan, look_up
from photofind.encoders.lock_file import LockFile
from photofind.encoders.shelf_folders import NOTE_NAME
from photofind.encoders.weights_memory import WeightsMemory, write_json

_SPARE_BYTES = 256 << 20  # left free on the disk, for catalogue and thumbnails
_TELL_EVERY_S = 0.1


def install(
    model: str,
    tag: str,
    place: Path,
    name: str,
    *,
    endpoint: str,
    memory: WeightsMemory,
    accepted_licence: str,
    progress: Callable[[int, int], None],
    cancelled: Callable[[], bool],
) -> None:
    """Downloads ``model``/``tag`` to ``place``; there is nothing there before all of it is there and checked.

    Blocks; any thread that lives on until it returns. ``progress(done, total)`` in bytes comes from this thread, some
    ten times a second. An attempt that was cancelled or killed is resumed. Raises ``EncoderUnavailable``.
    """
    staging = place.parent / f".incoming-{place.name}"
    try:
        make_private(staging)
        with LockFile(
            staging.with_name(f"{staging.name}.lock"),
            f"Another photofind is downloading “{name}” just now: wait for it.",
        ):
            plan = look_up(model, tag, endpoint, cancelled)
            _check_licence(name, plan.licence, accepted_licence)
            _check_room(staging, plan)
            told = _Telling(progress, sum(file.size_bytes for file in plan.files))
            for file in plan.files:
                fetch(file, staging, told.of_file(file), cancelled)
            weights_name = plan.files[0].name
            write_json(staging / CONFIG_NAME, plan.config)
            write_json(staging / NOTE_NAME, _note(model, tag, name, plan))
            check_folder(staging)
            _remove_parts(staging)
            staging.rename(place)
    except OSError as error:
        raise not_written(place, error) from error
    memory.remember_hash(place / weights_name, plan.files[0].sha256)


def _check_licence(name: str, licence: str, accepted: str) -> None:
    """The hub may state a licence that forbids common uses though the list of encoders does not know of it."""
    words = set(licence.lower().replace("_", "-").split("-"))
    if words & {"nc", "noncommercial", "amlr", "research"} and accepted.lower() != licence.lower():
        raise EncoderUnavailable(
            f"The weights of “{name}” are under the licence {licence}, which forbids some uses: "
            f"read it, and agree to it with --licence {licence} on the command line."
        )


def _note(model: str, tag: str, name: str, plan: HubPlan) -> dict[str, str]:
    return {
        "id": f"open_clip:{model}/{tag}",
        "name": name,
        "licence": plan.licence,
        "repository": plan.repository,
        "revision": plan.revision,
    }


def _check_room(staging: Path, plan: HubPlan) -> None:
    arrived = sum(path.stat().st_size for path in staging.iterdir() if path.is_file())
    needed = sum(file.size_bytes for file in plan.files) - arrived + _SPARE_BYTES
    free = shutil.disk_usage(staging).free
    if free < needed:
        raise EncoderUnavailable(
            f"The encoder needs {needed / 1e9:.1f} GB on the disk of “{staging.parent}”, "
            f"which has {free / 1e9:.1f} GB left: make room and try again."
        )


def _remove_parts(staging: Path) -> None:
    """Leftovers of an older version of a file."""
    for path in staging.iterdir():
        if path.suffix == ".part":
            path.unlink()


class _Telling:
    """Adds up the files' bytes and passes them on, not too often."""

    def __init__(self, progress: Callable[[int, int], None], total: int) -> None:
        self._progress = progress
        self._total = total
        self._done: dict[str, int] = {}
        self._next_s = 0.0

    def of_file(self, file: HubFile) -> Callable[[int], None]:
        def advanced(done: int) -> None:
            self._done[file.name] = done
            arrived = sum(self._done.values())
            if time.monotonic() >= self._next_s or arrived == self._total:
                self._next_s = time.monotonic() + _TELL_EVERY_S
                self._progress(arrived, self._total)

        return advanced
