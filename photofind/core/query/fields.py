"""The fields of the language: their names, and what their values mean."""

import re
from collections.abc import Callable
from datetime import date, timedelta
from difflib import get_close_matches

from photofind.core.query.dates import span
from photofind.core.query.parts import (
    DateFilter,
    Filter,
    NearFilter,
    NumberField,
    NumberFilter,
    TextField,
    TextFilter,
    Trait,
    TraitFilter,
)
from photofind.core.words import search_words

_ALIASES = {
    "camera": "kamera camara appareil 相机",
    "lens": "objektiv objetivo objectif 镜头",
    "folder": "ordner carpeta dossier 文件夹",
    "name": "dateiname filename nombre nom 名称 文件名",
    "type": "typ tipo format formato 类型 格式",
    "tag": "tags schlagwort etiqueta etiquette 标签",
    "rating": "stars bewertung sterne calificacion estrellas etoiles 评分",
    "size": "grosse groesse tamano taille megapixels 大小",
    "iso": "感光度",
    "date": "datum fecha 日期",
    "before": "vor antes avant 之前",
    "after": "nach despues apres 之后",
    "is": "ist es est 是",
    "has": "hat tiene 有",
    "near": "bei nahe cerca pres 附近",
}
_FIELD_OF = {alias: name for name, aliases in _ALIASES.items() for alias in (name, *aliases.split())}
_SHORT_FOREIGN = {"es", "est", "ist", "hat", "bei", "vor", "nach", "nom", "是", "有"}
"""Words that end before a colon in plain sentences, too: fields only where their value makes sense."""

_TRAITS = {
    **{trait.value: trait for trait in Trait},
    **{
        f"is:{word}": trait
        for trait, words in {
            Trait.FAVOURITE: "favorite fav favorit favorito favori 收藏",
            Trait.PORTRAIT: "hochformat hoch vertical 竖",
            Trait.LANDSCAPE: "querformat quer horizontal paysage 横",
            Trait.SQUARE: "quadratisch cuadrada carre 方",
            Trait.OFFLINE: "away",
            Trait.DUPLICATE: "copy doppelt duplicado doublon 重复",
        }.items()
        for word in words.split()
    },
    **{f"has:{word}": Trait.GPS for word in ("location", "place", "position", "ort", "lugar", "lieu", "位置")},
}
_NUMBER = r"(\d{1,9}(?:[.,]\d{1,3})?)"
_COMPARED = re.compile(rf"(>=|<=|>|<|=|≥|≤)?\s*{_NUMBER}")
_BETWEEN = re.compile(rf"(?:{_NUMBER})?\.\.(?:{_NUMBER})?")
_UNIT = re.compile(r"\s*(megapixels?|mpx?|mp)\b", re.IGNORECASE)
_NEAR = re.compile(
    r"([+-]?\d{1,3}(?:\.\d+)?)\s*[,;]\s*([+-]?\d{1,3}(?:\.\d+)?)(?:\s*[,;]\s*(\d{1,5}(?:\.\d+)?)\s*(km|m)?)?", re.IGNORECASE
)
_FARTHEST_KM = 20_038.0  # half around the earth
_USUAL_KM = 1.0
_HIGHEST = {NumberField.RATING: 5.0}
_EXAMPLES = {
    "camera": "camera:nikon",
    "lens": 'lens:"50mm"',
    "folder": "folder:holidays",
    "name": "name:IMG_2034",
    "type": "type:png",
    "tag": "tag:beach",
    "rating": "rating:>=4",
    "size": "size:>10MP",
    "iso": "iso:100..400",
    "date": 'date:2019..2021 or date:"summer 2020"',
    "before": "before:2019",
    "after": "after:2019-05",
    "near": "near:48.2,16.4,5km",
}


class BadValue(Exception):
    """A value that makes no sense; one sentence for the user."""


def field_of(name: str) -> str | None:
    """The field's English name, for any of its names, in any case and with or without accents."""
    return _FIELD_OF.get("".join(search_words(name)))


def similar_field(name: str) -> str | None:
    """The field that somebody probably meant; None where it is just a word before a colon."""
    folded = "".join(search_words(name))
    close = get_close_matches(folded, _FIELD_OF, 1, cutoff=0.75) if len(folded) >= 4 else []
    return _FIELD_OF[close[0]] if close else None


