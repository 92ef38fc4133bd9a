"""The doctor, from the command line."""

import textwrap
import threading
from collections.abc import Callable
from pathlib import Path

from photofind.cli.handing_over import do_or_hand_over
from photofind.cli.output import ProgressLine, print_json, print_line, tell, words_for_progress
from photofind.config.paths import LibraryPaths
from photofind.core.errors import LibraryInUse, PhotofindError
from photofind.core.events import Progress
from photofind.core.findings import Finding, Severity, findings_as_json, findings_from_json
from photofind.encoders.shelf import Shelf
from photofind.library.doctor.closed_library import examine_beside, examine_closed
from photofind.library.doctor.support_report import save_report

_WIDTH = 100
_MARKS = {Severity.FINE: "ok", Severity.NOTE: "note", Severity.BROKEN: "broken"}


class NotAllIsWell(PhotofindError):
    """Something is wrong, and still is."""


def run(
    paths: LibraryPaths, shelf_for: Callable[..., Shelf], *, repair: bool, bundle: Path | None, as_json: bool
) -> None:
    """Look at the library, mend it where asked to, and print what was found. Raises NotAllIsWell, NoLibrary, StoreFailed."""
    line = ProgressLine()
    findings = _look(paths, shelf_for(), repair=repair, on_check=lambda name: line.show(f"Looking at the {name} …"))
    line.clear()
    if bundle is not None:
        save_report(paths, findings, bundle)
    troubles = [finding for finding in findings if finding.is_trouble]
    if as_json:
        print_json({"well": not troubles, "findings": findings_as_json(findings)})
    else:
        for finding in findings:
            _print(finding)
        if bundle is not None:
            tell(f"A report without pictures, names and places is in {bundle}.")
    if troubles:
        mendable = not repair and any(finding.is_mendable for finding in troubles)
        count = "One thing is" if len(troubles) == 1 else f"{len(troubles)} things are"
        raise NotAllIsWell(f"{count} not well." + (" Mend it with: photofind doctor --repair" if mendable else ""))


def _look(paths: LibraryPaths, shelf: Shelf, *, repair: bool, on_check: Callable[[str], None]) -> list[Finding]:
    try:
        found = do_or_hand_over(
            paths.folder,
            lambda: examine_closed(paths, shelf, repair=repair, on_check=on_check),
            {"command": "doctor", "repair": repair},
            lambda progress: on_check(str(progress.get("check", ""))),
        )
    except LibraryInUse as error:
        return [*examine_beside(paths, shelf, on_check=on_check), _not_reached(error)]
    if isinstance(found, dict):
        return findings_from_json(found["findings"])
    if repair and any(finding.mended for finding in found):
        found += _index_what_waits(paths, shelf)
    return found


def _index_what_waits(paths: LibraryPaths, shelf: Shelf) -> list[Finding]:
    """Photos that lost something are read and looked at again now, so that all of it is well in the end."""
    from photofind.library.index_run import run_index
    from photofind.library.reading import reading, summarise
    from photofind.library.session import open_library

    line = ProgressLine()

    def show(progress: Progress) -> None:
        line.show(words_for_progress(progress.done, progress.total, progress.rate))

    try:
        with reading(paths) as reader:
            if not summarise(reader, paths, shelf).folders:
                return []
        with open_library(paths, lambda _: shelf, watch=False) as engine:
            report = run_index(engine, [], "", cancelled=threading.Event(), on_progress=show)
    except PhotofindError as error:
        sentence = f"Photos that have to be looked at again could not be: {error}"
        return [Finding("indexing", "work-left", Severity.NOTE, sentence, "They are when photofind is next opened.")]
    finally:
        line.clear()
    sentence = f"What was missing has been looked at again: {report.indexed:,} photos indexed, {report.unchanged:,} unchanged."
    return [Finding("indexing", "indexed", Severity.FINE, sentence)]


def _not_reached(error: LibraryInUse) -> Finding:
    return Finding(
        "window",
        "window-silent",
        Severity.BROKEN,
        str(error),
        "So Milvus was not looked at, and nothing could be mended.",
        "Close that photofind, or end its process, then run: photofind doctor",
    )


def _print(finding: Finding) -> None:
    mark = "mended" if finding.mended else _MARKS[finding.severity]
    lines = [finding.sentence]
    if finding.severity is not Severity.FINE:
        lines += [finding.mended] if finding.mended else [finding.meaning, finding.remedy]
    wrapped = [
        part
        for text in lines
        for part in textwrap.wrap(text, _WIDTH - 20, break_long_words=False, break_on_hyphens=False)
    ]
    print_line(f"{mark:<7} {finding.check:<11} {wrapped[0]}")
    for part in wrapped[1:]:
        print_line(f"{'':<19} {part}")
