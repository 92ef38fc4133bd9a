"""In which texts of a photo the words of a question stand, in words."""

from collections.abc import Sequence

from PySide6.QtCore import QCoreApplication

from photofind.core.literal_finds import PhotoText, TextPlace
from photofind.gui import file_names, status_words

_MOST_TEXTS = 4  # more would cover the photo


def lines_of(finds: Sequence[PhotoText]) -> list[str]:
    """One line for each text, "In the name: IMG_2034.jpg"; of many the first ones, and how many more there are."""
    lines = [_names()[find.place].format(text=_shown(find)) for find in finds[:_MOST_TEXTS]]
    more = len(finds) - _MOST_TEXTS
    if more > 0:
        lines.append(QCoreApplication.translate("Why", "And in {count} more").format(count=status_words.number(more)))
    return lines


def _shown(find: PhotoText) -> str:
    text = find.text.replace("|", " › ") if find.place is TextPlace.TAG else find.text
    return file_names.shown(" ".join(text.split()))


def _names() -> dict[TextPlace, str]:
    translate = QCoreApplication.translate
    return {
        TextPlace.NAME: translate("Why", "In the name: {text}"),
        TextPlace.FOLDER: translate("Why", "In the folder: {text}"),
        TextPlace.TAG: translate("Why", "In a tag: {text}"),
        TextPlace.TITLE: translate("Why", "In the title: {text}"),
        TextPlace.CAPTION: translate("Why", "In the caption: {text}"),
        TextPlace.CAMERA: translate("Why", "In the camera: {text}"),
        TextPlace.LENS: translate("Why", "In the lens: {text}"),
        TextPlace.DATE: translate("Why", "In the date: {text}"),
    }
