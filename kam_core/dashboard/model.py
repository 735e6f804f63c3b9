"""What a pack holds, in plain values; a renderer adds nothing to it and leaves nothing out."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

Number = int | float | Decimal


@dataclass(frozen=True)
class Quantity:
    """A number with its own unit, for columns that hold several; judged where it has a status."""

    value: Number | None
    unit: str
    is_difference: bool = False
    status: str | None = None
    standing: str = ""


Cell = str | Number | date | datetime | Quantity | None


@dataclass(frozen=True)
class Column:
    """``unit``: of every cell; ``own`` where each cell brings its own, ``text`` for words.

    A column that is not ``brief`` stands in the workbook only: paper is narrow.
    """

    name: str
    title: str
    unit: str = "text"
    brief: bool = True


@dataclass(frozen=True)
class Table:
    """Rows under headings; on paper the first ``brief_rows`` of them, in the workbook all.

    ``group`` names the column by whose values a page parts the rows.
    """

    name: str
    columns: tuple[Column, ...]
    rows: tuple[tuple[Cell, ...], ...]
    brief_rows: int | None = None
    group: str | None = None


@dataclass(frozen=True)
class Point:
    """One column of a chart; ``is_running``: its period has not ended."""

    label: str
    value: float | None
    target: float | None = None
    is_running: bool = False


@dataclass(frozen=True)
class Columns:
    """A chart of columns; ``said`` is what it shows, in a sentence (see ``words.Marked``)."""

    title: str
    said: str
    unit: str
    points: tuple[Point, ...]
    highest: float | None = None


@dataclass(frozen=True)
class Field:
    """One cell of the tier matrix, counted from the lower left."""

    x: int
    y: int
    lines: tuple[str, ...]
    is_key: bool


@dataclass(frozen=True)
class Matrix:
    """The tier matrix as counts: one field per pair of levels."""

    title: str
    said: str
    across: str
    up: str
    fields: tuple[Field, ...]


@dataclass(frozen=True)
class Figure:
    """A table with what it says in sentences, and the charts drawn from the same rows.

    ``form``: how a page shows the rows: ``table``, ``cards``, or ``list`` (of the sentences alone).
    """

    name: str
    title: str
    said: tuple[str, ...] = ()
    charts: tuple[Columns | Matrix, ...] = ()
    table: Table | None = None
    note: str = ""
    form: str = "table"


@dataclass(frozen=True)
class Section:
    """Figures under one heading."""

    name: str
    title: str
    figures: tuple[Figure, ...]


@dataclass(frozen=True)
class Pack:
    """Everything on paper: ``marks`` say what the numbers are about and where they come from."""

    lang: str
    quarter: str
    title: str
    context: str
    said: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    made_at: datetime

    def figures(self) -> tuple[Figure, ...]:
        return tuple(figure for section in self.sections for figure in section.figures)
