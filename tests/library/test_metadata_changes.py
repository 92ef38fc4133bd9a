"""A photo is encoded again when its pixels have changed, and not when only what is said about it has."""

import io
import shutil
import sqlite3
import threading
from collections.abc import Callable
from contextlib import AbstractContextManager, closing
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from photofind.core.photo import PhotoId, PhotoRow
from photofind.library.engine import Engine
from photofind.library.librarian import Desk
from photofind.library.tagging import edit_photos
from photofind.library.tally import IndexReport
from photofind.store.catalogue_migrations import made_since

OpenEngine = Callable[..., AbstractContextManager[Engine]]
Index = Callable[..., IndexReport]
ORIENTATION = 0x0112


def pixels(seed: int, width: int = 300, height: int = 200) -> Image.Image:
    """A picture without any symmetry."""
    coarse = np.random.default_rng(seed).integers(0, 255, (4, 6, 3), np.uint8)
    return Image.fromarray(coarse).resize((width, height), Image.Resampling.BICUBIC)


def jpeg(seed: int) -> bytes:
    out = io.BytesIO()
    pixels(seed).save(out, "JPEG", quality=90)
    return out.getvalue()


def with_segments(data: bytes, *payloads: bytes) -> bytes:
    """The same JPEG, with more APP1 segments in front: what programs do that write metadata only."""
    segments = b"".join(b"\xff\xe1" + (len(payload) + 2).to_bytes(2, "big") + payload for payload in payloads)
    return data[:2] + segments + data[2:]


def xmp(rating: int, tag: str) -> bytes:
    return (
        b"http://ns.adobe.com/xap/1.0/\x00"
        b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
        b'<rdf:Description xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/"'
        b' xmp:Rating="%d"><dc:subject><rdf:Bag><rdf:li>%s</rdf:li></rdf:Bag></dc:subject></rdf:Description>'
        b"</rdf:RDF></x:xmpmeta>" % (rating, tag.encode())
    )


def exif(**tags: object) -> bytes:
    block = Image.Exif()
    for name, value in tags.items():
        block[{"orientation": ORIENTATION, "model": 0x0110}[name]] = value
    return block.tobytes()


def ids(engine: Engine, folder: Path) -> dict[str, PhotoId]:
    def job(desk: Desk) -> dict[str, PhotoId]:
        return {Path(row.path).name: row.id for row in desk.reader.rows(desk.reader.ids_at(str(folder)))}

    return engine.librarian.submit(job).result()


def row_of(engine: Engine, file: Path) -> tuple[PhotoRow, list[str]]:
    def job(desk: Desk) -> tuple[PhotoRow, list[str]]:
        (row,) = desk.reader.rows(desk.reader.ids_at(str(file)))
        return row, desk.reader.tags(row.id)

    return engine.librarian.submit(job).result()


def waiting(engine: Engine) -> int:
    key = engine.desk.current.info().key
    return engine.librarian.submit(lambda desk: desk.reader.reachable_waiting(key)).result()


def vector(engine: Engine, photo_id: PhotoId) -> list[float]:
    _, vectors = engine.desk.current.index().vectors_of(np.array([photo_id], np.int64))
    return vectors.tolist()


def test_changed_metadata_arrives_and_the_picture_is_not_encoded_again(
    open_engine: OpenEngine, index: Index, photos: Path, encoded_pictures: Callable[[], int]
) -> None:
    plain = jpeg(1)
    (photos / "a.jpg").write_bytes(with_segments(plain, xmp(1, "before")))
    with open_engine() as engine:
        index(engine, photos)
        before, tags = row_of(engine, photos / "a.jpg")
        assert (before.rating, tags) == (1, ["before"])
        was = vector(engine, before.id)
        assert encoded_pictures() == 1
        (photos / "a.jpg").write_bytes(with_segments(plain, exif(model="X100V"), xmp(4, "after"), b"padding" * 99))
        index(engine)
        after, tags = row_of(engine, photos / "a.jpg")
        assert (after.id, after.rating, tags) == (before.id, 4, ["after"])
        hits = engine.librarian.submit(lambda desk: list(desk.reader.literal_hits("X100V"))).result()
        assert hits == [after.id]
        assert vector(engine, after.id) == was
        assert waiting(engine) == 0
    assert encoded_pictures() == 0


