"""From scores to the groups of an answer: plain arrays, any thread."""

from array import array
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from photofind.core.question import Answer, Question

Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Compared:
    """Photos that were compared with the question: ids [n], each once, in any order; cosines [n]; how likely each fits [n].

    ``likely_from`` and ``strong_from`` are the probabilities from which a hit is at least likely, or strong.
    """

    ids: Ids
    scores: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    likely_from: float
    strong_from: float


def by_groups(question: Question, literal: Ids, compared: Compared, places: Ids | None) -> Answer:
    """Literal hits as they come, then strong, likely and weak ones; a photo that is a literal hit is in no other group.

    ``places`` [highest id + 1] is the place of each photo in the order asked for, None for relevance. Then strong and
    likely hits are one group, as an order by date goes through both; the weak ones stay by relevance.
    """
    fresh = ~np.isin(compared.ids, literal)
    ids, scores, probabilities = (values[fresh] for values in (compared.ids, compared.scores, compared.probabilities))
    keys = (-scores, -probabilities)
    order = np.lexsort(keys if np.all(ids[1:] > ids[:-1]) else (ids, *keys))  # equal ones by id
    ids, scores, probabilities = ids[order], scores[order], probabilities[order]
    # How many from the front: probabilities fall.
    strong, convincing = (
        int(np.searchsorted(-probabilities, -np.float32(least), side="right"))
        for least in (compared.strong_from, compared.likely_from)
    )
    strong = min(strong, convincing)
    literal = in_order(literal, places)
    if places is not None:
        first = np.argsort(places[ids[:convincing]], kind="stable")
        for values in (ids, scores, probabilities):
            values[:convincing] = values[:convincing][first]
        strong = 0
    room = None if question.limit is None else max(0, question.limit - len(literal))
    shown = len(ids) if room is None else min(room, len(ids))
    literal = literal[: question.limit]
    return Answer(
        question,
        array("q", np.concatenate([literal, ids[:shown]]).astype(np.int64).tobytes()),
        array("f", scores[:shown].astype(np.float32).tobytes()),
        literal=len(literal),
        strong=min(strong, shown),
        likely=min(convincing, shown) - min(strong, shown),
        convincing=convincing,
        probabilities=array("f", probabilities[:shown].astype(np.float32).tobytes()),
    )


def in_order(ids: Ids, places: Ids | None) -> Ids:
    """``ids`` by their ``places``; as they come where there are none."""
    return ids if places is None else ids[np.argsort(places[ids], kind="stable")]
