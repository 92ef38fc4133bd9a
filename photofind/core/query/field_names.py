"""The names of the fields, in five languages, and what each takes."""

import difflib
import re
from dataclasses import dataclass
from enum import Enum

from photofind.core.query.parts import NumberField, TextField
from photofind.core.words import search_words


class Special(Enum):
    """Fields that are neither words nor numbers."""

    DATE = "date"
    BEFORE = "before"
    AFTER = "after"
    IS = "is"
    HAS = "has"
    NEAR = "near"


Field = TextField | NumberField | Special


@dataclass(frozen=True, slots=True)
class FieldHelp:
    """``about`` is shown beside the field; ``takes`` says what a value looks like."""

    about: str
    takes: str


HELP: dict[Field, FieldHelp] = {
    TextField.CAMERA: FieldHelp("Make or model of the camera", "a word, as in camera:nikon"),
    TextField.LENS: FieldHelp("Name of the lens", 'a word, as in lens:"50mm"'),
    TextField.FOLDER: FieldHelp("Folder the photo lies in", "a word, as in folder:holiday"),
    TextField.NAME: FieldHelp("Name of the file", "a word, as in name:IMG_2034"),
    TextField.TYPE: FieldHelp("Format of the file", "a format, as in type:jpg"),
    TextField.TAG: FieldHelp("Tag, at any level", "a word, as in tag:family"),
    NumberField.RATING: FieldHelp("Stars, 0 to 5", "0 to 5, as in rating:>=4"),
    NumberField.MEGAPIXELS: FieldHelp("Size in megapixels", "megapixels, as in size:>10MP"),
    NumberField.ISO: FieldHelp("Sensitivity of the exposure", "a number, as in iso:100..400"),
    Special.DATE: FieldHelp("When it was taken", 'a date, as in date:2019..2021 or date:"summer 2020"'),
    Special.BEFORE: FieldHelp("Taken before", "a date, as in before:2019"),
    Special.AFTER: FieldHelp("Taken after", "a date, as in after:2019"),
    Special.IS: FieldHelp(
        "What a photo is", "favourite, portrait, landscape, square, offline or duplicate, as in is:favourite"
    ),
    Special.HAS: FieldHelp("What a photo has", "gps, as in has:gps"),
    Special.NEAR: FieldHelp("Taken near a place", "a latitude, a longitude and a distance, as in near:48.2,16.4,5km"),
}

# The first is the name we print; then English, German, Spanish, French and Chinese.
# French "note" and Spanish "foto" are left out: they are words first.
_NAMES: dict[Field, str] = {
    TextField.CAMERA: "camera kamera cámara caméra appareil 相机 相機",
    TextField.LENS: "lens objektiv objetivo objectif 镜头 鏡頭",
    TextField.FOLDER: "folder ordner carpeta dossier 文件夹 資料夾",
    TextField.NAME: "name dateiname nombre nom 名称 名稱 文件名 檔名",
    TextField.TYPE: "type format typ tipo formato 类型 類型 格式",
    TextField.TAG: "tag tags keyword schlagwort stichwort etiqueta étiquette mot-clé 标签 標籤",
    NumberField.RATING: "rating stars bewertung sterne valoración estrellas évaluation étoiles 评分 評分 星级",
    NumberField.MEGAPIXELS: "size größe groesse tamaño taille 大小 像素",
    NumberField.ISO: "iso 感光度",
    Special.DATE: "date taken datum fecha 日期 时间 時間",
    Special.BEFORE: "before vor antes avant 之前 早于",
    Special.AFTER: "after since nach seit después desde après depuis 之后 晚于",
    Special.IS: "is ist es est 是",
    Special.HAS: "has hat tiene 有",
    Special.NEAR: "near nahe cerca près 附近",
}
NAMES: dict[Field, tuple[str, ...]] = {field: tuple(names.split()) for field, names in _NAMES.items()}
_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_NEAREST_LENGTH = 4  # among shorter words too many are close to each other
_CLOSE = 0.75  # one wrong letter in four


def folded(text: str) -> str:
    """``text`` as names are compared: its search words, without capitals and accents."""
    return " ".join(search_words(text.casefold()))


# Of names that differ in accents alone, the first: camera, not caméra.
_BY_NAME = {folded(name): (field, name) for field, names in NAMES.items() for name in reversed(names)}


def field_named(head: str) -> Field | None:
    """The field that is called ``head`` in some language."""
    found = _BY_NAME.get(folded(head)) if _WORD.fullmatch(head) else None
    return found[0] if found else None


def nearest_name(head: str) -> str | None:
    """The name of a field that ``head`` is probably a slip of the pen for: same first letter, hardly another one wrong."""
    typed = folded(head)
    if len(typed) < _NEAREST_LENGTH or not _WORD.fullmatch(head):
        return None
    candidates = [name for name in _BY_NAME if name[0] == typed[0] and len(name) >= _NEAREST_LENGTH]
    close = difflib.get_close_matches(typed, candidates, n=1, cutoff=_CLOSE)
    return _BY_NAME[close[0]][1] if close else None
