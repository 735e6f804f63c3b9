"""A pack as one HTML page that needs nothing else: no script, no font, no request."""

import base64
import hashlib
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path

from kam_core.dashboard.model import Cell, Column, Columns, Figure, Pack, Quantity, Section, Table
from kam_core.render.html import svg
from kam_core.render.html.markup import Markup, css_string, escape, joined, style, tag
from kam_core.text import formats
from kam_core.text.marked_text import runs
from kam_core.text.writer import Text

CSS = Path(__file__).with_name("page.css")
LANGUAGES = {"zh": "zh-Hans", "en": "en"}
WORDS = ("text", "period")
# A table of more columns is not squeezed on a phone but moved sideways.
FEW_COLUMNS = 4
# Nothing may be loaded or run; the one style sheet is known by its hash.
POLICY = "default-src 'none'; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"


def render(pack: Pack) -> bytes:
    """The page as it is written to a file."""
    text = Text(pack.lang)
    sheet = CSS.read_text("utf-8") + _paper(pack, text)
    digest = base64.b64encode(hashlib.sha256(sheet.encode()).digest()).decode()
    head = tag(
        "head",
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=POLICY.format(hash=digest)),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("title", pack.title),
        style(sheet),
    )
    sections = [_section(section, text) for section in pack.sections]
    footer = tag("footer", tag("p", f"{pack.title} · {pack.context}"))
    body = tag("body", svg.HATCH, _header(pack), tag("main", *sections), footer)
    page = tag("html", head, body, lang=LANGUAGES[pack.lang])
    return f"<!doctype html>\n{page}\n".encode()


def _paper(pack: Pack, text: Text) -> str:
    """Every sheet of A4 says what it belongs to."""
    before, after = text("pack.page", page="\n").split("\n")
    number = f"{css_string(before)} counter(page) {css_string(after)}"
    small = "font-size: 8px; color: #667085;"
    return (
        "@page { size: A4; margin: 13mm 12mm 16mm;\n"
        f"  @bottom-left {{ content: {css_string(pack.context)}; {small} }}\n"
        f"  @bottom-right {{ content: {number}; {small} }}\n}}\n"
    )


def _header(pack: Pack) -> Markup:
    marks = [tag("div", tag("dt", name), tag("dd", value)) for name, value in pack.marks]
    notes = [tag("p", _sentence(said), class_="running-note") for said in pack.said]
    return tag(
        "header",
        tag("h1", pack.title),
        tag("p", pack.context, class_="context"),
        *notes,
        tag("dl", *marks, class_="marks"),
    )


def _section(section: Section, text: Text) -> Markup:
    figures = [_figure(figure, text) for figure in section.figures]
    place = f"part-{section.name}"
    return tag("section", tag("h2", section.title, id=place), *figures, aria_labelledby=place)


def _figure(figure: Figure, text: Text) -> Markup:
    parts: list[Markup | None] = [tag("h3", figure.title)]
    if figure.form == "list":
        items = [tag("li", _sentence(said)) for said in figure.said]
        return joined([*parts, tag("ul", *items, class_="said")])
    # What a chart says stands above it.
    drawn = {chart.said for chart in figure.charts}
    parts += [tag("p", _sentence(said)) for said in figure.said if said not in drawn]
    charts, rows = _charts(figure, text), _rows(figure, text)
    if len(figure.charts) == 1 and rows:
        parts.append(tag("div", charts, rows, class_="beside"))
    else:
        parts += [charts, rows]
    if figure.note:
        parts.append(tag("p", figure.note, class_="note"))
    return tag("div", *parts, class_="figure")


def _rows(figure: Figure, text: Text) -> Markup | None:
    table = figure.table
    if table is None or not table.rows:
        return None
    shown = _cards if figure.form == "cards" else _table
    return joined([shown(table, figure.title, text), _more(table, text)])


def _charts(figure: Figure, text: Text) -> Markup | None:
    drawn = [
        tag(
            "figure",
            tag("figcaption", _own_title(chart.title, figure), _sentence(chart.said)),
            svg.draw(chart, text.lang),
        )
        for chart in figure.charts
    ]
    if any(isinstance(chart, Columns) and _has_target(chart) for chart in figure.charts):
        drawn.append(tag("p", text("pack.columns_note"), class_="note legend"))
    return tag("div", *drawn, class_="charts") if drawn else None


def _has_target(chart: Columns) -> bool:
    return any(point.target is not None or point.is_running for point in chart.points)


def _own_title(title: str, figure: Figure) -> Markup | None:
    return None if title == figure.title else tag("b", title)


