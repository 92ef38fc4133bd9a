"""Starts the window, or does one command."""

import sys
from collections.abc import Sequence

_COMMANDS = ("index", "search", "status", "folders", "encoders", "tag", "evaluate", "doctor", "restore")


def main(arguments: Sequence[str] | None = None) -> int:
    """With a command or an option for one: the command line. Else the window, with folders to add."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    if given and (given[0] in _COMMANDS or given[0] in ("-h", "--help", "--version")):
        from photofind.cli import main as command_line

        return command_line(given)
    from photofind.app import main as window

    return window(given)


if __name__ == "__main__":
    sys.exit(main())
