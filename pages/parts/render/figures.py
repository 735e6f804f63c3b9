"""What the dashboard composed, drawn by Streamlit: cards, figures, tables, sentences."""

from collections.abc import Sequence
from functools import partial
from typing import Any, Literal

import pandas as pd
import streamlit as st
from pandas.io.formats.style import Styler

from kam_core.dashboard.model import (
    Card,
    Cell,
    Figure,
    FigureColumn,
    FigureTable,
    Quantity,
)
from kam_core.dashboard.sections.context import context_line
from kam_core.dashboard.tables import cell_words
from kam_core.dashboard.view import View
from kam_core.metrics.scorecard import Score
from kam_core.render import csv_export
from kam_core.render.html.sparkline import bullet, spark, standalone
from kam_core.render.plotly import charts
from kam_core.render.plotly.draw import draw_chart
from kam_core.text import formats
from kam_core.text.marked_text import strip_marks, to_markdown
from kam_core.text.marks import status_words
from kam_core.text.writer import Text, escape
from pages.parts.state import links
from pages.parts.uploads import template_downloads

CARDS = 4
CARD_WIDTH = 215
ROWS_SHOWN = 500
# Grey stands for "inside the noise".
SHADES = {
    "met": "#2f7d5b26",
    "near": "#b3691b26",
    "missed": "#b0413e2b",
    "undecided": "#8a94a322",
}
SHADES |= {"on_pace": SHADES["met"], "behind_pace": SHADES["near"]}
Height = int | Literal["auto", "content"]
BADGES: dict[str, Literal["green", "orange", "red", "gray"]] = {
    "met": "green",
    "near": "orange",
    "missed": "red",
    "on_pace": "green",
    "behind_pace": "orange",
}


def palette() -> charts.Palette:
    """The colours of the theme that the viewer has."""
    return charts.palette(st.context.theme.type)


def render_heading(view: View, title: str) -> None:
    """The title of a page and, in one line, what its numbers are about."""
    st.title(view.text(title), anchor=False)
    st.caption(escape(context_line(view)))


def render_figure(
    figure: Figure, text: Text, *, has_title: bool = True, selects: bool = False
) -> Any:
    """Sentences, charts and table of a figure; what was clicked in its chart if it ``selects``."""
    if has_title and figure.title:
        st.subheader(figure.title, anchor=False)
    if figure.waits_for:
        render_missing(figure.waits_for, text)
        return None
    for sentence in figure.sentences:
        render_sentence(sentence)
    if figure.cards:
        render_cards(figure.cards, text)
        return None
    event = None
    for chart in figure.charts:
        event = st.plotly_chart(
            draw_chart(chart, text, palette()),
            width="stretch",
            theme=None,
            config=charts.CONFIG,
            key=f"figure_{figure.name}",
            on_select="rerun" if selects else "ignore",
            selection_mode="points",
            alt=strip_marks(" ".join(figure.sentences)),
        )
    if figure.table:
        _render_table_of(figure, figure.table, text)
    if figure.note:
        st.caption(escape(figure.note))
    return event


def render_side_by_side(composed: Sequence[Figure], text: Text) -> None:
    """Figures in columns of equal width."""
    if not composed:
        return
    for column, figure in zip(st.columns(len(composed), gap="medium"), composed, strict=True):
        with column:
            render_figure(figure, text)


def _render_table_of(figure: Figure, table: FigureTable, text: Text) -> None:
    if figure.form == "judged":
        _render_judged(table, text.lang)
        links.to_one_of(figure.opens, f"open_of_{figure.name}", text)
        render_download(figure.download or table, text)
        return
    if not figure.charts:
        render_table(table, text)
        links.to_one_of(figure.opens, f"open_of_{figure.name}", text)
        return
    key = f"table_{figure.name}"
    folded = st.expander(text("blocks.table"), expanded=figure.is_open, key=key, on_change="rerun")
    if folded.open:
        with folded:
            render_table(table, text)


def render_sentence(sentence: str) -> None:
    """A sentence in which values are marked; nothing in them acts as markup."""
    st.markdown(to_markdown(sentence))


def render_warnings(figure: Figure) -> None:
    """The sentences of a list, each with a mark before it; a note where there is none."""
    st.subheader(figure.title, anchor=False)
    if figure.table is None or figure.table.frame.empty:
        st.caption(" ".join(figure.sentences))
        return
    st.markdown("\n\n".join(f"▲ {to_markdown(sentence)}" for sentence in figure.sentences))


def render_cards(cards: Sequence[Card], text: Text) -> None:
    """Cards side by side: value, changes, target bar, the quarters before as a line, status."""
    grid = st.grid(CARDS, min_column_width=CARD_WIDTH, border=True)
    for card in cards:
        with grid.cell():
            st.metric(card.title, card.value, help="\n\n".join(map(escape, card.help)))
            if card.changes:
                st.caption("  \n".join(map(to_markdown, card.changes)))
            _draw_card(card)
            standing = f"{_badge(card.score, text)} :small[{escape(card.standing)}]"
            st.markdown(standing if card.standing else _badge(card.score, text))
            if card.notes:
                st.caption("  \n".join(map(escape, card.notes)))
            links.to_figure(card.score.metric, text)


