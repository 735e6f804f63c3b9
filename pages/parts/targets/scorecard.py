"""Figures against their targets: one quarter, the four quarters of a year, and who changed what."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from kam_core.metrics import catalogue, periods
from kam_core.metrics.quarterly_targets import Standing, TargetChange, TargetKey, unit_of
from kam_core.metrics.scorecard import Score
from kam_core.metrics.target_grid import written
from kam_core.metrics.target_history import Edit
from kam_core.text import formats
from kam_core.text.sentences import target_sentences
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks
from pages.parts.state import cache, links
from pages.parts.state.filters import View
from pages.parts.state.viewer import Viewer


def scorecard(view: View, viewer: Viewer, text: Text) -> None:
    """Every figure of the catalogue in the chosen quarter."""
    standings = cache.standings(view.source, view.scope, view.period)
    blocks.sentence(target_sentences.scorecard(standings, view.period.period, text))
    chosen = _chosen(standings, text)
    if chosen:
        _listed(chosen, view, text)
    else:
        st.caption(text("blocks.no_rows"))
    st.caption(escape(text("targets.winner_help")))
    _settings_note(view, text)


def _chosen(standings: Sequence[Standing], text: Text) -> list[Standing]:
    """The figures to list: of some topics, with a target or not."""
    topics = list(dict.fromkeys(metric.topic for metric in catalogue.load_metrics().values()))
    with st.container(horizontal=True, vertical_alignment="center"):
        wanted = st.pills(
            text("targets.topics"),
            topics,
            selection_mode="multi",
            format_func=lambda topic: text.value("topic", topic),
            key="target_topics",
            label_visibility="collapsed",
        )
        is_short = st.toggle(text("targets.only_with_target"), key="target_only")
    return [
        standing
        for standing in standings
        if (not wanted or catalogue.metric(standing.score.metric).topic in wanted)
        and (not is_short or standing.score.target is not None)
    ]


def _listed(standings: Sequence[Standing], view: View, text: Text) -> None:
    rows = pd.DataFrame([_row(standing, view, text) for standing in standings])
    if all(standing.paced is None for standing in standings):
        rows = rows.drop(columns="paced")
    titles = {name: text.column(name) for name in rows}
    cells = rows.rename(columns=titles).set_index(titles["metric"])
    statuses = pd.DataFrame("", index=cells.index, columns=cells.columns)
    statuses[titles["status"]] = [_shade(standing) for standing in standings]
    blocks.heat_table(cells, statuses, titles["metric"])
    links.to_one_of([s.score.metric for s in standings], "open_of_targets", text)
    blocks.download("targets_scorecard", rows, text)


def _row(standing: Standing, view: View, text: Text) -> dict[str, str]:
    score, lang = standing.score, text.lang
    return {
        "metric": catalogue.metric(score.metric).title(lang),
        "value": _quantity(score.value, score.unit, text),
        "target": _quantity(score.target, score.unit, text),
        "status": _status(standing, text),
        "gap": formats.difference(score.gap, score.unit, lang),
        "attainment": formats.percent(score.attainment, lang),
        "paced": _quantity(standing.paced, score.unit, text),
        "target_origin": target_sentences.origin(
            standing, view.scope.regions, view.scope.tiers or (), text
        ),
    }


def _quantity(value: float | None, unit: str, text: Text) -> str:
    """A value beside its target: an amount in one digit more, so that the two can be told apart."""
    if unit == "money":
        return formats.money(value, text.lang, digits=2)
    return formats.quantity(value, unit, text.lang)


def _status(standing: Standing, text: Text) -> str:
    """The status in a shape and a word, and beside it what is to be kept in mind."""
    score = standing.score
    status = _in_words(score, text)
    note = "" if score.is_running else text.reason(score)
    return text("scores.status_and_note", status=status, note=note) if note else status


def _in_words(score: Score, text: Text) -> str:
    return blocks.status_words(score.status, text, score.decidable, score.is_running)


def _shade(standing: Standing) -> str:
    """The status where it is settled; grey where cases are too few or the quarter runs on."""
    score = standing.score
    is_open = score.decidable is False or score.is_running
    return "undecided" if score.is_judged and is_open else score.status


def _settings_note(view: View, text: Text) -> None:
    near = formats.percent(float(cache.near_tolerance(view.source)), text.lang)
    st.caption(escape(text("targets.settings_note", near=near)))


def year(view: View, viewer: Viewer, text: Text) -> None:
    """The four quarters of the fiscal year that holds the chosen one, side by side."""
    quarters = _quarters_of_year(view)
    found = {q.period: cache.standings(view.source, view.scope, q) for q in quarters}
    blocks.sentence(target_sentences.year(found, text))
    st.caption(escape(text("targets.year_help")))
    shown, left_out = _with_anything(found)
    titles = {name: catalogue.metric(name).title(text.lang) for name in catalogue.load_metrics()}
    cells, statuses = pd.DataFrame(), pd.DataFrame()
    for quarter, standings in found.items():
        column = formats.short_period(quarter, text.lang)
        of_quarter = {titles[s.score.metric]: s for s in standings if s.score.metric in shown}
        cells[column] = pd.Series({name: _cell(s, text) for name, s in of_quarter.items()})
        statuses[column] = pd.Series({name: _shade(s) for name, s in of_quarter.items()})
    if not cells.empty:
        blocks.heat_table(cells, statuses, text.column("metric"))
        links.to_one_of(shown, "open_of_year", text)
        named = cells.rename_axis("metric").reset_index()
        blocks.download("targets_year", named, text)
    if left_out:
        listed = text("punctuation.list").join(titles[name] for name in left_out)
        st.caption(escape(text("targets.year_left_out", metrics=listed)))


def _quarters_of_year(view: View) -> list[periods.Period]:
    year_of, _, _ = view.period.period.partition("-")
    start_month = cache.holdings(view.source).fiscal_year_start_month
    return [periods.quarter(f"{year_of}-Q{number}", start_month) for number in (1, 2, 3, 4)]


def _with_anything(found: dict[str, tuple[Standing, ...]]) -> tuple[list[str], list[str]]:
    """The figures with a value or a target in any of some quarters, and those without."""
    told = {
        standing.score.metric
        for standings in found.values()
        for standing in standings
        if standing.score.value is not None or standing.score.target is not None
    }
    names = list(catalogue.load_metrics())
    return [n for n in names if n in told], [n for n in names if n not in told]


def _cell(standing: Standing, text: Text) -> str:
    """Actual and target, the status where there is one, and whether the quarter runs on."""
    score = standing.score
    value, target = (_quantity(n, score.unit, text) for n in (score.value, score.target))
    if standing.paced is not None:
        paced = _quantity(standing.paced, score.unit, text)
        value = text("targets.year_paced", value=value, paced=paced)
    parts = [
        value if score.target is None else text("targets.year_cell", value=value, target=target)
    ]
    if score.is_judged or score.is_running:
        parts.append(_in_words(score, text))
    return "  ".join(parts)


def history(view: View, viewer: Viewer, text: Text) -> None:
    """Who changed which target, and when."""
    edits = [edit for edit in cache.target_edits() if _sees(viewer, edit.change.key)]
    blocks.sentence(target_sentences.history(edits, text))
    if not edits:
        return
    quarter = view.period.period
    label = text("targets.history_filter", quarter=formats.period(quarter, text.lang))
    if st.toggle(label, key="target_history_quarter"):
        edits = [edit for edit in edits if edit.change.key.quarter == quarter]
    blocks.table("target_history", pd.DataFrame([_edit(edit, text) for edit in edits]), text)


def _sees(viewer: Viewer, key: TargetKey) -> bool:
    return viewer.regions is None or key.region is None or key.region in viewer.regions


def _edit(edit: Edit, text: Text) -> dict[str, object]:
    return {
        "changed_at": edit.at,
        "changed_by": edit.by,
        "version": edit.version,
        "reason": text.value("publication", edit.reason),
        **change(edit.change, text),
        "file": edit.file or "",
    }


def change(made: TargetChange, text: Text) -> dict[str, object]:
    """One change of a target as a row to show."""
    unit = unit_of(made.key.metric)
    return {
        "target_change": made.change,
        "metric": text.metric(made.key.metric),
        "quarter": formats.period(made.key.quarter, text.lang),
        "region": made.key.region or text("targets.every_region"),
        "tier": text.value("tier", made.key.tier or text("targets.every_tier")),
        "before": goal(made.before, unit),
        "after": goal(made.after, unit),
    }


def goal(target: Decimal | None, unit: str) -> str:
    """A target with all its digits: a change of the last one is a change."""
    return formats.NOTHING if target is None else written(target, unit)
