"""One look at everything, in an order in which each part rests on those before it; with a second look after mending."""

import logging
import sqlite3
from collections.abc import Callable, Iterable
from contextlib import nullcontext
from dataclasses import replace

from photofind.core.errors import PhotofindError
from photofind.core.findings import Finding, Severity
from photofind.library.doctor import (
    backups_check,
    catalogue_check,
    disk_check,
    encoder_check,
    folders_check,
    index_check,
    journal_check,
    milvus_check,
    thumbnails_check,
    watching_check,
)
from photofind.library.doctor.milvus_visit import with_milvus
from photofind.library.doctor.ward import Diagnosis, NotNow, Ward, note

_log = logging.getLogger(__name__)

Check = Callable[[Ward], Iterable[Diagnosis]]

CHECKS: tuple[tuple[str, Check], ...] = (
    ("disk", disk_check.check),
    ("catalogue", catalogue_check.check),
    ("thumbnails", thumbnails_check.check),
    ("index", index_check.check),
    ("journal", journal_check.check),
    ("milvus", milvus_check.check),
    ("encoder", encoder_check.check),
    ("folders", folders_check.check),
    ("watching", watching_check.check),
    ("backups", backups_check.check),
)


def examine(ward: Ward, *, repair: bool, on_check: Callable[[str], None] = lambda _: None) -> list[Finding]:
    """All findings, in order. Blocks for seconds; raises nothing. With ``repair`` what can be mended is, and then looked
    at again: a finding counts as mended when it is gone.
    """
    findings: list[Finding] = []
    with with_milvus(ward) if ward.has_milvus else nullcontext(ward) as ward:  # noqa: PLR1704 - the same, and more
        for name, check in CHECKS:
            on_check(name)
            diagnoses = _look(name, check, ward)
            if repair and any(one.mend is not None for one in diagnoses):
                findings += _mend(name, check, ward, diagnoses)
            else:
                findings += [one.finding for one in diagnoses]
    return findings


def _look(name: str, check: Check, ward: Ward) -> list[Diagnosis]:
    try:
        return list(check(ward))
    except NotNow as error:
        return [note(name, f"{name}-not-looked-at", f"Not looked at: {error}", "It is looked at once that is mended.")]
    except (PhotofindError, sqlite3.Error, OSError) as error:
        _log.info("the check of %s failed: %s", name, error)
        return [_failed(name, str(error))]
    except Exception as error:
        _log.exception("the check of %s failed", name)
        return [_failed(name, f"{type(error).__name__}: {error}")]


def _failed(name: str, reason: str) -> Diagnosis:
    finding = Finding(
        name,
        f"{name}-cannot-be-looked-at",
        Severity.BROKEN,
        f"This could not be looked at: {reason}",
        "It may be well or not.",
        "Save a report with: photofind doctor --bundle FILE.zip",
    )
    return Diagnosis(finding)


def _mend(name: str, check: Check, ward: Ward, diagnoses: list[Diagnosis]) -> list[Finding]:
    done: dict[str, str] = {}
    failed: dict[str, str] = {}
    for one in diagnoses:
        if one.mend is None:
            continue
        try:
            done[one.finding.code] = one.mend()
        except (PhotofindError, sqlite3.Error, OSError) as error:
            failed[one.finding.code] = str(error)
        except Exception as error:
            _log.exception("mending %s failed", one.finding.code)
            failed[one.finding.code] = f"{type(error).__name__}: {error}"
    again = [one.finding for one in _look(name, check, ward)]
    codes = {finding.code for finding in again}
    before = {one.finding.code for one in diagnoses}
    found: list[Finding] = []
    for one in diagnoses:
        finding = one.finding
        if finding.code in failed:
            found.append(replace(finding, remedy=f"Mending it failed: {failed[finding.code]}"))
        elif finding.code in done and finding.code not in codes:
            found.append(replace(finding, mended=done[finding.code]))
        elif finding.code in done:
            found.append(replace(finding, remedy=f"It was mended ({done[finding.code]}), and is so again."))
        elif finding.severity is not Severity.FINE:
            found.append(finding)
    return found + [finding for finding in again if finding.code not in before]