def _sentence(said: str) -> Markup:
    return joined(tag("strong", part) if is_value else part for part, is_value in runs(said))


def _cards(table: Table, title: str, text: Text) -> Markup:
    """Each row a card: name, value, status; then all else that is known of it."""
    cards = []
    for row in table.rows:
        cells = {
            c.name: (_written(cell, c, text), c) for c, cell in zip(table.columns, row, strict=True)
        }
        more = [
            tag("div", f"{cells[name][1].title}{text('punctuation.colon')}{cells[name][0]}")
            for name in ("target", "gap", "interval", "cases")
            if cells[name][0]
        ]
        note = cells["note"][0]
        cards.append(
            tag(
                "li",
                tag("div", cells["metric"][0], class_="name"),
                tag("div", cells["value"][0], class_="big"),
                tag("div", cells["status"][0]),
                *more,
                tag("div", note) if note else None,
            )
        )
    return tag("ul", *cards, class_="cards", aria_label=title)


def _table(table: Table, title: str, text: Text) -> Markup | None:
    rows = table.rows[: table.brief_rows]
    if not rows:
        return None
    shown = [p for p, c in enumerate(table.columns) if c.brief and c.name != table.group]
    heads = [
        tag("th", table.columns[p].title, scope="col", class_=_side(table.columns[p]))
        for p in shown
    ]
    bodies = [
        tag("tbody", _group(name, len(shown)), *(_row(row, shown, table, text) for row in members))
        for name, members in _grouped(table, rows)
    ]
    drawn = tag("table", tag("thead", tag("tr", *heads)), *bodies, aria_label=title)
    kind = "scroll wide" if len(shown) > FEW_COLUMNS else "scroll"
    return tag("div", drawn, class_=kind, role="region", tabindex=0, aria_label=title)


def _grouped(
    table: Table, rows: Sequence[tuple[Cell, ...]]
) -> Iterator[tuple[str | None, list[tuple[Cell, ...]]]]:
    """Rows in runs of the same group; all in one where the table has none."""
    if table.group is None:
        yield None, list(rows)
        return
    place = [column.name for column in table.columns].index(table.group)
    for name in dict.fromkeys(row[place] for row in rows):
        yield str(name), [row for row in rows if row[place] == name]


def _group(name: str | None, width: int) -> Markup | None:
    if name is None:
        return None
    return tag("tr", tag("th", name, scope="rowgroup", colspan=width, class_="group"))


def _row(row: tuple[Cell, ...], shown: Sequence[int], table: Table, text: Text) -> Markup:
    first, *others = shown
    column = table.columns[first]
    kind = "period" if column.unit == "period" else None
    head = tag("th", _written(row[first], column, text), scope="row", class_=kind)
    return tag("tr", head, *(_cell(row[p], table.columns[p], text) for p in others))


def _cell(cell: Cell, column: Column, text: Text) -> Markup:
    kinds = [_side(column)]
    standing = None
    if isinstance(cell, Quantity) and cell.status:
        kinds.append(cell.status)
        standing = tag("span", cell.standing, class_="standing")
    kind = " ".join(filter(None, kinds)) or None
    return tag("td", _written(cell, column, text), standing, class_=kind)


def _side(column: Column) -> str | None:
    return None if column.unit in WORDS else "number"


def _written(cell: Cell, column: Column, text: Text) -> Markup:
    return escape(_words(cell, column.unit, text.lang))


def _words(cell: Cell, unit: str, lang: str) -> str:
    """A value as the pages write it."""
    if isinstance(cell, Quantity):
        write = formats.difference if cell.is_difference else formats.quantity
        return write(cell.value, cell.unit, lang)
    if cell is None:
        return "" if unit == "text" else formats.NOTHING
    if isinstance(cell, str):
        return formats.short_period(cell, lang) if unit == "period" else cell
    if unit == "text":
        if isinstance(cell, datetime):
            return formats.moment(cell, lang)
        return formats.day(cell, lang)
    return formats.quantity(cell, unit, lang)  # type: ignore[arg-type]


def _more(table: Table, text: Text) -> Markup | None:
    """That the paper holds fewer rows than the workbook."""
    if table.brief_rows is None or len(table.rows) <= table.brief_rows:
        return None
    key = "pack.shown_rows" if table.brief_rows else "pack.in_workbook"
    shown, total = (formats.count(n, text.lang) for n in (table.brief_rows, len(table.rows)))
    return tag("p", text(key, shown=shown, total=total), class_="note")
