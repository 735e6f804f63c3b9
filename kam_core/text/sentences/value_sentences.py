"""What the figures of value say, each in a sentence or two with the numbers in it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kam_core.metrics.scorecard import Score
from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined, listed
from kam_core.text.writer import Text


def concentration(
    quarter: str,
    accounts: int,
    marked: int,
    reached: float,
    scores: Mapping[str, Score],
    text: Text,
) -> str:
    """How few accounts bring most, what the top brings, and what the index amounts to."""
    words = {"total": accounts, "marked": marked, "share": reached}
    parts = [text.rich("value.pareto_sentence", quarter=quarter, **words)]
    top, index = scores["top20_share"].value, scores["hhi"].value
    if top is not None:
        parts.append(text.rich("value.top_sentence", share=top))
    if index:
        parts.append(text.rich("value.hhi_sentence", index=index, equal=formats.rounded(1 / index)))
    return joined(parts, text)


def wallets(quarter: str, rows: pd.DataFrame, shown: int, text: Text) -> str:
    """What known budgets add up to, our share of them, who buys most elsewhere, and least here."""
    budget, ours = rows["annual_purchase_budget"].sum(), rows["revenue_12m"].sum()
    words = {"accounts": len(rows), "budget": budget, "revenue": ours, "share": ours / budget}
    largest = rows.head(shown)
    parts = [
        text.rich("value.wallet_sentence", quarter=quarter, **words),
        text.rich("value.wallet_first", **rows.iloc[0]),
    ]
    if len(largest) > 1:
        smallest = largest.sort_values("share", kind="stable").iloc[0]
        parts.append(text.rich("value.wallet_smallest", shown=len(largest), **smallest))
    return joined(parts, text)


def retention(quarter: str, scores: Mapping[str, Score], text: Text) -> str:
    """What a hundred of last year's revenue became, with and without growth."""
    net, gross = scores["nrr"], scores["grr"]
    if net.value is None or gross.value is None:
        return ""
    words = {"base": net.denominator, "net": net.value, "gross": gross.value}
    return text.rich("value.retention_sentence", quarter=quarter, **words)


def ended(quarter: str, rows: pd.DataFrame, text: Text) -> str:
    """How many contracts that ended were renewed, for how much, and the largest step up."""
    if rows.empty:
        return text.rich("value.ended_none", quarter=quarter)
    priced, is_open = rows[rows["difference"].notna()], rows["renewed"].isna()
    lead = text.rich(
        "value.ended_sentence",
        quarter=quarter,
        ended=len(rows),
        renewed=rows["renewed"].sum(),
        before=priced["amount"].sum(),
        after=priced["renewal_amount"].sum(),
        priced=len(priced),
    )
    grown = priced[priced["difference"] > 0]
    parts = [lead]
    if is_open.any():
        parts.append(text.rich("value.ended_undecided", count=is_open.sum()))
    if not grown.empty:
        parts.append(text.rich("value.largest_step", **grown.iloc[0]))
    return joined(parts, text)


def ending(rows: pd.DataFrame, soon_days: int, ahead_days: int, text: Text) -> str:
    """What runs out soon and later, and where nothing is planned before."""
    soon = rows[rows["is_soon"].astype(bool)]
    planned_late = soon["next_planned_on"].isna() | (soon["next_planned_on"] > soon["ends_on"])
    return listed(
        "value.ending",
        rows,
        text,
        soon_days=soon_days,
        ahead_days=ahead_days,
        soon=len(soon),
        soon_amount=soon["amount"].sum(),
        ahead_amount=rows["amount"].sum(),
        unplanned=planned_late.sum(),
    )


def churn(score: Score, allowed: int | None, lost: pd.DataFrame, quarter: str, text: Text) -> str:
    """How many key accounts were lost, how many the target allows, and what went with them."""
    if score.value is None:
        return ""
    key = "value.churn_sentence_no_target" if allowed is None else "value.churn_sentence"
    parts = [text.rich(key, **vars(score), quarter=quarter, allowed=allowed)]
    brought = lost["revenue_before"]
    if brought.notna().any():
        of_key = brought[lost["is_key"].astype(bool)].sum()
        words = {"every": len(lost), "revenue": brought.sum(), "key_revenue": of_key}
        parts.append(text.rich("value.churn_revenue", **words))
    return joined(parts, text)


