import pytest

from photofind.core.query import read_questions


@pytest.mark.parametrize(
    ("text", "questions"),
    [
        ("", []),
        ("a dog\n\n# a comment\n#\n#beach\n  a cat, asleep \r\n", ["a dog", "#beach", "a cat, asleep"]),
        ("\ufeffa dog\ncamera:nikon -snow", ["a dog", "camera:nikon -snow"]),
        ("query\na dog\na cat", ["a dog", "a cat"]),
        ("query", ["query"]),
        ('id,Query,notes\n1,"a dog, asleep",x\n2,"say ""no""",y\n3,,z\n', ["a dog, asleep", 'say "no"']),
        ("\ufeffnr;Question\n1;a dog\n2;a cat", ["a dog", "a cat"]),
        ("nr\ttext\n1\ta dog\n# left out\n2\ta cat", ["a dog", "a cat"]),
        ("a dog;1\na cat;2", ["a dog", "a cat"]),
        ("a dog; a cat\na horse", ["a dog; a cat", "a horse"]),
        ('"a dog"\n"a cat"', ['"a dog"', '"a cat"']),
        ("words,n\nonly\n", ["only"]),
    ],
)
def test_lines_and_tables_are_read(text: str, questions: list[str]) -> None:
    assert read_questions(text) == questions
    assert read_questions(text.splitlines(keepends=True)) == questions


def test_a_cell_beyond_all_bounds_is_a_line_still() -> None:
    text = "query,n\n" + "x" * 200_000
    assert read_questions(text) == text.split("\n")
