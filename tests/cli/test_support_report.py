"""A report for support says nothing about whose photos these are or what is in them."""

import json
import logging
import os
import re
import shutil
import sqlite3
import stat
import zipfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from photofind.cli import main
from photofind.config.settings import Settings, save
from photofind.library.doctor.privacy import Scrubber

MakePicture = Callable[..., Path]

FOLDERS = ("Oma Gertrude", "Straße nach Wien", "beach", "the catalogue of Milvus", "日本")
NAMES = ("geburtstag 1987.jpg", "IMG_20190712.jpg", "red dress.png", "journal.webp", os.fsdecode(b"caf\xe9\nline.jpg"))
TAGS = ("Hochzeit", "dog", "Dr. Schiwago")
SECRETS = [
    *("gertrude", "oma", "straße", "wien", "beach", "日本", "geburtstag", "1987", "20190712", "dress", "caf", "hochzeit"),
    *("schiwago", "sekrit", "milvus.example", "flickr", "dog", "hub.example", "urlaub"),
]


@pytest.fixture
def library(tmp_path: Path, make_picture: MakePicture) -> Path:
    """With names, tags, settings and a log that all say too much."""
    photos = tmp_path / "Urlaub" / "Flickr"
    for number, (folder, name) in enumerate(zip(FOLDERS, NAMES, strict=True)):
        (photos / folder).mkdir(parents=True)
        make_picture(tmp_path / f"tmp{os.path.splitext(name)[1]}", (200, 40 * number, 9)).rename(photos / folder / name)
    (photos / FOLDERS[0] / "gertrude broken.jpg").write_bytes(b"no picture")
    library = tmp_path / "library"
    assert main(["index", str(photos), "--library", str(library)]) == 0
    assert main(["tag", str(photos), *(word for tag in TAGS for word in ("--add", tag)), "--library", str(library)]) == 0
    save(
        library / "settings.json",
        Settings(milvus_token="sekrit", hub_endpoint="https://hub.example", skipped_folders=("Oma Gertrude",)),
    )
    with (library / "logs" / "photofind.log").open("a", encoding="utf-8", errors="surrogateescape") as log:
        for folder, name in zip(FOLDERS, NAMES, strict=True):
            log.write(
                "2026-11-26 22:10:11,123 WARNING 4711 librarian photofind.library.scan:"
                f" {photos}/{folder}/{name} cannot be read ([Errno 13] Permission denied)\n"
            )
        log.write(
            "2026-11-26 22:10:12,004 ERROR 4711 indexer photofind.library.indexer: indexing failed\n"
            "Traceback (most recent call last):\n"
            '  File "/home/gertrude/.venv/lib/python3.11/site-packages/photofind/library/indexer.py", line 99, in _pass\n'
            "    raise StoreFailed(reason)\n"
            "photofind.core.errors.StoreFailed: the tag 'Hochzeit' of Oma Gertrude at the beach\n"
        )
    return library


def everything_in(bundle: Path) -> str:
    with zipfile.ZipFile(bundle) as opened:
        return "\n".join([*opened.namelist(), *(opened.read(name).decode() for name in opened.namelist())])


def assert_nothing_is_told(text: str, library: Path) -> None:
    lower = text.lower()
    # What could be a number or hexadecimal digits must end there: sizes, process ids and random names may begin like it.
    told = [
        one
        for one in SECRETS
        if re.search(rf"(?<![0-9a-z]){re.escape(one)}" + r"(?![0-9a-f])" * (set(one) <= set("0123456789abcdef")), lower)
    ]
    assert told == []
    assert str(library.parent) not in text


def test_no_name_place_tag_or_token_is_in_the_report_and_what_helps_is(
    library: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    bundle = tmp_path / "report.zip"
    assert main(["doctor", "--bundle", str(bundle), "--library", str(library)]) == 0
    assert stat.S_IMODE(bundle.stat().st_mode) == 0o600
    text = everything_in(bundle)
    assert_nothing_is_told(text, library)
    assert "StoreFailed" in text and "photofind/library/indexer.py, line 99" in text
    assert "WARNING 4711 librarian photofind.library.scan:" in text
    assert "cannot be read" in text and "Permission denied" in text
    with zipfile.ZipFile(bundle) as opened:
        rows = json.loads(opened.read("catalogue.json"))["rows"]
        assert (rows["photos"], rows["photos_with_problem"]) == (6, 1)
        assert json.loads(opened.read("settings.json"))["milvus_token"] == "set"
        findings = json.loads(opened.read("findings.json"))
        assert {one["check"] for one in findings} >= {"catalogue", "journal", "milvus"}
        assert not [name for name in opened.namelist() if name.endswith((".jpg", ".db"))]
    assert b"\xff\xd8\xff" not in bundle.read_bytes()


@pytest.mark.parametrize("harm", ["no database", "away"])
def test_nor_when_things_are_broken(
    harm: str, library: Path, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    """Names that the catalogue cannot give any more are known from the backup, and the others are no words of ours."""
    if harm == "away":
        shutil.rmtree(tmp_path / "Urlaub")
    else:
        with (library / "catalogue.db").open("r+b") as file:
            file.write(b"x" * 4096)
    bundle = tmp_path / "report.zip"
    with caplog.at_level(logging.WARNING):
        main(["doctor", "--bundle", str(bundle), "--library", str(library)])
    text = everything_in(bundle)
    assert_nothing_is_told(text, library)
    if harm == "away":
        assert "folder-away" in text


def test_a_report_that_cannot_be_written_is_said(
    library: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--bundle", str(tmp_path / "no such folder" / "x.zip"), "--library", str(library)]) == 1
    assert "the report" in capfd.readouterr().err


def test_the_same_word_has_the_same_mark_in_one_report_and_another_one_in_the_next() -> None:
    scrubber = Scrubber(["Oma"])
    first, again, other = (scrubber.text(word) for word in ("Oma", "Oma", "Opa"))
    assert first == again != other
    assert Scrubber(["Oma"]).text("Oma") != first


def test_private_words_of_a_catalogue_are_read_whatever_their_bytes(library: Path) -> None:
    from photofind.library.doctor.privacy import private_words

    with closing(sqlite3.connect(library / "catalogue.db")) as connection:
        words = list(private_words(connection))
    assert os.fsdecode(b"caf\xe9\nline.jpg") in words and "Hochzeit" in words
