"""What the figures of value say, each in a sentence or two with the numbers in it."""

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pandas as pd

from kam_core.metrics.kinds import Exact
from kam_core.metrics.scorecard import Score
from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined
from kam_core.text.writer import Text


def _plain(exact: Exact | None) -> formats.Number | None:
    return float(exact) if isinstance(exact, Fraction) else exact


def concentration(
    quarter: str,
    accounts: int,
    marked: int,
    reached: float,
    scores: Mapping[str, Score],
    text: Text,
) -> str:
    """How few accounts bring most, what the top brings, and what the index amounts to."""
    lang = text.lang
    lead = text.rich(
        "value.pareto_sentence",
        quarter=formats.period(quarter, lang),
        total=formats.count(accounts, lang),
        marked=formats.count(marked, lang),
        share=formats.percent(reached, lang),
    )
    top, index = scores["top20_share"].value, scores["hhi"].value
    parts = [lead]
    if top is not None:
        parts.append(text.rich("value.top_sentence", share=formats.percent(top, lang)))
    if index:
        parts.append(
            text.rich(
                "value.hhi_sentence",
                index=formats.quantity(index, "index", lang),
                equal=formats.count(1 / index, lang),
            )
        )
    return joined(parts, text)


def wallets(quarter: str, rows: pd.DataFrame, shown: int, text: Text) -> str:
    """What known budgets add up to, our share of them, who buys most elsewhere, and least here."""
    lang = text.lang
    budget, ours = rows["annual_purchase_budget"].sum(), rows["revenue_12m"].sum()
    largest = rows.head(shown)
    smallest = largest.sort_values("share", kind="stable").iloc[0]
    return joined(
        [
            text.rich(
                "value.wallet_sentence",
                quarter=formats.period(quarter, lang),
                accounts=formats.count(len(rows), lang),
                budget=formats.money(budget, lang),
                revenue=formats.money(ours, lang),
                share=formats.percent(ours / budget, lang),
            ),
            text.rich("value.wallet_first", **_wallet(rows.iloc[0], text)),
            text.rich("value.wallet_smallest", shown=len(largest), **_wallet(smallest, text)),
        ],
        text,
    )


def _wallet(row: pd.Series, text: Text) -> dict[str, str]:
    return {
        "account": row["account_name"],
        "region": row["region"],
        "budget": formats.money(row["annual_purchase_budget"], text.lang),
        "share": formats.percent(row["share"], text.lang),
        "elsewhere": formats.money(row["elsewhere"], text.lang),
    }


def retention(quarter: str, scores: Mapping[str, Score], text: Text) -> str:
    """What a hundred of last year's revenue became, with and without growth."""
    net, gross = scores["nrr"], scores["grr"]
    if net.value is None or gross.value is None:
        return ""
    return text.rich(
        "value.retention_sentence",
        quarter=formats.period(quarter, text.lang),
        base=formats.money(_plain(net.denominator), text.lang),
        net=formats.percent(net.value, text.lang),
        gross=formats.percent(gross.value, text.lang),
    )


def ended(quarter: str, rows: pd.DataFrame, text: Text) -> str:
    """How many contracts that ended were renewed, for how much, and the largest step up."""
    lang, period = text.lang, formats.period(quarter, text.lang)
    if rows.empty:
        return text.rich("value.ended_none", quarter=period)
    priced, is_open = rows[rows["difference"].notna()], rows["renewed"].isna()
    lead = text.rich(
        "value.ended_sentence",
        quarter=period,
        ended=formats.count(len(rows), lang),
        renewed=formats.count(rows["renewed"].sum(), lang),
        before=formats.money(priced["amount"].sum(), lang),
        after=formats.money(priced["renewal_amount"].sum(), lang),
    )
    grown = priced[priced["difference"] > 0]
    step = "" if grown.empty else _largest_step(grown.iloc[0], text)
    undecided = formats.count(is_open.sum(), lang)
    still_open = text.rich("value.ended_undecided", count=undecided) if is_open.any() else ""
    return joined([lead, still_open, step], text)


