"""What the command line takes."""

import argparse
import difflib
from collections.abc import Sequence
from pathlib import Path

from photofind import __version__

COMMANDS = ("index", "search", "status", "folders", "encoders", "tag", "evaluate", "doctor", "restore")

_DEFAULT_LIMIT = 50


def parse(arguments: Sequence[str]) -> argparse.Namespace:
    """The parsed command line; ends the program with status 2 and a usage message where it makes no sense."""
    arguments = list(arguments)
    if arguments[:1] == ["search"]:
        arguments = ["search", *_with_query_last(arguments[1:])]
    return _parser().parse_args(arguments)


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="photofind",
        description="Find any photo on your own machine from a sentence or from another picture.",
        epilog="Without a command the window opens; folders given then are added to the watched ones.",
    )
    parser.add_argument("--version", action="version", version=f"photofind {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    index = _command(commands, "index", "add folders to the watched ones and index until done; none given: all watched ones")
    index.add_argument("folders", nargs="*", metavar="FOLDER")
    index.add_argument("--encoder", default="", metavar="ID", help="make this the library's encoder")

    search = _command(commands, "search", "find photos by words, by a picture, or both")
    search.add_argument("query", nargs="*", metavar="QUERY", help="may start with a dash")
    search.add_argument("--image", action="append", default=[], metavar="FILE", help="look like this picture")
    search.add_argument("--queries", metavar="FILE", help="ask the questions in this file: one a line, or a CSV")
    search.add_argument("--sheet", type=Path, metavar="OUT.jpg", help="also save what was found as one picture")
    search.add_argument("--limit", type=_positive, default=_DEFAULT_LIMIT, metavar="N", help="how many (default %(default)s)")
    search.add_argument("--reachable", dest="offline", action="store_false", default=None, help="no photos on drives that are away")
    search.add_argument("--away", dest="offline", action="store_true", help="only photos on drives that are away")
    search.add_argument("-0", "--null", action="store_true", help="end each path with NUL instead of a line end")

    _command(commands, "status", "say what the library holds and how far indexing is")

    folders = _command(commands, "folders", "list, add or remove watched folders")
    folders.add_argument("action", choices=["list", "add", "remove"], nargs="?", default="list")
    folders.add_argument("folders", nargs="*", metavar="FOLDER")

    encoders = _command(commands, "encoders", "list encoders, install one, or import one from a folder")
    encoders.add_argument("action", choices=["list", "install", "import"], nargs="?", default="list")
    encoders.add_argument("name", nargs="?", default="", metavar="ID|FOLDER")
    encoders.add_argument("--yes", action="store_true", help="agree to size and licence without being asked")
    encoders.add_argument("--licence", default="", metavar="NAME", help="agree to a licence that forbids some uses")

    tag = _command(commands, "tag", "tag and rate photos; a folder stands for all photos in it")
    tag.add_argument("paths", nargs="+", metavar="PATH")
    tag.add_argument("--add", action="append", default=[], metavar="TAG")
    tag.add_argument("--remove", action="append", default=[], metavar="TAG")
    tag.add_argument("--rating", type=int, metavar="0-5")

    evaluate = _command(commands, "evaluate", "measure an encoder on photos whose labels are known")
    evaluate.add_argument("folder", metavar="FOLDER", help="a folder for each label, or files called after theirs")
    evaluate.add_argument("--encoder", default="", metavar="ID", help="which encoder (default: the one proposed here)")

    doctor = _command(commands, "doctor", "look whether all is well with the library, and say what is not")
    doctor.add_argument("--repair", action="store_true", help="mend what can be mended")
    doctor.add_argument("--bundle", type=Path, metavar="FILE.zip", help="also save a report for support, without pictures or names")

    restore = _command(commands, "restore", "bring back ratings, tags, folders and settings from a backup")
    restore.add_argument(
        "backup", nargs="?", default="", metavar="BACKUP", help="a name from --list, or a file (default: the newest)"
    )
    restore.add_argument("--list", action="store_true", help="list the backups, the newest first")
    restore.add_argument("--dry-run", action="store_true", help="say what would come back, and change nothing")
    restore.add_argument("--overwrite", action="store_true", help="put the backup's word over what the library says now")
    return parser


def _command(
    commands: "argparse._SubParsersAction[argparse.ArgumentParser]", name: str, description: str
) -> argparse.ArgumentParser:
    parser = commands.add_parser(name, help=description, description=description.capitalize() + ".", allow_abbrev=False)
    parser.add_argument("--library", type=Path, metavar="DIR", help="the library to use (default: the user's own)")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    parser.add_argument("--verbose", action="store_true", help="say more on standard error")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("must be 1 or more")
    return number


def _with_query_last(arguments: list[str]) -> list[str]:
    """Options first, then ``--`` and the query, so that a query may start with a dash."""
    takes_value = {"--library", "--image", "--limit", "--queries", "--sheet"}
    is_flag = {"--json", "--verbose", "-0", "--null", "--reachable", "--away", "-h", "--help"}

    def is_meant_as_option(argument: str) -> bool:
        """``--limit=5``, and ``--limt`` as well, so that a slip is said instead of searched for."""
        name = argument.partition("=")[0]
        return name in takes_value or bool(difflib.get_close_matches(name, takes_value | is_flag, 1, cutoff=0.75))

    options: list[str] = []
    query: list[str] = []
    rest = iter(arguments)
    for argument in rest:
        if argument == "--":
            query.extend(rest)
        elif argument in takes_value:
            options.append(argument)
            options.extend(value for value in [next(rest, None)] if value is not None)
        elif argument in is_flag or (argument.startswith("--") and is_meant_as_option(argument)):
            options.append(argument)
        else:
            query.append(argument)
    return [*options, "--", *query]
