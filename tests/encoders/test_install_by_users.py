"""Installing an encoder as users do: by a command, and by the button in the window."""

import json
import queue
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photofind.cli import main
from photofind.core.events import EncoderState, Event, Notice
from photofind.encoders import installer
from photofind.encoders.hub_lookup import HubFile, HubPlan
from photofind.encoders.shelf import Shelf
from photofind.library.session import library_paths, open_library

Hub = Any  # the fixture's class lies in conftest.py
LIGHT_REPOSITORY = "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K"


def test_a_command_downloads_after_a_yes_and_the_shelf_has_it(
    hub: Hub, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hub.files[LIGHT_REPOSITORY] = {"open_clip_config.json": b"{}", "open_clip_model.safetensors": b"weights" * 1000}
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    assert main(["encoders", "install", "light", "--yes", "--json"]) == 0
    assert json.loads(capfd.readouterr().out) == {"installed": "open_clip:ViT-B-32-256/datacomp_s34b_b86k"}
    assert main(["encoders", "--json"]) == 0
    shelf = json.loads(capfd.readouterr().out)
    assert shelf["default"] == "open_clip:ViT-B-32-256/datacomp_s34b_b86k"


def test_without_a_network_a_command_says_so_in_a_sentence(
    capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    assert main(["encoders", "install", "light", "--yes"]) == 1
    err = capfd.readouterr().err
    assert "Traceback" not in err
    assert len(err.strip().splitlines()[-1].split()) > 5


def test_a_wrong_hash_installs_nothing(
    hub: Hub, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.files[LIGHT_REPOSITORY] = {"open_clip_config.json": b"{}", "open_clip_model.safetensors": b"weights" * 1000}
    hub.announced["open_clip_model.safetensors"] = "0" * 64
    monkeypatch.setenv("HF_ENDPOINT", hub.url)
    assert main(["encoders", "install", "light", "--yes", "--json"]) == 1
    capfd.readouterr()
    assert main(["encoders", "--json"]) == 0
    assert json.loads(capfd.readouterr().out)["default"] == "palette"


def test_the_button_downloads_chooses_and_the_library_is_encoded_anew(
    hub: Hub,
    shelf: Shelf,
    tiny_folder: Callable[[str], Path],
    monkeypatch: pytest.MonkeyPatch,
    make_picture: Callable[..., Path],
    tmp_path: Path,
) -> None:
    folder = tiny_folder("vit")
    files = []
    for name in ("open_clip_model.safetensors",):
        content = (folder / name).read_bytes()
        hub.files.setdefault("a/b", {})[name] = content
        files.append(HubFile(name, f"{hub.url}/a/b/resolve/main/{name}", len(content), hub.sha256(name, content), ""))
    plan = HubPlan("a/b", "main", "mit", tuple(files), json.loads((folder / "open_clip_config.json").read_text()))
    monkeypatch.setattr(installer, "look_up", lambda *_: plan)
    make_picture(tmp_path / "photos" / "one.jpg", (200, 30, 30))
    events: queue.Queue[Event] = queue.Queue()

    def next_state(wanted: Callable[[EncoderState], bool]) -> EncoderState:
        while True:
            event = events.get(timeout=90)
            assert not (isinstance(event, Notice) and event.is_error), event
            if isinstance(event, EncoderState) and wanted(event):
                return event

    with open_library(library_paths(tmp_path / "library"), lambda _: shelf, watch=False) as engine:
        engine.add_listener(events.put)
        engine.watch_folder(str(tmp_path / "photos")).result(timeout=30)
        engine.indexer.when_done().result(timeout=60)
        offered = engine.encoders.state
        assert offered.is_palette and offered.proposed == shelf.resolve("light")
        engine.install_encoder(offered.proposed)
        assert next_state(lambda state: state.installing_done > 0).installing == offered.proposed
        assert next_state(lambda state: state.id == offered.proposed).coming_id == ""
        engine.indexer.when_done().result(timeout=60)
        key = engine.desk.current.info().key
        assert engine.librarian.submit(lambda desk: desk.reader.counts(key)).result().indexed == 1
