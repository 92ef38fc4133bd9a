"""The language of the search box: one text, several kinds of parts.

``parse`` reads it, ``to_text`` prints it, ``explain`` and ``label`` say it to people, ``completions`` help typing it.
The parts themselves are in ``core.query.parts``.
"""

from photofind.core.query.completion import Completion, completions
from photofind.core.query.explaining import explain, label
from photofind.core.query.known import KnownValues
from photofind.core.query.printing import part_text, to_text, without_part
from photofind.core.query.question_files import read_questions
from photofind.core.query.reading import parse

__all__ = [
    "Completion",
    "KnownValues",
    "completions",
    "explain",
    "label",
    "parse",
    "part_text",
    "read_questions",
    "to_text",
    "without_part",
]
