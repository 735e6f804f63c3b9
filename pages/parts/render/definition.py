"""What one figure means: in words, as facts, and as the SQL that computes it."""

import streamlit as st

from kam_core.metrics.catalogue import Metric
from kam_core.text import formats
from kam_core.text.writer import Text, escape


def definition(metric: Metric, target: float | None, text: Text) -> None:
    """A figure whole; the SQL only once it is opened."""
    other = "en" if text.lang == "zh" else "zh"
    title, also = escape(metric.title(text.lang)), escape(metric.title(other))
    facts = _facts(metric, target, text)
    facts_line = " · ".join(f"{escape(name)} **{escape(value)}**" for name, value in facts.items())
    left_out = f"{text('definitions.not')}{text('punctuation.colon')}{metric.excludes(text.lang)}"
    st.markdown(
        f"**{title}** · {also} · `{metric.name}`\n\n{escape(metric.means(text.lang))}\n\n"
        f":small[:gray[{escape(left_out)}]]\n\n:small[:gray[{facts_line}]]"
    )
    code = st.expander(text("definitions.sql"), key=f"sql_{metric.name}", on_change="rerun")
    if code.open:
        code.code(metric.sql, language="sql")


def _facts(metric: Metric, target: float | None, text: Text) -> dict[str, str]:
    join = text("punctuation.list").join
    aim = text("blocks.no_target")
    if target is not None:
        aim = formats.quantity(target, metric.unit, text.lang)
    facts = {
        "formula": text(f"definitions.formula_{metric.kind.name}"),
        "unit": text.value("unit", metric.unit),
        "better": text.value("better", metric.better),
        "target": aim,
        "reads": text(f"definitions.reads_{metric.reads}"),
        "needs": join(text.need(need) for need in metric.needs),
        "slices": join(text.value("slice", name) for name in metric.dimensions),
    }
    if metric.looks_back_months:
        facts["looks_back"] = text("definitions.months", number=metric.looks_back_months)
    return {text(f"definitions.{name}"): value for name, value in facts.items()}
