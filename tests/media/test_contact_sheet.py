"""Many photos as one picture."""

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image

from photofind.media.contact_sheet import MOST_PHOTOS, SheetRefused, check_target, save_contact_sheet

RED, BLUE = (220, 30, 30), (30, 60, 220)


def jpeg(colour: tuple[int, int, int], size: tuple[int, int] = (240, 160)) -> bytes:
    file = BytesIO()
    Image.new("RGB", size, colour).save(file, "JPEG")
    return file.getvalue()


@pytest.mark.parametrize(("name", "format_name"), [("a.jpg", "JPEG"), ("a.PNG", "PNG"), ("a.webp", "WEBP")])
def test_photos_stand_in_rows_in_their_order(tmp_path: Path, name: str, format_name: str) -> None:
    save_contact_sheet([jpeg(RED), jpeg(RED, (100, 300)), jpeg(BLUE)], tmp_path / name)
    with Image.open(tmp_path / name) as sheet:
        assert sheet.format == format_name
        columns, cell_px, gap_px = 2, 240, 8
        assert sheet.size == (gap_px + columns * (cell_px + gap_px), gap_px + 2 * (cell_px + gap_px))
        middles = [(gap_px + cell_px // 2 + (cell_px + gap_px) * x, gap_px + cell_px // 2 + (cell_px + gap_px) * y)
                   for x, y in [(0, 0), (1, 0), (0, 1), (1, 1)]]  # fmt: skip
        found = [sheet.convert("RGB").getpixel(middle) for middle in middles]
    for got, wanted in zip(found, [RED, RED, BLUE, (250, 250, 250)], strict=True):
        assert isinstance(got, tuple) and all(abs(a - b) <= 8 for a, b in zip(got, wanted, strict=True))


def test_a_thousand_photos_fit_into_one_picture_of_a_size_that_every_format_takes(tmp_path: Path) -> None:
    save_contact_sheet([jpeg(RED, (24, 16))] * (MOST_PHOTOS + 5), tmp_path / "all.webp")
    with Image.open(tmp_path / "all.webp") as sheet:
        assert max(sheet.size) < 16_384


def test_a_file_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    photo = tmp_path / "only-copy.jpg"
    photo.write_bytes(b"precious")
    with pytest.raises(SheetRefused, match="is there already"):
        save_contact_sheet([jpeg(RED)], photo)
    assert photo.read_bytes() == b"precious"


@pytest.mark.parametrize("name", ["sheet.gif", "sheet", "no/such/folder/sheet.jpg"])
def test_a_name_that_makes_no_sense_costs_one_sentence(tmp_path: Path, name: str) -> None:
    with pytest.raises(SheetRefused) as refused:
        check_target(tmp_path / name)
    assert str(refused.value).endswith(".")


def test_a_damaged_thumbnail_leaves_its_place_empty(tmp_path: Path) -> None:
    save_contact_sheet([jpeg(RED)[:200], b"", jpeg(BLUE)], tmp_path / "sheet.png")
    with Image.open(tmp_path / "sheet.png") as sheet:
        assert sheet.convert("RGB").getpixel((8 + 120, 8 + 120)) == (250, 250, 250)


def test_no_photos_make_no_picture(tmp_path: Path) -> None:
    with pytest.raises(SheetRefused):
        save_contact_sheet([], tmp_path / "none.jpg")
    assert not (tmp_path / "none.jpg").exists()
