"""What a user can set: typed, declared once, kept in one JSON file of the library."""

import contextlib
import datetime
import errno
import json
import math
import os
import tempfile
from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any

from photofind.core.errors import NoRoom, StoreFailed

_LONGEST_FILE_BYTES = 4 << 20

SYSTEM_FOLDERS = ("$RECYCLE.BIN", "System Volume Information", "lost+found", "@eaDir", "#recycle", "__MACOSX")


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one library. Each field's metadata says how a user sees it and what values it takes.

    ``text`` is its name for the user, ``choices`` the values it may have, ``least`` and ``most`` its bounds.
    ``unknown`` holds fields that this version does not know; they are written back as they were.
    """

    paused: bool = field(default=False, metadata={"text": "Pause indexing"})
    speed: str = field(
        default="auto", metadata={"text": "Speed of indexing", "choices": ("auto", "full", "gentle")}
    )
    pause_on_battery: bool = field(default=False, metadata={"text": "Pause indexing while on battery"})
    skip_hidden: bool = field(default=True, metadata={"text": "Skip hidden files and folders"})
    skipped_folders: tuple[str, ...] = field(
        default=SYSTEM_FOLDERS, metadata={"text": "Names of folders that are never looked into"}
    )
    theme: str = field(default="system", metadata={"text": "Appearance", "choices": ("system", "light", "dark")})
    thumbnail_px: int = field(default=180, metadata={"text": "Size of pictures in the grid", "least": 48, "most": 1024})
    window_geometry: str = field(default="", metadata={"text": "Place and size of the window"})
    side_bar: bool = field(default=True, metadata={"text": "Show the side bar"})
    stack_alike: bool = field(default=True, metadata={"text": "Show one of several alike photos for all of them"})
    history: tuple[str, ...] = field(default=(), metadata={"text": "The last questions, newest first"})
    encoder: str = field(default="", metadata={"text": "Encoder; empty picks what is installed"})
    milvus_uri: str = field(default="", metadata={"text": "Address of a Milvus server; empty keeps vectors here"})
    milvus_token: str = field(default="", metadata={"text": "Token for the Milvus server"})
    hub_endpoint: str = field(default="", metadata={"text": "Address to download encoders from"})
    decoders: int = field(
        default=0, metadata={"text": "Processes that read pictures; 0 goes by the processor", "least": 0, "most": 64}
    )
    encoder_idle_s: float = field(
        default=300.0, metadata={"text": "Seconds until an idle encoder is put away", "least": 1.0, "most": 86_400.0}
    )
    decode_timeout_s: float = field(
        default=20.0, metadata={"text": "Seconds that reading one picture may take", "least": 1.0, "most": 3_600.0}
    )
    unknown: Mapping[str, Any] = field(default_factory=dict, hash=False, metadata={"text": ""})


def declared() -> dict[str, Field[Any]]:
    """Every setting that a user can see, by name."""
    return {each.name: each for each in fields(Settings) if each.name != "unknown"}


def load(path: Path) -> tuple[Settings, str]:
    """Read the settings; a notice for the user comes with them, empty when all is well.

    Raises nothing: no file gives the defaults, a value that does not fit its field gives that field's default, and a
    file that is no settings file is set aside as ``settings.json.broken-YYYYMMDD-HHMMSS``.
    """
    try:
        with path.open("rb") as file:
            content = file.read(_LONGEST_FILE_BYTES + 1)
    except FileNotFoundError:
        return Settings(), ""
    except OSError as error:
        return Settings(), f"The settings in {path} cannot be read ({error.strerror}), so the usual ones are used."
    try:
        if len(content) > _LONGEST_FILE_BYTES:
            raise ValueError("too long")
        values = json.loads(content)
        if not isinstance(values, dict):
            raise ValueError("not an object")
    except (ValueError, RecursionError):
        return Settings(), _set_aside(path)
    return _from_values(values, path)


def _from_values(values: dict[str, Any], path: Path) -> tuple[Settings, str]:
    known: dict[str, Any] = {}
    unfit: list[str] = []
    for name, each in declared().items():
        if name in values:
            try:
                known[name] = fitted(each, values[name])
            except ValueError:
                unfit.append(name)
    unknown = {name: value for name, value in values.items() if name not in declared()}
    notice = ""
    if unfit:
        names = ", ".join(f"“{name}”" for name in unfit)
        one = len(unfit) == 1
        notice = (
            f"The setting{'' if one else 's'} {names} in {path} {'has a value' if one else 'have values'} "
            f"that cannot be used, so the usual {'one is' if one else 'ones are'} used."
        )
    return Settings(**known, unknown=unknown), notice


def fitted(each: Field[Any], value: Any) -> Any:
    """The value as this setting keeps it. Raises ValueError when the setting takes no such value."""
    match each.default:
        case bool():
            fits = isinstance(value, bool)
        case int():
            fits = isinstance(value, int) and not isinstance(value, bool)
        case float():
            fits = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
            value = float(value) if fits else value
        case str():
            fits = isinstance(value, str)
        case _:
            fits = isinstance(value, list | tuple) and all(isinstance(item, str) for item in value)
            value = tuple(value) if fits else value
    rules = each.metadata
    if not fits or value not in rules.get("choices", (value,)):
        raise ValueError(each.name)
    if "least" in rules and not rules["least"] <= value <= rules["most"]:
        raise ValueError(each.name)
    return value


def save(path: Path, settings: Settings) -> None:
    """Write the settings so that after a crash the file is either the old or the new one. Readable by its owner only.

    One thread at a time. Raises NoRoom, StoreFailed.
    """
    values = dict(settings.unknown) | {name: getattr(settings, name) for name in declared()}
    # ASCII keeps folder names that are not UTF-8, which stand as lone surrogates here.
    content = json.dumps(values, indent=2, ensure_ascii=True).encode("ascii") + b"\n"
    target = Path(os.path.realpath(path))  # a link that someone made to another place stays one
    try:
        _replace(target, content)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise NoRoom(f"The settings cannot be saved: there is no room left in {target.parent}.") from error
        raise StoreFailed(
            f"The settings cannot be saved in {target} ({error.strerror}). Check the rights of that folder."
        ) from error


def _replace(target: Path, content: bytes) -> None:
    descriptor, name = tempfile.mkstemp(prefix=f"{target.name}.", suffix=".new", dir=target.parent)  # 0600
    new = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        new.replace(target)
    except OSError:
        with contextlib.suppress(OSError):
            new.unlink()
        raise
    _sync_folder(target.parent)


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":  # Windows cannot open a folder; NTFS journals the rename itself
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _set_aside(path: Path) -> str:
    stamp = datetime.datetime.now().strftime("%Y%m%d-%H%M%S")
    aside = path.with_name(f"{path.name}.broken-{stamp}")
    number = 1
    while aside.exists():
        number += 1
        aside = path.with_name(f"{path.name}.broken-{stamp}-{number}")
    try:
        path.rename(aside)
    except OSError as error:
        return (
            f"The settings in {path} are damaged and cannot be set aside ({error.strerror}); the usual ones are used."
        )
    return f"The settings in {path} were damaged: they are kept as {aside.name}, and the usual ones are used."