def _draw_card(card: Card) -> None:
    """The value against its target, and the quarters before; grey where it is undecided."""
    score, colours = card.score, palette()
    colour = colours.quiet if score.is_undecided else colours.actual
    if score.value is not None and score.target is not None:
        marks = colour, colours.target, colours.line
        drawn = bullet(score.value, score.target, *marks, score.pace is not None)
        st.image(standalone(drawn), width="stretch", alt=card.standing)
    if drawn := spark(card.past["value"].tolist(), colour):
        st.image(standalone(drawn), width="stretch", alt=card.past_in_words)


def _badge(score: Score, text: Text) -> str:
    """The status in a shape and a word, which its colour only repeats."""
    words = status_words(score.status, text, score.is_undecided)
    return f":{BADGES.get(score.shade, 'gray')}-badge[{escape(words)}]"


def render_standing(score: Score, remarks: Sequence[str], text: Text) -> None:
    """The status in a shape and a word, which its colour only repeats; the remarks below it."""
    st.markdown(_badge(score, text))
    st.caption("  \n".join(escape(remark) for remark in remarks if remark))


def render_table(table: FigureTable, text: Text) -> None:
    """Rows under headings, and all of them as a download."""
    render_rows(table, text)
    if not table.frame.empty:
        render_download(table, text)


def render_rows(table: FigureTable, text: Text, height: Height = "auto") -> None:
    """The first rows of a table under its headings."""
    if table.frame.empty:
        st.caption(text("blocks.no_rows"))
        return
    shown = table.frame.head(ROWS_SHOWN).reset_index(drop=True)
    percent = [column.name for column in table.columns if column.unit == "percent"]
    shown[percent] = shown[percent].astype(float) * 100
    st.dataframe(
        _in_words(shown, table, text.lang),
        hide_index=True,
        width="stretch",
        height=height,
        placeholder=formats.NOTHING,
        column_config={c.name: _column_config(c, shown[c.name]) for c in table.columns},
    )
    if len(table.frame) > ROWS_SHOWN:
        st.caption(text("blocks.shown_rows", shown=ROWS_SHOWN, total=len(table.frame)))


def _in_words(shown: pd.DataFrame, table: FigureTable, lang: str) -> pd.DataFrame | Styler:
    """Numbers and periods written as everywhere else, over cells that are still sorted as such."""
    units = {c.name: unit for c in table.columns if (unit := _unit_of(c, shown[c.name]))}
    writers = {name: partial(_write, unit=unit, lang=lang) for name, unit in units.items()}
    return shown.style.format(writers, na_rep=formats.NOTHING) if writers else shown


def _write(cell: Any, unit: str, lang: str) -> str:
    # The cell beneath, which is copied and read aloud, holds a share in hundredths.
    return cell_words(formats.to_fraction(cell) / 100 if unit == "percent" else cell, unit, lang)  # type: ignore[arg-type]


def _unit_of(column: FigureColumn, cells: pd.Series) -> str:
    """The unit of a column of numbers or periods; none where there is nothing to write."""
    if column.unit != "text":
        return column.unit
    return {"f": "decimal", "i": "count", "u": "count"}.get(cells.dtype.kind, "")


def _column_config(column: FigureColumn, cells: pd.Series) -> Any:
    if column.unit in ("percent", "money"):
        return st.column_config.NumberColumn(column.title)
    if cells.dtype.kind == "M":
        is_day = bool((cells.dropna() == cells.dropna().dt.normalize()).all())
        return st.column_config.DatetimeColumn(
            column.title, format="YYYY-MM-DD" if is_day else "YYYY-MM-DD HH:mm"
        )
    return st.column_config.Column(column.title)


def _render_judged(table: FigureTable, lang: str) -> None:
    """Values with their status in words, in cells whose shade repeats it, for the eye to run over.

    A plain table: it prints, a screen reader walks through it, and it draws at once.
    """
    heads, *columns = table.columns
    names = [escape(str(name)) for name in table.frame[heads.name]]
    titles = [escape(column.title) for column in columns]
    cells = table.frame[[column.name for column in columns]].set_axis(titles, axis=1)
    cells.index = pd.Index(names, name=heads.title)
    shades = {status: f"background-color: {shade}" for status, shade in SHADES.items()}
    styles = cells.map(lambda cell: shades.get(getattr(cell, "status", ""), ""))
    shown = cells.map(lambda cell: escape(_cell_words(cell, lang)))
    st.table(shown.style.apply(lambda _: styles, axis=None), border="horizontal")


def _cell_words(cell: Cell, lang: str) -> str:
    written = cell_words(cell, "own", lang)
    if isinstance(cell, Quantity) and cell.value is not None:
        return f"{written}  {cell.standing}"
    return written


def render_download(table: FigureTable, text: Text) -> None:
    """All rows of a table as CSV."""
    content = csv_export.csv_bytes(table)
    st.download_button(
        text("blocks.download"),
        content,
        file_name=csv_export.file_name(table.name, content),
        mime="text/csv",
        key=f"download_{table.name}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def render_missing(reason: str, text: Text) -> None:
    """What a part of the page waits for (``needs:orders``), and the way to provide it."""
    _, _, need = reason.partition(":")
    table, _, column = need.partition(".")
    with st.container(border=True):
        if column:
            words = {"column": text.column(column), "tables": text.table(table)}
            st.markdown(text.rich("blocks.needs_column", **words))
        else:
            st.markdown(text.rich("blocks.needs", tables=f"{text.table(table)} ({table})"))
        template_downloads.offer_template(table, text)
        links.to("uploads", text("blocks.how_to_provide"))
