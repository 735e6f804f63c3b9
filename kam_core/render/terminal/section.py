"""A section of the dashboard as lines for a terminal."""

from collections.abc import Iterator

from kam_core.dashboard.model import Figure, FigureTable, Section
from kam_core.dashboard.tables import cell_words, plain_rows
from kam_core.render.terminal.text_columns import align_columns
from kam_core.text import formats
from kam_core.text.marked_text import strip_marks
from kam_core.text.writer import Text

ROWS = 12
WIDEST = 28


def section_lines(section: Section, text: Text) -> Iterator[str]:
    """The heading of a section, and its figures one below the other."""
    yield from (f"# {section.title}", "")
    for figure in section.figures:
        yield from figure_lines(figure, text)


def figure_lines(figure: Figure, text: Text) -> Iterator[str]:
    """The title of a figure, what it says, and the first rows of its table."""
    if figure.title:
        yield f"## {figure.title}"
    if figure.waits_for:
        yield text("reasons.needs", detail=text.need(figure.waits_for.partition(":")[2]))
    yield from (strip_marks(sentence) for sentence in figure.sentences)
    if figure.table is not None and figure.form != "list" and len(figure.table.frame):
        yield from ("", table_text(figure.table, text))
    if figure.note:
        yield figure.note
    yield ""


def table_text(table: FigureTable, text: Text) -> str:
    """The first rows of a table under its headings, columns aligned."""
    columns = [(at, column) for at, column in enumerate(table.columns) if column.brief]
    lines = [[column.title for _, column in columns]]
    for row in list(plain_rows(table))[:ROWS]:
        lines.append([cell_words(row[at], column.unit, text.lang) for at, column in columns])
    written = align_columns([[_shortened(cell) for cell in line] for line in lines])
    if len(table.frame) <= ROWS:
        return written
    total = formats.count(len(table.frame), text.lang)
    return f"{written}\n{text('blocks.shown_rows', shown=ROWS, total=total)}"


def _shortened(cell: str) -> str:
    return cell if len(cell) <= WIDEST else f"{cell[: WIDEST - 1]}…"
