"""A file in, pixels and facts out: one read, and one sentence when it cannot be done. Runs in a decoder process."""

import errno
import warnings
from collections.abc import Callable
from io import BytesIO
from typing import BinaryIO

from PIL import Image

from photofind.core.photo import Facts
from photofind.media import scaling
from photofind.media.decoder import Decoded, DecodeRequest, UnreadableFile, ViewPixels
from photofind.media.fingerprint import hash_of_bytes
from photofind.media.formats import HEAD_BYTES, Kind, is_called_picture, kind_of, raw_supported
from photofind.media.memory_limit import too_much_memory
from photofind.media.metadata import gather_facts
from photofind.media.picture import Picture, open_picture
from photofind.media.scaling import Need, Size
from photofind.media.sidecar import read_sidecar
from photofind.media.source import NotAFile, Source, reading
from photofind.media.system_problems import NO_RIGHTS, disk_trouble

_SYSTEM_SENTENCES: tuple[tuple[type[Exception], str], ...] = (
    (NotAFile, "This is a device or a pipe, not a file, so there is no picture in it; move it out of this folder."),
    (IsADirectoryError, "This is a folder, not a picture."),
    (FileNotFoundError, "The file is no longer there."),
    (PermissionError, NO_RIGHTS),
)


def decode_file(request: DecodeRequest, max_pixels: int) -> tuple[Decoded, bytes]:
    """See `decoder.decode_file`."""
    try:
        with reading(request.path, lambda stream: _refuse_unless_picture(stream, request.path)) as source:
            try:
                decoded, encoder_input = _decode(source, request, max_pixels)
            except UnreadableFile as error:
                raise UnreadableFile(str(error), source.content_hash, source.size_bytes, source.mtime_ns) from error
    except (OSError, ValueError, MemoryError) as error:
        raise UnreadableFile(_sentence_of_system(error)) from error
    return decoded, encoder_input


def decode_bytes(data: bytes, request: DecodeRequest, max_pixels: int) -> tuple[Decoded, bytes]:
    """See `decoder.decode_bytes`; there is no file, so no sidecar either and the mtime is 0."""
    return _decode(Source(BytesIO(data), hash_of_bytes(data), len(data), 0), request, max_pixels)


def hash_file(path: str) -> tuple[bytes, int, int]:
    """See `decoder.hash_file`."""
    try:
        with reading(path) as source:
            return source.content_hash, source.size_bytes, source.mtime_ns
    except (OSError, ValueError, MemoryError) as error:
        raise UnreadableFile(_sentence_of_system(error)) from error


def view_file(path: str, max_width_px: int, max_height_px: int, max_pixels: int) -> ViewPixels:
    """See `decoder.view_file`."""

    def need(full: Size) -> Need:
        fitted = scaling.fitted_size(full, max_width_px, max_height_px)
        return Need(min(fitted), max(fitted))

    try:
        with reading(path, lambda stream: _refuse_unless_picture(stream, path)) as source:
            picture = _picture_of(source, path, need, max_pixels)
    except (OSError, ValueError, MemoryError) as error:
        raise UnreadableFile(_sentence_of_system(error)) from error
    size = scaling.fitted_size(picture.full_size, max_width_px, max_height_px)
    pixels = picture.pixels
    if size != pixels.size:
        pixels = pixels.resize(size, Image.Resampling.LANCZOS)
    return ViewPixels(*size, pixels.tobytes(), *picture.full_size)


def _decode(source: Source, request: DecodeRequest, max_pixels: int) -> tuple[Decoded, bytes]:
    spec, region = request.input_spec, request.region

    def need(full: Size) -> Need:
        if region is None:
            return scaling.need_of(spec, request.thumbnail_px)
        return scaling.need_of_part(spec, request.thumbnail_px, region, full)

    picture = _picture_of(source, request.path, need, max_pixels)
    pixels, size = picture.pixels, picture.full_size
    if region is not None:
        pixels = scaling.part_of(pixels, region)
        size = pixels.size
    facts, sidecar_mtime_ns = Facts(), 0
    if request.facts:
        sidecar = read_sidecar(request.path) if source.mtime_ns else None
        facts = gather_facts([picture.embedded], sidecar.properties if sidecar else None)
        sidecar_mtime_ns = sidecar.mtime_ns if sidecar else 0
    small = _small(pixels, size, request.thumbnail_px)
    encoder_input = scaling.encoder_input(pixels, spec).tobytes() if spec else b""
    decoded = Decoded(
        content_hash=source.content_hash,
        size_bytes=source.size_bytes,
        mtime_ns=source.mtime_ns,
        format=picture.format,
        width=picture.full_size[0],
        height=picture.full_size[1],
        facts=facts,
        sidecar_mtime_ns=sidecar_mtime_ns,
        thumbnail=scaling.as_jpeg(small) if request.thumbnail_px > 0 else b"",
        average_colour=scaling.average_colour(small),
        input_hash=hash_of_bytes(encoder_input) if spec else b"",
    )
    return decoded, encoder_input


def _small(pixels: Image.Image, full_size: Size, longest_px: int) -> Image.Image:
    """The thumbnail, or all that was decoded where none is asked for."""
    if longest_px <= 0:
        return pixels
    return scaling.thumbnail(pixels, scaling.fitted_size(full_size, longest_px, longest_px))


def _picture_of(source: Source, name: str, need: Callable[[Size], Need], max_pixels: int) -> Picture:
    head = source.stream.read(HEAD_BYTES)
    source.stream.seek(0)
    kind, format_name = kind_of(head, name)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Pillow warns of odd metadata; nobody could act on it
        match kind:
            case Kind.PICTURE:
                return open_picture(source.stream, format_name, need, max_pixels)
            case Kind.RAW if raw_supported():
                from photofind.media import raw

                return raw.open_raw(source.stream, format_name, need, max_pixels)
    raise UnreadableFile(_sentence_of_kind(kind, format_name, head, name))


def _refuse_unless_picture(stream: BinaryIO, name: str) -> None:
    stream.seek(0)
    head = stream.read(HEAD_BYTES)
    kind, format_name = kind_of(head, name)
    if not (kind is Kind.PICTURE or (kind is Kind.RAW and raw_supported())):
        raise UnreadableFile(_sentence_of_kind(kind, format_name, head, name))


def _sentence_of_kind(kind: Kind, format_name: str, head: bytes, name: str) -> str:
    if kind is Kind.RAW:
        return f"This is a RAW photo ({format_name}); install photofind with its extra “raw” to see it."
    if not head:
        return "The file is empty; copy it again or restore it from a backup."
    if kind is Kind.VIDEO:
        lead = "This is a video, though its name says picture" if is_called_picture(name) else "This is a video"
        return f"{lead}; videos cannot be searched yet."
    if is_called_picture(name):
        return "This is not a picture, though its name says so; if it was one, restore it from a backup."
    return "This is not a picture that photofind can read."


def _sentence_of_system(error: Exception) -> str:
    if isinstance(error, MemoryError):
        return too_much_memory()
    for kind, sentence in _SYSTEM_SENTENCES:
        if isinstance(error, kind):
            return sentence
    if isinstance(error, OSError) and error.errno == errno.ELOOP:
        return "This is a link that leads back to itself, so no file can be reached; make the link anew or remove it."
    if isinstance(error, OSError) and error.strerror:
        return disk_trouble(error.strerror)
    return "The file could not be read: its name makes no sense to this system."
