"""open_clip in the process that calls it; only the encoder process does. Imports torch when it is built."""

import functools
import gc
import logging
import time
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from photofind.core.errors import EncoderUnavailable
from photofind.encoders.folder import CheckedFolder
from photofind.encoders.half_precision import blobs, half_is_better, native_half
from photofind.encoders.part_sizes import PartSizes
from photofind.encoders.protocol import TextVectors, Vectors
from photofind.encoders.weights_loading import load_model
from photofind.encoders.weights_sharing import give_back_memory, give_back_pages

_log = logging.getLogger(__name__)

_TEXTS_AT_ONCE = 64
_EXAMPLES = ["a dog on a beach", "red", "three people laugh at a table full of food in the evening"]
_SIZES_ON_CPU = (16, 8, 4)
_MOST_ON_DEVICE = 256
_ENOUGH_FOR_DEVICE = 64
_GIVE_BACK_EACH_BYTES = 64 << 20


class OpenClipEncoder:
    """The two towers of a checked folder on the best device. Pictures by one thread, texts by another or the same.

    ``is_half_better`` is asked once, where the device has a native half precision: ``(device, probe) -> bool``; it
    calls ``probe`` unless it remembers. ``device``: another one than the best.
    """

    def __init__(
        self,
        folder: CheckedFolder,
        *,
        threads: int = 0,
        is_half_better: Callable[[str, Callable[[], bool]], bool] = lambda _device, probe: probe(),
        device: str = "",
    ) -> None:
        """Loads weights, for seconds. Raises ``EncoderUnavailable`` when they do not fit their description."""
        import torch

        from photofind.encoders.picture_tower import TextPlace

        self._torch = torch
        self._text_place = TextPlace()
        self._folder = folder
        self._threads = threads
        self.use_threads()
        self.device = device or _best_device(torch)
        self._model, self._tokenizer = load_model(folder)
        self._prepare(is_half_better)
        self._tidy_memory()

    def use_threads(self) -> None:
        """Each thread that computes calls it once: OpenMP keeps the number for each of them."""
        if self._threads:
            self._torch.set_num_threads(self._threads)

    @property
    def most_at_once(self) -> int:
        """The largest part that is worth being sent in one piece."""
        return max(_SIZES_ON_CPU) if self.device == "cpu" else _MOST_ON_DEVICE

    @property
    def overlaps(self) -> bool:
        """Whether it is worth to begin pictures before those before them are finished."""
        return self._feed.overlaps

    @property
    def is_half(self) -> bool:
        return bool(self._tower.dtype != self._torch.float32)

    def encode_images(self, pictures: NDArray[np.uint8]) -> Vectors:
        """uint8 [n, size, size, 3] → float32 [n, dimension], unit length."""
        return self.begin_images(pictures)()

    def encode_part(self, pictures: NDArray[np.uint8]) -> Vectors:
        """Like ``encode_images``, all at once: to measure what a size of parts costs."""
        return self._checked(self._feed.begin(pictures)())

    def begin_images(self, pictures: NDArray[np.uint8]) -> Callable[[], Vectors]:
        """Like ``encode_images``; where a device computes by itself, this returns soon, and the answer waits for it."""
        self._check_size(pictures.shape[1:])
        if len(pictures) == 0:
            return lambda: np.empty((0, self._folder.dimension), dtype=np.float32)
        if self.device == "cpu":
            found = self._on_processor(pictures)
            return lambda: found
        try:
            begun = [self._feed.begin(part) for part in _split(pictures, self._most)]
        except Exception as error:
            if not self._is_out_of_memory(error):
                raise
            begun = []

        def finish() -> Vectors:
            if begun:
                try:
                    return self._checked(np.concatenate([one() for one in begun]))
                except Exception as error:
                    if not self._is_out_of_memory(error):
                        raise
            return self._in_smaller_parts(pictures)

        return finish

    def encode_texts(self, texts: Sequence[str]) -> TextVectors:
        """One unit vector for each text, None for a blank one."""
        answer: TextVectors = [None] * len(texts)
        spoken = [place for place, text in enumerate(texts) if text.strip()]
        for start in range(0, len(spoken), _TEXTS_AT_ONCE):
            places = spoken[start : start + _TEXTS_AT_ONCE]
            with self._text_place.lock, self._torch.inference_mode(), self._text_place.on(self.device):
                tokens = self._tokenizer([texts[place] for place in places])
                features = self._text_tower.features(tokens.to(self.device)).to(self._torch.float32)
                found = self._torch.nn.functional.normalize(features, dim=-1).cpu().numpy()
            for place, vector in zip(places, self._checked(found), strict=True):
                answer[place] = vector
        return answer

    def attribute(self, picture: NDArray[np.uint8], text: str) -> NDArray[np.float32]:
        """See ``attribution``: uint8 [size, size, 3] → float32 [rows, columns], 0 to 1. The pictures' thread."""
        from photofind.encoders.attribution import attribute

        self._check_size(picture.shape)
        (direction,) = self.encode_texts([text])
        if direction is None:
            raise EncoderUnavailable("There are no words to look for in the picture.")
        try:
            return attribute(self._folder, self._tower, picture, direction)
        finally:
            self._tidy_memory()

    def _prepare(self, is_half_better: Callable[[str, Callable[[], bool]], bool]) -> None:
        from photofind.encoders.convolutions import fold
        from photofind.encoders.picture_tower import PictureFeed, PictureTower
        from photofind.encoders.processor_tower import fits_processor
        from photofind.encoders.text_tower import TextTower

        torch, folder, device = self._torch, self._folder, self.device
        half = native_half(device)
        self._text_tower = text_tower = TextTower(self._model)

        def try_texts() -> bool:
            tokens = self._tokenizer(_EXAMPLES)
            return half_is_better(
                lambda: text_tower.features(tokens),
                lambda: functools.partial(text_tower.copy_in(half).features, tokens),
                faster_by=1.0,  # it is worth its memory
            )

        if (
            device == "cpu"
            and text_tower.can_be_short
            and fits_processor(half)
            and is_half_better("cpu, texts", try_texts)
        ):
            text_tower.rewrite(half)
        self._tidy_memory()

        size_px = folder.input_spec.size_px
        fold(self._model.visual, torch.zeros(1, 3, size_px, size_px))
        dtype = torch.float32

        def try_pictures() -> bool:
            exact = PictureTower(self._model.visual, device, torch.float32, folder.mean, folder.std)
            pictures = blobs(size_px).to(device)
            if device != "cpu":  # where a few pictures take no longer in one precision than in the other
                pictures = pictures.repeat(_ENOUGH_FOR_DEVICE // len(pictures), 1, 1, 1)
            try:
                return half_is_better(
                    lambda: exact.features(pictures), lambda: functools.partial(exact.copy_in(half).features, pictures)
                )
            finally:
                self._tidy_memory()

        if half is not None and is_half_better(device, try_pictures):
            dtype = half
        self._tower = PictureTower(self._model.visual, device, dtype, folder.mean, folder.std)
        self._tidy_memory()
        self._feed = PictureFeed(self._tower)
        self._sizes = PartSizes(_SIZES_ON_CPU)
        self._most = _MOST_ON_DEVICE
        self._own_parameters()
        self._model.to(device)
        if device == "cuda":
            torch.cuda.synchronize()  # texts and pictures have streams of their own, which do not wait for this one

    def _own_parameters(self) -> None:
        """What is still a view of the mapped file keeps all of it in memory.

        Last of all: until then the weights of texts cost nothing, since their pages can be given back.
        """
        read_bytes = 0
        for parameter in self._model.parameters():
            if parameter.device.type == "cpu":
                parameter.data = parameter.data.clone()
                read_bytes += parameter.nbytes
                if read_bytes > _GIVE_BACK_EACH_BYTES:
                    give_back_pages(self._folder.weights)
                    read_bytes = 0
        give_back_pages(self._folder.weights)

    def _tidy_memory(self) -> None:
        """What loading leaves behind; while it loads, so that there is never much of it at once."""
        gc.collect()
        give_back_memory()
        give_back_pages(self._folder.weights)

    def _on_processor(self, pictures: NDArray[np.uint8]) -> Vectors:
        found: list[Vectors] = []
        done = 0
        while done < len(pictures):
            part = pictures[done : done + self._sizes.next_size()]
            began_s = time.process_time()
            found.append(self._feed.begin(part)())
            self._sizes.note(len(part), time.process_time() - began_s)
            done += len(part)
        return self._checked(np.concatenate(found))

    def _in_smaller_parts(self, pictures: NDArray[np.uint8]) -> Vectors:
        """The device had no memory for all of them."""
        self._torch.cuda.empty_cache()

        def encode(part: NDArray[np.uint8]) -> Vectors:
            try:
                return self._feed.begin(part)()
            except Exception:
                self._most = max(1, len(part) // 2)
                raise

        try:
            return self._checked(encode_in_parts(encode, pictures, self._is_out_of_memory))
        except Exception as error:
            if not self._is_out_of_memory(error):
                raise
        _log.warning("one picture does not fit into the memory of %s; going on with the processor", self.device)
        with self._text_place.lock:
            self.device = "cpu"
            self._model.to(device="cpu", dtype=self._torch.float32)
            self._prepare(lambda _device, _probe: False)
        return self._on_processor(pictures)

    def _check_size(self, shape: tuple[int, ...]) -> None:
        size = self._folder.input_spec.size_px
        if shape != (size, size, 3):
            raise EncoderUnavailable(f"This encoder wants pictures of {size} × {size} pixels.")

    def _checked(self, found: Vectors) -> Vectors:
        if not np.isfinite(found).all() or (np.abs(np.linalg.norm(found, axis=1) - 1) > 1e-3).any():
            raise EncoderUnavailable(
                f"The weights in “{self._folder.folder}” give no usable vectors; take another encoder."
            )
        return found

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


def _split(pictures: NDArray[np.uint8], most: int) -> list[NDArray[np.uint8]]:
    return [pictures[start : start + most] for start in range(0, len(pictures), most)]
