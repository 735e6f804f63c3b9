"""Effort: hours per manager and week, what kind of work they are, and where the value is."""

from kam_core.dashboard.charts import Compared, MarkedLines, Shares, Spread
from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections.scorecards import without_value
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.sentences import resource_sentences, service_sentences

HOURS = "hours_per_manager_week"
WORK_TYPES = ("personalised", "standard", "legacy_issue", "unknown")
TIER_UNITS = {"period_revenue": "money", "hours_share": "percent", "revenue_share": "percent"}


def compose_hours(view: View) -> Figure:
    """Hours per manager and week, month by month."""
    text, score, title = view.text, view.score(HOURS), view.text("resources.hours")
    if score.value is None:
        return without_value(score, text, HOURS, title)
    rows = view.history(HOURS, view.months(load_settings().pages.resources.months_back))
    sentence = resource_sentences.hours(view.period.period, score.value, score.target, rows, text)
    names = {"value": catalogue.metric(HOURS).title(text.lang)}
    chart = MarkedLines(rows, names, rows["target"].tolist(), "hours")
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
