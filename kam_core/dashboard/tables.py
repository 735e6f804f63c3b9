"""Answers as tables of a figure: headings and codes in words, cells as plain values."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime

import numpy as np
import pandas as pd

from kam_core.dashboard.model import Cell, FigureColumn, FigureTable, JudgedWords, Quantity
from kam_core.text import formats
from kam_core.text.marked_text import MARKS
from kam_core.text.writer import Text

# The units of columns that are known by their code: periods, and numbers that count nothing.
UNITS = {"period": "period"} | dict.fromkeys(("snapshot_id", "version", "line_no"), "id")


def answer_table(
    name: str,
    rows: pd.DataFrame,
    text: Text,
    units: Mapping[str, str] | None = None,
    brief: Iterable[str] = (),
    brief_rows: int | None = None,
) -> FigureTable:
    """The rows of an answer, with the columns they have; ``units`` of those that have one."""
    columns = columns_of([str(column) for column in rows], text, units or {}, brief)
    return FigureTable(name, columns, in_words(rows, text), brief_rows)


def cells_table(
    name: str,
    columns: Sequence[FigureColumn],
    rows: Sequence[Sequence[object]],
    group: str | None = None,
) -> FigureTable:
    """Cells that are in words already."""
    frame = pd.DataFrame(rows, columns=[column.name for column in columns], dtype=object)
    return FigureTable(name, tuple(columns), frame, group=group)


def columns_of(
    names: Sequence[str], text: Text, units: Mapping[str, str], brief: Iterable[str] = ()
) -> tuple[FigureColumn, ...]:
    """Columns by their codes; all of them stand on paper unless ``brief`` names some."""
    on_paper = set(brief) or set(names)
    return tuple(
        FigureColumn(
            name, heading(name, text), units.get(name, UNITS.get(name, "text")), name in on_paper
        )
        for name in names
    )


def heading(name: str, text: Text) -> str:
    """The title of a column."""
    return text.get(f"pack.columns.{name}", text.column(name))


def plain_rows(table: FigureTable) -> Iterator[tuple[Cell, ...]]:
    """The rows of a table as values of Python."""
    for row in table.frame.itertuples(index=False, name=None):
        yield tuple(plain_cell(cell) for cell in row)


def plain_cell(cell: object) -> Cell:
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


def cell_words(cell: Cell, unit: str, lang: str) -> str:
    """A value as a reader of the language writes it."""
    if isinstance(cell, JudgedWords):
        return cell.words
    if isinstance(cell, Quantity):
        write = formats.difference if cell.is_difference else formats.quantity
        return write(cell.value, cell.unit, lang, cell.digits)
    if cell is None:
        return "" if unit == "text" else formats.NOTHING
    if isinstance(cell, str):
        return formats.period(cell, lang) if unit == "period" else cell
    if isinstance(cell, datetime):
        return formats.moment(cell, lang)
    if isinstance(cell, date):
        return formats.day(cell, lang)
    if unit == "id":
        return str(cell)
    is_count = unit == "text" and isinstance(cell, int)
    return formats.quantity(cell, "count" if is_count else unit, lang)


def in_words(rows: pd.DataFrame, text: Text) -> pd.DataFrame:
    """The rows with the same columns, every known code as a word of the language."""
    return pd.DataFrame(
        {name: [_words(str(name), cell, text) for cell in cells] for name, cells in rows.items()},
        columns=rows.columns,
    ).astype({name: rows[name].dtype for name in rows if rows[name].dtype.kind in "Mifb"})


def _words(column: str, cell: object, text: Text) -> object:
    if isinstance(cell, list | tuple | np.ndarray):
        return " / ".join(str(_words(column, part, text)) for part in cell)
    if column == "codes":
        return text.problem(str(cell))
    return text.value(column, cell) if isinstance(cell, str) else cell