def read_value(name: str, value: str, negated: bool, today: date, *, typed: str) -> Filter | None:
    """The filter; None where ``typed``, the name as it was written, is a usual word and the value none of the field's.

    Raises BadValue.
    """
    cleaned = " ".join(value.split())
    try:
        if not cleaned:
            raise BadValue(f"{name}: needs a value, as in {_example(name)}.")
        return _READERS[name](name, cleaned, negated, today)
    except BadValue:
        if "".join(search_words(typed)) in _SHORT_FOREIGN:
            return None
        raise


def field_names() -> dict[str, str]:
    """Each field's English name and an example."""
    return {name: _example(name) for name in _ALIASES}


def trait_values(name: str) -> list[str]:
    """What may stand behind ``is:`` or ``has:``."""
    return [trait.value.partition(":")[2] for trait in Trait if trait.value.startswith(f"{name}:")]


def _example(name: str) -> str:
    return _EXAMPLES.get(name) or " or ".join(f"{name}:{value}" for value in trait_values(name)[:3])


def _text(name: str, value: str, negated: bool, _today: date) -> Filter:
    if not search_words(value):
        raise BadValue(f"{name}: needs a word, as in {_example(name)}.")
    return TextFilter(TextField(name), value, negated)


def _number(name: str, value: str, negated: bool, _today: date) -> Filter:
    field = NumberField(name)
    plain = _UNIT.sub("", value) if field is NumberField.MEGAPIXELS else value
    plain = plain.strip()
    wrong = BadValue(
        f"{name}: takes a number{' from 0 to 5' if field is NumberField.RATING else ''}, as in {_example(name)}."
    )
    if given := _COMPARED.fullmatch(plain):
        sign, number = given[1] or "=", _value(given[2])
        least = number if sign in (">=", "≥", ">", "=") else None
        most = number if sign in ("<=", "≤", "<", "=") else None
        found = NumberFilter(field, least, most, sign == ">", sign == "<", negated)
    elif (given := _BETWEEN.fullmatch(plain)) and (given[1] or given[2]):
        least, most = (None if part is None else _value(part) for part in given.groups())
        if least is not None and most is not None and least > most:
            least, most = most, least
        found = NumberFilter(field, least, most, negated=negated)
    else:
        raise wrong
    if any(bound is not None and bound > _HIGHEST.get(field, bound) for bound in (found.least, found.most)):
        raise wrong
    return found


def _date(name: str, value: str, negated: bool, today: date) -> Filter:
    wrong = BadValue(f"{name}: does not know the day “{value}”. Write it as in {_example(name)}.")
    if name == "date" and ".." in value:
        begins, _, ends = value.partition("..")
        first, last = (span(part, today) if part.strip() else None for part in (begins, ends))
        if (begins.strip() and first is None) or (ends.strip() and last is None) or not (first or last):
            raise wrong
        bounds = (None if first is None else first[0], None if last is None else last[1])
        if bounds[0] and bounds[1] and bounds[0] > bounds[1]:
            assert first and last
            bounds = (last[0], first[1])
        return DateFilter(*bounds, negated)
    found = span(value, today)
    if found is None:
        raise wrong
    try:
        match name:
            case "before":
                return DateFilter(None, found[0] - timedelta(days=1), negated)
            case "after":
                return DateFilter(found[1] + timedelta(days=1), None, negated)
    except OverflowError as error:  # before the first year, or after the last
        raise wrong from error
    return DateFilter(*found, negated)


def _trait(name: str, value: str, negated: bool, _today: date) -> Filter:
    folded = "".join(search_words(value))
    if trait := _TRAITS.get(f"{name}:{folded}"):
        return TraitFilter(trait, negated)
    raise BadValue(f"{name}: takes {', '.join(trait_values(name))}.")


def _near(name: str, value: str, negated: bool, _today: date) -> Filter:
    given = _NEAR.fullmatch(value)
    if given:
        latitude, longitude = round(float(given[1]), 6), round(float(given[2]), 6)
        radius_km = _USUAL_KM if given[3] is None else float(given[3]) / (1000 if (given[4] or "").lower() == "m" else 1)
        radius_km = round(radius_km, 3)
        if abs(latitude) <= 90 and abs(longitude) <= 180 and 0 < radius_km <= _FARTHEST_KM:
            return NearFilter(latitude, longitude, radius_km, negated)
    raise BadValue(f"near: takes latitude, longitude and a distance, as in {_example(name)}.")


def _value(text: str) -> float:
    return float(text.replace(",", "."))


_READERS: dict[str, Callable[[str, str, bool, date], Filter]] = {
    **{field.value: _text for field in TextField},
    **{field.value: _number for field in NumberField},
    **dict.fromkeys(("date", "before", "after"), _date),
    **dict.fromkeys(("is", "has"), _trait),
    "near": _near,
}
