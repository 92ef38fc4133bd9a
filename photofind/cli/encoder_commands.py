"""The shelf, from the command line."""

import sys
from dataclasses import asdict
from pathlib import Path

from photofind.cli.output import ProgressLine, print_json, print_line, tell, words_for_size
from photofind.core.errors import PhotofindError
from photofind.encoders.shelf import Shelf


def list_all(shelf: Shelf, *, as_json: bool) -> None:
    entries = shelf.entries()
    if as_json:
        print_json({"encoders": [asdict(entry) for entry in entries], "default": shelf.default()})
        return
    for entry in entries:
        size = words_for_size(entry.size_bytes) if entry.size_bytes else ""
        state = "installed" if entry.installed else size
        print_line(f"{entry.short:<14} {state:<10} {entry.licence:<12} {entry.id}")
        print_line(f"{'':<14} {entry.description}")


def install(shelf: Shelf, name: str, *, agreed: bool, accepted_licence: str, as_json: bool) -> None:
    """Download after a yes that names size and licence. Raises EncoderUnavailable.

    A licence that only the hub knows of, and that forbids some uses, needs a yes by its name.
    """
    encoder_id = shelf.resolve(name)
    entry = shelf.entry(encoder_id)
    if not shelf.is_installed(encoder_id):
        if not agreed:
            _ask(entry.name, entry.size_bytes, entry.licence, entry.restriction)
        line = ProgressLine()
        shelf.install(
            encoder_id,
            lambda done, total: line.show(f"Downloading {entry.name}: {words_for_size(done)} of {words_for_size(total)}"),
            lambda: False,
            accepted_licence=accepted_licence or entry.licence,
        )
        line.clear()
    if as_json:
        print_json({"installed": encoder_id})
    else:
        print_line(f"{encoder_id} is installed. Use it with: photofind index --encoder {encoder_id}")


def import_folder(shelf: Shelf, folder: Path, *, as_json: bool) -> None:
    """Copy a folder with weights onto the shelf. Raises EncoderUnavailable."""
    encoder_id = shelf.import_folder(folder)
    if as_json:
        print_json({"installed": encoder_id})
    else:
        print_line(f"{encoder_id} is installed. Use it with: photofind index --encoder {encoder_id}")


def _ask(name: str, size_bytes: int, licence: str, restriction: str) -> None:
    size = words_for_size(size_bytes) if size_bytes else "a size the hub will tell"
    terms = (licence or "a licence the hub will tell") + (f", {restriction}" if restriction else "")
    question = f"Download {name}: {size}, licence {terms}."
    if not sys.stdin.isatty():
        raise PhotofindError(f"{question} Say yes with --yes.")
    tell(f"{question} [y/N]")
    if sys.stdin.readline().strip().lower() not in ("y", "yes"):
        raise PhotofindError("Nothing was downloaded.")
