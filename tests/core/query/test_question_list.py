"""Files with many questions."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photofind.core.query import read_questions


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("a dog\n\n  # 1, or 2 \r\n日落\n", ["a dog", "# 1, or 2", "日落"]),
        ("\ufeffid;Query\n1;a dog\n2;\"red; car\"\n3;\n", ["a dog", "red; car"]),
        ("word\n日落\n", ["日落"]),
        ("picture\ttext\nx\ta cat\ny\n", ["a cat"]),
        ("\n\nquestion,n\n\"a\nb\",1\n", ["a b"]),
        ('cats, "grey"\n', ['cats, "grey"']),
        ("", []),
    ],
)
def test_questions_come_one_a_line_or_in_a_column(text: str, questions: list[str]) -> None:
    assert read_questions(text) == questions


@given(st.text())
def test_any_file_is_a_list(text: str) -> None:
    for heading in ("", "query\n", "a,text\n"):
        assert all(question.strip() for question in read_questions(heading + text))