def test_what_the_user_said_here_survives_changed_metadata(
    open_engine: OpenEngine, index: Index, photos: Path, encoded_pictures: Callable[[], int]
) -> None:
    (photos / "a.jpg").write_bytes(with_segments(jpeg(1), xmp(1, "file")))
    with open_engine() as engine:
        index(engine, photos)
        engine.librarian.submit(lambda desk: edit_photos(desk, [str(photos / "a.jpg")], ["mine"], [], 5)).result()
        encoded_pictures()
        (photos / "a.jpg").write_bytes(with_segments(jpeg(1), xmp(2, "new")))
        index(engine)
        row, tags = row_of(engine, photos / "a.jpg")
        assert (row.rating, tags) == (5, ["mine", "new"])
    assert encoded_pictures() == 0


def test_metadata_changed_while_the_program_was_closed_costs_no_encoding(
    open_engine: OpenEngine, index: Index, photos: Path, encoded_pictures: Callable[[], int]
) -> None:
    for number in range(5):
        (photos / f"{number}.jpg").write_bytes(jpeg(number))
    with open_engine() as engine:
        index(engine, photos)
        before = ids(engine, photos)
    assert encoded_pictures() == 5
    for number in range(5):
        (photos / f"{number}.jpg").write_bytes(with_segments(jpeg(number), xmp(3, "tagged")))
    with open_engine() as engine:
        index(engine)
        assert ids(engine, photos) == before
        assert all(row_of(engine, photos / name)[1] == ["tagged"] for name in before)
    assert encoded_pictures() == 0


def test_a_changed_orientation_is_a_changed_picture(
    open_engine: OpenEngine, index: Index, photos: Path, encoded_pictures: Callable[[], int]
) -> None:
    (photos / "a.jpg").write_bytes(with_segments(jpeg(1), exif(orientation=1)))
    with open_engine() as engine:
        index(engine, photos)
        row, _ = row_of(engine, photos / "a.jpg")
        thumbnail, was = engine.thumbnail(row.id), vector(engine, row.id)
        assert encoded_pictures() == 1
        (photos / "a.jpg").write_bytes(with_segments(jpeg(1), exif(orientation=6)))
        index(engine)
        turned, _ = row_of(engine, photos / "a.jpg")
        assert (turned.id, turned.width, turned.height) == (row.id, row.height, row.width)
        new = engine.thumbnail(row.id)
        assert new is not None and new != thumbnail
        with Image.open(io.BytesIO(new)) as shown:
            assert shown.width < shown.height
        assert vector(engine, row.id) != was
    assert encoded_pictures() == 1


def test_a_picture_turned_together_with_its_orientation_is_the_same_picture(
    open_engine: OpenEngine, index: Index, photos: Path, encoded_pictures: Callable[[], int]
) -> None:
    pixels(1).save(photos / "a.png")
    with open_engine() as engine:
        index(engine, photos)
        assert encoded_pictures() == 1
        turned = pixels(1).transpose(Image.Transpose.ROTATE_90)
        turned.save(photos / "a.png", exif=exif(orientation=6))
        index(engine)
        row, _ = row_of(engine, photos / "a.png")
        assert (row.width, row.height) == (300, 200)
    assert encoded_pictures() == 0


def test_other_pixels_are_encoded_again_and_going_back_is_too(
    open_engine: OpenEngine, index: Index, photos: Path, encoded_pictures: Callable[[], int]
) -> None:
    """Only the newest vector is kept, so a photo that becomes what it was is encoded once more."""
    with open_engine() as engine:
        for seed in (1, 2, 1):
            (photos / "a.jpg").write_bytes(jpeg(seed))
            index(engine, photos)
            assert encoded_pictures() == 1
        (photos / "b.jpg").write_bytes(jpeg(1))
        index(engine)
        found = ids(engine, photos)
        assert encoded_pictures() == 0
        assert vector(engine, found["a.jpg"]) == vector(engine, found["b.jpg"])


