import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.open_encoder import open_encoder
from photofind.encoders.protocol import PALETTE_ID
from photofind.encoders.shelf import Shelf
from photofind.encoders.shelf_list import read_shelf_list

SHELF_LIST = Path(__file__).parents[2] / "resources" / "shelf.json"
LIGHT = "open_clip:ViT-B-32-256/datacomp_s34b_b86k"
MULTILINGUAL = "open_clip:ViT-B-32-SigLIP2-256/webli"


def put_on_shelf(shelf: Shelf, encoder_id: str, source: Path) -> Path:
    """As an installed encoder lies there."""
    place = shelf.place_of(encoder_id)
    place.parent.mkdir(parents=True, exist_ok=True)
    shutil.copytree(source, place)
    (place / "photofind.json").write_text(json.dumps({"id": encoder_id, "name": "Put there"}))
    return place


def no_call(*_arguments: object) -> bool:
    raise AssertionError("nothing was to be downloaded")


def test_what_the_list_offers_is_known_to_open_clip_and_free_to_use() -> None:
    import open_clip

    listed = read_shelf_list(SHELF_LIST)
    names = {f"open_clip:{model}/{tag}" for model, tag in open_clip.list_pretrained()}
    assert {one.id for one in listed.encoders} <= names
    assert len({one.short for one in listed.encoders}) == len(listed.encoders)
    for one in listed.encoders:
        model, tag = one.id.removeprefix("open_clip:").split("/")
        assert listed.restriction_of(model, tag) is None
        assert one.licence in {"MIT", "Apache-2.0"}
    for name in (
        "MobileCLIP2-S0/dfndr2b",
        "ViT-B-16/dfn2b",
        "nllb-clip-base-siglip/mrl",
        "ViT-H-14-worldwide-quickgelu/metaclip2_worldwide",
    ):
        assert listed.restriction_of(*name.split("/")) is not None
        assert f"open_clip:{name}" in names


def test_users_words_become_ids_and_ids_stay_ids(
    shelf: Shelf, tiny_folder: Callable[[str], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tiny_folder("vit")
    monkeypatch.chdir(folder.parent)
    for text, expected in {
        "palette": PALETTE_ID,
        " Palette ": PALETTE_ID,
        "light": LIGHT,
        "Multilingual": MULTILINGUAL,
        LIGHT: LIGHT,
        "open_clip:ViT-B-32/openai": "open_clip:ViT-B-32/openai",
        "open_clip:ViT-B-32:openai": "open_clip:ViT-B-32/openai",
        f"local-dir:{folder}": f"local-dir:{folder}",
        f"local-dir:./{folder.name}/": f"local-dir:{folder}",
        str(folder): f"local-dir:{folder}",
    }.items():
        assert shelf.resolve(text) == expected
        assert shelf.resolve(expected) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "local-dir:",
        "local-dir:/does/not/exist",
        "open_clip:",
        "open_clip:a/b/c",
        "hf-hub:x/y",
        "open_clip:../x",
    ],
)
def test_other_words_are_answered_with_a_sentence(shelf: Shelf, text: str) -> None:
    with pytest.raises(EncoderUnavailable, match=r"\.$"):
        shelf.resolve(text)
    assert not shelf.is_installed(text)


def test_an_empty_shelf_offers_the_list_and_answers_with_palette(shelf: Shelf) -> None:
    entries = shelf.entries()
    assert [entry.id for entry in entries if entry.installed] == [PALETTE_ID]
    assert {entry.id for entry in entries if entry.proposable} == {LIGHT, MULTILINGUAL}
    assert all(entry.licence and entry.size_bytes > 5e8 for entry in entries[1:])
    assert shelf.default() == PALETTE_ID
    assert shelf.info(PALETTE_ID).key == "palette_1"
    assert not shelf.folder.exists(), "looking creates nothing"


@pytest.mark.parametrize(
    ("language", "expected"),
    [
        ("en", LIGHT),
        ("en_GB.UTF-8", LIGHT),
        ("", LIGHT),
        ("de", MULTILINGUAL),
        ("zh-Hans-CN", MULTILINGUAL),
        ("C", MULTILINGUAL),
    ],
)
def test_light_is_proposed_to_english_systems_and_multilingual_to_others(
    shelf: Shelf, language: str, expected: str
) -> None:
    assert shelf.proposed(language).id == expected


def test_an_encoder_that_is_not_there_says_so(shelf: Shelf) -> None:
    with pytest.raises(EncoderUnavailable, match="“Light” is not on this computer yet"):
        shelf.info("light")
    encoder = open_encoder("light", shelf)
    with pytest.raises(EncoderUnavailable, match="download it first"):
        encoder.info()
    with pytest.raises(EncoderUnavailable, match="download it first"):
        encoder.encode_texts(["dog"]).result(60)
    encoder.stop()


def test_what_lies_on_the_shelf_is_installed_and_the_latest_is_the_default(
    shelf: Shelf, tiny_folder: Callable[[str], Path]
) -> None:
    put_on_shelf(shelf, LIGHT, tiny_folder("vit"))
    assert shelf.is_installed("light")
    assert shelf.default() == LIGHT
    other = "open_clip:RN50/yfcc15m"
    place = put_on_shelf(shelf, other, tiny_folder("resnet"))
    os.utime(place / "open_clip_config.json")  # the time of its arrival counts
    assert shelf.default() == other
    listed = {entry.id: entry for entry in shelf.entries()}
    assert listed[LIGHT].name == "Light"
    assert listed[LIGHT].installed
    assert listed[other].name == "Put there"
    info = shelf.info("light")
    assert info.key.startswith("vit_b_32_256_datacomp_s34b_b86k_")
    assert len(info.key) <= 60
    assert (info.name, info.dimension, info.input_spec.size_px) == ("Light", 16, 32)
    shelf.install("light", no_call, no_call)


