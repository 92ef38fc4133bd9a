"""The value of a field, read as a filter."""

import math
import re
import unicodedata
from datetime import date

from photofind.core.query.dates import day_after, day_before, read_dates
from photofind.core.query.field_names import Field, Special, folded
from photofind.core.query.numerals import read_number
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

MOST_STARS = 5
USUAL_RADIUS_KM = 1.0
_KM = {"": 1.0, "km": 1.0, "m": 0.001, "mi": 1.609344, "公里": 1.0, "米": 0.001}
_NEAR = re.compile(
    r"\s*([+-]?[0-9]+(?:\.[0-9]+)?)\s*[,;]\s*([+-]?[0-9]+(?:\.[0-9]+)?)"
    r"(?:\s*[,;]\s*([0-9]+(?:\.[0-9]+)?)\s*(km|mi|m|公里|米)?)?\s*",
    re.IGNORECASE,
)
_UNITS = {
    NumberField.RATING: "stars?|sterne?|estrellas?|étoiles?|星|★",
    NumberField.MEGAPIXELS: "mp|mpix|megapixels?|megapixel|megapíxeles|mégapixels?|百万像素",
    NumberField.ISO: "iso",
}
_NUMBER = r"[0-9]+(?:[.,][0-9]+)*"
_WORDS_FOR_TRAITS = {
    Trait.FAVOURITE: "favourite favorite favourites favorites favorit favoriten favorito favorita favori 收藏 最爱",
    Trait.PORTRAIT: "portrait upright vertical hochformat hochkant 竖 竖向 竖图",
    Trait.LANDSCAPE: "landscape horizontal querformat quer paysage apaisado 横 横向 横图",
    Trait.SQUARE: "square quadrat quadratisch cuadrado cuadrada carré carrée 方形 正方形",
    Trait.OFFLINE: "offline away 离线",
    Trait.DUPLICATE: "duplicate duplicates duplikat doppelt duplicado duplicada doublon 重复",
    Trait.GPS: "gps place location ort lugar lieu 位置",
}
_TRAITS = {folded(word): trait for trait, words in _WORDS_FOR_TRAITS.items() for word in words.split()}


def read_filter(field: Field, value: str, negated: bool, today: date) -> Filter | None:
    """The filter that ``field:value`` means; None where the field takes no such value."""
    if isinstance(field, TextField):
        return TextFilter(field, value.strip(), negated) if value.strip() else None
    value = unicodedata.normalize("NFKC", value).strip()
    if isinstance(field, NumberField):
        return _number_filter(field, value, negated)
    if field is Special.NEAR:
        return _near_filter(value, negated)
    if field in (Special.IS, Special.HAS):
        trait = _TRAITS.get(folded(value))
        return TraitFilter(trait, negated) if trait and (trait is Trait.GPS) == (field is Special.HAS) else None
    return _date_filter(field, value, negated, today)


def _date_filter(field: Field, value: str, negated: bool, today: date) -> DateFilter | None:
    """``before`` and ``after`` leave the named days themselves out."""
    span = read_dates(value, today)
    if span is None:
        return None
    first, last = span
    try:
        if field is Special.BEFORE:
            return DateFilter(None, day_before(first), negated) if first else None
        if field is Special.AFTER:
            return DateFilter(day_after(last), None, negated) if last else None
    except OverflowError:  # before the first day of the calendar, or after its last
        return None
    return DateFilter(first, last, negated)


def _number_filter(field: NumberField, value: str, negated: bool) -> NumberFilter | None:
    value = value.replace("≥", ">=").replace("≤", "<=").replace("=>", ">=").replace("=<", "<=").replace("…", "..")
    if field is NumberField.RATING and value.strip("★") == "":
        value = str(len(value))
    number = rf"({_NUMBER})\s*(?:{_UNITS[field]})?"
    ends: tuple[str | None, str | None]
    signs: tuple[str, str]
    if found := re.fullmatch(rf"(>=?)\s*{number}|{number}\s*\+", value, re.IGNORECASE):
        ends, signs = (found[2] or found[3], None), (found[1] or "", "")
    elif found := re.fullmatch(rf"(<=?)\s*{number}", value, re.IGNORECASE):
        ends, signs = (None, found[2]), ("", found[1])
    elif found := re.fullmatch(rf"=?\s*{number}", value, re.IGNORECASE):
        ends, signs = (found[1], found[1]), ("", "")
    elif found := re.fullmatch(rf"(>?)(?:{number})?\s*\.\.+\s*(<?)(?:{number})?", value, re.IGNORECASE):
        ends, signs = (found[2], found[4]), (found[1], found[3])
    elif found := re.fullmatch(rf"{number}\s*[-–—]\s*{number}", value, re.IGNORECASE):
        ends, signs = (found[1], found[2]), ("", "")
    else:
        return None
    least, most = (read_number(end) if end is not None else None for end in ends)
    if any(end is not None and number is None for end, number in zip(ends, (least, most), strict=True)):
        return None
    if least is None and most is None:
        return None
    if field is NumberField.RATING and max(least or 0, most or 0) > MOST_STARS:
        return None
    if least is not None and most is not None and least > most:
        least, most, signs = most, least, (signs[1], signs[0])
    return NumberFilter(
        field, least, most, signs[0] == ">" and least is not None, signs[1] == "<" and most is not None, negated
    )


def _near_filter(value: str, negated: bool) -> NearFilter | None:
    found = _NEAR.fullmatch(value)
    if not found:
        return None
    latitude, longitude = float(found[1]), float(found[2])
    radius = float(found[3]) * _KM[(found[4] or "").casefold()] if found[3] else USUAL_RADIUS_KM
    if abs(latitude) > 90 or abs(longitude) > 180 or not 0 < radius < math.inf:
        return None
    return NearFilter(latitude, longitude, radius, negated)
