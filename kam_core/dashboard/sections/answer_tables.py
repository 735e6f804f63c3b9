"""Answers of questions as tables of a pack: headings and codes in words, cells as plain values."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import pandas as pd

from kam_core.dashboard.model import Cell, Column, Table
from kam_core.text import formats
from kam_core.text.marked_text import MARKS
from kam_core.text.tables import in_words
from kam_core.text.writer import Text


def columns(
    names: Sequence[str], text: Text, units: Mapping[str, str], brief: Iterable[str] = ()
) -> tuple[Column, ...]:
    """Columns by their codes; all of them stand on paper unless ``brief`` names some."""
    kept = set(brief) or set(names)
    return tuple(
        Column(name, heading(name, text), units.get(name, "text"), name in kept) for name in names
    )


def heading(name: str, text: Text) -> str:
    return text.known(f"pack.columns.{name}", text.column(name))


def listed(
    name: str,
    rows: pd.DataFrame,
    text: Text,
    units: Mapping[str, str],
    brief: Iterable[str] = (),
    brief_rows: int | None = None,
) -> Table:
    """The rows of an answer, with the columns they have."""
    worded = in_words(rows, text).astype(object)
    cells = tuple(
        tuple(plain(cell) for cell in row) for row in worded.itertuples(index=False, name=None)
    )
    return Table(name, columns(list(rows.columns), text, units, brief), cells, brief_rows)


def plain(cell: object) -> Cell:
    """A value of pandas as one of Python; what is missing as None."""
    if formats.is_missing(cell):
        return None
    if isinstance(cell, pd.Timestamp):
        cell = cell.to_pydatetime()
    if isinstance(cell, str):
        return cell.translate(MARKS)
    if hasattr(cell, "item"):
        cell = cell.item()
    return cell.replace(tzinfo=None) if isinstance(cell, datetime) else cell  # type: ignore
