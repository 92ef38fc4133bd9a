"""A folder with an encoder's weights, checked before any library looks at it.

The layout is that of open_clip's ``local-dir:`` schema: ``open_clip_config.json`` and one file of weights, tokenizer
files beside them. Such a folder may come from anywhere, so nothing in it may name code or a place on the network.
"""

import hashlib
import json
import math
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photofind.core.errors import EncoderUnavailable
from photofind.core.pixels import InputSpec

CONFIG_NAME = "open_clip_config.json"
# The order of open_clip.factory._find_checkpoint_in_dir, with .pt beside .pth.
WEIGHTS_NAMES = (
    "open_clip_model.safetensors",
    "open_clip_pytorch_model.safetensors",
    "open_clip_pytorch_model.bin",
    "open_clip_pytorch_model.pth",
    "open_clip_pytorch_model.pt",
    "model.safetensors",
    "pytorch_model.bin",
    "pytorch_model.pth",
    "model.pth",
    "model.pt",
)
WEIGHTS_SUFFIXES = (".safetensors", ".bin", ".pth", ".pt")
# Tokenizer and text tower descriptions that transformers reads from a folder.
TEXT_FILES = (
    "config.json",
    "tokenizer.json",
    "tokenizer_config.json",
    "special_tokens_map.json",
    "added_tokens.json",
    "vocab.json",
    "vocab.txt",
    "merges.txt",
    "tokenizer.model",
    "spiece.model",
    "sentencepiece.bpe.model",
)
OWN_FOLDER = "."  # value of hf_model_name and hf_tokenizer_name that means: the files in this folder

