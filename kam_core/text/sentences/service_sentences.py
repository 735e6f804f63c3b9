"""What the pictures of the service page show, in one sentence each with the number in it."""

from collections.abc import Mapping
from typing import Any

import pandas as pd

from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined
from kam_core.text.writer import Text


def response(
    period: str, values: Mapping[str, float], answered: int, standard: float, text: Text
) -> str:
    """Mean, median and P90 of a period beside the standard, and how many times it the mean is."""
    mean = values["response_hours"]
    sentence = text.rich(
        "service.response_sentence",
        period=period,
        cases=answered,
        mean=mean,
        median=values["response_hours_median"],
        p90=values["response_hours_p90"],
        standard=standard,
    )
    key = "service.response_over" if mean > standard else "service.response_under"
    return joined([sentence, text.rich(key, times=mean / standard)], text)


def clock(tickets: pd.DataFrame, standard: float, text: Text) -> str:
    """How many tickets are open, without an answer, past the standard, and since when."""
    if tickets.empty:
        return text("service.clock_none")
    clocks = tickets["clock"]
    words = {"unanswered": (clocks != "answered").sum(), "late": (clocks == "late").sum()}
    counted = text.rich("service.clock_sentence", count=len(tickets), standard=standard, **words)
    oldest = tickets.loc[tickets["hours_open"].idxmax()]
    account = oldest["account_name"] or oldest["account_id"]
    words = {"opened": oldest["opened_at"], "days": oldest["hours_open"] / 24}
    return joined([counted, text.rich("service.clock_oldest", account=account, **words)], text)


def complaints(
    period: str, topics: pd.DataFrame, growth: float | None, has_base: bool, text: Text
) -> str:
    """The count against last year, and the topic that grew most."""
    words = {"period": period, "count": topics["complaints"].sum(), "change": growth}
    if not has_base:
        return text.rich("service.complaints_no_base", **words)
    key = "service.complaints_from_none" if growth is None else "service.complaints_sentence"
    total = text.rich(key, **words, before=topics["complaints_before"].sum())
    first = topics.iloc[0]
    if first["increase"] <= 0:
        return joined([total, text("service.complaints_no_topic_grew")], text)
    return joined([total, text.rich("service.complaints_topic", **first)], text)


def tiers(period: str, rows: pd.DataFrame, least: int, text: Text) -> str:
    """The most and the least satisfied tier of those with enough answers, and which have few."""
    is_enough = rows["answers"] >= least
    apart = _describe_spread(period, rows[is_enough], text)
    # They are drawn hollow.
    few = [tier_and_n(row, text) for row in rows[~is_enough].to_dict("records")]
    left_out = text.rich("service.tiers_left_out", tiers=few, least=least) if few else ""
    return joined([apart, left_out], text)


def tier_and_n(row: Mapping[str, Any], text: Text) -> str:
    """A tier with the number of its answers."""
    return text("service.tier_and_n", **row)


def _describe_spread(period: str, rows: pd.DataFrame, text: Text) -> str:
    if len(rows) < 2:
        return text.rich("service.tiers_few", period=period)
    best, worst = (rows.loc[index] for index in (rows["value"].idxmax(), rows["value"].idxmin()))
    return text.rich(
        "service.tiers_sentence",
        period=period,
        best_tier=best["tier"],
        best=best["value"],
        best_n=best["answers"],
        worst_tier=worst["tier"],
        worst=worst["value"],
        worst_n=worst["answers"],
    )


def spread(key: str, label: str, values: pd.Series, unit: str, text: Text) -> str:
    """Where the middle half of some values lies, and the whole range; nobody is named."""
    ends = {"low": 0.0, "lower": 0.25, "middle": 0.5, "upper": 0.75, "high": 1.0}
    words = {name: values.quantile(at) for name, at in ends.items()}
    return text.rich(key, span=label, managers=len(values), unit=unit, **words)


def feelings(period: str, last: Mapping[str, Any], text: Text) -> str:
    """How many feel cared for personally and find it effective, each with its interval and n."""
    sentences = [
        text.rich(
            f"service.{name}_sentence",
            period=period,
            share=last[name],
            others=formats.subtract(1, last[name]),
            low=last[f"{name}_low"],
            high=last[f"{name}_high"],
            cases=last[f"{name}_cases"],
        )
        for name in ("feels_personalised", "feels_effective")
        if not formats.is_missing(last[name])
    ]
    return joined(sentences, text) if sentences else text("service.feelings_none")


def moves(rows: pd.DataFrame, text: Text) -> str:
    """How many accounts rose and fell, and the mean change with two managers and with one."""
    if rows.empty:
        return text("service.moves_none")
    change, both = rows["score_change"].astype(float), rows["has_both_managers"].astype(bool)
    words = {"count": len(rows), "risen": (change > 0).sum(), "fallen": (change < 0).sum()}
    moved = text.rich("service.moves_sentence", **words)
    if not both.any() or both.all():
        return moved
    words = {"both_n": both.sum(), "one_n": (~both).sum()}
    means = {"both": change[both].mean(), "one": change[~both].mean()}
    return joined([moved, text.rich("service.moves_managers", **words, **means)], text)
