"""The doctor's visit to the library that this program has open."""

from collections.abc import Callable
from contextlib import nullcontext

from photofind.core.findings import Finding
from photofind.library.doctor.examination import examine
from photofind.library.doctor.ward import Ward
from photofind.library.engine import Engine


def examine_open(engine: Engine, *, repair: bool, on_check: Callable[[str], None] = lambda _: None) -> list[Finding]:
    """Look at the library of this program, while its indexer stands aside. Blocks; any thread but the library's own.

    Raises CancelledError when the library is being closed.
    """
    ward = Ward(
        engine.paths, engine.settings, engine.shelf, lambda: nullcontext(engine.librarian), is_alone=False, has_milvus=True,
        watch_troubles=engine.watch_troubles,
    )  # fmt: skip

    def visit() -> list[Finding]:
        findings = examine(ward, repair=repair, on_check=on_check)
        if repair:
            for encoder in engine.desk.both:
                encoder.put_away_index(0.0)  # what is in memory may be other than what was mended
        return findings

    findings = engine.indexer.stand_aside(visit).result()
    engine.indexer.wake()
    return findings
