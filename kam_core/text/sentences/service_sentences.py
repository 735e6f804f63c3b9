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
    lang, mean = text.lang, values["response_hours"]
    sentence = text.rich(
        "service.response_sentence",
        period=formats.period(period, lang),
        cases=formats.count(answered, lang),
        mean=formats.hours(mean, lang),
        median=formats.hours(values["response_hours_median"], lang),
        p90=formats.hours(values["response_hours_p90"], lang),
        standard=formats.hours(standard, lang, 0),
    )
    key = "service.response_over" if mean > standard else "service.response_under"
    return joined([sentence, text.rich(key, times=formats.decimal(mean / standard, lang))], text)


def within(period: str, row: Mapping[str, Any], standard: float, text: Text) -> str:
    """The share answered within the standard, with its cases."""
    return text.rich(
        "service.within_sentence",
        period=formats.period(period, text.lang),
        share=formats.percent(row["value"], text.lang),
        within=formats.count(row["numerator"], text.lang),
        cases=formats.count(row["denominator"], text.lang),
        standard=formats.hours(standard, text.lang, 0),
    )


def clock(tickets: pd.DataFrame, standard: float, text: Text) -> str:
    """How many tickets are open, without an answer, past the standard, and since when."""
    lang = text.lang
    if tickets.empty:
        return text("service.clock_none")
    late = int((tickets["clock"] == "late").sum())
    counted = text.rich(
        "service.clock_sentence",
        count=formats.count(len(tickets), lang),
        unanswered=formats.count((tickets["clock"] != "answered").sum(), lang),
        late=formats.count(late, lang),
        standard=formats.hours(standard, lang, 0),
    )
    oldest = tickets.loc[tickets["hours_open"].idxmax()]
    since = text.rich(
        "service.clock_oldest",
        account=oldest["account_name"] or oldest["account_id"],
        opened=formats.moment(oldest["opened_at"], lang),
        days=formats.decimal(oldest["hours_open"] / 24, lang),
    )
    return joined([counted, since], text)


def complaints(
    period: str,
    topics: pd.DataFrame,
    growth: float | None,
    has_base: bool,
    text: Text,
) -> str:
    """The count against last year, and the topic that grew most."""
    lang = text.lang
    words = {"period": formats.period(period, lang)}
    words["count"] = formats.count(topics["complaints"].sum(), lang)
    if not has_base:
        return text.rich("service.complaints_no_base", **words)
    words["before"] = formats.count(topics["complaints_before"].sum(), lang)
    key = "service.complaints_from_none" if growth is None else "service.complaints_sentence"
    total = text.rich(key, **words, change=formats.percent(growth, lang, signed=True))
    first = topics.iloc[0]
    if first["increase"] <= 0:
        return joined([total, text("service.complaints_no_topic_grew")], text)
    grown = text.rich(
        "service.complaints_topic",
        topic=first["topic"],
        before=formats.count(first["complaints_before"], lang),
        count=formats.count(first["complaints"], lang),
        increase=formats.count(first["increase"], lang, signed=True),
        share=formats.percent(first["share"], lang),
    )
    return joined([total, grown], text)


def tiers(period: str, rows: pd.DataFrame, least: int, text: Text) -> str:
    """The most and the least satisfied tier of those with enough answers, and which have few."""
    is_enough = rows["answers"] >= least
    apart = _apart(period, rows[is_enough], text)
    return joined([apart, _left_out(rows[~is_enough], least, text)], text)


def _apart(period: str, rows: pd.DataFrame, text: Text) -> str:
    if len(rows) < 2:
        return text.rich("service.tiers_few", period=formats.period(period, text.lang))
    best, worst = (rows.loc[index] for index in (rows["value"].idxmax(), rows["value"].idxmin()))
    return text.rich(
        "service.tiers_sentence",
        period=formats.period(period, text.lang),
        best_tier=text.value("tier", best["tier"]),
        best=formats.decimal(best["value"], text.lang),
        best_n=formats.count(best["answers"], text.lang),
        worst_tier=text.value("tier", worst["tier"]),
        worst=formats.decimal(worst["value"], text.lang),
        worst_n=formats.count(worst["answers"], text.lang),
    )


def _left_out(rows: pd.DataFrame, least: int, text: Text) -> str:
    """The tiers with too few answers to be compared, which are drawn hollow."""
    named = [
        text("service.tier_and_n", tier=text.value("tier", row.tier), n=row.answers)
        for row in rows.itertuples()
    ]
    listed = text("punctuation.list").join(named)
    return text.rich("service.tiers_left_out", tiers=listed, least=least) if named else ""


def spread(key: str, label: str, values: pd.Series, unit: str, text: Text) -> str:
    """Where the middle half of some values lies, and the whole range; nobody is named."""
    ends = {"low": 0.0, "lower": 0.25, "middle": 0.5, "upper": 0.75, "high": 1.0}
    return text.rich(
        key,
        span=label,
        managers=formats.count(len(values), text.lang),
        **{
            name: formats.quantity(values.quantile(at), unit, text.lang)
            for name, at in ends.items()
        },
    )


def feelings(period: str, last: Mapping[str, Any], text: Text) -> str:
    """How many feel cared for personally and find it effective, each with its interval and n."""
    sentences = [
        text.rich(
            f"service.{name}_sentence",
            period=formats.period(period, text.lang),
            share=formats.percent(last[name], text.lang),
            others=formats.percent(formats.subtract(1, last[name]), text.lang),
            low=formats.percent(last[f"{name}_low"], text.lang),
            high=formats.percent(last[f"{name}_high"], text.lang),
            cases=formats.count(last[f"{name}_cases"], text.lang),
        )
        for name in ("feels_personalised", "feels_effective")
        if not formats.is_missing(last[name])
    ]
    return joined(sentences, text) if sentences else text("service.feelings_none")


def moves(rows: pd.DataFrame, text: Text) -> str:
    """How many accounts rose and fell, and the mean change with two managers and with one."""
    if rows.empty:
        return text("service.moves_none")
    lang, change = text.lang, rows["score_change"].astype(float)
    moved = text.rich(
        "service.moves_sentence",
        count=formats.count(len(rows), lang),
        risen=formats.count((change > 0).sum(), lang),
        fallen=formats.count((change < 0).sum(), lang),
    )
    both = rows["has_both_managers"].astype(bool)
    if not both.any() or both.all():
        return moved
    compared = text.rich(
        "service.moves_managers",
        both_n=formats.count(both.sum(), lang),
        both=formats.decimal(change[both].mean(), lang, signed=True),
        one_n=formats.count((~both).sum(), lang),
        one=formats.decimal(change[~both].mean(), lang, signed=True),
    )
    return joined([moved, compared], text)
