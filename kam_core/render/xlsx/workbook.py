"""A pack as an Excel workbook: one sheet and one real table for each list, with raw values."""

import io
import textwrap
from collections.abc import Iterator, Sequence
from datetime import datetime
from decimal import Decimal
from itertools import count

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from kam_core.dashboard.charts import Columns, Matrix
from kam_core.dashboard.model import (
    Cell,
    Figure,
    FigureColumn,
    FigureTable,
    JudgedWords,
    Number,
    Pack,
    Quantity,
)
from kam_core.dashboard.tables import cells_table, plain_rows
from kam_core.text import formats
from kam_core.text.marked_text import strip_marks
from kam_core.text.writer import Text

# Nothing from the data is ever a formula, a link or a number in disguise.
OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
}
FORMATS = {
    "percent": "0.0%",
    "money": "#,##0.00",
    "count": "#,##0",
    "days": "0.0",
    "hours": "0.0",
    "points": "0.0",
    "decimal": "0.0",
    "index": "0.000",
    "exact": "#,##0.##########",
}
UNITS = {"days": "formats.days", "hours": "formats.hours", "points": "formats.score"}
DAY, MOMENT = "yyyy-mm-dd", "yyyy-mm-dd hh:mm"
SHADES = {"met": "#E6F1EC", "near": "#F6ECE1", "missed": "#F6E4E3", "undecided": "#EEF0F3"}
SHADES |= {"on_pace": SHADES["met"], "behind_pace": SHADES["near"]}
EXCEL_DIGITS = 15
TITLE, CONTEXT, SAID, HEADS = 0, 1, 2, 4
WIDEST, NARROWEST, LEAST_WIDTH, LINE_HEIGHT, MOST_LINES = 46, 9, 90, 15, 8
SHEET_NAME, HEADER = 31, 255
FORBIDDEN = str.maketrans(dict.fromkeys("[]:*?/\\'", " "))
A4 = 9


def render_workbook(pack: Pack) -> bytes:
    """The workbook as it is written to a file."""
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer, OPTIONS) as book:
        # The moment of the version, not of the clock: the same data makes the same file.
        book.set_properties(
            {"title": pack.title, "comments": pack.context, "created": pack.made_at}
        )
        _Writer(book, pack).write()
    return buffer.getvalue()