def losses(quarter: str, rows: pd.DataFrame, least_cases: int, text: Text) -> str:
    """How many accounts were lost, what they took, and of enough reasons the most frequent."""
    taken = rows["revenue_before"]
    lead = text.rich(
        "value.losses_sentence",
        quarter=quarter,
        accounts=rows["accounts"].sum(),
        revenue=taken.dropna().sum() if taken.notna().any() else None,
    )
    given = rows[rows["lost_reason"].notna()]
    if given["accounts"].sum() < least_cases:
        return lead
    by_reason = given.groupby("lost_reason", sort=False)["accounts"].sum()
    reason = by_reason.idxmax()
    most = text.rich("value.losses_most", reason=reason, accounts=by_reason[reason])
    return joined([lead, most], text)


def lost_projects(quarter: str, rows: pd.DataFrame, share: Score, text: Text) -> str:
    """How much was lost, against revenue, and where most of it."""
    if rows.empty:
        return text.rich("value.lost_none", quarter=quarter)
    words = {"count": len(rows), "amount": rows["amount"].sum()}
    words |= {"share": share.value, "revenue": share.denominator}
    parts = [text.rich("value.lost_sentence", quarter=quarter, **words)]
    if unpriced := rows["amount"].isna().sum():
        parts.append(text.rich("value.lost_unpriced", count=unpriced))
    by_account = rows.groupby("account_name", sort=False)["amount"].agg(["count", "sum"])
    most = by_account["sum"].astype(float).idxmax()
    if by_account["sum"][most]:
        parts.append(text.rich("value.lost_most", account=most, **by_account.loc[most]))
    return joined(parts, text)


def growth(quarter: str, rows: pd.DataFrame, text: Text) -> str:
    """How many opportunities to sell more closed, and what was won."""
    won, lost, amount = (rows[name].sum() for name in ("won", "lost", "amount"))
    words = {"quarter": quarter, "closed": won + lost, "won": won, "amount": amount}
    return listed("value.growth", rows, text, **words)


def lifetime(rows: pd.DataFrame, text: Text) -> str:
    """What all customers brought over their lifetime, and who brought most and least."""
    total, first, last = rows["clv"].sum(), rows.iloc[0], rows.iloc[-1]
    sentence = text.rich("value.lifetime_sentence", accounts=len(rows), total=total, **first)
    losing = rows[rows["clv"] < 0]
    if losing.empty:
        return sentence
    return joined([sentence, text.rich("value.lifetime_losing", count=len(losing), **last)], text)


def foresight(verdicts: Mapping[str, int], months: int, text: Text) -> str:
    """How many accounts could be looked at, and for how many a forecast is worth showing."""
    looked = sum(verdicts.values())
    if not looked:
        return text.rich("value.foresight_none", months=months)
    words = {"shown": 0, "not_better": 0, "no_season": 0, **verdicts}
    seasonal = looked - words["no_season"]
    parts = [text.rich("value.foresight_looked", looked=looked, months=months, seasonal=seasonal)]
    if seasonal:
        parts.append(text.rich("value.foresight_judged", **words))
    return joined(parts, text)


def season(
    account: Mapping[str, Any], quarters: pd.DataFrame, interval: formats.Number, text: Text
) -> str:
    """What one account is expected to buy in each of the quarters ahead."""
    is_shown = account["verdict"] == "shown"
    key = "value.season_forecast" if is_shown else "value.season_last_year"
    rows = quarters.to_dict("records")
    parts = [text.rich(key, **row, interval=interval) for row in rows]
    name, errors = (text.rich(f"value.season_{part}", **account) for part in ("account", "errors"))
    return joined([name, *parts, errors], text)
