"""Definitions: what every figure means, from the headers of the files that compute it."""

import streamlit as st

from kam_core import metrics
from kam_core.metrics import Metric
from kam_core.present import formats
from kam_core.present.text import Text, escape
from pages.parts import data, door
from pages.parts.viewer import Viewer


def page(viewer: Viewer, lang: str) -> None:
    text = Text(lang)
    st.title(text("definitions.title"), anchor=False)
    st.caption(text("definitions.lead"))
    wanted = st.text_input(
        text("definitions.search"),
        placeholder=text("definitions.search_placeholder"),
    )
    found = [m for m in metrics.catalogue().values() if _matches(m, wanted)]
    if not found:
        st.caption(text("definitions.none"))
        return
    st.markdown(text.rich("definitions.count", count=len(found)))
    targets = data.default_targets()
    for metric in found:
        with st.container(border=True):
            _definition(metric, targets.get(metric.name), text)


def _matches(metric: Metric, wanted: str) -> bool:
    described = (metric.name, metric.zh, metric.en, metric.means_zh, metric.means_en)
    return wanted.strip().casefold() in " ".join(described).casefold()


def _definition(metric: Metric, target: float | None, text: Text) -> None:
    other = "en" if text.lang == "zh" else "zh"
    title, also = escape(metric.title(text.lang)), escape(metric.title(other))
    st.markdown(f"**{title}** · {also} · `{metric.name}`")
    st.markdown(escape(metric.means(text.lang)))
    st.caption(
        f"{text('definitions.not')}{text('punctuation.colon')}{escape(metric.excludes(text.lang))}"
    )
    facts = _facts(metric, target, text)
    st.caption(" · ".join(f"{escape(name)} **{escape(said)}**" for name, said in facts.items()))
    with st.expander(text("definitions.sql")):
        st.code(metric.sql, language="sql")


def _facts(metric: Metric, target: float | None, text: Text) -> dict[str, str]:
    join = text("punctuation.list").join
    aim = text("blocks.no_target")
    if target is not None:
        aim = formats.quantity(target, metric.unit, text.lang)
    facts = {
        "formula": text(f"definitions.formula_{metric.kind}"),
        "unit": text.value("unit", metric.unit),
        "better": text.value("better", metric.better),
        "target": aim,
        "needs": join(text.need(need) for need in metric.needs),
        "slices": join(text.value("slice", name) for name in metric.slices),
    }
    return {text(f"definitions.{name}"): said for name, said in facts.items()}


if __name__ == "__main__":
    st.switch_page("app.py", query_params=door.keep("definitions"))