class _Writer:
    """Writes the sheets, and makes each cell format once."""

    def __init__(self, book: xlsxwriter.Workbook, pack: Pack) -> None:
        self.book, self.pack, self.text = book, pack, Text(pack.lang)
        self.formats: dict[tuple, Format] = {}
        self.names: set[str] = set()

    def write(self) -> None:
        about = self.text("pack.about")
        columns = tuple(
            FigureColumn(name, self.text(f"pack.label_{name}")) for name in ("value", "content")
        )
        table = cells_table("about", columns, self.pack.marks)
        sentences = (*self.pack.sentences, self.text("pack.workbook_note"))
        self._sheet(Figure("about", about, sentences, table=table))
        for figure in self.pack.figures():
            if figure.table:
                self._sheet(figure)

    def _sheet(self, figure: Figure) -> None:
        """Title, what the numbers are about, what they say; then the table, its heads frozen."""
        assert figure.table is not None
        name = self.text.get(f"pack.sheet.{figure.table.name}", figure.title)
        sheet = self.book.add_worksheet(self._name(name))
        widths = _widths(figure.table, self.text)
        sheet.write_string(TITLE, 0, f"{figure.title} · {self.pack.title}", self._style(bold=True))
        sheet.write_string(CONTEXT, 0, self.pack.context, self._style(font_color="#667085"))
        self._sentences(sheet, _join_sentences(figure), widths)
        if len(figure.table.frame):
            self._table(sheet, figure.table)
        else:
            sheet.write_string(HEADS, 0, self.text("pack.no_rows"))
        for column, width in enumerate(widths):
            sheet.set_column(column, column, width)
        self._paper(sheet, figure)

    def _sentences(self, sheet: Worksheet, words: str, widths: Sequence[float]) -> None:
        last = max(_last_column(widths), 1)
        style = self._style(text_wrap=True)
        sheet.merge_range(SAID, 0, SAID, last, "", style)
        sheet.write_string(SAID, 0, words, style)
        room = sum(widths) + 9.0 * max(last + 1 - len(widths), 0)
        lines = min(int(formats.display_width(words) / room) + 1, MOST_LINES)
        sheet.set_row(SAID, LINE_HEIGHT * lines + 3)

    def _table(self, sheet: Worksheet, table: FigureTable) -> None:
        heads = list(_unique(column.title for column in table.columns))
        options = {
            "name": f"pack_{table.name}",
            "style": "Table Style Light 1",
            "columns": [{"header": head} for head in heads],
        }
        last = HEADS + len(table.frame)
        sheet.add_table(HEADS, 0, last, len(heads) - 1, options)
        for at, head in enumerate(heads):
            style = self._style(bold=True, text_wrap=True)
            sheet.write_string(HEADS, at, head, style)
        for line, row in enumerate(plain_rows(table), start=HEADS + 1):
            for at, (cell, column) in enumerate(zip(row, table.columns, strict=True)):
                self._cell(sheet, line, at, cell, column.unit)

    def _cell(self, sheet: Worksheet, line: int, at: int, cell: Cell, unit: str) -> None:
        if isinstance(cell, Quantity):
            pattern = _pattern(cell, self.text)
            shade = SHADES.get(cell.status or "")
            self._number(sheet, line, at, cell.value, self._style(pattern, shade))
        elif cell is None or isinstance(cell, int | float | Decimal):
            pattern = _pattern(Quantity(cell, unit), self.text)
            self._number(sheet, line, at, cell, self._style(pattern))
        elif isinstance(cell, JudgedWords):
            shade = SHADES.get(cell.status)
            sheet.write_string(line, at, cell.words, self._style(bg_color=shade, text_wrap=True))
        elif isinstance(cell, str):
            words = formats.period(cell, self.text.lang) if unit == "period" else cell
            sheet.write_string(line, at, words, self._style(text_wrap=True))
        else:
            pattern = MOMENT if isinstance(cell, datetime) else DAY
            sheet.write_datetime(line, at, cell, self._style(pattern))

    def _number(
        self, sheet: Worksheet, line: int, at: int, number: Number | None, style: Format
    ) -> None:
        """A number as it is; one that Excel would round is kept as text instead."""
        if number is None:
            sheet.write_blank(line, at, None, style)
        elif isinstance(number, int | Decimal) and _digits(number) > EXCEL_DIGITS:
            sheet.write_string(line, at, f"{number:f}", self._style(align="right"))
        else:
            sheet.write_number(line, at, float(number), style)

    def _paper(self, sheet: Worksheet, figure: Figure) -> None:
        sheet.freeze_panes(HEADS + 1, 0)
        sheet.hide_gridlines(2)
        sheet.set_landscape()
        sheet.set_paper(A4)
        sheet.fit_to_pages(1, 0)
        sheet.repeat_rows(HEADS)
        sheet.set_header(_header_text(f"{figure.title} · {self.pack.context}"))
        sheet.set_footer("&R&P / &N")

    def _name(self, title: str) -> str:
        """A name Excel allows, and no other sheet has."""
        for number in count(1):
            suffix = "" if number == 1 else f" {number}"
            name = shortened(title.translate(FORBIDDEN), SHEET_NAME - len(suffix)) + suffix
            if name.casefold() not in self.names:
                self.names.add(name.casefold())
                return name
        raise AssertionError

    def _style(
        self, num_format: str = "General", bg_color: str | None = None, **more: object
    ) -> Format:
        properties = {"valign": "top", "num_format": num_format, "bg_color": bg_color, **more}
        key = tuple(
            sorted((name, value) for name, value in properties.items() if value is not None)
        )
        if key not in self.formats:
            self.formats[key] = self.book.add_format(dict(key))
        return self.formats[key]


def shortened(title: str, room: int) -> str:
    """As many whole words as there is room for; of a single long one its beginning."""
    whole = textwrap.shorten(title, room, placeholder="")
    return whole or title.strip()[:room]


