"""Looking into a library without holding it: works while another program indexes."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import partial

from photofind.config.paths import LibraryPaths
from photofind.core.errors import EncoderUnavailable, PhotofindError, StoreFailed
from photofind.core.photo import Counts, FolderState
from photofind.core.question import Answer, Question
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.protocol import PALETTE_ID
from photofind.encoders.shelf import Shelf
from photofind.library.answering import NO_ENCODER_NOTE, Answering
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


@contextmanager
def asking(
    reader: CatalogueReader, paths: LibraryPaths, shelf: Shelf, decode_timeout_s: float
) -> Iterator[Callable[[Question], Answer]]:
    """Answers questions in this process: encoder and vectors are loaded for the first of them and put away at the end.

    Both raise PhotofindError.
    """
    encoder_id = reader.meta("encoder") or PALETTE_ID
    with ExitStack() as stack:
        decoders = DecoderPool(1, timeout_s=decode_timeout_s)
        stack.callback(decoders.stop)
        answering = Answering(reader, partial(decode_question_picture, decoders), waits=True)
        try:
            face = open_encoder(encoder_id, shelf, low_priority=False)
        except EncoderUnavailable as error:
            reason = error  # the name ends with its block

            def answer(question: Question) -> Answer:
                if question.pictures:
                    raise reason
                return answering.literal_answer(question, encoder_id, NO_ENCODER_NOTE.format(reason=reason))

            yield answer
        else:
            stack.callback(face.stop)
            encoder = LibraryEncoder(encoder_id, face, paths.vectors)
            yield lambda question: answering.answer(question, encoder)


def _size(paths: LibraryPaths, pattern: str) -> int:
    total = 0
    for path in paths.folder.glob(pattern):
        try:
            total += path.stat().st_size if path.is_file() else 0
        except OSError:  # vanished meanwhile
            continue
    return total
