"""What the status line says."""

from array import array

import pytest
from pytestqt.qtbot import QtBot

from photofind.core.events import Activity, Progress
from photofind.core.pace import Pace
from photofind.core.photo import Counts
from photofind.core.question import Answer, Question
from photofind.gui import status_words


@pytest.mark.parametrize(
    ("progress", "words"),
    [
        (Progress(Activity.IDLE), ""),
        (
            Progress(Activity.INDEXING, 11_276, 12_480, 8.2, 122.0),
            "Looking through 1,204 photos · 8 a second · about 2 minutes left",
        ),
        (Progress(Activity.INDEXING, 9, 10, 0.0, None), "Looking through 1 photo"),
        (Progress(Activity.INDEXING, 0, 40, 0.5, 80.0), "Looking through 40 photos · 30 a minute · about a minute left"),
        (Progress(Activity.INDEXING, 0, 40, 20.0, 2.0), "Looking through 40 photos · 20 a second · less than a minute left"),
        (
            Progress(Activity.INDEXING, 0, 10**6, 8.0, 125_000.0),
            "Looking through 1,000,000 photos · 8 a second · about 35 hours left",
        ),
        (
            Progress(Activity.INDEXING, 0, 10**6, 2.0, 500_000.0),
            "Looking through 1,000,000 photos · 2 a second · about 6 days left",
        ),
        (Progress(Activity.LOOKING, 0, 1_240), "Looking for photos in your folders · 1,240 photos so far"),
        (Progress(Activity.LOOKING), "Looking for photos in your folders"),
        (Progress(Activity.PAUSED, 10, 30), "Paused · 20 photos to go"),
        (Progress(Activity.PAUSED), "Paused"),
        (Progress(Activity.PAUSED_ON_BATTERY, 10, 30), "Paused while on battery · 20 photos to go"),
        (
            Progress(Activity.INDEXING, 0, 1_204, 2.9, 415.0, pace=Pace.GENTLE_BESIDE_USER),
            "Gently while you work · 1,204 photos to go · about 7 minutes left",
        ),
        (
            Progress(Activity.INDEXING, 0, 1_204, 2.9, 415.0, pace=Pace.GENTLE_ON_BATTERY),
            "Gently on battery · 1,204 photos to go · about 7 minutes left",
        ),
        (Progress(Activity.INDEXING, 0, 40, pace=Pace.GENTLE_AS_CHOSEN), "Gently · 40 photos to go"),
        (Progress(Activity.STOPPED_BY_TROUBLE, sentence="The disk fails."), "The disk fails."),
        (Progress(Activity.READ_ONLY, sentence="Nothing is saved."), "Nothing is saved."),
        (
            Progress(Activity.PAUSED_FOR_ROOM, 0, 9, sentence="The disk is full: 4 MB are needed."),
            "The disk is full: 4 MB are needed. Photos are looked through again when there is room.",
        ),
    ],
)  # fmt: skip
def test_progress_is_told_in_plain_words(qtbot: QtBot, progress: Progress, words: str) -> None:
    assert status_words.progress(progress) == words


@pytest.mark.parametrize(
    ("question", "found", "scored", "words"),
    [
        (Question(), 12_480, False, "12,480 photos"),
        (Question(), 1, False, "1 photo"),
        (Question("dog"), 0, False, "No photos found"),
        (Question("IMG"), 1, False, "1 photo found"),
        (Question("dog"), 12_480, True, "Nothing convincing · 12,480 less likely"),
        (Question("IMG"), 1000, False, "1,000 photos found"),
    ],
)
def test_an_answer_is_counted(qtbot: QtBot, question: Question, found: int, scored: bool, words: str) -> None:
    answer = Answer(question, array("q", range(found)), array("f", [0.5] * found if scored else []))
    assert status_words.answer(answer, Counts(photos=12_480)) == words


@pytest.mark.parametrize(
    ("literal", "strong", "likely", "words"),
    [
        (3, 4, 5, "12 photos found · 3 by name"),
        (0, 4, 5, "9 photos found"),
        (1, 0, 0, "1 photo found"),
        (0, 0, 0, "Nothing convincing · 690 less likely"),
    ],
)
def test_only_convincing_and_literal_photos_count_as_found(
    qtbot: QtBot, literal: int, strong: int, likely: int, words: str
) -> None:
    answer = Answer(
        Question("dog"), array("q", range(690)), array("f", [0.5] * (690 - literal)), literal=literal, strong=strong,
        likely=likely,
    )  # fmt: skip
    assert status_words.answer(answer, Counts(photos=12_480)) == words


def test_an_answer_while_photos_wait_says_how_many_it_is_about(qtbot: QtBot) -> None:
    answer = Answer(Question("dog"), array("q", range(690)), array("f", [0.5] * 690), strong=2)
    waiting = Counts(photos=5_009, indexed=690, waiting=4_319)
    assert status_words.answer(answer, waiting) == "2 photos found · 690 of 5,009 looked through"


def test_sizes_are_short(qtbot: QtBot) -> None:
    assert status_words.size(605_000_000) == "0.6 GB"
    assert status_words.size(1_500_000_000) == "1.5 GB"
    assert status_words.size(14_000_000) == "14.0 MB"


def test_photos_that_cannot_be_reached_are_told(qtbot: QtBot) -> None:
    assert (status_words.away(1), status_words.away(1_040)) == ("1 cannot be reached", "1,040 cannot be reached")
