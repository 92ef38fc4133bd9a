"""What a question is about: its words and pictures, whatever filters, order and thumbs go with them."""

from dataclasses import dataclass

from photofind.core.query import parse
from photofind.core.query.parts import Literal, Words
from photofind.core.question import PictureSource, Question


@dataclass(frozen=True, slots=True)
class Subject:
    """Two questions with the same one are the same search, narrowed or ordered in another way."""

    words: tuple[Words | Literal, ...] = ()
    pictures: tuple[PictureSource, ...] = ()

    @staticmethod
    def of(question: Question) -> "Subject":
        query = parse(question.text)
        return Subject((*query.words, *query.literals), question.pictures)

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to rank photos by: they come by date."""
        return not self.words and not self.pictures
