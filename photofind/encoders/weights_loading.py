"""A checked folder becomes open_clip's model: without drawing random weights first, without a second copy of them."""

import contextlib
import copy
import functools
import json
import logging
import pickle
import shutil
import tempfile
from collections.abc import Callable, Iterator
from typing import Any

from photofind.core.errors import EncoderUnavailable
from photofind.core.passing_folder import let_go, make_passing_folder
from photofind.encoders.folder import CheckedFolder

_log = logging.getLogger(__name__)

_MODEL_NAME = "photofind-checked"


def load_model(folder: CheckedFolder) -> tuple[Any, Any]:
    """The model, in float32 on the CPU and ready to answer, and its tokenizer. Blocks for seconds.

    open_clip reads the checked copy of the description, not the file in the folder, which may have changed since.
    Parameters may be views of the mapped file: they become memory of this process when they are copied or converted.
    Raises ``EncoderUnavailable`` when the weights do not fit their description.
    """
    import open_clip

    try:
        model = _without_random_weights(folder)
        if model is None:
            model = _as_open_clip_does(folder)
        return model.eval().requires_grad_(False), _tokenizer(open_clip, folder)
    except MemoryError as error:
        raise EncoderUnavailable(f"There is not enough memory for the encoder in “{folder.folder}”.") from error
    except pickle.UnpicklingError as error:  # torch's own text tells how to load it all the same
        raise EncoderUnavailable(
            f"The encoder in “{folder.folder}” cannot be loaded: {folder.weights.name} is damaged or holds code; "
            "ask for the weights as .safetensors."
        ) from error
    except Exception as error:
        _log.info("cannot load %s", folder.folder, exc_info=True)
        raise EncoderUnavailable(f"The encoder in “{folder.folder}” cannot be loaded: {_first_line(error)}.") from error


def bare_model(folder: CheckedFolder) -> Any | None:
    """The model without its weights: built without drawing random parameters, so that it takes no memory yet.

    Buffers that no file holds (masks, position ids) are computed as ever. None for kinds that cannot be built so.
    """
    from open_clip import model as towers

    description = copy.deepcopy(folder.model_cfg)
    custom_text = description.pop("custom_text", False) or "hf_model_name" in description["text_cfg"]
    if "multimodal_cfg" in description:
        return None
    # As open_clip.create_model sets them where it loads all weights itself.
    if "timm_model_name" in description["vision_cfg"]:
        description["vision_cfg"]["timm_model_pretrained"] = False
    if "hf_model_name" in description["text_cfg"]:
        description["text_cfg"]["hf_model_pretrained"] = False
    with _nothing_drawn():
        model = (towers.CustomTextCLIP if custom_text else towers.CLIP)(**description, cast_dtype=None)
    return model.eval().requires_grad_(False)


def read_parameters(folder: CheckedFolder, model: Any, is_wanted: Callable[[str], bool]) -> None:
    """Gives a bare model the parameters whose names are wanted, in float32; the others are not to be used.

    Of a .safetensors file in open_clip's own layout only these are read; other files are read as a whole.
    """
    import torch
    from safetensors import safe_open

    names = {name for name, _ in model.named_parameters() if is_wanted(name)}
    if folder.weights.suffix == ".safetensors":
        with safe_open(str(folder.weights), framework="pt") as file:
            if names <= set(file.keys()):
                found = {name: file.get_tensor(name).to(torch.float32, copy=True) for name in names}
                model.load_state_dict(found, strict=False, assign=True)
                return
    _assign_all(folder, model)
    for name, parameter in model.named_parameters():
        if name in names:
            parameter.data = parameter.data.to(torch.float32)


def _without_random_weights(folder: CheckedFolder) -> Any | None:
    """Builds bare towers and assigns the file's tensors to them.

    Loading is strict, so the file gives every parameter. None when this way does not lead to a whole model; the ordinary one
    then says what is wrong.
    """
    import torch

    try:
        model = bare_model(folder)
        if model is None:
            return None
        _assign_all(folder, model)
        return model.to(torch.float32)
    except Exception:
        _log.info("%s is loaded the ordinary way", folder.folder, exc_info=True)
        return None


def _assign_all(folder: CheckedFolder, model: Any) -> None:
    from open_clip import factory

    # load_checkpoint knows the old and foreign layouts of weights; it calls this.
    model.load_state_dict = functools.partial(model.load_state_dict, assign=True)
    factory.load_checkpoint(model, str(folder.weights), strict=True, weights_only=True)
    del model.load_state_dict


@contextlib.contextmanager
def _nothing_drawn() -> Iterator[None]:
    """Parameters keep whatever their memory holds, which is none of the machine's until it is written to.

    The meta device would do the same, but using it imports all of torch's compiler: 250 MB and a second.
    """
    import torch

    def leave(tensor: Any, *_: Any, **__: Any) -> Any:
        return tensor

    drawing = ("normal_", "uniform_", "erfinv_")
    for name in drawing:
        setattr(torch.Tensor, name, leave)
    try:
        yield
    finally:
        for name in drawing:
            delattr(torch.Tensor, name)  # what it inherits shows again


def _as_open_clip_does(folder: CheckedFolder) -> Any:
    import open_clip

    place = make_passing_folder(tempfile.gettempdir())
    try:
        description = place / f"{_MODEL_NAME}.json"
        description.write_text(json.dumps(folder.model_cfg), encoding="utf-8")
        open_clip.add_model_config(description)
        return open_clip.create_model(
            _MODEL_NAME,
            pretrained=str(folder.weights),
            require_pretrained=True,
            weights_only=True,
            device="cpu",
            precision="fp32",
        )
    finally:
        shutil.rmtree(place, ignore_errors=True)
        let_go(place)


def _tokenizer(open_clip: Any, folder: CheckedFolder) -> Any:
    text_cfg = folder.model_cfg["text_cfg"]
    kwargs = dict(text_cfg.get("tokenizer_kwargs") or {})
    context_length = text_cfg.get("context_length", open_clip.tokenizer.DEFAULT_CONTEXT_LENGTH)
    if not folder.tokenizer_in_folder:
        return open_clip.SimpleTokenizer(context_length=context_length, **kwargs)
    return open_clip.tokenizer.HFTokenizer(
        str(folder.folder), context_length=context_length, tokenizer_mode=text_cfg.get("tokenizer_mode"), **kwargs
    )


def _first_line(error: BaseException) -> str:
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return "".join(letter for letter in lines[0] if letter.isprintable())[:200].rstrip(".: ")
