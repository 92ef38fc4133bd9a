"""Where the words of a question stand in what is known of a photo: the same rules as literal search."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from photofind.core.query.parts import Query, TextField, TextFilter, Words
from photofind.core.words import search_words


class TextPlace(Enum):
    """What of a photo literal search reads."""

    FOLDER = "folder"
    NAME = "name"
    CAMERA = "camera"
    LENS = "lens"
    DATE = "date"
    TITLE = "title"
    CAPTION = "caption"
    TAG = "tag"


@dataclass(frozen=True, slots=True)
class PhotoText:
    """One text that is known of a photo. A name that is not UTF-8 holds lone surrogates (``os.fsdecode``)."""

    place: TextPlace
    text: str


_PLACE_OF = {
    TextField.CAMERA: TextPlace.CAMERA,
    TextField.LENS: TextPlace.LENS,
    TextField.FOLDER: TextPlace.FOLDER,
    TextField.NAME: TextPlace.NAME,
    TextField.TAG: TextPlace.TAG,
}
_Phrase = Sequence[str]


def literal_finds(query: Query, texts: Sequence[PhotoText]) -> tuple[PhotoText, ...]:
    """Those of a photo's ``texts`` that hold something of the question, in their order; each once.

    Free words count only where all of them stand somewhere in the texts, as literal search wants it: "in" alone would be
    found in "India".
    """
    split = [search_words(text.text) for text in texts]
    free = [phrase for part in query.parts if isinstance(part, Words) and not part.negated for phrase in _phrases(part.text)]
    if not all(any(_holds(words, phrase) for words in split) for phrase in free):
        free = []
    free += [search_words(part.text) for part in query.literals if not part.negated]
    filters = [part for part in query.filters if isinstance(part, TextFilter) and not part.negated]
    return tuple(
        dict.fromkeys(
            text
            for text, words in zip(texts, split, strict=True)
            if any(_holds(words, phrase) for phrase in free)
            or any(
                _PLACE_OF.get(part.field) is text.place and _holds(words, search_words(part.value)) for part in filters
            )
        )
    )


def _phrases(text: str) -> Iterator[_Phrase]:
    """As ``core.words.phrase_query`` has them: every blank-separated part is one."""
    return (words for part in text.split() if (words := search_words(part)))


def _holds(words: Sequence[str], phrase: _Phrase) -> bool:
    """The words of a phrase one after the other; its last one may be the beginning of a word."""
    if not phrase:
        return False
    whole, last = list(phrase[:-1]), phrase[-1]
    return any(
        list(words[start : start + len(whole)]) == whole and words[start + len(whole)].startswith(last)
        for start in range(len(words) - len(whole))
    )
