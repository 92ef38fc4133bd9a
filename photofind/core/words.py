"""Text made ready for literal search: one function for what is indexed and for what is asked."""

import re
import unicodedata

# Scripts written without spaces: each character is a word of its own, so that a phrase of characters finds them.
_UNSPACED = r"\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uac00-\ud7af\U00020000-\U0002ebef"
_PIECE = re.compile(rf"[{_UNSPACED}]|\d+|[^\W\d_{_UNSPACED}]+")
_CAMEL = re.compile(r"(?<=[a-zà-öø-ÿ])(?=[A-ZÀ-ÖØ-Þ])")


def search_words(text: str) -> list[str]:
    """The words of ``text`` as literal search sees them. Any thread.

    NFKC, case and diacritics folded; names split at ``_``, ``-``, digits and camelCase; Chinese, Japanese and Korean
    split into single characters. ``"IMG_2034 Müller"`` → ``["img", "2034", "muller"]``.
    """
    printable = text.encode("utf-8", "replace").decode("utf-8")  # lone surrogates of undecodable names
    spaced = _CAMEL.sub(" ", unicodedata.normalize("NFKC", printable))
    bare = "".join(c for c in unicodedata.normalize("NFD", spaced.casefold()) if not unicodedata.combining(c))
    return _PIECE.findall(unicodedata.normalize("NFC", bare))


def phrase_query(text: str) -> str:
    """``text`` as an FTS5 query: every blank-separated part a phrase, the last word of each a prefix; "" for no words."""
    phrases = []
    for part in text.split():
        words = search_words(part)
        if words:
            phrases.append('"' + " ".join(words) + '"*')
    return " ".join(phrases)
