"""Whether half precision is worth it here: only where it is faster and gives the same vectors."""

import logging
import platform
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

_log = logging.getLogger(__name__)

_FASTER_BY = 1.15  # less is noise, and not worth the rounding
_MIN_COSINE = 0.999
_SLOW_S = 1.0  # a tower this slow needs no second run to be timed


def native_half(device: str) -> Any | None:
    """The half precision dtype that the device computes with by itself, or None."""
    import torch

    if device in ("cuda", "mps"):
        return torch.float16
    return torch.bfloat16 if _processor_has_bfloat16() else None


def half_is_better(
    exact: Callable[[], Any], make_half: Callable[[], Callable[[], Any]], *, faster_by: float = _FASTER_BY
) -> bool:
    """Tries a tower in half precision: faster, finite, and cosine ≥ 0.999 to float32?

    ``exact`` gives features of an example, [n, dimension] on any device; ``make_half`` copies the tower, and what it
    returns gives the same of the copy.
    """
    import torch

    try:
        expected, exact_s = _timed(exact)
        found, half_s = _timed(make_half())
    except RuntimeError as error:  # an operation that the device lacks in half precision, or no memory for the copy
        _log.info("half precision does not work here: %s", error)
        return False
    cosine = float(torch.nn.functional.cosine_similarity(expected, found, dim=-1).min())
    _log.info("half precision: %.3f s instead of %.3f s, cosine %.5f", half_s, exact_s, cosine)
    return cosine >= _MIN_COSINE and exact_s > half_s * faster_by  # a NaN is not ≥


def blobs(size_px: int) -> Any:
    """Two example pictures, uint8 [2, size, size, 3]: soft blobs are nearer to photos than noise is."""
    import torch

    coarse = torch.randn(2, 3, 7, 7, generator=torch.Generator().manual_seed(0))
    fine = torch.nn.functional.interpolate(coarse, size=(size_px, size_px), mode="bicubic") * 60 + 128
    return fine.clamp(0, 255).to(torch.uint8).permute(0, 2, 3, 1).contiguous()


def machine() -> str:
    """Names this machine's processor well enough to keep a finding apart from another machine's."""
    return f"{platform.machine()} {_processor_name()}"


def _timed(work: Callable[[], Any]) -> tuple[Any, float]:
    import torch

    seconds = 0.0
    features = None
    for attempt in range(3):  # the first run prepares kernels
        start = time.perf_counter()
        with torch.inference_mode():
            features = work().cpu()  # waits for the device
        spent_s = time.perf_counter() - start
        seconds = spent_s if attempt < 2 else min(seconds, spent_s)
        if spent_s > _SLOW_S:
            break
    return features, seconds


def _processor_name() -> str:
    for line in _cpuinfo():
        if line.startswith(("model name", "CPU part")):
            return line.split(":", 1)[1].strip()
    return platform.processor()


def _processor_has_bfloat16() -> bool:
    """Linux says so; elsewhere float32 stays, since nothing documented tells, and bfloat16 is slow without it."""
    for line in _cpuinfo():
        if line.startswith(("flags", "Features")):
            return bool({"avx512_bf16", "amx_bf16", "bf16"} & set(line.split(":", 1)[1].split()))
    return False


def _cpuinfo() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return []
