"""The picture tower on its device: bytes in, features out. Encoder process only; imported once torch is there."""

import threading
from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from photofind.encoders.processor_tower import fits_processor, rewrite
from photofind.encoders.weights_sharing import copy_sharing_weights


class PictureTower:
    """One precision of open_clip's ``visual``; ``module`` is used, and on the CPU rewritten. One thread."""

    def __init__(self, module: Any, device: str, dtype: Any, mean: Sequence[float], std: Sequence[float]) -> None:
        self.device = device
        self.dtype = dtype
        self._mean, self._std = tuple(mean), tuple(std)
        self._rows: dict[int, tuple[Any, Any]] = {}
        self._takes_bytes = device == "cpu" and fits_processor(dtype) and rewrite(module, dtype, mean, std)
        self._module = module.to(device=device, dtype=dtype)

    def copy_in(self, dtype: Any) -> "PictureTower":
        """Another one of the same weights; this one is in float32."""
        return PictureTower(copy_sharing_weights(self._module), self.device, dtype, self._mean, self._std)

    def features(self, pictures: Any) -> Any:
        """uint8 [n, size, size, 3] on the device → float32 [n, dimension] there, not normalised. In inference mode."""
        if self._takes_bytes:
            return self._module(pictures.permute(0, 3, 1, 2)).to(torch.float32)
        return self._module(self.normalised(pictures)).to(torch.float32)

    def entering(self, module_in: Callable[[Any], Any], picture: NDArray[np.uint8]) -> Any:
        """What a module of the tower gets of one picture, uint8 [size, size, 3] → float32 [1, …] on the CPU."""
        caught: list[Any] = []
        hook = module_in(self._module).register_forward_pre_hook(lambda _module, inputs: caught.append(inputs[0]))
        try:
            with torch.inference_mode():
                self.features(torch.from_numpy(picture[None]).to(self.device))
        finally:
            hook.remove()
        return caught[0].to("cpu", torch.float32, copy=True)

    def normalised(self, pictures: Any) -> Any:
        """uint8 [n, h, w, 3] → [n, 3, h, w] in the tower's dtype, channels last."""
        count, height, width, _ = pictures.shape
        scale, shift = self._row(width)
        rows = pictures.reshape(count * height, width * 3).to(torch.float32).mul_(scale).add_(shift)
        return rows.to(self.dtype).view(count, height, width, 3).permute(0, 3, 1, 2)

    def _row(self, width: int) -> tuple[Any, Any]:
        """Factors and summands for a row of pixels: broadcast over colours alone, arithmetic is slow."""
        if width not in self._rows:
            std = torch.tensor(self._std)
            scale, shift = 1 / (255 * std), -torch.tensor(self._mean) / std
            self._rows[width] = scale.repeat(width).to(self.device), shift.repeat(width).to(self.device)
        return self._rows[width]


class PictureFeed:
    """Pictures to the tower and vectors back. On CUDA the way there of one part overlaps with the computing of another:
    two pinned buffers, a stream for copies, one for computing. One thread.
    """

    def __init__(self, tower: PictureTower) -> None:
        self._tower = tower
        self._is_cuda = tower.device == "cuda"
        self._turn = 0
        if self._is_cuda:
            self._copying, self._computing = torch.cuda.Stream(), torch.cuda.Stream()
            self._pinned: list[Any] = [None, None]
            self._read = [torch.cuda.Event(), torch.cuda.Event()]

    @property
    def overlaps(self) -> bool:
        """Whether it is worth to begin a part before the one before it is finished."""
        return self._is_cuda

    def begin(self, pictures: NDArray[np.uint8]) -> Callable[[], NDArray[np.float32]]:
        """Starts on uint8 [n, size, size, 3]; the answer waits and gives unit vectors, float32 [n, dimension]."""
        with torch.inference_mode():
            if self._is_cuda:
                return self._begin_on_cuda(pictures)
            # MPS copies at once too; asynchronous copies there are unproven.
            found = self._unit(torch.from_numpy(pictures).to(self._tower.device))
            vectors: NDArray[np.float32] = found.cpu().numpy()
            return lambda: vectors

    def _unit(self, on_device: Any) -> Any:
        return torch.nn.functional.normalize(self._tower.features(on_device), dim=-1)

    def _begin_on_cuda(self, pictures: NDArray[np.uint8]) -> Callable[[], NDArray[np.float32]]:
        turn = self._turn = 1 - self._turn
        self._read[turn].synchronize()  # the buffer's last content has left
        pinned = self._pinned[turn]
        if pinned is None or pinned.numel() < pictures.size:
            pinned = self._pinned[turn] = torch.empty(pictures.size, dtype=torch.uint8, pin_memory=True)
        staged = pinned[: pictures.size].view(pictures.shape)
        staged.copy_(torch.from_numpy(pictures))
        with torch.cuda.stream(self._copying):
            on_device = staged.to("cuda", non_blocking=True)
            self._read[turn].record()
        with torch.cuda.stream(self._computing):
            self._computing.wait_stream(self._copying)
            on_device.record_stream(self._computing)
            found = self._unit(on_device).to("cpu", non_blocking=True)  # pinned by torch when it is asynchronous
            done = torch.cuda.Event()
            done.record()

        def finish() -> NDArray[np.float32]:
            done.synchronize()
            vectors: NDArray[np.float32] = found.numpy()
            return vectors

        return finish


class TextPlace:
    """Where texts are computed beside pictures: on CUDA before them, in a stream of high priority. Any one thread."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self._streams: dict[str, Any] = {}

    def on(self, device: str) -> Any:
        if device != "cuda":
            return torch.inference_mode()
        if device not in self._streams:
            self._streams[device] = torch.cuda.Stream(priority=-1)
        return torch.cuda.stream(self._streams[device])
