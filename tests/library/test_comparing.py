"""Words judged beside usual words, over real vectors of labelled photos and a small real encoder."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.core.pixels import InputSpec
from photofind.encoders.folder import check_folder
from photofind.encoders.in_thread import EncoderInThread
from photofind.encoders.open_clip_encoder import OpenClipEncoder
from photofind.encoders.protocol import EncoderInfo
from photofind.library.comparing import Comparing
from photofind.library.encoder_desk import LibraryEncoder
from photofind.library.ranking import Relevance, relevance
from photofind.library.sampling import Sample

OTHERS = 60


class Mini(OpenClipEncoder):
    """In this process, so with what a process says of it."""

    info = EncoderInfo("local-dir:imagenet-mini", "imagenet_mini", "imagenet-mini", 512, InputSpec(size_px=224))


@pytest.fixture(scope="module")
def dogs_and_others(shared_data: Path) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    """Vectors of a library of which half shows a dog, and which do."""
    data = np.load(shared_data / "eval" / "imagenet_mini_photos.npz")
    groups = json.loads((shared_data / "eval" / "groups.json").read_text(encoding="utf-8"))
    dogs = np.isin(data["names"].astype(str), groups["a dog"])
    others = np.random.default_rng(0).choice(np.flatnonzero(~dogs), OTHERS, replace=False)
    vectors = np.concatenate([data["vectors"][dogs], data["vectors"][others]])
    return vectors.astype(np.float16), np.arange(len(vectors)) < dogs.sum()


@pytest.fixture
def encoder(
    tmp_path: Path, shared_data: Path, dogs_and_others: tuple[NDArray[np.float16], NDArray[np.bool_]]
) -> Iterator[LibraryEncoder]:
    face = EncoderInThread(Mini(check_folder(shared_data / "models" / "imagenet-mini")))
    encoder = LibraryEncoder("local-dir:imagenet-mini", face, tmp_path)
    vectors, _ = dogs_and_others
    encoder.index().upsert(np.arange(1, len(vectors) + 1), vectors)
    yield encoder
    face.stop()


def judged(comparing: Comparing, encoder: LibraryEncoder, text: str) -> tuple[Relevance, NDArray[np.float32]]:
    (vector,) = encoder.face.encode_texts([text]).result()
    assert vector is not None
    ids, cosines = encoder.index().cosines(vector[None])
    order = np.argsort(ids)
    found = comparing.words(vector, ids[order], cosines[0][order], np.ones(len(ids), np.bool_), encoder)
    return found, cosines[0][order]


def test_dogs_convince_in_a_library_of_dogs_and_for_a_lion_they_do_not(
    encoder: LibraryEncoder, dogs_and_others: tuple[NDArray[np.float16], NDArray[np.bool_]]
) -> None:
    _, is_dog = dogs_and_others
    comparing = Comparing(Sample(), waits=True)
    found, _ = judged(comparing, encoder, "a dog")
    convincing = found.probabilities >= found.likely_from
    assert np.mean(convincing[is_dog]) > 0.7 and np.mean(is_dog[convincing]) > 0.9
    for_a_lion, _ = judged(comparing, encoder, "a lion")
    assert np.mean(for_a_lion.probabilities[is_dog] >= for_a_lion.likely_from) < 0.05


def test_the_first_question_does_not_wait_for_usual_words(encoder: LibraryEncoder) -> None:
    comparing = Comparing(Sample())
    assert not comparing.go_on(), "nobody asked yet"
    first, cosines = judged(comparing, encoder, "a dog")
    assert np.array_equal(first.probabilities, relevance(cosines).probabilities)
    deadline_s = time.monotonic() + 60
    while comparing.go_on() and time.monotonic() < deadline_s:
        time.sleep(0.002)
    later, _ = judged(comparing, encoder, "a dog")
    assert not np.array_equal(first.probabilities, later.probabilities)


def test_photos_that_leave_meanwhile_and_small_or_empty_libraries_are_judged_without(encoder: LibraryEncoder) -> None:
    comparing = Comparing(Sample(), waits=True)
    (vector,) = encoder.face.encode_texts(["a dog"]).result()
    assert vector is not None
    ids, cosines = encoder.index().cosines(vector[None])
    encoder.index().remove(ids[:3])
    everything = np.ones(len(ids), np.bool_)
    found = comparing.words(vector, ids, cosines[0], everything, encoder)
    assert np.array_equal(found.probabilities, relevance(cosines[0]).probabilities)
    encoder.index().remove(np.setdiff1d(ids, ids[-15:]))
    small, cosines_of_few = judged(Comparing(Sample(), waits=True), encoder, "a dog")
    assert np.array_equal(small.probabilities, relevance(cosines_of_few).probabilities)
    encoder.index().remove(ids)
    empty = comparing.words(vector, ids[:0], cosines[0][:0], everything[:0], encoder)
    assert len(empty.probabilities) == 0
