"""What is kept and what is lost: revenue, contracts, accounts, projects, and cross-selling."""

import pandas as pd

from kam_core.analysis import concentration
from kam_core.dashboard.charts import Columns, Lines, Point
from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections.scorecards import compose_trend, points, without_value
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.sentences import value_sentences

WHO = ["account_name", "region", "account_manager", "tier"]
WHERE = ["account_id", "snapshot_id", "line_no"]
ENDED = [
    *WHO, "ends_on", "contract_amount", "renewed", "renewal_amount", "difference", "contract_id",
    *WHERE,
]  # fmt: skip
ENDING = [
    *WHO, "ends_on", "days_left", "is_soon", "contract_amount", "last_contact_on",
    "next_planned_on", "contract_id", *WHERE,
]  # fmt: skip
GONE = [*WHO, "is_key", "lost_on", "lost_reason", "lost_to", "revenue_before", "account_id"]
REASONS = ["lost_reason", "lost_to", "accounts", "key_lost", "revenue_before", "share"]
LOST = [
    *WHO, "opportunity_kind", "lost_amount", "lost_reason", "opened_on", "closed_on",
    "opportunity_id", *WHERE,
]  # fmt: skip
CROSS_SELL = "cross_sell_conversion"
LOST_SHARE = "lost_projects_share"


def compose_retention(view: View) -> Figure:
    """What became of last year's revenue, with and without growth."""
    names = load_settings().pages.value.parts["retention"]
    scores = {name: view.score(name) for name in names}
    sentence = value_sentences.retention(view.period.period, scores, view.text)
    return _shares_over_quarters(view, "retention", sentence)


def _shares_over_quarters(view: View, part: str, sentence: str, title: str = "") -> Figure:
    """The shares of a part along the quarters, on one scale, where any of them has a value."""
    text, names = view.text, load_settings().pages.value.parts[part]
    rows = view.table_of(names, view.window)
    if rows[names].isna().all(axis=None):
        return without_value(view.score(names[0]), text, part, title)
    titles = {name: catalogue.metric(name).title(text.lang) for name in names}
    units = dict.fromkeys(titles.values(), "percent")
    table = answer_table(part, rows.rename(columns=titles), text, units)
    sentences = (sentence,) if sentence else ()
    return Figure(part, title, sentences, (Lines(rows, titles, "percent"),), table)


def compose_renewals(view: View) -> Figure:
    """How many contracts that ended were renewed, quarter by quarter."""
    rows = view.query("contracts_ended", periods=(view.period,))
    sentence = value_sentences.ended(view.period.period, rows, view.text)
    return _shares_over_quarters(view, "renewals", sentence, view.text("value.ended"))


def compose_ended(view: View) -> Figure:
    """The contracts that ended in the quarter, one by one."""
    rows = view.query("contracts_ended", periods=(view.period,))
    units = dict.fromkeys(("contract_amount", "renewal_amount", "difference"), "money")
    listed = rows.rename(columns={"amount": "contract_amount"})[ENDED]
    return Figure(
        "contracts_ended", table=answer_table("contracts_ended", listed, view.text, units)
    )


def compose_ending(view: View) -> Figure:
    """Which contracts end next, month by month and one by one."""
    text, rows = view.text, view.query("contracts_ending")
    soon, ahead = (int(view.company.threshold(f"renewals.{n}_days")) for n in ("soon", "ahead"))
    sentence, title = value_sentences.ending(rows, soon, ahead, text), text("value.ending")
    if rows.empty:
        return Figure("contracts_ending", title, (sentence,))
    months = pd.to_datetime(rows["ends_on"]).dt.strftime("%Y-%m")
    amounts = rows["amount"].groupby(months).sum()
    ends = tuple(
        Point(formats.short_period(month, text.lang), float(amount))
        for month, amount in amounts.items()
    )
    listed = rows.rename(columns={"amount": "contract_amount"})[ENDING]
    return Figure(
        "contracts_ending",
        title,
        (sentence,),
        (Columns(title, sentence, "money", ends),),
        answer_table("contracts_ending", listed, text, {"contract_amount": "money"}),
        is_open=True,
    )


def compose_key_losses(view: View) -> Figure:
    """How many key accounts were lost, against how many the target allows."""
    text, score, quarters = view.text, view.score("key_churn"), _key_losses(view)
    if score.value is None:
        return without_value(score, text, "key_losses")
    last = quarters["allowed"].iloc[-1]
    allowed = None if pd.isna(last) else int(last)
    lost = view.query("accounts_lost", periods=(view.period,))
    sentence = value_sentences.churn(score, allowed, lost, view.period.period, text)
    counts = quarters.rename(columns={"key_lost": "value", "allowed": "target"})
    marks = points(view, "key_churn", counts, view.window)
    names = (text("value.key_lost"), text("value.allowed"))
    title = catalogue.metric("key_churn").title(text.lang)
    return Figure(
        "key_losses",
        sentences=(sentence,),
        charts=(Columns(title, sentence, "count", marks, names=names),),
        table=answer_table("key_losses", quarters, text),
        note=text("value.churn_note"),
    )


def _key_losses(view: View) -> pd.DataFrame:
    """Key accounts lost, quarter by quarter, and how many the target of each allowed."""
    churn = view.metric("key_churn", view.window).set_index("period")
    rows = []
    for quarter, targets in zip(view.window, view.targets(view.window), strict=True):
        lost, at_start = (churn[name].get(quarter.period) for name in ("numerator", "denominator"))
        target = targets.get("key_churn")
        allowed = None
        if target is not None and at_start is not None:
            allowed = concentration.allowed_losses(target, int(at_start))
        rows.append((quarter.period, lost, at_start, allowed))
    frame = pd.DataFrame(rows, columns=["period", "key_lost", "key_at_start", "allowed"])
    return frame.astype(dict.fromkeys(frame.columns[1:], "Int64"))


