"""A pack as one HTML page that needs nothing else: no script, no font, no request."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from kam_core.dashboard.charts import Columns
from kam_core.dashboard.model import Card, Cell, Figure, FigureColumn, FigureTable, Pack
from kam_core.dashboard.tables import cell_words, plain_rows
from kam_core.render.html import svg
from kam_core.render.html.sparkline import bullet, spark
from kam_core.text.marked_text import runs
from kam_core.text.marks import status_words
from kam_core.text.writer import Text

HERE = Path(__file__).parent
WORDS = ("text", "period")
# A table of more columns is not squeezed on a phone but moved sideways.
FEW_COLUMNS = 4
# Nothing may be loaded or run; the one style sheet is known by its hash.
POLICY = "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"


def render_page(pack: Pack) -> bytes:
    """The page as it is written to a file."""
    text = Text(pack.lang)
    sheet = (HERE / "page.css").read_text("utf-8") + _paper_style(pack, text)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    page = (
        _environment()
        .get_template("page.html.j2")
        .render(
            pack=pack,
            text=text,
            language=text("formats.html_language"),
            policy=POLICY.format(hash=digest),
            # A style sheet of our own, as it is: there, an escape would be a character.
            sheet=Markup(sheet),
            hatch=svg.HATCH,
            few_columns=FEW_COLUMNS,
            words=lambda cell, column: cell_words(cell, column.unit, pack.lang),
            draw=lambda chart: svg.draw(chart, pack.lang),
            badge=lambda score: status_words(score.status, text, score.is_undecided),
            more_rows=lambda table: _more_rows(table, text),
        )
    )
    return f"{page}\n".encode()


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(HERE),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
    )
    environment.globals |= {
        "runs": runs,
        "side": _side,
        "groups": _groups,
        "shown_columns": _shown_columns,
        "still_charts": _still_charts,
        "sentences_alone": _sentences_alone,
        "has_legend": _has_legend,
        "draw_target": _draw_target,
        "draw_past": _draw_past,
    }
    return environment


def _printable(value: Any) -> Any:
    """What is shown of text from anywhere; markup of ours is left as it is."""
    return value if isinstance(value, Markup) else svg.make_printable(value)


def _paper_style(pack: Pack, text: Text) -> str:
    """Every sheet of A4 says what it belongs to."""
    before, after = text("pack.page", page="\n").split("\n")
    number = f"{css_string(before)} counter(page) {css_string(after)}"
    small = "font-size: 8px; color: #667085;"
    return (
        "@page { size: A4; margin: 13mm 12mm 16mm;\n"
        f"  @bottom-left {{ content: {css_string(pack.context)}; {small} }}\n"
        f"  @bottom-right {{ content: {number}; {small} }}\n}}\n"
    )


def css_string(text: str) -> str:
    """Text from anywhere as a CSS string in which every character is written as a number."""
    return '"' + "".join(f"\\{ord(character):06x}" for character in text) + '"'


def _still_charts(figure: Figure) -> list[svg.Still]:
    """The charts that paper has a drawing of."""
    return [chart for chart in figure.charts if isinstance(chart, svg.Still)]


def _sentences_alone(figure: Figure) -> list[str]:
    """What a figure says besides its charts: what a chart says stands above it."""
    drawn = {chart.sentence for chart in _still_charts(figure)}
    return [sentence for sentence in figure.sentences if sentence not in drawn]


def _has_legend(charts: Sequence[svg.Still]) -> bool:
    return any(
        point.target is not None or point.is_running
        for chart in charts
        if isinstance(chart, Columns)
        for point in chart.points
    )


def _draw_target(card: Card) -> Markup:
    """The value of a card against its target; nothing where one of them is missing."""
    score = card.score
    if score.value is None or score.target is None:
        return Markup()
    marks = _card_colour(card), "var(--target)", "var(--line)"
    words = " · ".join((card.title, card.value, card.standing))
    return _label(bullet(score.value, score.target, *marks, score.pace is not None), words)


def _draw_past(card: Card) -> Markup:
    """The quarters before as a line."""
    return _label(spark(card.past["value"].tolist(), _card_colour(card)), card.past_in_words)


def _label(drawing: str, words: str) -> Markup:
    """A drawing with what it shows in words."""
    label = Markup('<svg role="img" aria-label="{}" ').format(svg.make_printable(words))
    return Markup(drawing.replace("<svg ", label, 1))


def _card_colour(card: Card) -> str:
    return "var(--quiet)" if card.score.is_undecided else "var(--actual)"


def _shown_columns(table: FigureTable) -> list[tuple[int, FigureColumn]]:
    """The columns on paper with their positions."""
    numbered = enumerate(table.columns)
    return [(at, column) for at, column in numbered if column.brief and column.name != table.group]


def _groups(table: FigureTable) -> Iterator[tuple[str | None, list[tuple[Cell, ...]]]]:
    """The rows on paper in runs of the same group; all in one where the table has none."""
    rows = list(plain_rows(table))[: table.brief_rows]
    if table.group is None:
        yield None, rows
        return
    at = [column.name for column in table.columns].index(table.group)
    for name in dict.fromkeys(row[at] for row in rows):
        yield str(name), [row for row in rows if row[at] == name]


def _side(column: FigureColumn, cell: Cell = None) -> str:
    """The classes of a cell: whether it is a number, and how it is judged."""
    status = getattr(cell, "status", None)
    return " ".join(filter(None, ["" if column.unit in WORDS else "number", status]))


def _more_rows(table: FigureTable, text: Text) -> str:
    """That the paper holds fewer rows than the workbook."""
    if table.brief_rows is None or len(table.frame) <= table.brief_rows:
        return ""
    key = "pack.shown_rows" if table.brief_rows else "pack.in_workbook"
    return text(key, shown=table.brief_rows, total=len(table.frame))
