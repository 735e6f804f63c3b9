"""One figure, opened: its value, why it moved, whether that is noise, and the rows behind it."""

from collections.abc import Mapping
from dataclasses import replace

import pandas as pd

from kam_core.dashboard.charts import Limited, Waterfall
from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections.scorecards import target_lines
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue, control_limits, queries
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.change import ACCOUNTS, DIMENSIONS, FigureChange
from kam_core.metrics.control_limits import Limits
from kam_core.metrics.kinds import BOTH, Exact
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.sentences import change_sentences
from kam_core.text.writer import Text

HALVES = {"mix_effect": "mix_pp", "rate_effect": "rate_pp", "difference": "whole_pp"}
RENAMED = {
    "before": "amount_before",
    "after": "amount_after",
    "before_numerator": "numerator_before",
    "before_denominator": "denominator_before",
    "after_numerator": "numerator_after",
    "after_denominator": "denominator_after",
}


def score_lines(score: Score, metric: Metric, text: Text) -> list[str]:
    """What stands below a value: target and gap, the interval, what is divided, the reason."""
    return [*target_lines(score, text), *_write_division(score, metric, text), text.reason(score)]


def _write_division(score: Score, metric: Metric, text: Text) -> list[str]:
    """What is above and below the line, to the last digit."""
    if score.numerator is None:
        return [text("figure.cases_only", denominator=score.denominator)]
    if score.denominator is None:
        return [text("figure.sum_of", **exact_halves(score, text))]
    if "denominator" not in metric.kind.halves:
        return []
    return [text("figure.numerator", **exact_halves(score, text))]


def exact_halves(score: Score, text: Text) -> dict[str, str]:
    """What is above and below the line, not shortened: whole, or with two digits."""
    return {half: _write_exact(getattr(score, half), text) for half in BOTH}


def _write_exact(amount: Exact | None, text: Text) -> str:
    if amount is None:
        return formats.NOTHING
    return formats.decimal(amount, text.lang, 0 if amount == int(amount) else 2)


def list_earlier(view: View) -> list[Period]:
    """The quarters that a figure can be compared with, oldest first."""
    return [quarter for quarter in view.quarters if quarter.ends_on < view.period.starts_on]


def compose_change(view: View, metric: Metric, against: Period | None, split: str | None) -> Figure:
    """Why a figure moved, split by a dimension; growth against None is told on the year."""
    text, moved = view.text, view.changed(metric.name, against, split)
    sentence = change_sentences.why(moved, text)
    note = "\n\n".join(_change_notes(moved, view, metric))
    if not moved.parts:
        return Figure("change", sentences=(sentence,), note=note)
    rows = change_table(moved, text)
    return Figure(
        "change",
        sentences=(sentence,),
        charts=(Waterfall(moved, load_settings().pages.figure.parts_shown),),
        table=answer_table("change", rows, text, _change_units(moved, rows)),
        note=note,
    )


def _change_notes(moved: FigureChange, view: View, metric: Metric) -> list[str]:
    """What growth is compared with, and that a quarter is still running."""
    text, notes = view.text, []
    if metric.kind.is_growth:
        notes.append(text("figure.growth_note" if moved.is_on_the_year else "figure.weights_note"))
    if view.is_running:
        notes.append(text("figure.partial_note", period=view.period.period))
    return notes


def _change_units(moved: FigureChange, rows: pd.DataFrame) -> Mapping[str, str]:
    prefix = {"money": "amount_", "percent": "value_"}.get(moved.unit)
    return {name: moved.unit for name in rows if prefix and str(name).startswith(prefix)}


def change_table(moved: FigureChange, text: Text) -> pd.DataFrame:
    """The parts as rows; shares and what changes them in points, so that they can be added."""
    rows = moved.frame().rename(columns=RENAMED)
    name = rows.columns[0]
    rows[name] = [cell if cell is not None else text("figure.not_stated") for cell in rows[name]]
    if "mix_effect" not in rows:
        return rows.rename(columns={"difference": "amount_difference"})
    less = catalogue.metric(moved.metric).kind.less
    for when in ("before", "after"):
        above, below = (rows[f"{half}_{when}"].astype(float) for half in BOTH)
        rows[f"value_{when}"] = above / below.where(below > 0) - less
    if moved.unit == "percent":
        rows[list(HALVES)] *= 100
    in_points = HALVES if moved.unit == "percent" else {"difference": "whole_effect"}
    first = [name, "difference", "mix_effect", "rate_effect", "value_before", "value_after"]
    return rows[[*first, *rows.columns.drop(first)]].rename(columns=in_points)


def compose_months(view: View, metric: Metric) -> Figure:
    """Signal or noise: the months up to the chosen quarter, within what they do by themselves."""
    text, rows = view.text, month_series(view, metric)
    if rows.empty:
        return Figure("months", note=text("figure.months_none"))
    limits = _limits(metric, rows)
    rows["limit_low"], rows["limit_high"] = _drawn_limits(limits, metric, rows)
    listed = rows.assign(is_signal=[_signal_code(month, limits) for month in rows["period"]])
    units = {}
    if metric.unit in ("percent", "money"):
        units = dict.fromkeys(("value", "limit_low", "limit_high"), metric.unit)
    return Figure(
        "months",
        sentences=(_months_sentence(limits, rows, metric, text),),
        charts=(Limited(rows, limits, metric.unit),),
        table=answer_table("months", listed, text, units),
    )


def month_series(view: View, metric: Metric) -> pd.DataFrame:
    """Month and value, from the first month with a value on; only months that have ended."""
    months = view.ended_months(load_settings().pages.figure.months_back)
    rows = view.table_of([metric.name], months).rename(columns={metric.name: "value"})
    return rows[rows["value"].notna().cummax()].reset_index(drop=True)


