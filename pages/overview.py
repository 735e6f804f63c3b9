"""Overview: are we on target, where not, and what needs attention."""

import streamlit as st

from kam_core import metrics
from kam_core.present import charts, sentences
from kam_core.present.layout import layout
from kam_core.present.text import Text
from pages.parts import address, blocks, door, filters, links, packing, scorecards
from pages.parts.filters import View
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "overview.title")
    shown = layout()["overview"]
    scores = scorecards.cards(view, scorecards.first_with_data(view, shown["cards"]), text)
    blocks.sentence(sentences.headline(scores, text))
    packing.offer(view, text)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _trend(view, shown["trend"], text)
    with right:
        _attention(view, text)
    _regions(view, shown["regions"], text)


def _trend(view: View, names: list[str], text: Text) -> None:
    st.subheader(text("overview.trend"), anchor=False)
    catalogue = metrics.catalogue()
    name = address.one(
        st.selectbox,
        text("overview.trend_metric"),
        names,
        names[0],
        "trend",
        format_func=lambda name: catalogue[name].title(text.lang),
        label_visibility="collapsed",
    )
    chosen = catalogue[name]
    score, rows = view.score(name), scorecards.history(view, name)
    if score.reason and rows["value"].isna().all():
        blocks.without_value(score, text)
        return
    blocks.figure(
        "trend",
        charts.trend(rows, chosen.unit, text, blocks.palette()),
        sentences.trend(chosen.title(text.lang), rows, score, text),
        rows,
        text,
        percent=("value", "target") if chosen.unit == "percent" else (),
        money=("value", "target") if chosen.unit == "money" else (),
    )


def _attention(view: View, text: Text) -> None:
    st.subheader(text("overview.attention"), anchor=False)
    rows = view.ask("attention", periods=(view.period,))
    if rows.empty:
        st.caption(text("overview.attention_none"))
    told = (f"▲ {sentences.attention(row, text)}" for row in rows.to_dict("records"))
    st.markdown("\n\n".join(told))
    links.to("follow_up", text("pages.follow_up"))
    links.to("needs", text("pages.needs"))


def _regions(view: View, names: list[str], text: Text) -> None:
    st.subheader(text("overview.heat"), anchor=False)
    scorecards.regions(view, names, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("overview"))
