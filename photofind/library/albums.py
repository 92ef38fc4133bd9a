"""Smart albums: questions that the user keeps. Jobs of the librarian, and their way to a question and to files."""

import os
import tempfile
import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

from photofind.core.album import (
    LONGEST_NAME,
    LONGEST_TEXT,
    MOST_BYTES,
    MOST_PHOTOS,
    Album,
    BadAlbum,
    clean_name,
    from_json,
)
from photofind.core.errors import PhotofindError, WrongUsage
from photofind.core.question import PictureFile, PictureOfPhoto, PictureRegion, PictureSource, Question
from photofind.library.librarian import Desk
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.durable import disk_errors, replace_file, sync_file

_TAKEN = "There is already an album called “{name}”: choose another name."
_GONE = "This album is not there any more."

# Jobs of the librarian


def keep_question(desk: Desk, name: str, question: Question, album_id: int = 0) -> Album:
    """Keep a question as a new album, the last in order, or as what the album with this id asks from now on.

    Raises WrongUsage where the name is taken, the album is gone, or the question asks for a picture that is no photo of the
    library; BadAlbum where the name makes no sense.
    """
    album = replace(_album_of(desk.reader, clean_name(name), question), id=album_id, created_s=int(time.time()))
    if album_id:
        album = replace(album, created_s=_known(desk, album_id).created_s)
    _ensure_free(desk, album.name, album_id)
    return replace(album, id=desk.catalogue.save_album(album))


def rename_album(desk: Desk, album_id: int, name: str) -> Album:
    """Raises WrongUsage, BadAlbum as ``keep_question`` does."""
    album = replace(_known(desk, album_id), name=clean_name(name))
    _ensure_free(desk, album.name, album_id)
    desk.catalogue.rename_album(album_id, album.name)
    return album


def move_album(desk: Desk, album_id: int, position: int) -> None:
    """Have the album stand at ``position``, counted from 0 without it. Raises WrongUsage where it is gone."""
    _known(desk, album_id)
    desk.catalogue.move_album(album_id, position)


def remove_album(desk: Desk, album_id: int) -> None:
    """Forget the album; photos stay as they are. One that is gone already is none to complain about."""
    desk.catalogue.remove_album(album_id)


def add_album(desk: Desk, album: Album) -> Album:
    """Add an album that comes from elsewhere; where its name is taken it is called ``Beach (2)``. Returns it as it is kept."""
    taken = {one.name for one in desk.reader.albums()}
    name, number = album.name, 2
    while name in taken:
        behind = f" ({number})"
        name, number = album.name[: LONGEST_NAME - len(behind)] + behind, number + 1
    added = replace(album, name=name, id=0)
    return replace(added, id=desk.catalogue.save_album(added))


def restore_albums(desk: Desk, albums: Iterable[Album], *, overwrite: bool, dry_run: bool = False) -> list[str]:
    """Add those of a backup whose names the library has not; with ``overwrite`` also change those it has. Their names."""
    there = {album.name: album for album in desk.reader.albums()}
    restored = []
    for album in albums:
        known = there.get(album.name)
        wanted = replace(album, id=0 if known is None else known.id)
        if known is None or (overwrite and replace(wanted, created_s=known.created_s) != known):
            restored.append(album.name)
            if not dry_run:
                desk.catalogue.save_album(wanted)
    return restored


def _known(desk: Desk, album_id: int) -> Album:
    found = next((album for album in desk.reader.albums() if album.id == album_id), None)
    if found is None:
        raise WrongUsage(_GONE)
    return found


def _ensure_free(desk: Desk, name: str, album_id: int) -> None:
    if any(album.name == name and album.id != album_id for album in desk.reader.albums()):
        raise WrongUsage(_TAKEN.format(name=name))


# Albums and questions


def question_of(reader: CatalogueReader, album: Album) -> tuple[Question, int]:
    """What the album asks, and how many of its photos are not in the library now and so are left out.

    In the thread of ``reader``.
    """
    hashes = {*album.pictures, *album.liked, *album.disliked}
    known = reader.shown_contents(hashes)
    weights = album.weights or (1.0,) * len(album.pictures)
    kept = [(known[each], weight) for each, weight in zip(album.pictures, weights, strict=True) if each in known]
    question = Question(
        album.text,
        tuple(PictureOfPhoto(photo_id) for photo_id, _ in kept),
        weights=tuple(weight for _, weight in kept) if album.weights else (),
        liked=tuple(known[each] for each in album.liked if each in known),
        disliked=tuple(known[each] for each in album.disliked if each in known),
        order=album.order,
    )
    return question, len(hashes) - len(known)


def _album_of(reader: CatalogueReader, name: str, question: Question) -> Album:
    if len(question.text) > LONGEST_TEXT:
        raise WrongUsage(f"An album holds questions of {LONGEST_TEXT:,} letters at most.")
    album = Album(
        name,
        question.text,
        tuple(_content_of_picture(reader, picture) for picture in question.pictures),
        question.weights,
        _contents_of(reader, question.liked),
        _contents_of(reader, question.disliked),
        question.order,
    )
    if max(len(album.pictures), len(album.liked), len(album.disliked)) > MOST_PHOTOS:
        raise WrongUsage(f"An album holds {MOST_PHOTOS:,} pictures of each kind at most.")
    return album


def _contents_of(reader: CatalogueReader, ids: Sequence[int]) -> tuple[bytes, ...]:
    """Of copies once; a photo that is not known any more is left out."""
    contents = (reader.content_of(photo_id) for photo_id in ids)
    return tuple(dict.fromkeys(content for content in contents if content is not None))


def _content_of_picture(reader: CatalogueReader, picture: PictureSource) -> bytes:
    ids: Sequence[int] = ()
    if isinstance(picture, PictureRegion):
        raise WrongUsage("An album cannot keep a detail of a photo: search for the whole photo, or for words, and keep that.")
    if isinstance(picture, PictureOfPhoto):
        ids = (picture.photo_id,)
    elif isinstance(picture, PictureFile):
        ids = reader.ids_at(os.path.abspath(picture.path))
    content = reader.content_of(ids[0]) if len(ids) == 1 else None
    if content is None:
        raise WrongUsage("An album can only keep pictures that are photos of this library: add the picture's folder first.")
    return content


# Files


def read_album(path: Path) -> Album:
    """The album in a file. Blocks; any thread. Raises PhotofindError where there is none, in one sentence."""
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise PhotofindError(f"The album {path.name} cannot be read ({reason}).") from error
    try:
        return from_json(content)
    except BadAlbum as error:
        raise BadAlbum(f"{path.name}: {error}") from error


def write_album(path: Path, album: Album) -> None:
    """Write an album for another library, in place of what was there; only this user can read it.

    Blocks; any thread. Raises NoRoom, StoreFailed.
    """
    with disk_errors("the album"):
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=".photofind-")
        new = Path(name)
        try:
            with os.fdopen(descriptor, "w", encoding="ascii") as file:
                file.write(album.to_json())
            sync_file(new)
            replace_file(new, path)
        finally:
            new.unlink(missing_ok=True)
