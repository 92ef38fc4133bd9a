import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from photofind.core.errors import EncoderUnavailable
from photofind.core.pixels import InputSpec
from photofind.encoders.folder import check_folder


def described(folder: Path, config: Any, weights: str = "open_clip_model.safetensors") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "open_clip_config.json").write_text(config if isinstance(config, str) else json.dumps(config))
    (folder / weights).write_bytes(b"weights")
    return folder


def plain(**changes: Any) -> dict[str, Any]:
    """A small description; a dotted name changes one value deep inside."""
    config: dict[str, Any] = {
        "model_cfg": {
            "embed_dim": 512,
            "vision_cfg": {"image_size": 256, "layers": 12, "width": 768, "patch_size": 32},
            "text_cfg": {"context_length": 77, "vocab_size": 49408, "width": 512, "heads": 8, "layers": 12},
        },
        "preprocess_cfg": {
            "mean": [0.5, 0.5, 0.5],
            "std": [0.5, 0.5, 0.5],
            "interpolation": "bilinear",
            "resize_mode": "squash",
        },
    }
    for name, value in changes.items():
        inner = config
        *way, last = name.split("__")
        for step in way:
            inner = inner[step]
        inner[last] = value
    return config


def test_a_description_gives_size_and_rule_without_any_library(tmp_path: Path) -> None:
    checked = check_folder(described(tmp_path / "one", plain()))
    assert checked.dimension == 512
    assert checked.input_spec == InputSpec(256, "squash", "bilinear", 0)
    assert checked.mean == (0.5, 0.5, 0.5)
    assert checked.weights.name == "open_clip_model.safetensors"
    assert not checked.tokenizer_in_folder


def test_what_is_not_said_is_open_clips_default(tmp_path: Path) -> None:
    config = plain()
    del config["preprocess_cfg"]
    del config["model_cfg"]["vision_cfg"]["image_size"]
    checked = check_folder(described(tmp_path / "one", config))
    assert checked.input_spec == InputSpec(224, "shortest", "bicubic", 0)
    assert checked.mean[0] == pytest.approx(0.48145466)


@pytest.mark.parametrize(
    "name",
    [
        "hf-hub:someone/model",
        "hf_hub:someone/model",
        "HF-HUB:x/y",
        "local-dir:/etc",
        "https://example.org/m",
        "someone/model",
        "../x",
    ],
)
@pytest.mark.parametrize(
    "key", ["vision_cfg__timm_model_name", "text_cfg__hf_model_name", "text_cfg__hf_tokenizer_name"]
)
def test_names_of_a_hub_are_refused(tmp_path: Path, key: str, name: str) -> None:
    folder = described(tmp_path / "one", plain(**{f"model_cfg__{key}": name}))
    (folder / "config.json").write_text("{}")
    (folder / "tokenizer.json").write_text("{}")
    with pytest.raises(EncoderUnavailable, match="cannot be used"):
        check_folder(folder)


def test_a_hubs_name_in_a_place_nobody_thought_of_is_refused(tmp_path: Path) -> None:
    for key in ("model_cfg__vision_cfg__something", "model_cfg__text_cfg__norm_kwargs", "preprocess_cfg__other"):
        with pytest.raises(EncoderUnavailable, match="outside the folder"):
            check_folder(described(tmp_path / "one", plain(**{key: {"deep": ["hf-hub:someone/model"]}})))


@pytest.mark.parametrize(
    "kwargs", [{"trust_remote_code": True}, {"bpe_path": "/etc/passwd"}, {"tokenizer_file": "x"}, ["clean"]]
)
def test_tokenizer_arguments_beyond_the_known_are_refused(tmp_path: Path, kwargs: Any) -> None:
    with pytest.raises(EncoderUnavailable, match="tokenizer_kwargs"):
        check_folder(described(tmp_path / "one", plain(model_cfg__text_cfg__tokenizer_kwargs=kwargs)))