def test_restricted_weights_are_never_proposed_and_need_a_yes_to_their_licence(shelf: Shelf) -> None:
    name = "open_clip:MobileCLIP2-S0/dfndr2b"
    entry = shelf.entry(name)
    assert entry.restriction == "research only"
    assert not entry.proposable
    with pytest.raises(EncoderUnavailable, match=r"apple-amlr \(research only\)"):
        shelf.install(name, no_call, no_call)


def test_the_same_weights_keep_their_key_wherever_they_lie(
    shelf: Shelf, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    first = shelf.info(f"local-dir:{tiny_folder('vit')}")
    assert first.key.startswith("tiny_vit_")
    moved = shutil.copytree(tiny_folder("vit"), tmp_path / "Another Näme")
    second = shelf.info(f"local-dir:{moved}")
    assert second.key == first.key
    assert second.id != first.id
    config = json.loads((moved / "open_clip_config.json").read_text())
    config["preprocess_cfg"]["resize_mode"] = "shortest"
    (moved / "open_clip_config.json").write_text(json.dumps(config))
    assert shelf.info(f"local-dir:{moved}").key != first.key


def test_weights_are_hashed_once_and_again_when_they_change(
    shelf: Shelf, tiny_folder: Callable[[str], Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import hashlib

    folder = shutil.copytree(tiny_folder("vit"), tmp_path / "copy")
    hashed: list[object] = []
    digest = hashlib.file_digest
    monkeypatch.setattr(hashlib, "file_digest", lambda file, name: hashed.append(file.name) or digest(file, name))
    first = shelf.info(str(folder)).key
    assert Shelf(shelf.folder, SHELF_LIST).info(str(folder)).key == first
    assert len(hashed) == 1
    weights = folder / "open_clip_model.safetensors"
    weights.write_bytes(weights.read_bytes() + b"\0")
    assert shelf.info(str(folder)).key != first
    (shelf.folder / "known_weights.json").write_text("damaged")
    assert shelf.info(str(folder)).key != first
    assert oct((shelf.folder / "known_weights.json").stat().st_mode & 0o777) == "0o600"


def test_a_key_is_fit_for_file_and_collection_names(
    shelf: Shelf, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    import re

    from photofind.encoders.weights_memory import key_name

    for name in ("ViT-B-32", "32 bit", "日本", "", "x" * 200, "--a--"):
        assert re.fullmatch(r"[a-z][a-z0-9_]{0,41}", key_name(name)), name


def test_a_users_folder_is_copied_onto_the_shelf(
    shelf: Shelf, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    source = shutil.copytree(tiny_folder("siglip"), tmp_path / "From a hub")
    config = json.loads((source / "open_clip_config.json").read_text())
    config["model_cfg"]["text_cfg"]["hf_tokenizer_name"] = "timm/ViT-B-32-SigLIP2-256"
    (source / "open_clip_config.json").write_text(json.dumps(config))
    (source / "code.py").write_text("raise SystemExit")
    with pytest.raises(EncoderUnavailable, match="not in the folder"):
        shelf.info(str(source))
    imported = shelf.import_folder(source)
    shutil.rmtree(source)
    assert shelf.resolve(imported) == imported
    assert shelf.resolve("from a hub") == imported
    assert shelf.default() == imported
    entry = shelf.entry(imported)
    assert entry.name == "From a hub"
    assert entry.installed
    assert shelf.info(imported).dimension == 192
    place = shelf.folder_of(imported)
    assert not (place / "code.py").exists()
    assert oct(place.stat().st_mode & 0o777) == "0o700"
    assert not list(shelf.folder.glob(".import-*"))


def test_importing_twice_gives_two_folders_and_a_refused_one_leaves_nothing(
    shelf: Shelf, tiny_folder: Callable[[str], Path], tmp_path: Path
) -> None:
    first, second = (shelf.import_folder(tiny_folder("vit")) for _ in range(2))
    assert first != second
    assert shelf.info(first).key == shelf.info(second).key
    bad = shutil.copytree(tiny_folder("vit"), tmp_path / "bad")
    config = json.loads((bad / "open_clip_config.json").read_text())
    config["model_cfg"]["vision_cfg"]["timm_model_name"] = "hf-hub:someone/model"
    (bad / "open_clip_config.json").write_text(json.dumps(config))
    with pytest.raises(EncoderUnavailable, match=f"in “{bad}” cannot be used"):
        shelf.import_folder(bad)
    with pytest.raises(EncoderUnavailable, match="no folder"):
        shelf.import_folder(tmp_path / "nothing")
    assert len(shelf.entries()) == 8
    assert not list(shelf.folder.glob(".import-*"))


def test_a_damaged_list_is_said_in_a_sentence(tmp_path: Path) -> None:
    for content in ("{", "[]", '{"encoders": [{}], "restricted": []}'):
        (tmp_path / "shelf.json").write_text(content)
        with pytest.raises(EncoderUnavailable, match="install photofind again"):
            Shelf(tmp_path, tmp_path / "shelf.json")
