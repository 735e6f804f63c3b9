"""A section of the dashboard, and the scorecard of a quarter, as lines for a terminal."""

from collections.abc import Iterator, Sequence

from kam_core.dashboard.model import Figure, FigureTable, Section
from kam_core.dashboard.tables import cell_words, plain_rows
from kam_core.metrics.scorecard import Score
from kam_core.text import formats
from kam_core.text.marked_text import strip_marks
from kam_core.text.marks import judged_words
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
    written = align_columns([[formats.shortened(cell, WIDEST) for cell in line] for line in lines])
    if len(table.frame) <= ROWS:
        return written
    return f"{written}\n{text('blocks.shown_rows', shown=ROWS, total=len(table.frame))}"


def render_scores(scores: Sequence[Score], text: Text) -> str:
    """One line for each score."""
    names = ("metric", "value", "target", "gap", "paced", "status")
    has_paced = any(score.paced is not None for score in scores)
    cells = [_cells(score, text) for score in scores]
    shown = [name for name in names if has_paced or name != "paced"]
    heads = [text.column(name) for name in shown]
    return align_columns([heads, *([row[name] for name in shown] for row in cells)])


def _cells(score: Score, text: Text) -> dict[str, str]:
    return {
        "metric": text.metric(score.metric),
        **judged_words(score, text.lang),
        "paced": ""
        if score.paced is None
        else formats.quantity(score.paced, score.unit, text.lang),
        "status": text.standing(score),
    }


def align_columns(lines: Sequence[Sequence[str]]) -> str:
    """Lines of cells as columns of a terminal, where a Chinese character takes two places."""
    widths = [max(map(formats.display_width, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(_pad, line, widths)).rstrip() for line in lines)


def _pad(cell: str, width: int) -> str:
    return cell + " " * (width - formats.display_width(cell))
