"""Text made ready for literal search: one function for what is indexed and for what is asked."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

# Scripts written without spaces: each character is a word of its own, so that a phrase of characters finds them.
_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0002ebef"
_PIECE = re.compile(rf"[{_UNSPACED}]|\d+|[^\W\d_{_UNSPACED}]+")
_CAMEL = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")
_FEWEST_LETTERS_OF_A_BEGINNING = 2

# Words of sentences in English, German, Spanish, French and Chinese that say nothing of a picture in any of them, folded.
_STOP_WORDS = frozenset(
    re.findall(
        r"\w+",
        "a an and are as at be by for from her his in is it its my of on or our that the their this to with without your"
        " am auf aus bei das dem den der des die ein eine einem einen einer eines fur im mein meine mit oder ohne sind und"
        " unser unsere vom von zu zum zur"
        " con de del el en es la las los mi o para por sin son un una unas unos y"
        " au aux avec dans des du est et le les ma mon notre ou par pour sans sur une"
        " 的 了 在 和",
    )
)


def search_words(text: str) -> list[str]:
    """The words of ``text`` as literal search sees them. Any thread.

    NFKC, case and diacritics folded; names split at ``_``, ``-``, digits and camelCase; Chinese, Japanese and Korean
    split into single characters. ``"IMG_2034 Müller"`` → ``["img", "2034", "muller"]``.
    """
    if text.isascii():  # most names are, and nothing else needs folding then
        return _PIECE.findall(_CAMEL.sub(" ", text).lower())
    printable = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates of undecodable names
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", printable))
    bare = "".join(c for c in unicodedata.normalize("NFD", spaced.casefold()) if not unicodedata.combining(c))
    return _PIECE.findall(unicodedata.normalize("NFC", bare))


@dataclass(frozen=True, slots=True)
class Phrase:
    """Words that stand next to each other; of an open phrase the last may be the beginning of a longer word."""

    words: tuple[str, ...]
    is_open: bool = False

    @property
    def fts_query(self) -> str:
        """The phrase in the language of FTS5."""
        return f'"{" ".join(self.words)}"' + ("*" if self.is_open else "")

    @property
    def needle(self) -> str:
        """What a text of words has in it if it holds the phrase: one blank between words, one before and one behind all."""
        return f" {' '.join(self.words)}" + ("" if self.is_open else " ")

    def stands_in(self, words: Sequence[str]) -> bool:
        """Whether these are among the ``words`` of a text, as ``search_words`` gives them."""
        return self.needle in f" {' '.join(words)} "


def phrases_of(text: str, *, are_open: bool = True) -> list[Phrase]:
    """Each blank-separated part of ``text`` that has words, as a phrase."""
    return [Phrase(tuple(words), are_open) for part in text.split() if (words := search_words(part))]


def asked_phrases(text: str) -> list[Phrase]:
    """What has to stand in a photo's words, all of it, for free text to find them; nothing where nothing would tell.

    Words that only hold a sentence together need not be there. A single letter is no beginning of a word.
    """
    said = [phrase for phrase in phrases_of(text) if len(phrase.words) > 1 or phrase.words[0] not in _STOP_WORDS]
    return [Phrase(phrase.words, _may_be_a_beginning(phrase.words[-1])) for phrase in said]


def _may_be_a_beginning(word: str) -> bool:
    return len(word) >= _FEWEST_LETTERS_OF_A_BEGINNING or re.match(f"[{_UNSPACED}]", word) is not None
