"""A smart album: a question that is kept under a name, in the library and as a file. Values only: any thread."""

import json
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import Any

from photofind.core.errors import PhotofindError
from photofind.core.question import Order

SUFFIX = ".photofind-album.json"
"""Of a file that holds one."""

LONGEST_NAME = 200
LONGEST_TEXT = 10_000
MOST_PHOTOS = 5_000
"""Of each kind: pictures, liked and disliked ones. A backup holds an album in a line of a megabyte at most."""

MOST_BYTES = 4 << 20
MOST_KEPT_BYTES = 900_000  # of a question: a backup holds each album in one line of a megabyte at most
"""No album's file is longer; callers read no more of one."""

_MAGIC = "photofind album"
_VERSION = 1
_HASH = re.compile("(?:[0-9a-fA-F]{2}){1,64}")
_HIGHEST_S = 1 << 40

_NOT_ONE = "This is no album of photofind, or it is damaged: export it again."
_NEWER = "This album was made by a newer photofind: update this program to open it."


class BadAlbum(PhotofindError):
    """A text that is no album."""


@dataclass(frozen=True, slots=True)
class Album:
    """A kept question. ``text`` is in the language of ``core.query``.

    ``pictures``, ``liked`` and ``disliked`` are photos by the hash of their content, so that they are the same ones in a
    library that was made again, or in another one. ``weights`` has one number above 0 for each picture, or none at all.
    ``id`` is 0 where the album is in no library; ``created_s`` is in seconds since 1970, UTC.
    """

    name: str
    text: str = ""
    pictures: tuple[bytes, ...] = ()
    weights: tuple[float, ...] = ()
    liked: tuple[bytes, ...] = ()
    disliked: tuple[bytes, ...] = ()
    order: Order = Order.RELEVANCE
    created_s: int = 0
    id: int = 0

    def to_json(self) -> str:
        """As the text of a file for another library; ``from_json`` gives the same album, without its id."""
        head = {"file": _MAGIC, "version": _VERSION, "name": self.name, "created_s": self.created_s}
        return json.dumps({**head, **_question_of(self)}, indent=1) + "\n"

    @property
    def question_json(self) -> str:
        """What is asked, without the name, in one line."""
        return json.dumps(_question_of(self), separators=(",", ":"))


def from_json(text: str | bytes) -> Album:
    """The album in the text of a file. Fields that a later version adds are passed over.

    Raises BadAlbum for whatever is none, or made by a newer program in a way that this one does not know.
    """
    value = _parsed(text)
    version = value.get("version")
    if value.get("file") != _MAGIC or type(version) is not int or version < 1:
        raise BadAlbum(_NOT_ONE)
    if version > _VERSION:
        raise BadAlbum(_NEWER)
    return _album(value.get("name"), value, value.get("created_s", 0), 0)


def kept_album(name: str, question_json: str, created_s: int, album_id: int = 0) -> Album:
    """An album from its parts as the catalogue and backups keep them. Raises BadAlbum."""
    return _album(name, _parsed(question_json), created_s, album_id)


_NO_SIGNS = {"Cc", "Cs", "Zl", "Zp"}  # but what joins emoji, and parts Persian words, belongs to names


def clean_name(name: str) -> str:
    """The name as it is kept: blanks at its ends and rows of them taken out. Raises BadAlbum where nothing fit is left."""
    cleaned = " ".join(name.encode("utf-8", "replace").decode("utf-8").split())
    if not any(map(str.isprintable, cleaned)) or any(unicodedata.category(sign) in _NO_SIGNS for sign in cleaned):
        raise BadAlbum("An album needs a name of at least one letter, without control characters.")
    if len(cleaned) > LONGEST_NAME:
        raise BadAlbum(f"The name of an album has {LONGEST_NAME} letters at most.")
    return cleaned


def _question_of(album: Album) -> dict[str, Any]:
    return {
        "text": album.text,
        "pictures": [each.hex() for each in album.pictures],
        "weights": list(album.weights),
        "liked": [each.hex() for each in album.liked],
        "disliked": [each.hex() for each in album.disliked],
        "order": album.order.value,
    }


def _parsed(text: str | bytes) -> dict[str, Any]:
    if len(text) > MOST_BYTES:
        raise BadAlbum(_NOT_ONE)
    try:
        value = json.loads(text)
    except (ValueError, RecursionError) as error:  # no JSON, no UTF-8, or brackets without end
        raise BadAlbum(_NOT_ONE) from error
    if not isinstance(value, dict):
        raise BadAlbum(_NOT_ONE)
    return value


def _album(name: object, question: dict[str, Any], created_s: object, album_id: int) -> Album:
    text, weights = question.get("text", ""), question.get("weights", [])
    pictures = _hashes(question.get("pictures", []))
    if not isinstance(name, str) or not isinstance(text, str) or len(text) > LONGEST_TEXT:
        raise BadAlbum(_NOT_ONE)
    if not isinstance(weights, list) or len(weights) not in (0, len(pictures)) or not all(map(_is_weight, weights)):
        raise BadAlbum(_NOT_ONE)
    if type(created_s) is not int or not 0 <= created_s <= _HIGHEST_S:
        raise BadAlbum(_NOT_ONE)
    if len(json.dumps(question)) > MOST_KEPT_BYTES:
        raise BadAlbum(_NOT_ONE)
    order = question.get("order", Order.RELEVANCE.value)
    if order not in [each.value for each in Order]:
        raise BadAlbum(_NOT_ONE)
    return Album(
        clean_name(name),
        text,
        pictures,
        tuple(float(weight) for weight in weights),
        _hashes(question.get("liked", [])),
        _hashes(question.get("disliked", [])),
        Order(order),
        created_s,
        album_id,
    )


def _is_weight(value: object) -> bool:
    if type(value) not in (int, float):
        return False
    try:
        weight = float(value)  # type: ignore[arg-type]
    except OverflowError:
        return False
    return math.isfinite(weight) and weight > 0


def _hashes(values: object) -> tuple[bytes, ...]:
    if not isinstance(values, list) or len(values) > MOST_PHOTOS:
        raise BadAlbum(_NOT_ONE)
    found = []
    for value in values:
        if not isinstance(value, str) or not _HASH.fullmatch(value):
            raise BadAlbum(_NOT_ONE)
        found.append(bytes.fromhex(value))
    return tuple(found)
