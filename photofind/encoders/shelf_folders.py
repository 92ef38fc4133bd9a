"""Folders on the shelf: how they are named, what is noted in them, and how a user's folder gets there."""

import errno
import json
import re
import shutil
import tempfile
from pathlib import Path
from typing import Any

from photofind.core.errors import EncoderUnavailable
from photofind.core.private_folder import make_private
from photofind.encoders.folder import CONFIG_NAME, OWN_FOLDER, TEXT_FILES, check_folder, find_weights
from photofind.encoders.lock_file import LockFile
from photofind.encoders.weights_memory import write_json

NOTE_NAME = "photofind.json"  # beside the weights: id, name, licence
_TOKENIZER_FILES = (
    "tokenizer.json",
    "vocab.txt",
    "vocab.json",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
)


def folder_name(text: str) -> str:
    """A text as the name of a folder on any system."""
    name = re.sub(r"[^A-Za-z0-9._-]+", "-", text)[:80].strip("-.")
    return name or "encoder"


def read_note(folder: Path) -> dict[str, Any]:
    """What photofind noted in a folder of the shelf; empty in other folders."""
    try:
        note = json.loads((folder / NOTE_NAME).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return note if isinstance(note, dict) else {}


def import_folder(source: Path, shelf_folder: Path) -> Path:
    """Copies an encoder's folder onto the shelf and returns where it lies; nothing half-copied is ever seen there.

    A hub's name for the tokenizer is replaced by the folder itself when the tokenizer's files lie in it: folders that
    were downloaded from a hub are like that. Raises ``EncoderUnavailable``.
    """
    source = source.absolute()
    if not source.is_dir():
        raise EncoderUnavailable(f"There is no folder “{source}”: check its name.")
    try:
        make_private(shelf_folder)
        busy = "Another photofind is importing an encoder just now: wait for it."
        with LockFile(shelf_folder / ".import.lock", busy):
            for left_over in shelf_folder.glob(".import-*"):  # of an attempt that was killed
                shutil.rmtree(left_over, ignore_errors=True)
            target = _copy(source, shelf_folder)
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise EncoderUnavailable(
                f"The disk of “{shelf_folder}” is full, so “{source}” could not be copied to it: make room and try again."
            ) from error
        raise EncoderUnavailable(
            f"The folder “{source}” could not be copied to “{shelf_folder}”: {error.strerror or error}."
        ) from error
    return target


def _copy(source: Path, shelf_folder: Path) -> Path:
    with tempfile.TemporaryDirectory(dir=shelf_folder, prefix=".import-") as temporary:
        staged = Path(temporary) / "encoder"
        staged.mkdir(mode=0o700)
        for path in (find_weights(source), *(source / name for name in (CONFIG_NAME, *TEXT_FILES))):
            if path.is_file():
                shutil.copyfile(path, staged / path.name)
                (staged / path.name).chmod(0o600)
        name_tokenizer_here(staged)
        try:
            check_folder(staged)
        except EncoderUnavailable as error:
            raise EncoderUnavailable(str(error).replace(str(staged), str(source))) from None
        write_json(staged / NOTE_NAME, {"name": source.name})
        target = _free_place(shelf_folder, folder_name(source.name))
        staged.rename(target)
        return target


def name_tokenizer_here(folder: Path) -> None:
    """Lets the description in ``folder`` say that its tokenizer is in the folder, where that is so."""
    path = folder / CONFIG_NAME
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        text_cfg = content["model_cfg"]["text_cfg"]
        has_name = bool(text_cfg.get("hf_tokenizer_name"))
    except (OSError, ValueError, RecursionError, KeyError, TypeError, AttributeError):
        return  # check_folder says what is wrong with it
    if has_name and any((folder / name).is_file() for name in _TOKENIZER_FILES):
        text_cfg["hf_tokenizer_name"] = OWN_FOLDER
        write_json(path, content)


def _free_place(shelf_folder: Path, name: str) -> Path:
    for suffix in ("", *(f"-{number}" for number in range(2, 1000))):
        if not (shelf_folder / f"{name}{suffix}").exists():
            return shelf_folder / f"{name}{suffix}"
    raise EncoderUnavailable(f"The shelf “{shelf_folder}” holds too many folders named “{name}”: delete some.")
