"""What was found out about weights, remembered beside the shelf: hashing a gigabyte or probing a processor happens once.

Losing the file costs time, never a wrong answer: a hash is believed only while path, size and modification time agree.
"""

import hashlib
import json
import logging
import os
import re
import tempfile
import threading
from pathlib import Path
from typing import Any

from photofind.core.errors import EncoderUnavailable
from photofind.core.private_folder import make_private

_log = logging.getLogger(__name__)

_FILE_NAME = "known_weights.json"
_KEY_NAME_LIMIT = 60 - 2 * 9  # two hashes of eight digits, each behind an underscore
_lock = threading.Lock()  # one file, few writers: one lock for the process will do


class WeightsMemory:
    """The file ``known_weights.json`` in the shelf's folder. Any thread, any process; the last writer wins."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / _FILE_NAME

    def content_hash(self, weights: Path) -> str:
        """SHA-256 of a file, hexadecimal; blocks for about a second a gigabyte the first time.

        Raises ``EncoderUnavailable`` when the file cannot be read.
        """
        try:
            found = weights.stat()
            stamp = [found.st_size, found.st_mtime_ns]
            known = self._read("files").get(str(weights))
            if isinstance(known, list) and known[:2] == stamp and len(known) == 3:
                return str(known[2])
            with weights.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise EncoderUnavailable(f"The weights “{weights}” cannot be read: {error.strerror}.") from error
        self._write("files", str(weights), [*stamp, digest])
        return digest

    def remember_hash(self, weights: Path, digest: str) -> None:
        """Spares the hashing of a file whose SHA-256 has just been checked."""
        found = weights.stat()
        self._write("files", str(weights), [found.st_size, found.st_mtime_ns, digest])

    def key(self, proposed_name: str, weights_hash: str, preprocessing_hash: str) -> str:
        """The key of an encoder. Its name is the one that these weights had first, so a renamed folder keeps its key."""
        hashes = f"{weights_hash[:8]}_{preprocessing_hash[:8]}"
        name = self._read("names").get(hashes)
        if not isinstance(name, str) or name != key_name(name):
            name = key_name(proposed_name)
            self._write("names", hashes, name)
        return f"{name}_{hashes}"

    def half_is_better(self, machine_and_key: str) -> bool | None:
        """Whether half precision was found faster and as good; None when it was never tried."""
        known = self._read("half").get(machine_and_key)
        return known if isinstance(known, bool) else None

    def remember_half(self, machine_and_key: str, better: bool) -> None:
        self._write("half", machine_and_key, better)

    def _read(self, section: str) -> dict[str, Any]:
        found = self._read_all().get(section)
        return found if isinstance(found, dict) else {}

    def _read_all(self) -> dict[str, Any]:
        try:
            content = json.loads(self._path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}
        return content if isinstance(content, dict) else {}

    def _write(self, section: str, name: str, value: Any) -> None:
        with _lock:
            content = self._read_all()
            if not isinstance(content.get(section), dict):
                content[section] = {}
            content[section][name] = value
            try:
                make_private(self._path.parent)
                write_json(self._path, content)
            except OSError as error:  # a shelf that cannot be written still answers, only slower
                _log.info("cannot remember in %s: %s", self._path, error)


def key_name(text: str) -> str:
    """A text as part of a key: ``[a-z0-9_]``, starting with a letter, short."""
    name = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    if not name or not name[0].isalpha():
        name = f"e_{name}".rstrip("_")
    return name[:_KEY_NAME_LIMIT].rstrip("_")


def write_json(path: Path, content: dict[str, Any]) -> None:
    """Writes a private file in one step: a reader sees the old content or the new one. Raises ``OSError``."""
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mkstemp gives mode 0600
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            json.dump(content, file, ensure_ascii=False, indent=1)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise
