"""What a page, a pack or a notebook shows, in plain values.

A renderer adds nothing to it and leaves nothing out.
"""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

import pandas as pd

from kam_core.dashboard.charts import Chart
from kam_core.metrics.scorecard import Score

Number = int | float | Decimal


@dataclass(frozen=True)
class Quantity:
    """A number with its own unit, for columns that hold several; judged where it has a status.

    ``digits``: its decimals, where those of its unit would not tell it from the one beside it.
    """

    value: Number | None
    unit: str
    is_difference: bool = False
    status: str | None = None
    standing: str = ""
    digits: int | None = None


@dataclass(frozen=True)
class JudgedWords:
    """Words that carry a status."""

    words: str
    status: str


Cell = str | Number | date | datetime | Quantity | JudgedWords | None


@dataclass(frozen=True)
class FigureColumn:
    """``unit``: of every cell; ``own`` where each cell brings its own, ``text`` for words.

    A column that is not ``brief`` stands in the workbook only: paper is narrow.
    """

    name: str
    title: str
    unit: str = "text"
    brief: bool = True


@dataclass(frozen=True)
class FigureTable:
    """Rows under headings, codes in words: ``frame`` has one column for each of ``columns``.

    On paper stand the first ``brief_rows``, in the workbook all. ``group`` names the column by
    whose values a page parts the rows.
    """

    name: str
    columns: tuple[FigureColumn, ...]
    frame: pd.DataFrame
    brief_rows: int | None = None
    group: str | None = None


@dataclass(frozen=True)
class Card:
    """A figure at a glance: its value, how it changed, where it stands, the quarters before.

    ``help`` is what it means, how far its target is and what it rests on, ``standing`` its target,
    ``notes`` are to be kept in mind. ``past``: period, value, target.
    """

    score: Score
    title: str
    help: tuple[str, ...]
    value: str
    changes: tuple[str, ...]
    standing: str
    notes: tuple[str, ...]
    past: pd.DataFrame
    past_in_words: str


@dataclass(frozen=True)
class Figure:
    """What some rows say in sentences, the charts drawn from them, and their table.

    ``form``: how the rows are shown: ``table`` (folded away under a chart unless ``is_open``),
    ``judged`` (each cell with its status), ``cards`` (of its rows), or ``list`` (of the sentences
    alone). ``waits_for`` is the table, or the column, without which there is nothing to show
    (``needs:orders``). ``opens`` are the metrics it leads to, ``download`` a table that says more.
    """

    name: str
    title: str = ""
    sentences: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()
    table: FigureTable | None = None
    note: str = ""
    form: str = "table"
    waits_for: str = ""
    is_open: bool = False
    cards: tuple[Card, ...] = ()
    opens: tuple[str, ...] = ()
    download: FigureTable | None = None


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
    sentences: tuple[str, ...]
    marks: tuple[tuple[str, str], ...]
    sections: tuple[Section, ...]
    made_at: datetime

    def figures(self) -> tuple[Figure, ...]:
        return tuple(figure for section in self.sections for figure in section.figures)
