import sqlite3

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.core.words import phrase_query, search_words


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


@pytest.mark.parametrize(
    ("question", "found"),
    [("日落", [0]), ("muller", [1]), ("MÜLLER", [1]), ("img_2034", [2]), ("IMG 20", [2]), ("cafe", [3]), ("落日", [])],
)
def test_what_is_indexed_is_found_however_it_is_written(question: str, found: list[int]) -> None:
    connection = index_of("海边日落照片.jpg", "Hochzeit Müller", "IMG_2034.JPG", "Café Central")
    rows = connection.execute("SELECT rowid FROM words WHERE words MATCH ?", (phrase_query(question),)).fetchall()
    connection.close()
    assert [row[0] for row in rows] == found


@given(st.text(alphabet=st.characters(codec=None), max_size=60))
def test_no_text_breaks_the_query_and_each_finds_itself(text: str) -> None:
    connection = index_of(text)
    query = phrase_query(text)
    if query:
        assert connection.execute("SELECT count(*) FROM words WHERE words MATCH ?", (query,)).fetchone() == (1,)
    connection.close()
