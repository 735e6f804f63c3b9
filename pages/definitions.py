"""Definitions: what every figure means, from the headers of the files that compute it."""

from functools import partial

import streamlit as st

from kam_core.metrics import catalogue
from kam_core.metrics.catalogue import Metric
from kam_core.settings.loader import load_settings
from kam_core.text.writer import Text
from pages.parts.render import definition
from pages.parts.state import links, url_state
from pages.parts.state.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    st.title(text("definitions.title"), anchor=False)
    st.caption(text("definitions.lead"))
    words = st.text_input(
        text("definitions.search"),
        placeholder=text("definitions.search_placeholder"),
    )
    every = catalogue.load_metrics().values()
    matching = [m for m in every if _matches(m, words)] if words.strip() else _of_topic(text)
    if not matching:
        st.caption(text("definitions.none"))
        return
    st.markdown(text.rich("definitions.count", count=len(matching), total=len(every)))
    targets = load_settings().targets.targets
    for metric in matching:
        with st.container(border=True):
            definition.definition(metric, targets.get(metric.name), text)


def _of_topic(text: Text) -> list[Metric]:
    """The figures of the topic chosen: a few at a time open at once, all of them do not."""
    every = catalogue.load_metrics().values()
    topics = list(dict.fromkeys(metric.topic for metric in every))
    words = partial(text.value, "topic")
    chosen = url_state.one_of_few(text("definitions.topic"), topics, "topic", words)
    return [metric for metric in every if metric.topic == chosen]


def _matches(metric: Metric, words: str) -> bool:
    described = (metric.name, metric.zh, metric.en, metric.means_zh, metric.means_en)
    return words.strip().casefold() in " ".join(described).casefold()


if __name__ == "__main__":
    st.switch_page("app.py", query_params=links.with_destination("definitions"))
