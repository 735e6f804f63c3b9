"""What a load tells of each file: what became of it, or why it was refused."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from kam_core.errors import KamError


@dataclass(frozen=True)
class FileReport:
    """What became of one file in one table; ``received == accepted + quarantined``.

    ``problems`` counts rows by code, notes included; ``first_lines`` names up to five of each, and
    ``examples`` up to three cells that it shows in: column, value, rows.
    ``earlier`` tells of the last upload of the same bytes to this table: by, at, as_of, version.
    ``names`` are regions and persons that the live version did not know, or has and this lacks.
    ``elsewhere`` counts rows of earlier uploads that the call sets apart or lets in, by table and
    code; it is told once, with the first file. ``confirm`` holds the questions (see guard) about
    the file that need a second yes, or were given one.
    """

    file: str
    table: str
    received: int
    accepted: int
    quarantined: int
    blank: int
    problems: dict[str, int]
    version: int | None
    mode: str
    as_of: str
    set_aside: int
    already_loaded: bool
    first_lines: dict[str, tuple[int, ...]]
    earlier: dict[str, object] | None
    names: list[dict[str, object]] = field(default_factory=list)
    elsewhere: list[dict[str, object]] = field(default_factory=list)
    confirm: list[dict[str, object]] = field(default_factory=list)
    examples: dict[str, list[dict[str, object]]] = field(default_factory=dict)


def as_json(reports: Sequence[FileReport]) -> list[dict]:
    """The reports as plain values, in the order of the command line's JSON."""
    return [asdict(report) for report in reports]


def refused(refusal: KamError, paths: Sequence[Path]) -> list[dict]:
    """A refused call for a program: a report with an ``error`` for each file it is about.

    Where it names none, it is about all files of the call. Counts are null where nothing was
    counted.
    """
    return [report for one in refusal.each for report in _refused(one, paths)]


def files_named(refusal: KamError) -> list[str]:
    """The files that a refusal names."""
    details: dict[str, Any] = refusal.details
    asked = [name for question in details.get("questions", ()) for name in question["files"]]
    named = [details.get("file"), details.get("other"), *asked]
    return list(dict.fromkeys(str(name) for name in named if name))


def _refused(refusal: KamError, paths: Sequence[Path]) -> list[dict]:
    details = dict(refusal.details)
    counted: Any = details.pop("reports", None)
    error = KamError(refusal.code, **details).plain()
    if counted is None:
        names = files_named(refusal) or [path.name for path in paths]
        counted = [{"file": name, **_counts(details)} for name in names]
    return [{**report, "error": error} for report in counted]


def _counts(details: dict[str, Any]) -> dict[str, object]:
    """What was counted before a file was refused."""
    received, rejected = details.get("received"), details.get("rejected")
    return {
        "table": details.get("table"),
        "received": received,
        "accepted": None if received is None or rejected is None else received - rejected,
        "quarantined": rejected,
        "blank": details.get("blank"),
        "problems": details.get("problems", {}),
        "version": None,
        "first_lines": details.get("first_lines", {}),
        "examples": details.get("examples", {}),
    }
