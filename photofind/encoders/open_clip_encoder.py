"""open_clip in the process that calls it; only the encoder process does. Imports torch when it is built."""

import json
import logging
import os
import pickle
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.folder import CheckedFolder
from photofind.encoders.half_precision import half_is_better, native_half
from photofind.encoders.protocol import TextVectors, Vectors

_log = logging.getLogger(__name__)

_MODEL_NAME = "photofind-checked"
_TEXTS_AT_ONCE = 64


def forbid_network() -> None:
    """Closes the network to this process, for good: what a folder of weights makes a library do stays on this machine.

    Libraries are told first, so that they do not try; the audit hook (PEP 578) is for what they were not told.
    """
    for name in ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_HUB_DISABLE_TELEMETRY", "DO_NOT_TRACK"):
        os.environ[name] = "1"
    # With this variable torch.load would unpickle anything, even where weights_only is not given.
    os.environ.pop("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", None)

    def refuse(event: str, _arguments: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto"):
            raise PermissionError("an encoder has no business on the network")

    sys.addaudithook(refuse)


class OpenClipEncoder:
    """The two towers of a checked folder on the best device. One thread.

    ``is_half_better`` is asked once, where the device has a native half precision: ``(device, probe) -> bool``; it
    calls ``probe`` unless it remembers.
    """

    def __init__(
        self,
        folder: CheckedFolder,
        *,
        threads: int = 0,
        is_half_better: Callable[[str, Callable[[], bool]], bool] = lambda _device, probe: probe(),
    ) -> None:
        """Loads weights, for seconds. Raises ``EncoderUnavailable`` when they do not fit their description."""
        import torch

        if threads:
            torch.set_num_threads(threads)
        self._torch = torch
        self._folder = folder
        self._model, self._tokenizer = _load(folder)
        self._dtype = torch.float32
        self.device = _best_device(torch)
        self._move(self.device)
        half = native_half(self.device)
        size_px = folder.input_spec.size_px
        if half is not None and is_half_better(
            self.device, lambda: half_is_better(self._model, half, size_px, self.device)
        ):
            self._dtype = half
            self._model.visual.to(half)

    def encode_images(self, pictures: NDArray[np.uint8]) -> Vectors:
        """uint8 [n, size, size, 3] → float32 [n, dimension], unit length."""
        size = self._folder.input_spec.size_px
        if pictures.ndim != 4 or pictures.shape[1:] != (size, size, 3):
            raise EncoderUnavailable(f"This encoder wants pictures of {size} × {size} pixels.")
        if len(pictures) == 0:
            return np.empty((0, self._folder.dimension), dtype=np.float32)
        try:
            return encode_in_parts(self._pictures_on_device, pictures, self._is_out_of_memory)
        except Exception as error:
            if self.device == "cpu" or not self._is_out_of_memory(error):
                raise
            _log.warning("one picture does not fit into the memory of %s; going on with the processor", self.device)
            self.device = "cpu"
            self._dtype = self._torch.float32
            self._model.visual.to(self._torch.float32)
            self._move("cpu")
            return self._pictures_on_device(pictures)

    def encode_texts(self, texts: Sequence[str]) -> TextVectors:
        """One unit vector for each text, None for a blank one."""
        torch = self._torch
        answer: TextVectors = [None] * len(texts)
        spoken = [place for place, text in enumerate(texts) if text.strip()]
        for start in range(0, len(spoken), _TEXTS_AT_ONCE):
            places = spoken[start : start + _TEXTS_AT_ONCE]
            with torch.inference_mode():
                tokens = self._tokenizer([texts[place] for place in places]).to(self.device)
                found = self._unit(self._model.encode_text(tokens))
            for place, vector in zip(places, found, strict=True):
                answer[place] = vector
        return answer

    def _pictures_on_device(self, pictures: NDArray[np.uint8]) -> Vectors:
        torch = self._torch
        with torch.inference_mode():
            batch = torch.from_numpy(pictures).to(self.device).permute(0, 3, 1, 2).to(torch.float32)
            batch = (batch / 255 - self._mean) / self._std
            return self._unit(self._model.encode_image(batch.to(self._dtype)))

    def _unit(self, features: Any) -> Vectors:
        features = features.to(self._torch.float32)
        found: Vectors = self._torch.nn.functional.normalize(features, dim=-1).cpu().numpy()
        if not np.isfinite(found).all() or (np.abs(np.linalg.norm(found, axis=1) - 1) > 1e-3).any():
            raise EncoderUnavailable(
                f"The weights in “{self._folder.folder}” give no usable vectors; take another encoder."
            )
        return found

    def _move(self, device: str) -> None:
        torch = self._torch
        self._model.to(device)
        self._mean = torch.tensor(self._folder.mean, device=device).view(1, 3, 1, 1)
        self._std = torch.tensor(self._folder.std, device=device).view(1, 3, 1, 1)

    def _is_out_of_memory(self, error: BaseException) -> bool:
        if isinstance(error, self._torch.OutOfMemoryError):
            return True
        # MPS raises a plain RuntimeError; unproven here, the text is from PyTorch's MPSAllocator.mm.
        return self.device == "mps" and isinstance(error, RuntimeError) and "out of memory" in str(error)


def encode_in_parts(
    encode: Callable[[NDArray[np.uint8]], Vectors],
    pictures: NDArray[np.uint8],
    is_out_of_memory: Callable[[BaseException], bool],
) -> Vectors:
    """Encodes a batch; when the device has no memory for it, in halves, quarters … down to single pictures."""
    try:
        return encode(pictures)
    except Exception as error:
        if len(pictures) == 1 or not is_out_of_memory(error):
            raise
    # Outside of the except block: the traceback held the tensors that fill the memory.
    middle = len(pictures) // 2
    first = encode_in_parts(encode, pictures[:middle], is_out_of_memory)
    return np.concatenate([first, encode_in_parts(encode, pictures[middle:], is_out_of_memory)])


def _best_device(torch: Any) -> str:
    if torch.cuda.is_available():
        return "cuda"
    if torch.backends.mps.is_available():
        return "mps"
    return "cpu"


def _load(folder: CheckedFolder) -> tuple[Any, Any]:
    """The model and its tokenizer.

    open_clip reads the checked copy of the description, not the file in the folder, which may have changed since; so
    the description is registered under a name and the weights are given by path.
    """
    import open_clip

    try:
        with tempfile.TemporaryDirectory(prefix="photofind-") as place:
            description = Path(place) / f"{_MODEL_NAME}.json"
            description.write_text(json.dumps(folder.model_cfg), encoding="utf-8")
            open_clip.add_model_config(description)
            model = open_clip.create_model(
                _MODEL_NAME,
                pretrained=str(folder.weights),
                require_pretrained=True,
                weights_only=True,
                device="cpu",
                precision="fp32",
            )
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