def compose_accounts_lost(view: View) -> Figure:
    """The accounts lost in the quarter, one by one."""
    text, rows = view.text, view.query("accounts_lost", periods=(view.period,))
    title = text("value.lost_accounts")
    if rows.empty:
        note = text("value.lost_accounts_none", quarter=view.period.period)
        return Figure("accounts_lost", title, note=note)
    table = answer_table("accounts_lost", rows[GONE], text, {"revenue_before": "money"})
    return Figure("accounts_lost", title, table=table)


def compose_losses_by_reason(view: View) -> Figure:
    """Why accounts were lost and to whom, with the revenue they took."""
    text, rows = view.text, view.query("losses_by_reason", periods=(view.period,))
    title = text("value.loss_reasons")
    if rows.empty:
        return Figure("losses_by_reason", title, note=text("value.loss_reasons_none"))
    sentence = value_sentences.losses(view.period.period, rows, view.least_cases, text)
    named = rows.assign(lost_reason=rows["lost_reason"].fillna(text("value.no_reason")))
    units = {"revenue_before": "money", "share": "percent"}
    table = answer_table("losses_by_reason", named[REASONS], text, units)
    return Figure("losses_by_reason", title, (sentence,), table=table)


def compose_lost_amounts(view: View) -> Figure:
    """The amount of projects that went to others, quarter by quarter."""
    text, rows = view.text, view.query("opportunities_lost", periods=(view.period,))
    metric, history = catalogue.metric("lost_projects_amount"), view.history("lost_projects_amount")
    share = view.score(LOST_SHARE)
    sentence = value_sentences.lost_projects(view.period.period, rows, share, text)
    amounts = points(view, metric.name, history, view.window)
    units = dict.fromkeys(("value", "target"), "money")
    return Figure(
        "lost_projects",
        sentences=(sentence,),
        charts=(Columns(metric.title(text.lang), sentence, "money", amounts),),
        table=answer_table("lost_projects", history, text, units),
    )


def compose_lost_by_region(view: View) -> Figure:
    """What each region lost against what it sold."""
    text, title = view.text, view.text("value.lost_regions")
    rows = view.metric(LOST_SHARE, [view.period], ("region",))
    rows = rows[rows["value"].notna()].sort_values("value", ascending=False, kind="stable")
    if rows.empty:
        return without_value(view.score(LOST_SHARE), text, "lost_by_region", title)
    most = rows.to_dict("records")[0]
    sentences = (text.rich("value.lost_region", **most),) if most["numerator"] else ()
    names = {"numerator": "lost_amount", "denominator": "region_revenue", "value": "lost_share"}
    listed = rows.rename(columns=names)[["region", *names.values()]]
    units = dict(zip(names.values(), ("money", "money", "percent"), strict=True))
    table = answer_table("lost_by_region", listed, text, units)
    return Figure("lost_by_region", title, sentences, table=table)


def compose_lost_reasons(view: View) -> Figure:
    """Why projects were lost, in the words of the file."""
    text, rows = view.text, view.query("opportunities_lost", periods=(view.period,))
    named = rows.assign(lost_reason=rows["lost_reason"].fillna(text("value.no_reason")))
    reasons = named.groupby("lost_reason", sort=False).agg(
        lost_count=("opportunity_id", "count"), lost_amount=("amount", _sum_given)
    )
    ranked = reasons.reset_index().sort_values(
        ["lost_count", "lost_reason"], ascending=[False, True], kind="stable"
    )
    table = answer_table("lost_by_reason", ranked, text, {"lost_amount": "money"})
    return Figure("lost_by_reason", text("value.lost_reasons"), table=table)


def _sum_given(amounts: pd.Series) -> object:
    """The sum of the amounts that are there; no amount at all is not an amount of zero."""
    return amounts.dropna().sum() if amounts.notna().any() else None


def compose_lost_list(view: View) -> Figure:
    """The lost projects one by one."""
    rows = view.query("opportunities_lost", periods=(view.period,))
    rows = rows.rename(columns={"amount": "lost_amount", "kind": "opportunity_kind"})[LOST]
    table = answer_table("opportunities_lost", rows, view.text, {"lost_amount": "money"})
    return Figure("opportunities_lost", view.text("value.lost_list"), table=table)


def compose_cross_sell(view: View) -> Figure:
    """Of the cross-sell and upsell opportunities that closed, how many were won."""
    return compose_trend(view, CROSS_SELL, CROSS_SELL)


def compose_growth_kinds(view: View) -> tuple[Figure, ...]:
    """Which kind they were, where any closed in the quarters shown."""
    if not compose_cross_sell(view).charts:
        return ()
    text, rows = view.text, view.query("growth_opportunities", periods=(view.period,))
    sentence = value_sentences.growth(view.period.period, rows, text)
    names = {"kind": "opportunity_kind", "lost": "lost_count", "amount": "won_amount"}
    listed = rows.rename(columns=names)[["opportunity_kind", "won", "lost_count", "won_amount"]]
    table = answer_table("growth_by_kind", listed, text, {"won_amount": "money"})
    return (Figure("growth_by_kind", text("value.growth_kinds"), (sentence,), table=table),)
