"""Paths survive the way through addresses, byte for byte."""

import os

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QUrl
from PySide6.QtWidgets import QLabel
from pytestqt.qtbot import QtBot

from photofind.gui import file_names


@given(name=st.binary(min_size=1, max_size=40).filter(lambda name: b"\0" not in name and b"/" not in name))
def test_any_path_comes_back_from_its_address(name: bytes) -> None:
    path = os.fsdecode(b"/photos/" + name)
    assert file_names.path_of(QUrl(file_names.url_of(path))) == path


@pytest.mark.parametrize("path", ["/Bilder/Ärger im Süden.jpg", "/a/100% #1?.png", "/a/b;c&d=e+f.gif"])
def test_addresses_of_file_managers_are_understood(path: str) -> None:
    assert file_names.path_of(QUrl.fromLocalFile(path)) == path


def test_only_files_have_paths() -> None:
    assert file_names.path_of(QUrl("https://example.org/a.jpg")) is None


def test_a_name_that_is_not_text_can_be_shown(qtbot: QtBot) -> None:
    label = QLabel(file_names.name_of("/photos/caf\udce9.jpg"))
    qtbot.addWidget(label)
    assert label.text() == "caf\ufffd.jpg"
