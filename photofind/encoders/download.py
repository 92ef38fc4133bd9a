"""One file from a hub: resumed where an earlier attempt ended, checked, and only then under its name.

huggingface_hub keeps no unfinished file over the end of the program (2.x: "it could not be reused anyway"), so the
transfer is done here; it only lists the files (``hub_lookup``).
"""

import errno
import hashlib
import http.client
import logging
import os
import ssl
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.hub_lookup import Cancelled, HubFile

_log = logging.getLogger(__name__)

_CHUNK_BYTES = 1 << 18
_SILENCE_S = 10.0  # a connection that says nothing for so long is given up and made again
_ATTEMPTS = 4  # in a row without a new byte


def fetch(file: HubFile, folder: Path, advanced: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
    """Puts ``file`` into ``folder`` under its name. Blocks; any thread.

    ``advanced`` is told how many bytes of it there are, also right at the start of a resumed file; ``cancelled`` is asked
    often. Raises ``EncoderUnavailable`` or ``Cancelled``; what has arrived is kept for the next attempt, unless it proved
    wrong.
    """
    target = folder / file.name
    if target.is_file():  # checked before it got its name
        advanced(file.size_bytes)
        return
    # The hash in the name keeps a part of an older version from being continued with a newer one.
    part = folder / f"{file.name}.{(file.sha256 or file.git_sha1)[:12]}.part"
    try:
        _receive(file, part, advanced, cancelled)
        if not _is_as_announced(file, part):
            part.unlink()
            raise EncoderUnavailable(
                f"“{file.name}” arrived damaged (its hash is not the announced one) and was deleted: try again."
            )
        part.replace(target)
    except OSError as error:
        raise not_written(target, error) from error


def not_written(place: Path, error: OSError) -> EncoderUnavailable:
    """The error to raise where an encoder cannot be put into ``place``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return EncoderUnavailable(f"The disk of “{place.parent}” is full: make room and try again.")
    return EncoderUnavailable(f"“{place}” cannot be written: {error.strerror or error}.")


def _receive(file: HubFile, part: Path, advanced: Callable[[int], None], cancelled: Callable[[], bool]) -> None:
    failures = 0
    with part.open("ab") as out:
        while True:
            have = out.tell()
            if have > file.size_bytes:
                out.truncate(0)
                have = 0
            advanced(have)
            if have == file.size_bytes:
                out.flush()
                os.fsync(out.fileno())
                return
            try:
                _append(file, out, have, advanced, cancelled)
            except urllib.error.HTTPError as error:
                if error.code == http.client.REQUESTED_RANGE_NOT_SATISFIABLE and have:
                    out.truncate(0)
                elif error.code < 500 and error.code not in (
                    http.client.REQUEST_TIMEOUT,
                    http.client.TOO_MANY_REQUESTS,
                ):
                    raise EncoderUnavailable(
                        f"{urlsplit(file.url).netloc} refuses to give “{file.name}” ({error.code} {error.reason}): "
                        "try again later."
                    ) from error
                _log.info("%s: %s", file.url, error)
            except (
                urllib.error.URLError,
                http.client.HTTPException,
                TimeoutError,
                ConnectionError,
                ssl.SSLError,
            ) as error:
                _log.info("%s: %s", file.url, error)
            failures = 0 if out.tell() > have else failures + 1
            if out.tell() < file.size_bytes and failures:
                if failures >= _ATTEMPTS:
                    raise EncoderUnavailable(
                        f"The connection to {urlsplit(file.url).netloc} was lost: check the network and try again; "
                        "what has arrived is kept."
                    )
                _wait(0.5 * failures, cancelled)


def _append(
    file: HubFile, out: IO[bytes], have: int, advanced: Callable[[int], None], cancelled: Callable[[], bool]
) -> None:
    request = urllib.request.Request(file.url, headers={"User-Agent": "photofind", "Accept-Encoding": "identity"})
    if have:
        request.add_header("Range", f"bytes={have}-")
    with urllib.request.urlopen(request, timeout=_SILENCE_S, context=_tls()) as response:
        if have and response.status != http.client.PARTIAL_CONTENT:  # the server sends all of it again
            out.truncate(0)
            have = 0
        while have < file.size_bytes:
            if cancelled():
                raise Cancelled
            chunk = response.read1(_CHUNK_BYTES)
            if not chunk:
                return
            out.write(chunk)
            have += len(chunk)
            advanced(min(have, file.size_bytes))


def _is_as_announced(file: HubFile, part: Path) -> bool:
    with part.open("rb") as content:
        if file.sha256:
            return hashlib.file_digest(content, "sha256").hexdigest() == file.sha256
        if file.git_sha1:
            digest = hashlib.sha1(f"blob {file.size_bytes}\0".encode(), usedforsecurity=False)
            digest.update(content.read())
            return digest.hexdigest() == file.git_sha1
    return False  # a hub that names no hash cannot be trusted with weights


def _tls() -> ssl.SSLContext:
    context = ssl.create_default_context()
    try:  # beside the system's certificates: a bundled Python may find none
        import certifi

        context.load_verify_locations(certifi.where())
    except ImportError:
        pass
    return context


def _wait(seconds: float, cancelled: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if cancelled():
            raise Cancelled
        time.sleep(0.05)
