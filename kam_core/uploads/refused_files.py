"""A refused call as reports for a program: one for each file that the refusal is about."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kam_core.errors import KamError


def report_refusal(refusal: KamError, paths: Sequence[Path]) -> list[dict]:
    """A report with an ``error`` for each file; where the refusal names none, for all of the call.

    Counts are null where nothing was counted.
    """
    return [report for one in refusal.each for report in _reports(one, paths)]


def files_named(refusal: KamError) -> list[str]:
    """The files that a refusal names."""
    details: dict[str, Any] = refusal.details
    confirmed = [name for reason in details.get("questions", ()) for name in reason.files]
    named = [details.get("file"), details.get("other"), *confirmed]
    return list(dict.fromkeys(str(name) for name in named if name))


def _reports(refusal: KamError, paths: Sequence[Path]) -> list[dict]:
    details = dict(refusal.details)
    counted: Any = details.pop("reports", None)
    error = KamError(refusal.code, **details).record()
    if counted is not None:
        return [{**vars(report), "error": error} for report in counted]
    names = files_named(refusal) or [path.name for path in paths]
    return [{"file": name, **_counts(details), "error": error} for name in names]


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
