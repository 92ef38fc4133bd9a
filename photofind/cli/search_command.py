"""``photofind search``: one question, or many from a file."""

import argparse
import os
import time
from collections.abc import Callable, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from photofind.cli.output import print_json, print_line, print_paths, tell
from photofind.config.paths import LibraryPaths
from photofind.config.settings import load
from photofind.core.errors import PhotofindError, WrongUsage
from photofind.core.photo import PhotoRow
from photofind.core.query import explain, parse, read_questions
from photofind.core.question import Answer, PictureFile, Question
from photofind.encoders.shelf import Shelf
from photofind.library.reading import asking
from photofind.media.contact_sheet import MOST_PHOTOS, check_target, save_contact_sheet
from photofind.store.catalogue_reader import CatalogueReader
from photofind.store.first_look import FirstLook

_LARGEST_LIST_BYTES = 16 << 20


def run(
    reader: CatalogueReader, paths: LibraryPaths, shelf: Callable[[], Shelf], options: argparse.Namespace, *, as_json: bool
) -> None:
    """Answers are printed as they come. Raises PhotofindError."""
    texts = _texts(options)
    sheet: Path | None = options.sheet
    if sheet is not None:
        if len(texts) > 1:
            raise WrongUsage("--sheet makes one picture of one answer: ask one question.")
        check_target(sheet)
    pictures = tuple(PictureFile(os.path.abspath(file)) for file in options.image)
    timeout_s = load(paths.settings)[0].decode_timeout_s
    with asking(reader, paths, shelf(), timeout_s) as ask:
        for text in texts:
            began_s = time.monotonic()
            try:
                answer = ask(Question(text, pictures, options.limit, options.offline))
            except PhotofindError as error:
                if len(texts) == 1:
                    raise
                tell(f"{text}: {error}")  # the others may have answers
                if as_json:
                    print_json({"query": text, "error": str(error)})
                continue
            rows = {row.id: row for row in reader.rows(list(answer.ids))}
            _tell(text, answer)
            if as_json:
                print_json({**_as_json(text, answer, rows), "seconds": time.monotonic() - began_s})
            else:
                _print(text, answer, rows, named=options.queries is not None, end=b"\0" if options.null else b"\n")
            if sheet is not None:
                _save_sheet(paths, answer.ids, sheet)


def _texts(options: argparse.Namespace) -> list[str]:
    text = " ".join(options.query)
    if options.queries is None:
        if not text.strip() and not options.image:
            raise WrongUsage("Say what to look for: words, or a picture with --image FILE.")
        return [text]
    if text.strip():
        raise WrongUsage("Ask a question, or those of a file with --queries FILE, not both.")
    try:
        with open(options.queries, "rb") as file:
            data = file.read(_LARGEST_LIST_BYTES + 1)
    except OSError as error:
        raise PhotofindError(f"{options.queries} cannot be read ({error.strerror}).") from error
    if len(data) > _LARGEST_LIST_BYTES:
        raise WrongUsage(f"{options.queries} is too large for a list of questions.")
    texts = read_questions(data.decode("utf-8-sig", "replace"))
    if not texts:
        raise WrongUsage(f"There is no question in {options.queries}.")
    return texts


def _as_json(text: str, answer: Answer, rows: dict[int, PhotoRow]) -> dict[str, Any]:
    query = parse(text)
    return {
        "query": text,
        "understood": explain(query),
        "mistakes": [mistake.sentence for mistake in query.mistakes],
        "encoder": answer.encoder,
        "convincing": answer.convincing,
        "hits": list(_hits(answer, rows)),
        "note": answer.note,
    }


def _hits(answer: Answer, rows: dict[int, PhotoRow]) -> Sequence[dict[str, Any]]:
    hits = []
    for place, photo_id in enumerate(answer.ids):
        if photo_id not in rows:  # it went meanwhile
            continue
        band, compared = answer.band_of(place), place - answer.literal
        of_score = compared >= 0 and bool(answer.scores)
        hits.append(
            {
                "path": rows[photo_id].path,
                "score": answer.scores[compared] if of_score else None,
                "id": photo_id,
                "band": None if band is None else band.value,
                "probability": answer.probabilities[compared] if of_score else None,
            }
        )
    return hits


def _print(text: str, answer: Answer, rows: dict[int, PhotoRow], *, named: bool, end: bytes) -> None:
    if named:
        print_line(f"# {text}")
    print_paths((rows[photo_id].path for photo_id in answer.ids if photo_id in rows), end)


def _tell(text: str, answer: Answer) -> None:
    """What a person should know of the answer."""
    for mistake in parse(text).mistakes:
        tell(mistake.sentence)
    if answer.note:
        tell(answer.note)
    if not answer.ids:
        tell("Nothing found.")
    elif answer.is_nothing_convincing:
        tell("Nothing convincing found; these come closest.")


def _save_sheet(paths: LibraryPaths, ids: Sequence[int], target: Path) -> None:
    look = FirstLook(paths.catalogue, paths.thumbnails)
    try:
        found = (jpeg for photo_id in ids if (jpeg := look.thumbnail(photo_id)) is not None)
        thumbnails = list(islice(found, MOST_PHOTOS))
    finally:
        look.close()
    save_contact_sheet(thumbnails, target)
