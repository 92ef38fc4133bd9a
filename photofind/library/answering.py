"""From a question to the ids that answer it."""

import time
from array import array
from collections.abc import Callable
from concurrent.futures import Future

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.core.pixels import InputSpec
from photofind.core.question import Answer, PictureFile, PictureOfPhoto, PictureSource, Question
from photofind.library.encoder_desk import LibraryEncoder
from photofind.media.decoder import Decoded
from photofind.store.catalogue_reader import CatalogueReader

ONLY_COLOURS_NOTE = "Only colours and names can be searched until an encoder is installed."
NO_ENCODER_NOTE = "Only names can be searched: {reason}"

_TEXTS_KEPT = 32

DecodeNow = Callable[[PictureSource, InputSpec], "Future[Decoded]"]


class Answering:
    """Answers questions from the catalogue and the vectors. One thread: the reader is bound to it."""

    def __init__(self, reader: CatalogueReader, decode_now: DecodeNow) -> None:
        self._reader = reader
        self._decode_now = decode_now
        self._allowed: tuple[tuple[str, int, bool | None], NDArray[np.int64]] | None = None
        # By encoder and text, the latest at the end: while photos come in, the same question is asked twice a second.
        self._text_vectors: dict[tuple[str, str], NDArray[np.float32]] = {}

    def answer(self, question: Question, encoder: LibraryEncoder) -> Answer:
        """All parts of the question together as one vector; words that have none are looked up as they are.

        Raises:
            EncoderUnavailable: a picture was asked about, and the encoder cannot be loaded.
            UnreadablePicture: a picture of the question cannot be read.
            StoreFailed: vectors or catalogue cannot be read.
        """
        began_s = time.monotonic()
        if question.is_empty:
            ids = _reached(self._reader, self._reader.ids_by_date(), question)
            return Answer(question, ids[: question.limit], encoder=encoder.id, seconds=time.monotonic() - began_s)
        try:
            vector = self._vector_of(question, encoder)
        except EncoderUnavailable as error:
            if question.pictures:
                raise
            return literal_answer(self._reader, question, encoder.id, NO_ENCODER_NOTE.format(reason=error))
        if vector is None:
            return literal_answer(self._reader, question, encoder.id, ONLY_COLOURS_NOTE if encoder.is_palette else "")
        found, scores = encoder.index().search(vector, question.limit, allowed=self._allowed_ids(question, encoder))
        return Answer(
            question,
            array("q", found.tobytes()),
            array("f", scores.tobytes()),
            encoder=encoder.id,
            seconds=time.monotonic() - began_s,
        )

    def _vector_of(self, question: Question, encoder: LibraryEncoder) -> NDArray[np.float32] | None:
        text = question.text.strip()
        key = (encoder.info().key, text)
        of_text = self._text_vectors.get(key)
        text_future = encoder.face.encode_texts([text]) if text and of_text is None else None
        encoder.index()  # this and the ids take a while after a change or a rest: in the encoder's time, not after it
        self._allowed_ids(question, encoder)
        parts = [self._vector_of_picture(source, encoder) for source in question.pictures]
        if text_future is not None:
            of_text = text_future.result()[0]
        if of_text is not None:
            parts.append(of_text)
            self._text_vectors.pop(key, None)
            self._text_vectors[key] = of_text
            if len(self._text_vectors) > _TEXTS_KEPT:
                del self._text_vectors[next(iter(self._text_vectors))]
        if not parts:
            return None
        together = np.sum(parts, axis=0, dtype=np.float32)
        length = float(np.linalg.norm(together))
        return None if length == 0 else np.asarray(together / length, np.float32)

    def _vector_of_picture(self, source: PictureSource, encoder: LibraryEncoder) -> NDArray[np.float32]:
        if isinstance(source, PictureOfPhoto):
            _, vectors = encoder.index().vectors_of(np.array([source.photo_id], np.int64))
            if len(vectors):
                return np.asarray(vectors[0], np.float32)
            rows = self._reader.rows([source.photo_id])
            if not rows:
                raise EncoderUnavailable("This photo is not in the library any more.")
            source = PictureFile(rows[0].path)
        decoded = self._decode_now(source, encoder.info().input_spec).result()
        assert decoded.encoder_input is not None
        return np.asarray(encoder.face.encode_images(decoded.encoder_input[None]).result()[0], np.float32)

    def _allowed_ids(self, question: Question, encoder: LibraryEncoder) -> NDArray[np.int64]:
        """Kept until the catalogue changes: reading 100,000 ids takes longer than searching them."""
        state = (encoder.info().key, self._reader.data_version(), question.offline)
        if self._allowed is None or self._allowed[0] != state:
            ids = self._reader.searchable_ids(encoder.info().key)
            self._allowed = (state, ids[_are_reached(self._reader, ids, question)])
        return self._allowed[1]


def literal_answer(reader: CatalogueReader, question: Question, encoder_id: str, note: str) -> Answer:
    """Photos whose names, folders, tags or captions hold the words of the question; ``note`` says why only those."""
    began_s = time.monotonic()
    limit = question.limit if question.offline is None else None
    ids = _reached(reader, reader.literal_hits(question.text, limit), question)[: question.limit]
    return Answer(question, ids, encoder=encoder_id, note=note, literal=len(ids), seconds=time.monotonic() - began_s)


def _reached(reader: CatalogueReader, ids: "array[int]", question: Question) -> "array[int]":
    """Those of ``ids`` that the question asks for, in their order."""
    if question.offline is None:
        return ids
    some = np.frombuffer(ids, np.int64)
    return array("q", some[_are_reached(reader, some, question)].tobytes())


def _are_reached(reader: CatalogueReader, ids: NDArray[np.int64], question: Question) -> NDArray[np.bool_] | slice:
    """Which of ``ids`` are where the question asks for them."""
    if question.offline is None:
        return slice(None)
    return np.isin(ids, reader.offline_ids(), assume_unique=True, invert=not question.offline)