def _largest_step(row: pd.Series, text: Text) -> str:
    return text.rich(
        "value.largest_step",
        account=row["account_name"],
        before=formats.money(row["amount"], text.lang),
        after=formats.money(row["renewal_amount"], text.lang),
    )


def ending(rows: pd.DataFrame, soon_days: int, ahead_days: int, text: Text) -> str:
    """What runs out soon and later, and where nothing is planned before."""
    lang, days = text.lang, {"soon_days": soon_days, "ahead_days": ahead_days}
    if rows.empty:
        return text.rich("value.ending_none", ahead_days=ahead_days)
    soon = rows[rows["is_soon"].astype(bool)]
    planned_late = soon["next_planned_on"].isna() | (soon["next_planned_on"] > soon["ends_on"])
    return text.rich(
        "value.ending_sentence",
        **days,
        soon=formats.count(len(soon), lang),
        soon_amount=formats.money(soon["amount"].sum(), lang),
        ahead=formats.count(len(rows), lang),
        ahead_amount=formats.money(rows["amount"].sum(), lang),
        unplanned=formats.count(planned_late.sum(), lang),
    )


def churn(score: Score, allowed: int | None, lost: pd.DataFrame, quarter: str, text: Text) -> str:
    """How many key accounts were lost, how many the target allows, and what went with them."""
    lang, period = text.lang, formats.period(quarter, text.lang)
    if score.value is None:
        return ""
    words = {
        "quarter": period,
        "accounts": formats.count(_plain(score.denominator), lang),
        "lost": formats.count(_plain(score.numerator), lang),
    }
    if allowed is None:
        parts = [text.rich("value.churn_sentence_no_target", **words)]
    else:
        target = formats.percent(score.target, lang)
        limit = formats.count(allowed, lang)
        parts = [text.rich("value.churn_sentence", **words, target=target, allowed=limit)]
    if lost["revenue_before"].notna().any():
        parts.append(_brought(lost, text))
    return joined(parts, text)


def _brought(lost: pd.DataFrame, text: Text) -> str:
    """What lost accounts had brought, and the key accounts among them."""
    of_key = lost["revenue_before"][lost["is_key"].astype(bool)]
    return text.rich(
        "value.churn_revenue",
        every=formats.count(len(lost), text.lang),
        revenue=formats.money(lost["revenue_before"].sum(), text.lang),
        key_revenue=formats.money(of_key.sum(), text.lang),
    )


def losses(quarter: str, rows: pd.DataFrame, text: Text) -> str:
    """How many accounts were lost, what they took, and the reason that took most."""
    lang, taken = text.lang, rows["revenue_before"]
    lead = text.rich(
        "value.losses_sentence",
        quarter=formats.period(quarter, lang),
        accounts=formats.count(rows["accounts"].sum(), lang),
        revenue=formats.money(taken.dropna().sum() if taken.notna().any() else None, lang),
    )
    given = rows[rows["lost_reason"].notna()]
    if given.empty:
        return lead
    by_reason = given.groupby("lost_reason", sort=False)["accounts"].sum()
    reason = by_reason.idxmax()
    most = text.rich(
        "value.losses_most",
        reason=text.value("lost_reason", reason),
        accounts=formats.count(by_reason[reason], lang),
    )
    return joined([lead, most], text)


def lost_projects(quarter: str, rows: pd.DataFrame, share: Score, text: Text) -> str:
    """How much was lost, against revenue, and where most of it."""
    lang, period = text.lang, formats.period(quarter, text.lang)
    if rows.empty:
        return text.rich("value.lost_none", quarter=period)
    sentence = text.rich(
        "value.lost_sentence",
        quarter=period,
        count=formats.count(len(rows), lang),
        amount=formats.money(rows["amount"].sum(), lang),
        share=formats.percent(share.value, lang),
        revenue=formats.money(_plain(share.denominator), lang),
    )
    unpriced = rows["amount"].isna().sum()
    if unpriced:
        words = {"count": formats.count(unpriced, lang)}
        sentence = joined([sentence, text.rich("value.lost_unpriced", **words)], text)
    by_account = rows.groupby("account_name", sort=False)["amount"].agg(["count", "sum"])
    most = by_account["sum"].astype(float).idxmax()
    if not by_account["sum"][most]:
        return sentence
    words = {
        "account": most,
        "count": formats.count(by_account["count"][most], lang),
        "amount": formats.money(by_account["sum"][most], lang),
    }
    return joined([sentence, text.rich("value.lost_most", **words)], text)


