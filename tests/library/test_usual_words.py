"""What usual words say against a question: statistics and margins, with vectors made up and with a real encoder's."""

import threading
from concurrent.futures import Future
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.folder import check_folder
from photofind.encoders.in_thread import EncoderInThread
from photofind.encoders.open_clip_encoder import OpenClipEncoder
from photofind.encoders.palette import Palette
from photofind.encoders.protocol import TextVectors
from photofind.library.usual_vectors import UsualVectors
from photofind.library.usual_words import UsualWords, usual_texts

WORDS, DIMENSION, PHOTOS = 40, 64, 300


def unit(rows: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True), np.float32)


@pytest.fixture
def made_up() -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Words, and photos that each show what one of them says; the question is the first word."""
    chance = np.random.default_rng(0)
    words = unit(chance.normal(size=(WORDS, DIMENSION)))
    shown = words[chance.integers(0, WORDS, PHOTOS)]
    return words, unit(shown + chance.normal(size=(PHOTOS, DIMENSION)) * 0.05)


def margins_of(
    words: NDArray[np.float32], photos: NDArray[np.float32], asked: NDArray[np.float32], nearest: int
) -> NDArray[np.float32]:
    usual = UsualWords(words, words @ photos.T)
    scores = photos @ asked
    best = np.argsort(-scores)[:nearest]
    found = usual.margins(scores, usual.far_from(asked), best, photos[best] @ words.T)
    assert found is not None
    return found


def test_a_photo_that_shows_it_is_above_all_other_words_and_others_are_below(
    made_up: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    words, photos = made_up
    for nearest in (PHOTOS, 60):
        found = margins_of(words, photos, words[0], nearest)
        shows_it = (photos @ words.T).argmax(axis=1) == 0
        assert found[shows_it].min() > 0 > found[~shows_it].max()


def test_an_offset_and_a_scale_of_all_cosines_change_no_margin(
    made_up: tuple[NDArray[np.float32], NDArray[np.float32]],
) -> None:
    words, photos = made_up
    scores, of_words = photos @ words[0], photos @ words.T
    best, far = np.argsort(-scores), UsualWords(words, of_words.T).far_from(words[0])
    plain = UsualWords(words, of_words.T).margins(scores, far, best, of_words[best])
    moved = UsualWords(words, 0.1 * of_words.T + 0.2).margins(0.1 * scores + 0.2, far, best, 0.1 * of_words[best] + 0.2)
    assert plain is not None and moved == pytest.approx(plain, rel=1e-2, abs=1e-2)


def test_words_that_mean_the_same_say_nothing_against_it_also_where_all_texts_are_alike() -> None:
    chance = np.random.default_rng(1)
    words = chance.normal(size=(WORDS, DIMENSION))
    words[1] = words[0] + chance.normal(size=DIMENSION) * 0.2
    for shared in (0, 20):  # CLIP's texts all lie in one corner
        texts = unit(words + shared)
        far = UsualWords(texts, np.zeros((WORDS, 1), np.float32)).far_from(texts[0])
        assert not far[:2].any() and far[2:].all()


def test_too_few_other_words_say_nothing(made_up: tuple[NDArray[np.float32], NDArray[np.float32]]) -> None:
    words, photos = made_up
    usual = UsualWords(words, words @ photos.T)
    few = np.arange(WORDS) < 19
    assert usual.margins(photos @ words[0], few, np.arange(5), photos[:5] @ words.T) is None


def test_usual_texts_are_many_and_each_is_there_once() -> None:
    texts = usual_texts()
    assert len(texts) > 400 and len(set(texts)) == len(texts) and all(text == text.strip() != "" for text in texts)


class Counting(EncoderInThread):
    """Counts the texts that it is given."""

    texts = 0

    def encode_texts(self, texts: "list[str] | tuple[str, ...]") -> Future[TextVectors]:  # type: ignore[override]
        self.texts += len(texts)
        return super().encode_texts(texts)


def test_they_are_encoded_a_few_at_a_time_and_kept_for_the_next_start(tmp_path: Path, shared_data: Path) -> None:
    face = Counting(OpenClipEncoder(check_folder(shared_data / "models" / "imagenet-mini")))
    try:
        vectors = UsualVectors(face, tmp_path, "mini")
        assert vectors.known is None
        vectors.go_on()
        assert 0 < face.texts <= 4
        waiting = threading.Event()
        while not vectors.is_finished:
            vectors.go_on()
            waiting.wait(0.002)
        assert face.texts == len(usual_texts()) and vectors.known is not None
        assert np.linalg.norm(vectors.known, axis=1) == pytest.approx(1, abs=1e-3)
        again = UsualVectors(face, tmp_path, "mini")
        assert again.known == pytest.approx(vectors.known, abs=1e-3)
        (file,) = tmp_path.iterdir()
        for damage in (b"", b"no numbers", file.read_bytes()[:-100]):
            file.write_bytes(damage)
            assert UsualVectors(face, tmp_path, "mini").known is None
        assert face.texts == len(usual_texts())
    finally:
        face.stop()


def test_an_encoder_of_colours_has_none_and_one_that_fails_is_left_alone(tmp_path: Path) -> None:
    face = EncoderInThread(Palette())
    vectors = UsualVectors(face, tmp_path, "palette")
    vectors.encode_all()
    face.stop()
    assert vectors.is_finished and vectors.known is None and not list(tmp_path.iterdir())
    stopped = UsualVectors(face, tmp_path, "palette")
    stopped.go_on()
    stopped.go_on()
    assert stopped.is_finished and stopped.known is None
    with pytest.raises(EncoderUnavailable):
        UsualVectors(face, tmp_path, "palette").encode_all()