def test_a_vector_that_may_be_in_the_journal_without_the_catalogue_s_knowledge_is_not_taken_for_another_s(
    open_engine: OpenEngine, index: Index, photos: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Killed after the journal was synced and before the catalogue was told; then the file is restored."""
    (photos / "a.jpg").write_bytes(jpeg(1))
    with open_engine() as engine:
        index(engine, photos)
        row, _ = row_of(engine, photos / "a.jpg")
        was = vector(engine, row.id)
    (photos / "a.jpg").write_bytes(jpeg(2))
    journal_is_synced = threading.Event()
    with monkeypatch.context() as killed, open_engine() as engine:
        killed.setattr("photofind.store.catalogue.Catalogue.mark_encoded", lambda *_: journal_is_synced.set())
        engine.scan(str(photos)).result()
        assert journal_is_synced.wait(30)
    (photos / "a.jpg").write_bytes(jpeg(1))
    with open_engine() as engine:
        index(engine)
        assert vector(engine, row.id) == was


def test_a_copy_whose_metadata_then_changes_keeps_the_vector_it_was_given(
    open_engine: OpenEngine, index: Index, photos: Path, encoded_pictures: Callable[[], int]
) -> None:
    (photos / "a.jpg").write_bytes(jpeg(1))
    with open_engine() as engine:
        index(engine, photos)
        assert encoded_pictures() == 1
        shutil.copy2(photos / "a.jpg", photos / "b.jpg")
        index(engine)
        (photos / "b.jpg").write_bytes(with_segments(jpeg(1), xmp(5, "copy")))
        index(engine)
        found = ids(engine, photos)
        assert len(set(found.values())) == 2
        assert row_of(engine, photos / "b.jpg")[1] == ["copy"]
        assert row_of(engine, photos / "a.jpg")[1] == []
        assert vector(engine, found["a.jpg"]) == vector(engine, found["b.jpg"])
    assert encoded_pictures() == 0


def test_each_encoder_knows_its_own_input(open_engine: OpenEngine, index: Index, photos: Path) -> None:
    """Metadata change while two encoders have seen the photo: the second one's round must not forget what it saw."""
    (photos / "a.jpg").write_bytes(jpeg(1))
    with open_engine() as engine:
        index(engine, photos)
        key = engine.desk.current.info().key
        row, _ = row_of(engine, photos / "a.jpg")
        engine.librarian.submit(
            lambda desk: desk.catalogue.mark_encoded("other", [(row.id, b"old")], {row.id: b"its own input"})
        ).result()
        (photos / "a.jpg").write_bytes(with_segments(jpeg(1), xmp(5, "new")))
        index(engine)

        def job(desk: Desk) -> list[bytes | None]:
            return [desk.reader.encoded_input("other", row.id), desk.reader.encoded_input(key, row.id)]

        other, own = engine.librarian.submit(job).result()
        assert other == b"its own input"
        assert own is not None


def test_a_library_of_version_1_goes_on_and_learns_inputs_as_photos_change(
    open_engine: OpenEngine, index: Index, photos: Path, library_folder: Path, encoded_pictures: Callable[[], int]
) -> None:
    for number in range(3):
        (photos / f"{number}.jpg").write_bytes(jpeg(number))
    with open_engine() as engine:
        index(engine, photos)
        before = ids(engine, photos)
    with closing(sqlite3.connect(library_folder / "catalogue.db")) as connection:
        later = connection.execute("SELECT type, name FROM sqlite_master WHERE sql IS NOT NULL").fetchall()
        drops = "; ".join(f"DROP {kind} {name}" for kind, name in later if name in made_since(1))
        connection.executescript(f"ALTER TABLE encoded DROP COLUMN input_hash; {drops}; PRAGMA user_version = 1;")
    assert encoded_pictures() == 3
    with open_engine() as engine:
        assert index(engine).unchanged == 3
        assert encoded_pictures() == 0
        for rating, encoded in ((1, 1), (2, 0)):
            (photos / "1.jpg").write_bytes(with_segments(jpeg(1), xmp(rating, "new")))
            index(engine)
            assert encoded_pictures() == encoded
        assert ids(engine, photos) == before
