"""From a question to the photos that answer it, in groups."""

import time
from array import array
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.core.query import parse
from photofind.core.query.parts import Query, Words
from photofind.core.question import Answer, Order, Question
from photofind.library.comparing import Comparing
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.feedback import refined
from photofind.library.grouping import Compared, by_groups, in_order
from photofind.library.question_vectors import DecodeNow, QuestionVectors, Vector, together
from photofind.library.ranking import are_copies, relevance, usual_curve
from photofind.library.sampling import Sample
from photofind.library.stacking import Stacking
from photofind.store.catalogue_reader import CatalogueReader

ONLY_COLOURS_NOTE = "Only colours and names can be searched until an encoder is installed."
NO_ENCODER_NOTE = "Only names can be searched: {reason}"

Ids = NDArray[np.int64]

_NONE: Ids = np.empty(0, np.int64)
_MOST_UNWANTED = 24  # each is compared with all photos; nobody types so many


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question in the catalogue's terms; ids ascending."""

    question: Question
    wanted: tuple[Words, ...]
    unwanted: tuple[Words, ...]
    allowed: Ids | None
    """For which the filters hold; None: there are no filters."""
    literal: Ids
    """Whose names, tags and captions hold the words, best first."""
    literally_unwanted: Ids


class Answering:
    """Answers questions from the catalogue and the vectors. One thread: the reader is bound to it."""

    def __init__(self, reader: CatalogueReader, decode_now: DecodeNow, *, waits: bool = False) -> None:
        """``waits``: answers as well as can be at the first question, however long it takes."""
        self._reader = reader
        self._vectors = QuestionVectors(reader, decode_now)
        sample = Sample()
        self._comparing, self._stacking = Comparing(sample, waits=waits), Stacking(reader, sample)
        self._searchable: tuple[tuple[str, int], Ids] | None = None
        self._placed: tuple[tuple[Order, int], Ids | None] | None = None

    def answer(self, question: Question, encoder: LibraryEncoder) -> Answer:
        """Literal hits, then what looks like the question; words that have no vector are looked up as they are.

        Raises:
            EncoderUnavailable: a picture was asked about, and the encoder cannot be loaded.
            UnreadablePicture: a picture of the question cannot be read.
            StoreFailed: vectors or catalogue cannot be read.
        """
        began_s = time.monotonic()
        query = parse(question.text)
        if query.words or question.pictures:
            try:
                found = self._compared(question, query, encoder)
            except EncoderUnavailable as error:
                if question.pictures:
                    raise
                found = self._literal(self._asked(question, query), NO_ENCODER_NOTE.format(reason=error))
        else:
            found = self._listed(self._asked(question, query), ())
        if question.limit is None and not question.is_empty:  # who asks for so many photos means each of them
            found = replace(found, leaders=self._stacking.leaders(found, encoder))
        return replace(found, encoder=encoder.id, seconds=time.monotonic() - began_s)

    def literal_answer(self, question: Question, encoder_id: str, note: str) -> Answer:
        """Only photos whose names, folders, tags or captions hold the words of the question; ``note`` says why."""
        return replace(self._literal(self._asked(question, parse(question.text)), note), encoder=encoder_id)

    def go_on(self) -> bool:
        """Prepare a little for the next questions while none waits; says whether there is more to do soon."""
        return self._comparing.go_on()

    # What the catalogue knows

    def _asked(self, question: Question, query: Query) -> _Asked:
        allowed = self._reader.filtered_ids(query.filters, query.literals) if query.filters or query.literals else None
        if question.offline is not None:
            away = self._reader.offline_ids()
            among = np.sort(self._shown()) if allowed is None else allowed
            allowed = among[np.isin(among, away, invert=not question.offline)]
        literal = self._holding(query.wanted_text, allowed)
        unwanted = query.unwanted[:_MOST_UNWANTED]
        # Beginnings will do for what is wanted, but -sun is nothing against a Sunday.
        holding = [self._holding(words.text, None, whole_words=True) for words in unwanted]
        literally_unwanted = np.unique(np.concatenate([_NONE, *holding]))
        literal = literal[~np.isin(literal, literally_unwanted)]
        return _Asked(question, query.wanted, unwanted, allowed, literal, literally_unwanted)

    def _shown(self) -> Ids:
        """All photos, newest first."""
        return np.frombuffer(self._reader.ids_by_date(), np.int64)

    def _holding(self, text: str, allowed: Ids | None, *, whole_words: bool = False) -> Ids:
        """Photos whose names, tags and captions hold the words, best first."""
        return np.frombuffer(self._reader.literal_hits(text, allowed, whole_words=whole_words), np.int64)

    def _searchable_ids(self, encoder: LibraryEncoder) -> Ids:
        """Kept until the catalogue changes: reading 100,000 ids takes longer than searching them."""
        state = (encoder.info().key, self._reader.data_version())
        if self._searchable is None or self._searchable[0] != state:
            self._searchable = (state, self._reader.searchable_ids(encoder.info().key))
        return self._searchable[1]

    def _places(self, order: Order) -> Ids | None:
        """Kept until the catalogue changes, too: names of 100,000 photos are not sorted at each letter typed."""
        state = (order, self._reader.data_version())
        if self._placed is None or self._placed[0] != state:
            self._placed = (state, self._reader.places(order))
        return self._placed[1]

    # Answers of three kinds

    def _listed(self, asked: _Asked, unlike: Sequence[Ids]) -> Answer:
        """Nothing to compare with: all photos that are allowed, newest first, without those in ``unlike``."""
        ids = self._shown()
        if asked.allowed is not None:
            ids = ids[np.isin(ids, asked.allowed)]
        for unwanted in (asked.literally_unwanted, *unlike):
            ids = ids[~np.isin(ids, unwanted)]
        ids = in_order(ids, self._places(asked.question.order))
        return Answer(asked.question, array("q", ids[: asked.question.limit].tobytes()))

    def _literal(self, asked: _Asked, note: str, unlike: Ids = _NONE) -> Answer:
        """Only what says the words, without those in ``unlike``."""
        if asked.unwanted and not asked.wanted:
            return replace(self._listed(asked, [unlike]), note=note)
        literal = asked.literal[~np.isin(asked.literal, unlike)]
        ids = in_order(literal, self._places(asked.question.order))[: asked.question.limit]
        return Answer(asked.question, array("q", ids.tobytes()), note=note, literal=len(ids))

    def _compared(self, question: Question, query: Query, encoder: LibraryEncoder) -> Answer:
        of_texts = self._vectors.begin([words.text for words in query.words], encoder)
        # These take a while after a change or a rest: in the encoder's time, not after it.
        encoder.index()
        self._searchable_ids(encoder)
        asked = self._asked(question, query)
        pictures = [self._vectors.of_picture(source, encoder) for source in question.pictures]
        texts = dict(zip(query.words, of_texts(), strict=True))
        parts = list(zip(question.weights or (1.0,) * len(pictures), pictures, strict=True))
        parts += [(words.weight, vector) for words in asked.wanted if (vector := texts[words]) is not None]
        like = together(parts)
        unlike = [vector for words in asked.unwanted if (vector := texts[words]) is not None]
        if like is not None and (question.liked or question.disliked):
            like = self._refined(like, question, encoder)
        unknown = any(texts[words] is None for words in (*asked.wanted, *asked.unwanted))
        note = ONLY_COLOURS_NOTE if encoder.is_palette and unknown else ""
        if like is None and not unlike:
            return self._literal(asked, note)
        return replace(self._by_likeness(asked, like, pictures, unlike, encoder), note=note)

    def _refined(self, like: Vector, question: Question, encoder: LibraryEncoder) -> Vector:
        index = encoder.index()
        liked, disliked = (
            index.vectors_of(np.array(ids, np.int64))[1].astype(np.float32) for ids in (question.liked, question.disliked)
        )
        return refined(like, liked, disliked)

    def _by_likeness(
        self, asked: _Asked, like: Vector | None, pictures: Sequence[Vector], unlike: Sequence[Vector], encoder: LibraryEncoder
    ) -> Answer:
        """``like`` is what all wanted words and pictures come to; some of ``like`` and ``unlike`` is there."""
        questions = [*([] if like is None else [like]), *pictures, *unlike]
        ids, scores = encoder.index().cosines(np.array(questions, np.float32))
        known = np.isin(ids, self._searchable_ids(encoder))
        ids, scores = ids[known], scores[:, known]
        wanted = ~np.isin(ids, asked.literally_unwanted)
        if asked.allowed is not None:
            wanted &= np.isin(ids, asked.allowed)
        unwanted = np.zeros(len(ids), np.bool_)
        fits = np.ones(len(ids), np.float32)
        for vector, cosines in zip(unlike, scores[len(scores) - len(unlike) :], strict=True):
            judged = self._comparing.words(vector, ids, cosines, wanted, encoder)
            fits *= 1 - judged.probabilities
            unwanted |= judged.probabilities >= judged.likely_from
        if like is None:
            return self._literal(asked, "", ids[unwanted])
        copies = np.zeros(len(ids), np.bool_)
        for cosines in scores[1 : 1 + len(pictures)]:
            copies |= are_copies(cosines)
        if pictures:
            judged = relevance(scores[0], aside=copies, curve=usual_curve("picture"))
        else:
            judged = self._comparing.words(like, ids, scores[0], wanted, encoder)
        probabilities = judged.probabilities * fits
        if not asked.wanted:
            probabilities[copies] = 1.0
        probabilities[np.isin(ids, asked.question.liked)] = 1.0
        probabilities[np.isin(ids, asked.question.disliked)] = 0.0
        compared = Compared(
            ids[wanted], scores[0][wanted], probabilities[wanted], judged.likely_from, judged.strong_from
        )
        literal = asked.literal[~np.isin(asked.literal, ids[unwanted])]
        return by_groups(asked.question, literal, compared, self._places(asked.question.order))
