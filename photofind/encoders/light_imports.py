"""torch, timm and open_clip in a process of their own, without what this program never uses of them."""

import importlib
import logging
import sys
from functools import partial
from types import ModuleType
from typing import Any

_log = logging.getLogger(__name__)

_COMPILER = "torch._dynamo"


def import_lightly(*, with_transformers: bool, with_timm: bool) -> None:
    """Imports them, for seconds; to be called before anything else does, once, in a process for one encoder.

    torchvision and timm ask torch's compiler two small questions while they are imported, which brings in all of it with
    sympy and triton: 270 MB and 1.4 s of processor time (torch 2.15). Nothing is compiled here, so stand-ins answer and go
    again; whoever asks for more gets the true one. open_clip imports transformers even where neither tower nor tokenizer
    is of it (50 MB, 1 s), and timm where no tower is of it (24 MB, 0.1 s).
    """
    import torch  # noqa: F401

    hidden: dict[str, Any] = {} if _COMPILER in sys.modules else _stand_ins()
    for name, is_wanted in {"transformers": with_transformers, "timm": with_timm}.items():
        if not is_wanted and name not in sys.modules:
            hidden[name] = None  # an ImportError, which open_clip expects
    sys.modules.update(hidden)
    try:
        import open_clip  # noqa: F401
    finally:
        for name, stand_in in hidden.items():
            if sys.modules.get(name, hidden) is stand_in:
                del sys.modules[name]


def _stand_ins() -> dict[str, Any]:
    compiler, questions = ModuleType(_COMPILER), ModuleType(f"{_COMPILER}.utils")

    def disable(function: Any = None, *_: Any, **__: Any) -> Any:
        return function if function is not None else lambda other: other

    def is_compile_supported(_device: str) -> bool:
        return False

    def from_the_true_one(module: ModuleType, name: str) -> Any:
        if name.startswith("__"):  # what looks through all modules asks for these
            raise AttributeError(name)
        _log.info("%s.%s is wanted: the compiler is imported after all", module.__name__, name)
        for stand_in in (compiler, questions):
            if sys.modules.get(stand_in.__name__) is stand_in:
                del sys.modules[stand_in.__name__]
        return getattr(importlib.import_module(module.__name__), name)

    compiler.__dict__.update(utils=questions, disable=disable, __getattr__=partial(from_the_true_one, compiler))
    questions.__dict__.update(
        is_compile_supported=is_compile_supported, __getattr__=partial(from_the_true_one, questions)
    )
    return {module.__name__: module for module in (compiler, questions)}
