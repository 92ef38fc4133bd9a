"""The last questions, newest first: kept in the settings, offered by the key Down in an empty search bar."""

from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject

from photofind.core.question import Answer
from photofind.gui.icons import Glyph
from photofind.gui.search_bar import SearchBar
from photofind.gui.search_controller import SearchController
from photofind.gui.suggestion_list import Suggestion

MOST_QUESTIONS = 20


class QuestionHistory(QObject):
    """A question is remembered when the user goes on from it, not at every pause in typing."""

    def __init__(
        self, questions: Sequence[str], save: Callable[..., None], bar: SearchBar, search: SearchController
    ) -> None:
        super().__init__(bar)
        self._questions = list(questions)[:MOST_QUESTIONS]
        self._save, self._bar = save, bar
        self._asked = ""
        search.answered.connect(self._answered)
        bar.left_downwards.connect(self._remember)
        bar.cleared.connect(self._remember)
        bar.words.left.connect(self._remember)
        bar.history_wanted.connect(self._offer)
        bar.forget_wanted.connect(self._forget)

    @property
    def questions(self) -> list[str]:
        return list(self._questions)

    def _answered(self, answer: Answer, _again: bool) -> None:
        self._asked = answer.question.text or self._asked

    def _remember(self) -> None:
        if self._asked and self._asked not in self._questions[:1]:
            self._questions = [self._asked, *(text for text in self._questions if text != self._asked)][:MOST_QUESTIONS]
            self._save(history=tuple(self._questions))
        self._asked = ""

    def _offer(self) -> None:
        self._bar.offer([Suggestion(text, text, len(text), Glyph.HISTORY) for text in self._questions])

    def _forget(self, suggestion: Suggestion) -> None:
        """One of them, as the user wishes; others stay."""
        if suggestion.text in self._questions:
            self._questions.remove(suggestion.text)
            self._save(history=tuple(self._questions))
            self._offer()
