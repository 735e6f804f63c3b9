"""Resources: what the hours of managers are spent on, whom they reach, and what they bring."""

from collections.abc import Sequence

import pandas as pd

from kam_core.analysis import renewal_model
from kam_core.analysis.renewal_model import Estimate
from kam_core.dashboard.charts import (
    Columns,
    Compared,
    Line,
    Lines,
    Point,
    RenewalBands,
    Shares,
    Spread,
    Stacked,
)
from kam_core.dashboard.model import Figure, FigureTable
from kam_core.dashboard.sections.scorecards import compose_trend, without_value
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.sentences import resource_sentences, service_sentences
from kam_core.text.writer import Text

HOURS = "hours_per_manager_week"
WORK_TYPES = ("personalised", "standard", "legacy_issue", "unknown")
TIER_UNITS = {"period_revenue": "money", "hours_share": "percent", "revenue_share": "percent"}
CONTACT = "contact_coverage"
DUAL = "dual_manager_coverage"
LEVELS = ("executive", "management", "working")
TOP = [
    "place", "account_name", "lacking", "account_manager", "expert_manager", "revenue_12m",
    "region", "tier", "account_id", "snapshot_id", "line_no",
]  # fmt: skip
MET = [
    "account_name", "region", "tier", "account_manager", "revenue_12m", *LEVELS, "levels_met",
    "account_id",
]  # fmt: skip
UNITS = {"revenue_12m": "money"}
STEPS = 60
NEEDED = ("contracts", "interactions")
NO_LINE: Line = ([], [])
RETURN = "return_on_time"
BANDS = ["contracts", "renewed", "rate", "low", "high", "mean_hours"]


def compose_hours(view: View) -> Figure:
    """Hours per manager and week, month by month."""
    text, score, title = view.text, view.score(HOURS), view.text("resources.hours")
    if score.value is None:
        return without_value(score, text, HOURS, title)
    rows = view.history(HOURS, view.months(load_settings().pages.resources.months_back))
    sentence = resource_sentences.hours(view.period.period, score.value, score.target, rows, text)
    names = {"value": catalogue.metric(HOURS).title(text.lang)}
    chart = Lines(rows, names, "hours", rows["target"].tolist())
    return Figure(HOURS, title, (sentence,), (chart,), answer_table(HOURS, rows, text))


def compose_managers(view: View) -> Figure:
    """How far the hours of managers lie apart, quarter by quarter; nobody is named."""
    text, title = view.text, view.text("resources.managers")
    rows = view.query("manager_hours", periods=view.window)
    if rows.empty:
        return without_value(view.score(HOURS), text, "manager_hours", title)
    rows = rows.astype({"hours_per_week": float})
    cases = rows.rename(columns={"hours_per_week": "value", "interactions": "cases"})
    groups = {
        formats.short_period(period, text.lang): group.reset_index(drop=True)
        for period, group in cases.groupby("period", sort=True)
    }
    label, last = list(groups.items())[-1]
    sentence = service_sentences.spread(
        "resources.managers_sentence", label, last["value"], "hours", text
    )
    listed = rows[["period", "hours_per_week", "interactions", "accounts"]]
    return Figure(
        "manager_hours",
        title,
        (sentence,),
        (Spread(groups, 0, "hours"),),
        answer_table("manager_hours", listed, text),
        text("resources.managers_note"),
    )


def compose_work_types(view: View) -> Figure:
    """The hours of each quarter by work type, as parts of one whole."""
    text, title = view.text, view.text("resources.work_types")
    rows = view.query("hours_by_work_type", periods=view.window)
    hours = rows.loc[rows["period"] == view.period.period, "hours"].sum()
    rows = rows.astype({"share": float, "hours": float})
    current = rows[rows["period"] == view.period.period]
    if current.empty:
        return without_value(view.score("personalised_share"), text, "work_types", title)
    wide = rows.pivot(index="period", columns="work_type", values="share").fillna(0.0)
    parts = {name: text.value("work_type", name) for name in WORK_TYPES if name in wide}
    by_type = current.set_index("work_type")["share"]
    shares = {name: by_type[name] for name in parts if name in by_type}
    sentence = resource_sentences.work_types(view.period.period, shares, hours, text)
    chart = Shares(wide[list(parts)].reset_index(), parts)
    table = answer_table("work_types", rows, text, {"share": "percent"})
    return Figure("work_types", title, (sentence,), (chart,), table)


