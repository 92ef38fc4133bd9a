"""Weights that are in memory once: copies of towers that share them, and pages of the weights' file given back."""

import copy
import ctypes
import mmap
import sys
from pathlib import Path
from typing import Any

_MAPS = Path("/proc/self/maps")


def copy_sharing_weights(module: Any) -> Any:
    """A copy with parameters of its own over the same memory: converting those of the copy leaves the others alone."""
    import torch

    memo = {id(one): torch.nn.Parameter(one.data, requires_grad=False) for one in module.parameters()}
    return copy.deepcopy(module, memo)


def give_back_pages(weights: Path) -> None:
    """Pages of the mapped file that were read leave this process; what is read again comes from the system's cache.

    Only while nobody has written to tensors that are views of the mapping: such changes would be lost. Linux only
    (madvise(2), MADV_DONTNEED); elsewhere nothing.
    """
    if sys.platform != "linux":
        return
    libc = ctypes.CDLL(None)
    for line in _MAPS.read_text(encoding="utf-8", errors="surrogateescape").splitlines():
        fields = line.split(maxsplit=5)
        if len(fields) == 6 and fields[5] == str(weights.resolve()):
            first, last = (int(address, 16) for address in fields[0].split("-"))
            libc.madvise(ctypes.c_void_p(first), ctypes.c_size_t(last - first), mmap.MADV_DONTNEED)


def give_back_memory() -> None:
    """What loading needed and freed goes back to the system: glibc would keep it."""
    if sys.platform == "linux":
        trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # musl has none
        if trim is not None:
            trim(0)
