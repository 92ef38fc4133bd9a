"""Where the words of a question stand in what is known of a photo: the same rules as literal search."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from photofind.core.query.parts import Query, TextField, TextFilter
from photofind.core.words import Phrase, asked_phrases, phrases_of, search_words


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


def literal_finds(query: Query, texts: Sequence[PhotoText]) -> tuple[PhotoText, ...]:
    """Those of a photo's ``texts`` that hold something of the question, in their order; each once.

    Free words count only where all of them stand somewhere in the texts, as literal search wants it: "boat" in a folder says
    nothing of "a boat at night". Of filters those for texts count, which hold for every photo that was found.
    """
    words_of = [search_words(text.text) for text in texts]
    free = asked_phrases(query.wanted_text)
    if not all(any(phrase.stands_in(words) for words in words_of) for phrase in free):
        free = []
    quoted = [Phrase(tuple(words)) for part in query.literals if not part.negated and (words := search_words(part.text))]
    filters = [part for part in query.filters if isinstance(part, TextFilter) and not part.negated]

    def holds_something(text: PhotoText, words: Sequence[str]) -> bool:
        of_filters = [phrase for part in filters if _PLACE_OF.get(part.field) is text.place for phrase in _asked_by(part)]
        return any(phrase.stands_in(words) for phrase in (*free, *quoted, *of_filters))

    found = (text for text, words in zip(texts, words_of, strict=True) if holds_something(text, words))
    return tuple(dict.fromkeys(found))


def _asked_by(part: TextFilter) -> list[Phrase]:
    """A camera or lens holds each part of the value, of anything else the value is a phrase: see ``store.text_filters``."""
    if part.field in (TextField.CAMERA, TextField.LENS):
        return phrases_of(part.value)
    words = search_words(part.value)
    return [Phrase(tuple(words), is_open=True)] if words else []