def is_overlapping(metric: Metric) -> bool:
    """Whether a month of it shares most of its data with the month before."""
    return metric.reads == "day" or metric.name in load_settings().pages.figure.overlapping


def _limits(metric: Metric, rows: pd.DataFrame) -> Limits:
    settings = load_settings().pages.figure
    pairs = list(zip(rows["period"], rows["value"], strict=True))
    own = control_limits.limits(pairs, settings.moving_range_factor, settings.enough_points)
    if not is_overlapping(metric):
        return own
    return replace(own, low=None, high=None, signals=())


def _drawn_limits(limits: Limits, metric: Metric, rows: pd.DataFrame) -> tuple[float, float]:
    """The limits as drawn: no further than the figure can go, which makes no month a signal."""
    if limits.low is None or limits.high is None:
        return float("nan"), float("nan")
    can_fall_below_zero = bool((rows["value"] < 0).any()) or metric.kind.less > 0
    low = limits.low if can_fall_below_zero else max(limits.low, 0.0)
    return low, min(limits.high, 1.0) if metric.interval == "wilson" else limits.high


def _months_sentence(limits: Limits, rows: pd.DataFrame, metric: Metric, text: Text) -> str:
    title = metric.title(text.lang)
    if is_overlapping(metric):
        overlapping = text.rich("limits.overlapping", metric=title)
        return change_sentences.joined([overlapping, change_sentences.gaps(limits, text)], text)
    shown = limits
    if limits.low is not None:
        low, high = float(rows["limit_low"].iloc[0]), float(rows["limit_high"].iloc[0])
        shown = replace(limits, low=low, high=high)
    enough = load_settings().pages.figure.enough_points
    return change_sentences.limits(shown, title, metric.unit, enough, text)


def _signal_code(month: str, limits: Limits) -> str | None:
    if month in limits.gaps:
        return "gap"
    if limits.low is None:
        return None
    return "signal" if limits.is_signal(month) else "noise"


def list_dimensions(metric: Metric) -> list[str]:
    """By what a figure can be parted, in the order in which it is offered."""
    return [name for name in DIMENSIONS if name in metric.dimensions]


def parts_note(view: View, metric: Metric) -> str:
    """Whether the parts add up: as they are, numerators and denominators apart, or not at all."""
    key = "note" if metric.kind.adds_up else "apart_note"
    key = "sum_note" if metric.kind.is_amount else key
    return view.text(f"figure.parts_{key}", period=view.period.period)


def compose_parts(view: View, metric: Metric, dimension: str) -> Figure:
    """Each part of the figure by a dimension, the largest first."""
    rows = view.metric(metric.name, [view.period], (dimension,)).drop(columns="period")
    rows = _readable(rows[rows["value"].notna()], dimension, metric, view.text)
    units = {"value": metric.unit} if metric.unit in ("percent", "money") else {}
    name = f"parts_{dimension}"
    return Figure(name, table=answer_table(name, rows, view.text, units))


def _readable(rows: pd.DataFrame, dimension: str, metric: Metric, text: Text) -> pd.DataFrame:
    """Parts with plain numbers, and a word where nothing is stated."""
    not_stated = text("figure.not_stated")
    shown = rows.assign(
        **{dimension: [cell if cell is not None else not_stated for cell in rows[dimension]]}
    )
    for name in (*BOTH, "value"):
        shown[name] = _plain_numbers(rows[name], is_value=name == "value")
    shown = shown.drop(columns=[half for half in BOTH if half not in metric.kind.halves])
    order = "denominator" if "denominator" in shown else "value"
    return shown.sort_values(order, ascending=False)


def _plain_numbers(cells: pd.Series, is_value: bool) -> pd.Series:
    """Exact figures as numbers to show; whole ones without a point."""
    numbers = cells.map(lambda cell: None if cell is None else float(cell)).astype(float)
    is_whole = not is_value and bool((numbers == numbers.round()).all())
    return numbers.astype(int) if is_whole else numbers


def compose_accounts(view: View, metric: Metric, against: Period | None) -> Figure:
    """Numerator and denominator of every account, and what it adds to the difference."""
    text = view.text
    if ACCOUNTS not in metric.dimensions or not metric.kind.adds_up:
        return Figure("figure_accounts", note=text("figure.no_accounts"))
    is_on_the_year = against is None and metric.kind.is_growth
    moved = view.changed_by_account(metric.name, None if is_on_the_year else against or view.period)
    if not moved.parts:
        return Figure("figure_accounts", note=text("blocks.no_rows"))
    rows = change_table(moved, text)
    rows.insert(0, "account_name", rows["account_id"].map(account_names(view)))
    table = answer_table("figure_accounts", rows, text, _change_units(moved, rows))
    return Figure("figure_accounts", table=table)


def account_names(view: View) -> dict[str, str]:
    """The name of every account in scope, by its id, in the order of names."""
    rows = view.query("account_names").sort_values("account_name", kind="stable")
    return rows.set_index("account_id")["account_name"].to_dict()


def compose_evidence(view: View, metric: Metric, account: str | None = None) -> Figure:
    """The rows behind the figure, of one account or all, each with its file and line."""
    most = load_settings().pages.figure.rows_shown
    query = queries.evidence_of(metric).name
    rows = view.query(query, periods=(view.period,), account=account, most=most)
    sentence = change_sentences.behind(rows, metric, view.period.period, account, most, view.text)
    name = f"evidence_{metric.name}"
    table = answer_table(name, change_sentences.evidence_listed(rows, metric), view.text)
    return Figure(name, sentences=(sentence,), table=table)