_MAX_CONFIG_BYTES = 1 << 20
_OPENAI_MEAN = (0.48145466, 0.4578275, 0.40821073)  # open_clip.constants.OPENAI_DATASET_MEAN, _STD: its defaults
_OPENAI_STD = (0.26862954, 0.26130258, 0.27577711)
_TOKENIZER_KWARGS = {"clean", "strip_sep_token", "language", "reduction_mask"}
_TIMM_NAME = re.compile(r"[A-Za-z0-9_.\-]{1,120}")
_FAR_NAME = re.compile(r"^\s*([a-z][a-z0-9+.\-]*://|hf[-_]hub:|local-dir:)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class CheckedFolder:
    """A folder that may be loaded. ``model_cfg`` is the checked copy, to be loaded instead of the file.

    ``tokenizer_in_folder``: the text goes through the tokenizer files of the folder, else through CLIP's own.
    ``preprocessing_hash``: eight hexadecimal digits of all that changes a picture's vector besides the weights.
    """

    folder: Path
    weights: Path
    model_cfg: dict[str, Any]
    dimension: int
    input_spec: InputSpec
    mean: tuple[float, float, float]
    std: tuple[float, float, float]
    tokenizer_in_folder: bool
    preprocessing_hash: str


def check_folder(folder: Path) -> CheckedFolder:
    """Reads and checks a folder; imports nothing heavy. Raises ``EncoderUnavailable``. Any thread."""
    folder = folder.absolute()
    if not folder.is_dir():
        raise EncoderUnavailable(f"There is no folder “{folder}”: check its name.")
    config = _read_object(folder / CONFIG_NAME, folder)
    model_cfg = config.get("model_cfg")
    if not isinstance(model_cfg, dict):
        raise _refusal(folder, f"{CONFIG_NAME} has no “model_cfg”")
    vision_cfg, text_cfg = model_cfg.get("vision_cfg"), model_cfg.get("text_cfg")
    if not isinstance(vision_cfg, dict) or not isinstance(text_cfg, dict):
        raise _refusal(folder, f"{CONFIG_NAME} does not describe a picture and a text tower")
    preprocess_cfg = config.get("preprocess_cfg") or {}
    if not isinstance(preprocess_cfg, dict):
        raise _refusal(folder, "its “preprocess_cfg” is not an object")

    for where, value in _strings(config):
        if _FAR_NAME.match(value):
            raise _refusal(folder, f"“{where}” names a place outside the folder ({value[:80]})")
    _check_towers(folder, model_cfg, vision_cfg, text_cfg)
    _check_text_files(folder)
    dimension = _whole(folder, model_cfg.get("embed_dim"), "embed_dim", 16_384)
    input_spec = _input_spec(folder, preprocess_cfg, vision_cfg)
    mean = _three(folder, preprocess_cfg.get("mean"), "mean", _OPENAI_MEAN)
    std = _three(folder, preprocess_cfg.get("std"), "std", _OPENAI_STD)
    if min(std) <= 0:
        raise _refusal(folder, "its “std” is not positive")
    seen = {
        "vision": {key: value for key, value in vision_cfg.items() if key != "timm_model_pretrained"},
        "quick_gelu": bool(model_cfg.get("quick_gelu", False)),
        "dimension": dimension,
        "input": [input_spec.size_px, input_spec.resize, input_spec.interpolation, input_spec.fill],
        "mean": mean,
        "std": std,
    }
    digest = hashlib.sha256(json.dumps(seen, sort_keys=True).encode()).hexdigest()[:8]
    return CheckedFolder(
        folder=folder,
        weights=find_weights(folder),
        model_cfg=model_cfg,
        dimension=dimension,
        input_spec=input_spec,
        mean=mean,
        std=std,
        tokenizer_in_folder=bool(text_cfg.get("hf_tokenizer_name")),
        preprocessing_hash=digest,
    )


def _refusal(folder: Path, reason: str) -> EncoderUnavailable:
    return EncoderUnavailable(f"The encoder in “{folder}” cannot be used: {reason}.")


def _read_object(path: Path, folder: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _MAX_CONFIG_BYTES:
            raise _refusal(folder, f"{path.name} is too large to be a description")
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise _refusal(folder, f"it holds no {path.name}") from None
    except OSError as error:
        raise _refusal(folder, f"{path.name} cannot be read ({error.strerror})") from error
    except (ValueError, RecursionError) as error:
        raise _refusal(folder, f"{path.name} is not valid JSON") from error
    if not isinstance(content, dict):
        raise _refusal(folder, f"{path.name} is not a JSON object")
    return content


def _check_towers(
    folder: Path, model_cfg: dict[str, Any], vision_cfg: dict[str, Any], text_cfg: dict[str, Any]
) -> None:
    timm_name = vision_cfg.get("timm_model_name")
    if timm_name is not None and not (isinstance(timm_name, str) and _TIMM_NAME.fullmatch(timm_name)):
        raise _refusal(folder, "its “timm_model_name” is not the plain name of an architecture")
    for key in ("hf_model_name", "hf_tokenizer_name"):
        name = text_cfg.get(key)
        if not name:
            continue
        if not isinstance(name, str) or not _is_own_folder(folder, name):
            raise _refusal(
                folder, f"“{key}” names “{str(name)[:80]}”, which is not in the folder; write “.” for the folder"
            )
        text_cfg[key] = str(folder)
    if text_cfg.get("hf_model_name") and not (folder / "config.json").is_file():
        raise _refusal(folder, "it holds no config.json for its text tower")
    kwargs = text_cfg.get("tokenizer_kwargs") or {}
    if not isinstance(kwargs, dict) or not set(kwargs) <= _TOKENIZER_KWARGS:
        raise _refusal(folder, "its “tokenizer_kwargs” hold more than is allowed")
    if not isinstance(model_cfg.get("custom_text", False), bool):
        raise _refusal(folder, "its “custom_text” is neither true nor false")


def _is_own_folder(folder: Path, name: str) -> bool:
    return name in (OWN_FOLDER, "./") or (Path(name).is_absolute() and Path(name) == folder)


def _check_text_files(folder: Path) -> None:
    """``auto_map`` is how transformers is told to run Python code that lies beside the weights."""
    for name in ("config.json", "tokenizer_config.json"):  # tokenizer.json cannot name code
        path = folder / name
        if path.is_file() and "auto_map" in _keys(_read_object(path, folder)):
            raise _refusal(folder, f"{name} asks to run code of its own")


def _keys(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield str(key)
            yield from _keys(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _keys(inner)


def _strings(value: Any, where: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield where, value
    elif isinstance(value, dict):
        for key, inner in value.items():
            yield from _strings(inner, str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _strings(inner, where)


def _whole(folder: Path, value: Any, name: str, limit: int) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= limit:
        raise _refusal(folder, f"its “{name}” is not a number from 1 to {limit}")
    return value


def _input_spec(folder: Path, preprocess_cfg: dict[str, Any], vision_cfg: dict[str, Any]) -> InputSpec:
    # open_clip takes the size from the picture tower, whatever preprocess_cfg says (create_model, end).
    size = vision_cfg.get("image_size", 224)
    if isinstance(size, list) and len(size) == 2 and size[0] == size[1]:
        size = size[0]
    size_px = _whole(folder, size, "image_size", 2048)
    resize: Any = preprocess_cfg.get("resize_mode") or "shortest"
    interpolation: Any = preprocess_cfg.get("interpolation") or "bicubic"
    if interpolation == "random":  # a rule for training
        interpolation = "bicubic"
    if resize not in ("shortest", "squash", "longest") or interpolation not in ("bicubic", "bilinear"):
        raise _refusal(folder, "its “preprocess_cfg” has a rule for resizing that photofind does not know")
    fill = preprocess_cfg.get("fill_color") or 0
    if not isinstance(fill, int) or not 0 <= fill <= 255:
        raise _refusal(folder, "its “fill_color” is not a number from 0 to 255")
    return InputSpec(size_px=size_px, resize=resize, interpolation=interpolation, fill=fill)


def _three(folder: Path, value: Any, name: str, default: tuple[float, float, float]) -> tuple[float, float, float]:
    if value is None:
        return default
    if (
        not isinstance(value, list)
        or len(value) != 3
        or any(isinstance(one, bool) or not isinstance(one, int | float) or not math.isfinite(one) for one in value)
    ):
        raise _refusal(folder, f"its “{name}” is not three numbers")
    return float(value[0]), float(value[1]), float(value[2])


def find_weights(folder: Path) -> Path:
    """The file of weights that open_clip would take. Raises ``EncoderUnavailable`` when there is none."""
    for name in WEIGHTS_NAMES:
        if (folder / name).is_file():
            return folder / name
    found = sorted(
        (path for path in folder.iterdir() if path.suffix in WEIGHTS_SUFFIXES and path.is_file()),
        key=lambda path: (WEIGHTS_SUFFIXES.index(path.suffix), path.name),
    )
    if not found:
        raise _refusal(folder, "it holds no weights (.safetensors, .bin, .pth or .pt)")
    return found[0]
