"""pymilvus without what this program never uses of it, in processes of the vector store's own.

Each start of the vector store pays for these imports, and each takes memory as long as vectors are written.
"""

import importlib
import importlib.util
import sys
from importlib.abc import MetaPathFinder
from types import ModuleType
from typing import Any

_PACKAGE, _TABLES = "pymilvus", "pandas"


def import_client() -> None:
    """Import pymilvus without pandas, which it takes for data in tables only (0.3 s of processor time, 25 MB with 3.0).

    Whoever asks for more of pandas than its types' names gets the true one. Once, in a process for one store.
    """
    if _PACKAGE in sys.modules or _TABLES in sys.modules:
        return
    stand_ins = _stand_ins()
    sys.modules.update(stand_ins)
    try:
        importlib.import_module(_PACKAGE)
    finally:
        for name, stand_in in stand_ins.items():
            if sys.modules.get(name) is stand_in:
                del sys.modules[name]


def hide_client() -> None:
    """Have Milvus Lite's server import pymilvus's messages only, not its client, and pyarrow do without pandas (0.5 s, 85 MB).

    Once, in a process for one server.
    """
    sys.meta_path.insert(0, _NoTables())
    found = importlib.util.find_spec(_PACKAGE)
    if _PACKAGE in sys.modules or found is None or found.submodule_search_locations is None:
        return
    package = ModuleType(_PACKAGE)
    package.__path__ = list(found.submodule_search_locations)
    package.__spec__ = found
    sys.modules[_PACKAGE] = package


class _NoTables(MetaPathFinder):
    """As if pandas were not installed, which pyarrow expects of some."""

    def find_spec(self, name: str, _path: object = None, _target: object = None) -> None:
        if name == _TABLES:
            raise ModuleNotFoundError(f"{name} is not wanted in this process", name=name)


def _stand_ins() -> dict[str, ModuleType]:
    tables, api, types = (ModuleType(name) for name in (_TABLES, f"{_TABLES}.api", f"{_TABLES}.api.types"))

    def question(name: str) -> Any:
        """Of pandas about a value; asked, if ever, of the true one."""
        if name.startswith("__"):
            raise AttributeError(name)

        def ask(*values: Any) -> Any:
            return getattr(importlib.import_module(types.__name__), name)(*values)

        return ask

    tables.__dict__.update(api=api, DataFrame=type("DataFrame", (), {}), Series=type("Series", (), {}))
    api.__dict__["types"] = types
    types.__dict__["__getattr__"] = question
    return {module.__name__: module for module in (tables, api, types)}
