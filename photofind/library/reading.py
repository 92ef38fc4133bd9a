"""Looking into a library without holding it: works while another program indexes."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import partial

from photofind.config.paths import LibraryPaths
from photofind.core.errors import EncoderUnavailable, PhotofindError, StoreFailed
from photofind.core.photo import Counts, FolderState
from photofind.core.question import Answer, Question
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.protocol import PALETTE_ID
from photofind.encoders.shelf import Shelf
from photofind.library.answering import NO_ENCODER_NOTE, Answering, literal_answer
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
    try:
        with closing(CatalogueReader(paths.catalogue)) as reader:
            yield reader
    except sqlite3.Error as error:
        raise StoreFailed(
            f"The catalogue {paths.catalogue} cannot be read ({error}). Check the disk; a damaged catalogue is made"
            " again from the photos when its file is moved away."
        ) from error


def summarise(reader: CatalogueReader, paths: LibraryPaths, shelf: Shelf) -> LibrarySummary:
    """Counts say how far the encoder is that new photos go to. Raises StoreFailed."""
    current, coming = reader.meta("encoder") or shelf.default(), reader.meta("coming_encoder")
    target = coming or current
    try:
        key = shelf.info(target).key
    except EncoderUnavailable:  # its folder is gone, or away: the library remembers what it did
        key = reader.meta(f"key of {target}")
    return LibrarySummary(
        folders=reader.folder_states(),
        counts=reader.counts(key),
        encoder=current,
        coming_encoder=coming,
        sizes={
            "catalogue": _size(paths, "catalogue.db*"),
            "thumbnails": _size(paths, "thumbnails.db*"),
            "vectors": _size(paths, f"{paths.vectors.name}/**/*"),
            "milvus": _size(paths, f"{paths.milvus.name}*/**/*"),
        },
    )


def answer(
    reader: CatalogueReader, paths: LibraryPaths, shelf: Shelf, question: Question, decode_timeout_s: float
) -> Answer:
    """Answer one question in this process: encoder and vectors are loaded for it and put away again.

    Raises PhotofindError.
    """
    decoders = DecoderPool(1, timeout_s=decode_timeout_s)
    encoder_id = reader.meta("encoder") or PALETTE_ID
    try:
        face = open_encoder(encoder_id, shelf, low_priority=False)
    except EncoderUnavailable as error:
        if question.pictures:
            raise
        return literal_answer(reader, question, encoder_id, NO_ENCODER_NOTE.format(reason=error))
    encoder = LibraryEncoder(encoder_id, face, paths.vectors)
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
