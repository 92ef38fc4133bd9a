"""The commands, one function each. They raise PhotofindError with the sentence to print."""

import argparse
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from photofind import __version__
from photofind.cli.handing_over import do_or_hand_over
from photofind.cli.output import print_json, print_line, print_paths, tell, words_for_size
from photofind.config.paths import LibraryPaths, encoders_folder
from photofind.config.resources import resource
from photofind.config.settings import load
from photofind.core.errors import PhotofindError, WrongUsage
from photofind.encoders.shelf import Shelf
from photofind.library.folders import unwatch_folder, watch_folder
from photofind.library.instance import Message
from photofind.library.intake import Intake
from photofind.library.librarian import Desk
from photofind.library.looking import read_only_sentence
from photofind.library.reading import reading, summarise
from photofind.library.scan import SkipRules, rules_of
from photofind.library.session import write_to_library
from photofind.library.tagging import edit_photos
from photofind.library.versions import versions
from photofind.store.catalogue_reader import CatalogueReader


@dataclass(frozen=True, slots=True)
class Context:
    """Which library, and how to print."""

    paths: LibraryPaths
    json: bool

    def shelf(self, endpoint: str | None = None) -> Shelf:
        """The encoders of this machine; ``endpoint`` None takes the hub address from the library's settings."""
        if endpoint is None:
            endpoint = load(self.paths.settings)[0].hub_endpoint if self.paths.settings.exists() else ""
        return Shelf(encoders_folder(), resource("shelf.json"), endpoint=endpoint)


@contextmanager
def _looking(paths: LibraryPaths) -> Iterator[CatalogueReader]:
    """See ``reading``; a library that nothing could be saved in is said to be one."""
    with reading(paths) as reader:
        if paths.is_read_only():
            tell(read_only_sentence(paths))
        yield reader


def index(context: Context, options: argparse.Namespace) -> None:
    from photofind.cli.index_command import run

    run(context.paths, context.shelf, options.folders, options.encoder, as_json=context.json)


def search(context: Context, options: argparse.Namespace) -> None:
    from photofind.cli import search_command

    with _looking(context.paths) as reader:
        search_command.run(reader, context.paths, context.shelf, options, as_json=context.json)


def status(context: Context, _: argparse.Namespace) -> None:
    with _looking(context.paths) as reader:
        summary = summarise(reader, context.paths, context.shelf())
    if context.json:
        print_json({"library": str(context.paths.folder), **asdict(summary), "versions": versions()})
        return
    counts = summary.counts
    print_line(f"Library   {context.paths.folder} (photofind {__version__})")
    print_line(f"Photos    {counts.photos:,}: {counts.indexed:,} indexed, {counts.waiting:,} waiting, {counts.problems:,} problems")
    print_line(f"          {counts.offline:,} on drives that are away; {counts.other_files:,} videos and RAW files not read")
    print_line(f"Encoder   {summary.encoder}" + (f", soon {summary.coming_encoder}" if summary.coming_encoder else ""))
    print_line("On disk   " + ", ".join(f"{name} {words_for_size(size)}" for name, size in summary.sizes.items()))
    for folder in summary.folders:
        print_line(f"Folder    {folder.path}: {folder.photos:,} photos" + (" (away)" if folder.offline else ""))


def folders(context: Context, options: argparse.Namespace) -> None:
    paths = [os.path.abspath(folder) for folder in options.folders]
    if options.action == "list":
        if paths:
            raise WrongUsage("“folders list” takes no folder.")
        with _looking(context.paths) as reader:
            states = reader.folder_states()
        if context.json:
            print_json({"folders": [asdict(state) for state in states]})
        else:
            print_paths(state.path for state in states)
        return
    if not paths:
        raise WrongUsage(f"Say which folders to {options.action}.")
    rules = rules_of(load(context.paths.settings)[0])
    if options.action == "add":
        for path in paths:
            if not os.path.isdir(path):
                raise PhotofindError(f"There is no folder {path}.")
        request: Message = {"command": "folders add", "folders": paths}
        job: Callable[[Desk], Message] = partial(_add_folders, paths=paths, rules=rules)
    else:
        request = {"command": "folders remove", "folders": paths}
        job = partial(_remove_folders, paths=paths, rules=rules)
    reply = do_or_hand_over(context.paths.folder, lambda: write_to_library(context.paths, job), request)
    removed = reply.get("removed", [])
    if options.action == "remove" and (unknown := [path for path in paths if path not in removed]):
        raise PhotofindError(f"{unknown[0]} is not a watched folder.")
    if context.json:
        print_json(reply)


def encoders(context: Context, options: argparse.Namespace) -> None:
    from photofind.cli import encoder_commands

    shelf = context.shelf()
    if options.action == "list":
        if options.name:
            raise WrongUsage("“encoders list” takes no name.")
        encoder_commands.list_all(shelf, as_json=context.json)
    elif not options.name:
        raise WrongUsage(f"Say what to {options.action}: photofind encoders {options.action} …")
    elif options.action == "install":
        encoder_commands.install(
            shelf, options.name, agreed=options.yes, accepted_licence=options.licence, as_json=context.json
        )
    else:
        encoder_commands.import_folder(shelf, Path(options.name), as_json=context.json)


def tag(context: Context, options: argparse.Namespace) -> None:
    paths = [os.path.abspath(path) for path in options.paths]
    edits: dict[str, Any] = {"add": options.add, "remove": options.remove, "rating": options.rating}
    with reading(context.paths):
        pass  # says so where there is no library
    job: Callable[[Desk], Message] = lambda desk: {"photos": edit_photos(desk, paths, **edits)}  # noqa: E731
    request = {"command": "tag", "paths": paths, **edits}
    reply = do_or_hand_over(context.paths.folder, lambda: write_to_library(context.paths, job), request)
    if context.json:
        print_json(reply)
    else:
        for photo in reply["photos"]:
            rating = "" if photo["rating"] is None else f" rated {photo['rating']}"
            print_line(f"{photo['path']}: {', '.join(photo['tags']) or 'no tags'}{rating}")


def evaluate(context: Context, options: argparse.Namespace) -> None:
    from photofind.cli import evaluate_command

    evaluate_command.run(context.shelf(), Path(options.folder).absolute(), options.encoder, as_json=context.json)


def doctor(context: Context, options: argparse.Namespace) -> None:
    from photofind.cli.doctor_command import run

    run(context.paths, context.shelf, repair=options.repair, bundle=options.bundle, as_json=context.json)


def restore(context: Context, options: argparse.Namespace) -> None:
    from photofind.cli import restore_command

    if options.list:
        if options.backup:
            raise WrongUsage("“restore --list” takes no backup.")
        restore_command.list_all(context.paths, as_json=context.json)
    else:
        restore_command.run(
            context.paths, options.backup, overwrite=options.overwrite, dry_run=options.dry_run, as_json=context.json
        )


def _add_folders(desk: Desk, paths: list[str], rules: SkipRules) -> Message:
    intake = Intake(rules, rescan=lambda _: None)  # the next to open the library scans it
    for path in paths:
        intake.look_for_moved(desk, path)
        watch_folder(desk, path, rules)
    return {"folders": [folder.path for folder in desk.reader.folders()]}


def _remove_folders(desk: Desk, paths: list[str], rules: SkipRules) -> Message:
    removed = [path for path in paths if unwatch_folder(desk, path, rules)]
    return {"removed": removed, "folders": [folder.path for folder in desk.reader.folders()]}