def lost_in_region(row: Mapping[str, Any], text: Text) -> str:
    """The region that lost most against what it sold."""
    return text.rich(
        "value.lost_region",
        region=row["region"],
        amount=formats.money(row["numerator"], text.lang),
        share=formats.percent(row["value"], text.lang),
        revenue=formats.money(row["denominator"], text.lang),
    )


def growth(quarter: str, rows: pd.DataFrame, text: Text) -> str:
    """How many opportunities to sell more closed, and what was won."""
    lang, period = text.lang, formats.period(quarter, text.lang)
    if rows.empty:
        return text.rich("value.growth_none", quarter=period)
    return text.rich(
        "value.growth_sentence",
        quarter=period,
        closed=formats.count((rows["won"] + rows["lost"]).sum(), lang),
        won=formats.count(rows["won"].sum(), lang),
        amount=formats.money(rows["amount"].sum(), lang),
    )


def lifetime(rows: pd.DataFrame, total: object, text: Text) -> str:
    """What all customers brought over their lifetime, and who brought most and least."""
    lang, first, last = text.lang, rows.iloc[0], rows.iloc[-1]
    sentence = text.rich(
        "value.lifetime_sentence",
        accounts=formats.count(len(rows), lang),
        total=formats.money(total, lang),  # type: ignore[arg-type]
        account=first["account_name"],
        most=formats.money(first["clv"], lang),
    )
    losing = rows[rows["clv"] < 0]
    if losing.empty:
        return sentence
    words = {
        "count": formats.count(len(losing), lang),
        "account": last["account_name"],
        "least": formats.money(last["clv"], lang),
    }
    return joined([sentence, text.rich("value.lifetime_losing", **words)], text)


def foresight(verdicts: Mapping[str, int], months: int, text: Text) -> str:
    """How many accounts could be looked at, and for how many a forecast is worth showing."""
    looked = sum(verdicts.values())
    if not looked:
        return text.rich("value.foresight_none", months=months)
    seasonal = looked - verdicts.get("no_season", 0)
    sentence = text.rich(
        "value.foresight_looked",
        looked=formats.count(looked, text.lang),
        months=months,
        seasonal=formats.count(seasonal, text.lang),
    )
    if not seasonal:
        return sentence
    shown, not_better = (verdicts.get(name, 0) for name in ("shown", "not_better"))
    words = {
        "shown": formats.count(shown, text.lang),
        "not_better": formats.count(not_better, text.lang),
    }
    return joined([sentence, text.rich("value.foresight_judged", **words)], text)


def season(
    account: Mapping[str, Any], quarters: pd.DataFrame, interval: formats.Number, text: Text
) -> str:
    """What one account is expected to buy in each of the quarters ahead."""
    lang = text.lang
    is_shown = account["verdict"] == "shown"
    key = "value.season_forecast" if is_shown else "value.season_last_year"
    parts = [
        text.rich(
            key,
            quarter=formats.period(row["quarter"], lang),
            expected=formats.money(row["expected"], lang),
            low=formats.money(row["low"], lang),
            high=formats.money(row["high"], lang),
            interval=formats.percent(interval, lang, 0),
            last_year=formats.money(row["last_year"], lang),
        )
        for row in quarters.to_dict("records")
    ]
    errors = {
        "error": formats.money(account["error"], lang),
        "error_last_year": formats.money(account["error_last_year"], lang),
    }
    name = text.rich("value.season_account", account=account["account_name"])
    return joined([name, *parts, text.rich("value.season_errors", **errors)], text)


def peaks(rows: pd.DataFrame, text: Text) -> str:
    """Whose peak comes without anything planned before it, and how much is at stake."""
    if rows.empty:
        return text("value.peaks_none")
    return text.rich(
        "value.peaks_sentence",
        count=formats.count(len(rows), text.lang),
        amount=formats.money(rows["at_stake"].sum(), text.lang),
    )