@pytest.mark.parametrize("name", ["config.json", "tokenizer_config.json"])
def test_a_folder_that_asks_to_run_its_own_code_is_refused(tmp_path: Path, name: str) -> None:
    folder = described(tmp_path / "one", plain(model_cfg__text_cfg__hf_tokenizer_name="."))
    (folder / name).write_text(json.dumps({"inner": [{"auto_map": {"AutoTokenizer": "code.Tokenizer"}}]}))
    with pytest.raises(EncoderUnavailable, match="code of its own"):
        check_folder(folder)


@pytest.mark.parametrize(
    "config",
    [
        "no json",
        "[]",
        "[" * 100_000,
        {},
        {"model_cfg": []},
        {"model_cfg": {"embed_dim": 4, "vision_cfg": {}, "text_cfg": None}},
        plain(model_cfg__embed_dim="512"),
        plain(model_cfg__embed_dim=True),
        plain(model_cfg__embed_dim=10**9),
        plain(model_cfg__vision_cfg__image_size=[224, 256]),
        plain(model_cfg__vision_cfg__image_size=0),
        plain(model_cfg__vision_cfg__image_size=10**6),
        plain(model_cfg__custom_text="yes"),
        plain(preprocess_cfg=[1]),
        plain(preprocess_cfg__mean=[0.5, 0.5]),
        plain(preprocess_cfg__std=[0.5, 0, 0.5]),
        plain(preprocess_cfg__std=["a", "b", "c"]),
        plain(preprocess_cfg__resize_mode="stretch"),
        plain(preprocess_cfg__interpolation="nearest"),
        plain(preprocess_cfg__fill_color=300),
    ],
)
def test_a_wrong_description_is_refused_in_one_sentence(tmp_path: Path, config: Any) -> None:
    with pytest.raises(EncoderUnavailable, match=r"^The encoder in “.*” cannot be used: [^\n]*\.$"):
        check_folder(described(tmp_path / "one", config))


def test_a_folder_that_is_none_and_one_without_weights_are_refused(tmp_path: Path) -> None:
    with pytest.raises(EncoderUnavailable, match="no folder"):
        check_folder(tmp_path / "nothing")
    (tmp_path / "empty").mkdir()
    with pytest.raises(EncoderUnavailable, match="holds no open_clip_config"):
        check_folder(tmp_path / "empty")
    (described(tmp_path / "one", plain()) / "open_clip_model.safetensors").unlink()
    (tmp_path / "one" / "model.npz").write_bytes(b"another form")
    with pytest.raises(EncoderUnavailable, match="no weights"):
        check_folder(tmp_path / "one")


def test_safe_weights_come_before_pickled_ones(tmp_path: Path) -> None:
    folder = described(tmp_path / "one", plain(), weights="other.pt")
    assert check_folder(folder).weights.name == "other.pt"
    (folder / "open_clip_pytorch_model.bin").write_bytes(b"")
    assert check_folder(folder).weights.name == "open_clip_pytorch_model.bin"
    (folder / "open_clip_model.safetensors").write_bytes(b"")
    assert check_folder(folder).weights.name == "open_clip_model.safetensors"


def test_what_changes_a_pictures_vector_changes_the_hash_and_nothing_else_does(tmp_path: Path) -> None:
    def digest(**changes: Any) -> str:
        return check_folder(described(tmp_path / "one", plain(**changes))).preprocessing_hash

    first = digest()
    assert digest(model_cfg__text_cfg__context_length=32) == first
    assert digest(model_cfg__vision_cfg__timm_model_pretrained=False) == first
    different = {
        digest(preprocess_cfg__mean=[0.4, 0.5, 0.5]),
        digest(preprocess_cfg__resize_mode="shortest"),
        digest(model_cfg__quick_gelu=True),
        digest(model_cfg__vision_cfg__image_size=224),
    }
    assert len(different | {first}) == 5


def test_the_folder_may_name_itself(tiny_folder: Callable[[str], Path], tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_folder("roberta"), tmp_path / "copy")
    checked = check_folder(folder)
    assert checked.model_cfg["text_cfg"]["hf_model_name"] == str(folder)
    assert checked.tokenizer_in_folder
    (folder / "config.json").unlink()
    with pytest.raises(EncoderUnavailable, match=r"no config\.json"):
        check_folder(folder)
