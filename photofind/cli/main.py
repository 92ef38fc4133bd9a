"""From arguments to an exit status."""

import argparse
import contextlib
import logging
import sys
from collections.abc import Callable, Sequence

from photofind.cli import commands
from photofind.cli.arguments import parse
from photofind.cli.output import CannotPrint, finish_printing, print_json, tell
from photofind.config import logs
from photofind.config.paths import default_library
from photofind.core.errors import LibraryInUse, PhotofindError, WrongUsage
from photofind.library.instance import CommandRefused
from photofind.library.session import library_paths

_log = logging.getLogger(__name__)

DONE, FAILED, WRONG_USAGE, IN_USE, INTERRUPTED = 0, 1, 2, 3, 130

_COMMANDS: dict[str, Callable[[commands.Context, argparse.Namespace], None]] = {
    "index": commands.index,
    "search": commands.search,
    "status": commands.status,
    "folders": commands.folders,
    "encoders": commands.encoders,
    "tag": commands.tag,
    "evaluate": commands.evaluate,
    "doctor": commands.doctor,
    "restore": commands.restore,
}


def main(arguments: Sequence[str]) -> int:
    """Do one command and return its exit status: 0 done, 1 failed, 2 wrong usage, 3 library in use and not reachable."""
    try:
        options = parse(arguments)
    except SystemExit as ending:  # argparse has said why
        return int(ending.code or 0)
    try:
        paths = library_paths(options.library or default_library())
        keeps_log = paths.folder.is_dir() and not paths.is_read_only()
        close_log: Callable[[], None] = logs.set_up(paths.logs, options.verbose) if keeps_log else lambda: None
        try:
            _COMMANDS[options.command](commands.Context(paths, options.json), options)
            finish_printing()
        finally:
            close_log()
    except KeyboardInterrupt:
        tell("Stopped. What was done is kept.")
        return INTERRUPTED
    except (BrokenPipeError, CannotPrint) as error:
        if isinstance(error, CannotPrint):  # else the reader of our output has enough
            tell(f"photofind: {error}")
        with contextlib.suppress(OSError):
            sys.stdout.close()  # else the interpreter tries once more when it ends
        return FAILED
    except PhotofindError as error:
        tell(f"photofind: {error}")
        status = _status(error)
        if options.json:
            print_json({"error": str(error), "status": status})
        return status
    except Exception as error:
        _log.exception("the command failed")
        tell(f"photofind: The command failed ({error}). The library's log says more.")
        if options.json:
            print_json({"error": str(error), "status": FAILED})
        return FAILED
    return DONE


def _status(error: PhotofindError) -> int:
    if isinstance(error, CommandRefused):
        return error.status
    if isinstance(error, LibraryInUse):
        return IN_USE
    return WRONG_USAGE if isinstance(error, WrongUsage) else FAILED
