"""What a decoder is asked and what it answers, and the functions that run inside a decoder process.

Nothing heavy is imported with this module: the main process needs it to open its window.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from photofind.core.errors import PhotofindError, UnreadablePicture
from photofind.core.photo import Facts
from photofind.core.pixels import InputSpec, Region
from photofind.media.memory_limit import too_much_memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MAX_PIXELS = 300_000_000
"""Pixels that may be decoded from one file by default: above the 200 megapixels of phones, 1.2 GB as Pillow holds them."""


@dataclass(frozen=True, slots=True)
class DecodeRequest:
    """One file to read. ``path`` may hold surrogates for bytes that are not UTF-8 (`os.fsdecode`).

    ``input_spec`` asks for the encoder's input too; ``thumbnail_px`` is the longest edge of the thumbnail, 0 for none;
    ``facts`` asks for EXIF, IPTC, XMP and the sidecar. With a ``region`` thumbnail and encoder's input show only that part
    of the upright picture, decoded as large as they need it.
    """

    path: str
    input_spec: InputSpec | None = None
    thumbnail_px: int = 0
    facts: bool = True
    region: Region | None = None


@dataclass(frozen=True, slots=True)
class Decoded:
    """What one read of a file gave.

    ``content_hash``: 16 bytes, BLAKE2b of the whole file. ``size_bytes`` and ``mtime_ns`` are the file's state from just
    before it was read, so a file that is written meanwhile looks changed at the next scan. ``width`` and ``height`` are
    upright. ``sidecar_mtime_ns`` is 0 without a sidecar. ``thumbnail`` is a JPEG, empty if not asked for.
    ``average_colour`` is 0xRRGGBB. ``encoder_input`` is uint8 [size, size, 3], read-only, None if not asked for;
    ``input_hash``: 16 bytes of it, empty then.
    """

    content_hash: bytes
    size_bytes: int
    mtime_ns: int
    format: str
    width: int
    height: int
    facts: Facts = field(default_factory=Facts)
    sidecar_mtime_ns: int = 0
    thumbnail: bytes = b""
    average_colour: int = 0
    encoder_input: NDArray[np.uint8] | None = None
    input_hash: bytes = b""


@dataclass(frozen=True, slots=True)
class ViewPixels:
    """A picture for the screen: ``rgb`` is width × height × 3 bytes, upright, sRGB, rows from the top without padding.

    ``full_width`` and ``full_height`` are those of the picture itself, upright.
    """

    width: int
    height: int
    rgb: bytes
    full_width: int
    full_height: int


class UnreadableFile(UnreadablePicture):
    """An `UnreadablePicture` that still knows the file, when it could be read as a file: identity works for it.

    ``content_hash`` is empty and the others 0 where even that failed (no rights, a hung or crashed decoder).
    """

    def __init__(self, sentence: str, content_hash: bytes = b"", size_bytes: int = 0, mtime_ns: int = 0) -> None:
        super().__init__(sentence)
        self.content_hash = content_hash
        self.size_bytes = size_bytes
        self.mtime_ns = mtime_ns

    def __reduce__(self) -> tuple[Any, ...]:
        return UnreadableFile, (str(self), self.content_hash, self.size_bytes, self.mtime_ns)


class DecodersFailed(PhotofindError):
    """Decoder processes cannot be started; says nothing about the file at hand."""


def run_guarded(function: Callable[..., Any], *arguments: Any) -> Any:
    """Call a function in a decoder process so that nothing raw comes back over the pipe."""
    try:
        return function(*arguments)
    except PhotofindError:
        raise
    except MemoryError:
        raise UnreadableFile(too_much_memory()) from None
    except Exception as error:
        raise UnreadableFile(f"The picture could not be read ({type(error).__name__}: {error}).") from error


def decode_file(request: DecodeRequest, max_pixels: int) -> tuple[Decoded, bytes]:
    """Read one file. Runs in a decoder process.

    Returns the answer without ``encoder_input``, and the encoder's input as plain bytes (empty if not asked for), so
    that decoder processes do without numpy.

    Raises:
        UnreadableFile: with a sentence for the user.
    """
    from photofind.media import reader

    return reader.decode_file(request, max_pixels)


def decode_bytes(data: bytes, request: DecodeRequest, max_pixels: int) -> tuple[Decoded, bytes]:
    """The same for a dropped or pasted picture; ``request.path`` is only its name."""
    from photofind.media import reader

    return reader.decode_bytes(data, request, max_pixels)


def hash_file(path: str) -> tuple[bytes, int, int]:
    """Content hash, size in bytes and mtime in ns of a file. Runs in a decoder process.

    Raises:
        UnreadableFile: with a sentence for the user.
    """
    from photofind.media import reader

    return reader.hash_file(path)


def view_file(path: str, max_width_px: int, max_height_px: int, max_pixels: int) -> ViewPixels:
    """One picture scaled to fit the given size, never enlarged. Runs in a decoder process.

    Raises:
        UnreadableFile: with a sentence for the user.
    """
    from photofind.media import reader

    return reader.view_file(path, max_width_px, max_height_px, max_pixels)
