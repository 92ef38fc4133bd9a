"""What a library knows that the filters of a question can name. Values only: any thread."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class KnownValues:
    """For completion as one types: each kind the most used first, those used alike in the order of their names.

    Each stands as a filter finds it. ``tags``: of hierarchical ones each level, too. ``folders``: names, not paths.
    ``formats``: in lower case, ``jpeg``. ``years``: four digits.
    """

    tags: tuple[str, ...] = ()
    cameras: tuple[str, ...] = ()
    lenses: tuple[str, ...] = ()
    folders: tuple[str, ...] = ()
    years: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
