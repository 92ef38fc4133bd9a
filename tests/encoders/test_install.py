"""Downloads from a small hub on this machine."""

import collections
import hashlib
import json
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from photofind.core.errors import EncoderUnavailable
from photofind.encoders import installer
from photofind.encoders.download import fetch
from photofind.encoders.hub_lookup import Cancelled, HubFile, HubPlan, answer_of, look_up
from photofind.encoders.lock_file import LockFile
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.shelf import Shelf

SHELF_LIST = Path(__file__).parents[2] / "resources" / "shelf.json"
WEIGHTS = np.random.default_rng(7).bytes(3_000_000)
LIGHT_REPOSITORY = "laion/CLIP-ViT-B-32-256x256-DataComp-s34B-b86K"
Hub = Any  # the fixture's class lies in conftest.py


def never() -> bool:
    return False


def ignore(*_arguments: int) -> None:
    pass


def on_hub(hub: Hub, name: str = "open_clip_model.safetensors", content: bytes = WEIGHTS) -> HubFile:
    hub.files.setdefault("a/b", {})[name] = content
    return HubFile(name, f"{hub.url}/a/b/resolve/main/{name}", len(content), hub.sha256(name, content), "")


def test_a_file_arrives_whole_with_progress(hub: Hub, tmp_path: Path) -> None:
    file, told = on_hub(hub), []
    fetch(file, tmp_path, told.append, never)
    assert (tmp_path / file.name).read_bytes() == WEIGHTS
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, len(WEIGHTS))
    assert len(told) > 5
    told.clear()
    fetch(file, tmp_path, told.append, never)
    assert told == [len(WEIGHTS)], "what is there is not brought again"


def test_a_small_file_is_checked_by_its_hash_in_git(hub: Hub, tmp_path: Path) -> None:
    content = b'{"a": 1}'
    git = hashlib.sha1(b"blob 8\0" + content).hexdigest()
    hub.files["a/b"] = {"tokenizer.json": content}
    url = f"{hub.url}/a/b/resolve/main/tokenizer.json"
    fetch(HubFile("tokenizer.json", url, 8, "", git), tmp_path, ignore, never)
    (tmp_path / "tokenizer.json").unlink()
    for sha1 in ("0" * 40, ""):
        with pytest.raises(EncoderUnavailable, match="arrived damaged"):
            fetch(HubFile("tokenizer.json", url, 8, "", sha1), tmp_path, ignore, never)
    assert list(tmp_path.iterdir()) == []


def test_a_program_killed_half_way_goes_on_where_it_was(hub: Hub, tmp_path: Path) -> None:
    file = on_hub(hub)
    hub.stall_after = 1_000_000
    script = f"""
from pathlib import Path
from photofind.encoders.download import fetch
from photofind.encoders.hub_lookup import HubFile
fetch({file!r}, Path({str(tmp_path)!r}), lambda done: print(done, flush=True), lambda: False)
"""
    program = subprocess.Popen([sys.executable, "-c", script], stdout=subprocess.PIPE, text=True)
    try:
        assert program.stdout is not None
        for line in program.stdout:
            if int(line) == hub.stall_after:
                break
    finally:
        program.send_signal(signal.SIGKILL)
        program.communicate()
    assert not (tmp_path / file.name).exists()
    (part,) = tmp_path.glob("*.part")
    arrived = part.stat().st_size
    assert 0 < arrived <= 1_000_000  # the last piece may still have been in the program's memory
    hub.stall_after = None
    told: list[int] = []
    fetch(file, tmp_path, told.append, never)
    assert hub.ranges == [f"bytes={arrived}-"]
    assert told[0] == arrived
    assert (tmp_path / file.name).read_bytes() == WEIGHTS


def test_a_connection_that_breaks_is_made_again(hub: Hub, tmp_path: Path) -> None:
    file = on_hub(hub)
    hub.break_after = 700_000
    fetch(file, tmp_path, ignore, never)
    assert (tmp_path / file.name).read_bytes() == WEIGHTS
    assert hub.ranges == [f"bytes={start}-" for start in range(700_000, len(WEIGHTS), 700_000)]


def test_a_server_that_knows_no_ranges_sends_all_of_it_again(hub: Hub, tmp_path: Path) -> None:
    file = on_hub(hub)
    hub.knows_ranges = False
    (tmp_path / f"{file.name}.{file.sha256[:12]}.part").write_bytes(b"x" * 1000)
    fetch(file, tmp_path, ignore, never)
    assert (tmp_path / file.name).read_bytes() == WEIGHTS