def compose_tiers(view: View) -> Figure:
    """The share of hours of each tier beside its share of revenue."""
    name, text, title = "hours_and_value", view.text, view.text("resources.tiers")
    if not view.has("orders"):
        return Figure(name, title, waits_for="needs:orders")
    rows = view.query("hours_and_value_by_tier", periods=(view.period,))
    numbers = ["hours", "period_revenue", "hours_share", "revenue_share"]
    rows = rows.astype(dict.fromkeys(numbers, float)).drop(columns=["period", "is_key"])
    if rows.empty or rows[["hours_share", "revenue_share"]].isna().any(axis=None):
        return Figure(name, title, note=text("blocks.nothing_here"))
    order = [*view.company.holdings().tiers, "unrated"]
    rows = rows.sort_values("tier", key=lambda tiers: tiers.map(order.index), ignore_index=True)
    series = {
        text("resources.share_of_hours"): rows["hours_share"].tolist(),
        text("resources.share_of_revenue"): rows["revenue_share"].tolist(),
    }
    chart = Compared([text.value("tier", tier) for tier in rows["tier"]], series, "percent")
    sentence = resource_sentences.tiers(view.period.period, rows, text)
    return Figure(name, title, (sentence,), (chart,), answer_table(name, rows, text, TIER_UNITS))


def compose_top(view: View) -> Figure:
    """The largest accounts with both managers, one or none, and who lacks which."""
    text, score, title = view.text, view.score(DUAL), view.text("resources.top")
    rows = view.query("top_accounts_managers", periods=(view.period,))
    if rows.empty or score.value is None:
        return without_value(score, text, DUAL, title)
    parts = {
        text(f"resources.managers_{number}"): int((rows["managers"] == number).sum())
        for number in (2, 1, 0)
    }
    sentence = resource_sentences.top_managers(view.period.period, rows, text)
    table = answer_table(DUAL, rows[TOP], text, UNITS)
    return Figure(DUAL, title, (sentence,), (Stacked(parts),), table, is_open=True)


def compose_contacts(view: View) -> tuple[Figure, ...]:
    """The share of accounts met at all three levels, and which levels are missing."""
    text, score = view.text, view.score(CONTACT)
    rows = view.query("contact_gaps", periods=(view.period,))
    if rows.empty or score.value is None:
        return (without_value(score, text, CONTACT),)
    sentence = resource_sentences.contacts(view.period.period, rows, text)
    missed = tuple(
        Point(text.value("contact_level", level), int((rows[level] == 0).sum())) for level in LEVELS
    )
    chart = Columns(text("resources.contacts"), sentence, "count", missed)
    table = answer_table("contact_gaps", rows[MET], text, UNITS)
    gaps = Figure("contact_gaps", sentences=(sentence,), charts=(chart,), table=table)
    return compose_trend(view, CONTACT, CONTACT), gaps


def compose_return_on_time(view: View) -> Figure:
    """The estimate in a sentence, and the renewal rate by band of hours with the fitted curve."""
    text, title = view.text, view.text("resources.returns")
    for table in NEEDED:
        if not view.has(table):
            return Figure(RETURN, title, waits_for=f"needs:{table}")
    estimate, bands = view.renewal_model()
    claim = load_settings().pages.resources.claimed_effect_per_hour or None
    sentence = resource_sentences.estimated(estimate, claim, text)
    note = text("resources.returns_note", unknown=estimate.unknown)
    if bands.empty:
        return Figure(RETURN, title, (sentence,), note=note)
    names = [resource_sentences.band_name(band, text) for band in bands.to_dict("records")]
    chart = RenewalBands(
        bands, names, _draw_curve(estimate, bands), _draw_claim(estimate, bands, claim)
    )
    sentences = (sentence, resource_sentences.banded(bands, text))
    return Figure(RETURN, title, sentences, (chart,), _band_table(bands, names, text), note)


def _draw_curve(estimate: Estimate, bands: pd.DataFrame) -> Line:
    if estimate.effect is None:
        return NO_LINE
    hours = [bands["mean_hours"].max() * step / STEPS for step in range(STEPS + 1)]
    return hours, renewal_model.curve(estimate, hours)


def _draw_claim(estimate: Estimate, bands: pd.DataFrame, claim: float | None) -> Line:
    """The claim as a line from the fitted chance at no hours, as far as a share can go."""
    if claim is None or estimate.effect is None:
        return NO_LINE
    (start,) = renewal_model.curve(estimate, [0.0])
    end = min(float(bands["mean_hours"].max()), (1 - start) / claim)
    return [0.0, end], [start, start + claim * end]


def _band_table(bands: pd.DataFrame, names: Sequence[str], text: Text) -> FigureTable:
    rows = bands[BANDS].rename(columns={"renewed": "renewed_count", "rate": "renewal_rate"})
    rows.insert(0, "hour_band", names)
    units = dict.fromkeys(("renewal_rate", "low", "high"), "percent")
    return answer_table(RETURN, rows, text, units)
