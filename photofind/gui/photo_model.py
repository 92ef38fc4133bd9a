"""The photos of an answer for Qt: ids in one array, rows fetched page by page for what is looked at."""

from array import array
from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from photofind.core.events import LibraryState
from photofind.core.photo import PhotoRow
from photofind.gui import file_names, status_words
from photofind.gui.latest_first import LatestFirst

PAGE_ROWS = 200
KEPT_ROWS = 6_000  # about 3 MB; a screen of the smallest thumbnails shows 400

PHOTO_ID_ROLE = Qt.ItemDataRole.UserRole
ROW_ROLE = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class _Page:
    """A request for rows; two requests for the same photos are the same."""

    first_id: int
    count: int
    version: int  # of what is known to have changed
    ids: tuple[int, ...] = field(compare=False)


class PhotoModel(QAbstractListModel):
    """Holds ids, and the rows of those looked at lately; all methods on the GUI thread.

    ``fetch`` is called on a thread of the model's own. A photo whose row is not there yet is None; ``dataChanged``
    tells when it has come. Nothing but ``want_rows`` starts a fetch, so that asking for data is always cheap.
    """

    def __init__(self, fetch: Callable[[Sequence[int]], list[PhotoRow]], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._ids: array[int] = array("q")
        self._rows: OrderedDict[int, PhotoRow | None] = OrderedDict()  # None: the catalogue has no such photo
        self._stale: set[int] = set()
        self._version = 0
        self._away: frozenset[str] = frozenset()  # folders that cannot be reached
        self._loader = LatestFirst("photo-rows", lambda page: fetch(page.ids), self)
        self._loader.done.connect(self._take, Qt.ConnectionType.QueuedConnection)

    @property
    def ids(self) -> "array[int]":
        """Not to be changed."""
        return self._ids

    def replace_ids(self, ids: "array[int]") -> None:
        """Another list of photos. Rows known already stay known; takes the array over."""
        self.beginResetModel()
        self._ids = ids
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own
        return 0 if parent.isValid() else len(self._ids)

    def photo_id(self, row: int) -> int:
        return self._ids[row]

    def photo(self, row: int) -> PhotoRow | None:
        """What is known of the photo at a row of the list."""
        return self._rows.get(self._ids[row])

    def photo_by_id(self, photo_id: int) -> PhotoRow | None:
        return self._rows.get(photo_id)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = index.row()
        if not 0 <= row < len(self._ids):
            return None
        if role == PHOTO_ID_ROLE:
            return self._ids[row]
        photo = self.photo(row)
        if role == ROW_ROLE or photo is None:
            return photo
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return spoken(photo)
        return photo.problem if role == Qt.ItemDataRole.ToolTipRole else None

    def want_rows(self, visible: range) -> None:
        """Fetch what is missing or out of date among these rows, and forget earlier wishes."""
        pages: list[_Page] = []
        for first in range(visible.start // PAGE_ROWS * PAGE_ROWS, visible.stop, PAGE_ROWS):
            looked_at = self._ids[max(first, visible.start) : min(first + PAGE_ROWS, visible.stop)]
            if any(photo_id not in self._rows or photo_id in self._stale for photo_id in looked_at):
                ids = tuple(self._ids[first : first + PAGE_ROWS])
                pages.append(_Page(ids[0], len(ids), self._version, ids))
        self._loader.want(pages)

    def photos_changed(self, changed: Iterable[int]) -> None:
        """These rows are out of date: what is known stays until it is read again."""
        known = [photo_id for photo_id in changed if photo_id in self._rows]
        self._stale.update(known)
        if known:
            self._version += 1
            self._tell()

    def library_changed(self, state: LibraryState) -> None:
        """A drive that goes or comes back is seen on all of its photos; nobody lists them one by one."""
        away = frozenset(folder.path for folder in state.folders if folder.offline)
        if away != self._away:
            self._away = away
            self.photos_changed(list(self._rows))

    def stop(self) -> None:
        self._loader.stop()

    def _take(self, page: _Page, rows: list[PhotoRow] | None) -> None:
        found = {row.id: row for row in rows or ()}
        for photo_id in page.ids:
            self._rows[photo_id] = found.get(photo_id)
            self._rows.move_to_end(photo_id)
        if page.version == self._version:
            self._stale.difference_update(page.ids)
        while len(self._rows) > KEPT_ROWS:
            forgotten, _ = self._rows.popitem(last=False)
            self._stale.discard(forgotten)
        self._tell()

    def _tell(self) -> None:
        if self._ids:
            self.dataChanged.emit(self.index(0), self.index(len(self._ids) - 1))


def spoken(photo: PhotoRow) -> str:
    """A photo in words, for screen readers and the status line: name and date."""
    return f"{file_names.name_of(photo.path)}, {status_words.date(photo.sort_s)}"
