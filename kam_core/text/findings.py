"""What is wrong with quarantined rows, and what to do about each, in a person's language."""

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

import pandas as pd

from kam_core.text.writer import Text


class RowFault(NamedTuple):
    """One fault of a row: ``where`` is the cell it shows in, with its value; else empty."""

    where: str
    problem: str
    todo: str


def findings(
    details: Iterable[Mapping[str, Any]], table: str, text: Text, likely: Mapping[str, str]
) -> list[RowFault]:
    """The faults of a row, each once; ``likely`` names accounts that unknown ids may stand for."""
    faults = [
        RowFault(
            _describe_location(detail, table, text),
            text.problem(detail["code"]),
            _todo(detail, text, likely),
        )
        for detail in details
    ]
    return list(dict.fromkeys(faults))


def _describe_location(detail: Mapping[str, Any], table: str, text: Text) -> str:
    column, value = detail.get("column"), detail.get("value")
    if "expected" in detail:
        return text("quarantine.cells", **detail)
    return text.cell(table, column, value) if column else ""


def _todo(detail: Mapping[str, Any], text: Text, likely: Mapping[str, str]) -> str:
    todo = text.todo(detail["code"])
    account = likely.get(str(detail.get("value")))
    if detail["code"] != "unknown_account" or not account:
        return todo
    return text("punctuation.sentence").join((todo, text("quarantine.likely", account=account)))


def unknown_ids(details: Iterable[str]) -> list[str]:
    """The account ids, as written, that the details of quarantined rows call unknown."""
    faults = [finding for detail in details for finding in json.loads(detail)]
    named = [finding for finding in faults if finding["code"] == "unknown_account"]
    return list(dict.fromkeys(str(finding["value"]) for finding in named))


def in_one_cell(faults: Sequence[RowFault], text: Text) -> str:
    """All faults of a row as one text, for a column beside the person's own."""
    return " | ".join(
        (f"[{finding.where}] " if finding.where else "")
        + text("quarantine.finding", problem=finding.problem, todo=finding.todo)
        for finding in faults
    )


def table(rows: pd.DataFrame, text: Text, likely: Mapping[str, str]) -> pd.DataFrame:
    """Quarantined rows for the eye: file, table, line, where, problem, todo, state, raw."""
    by_row = [
        findings(json.loads(row["detail"]), row["table_name"], text, likely)
        for row in rows.to_dict("records")
    ]
    shown = rows[["file_name", "table_name", "line_no"]].copy()
    for name in RowFault._fields:
        parts = ((getattr(finding, name) for finding in of_row) for of_row in by_row)
        shown[name] = [" | ".join(dict.fromkeys(filter(None, of_row))) for of_row in parts]
    states = [text.value("quarantine_state", state) for state in rows["state"]]
    return shown.assign(quarantine_state=states, raw=rows["raw"])
