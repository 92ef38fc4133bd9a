"""Measures by hand, and the report on the labelled vectors."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from photofind.core.errors import PhotofindError
from photofind.encoders.in_thread import EncoderInThread
from photofind.encoders.palette import Palette
from photofind.library.evaluation import measures
from photofind.library.evaluation.fitting import Weighed, fit_curve
from photofind.library.evaluation.judging import as_lines, cross_validated, judge
from photofind.library.evaluation.labelled import encode_labelled, labels_in
from photofind.library.evaluation.measures import Case
from photofind.media.decoder_pool import DecoderPool

RIGHT = np.array([[True, True, False, False], [False, False, True, False]])
SCORES = np.array([[0.9, 0.2, 0.5, 0.1], [0.1, 0.2, 0.8, 0.3]], np.float32)


def test_measures_are_those_of_the_books() -> None:
    shown = SCORES >= 0.5
    assert measures.f1_of_sets(shown, RIGHT).tolist() == [0.5, 1.0]
    assert measures.f1_of_sets(np.zeros_like(RIGHT), RIGHT).tolist() == [0.0, 0.0]
    assert measures.best_cuts(SCORES, RIGHT).tolist() == pytest.approx([0.8, 1.0])
    at_best = measures.best_constant(SCORES, RIGHT) <= SCORES
    assert measures.f1_of_sets(at_best, RIGHT).mean() == pytest.approx(5 / 6)
    assert measures.area_under_curve(np.array([3.0, 2.0]), np.array([1.0, 2.0])) == 7 / 8
    stated = np.array([[0.95, 0.95, 0.95, 0.95]], np.float32)
    assert measures.calibration_error(stated, np.array([[True, True, True, False]])) == pytest.approx(0.2)
    assert measures.calibration_error(np.zeros((1, 4), np.float32), RIGHT[:1]) == 0.0
    low, high = measures.interval(np.arange(100, dtype=np.float64))
    assert 40 < low < 49.5 < high < 60


def cases(scores: NDArray[np.float32], right: NDArray[np.bool_]) -> list[Case]:
    return [Case(row, answers) for row, answers in zip(scores, right, strict=True)]


def made_up(questions: int, photos: int = 400) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Right answers stand out by four to ten spreads of the others."""
    chance = np.random.default_rng(1)
    scores = chance.normal(0, 1, (questions, photos))
    right = chance.random((questions, photos)) < 0.02
    right[:, 0] = True
    scores[right] += chance.uniform(4, 10, int(right.sum()))
    return scores.astype(np.float32), right


def test_a_curve_is_fitted_and_judged_on_questions_that_it_has_not_seen() -> None:
    scores, right = made_up(60)
    asked = cases(scores, right)
    report = judge(asked, cross_validated(asked))
    assert report.f1 > 0.9 and report.strong_precision > 0.9 and report.calibration_error < 0.1
    assert report.oracle_f1 >= report.f1 and report.present_auc > 0.95
    asked = cases(measures.distorted(scores / 10), right)  # as small as cosines are, their offsets count
    twisted = judge(asked, cross_validated(asked))
    assert twisted.f1 == pytest.approx(report.f1, abs=0.01) and twisted.over_constant[0] > 0
    assert any("F1" in line for line in as_lines(report))


def test_a_curve_never_falls_even_where_the_right_answers_score_lowest() -> None:
    scores, right = made_up(20)
    curve = fit_curve([Weighed(case) for case in cases(-scores, right)])
    assert np.all(curve.slopes >= 0)


def test_labels_come_from_folders_or_from_names(tmp_path: Path, make_picture: Callable[..., Path]) -> None:
    for name in ("red_fox/a.jpg", "red_fox/b.jpg", "Big-dog_12.png", "notes.txt.jpg.d/x.jpg"):
        make_picture(tmp_path / name)
    (tmp_path / "readme.txt").write_text("no picture")
    found = {str(path.relative_to(tmp_path)): label for path, label in labels_in(tmp_path).items()}
    assert found == {
        "red_fox/a.jpg": "red fox", "red_fox/b.jpg": "red fox", "Big-dog_12.png": "big dog",
        "notes.txt.jpg.d/x.jpg": "notes.txt.jpg.d",
    }  # fmt: skip


def test_a_labelled_folder_is_encoded_and_judged(tmp_path: Path, make_picture: Callable[..., Path]) -> None:
    for label, colour in (("red", (220, 30, 30)), ("green", (30, 160, 40)), ("blue", (30, 60, 220))):
        for number in range(4):
            make_picture(tmp_path / label / f"{number}.png", tuple(part // (number + 1) for part in colour))
    (tmp_path / "red" / "broken.jpg").write_bytes(b"\xff\xd8\xff nothing")
    decoders, face = DecoderPool(1), EncoderInThread(Palette())
    try:
        material = encode_labelled(tmp_path, face, decoders, lambda _done, _total: None)
        with pytest.raises(PhotofindError, match="two labels"):
            encode_labelled(tmp_path / "red", face, decoders, lambda _done, _total: None)
    finally:
        face.stop()
        decoders.stop()
    assert material.questions == ("a photo of blue", "a photo of green", "a photo of red") and material.unreadable == 1
    assert [case.right.sum() for case in material.cases] == [4, 4, 4]
    assert all(len(case.scores) == 12 and case.by_words is None for case in material.cases), "colours are all it knows"
    curve = fit_curve([Weighed(case) for case in material.cases])
    assert judge(material.cases, lambda _: curve).questions == 3