def _join_sentences(figure: Figure) -> str:
    """Everything the figure says, each sentence once."""
    charts = [chart for chart in figure.charts if isinstance(chart, Columns | Matrix)]
    sentences = [*figure.sentences, *(chart.sentence for chart in charts)]
    parts = [strip_marks(sentence) for sentence in dict.fromkeys(sentences)]
    return "\n".join([*parts, figure.note]) if figure.note else "\n".join(parts)


def _standing(cell: Quantity) -> str:
    """The status as words beside the number, which stays a number."""
    words = cell.standing.replace('"', "")
    return f'"  {words}"' if words else ""


def _pattern(cell: Quantity, text: Text) -> str:
    """The number format of a cell: its unit, a true minus, a plus before a difference, its status.

    Without a sign where nothing but zeros is shown.
    """
    if cell.value is None:
        return "General"
    number, words = _write_digits(cell, text), _standing(cell)
    if number == "General":
        return number + words
    if cell.digits is None and not _as_shown(cell.value, cell.unit, text):
        return f"{number}{words};{number}{words}"
    plus = "+" if cell.is_difference else ""
    return f'{plus}{number}{words};"−"{number}{words};{number}{words}'


def _write_digits(cell: Quantity, text: Text) -> str:
    """The digits of a number, and its unit where it has one."""
    value, unit = cell.value, cell.unit
    if unit not in FORMATS:
        return FORMATS["decimal"] if isinstance(value, float) else "General"
    digits = FORMATS["count" if unit == "exact" and value == int(value or 0) else unit]
    if cell.digits and unit != "money":
        digits = f"{digits.rstrip('%').partition('.')[0]}.{'0' * cell.digits}" + "%" * (
            unit == "percent"
        )
    return digits + (f'"{text(UNITS[unit], number="")}"' if unit in UNITS else "")


def _as_shown(value: Number, unit: str, text: Text) -> Decimal:
    """The number as the workbook shows it, where amounts stand to the last cent."""
    in_full = {"money": 2, "exact": 10}
    if unit in in_full:
        return formats.rounded(value, in_full[unit])
    return formats.as_shown(value, unit, text.lang)


def _digits(number: int | Decimal) -> int:
    return len(Decimal(number).normalize().as_tuple().digits)


def _unique(heads: Iterator[str] | Sequence[str]) -> Iterator[str]:
    """Heads of a table, which must differ also where only their capitals do."""
    seen: set[str] = set()
    for head in heads:
        name = next(
            name
            for number in count(1)
            if (name := head if number == 1 else f"{head} {number}").casefold() not in seen
        )
        seen.add(name.casefold())
        yield name


def _widths(table: FigureTable, text: Text) -> list[float]:
    """How wide each column is: as its longest cell, within limits."""
    return [
        min(max(NARROWEST, *(formats.display_width(_sketch(cell)) for cell in cells)) + 2.5, WIDEST)
        for cells in zip(
            [column.title[:24] for column in table.columns], *plain_rows(table), strict=True
        )
    ]


def _sketch(cell: Cell) -> str:
    """About what a cell shows, to measure it."""
    if isinstance(cell, Quantity):
        return f"{cell.value:,.1f} {cell.standing}" if cell.value is not None else ""
    if isinstance(cell, int | float | Decimal):
        return f"{cell:,.2f}"
    words = cell.words if isinstance(cell, JudgedWords) else cell
    return "" if words is None else str(words)


def _last_column(widths: Sequence[float]) -> int:
    """The last column that sentences are spread over: enough for a line to be read."""
    total = 0.0
    for column, width in enumerate(widths):
        total += width
        if total >= LEAST_WIDTH:
            return column
    return len(widths) - 1 + int((LEAST_WIDTH - total) / 9)


def _header_text(words: str) -> str:
    """A line above every printed sheet; an ampersand would begin a code."""
    line = f"&L{words}".replace("&", "&&").replace("&&L", "&L", 1)
    while len(line) > HEADER:
        line = line[:-2] if line.endswith("&&") else line[:-1]
    return line
