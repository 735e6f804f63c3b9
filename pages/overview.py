"""Overview: are we on target, where not, and what needs attention."""

import streamlit as st

from kam_core.metrics import catalogue
from kam_core.render.plotly import charts
from kam_core.settings.page_layout import layout
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, cards, pack_download
from pages.parts.state import entry, filters, links, url_state
from pages.parts.state.filters import View
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    view = filters.choose(viewer, text)
    blocks.heading(view, text, "overview.title")
    shown = layout()["overview"]
    scores = cards.cards(view, cards.first_with_data(view, shown["cards"]), text)
    blocks.sentence(figure_sentences.headline(scores, text))
    pack_download.offer(view, text)
    left, right = st.columns([3, 2], gap="medium")
    with left:
        _trend(view, shown["trend"], text)
    with right:
        _attention(view, text)
    _regions(view, shown["regions"], text)


def _trend(view: View, names: list[str], text: Text) -> None:
    st.subheader(text("overview.trend"), anchor=False)
    by_name = catalogue.load_metrics()
    name = url_state.one(
        st.selectbox,
        text("overview.trend_metric"),
        names,
        names[0],
        "trend",
        format_func=lambda name: by_name[name].title(text.lang),
        label_visibility="collapsed",
    )
    chosen = by_name[name]
    score, rows = view.score(name), cards.history(view, name)
    if score.reason and rows["value"].isna().all():
        blocks.without_value(score, text)
        return
    blocks.figure(
        "trend",
        charts.trend(rows, chosen.unit, text, blocks.palette()),
        figure_sentences.trend(chosen.title(text.lang), rows, score, text),
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
    told = (f"▲ {figure_sentences.attention(row, text)}" for row in rows.to_dict("records"))
    st.markdown("\n\n".join(told))
    links.to("follow_up", text("pages.follow_up"))
    links.to("needs", text("pages.needs"))


def _regions(view: View, names: list[str], text: Text) -> None:
    st.subheader(text("overview.heat"), anchor=False)
    cards.regions(view, names, text)


if __name__ == "__main__":
    st.switch_page("app.py", query_params=entry.keep("overview"))
