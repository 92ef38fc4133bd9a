import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.core.words import Phrase, asked_phrases, phrases_of, search_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("IMG_2034", ["img", "2034"]),
        ("Müller", ["muller"]),
        ("café.jpg", ["cafe", "jpg"]),
        ("海边日落照片", ["海", "边", "日", "落", "照", "片"]),
        ("SummerHoliday2019-Rome", ["summer", "holiday", "2019", "rome"]),
        ("ﬁne Ⅷ", ["fine", "viii"]),
        ("…!?", []),
        ("caf\udce9", ["caf"]),
    ],
)
def test_texts_become_words(text: str, words: list[str]) -> None:
    assert search_words(text) == words


def index_of(*texts: str) -> sqlite3.Connection:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE VIRTUAL TABLE words USING fts5 (text, tokenize = 'unicode61')")
    for number, text in enumerate(texts):
        connection.execute("INSERT INTO words (rowid, text) VALUES (?, ?)", (number, " ".join(search_words(text))))
    return connection


def found_by(connection: sqlite3.Connection, text: str) -> list[int]:
    query = " ".join(phrase.fts_query for phrase in asked_phrases(text))
    return [row[0] for row in connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (query,))]


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("日落", [0]), ("日", [0]), ("muller", [1]), ("MÜLLER", [1]), ("img_2034", [2]), ("IMG 20", [2]), ("cafe", [3]),
        ("落日", []), ("the café in the central", [3]), ("hoch", [1]), ("c", []),
    ],
)  # fmt: skip
def test_what_is_indexed_is_found_however_it_is_written(question: str, found: list[int]) -> None:
    connection = index_of("海边日落照片.jpg", "Hochzeit Müller", "IMG_2034.JPG", "Café Central")
    assert found_by(connection, question) == found
    connection.close()


@pytest.mark.parametrize("text", ["", "the", "in a", "für die", "的", "…"])
def test_words_that_only_hold_sentences_together_ask_for_nothing(text: str) -> None:
    assert asked_phrases(text) == []


def test_a_single_letter_is_a_word_and_no_beginning_but_a_chinese_character_is_both() -> None:
    assert asked_phrases("x 日 x1") == [Phrase(("x",)), Phrase(("日",), True), Phrase(("x", "1"))]


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_no_text_breaks_the_query_and_each_finds_itself(text: str) -> None:
    connection = index_of(text)
    for phrase in (*phrases_of(text), *phrases_of(text, are_open=False), *asked_phrases(text)):
        query = (phrase.fts_query,)
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", query).fetchone() == (1,)
        assert phrase.stands_in(search_words(text))
    connection.close()


@pytest.mark.parametrize(
    ("phrase", "stands"),
    [
        (Phrase(("red", "car")), True), (Phrase(("red", "ca")), False), (Phrase(("red", "ca"), True), True),
        (Phrase(("ed", "car")), False), (Phrase(("car", "red")), False), (Phrase(("my",)), True),
    ],
)  # fmt: skip
def test_a_phrase_is_words_next_to_each_other(phrase: Phrase, stands: bool) -> None:
    assert phrase.stands_in(["my", "red", "car"]) is stands
