"""What is going on, in words: short, plain, with the locale's numbers."""

from PySide6.QtCore import QCoreApplication, QDateTime, QLocale, QTimeZone

from photofind.core.events import Activity, Progress
from photofind.core.pace import Pace
from photofind.core.photo import Counts
from photofind.core.question import Answer
from photofind.gui.groups import Groups

_SEPARATOR = " · "


def number(value: int) -> str:
    return QLocale().toString(value)


def size(size_bytes: int) -> str:
    """``0.6 GB``: powers of ten, as shops and download pages count."""
    if size_bytes >= 100_000_000:
        return _tr("{count} GB").format(count=QLocale().toString(size_bytes / 1e9, "f", 1))
    return QLocale().formattedDataSize(size_bytes, 1, QLocale.DataSizeFormat.DataSizeSIFormat)


def date(wall_clock_s: int) -> str:
    """The day of a photo in the locale's long form."""
    # Wall-clock time as the camera showed it: no zone is applied.
    when = QDateTime.fromSecsSinceEpoch(wall_clock_s, QTimeZone.utc())
    return QLocale().toString(when.date(), QLocale.FormatType.LongFormat)


def photos(count: int) -> str:
    return _tr("1 photo") if count == 1 else _tr("{count} photos").format(count=number(count))


def problems(count: int) -> str:
    return _tr("1 problem") if count == 1 else _tr("{count} problems").format(count=number(count))


def away(count: int) -> str:
    return _tr("1 cannot be reached") if count == 1 else _tr("{count} cannot be reached").format(count=number(count))


def selected(count: int, of: int) -> str:
    return _tr("{count} of {all} selected").format(count=number(count), all=number(of))


def answer(given: Answer, counts: Counts) -> str:
    """What the grid shows: all photos, or how many the question found; those that only might fit are not found."""
    found = len(given.ids)
    if given.question.is_empty:
        return photos(found)
    if not found:
        return _tr("No photos found")
    groups = Groups.of(given)
    if given.is_nothing_convincing:
        parts = [_tr("Nothing convincing"), _tr("{count} less likely").format(count=number(groups.weak))]
    else:
        found -= groups.weak
        parts = [_tr("1 photo found") if found == 1 else _tr("{count} photos found").format(count=number(found))]
        if 0 < groups.literal < found:
            parts.append(_tr("{count} by name").format(count=number(groups.literal)))
    if given.scores and counts.waiting:
        parts.append(
            _tr("{done} of {all} looked through").format(done=number(counts.indexed), all=number(counts.photos))
        )
    return _SEPARATOR.join(parts)


def progress(state: Progress) -> str:
    """``Looking through 1,204 photos · 8 a second · about 2 minutes left``; nothing when there is nothing to say."""
    left = max(0, state.total - state.done)
    if state.activity in (Activity.STOPPED_BY_TROUBLE, Activity.READ_ONLY):
        return state.sentence
    if state.activity is Activity.PAUSED_FOR_ROOM:
        return state.sentence + " " + _tr("Photos are looked through again when there is room.")
    if state.activity in (Activity.PAUSED, Activity.PAUSED_ON_BATTERY):
        words = _tr("Paused") if state.activity is Activity.PAUSED else _tr("Paused while on battery")
        return words + (_SEPARATOR + _tr("{photos} to go").format(photos=photos(left)) if left else "")
    if state.activity is Activity.LOOKING:
        found = max(state.done, state.total)
        words = _tr("Looking for photos in your folders")
        return words + (_SEPARATOR + _tr("{photos} so far").format(photos=photos(found)) if found else "")
    if state.activity is Activity.INDEXING:
        how_fast = "" if state.pace.is_gentle else rate(state.rate)  # who is not in a hurry wants to know how long
        parts = [_looking(state.pace).format(photos=photos(left)), how_fast, time_left(state)]
        return _SEPARATOR.join(part for part in parts if part)
    return ""


def _looking(pace: Pace) -> str:
    match pace:
        case Pace.GENTLE_BESIDE_USER:
            return _tr("Gently while you work · {photos} to go")
        case Pace.GENTLE_ON_BATTERY:
            return _tr("Gently on battery · {photos} to go")
        case Pace.GENTLE_AS_CHOSEN:
            return _tr("Gently · {photos} to go")
    return _tr("Looking through {photos}")


def speed_name(speed: str) -> str:
    """A value of the setting, as its menu calls it."""
    return {"full": _tr("Full speed"), "gentle": _tr("Gentle")}.get(speed, _tr("Automatic"))


def speed_meaning(speed: str) -> str:
    """One line for each."""
    meanings = {
        "full": _tr("as fast as this computer can, also while you work"),
        "gentle": _tr("always cool and quiet; takes longer"),
    }
    return meanings.get(speed, _tr("full speed while you are away or look at photofind, else gentle"))


def rate(a_second: float) -> str:
    if a_second >= 1:
        return _tr("{count} a second").format(count=number(round(a_second)))
    if a_second * 60 >= 1:
        return _tr("{count} a minute").format(count=number(round(a_second * 60)))
    return ""


def time_left(state: Progress) -> str:
    seconds = state.seconds_left
    if seconds is None:
        return ""
    minutes = round(seconds / 60)
    if seconds < 50:
        return _tr("less than a minute left")
    if minutes < 2:
        return _tr("about a minute left")
    if minutes < 90:
        return _tr("about {count} minutes left").format(count=number(minutes))
    hours = round(seconds / 3600)
    if hours < 36:
        return _tr("about {count} hours left").format(count=number(hours))
    return _tr("about {count} days left").format(count=number(round(seconds / 86_400)))


def _tr(text: str) -> str:
    return QCoreApplication.translate("StatusWords", text)
