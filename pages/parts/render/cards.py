"""Figures against their targets: cards, the quarters before, and the regions side by side."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kam_core.metrics import catalogue
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.scorecard import JUDGED, PARTIAL, Score
from kam_core.render.html.sparkline import spark
from kam_core.text import formats
from kam_core.text.marks import rests_on
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks
from pages.parts.state import cache, links
from pages.parts.state.filters import View

CARD_WIDTH = 215
CARDS = 4


def cards(view: View, names: Sequence[str], text: Text) -> list[Score]:
    """One card per metric: value, status, target, gap, interval, cases, and the quarters before."""
    scores = [view.score(name) for name in names]
    grid = st.grid(CARDS, min_column_width=CARD_WIDTH, border=True)
    for score in scores:
        with grid.cell():
            past = history(view, score.metric)
            _card(score, past, catalogue.metric(score.metric), _pace(view, score, text), text)
    return scores


def first_with_data(view: View, names: Sequence[str]) -> list[str]:
    """As many metrics as there are cards; one without data only where nothing else is."""
    waiting = {name for name in names if (view.score(name).reason or "").startswith("needs:")}
    chosen = sorted(names, key=lambda name: name in waiting)[:CARDS]
    return [name for name in names if name in chosen]


def _card(score: Score, past: pd.DataFrame, metric: Metric, pace: list[str], text: Text) -> None:
    st.metric(
        metric.title(text.lang),
        formats.quantity(score.value, score.unit, text.lang),
        help=escape(metric.means(text.lang)),
    )
    if drawn := spark(past["value"].tolist(), blocks.palette().actual):
        st.image(drawn, width="stretch", alt=_said(past, metric, text))
    lines = [*standing(score, text), rests_on(score, metric, text), *remarks(score, text), *pace]
    blocks.standing(score.status, lines, text)
    links.to_figure(score.metric, text)


def _said(past: pd.DataFrame, metric: Metric, text: Text) -> str:
    """The quarters before in words, for those who do not see the line."""
    colon = text("punctuation.colon")
    told = (
        f"{formats.period(row.period, text.lang)}{colon}"
        f"{formats.quantity(row.value, metric.unit, text.lang)}"
        for row in past.itertuples()
    )
    return text("punctuation.list").join(told)


def standing(score: Score, text: Text) -> list[str]:
    """Target and gap, and the interval."""
    lang, unit = text.lang, score.unit
    target = text("blocks.no_target")
    if score.target is not None:
        target = text("blocks.target", target=formats.quantity(score.target, unit, lang))
    if score.gap is not None:
        gap = text("blocks.gap", gap=formats.difference(score.gap, unit, lang))
        target = f"{target} · {gap}"
    lines = [target]
    if score.low is not None:
        low, high = (formats.quantity(end, unit, lang) for end in (score.low, score.high))
        lines.append(text("blocks.interval", low=low, high=high))
    return lines


def remarks(score: Score, text: Text) -> list[str]:
    """What is to be kept in mind about a score."""
    return list(filter(None, [text.reason(score)]))


def _pace(view: View, score: Score, text: Text) -> list[str]:
    """Where an amount or a count would end if its period went on as it began."""
    paced = cache.paced(view.source, view.scope, view.period, score)
    if paced is None:
        return []
    return [text("targets.card_paced", paced=formats.quantity(paced, score.unit, text.lang))]


def history(view: View, name: str) -> pd.DataFrame:
    """The quarters up to the chosen one: period, value, target."""
    asked = view.window
    values = view.metric(name, asked).set_index("period")["value"]
    rows = pd.DataFrame({"period": [quarter.period for quarter in asked]})
    rows["value"] = rows["period"].map(values).astype(float)
    rows["target"] = [_number(goals.get(name)) for goals in view.targets(asked)]
    return rows


def _number(value: object) -> float:
    return float("nan") if value is None else float(value)


def regions(view: View, names: Sequence[str], text: Text) -> None:
    """Regions down, metrics across, each cell a value with its status in a shape and a word."""
    rows = cache.region_scores(view.source, view.scope, view.period, names)
    if rows.empty:
        st.caption(text("blocks.nothing_here"))
        return
    by_name = catalogue.load_metrics()
    titles = {name: by_name[name].title(text.lang) for name in names}
    units = {name: by_name[name].unit for name in names}
    blocks.sentence(figure_sentences.regions(rows, titles, units, text))
    is_running = rows["reason"].eq(PARTIAL)
    rows["cell"] = [
        f"{formats.quantity(row.value, units[row.metric], text.lang)}  "
        f"{blocks.status_words(row.status, text, row.decidable, runs_on)}"
        for row, runs_on in zip(rows.itertuples(), is_running, strict=True)
    ]
    grid = rows.pivot(index="region", columns="metric", values="cell")
    grid = grid.reindex(columns=[name for name in names if name in grid]).rename(columns=titles)
    is_open = rows["decidable"].eq(False) | (is_running & rows["status"].isin(JUDGED))
    told = rows["status"].where(~is_open, "undecided")
    statuses = rows.assign(told=told).pivot(index="region", columns="metric", values="told")
    statuses = statuses.rename(columns=titles)
    blocks.heat_table(grid, statuses.reindex(columns=grid.columns), text.column("region"))
    links.to_one_of([name for name in names if titles[name] in grid], "open_of_regions", text)
    blocks.download(
        "regions", rows.drop(columns="cell").assign(metric=rows["metric"].map(titles)), text
    )
