"""Looking into a library without holding it: works while another program indexes."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial

from photofind.config.paths import LibraryPaths
from photofind.core.errors import PhotofindError
from photofind.core.photo import Counts, FolderState
from photofind.core.question import Answer, Question
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.protocol import PALETTE_ID
from photofind.encoders.shelf import Shelf
from photofind.library.answering import Answering
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.viewing import decode_question_picture
from photofind.media.decoder_pool import DecoderPool
from photofind.store.catalogue_reader import CatalogueReader


class NoLibrary(PhotofindError):
    """There is nothing to read yet."""


@dataclass(frozen=True, slots=True)
class LibrarySummary:
    """What a library holds. ``coming_encoder`` is being filled and "" if none is; sizes in bytes, by store."""

    folders: tuple[FolderState, ...]
    counts: Counts
    encoder: str
    coming_encoder: str
    sizes: dict[str, int]


@contextmanager
def reading(paths: LibraryPaths) -> Iterator[CatalogueReader]:
    """The catalogue, for reading. Raises NoLibrary, StoreFailed."""
    if not paths.catalogue.exists():
        raise NoLibrary(f"There is no library in {paths.folder} yet. Make one with: photofind index FOLDER")
    reader = CatalogueReader(paths.catalogue)
    try:
        yield reader
    finally:
        reader.close()


def summarise(reader: CatalogueReader, paths: LibraryPaths, shelf: Shelf) -> LibrarySummary:
    """Counts say how far the encoder is that new photos go to. Raises EncoderUnavailable, StoreFailed."""
    current, coming = reader.meta("encoder") or shelf.default(), reader.meta("coming_encoder")
    info = shelf.info(coming or current)
    return LibrarySummary(
        folders=reader.folder_states(),
        counts=reader.counts(info.key),
        encoder=current,
        coming_encoder=coming,
        sizes={
            "catalogue": _size(paths, "catalogue.db*"),
            "thumbnails": _size(paths, "thumbnails.db*"),
            "vectors": _size(paths, f"{paths.vectors.name}/**/*"),
            "milvus": _size(paths, f"{paths.milvus.name}*/**/*"),
        },
    )


def answer(reader: CatalogueReader, paths: LibraryPaths, shelf: Shelf, question: Question) -> Answer:
    """Answer one question in this process: encoder and vectors are loaded for it and put away again.

    Raises PhotofindError.
    """
    decoders = DecoderPool(1)
    encoder_id = reader.meta("encoder") or PALETTE_ID
    encoder = LibraryEncoder(encoder_id, open_encoder(encoder_id, shelf, low_priority=False), paths.vectors)
    try:
        return Answering(reader, partial(decode_question_picture, decoders)).answer(question, encoder)
    finally:
        encoder.face.stop()
        decoders.stop()


def _size(paths: LibraryPaths, pattern: str) -> int:
    total = 0
    for path in paths.folder.glob(pattern):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # vanished meanwhile
            continue
    return total
