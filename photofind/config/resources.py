"""Where icons, the shelf's list and other files that come with the program lie: in a checkout, a wheel or a bundle."""

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parents[1]


def resources_folder() -> Path:
    """The folder that holds them all. A wheel carries it as ``photofind/_resources``, a bundle is built from one.

    Any thread. Raises ``FileNotFoundError`` where the program was copied without its resources.
    """
    for folder in (_PACKAGE / "_resources", _PACKAGE.parent / "resources"):
        if folder.is_dir():
            return folder
    raise FileNotFoundError(f"The program is incomplete: it has no resources beside {_PACKAGE}. Install it again.")


def resource(name: str) -> Path:
    """The path of one resource, named with slashes from the folder's top: ``resource("icons/photofind.svg")``.

    Any thread. Raises ``FileNotFoundError`` where there is no such file.
    """
    path = resources_folder() / name
    if not path.exists():
        raise FileNotFoundError(f"The program is incomplete: {path} is missing. Install it again.")
    return path
