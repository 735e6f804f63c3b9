"""Figures along time: by quarter or by month, as chosen, with the targets that hold."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kam_core.metrics import periods
from kam_core.metrics.periods import Period
from kam_core.text.writer import Text
from pages.parts.render import blocks
from pages.parts.state import url_state
from pages.parts.state.filters import View

STEPS = ("quarter", "month")


def choose(view: View, months_back: int, text: Text) -> tuple[Period, ...]:
    """The quarters up to the chosen one, or its months and those before."""
    step = url_state.one(
        st.segmented_control,
        text("service.step"),
        STEPS,
        STEPS[0],
        "step",
        format_func=lambda step: text(f"service.by_{step}"),
        required=True,
        label_visibility="collapsed",
    )
    return months(view)[-months_back:] if step == "month" else view.window


def months(view: View) -> tuple[Period, ...]:
    """The months of the quarters shown, as far as they have begun."""
    every = [month for quarter in view.window for month in periods.months_of(quarter)]
    return tuple(month for month in every if month.starts_on <= view.scope.as_of)


def rows(view: View, names: Sequence[str], asked: Sequence[Period]) -> pd.DataFrame:
    """One row per period, one column per metric."""
    found = pd.DataFrame({"period": [period.period for period in asked]})
    for name in names:
        values = view.metric(name, asked).set_index("period")["value"]
        found[name] = found["period"].map(values).astype(float)
    return found


def goals(view: View, name: str, asked: Sequence[Period]) -> list[float]:
    """The target of each period; a month has that of its quarter."""
    by_quarter = zip(view.window, view.targets(view.window), strict=True)
    spans = [(quarter, targets.get(name)) for quarter, targets in by_quarter]
    return [
        next(
            (
                float(goal)
                for quarter, goal in spans
                if goal is not None and quarter.starts_on <= period.starts_on <= quarter.ends_on
            ),
            float("nan"),
        )
        for period in asked
    ]


def has_values(view: View, name: str, text: Text) -> bool:
    """Whether a metric has a figure in any quarter shown; where it has none, says why."""
    if view.metric(name, view.window)["value"].notna().any():
        return True
    blocks.without_value(view.score(name), text)
    return False
