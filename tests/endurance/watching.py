"""Holds a library open and watches its folders, as the window does, until its standard input ends: watching.py LIBRARY"""

import sys
from pathlib import Path

from photofind.config.paths import encoders_folder
from photofind.config.resources import resource
from photofind.encoders.shelf import Shelf
from photofind.library.session import library_paths, open_library


def main(library: Path) -> None:
    def shelf(endpoint: str) -> Shelf:
        return Shelf(encoders_folder(), resource("shelf.json"), endpoint=endpoint)

    with open_library(library_paths(library), shelf, watch=True):
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
