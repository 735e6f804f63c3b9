"""Pieces that pages share: a figure with sentence, table and download; a note on missing data."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from kam_core.metrics.scorecard import Score
from kam_core.render import csv_export
from kam_core.render.plotly import charts
from kam_core.text import formats
from kam_core.text.marks import status_words
from kam_core.text.tables import in_words
from kam_core.text.writer import Text, escape
from pages.parts.state import links
from pages.parts.state.filters import View
from pages.parts.uploads import template_downloads

ROWS_SHOWN = 500
# Numbers that name something and count nothing.
NUMBERED = ("snapshot_id", "version", "line_no")
# Grey stands for "inside the noise".
SHADES = {
    "met": "#2f7d5b26",
    "near": "#b3691b26",
    "missed": "#b0413e2b",
    "undecided": "#8a94a322",
}
BADGES = {
    "met": "green",
    "near": "orange",
    "missed": "red",
    "no_target": "gray",
    "no_data": "gray",
}


def palette() -> charts.Palette:
    return charts.palette(st.context.theme.type)


def heading(view: View, text: Text, key: str) -> None:
    """The title of a page and, in one line, what its numbers are about."""
    st.title(text(key), anchor=False)
    chosen = view.regions_chosen
    tiers = view.scope.tiers
    st.caption(
        escape(
            text(
                "context.line",
                quarter=formats.period(view.period.period, text.lang),
                as_of=formats.day(view.scope.as_of, text.lang),
                regions=text("punctuation.list").join(chosen) or text("filters.all_regions"),
                tiers=text("punctuation.list").join(
                    text.value("tier", tier) for tier in tiers or ()
                )
                or text("filters.all_tiers"),
                version=view.source.version,
            )
        )
    )


def standing(status: str, remarks: Sequence[str], text: Text) -> None:
    """The status in a shape and a word, which its colour only repeats; the remarks below it."""
    st.badge(status_words(status, text), color=BADGES[status])
    st.caption("  \n".join(escape(remark) for remark in remarks if remark))


def without_value(score: Score, text: Text) -> None:
    """Why there is no number: a table to upload, or just no case."""
    if score.reason and score.reason.startswith("needs:"):
        missing(score.reason, text)
    else:
        st.caption(escape(text.reason(score)))


def heat_table(cells: pd.DataFrame, statuses: pd.DataFrame, corner: str) -> None:
    """Words in cells whose shade repeats the status, for the eye to run over.

    A plain table: it prints, a screen reader walks through it, and it draws at once.
    """
    shades = {status: f"background-color: {shade}" for status, shade in SHADES.items()}
    styles = statuses.map(lambda status: shades.get(status, "")).rename(index=escape)
    shown = cells.fillna(formats.NOTHING).map(escape).rename(index=escape, columns=escape)
    styles.columns = shown.columns
    shown.index.name = corner
    st.table(shown.style.apply(lambda _: styles, axis=None), border="horizontal")


def written(listed: pd.DataFrame, text: Text) -> None:
    """A few rows to be read to their end: long cells wrap instead of being cut."""
    shown = listed.map(lambda cell: escape(str(cell)))
    shown.columns = [escape(text.column(name)) for name in listed]
    st.table(shown, border="horizontal", hide_index=True)


def sentence(markdown: str) -> None:
    """A sentence already made safe by ``Text.rich``."""
    st.markdown(markdown)


def figure(
    name: str,
    drawn: go.Figure,
    said: str,
    listed: pd.DataFrame,
    text: Text,
    *,
    money: Sequence[str] = (),
    percent: Sequence[str] = (),
    select: bool = False,
    expanded: bool = False,
) -> object:
    """A picture with the sentence that says what it shows, its table and its download."""
    sentence(said)
    event = st.plotly_chart(
        drawn,
        width="stretch",
        theme=None,
        config=charts.CONFIG,
        key=f"figure_{name}",
        on_select="rerun" if select else "ignore",
        selection_mode="points",
        alt=said.replace("**", "").replace("\\", ""),
    )
    place = st.expander(
        text("blocks.table"), expanded=expanded, key=f"table_{name}", on_change="rerun"
    )
    if place.open:
        with place:
            table(name, listed, text, money=money, percent=percent)
    return event


def table(
    name: str,
    listed: pd.DataFrame,
    text: Text,
    *,
    money: Sequence[str] = (),
    percent: Sequence[str] = (),
) -> None:
    """Rows with headings and codes in words, and all of them as a download."""
    rows(listed, text, money=money, percent=percent)
    if not listed.empty:
        download(name, listed, text)


def rows(
    listed: pd.DataFrame,
    text: Text,
    *,
    money: Sequence[str] = (),
    percent: Sequence[str] = (),
    height: int | str = "auto",
) -> None:
    """Rows with headings and codes in words."""
    if listed.empty:
        st.caption(text("blocks.no_rows"))
        return
    shown = in_words(listed.head(ROWS_SHOWN), text)
    shown[list(percent)] = shown[list(percent)].astype(float) * 100
    st.dataframe(
        shown,
        hide_index=True,
        width="stretch",
        height=height,
        placeholder=formats.NOTHING,
        column_config={name: _column(name, shown[name], text, money, percent) for name in shown},
    )
    if len(listed) > ROWS_SHOWN:
        st.caption(text("blocks.shown_rows", shown=ROWS_SHOWN, total=len(listed)))


def _column(name: str, cells: pd.Series, text: Text, money: Sequence[str], percent: Sequence[str]):
    label = text.column(name)
    if name in percent:
        return st.column_config.NumberColumn(label, format="%.1f%%")
    if name in money:
        return st.column_config.NumberColumn(label, format="%,.0f")
    if cells.dtype.kind == "f":
        return st.column_config.NumberColumn(label, format="%.1f")
    if cells.dtype.kind == "i" and name not in NUMBERED:
        return st.column_config.NumberColumn(label, format="%,.0f")
    if cells.dtype.kind == "M":
        is_day = bool((cells.dropna() == cells.dropna().dt.normalize()).all())
        return st.column_config.DatetimeColumn(
            label, format="YYYY-MM-DD" if is_day else "YYYY-MM-DD HH:mm"
        )
    return st.column_config.Column(label)


def download(name: str, listed: pd.DataFrame, text: Text) -> None:
    content = csv_export.csv_bytes(listed, text)
    st.download_button(
        text("blocks.download"),
        content,
        file_name=csv_export.file_name(name, content),
        mime="text/csv",
        key=f"download_{name}",
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )


def missing(reason: str, text: Text) -> None:
    """What a part of the page waits for (``needs:orders``), and the way to provide it."""
    _, _, what = reason.partition(":")
    table, _, column = what.partition(".")
    with st.container(border=True):
        if column:
            words = {"column": text.column(column), "tables": text.table(table)}
            st.markdown(text.rich("blocks.needs_column", **words))
        else:
            st.markdown(text.rich("blocks.needs", tables=f"{text.table(table)} ({table})"))
        template_downloads.offer_template(table, text)
        links.to("uploads", text("blocks.how_to_provide"))


# The file uploader's own words cannot be set and are English.
UPLOADER = """<style>
[data-testid="stFileUploaderDropzone"] button p {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "{choose}"; font-size: 1rem; }}
[data-testid="stFileUploaderDropzoneInstructions"] span {{ font-size: 0; }}
[data-testid="stFileUploaderDropzoneInstructions"] span::after {{
    content: "{drop}"; font-size: 0.875rem; white-space: normal;
}}
</style>"""


def uploader_words(text: Text) -> None:
    """Say in the page's language what to do with the uploader below."""
    st.html(UPLOADER.format(choose=text("uploads.choose"), drop=text("uploads.drop")))