def test_a_wrong_hash_is_refused_and_nothing_is_kept(hub: Hub, tmp_path: Path) -> None:
    hub.announced["open_clip_model.safetensors"] = "0" * 64
    with pytest.raises(EncoderUnavailable, match="arrived damaged"):
        fetch(on_hub(hub), tmp_path, ignore, never)
    assert list(tmp_path.iterdir()) == []


def test_a_cancelled_download_keeps_what_has_arrived(hub: Hub, tmp_path: Path) -> None:
    file, told = on_hub(hub), []
    with pytest.raises(Cancelled, match="goes on where it was"):
        fetch(file, tmp_path, told.append, lambda: bool(told) and told[-1] > 500_000)
    (part,) = tmp_path.iterdir()
    assert part.stat().st_size == told[-1] < len(WEIGHTS)


def test_without_a_connection_there_is_a_sentence_soon(
    hub: Hub, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photofind.encoders.download._wait", lambda _seconds, _cancelled: None)
    file = HubFile("open_clip_model.safetensors", "http://127.0.0.1:9/nothing", 10, "0" * 64, "")
    with pytest.raises(EncoderUnavailable, match=r"connection to 127\.0\.0\.1:9 was lost"):
        fetch(file, tmp_path, ignore, never)
    missing = HubFile("x.bin", f"{hub.url}/a/b/resolve/main/x.bin", 10, "0" * 64, "")
    with pytest.raises(EncoderUnavailable, match=r"refuses to give “x\.bin” \(404"):
        fetch(missing, tmp_path, ignore, never)


def tiny_plan(hub: Hub, folder: Path) -> HubPlan:
    """What ``look_up`` would find if a hub had a tiny encoder."""
    names = [path.name for path in folder.iterdir() if path.name != "open_clip_config.json"]
    names.sort(key=lambda name: not name.endswith(".safetensors"))
    files = tuple(on_hub(hub, name, (folder / name).read_bytes()) for name in names)
    return HubPlan("a/b", "main", "mit", files, json.loads((folder / "open_clip_config.json").read_text()))


def test_what_is_installed_loads_and_answers(
    hub: Hub, shelf: Shelf, tiny_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = tiny_plan(hub, tiny_folder("siglip"))
    monkeypatch.setattr(installer, "look_up", lambda *_arguments: plan)
    told: list[tuple[int, int]] = []
    shelf.install("multilingual", lambda done, total: told.append((done, total)), never)
    total = sum(file.size_bytes for file in plan.files)
    assert told[-1] == (total, total)
    assert shelf.is_installed("multilingual")
    assert shelf.default() == shelf.resolve("multilingual")
    assert sorted(path.name for path in shelf.folder.iterdir() if path.is_dir()) == ["ViT-B-32-SigLIP2-256--webli"]
    monkeypatch.setattr(hashlib, "file_digest", None)  # the hash is known from the download
    encoder = open_encoder("multilingual", shelf, threads=1)
    try:
        assert encoder.info().name == "Multilingual"
        (vector,) = encoder.encode_texts(["a red dog"]).result(90)
        assert vector is not None
        assert vector.shape == (192,)
    finally:
        encoder.stop()


def test_an_install_that_fails_or_is_cancelled_leaves_no_encoder_and_resumes(
    hub: Hub, shelf: Shelf, tiny_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = tiny_plan(hub, tiny_folder("vit"))
    monkeypatch.setattr(installer, "look_up", lambda *_arguments: plan)
    usage = collections.namedtuple("usage", "total used free")
    with monkeypatch.context() as full:
        full.setattr(shutil, "disk_usage", lambda _path: usage(10**9, 10**9, 1000))
        with pytest.raises(EncoderUnavailable, match="make room"):
            shelf.install("light", ignore, never)
    hub.stall_after = plan.files[0].size_bytes // 2
    stop = threading.Event()
    failed: list[Exception] = []

    arrived = threading.Event()
    monkeypatch.setattr(installer, "_TELL_EVERY_S", 0.0)

    def attempt() -> None:
        try:
            shelf.install("light", lambda done, *_arguments: arrived.set() if done else None, stop.is_set)
        except EncoderUnavailable as error:
            failed.append(error)

    thread = threading.Thread(target=attempt)
    thread.start()
    assert hub.stalled.wait(30)
    assert arrived.wait(30), "what was sent is not yet what has arrived"
    with pytest.raises(EncoderUnavailable, match="Another photofind"):
        shelf.install("light", ignore, never)
    stop.set()
    hub.go_on.set()
    thread.join(30)
    assert isinstance(failed[0], Cancelled)
    assert not shelf.is_installed("light")
    assert shelf.default() == "palette"
    hub.stall_after = None
    shelf.install("light", ignore, never)
    assert hub.ranges, "the second attempt went on"
    assert shelf.is_installed("light")


def test_a_licence_that_the_hub_states_needs_a_yes_too(
    hub: Hub, shelf: Shelf, tiny_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    plan = tiny_plan(hub, tiny_folder("vit"))
    restricted = HubPlan(plan.repository, plan.revision, "cc-by-nc-4.0", plan.files, plan.config)
    monkeypatch.setattr(installer, "look_up", lambda *_arguments: restricted)
    with pytest.raises(EncoderUnavailable, match=r"under the licence cc-by-nc-4\.0"):
        shelf.install("open_clip:RN50/yfcc15m", ignore, never)
    shelf.install("open_clip:RN50/yfcc15m", ignore, never, accepted_licence="CC-BY-NC-4.0")
    assert shelf.is_installed("open_clip:RN50/yfcc15m")


def test_open_clips_names_are_looked_up_on_the_hub(hub: Hub, tmp_path: Path) -> None:
    hub.files[LIGHT_REPOSITORY] = {
        "open_clip_config.json": b"{}",
        "README.md": b"",
        "tokenizer.json": b"{}",
        "open_clip_pytorch_model.bin": b"pickled",
        "open_clip_model.safetensors": WEIGHTS,
    }
    shelf = Shelf(tmp_path / "shelf", SHELF_LIST, endpoint=hub.url)
    shelf.install("light", ignore, never)
    place = shelf.folder_of(shelf.resolve("light"))
    with pytest.raises(EncoderUnavailable, match="is not freely available"):
        shelf.install("classic", ignore, never)
    assert sorted(path.name for path in place.iterdir()) == [
        "open_clip_config.json",
        "open_clip_model.safetensors",
        "photofind.json",
    ]
    assert (place / "open_clip_model.safetensors").read_bytes() == WEIGHTS
    note = json.loads((place / "photofind.json").read_text())
    assert (note["name"], note["licence"], note["repository"]) == ("Light", "mit", LIGHT_REPOSITORY)
    info = shelf.info("light")
    assert (info.dimension, info.input_spec.size_px, info.input_spec.resize) == (512, 256, "shortest")


def test_a_name_whose_text_tower_lies_elsewhere_brings_it_along(hub: Hub) -> None:
    repository = "laion/CLIP-ViT-B-32-xlm-roberta-base-laion5B-s13B-b90k"
    hub.files[repository] = {"open_clip_pytorch_model.bin": b"weights", "config.json": b"another form"}
    hub.files["xlm-roberta-base"] = {
        "config.json": b'{"model_type": "xlm-roberta"}',
        "tokenizer.json": b"{}",
        "model.safetensors": b"weights of its own",
    }
    plan = answer_of("xlm-roberta-base-ViT-B-32", "laion5b_s13b_b90k", hub.url)
    assert isinstance(plan, HubPlan)
    assert [file.name for file in plan.files] == ["open_clip_pytorch_model.bin", "config.json", "tokenizer.json"]
    assert "xlm-roberta-base/resolve" in plan.files[1].url
    text_cfg = plan.config["model_cfg"]["text_cfg"]
    assert text_cfg["hf_model_name"] == text_cfg["hf_tokenizer_name"] == "."


def test_what_cannot_be_found_is_said_in_a_sentence_that_helps(hub: Hub, monkeypatch: pytest.MonkeyPatch) -> None:
    unknown = answer_of("ViT-B-32", "openia", hub.url)
    assert isinstance(unknown, str)
    assert re.fullmatch(r"open_clip has no “ViT-B-32/openia”; near it are .*ViT-B-32/openai.*\.", unknown)
    missing = answer_of("ViT-B-32", "openai", hub.url)
    assert isinstance(missing, str)
    assert "is not freely available" in missing
    offline = answer_of("ViT-B-32", "openai", "http://127.0.0.1:9")
    assert isinstance(offline, str)
    assert re.fullmatch(r"There is no connection to http://127\.0\.0\.1:9: check the network.*folder\.", offline)
    hub.files["timm/vit_base_patch32_clip_224.openai"] = {"model.onnx": b""}
    empty = answer_of("ViT-B-32", "openai", hub.url)
    assert isinstance(empty, str)
    assert "no weights that photofind can read" in empty


def test_a_look_up_can_be_cancelled(hub: Hub) -> None:
    start = time.monotonic()
    with pytest.raises(Cancelled):
        look_up("ViT-B-32", "openai", hub.url, lambda: True)
    assert time.monotonic() - start < 30


def test_a_lock_is_free_again_when_its_holder_is_gone(tmp_path: Path) -> None:
    with (
        LockFile(tmp_path / "lock", "busy"),
        pytest.raises(EncoderUnavailable, match="busy"),
        LockFile(tmp_path / "lock", "busy"),
    ):
        pass
    with LockFile(tmp_path / "lock", "busy"):
        pass
