"""What a picture shows, in one sentence with the number in it; Markdown that is safe to show."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from kam_core.metrics.compare import KpiChange, VersionComparison
from kam_core.metrics.scorecard import JUDGED, Score
from kam_core.text import formats
from kam_core.text.marks import judged_words
from kam_core.text.writer import Text

KEY_LOST = "key_accounts_lost"


def joined(parts: Sequence[str], text: Text) -> str:
    return text("punctuation.sentence").join(part for part in parts if part)


def on_target(scores: Sequence[Score], quarter: str, text: Text) -> str:
    """How many figures with a target have each status or none, and which is furthest from it."""
    judged = [score for score in scores if score.is_judged]
    if not judged:
        return text.rich("targets.scorecard_none", quarter=quarter)
    silent = sum(score.is_silent for score in scores)
    total = len(judged) + silent
    lead = text.rich("targets.scorecard_sentence", quarter=quarter, total=total)
    counts = [count_statuses(judged, text)]
    if silent:
        counts.append(text.rich("targets.scorecard_silent", count=silent))
    counted = lead + text("punctuation.list").join(counts) + text("punctuation.stop")
    return joined([counted, _describe_furthest(judged, text)], text)


def count_statuses(scores: Iterable[Score], text: Text) -> str:
    """How many scores have each status, and how many of those are undecided."""
    counts = Counter((score.status, score.is_undecided) for score in scores)
    parts = []
    for status in JUDGED:
        undecided = counts[status, True]
        if count := counts[status, False] + undecided:
            words = {"count": undecided, "total": count}
            few = text.rich("scores.of_them_undecided", **words) if undecided else ""
            parts.append(text.rich(f"scores.count.{status}", count=count) + few)
    return text("punctuation.list").join(parts)


def _describe_furthest(judged: Sequence[Score], text: Text) -> str:
    missed = [score for score in judged if score.shade == "missed" and score.attainment is not None]
    if not missed or len(judged) < 2:
        return ""
    score = min(missed, key=lambda score: score.attainment or 0)
    words = judged_words(score, text.lang)
    return text.rich("targets.furthest", **words, metric=text.metric(score.metric))


def trend(title: str, rows: pd.DataFrame, score: Score, changes: Sequence[str], text: Text) -> str:
    """The last period of a trend, which is scored, against its target, and how it changed."""
    last = rows.iloc[-1]
    words = {**last, "metric": title} | judged_words(score, text.lang)
    if formats.is_missing(last["value"]):
        return text.rich("overview.trend_sentence_no_value", **words)
    key = "trend_sentence_no_target" if formats.is_missing(last["target"]) else "trend_sentence"
    sentence = text.rich(f"overview.{key}", **words, status=text.standing(score))
    moved = text("punctuation.list").join(changes)
    return joined([sentence, moved + text("punctuation.stop") if moved else ""], text)


def regions(scores: Sequence[tuple[str, Score]], least_cases: int, text: Text) -> str:
    """How many cells of the region table have each status, and the one furthest from its target.

    A cell whose cases are too few, or which is the only one, is not called furthest.
    """
    judged = [(region, score) for region, score in scores if score.is_judged]
    names = ({region for region, _ in scores}, {score.metric for _, score in scores})
    regions, metrics = map(len, names)
    lead = text.rich("overview.heat_sentence", regions=regions, metrics=metrics)
    counts = count_statuses((score for _, score in judged), text) or text("blocks.no_target")
    missed = [
        (region, score)
        for region, score in judged
        if score.shade == "missed" and score.attainment is not None
        if has_cases(score.denominator, least_cases)
    ]
    sentence = lead + counts + text("punctuation.stop")
    if not missed or len(judged) < 2:
        return sentence
    region, worst = min(missed, key=lambda each: each[1].attainment or 0)
    words = judged_words(worst, text.lang) | {
        "region": region,
        "metric": text.metric(worst.metric),
    }
    return joined([sentence, text.rich("overview.heat_worst", **words)], text)


def has_cases(count: object, least: int) -> bool:
    """Whether a part rests on enough cases to be named before others; amounts have none."""
    return not isinstance(count, int) or count >= least


def attention(row: Mapping[str, Any], text: Text) -> str:
    """One warning with its figures."""
    # What lost accounts brought, only their orders say.
    is_unknown = row["code"] == KEY_LOST and formats.is_missing(row["amount"])
    before = row["previous_amount"]
    fall = None if formats.is_missing(before) else float(1 - row["amount"] / before)
    account = row["account_name"] or ""
    key = f"attention.{row['code']}{'_alone' if is_unknown else ''}"
    return text.rich(key, **row, account=account, fall=fall)


def heat(rates: pd.Series, text: Text) -> str:
    """The best and the worst of some completion rates by region, of those with enough cases."""
    if len(rates) < 2:
        return text("follow_up.heat_few")
    best, worst = rates.idxmax(), rates.idxmin()
    words = {"best_region": best, "worst_region": worst}
    return text.rich("follow_up.heat_sentence", **words, best=rates[best], worst=rates[worst])


def outlook(figures: Mapping[str, int], quarter: str, target: Decimal | None, text: Text) -> str:
    """What a quarter's callbacks can still reach, and what the target asks for."""
    words: dict[str, object] = {**figures, "quarter": quarter, "target": target}
    if not figures["still_open"]:
        rate = figures["done"] / figures["owed"]
        return text.rich("follow_up.outlook_ended", **words, rate=rate)
    reachable = (figures["done"] + figures["still_open"]) / figures["owed"]
    keys = ["sentence", *(["to_come"] if figures["to_come"] else []), "best"]
    if target is not None:
        keys.append("impossible" if reachable < target else "possible")
    words["reachable"] = reachable
    return joined([text.rich(f"follow_up.outlook_{key}", **words) for key in keys], text)


def tiers(cells: pd.DataFrame, total: int, revenue: float, lacking: list[str], text: Text) -> str:
    """How few accounts bring how much, and which measures the others lack."""
    key = cells[cells["is_key"].astype(bool)]
    count, brought = key["accounts"].sum(), key["revenue_12m"].sum()
    sentence = text.rich(
        "tiers.sentence",
        key=count,
        key_tiers=list(key["tier"]),
        total=total,
        share=count / total,
        revenue=brought,
        revenue_share=brought / revenue if revenue else None,
    )
    if not lacking:
        return sentence
    measures = [text(f"tiers.lacking.{measure}") for measure in lacking]
    unrated = total - cells["accounts"].sum()
    return joined([sentence, text.rich("tiers.unrated", count=unrated, lacking=measures)], text)


def rates(view_period: str, values: Mapping[str, float | None], text: Text) -> str:
    """Match rate and need coverage in one breath, as neither is to be read alone."""
    match = values.get("match_rate")
    routine = None if match is None else formats.subtract(1, match)
    words = {"match": match, "coverage": values.get("need_coverage"), "routine": routine}
    return text.rich("needs.rates_sentence", quarter=view_period, **words)


def ages(needs: pd.DataFrame, text: Text) -> str:
    """How many needs are open, how many without an answer, and how old the oldest is."""
    unanswered, days = needs["responded_at"].isna().sum(), needs["age_days"].max()
    return listed("needs.ages", needs, text, unanswered=unanswered, days=days)


def response(view_period: str, values: Mapping[str, float | None], text: Text) -> str:
    return text.rich(
        "needs.response_sentence",
        quarter=view_period,
        median=values.get("need_response_median"),
        p90=values.get("need_response_p90"),
        share=values.get("need_response_within_standard"),
    )


def listed(key: str, rows: pd.DataFrame, text: Text, **words: object) -> str:
    """What a list is about, with its length; other words where it is empty."""
    kind = "none" if rows.empty else "sentence"
    return text.rich(f"{key}_{kind}", count=len(rows), **words)


def worklist(rows: pd.DataFrame, text: Text) -> str:
    """How much there is to do, how much of it is overdue, and for how many accounts."""
    overdue, accounts = (rows["reason"] == "overdue").sum(), rows["account_id"].nunique()
    return listed("follow_up.worklist", rows, text, overdue=overdue, accounts=accounts)


def comparison(compared: VersionComparison, text: Text) -> str:
    """What differs between two versions, in one sentence with the numbers in it."""
    totals = {
        name: sum(getattr(table, name) for table in compared.tables)
        for name in ("added", "changed", "gone")
    }
    accounts = len({change.account_id for change in compared.accounts})
    figures = sum(is_moved(kpi, text.lang) for kpi in compared.kpis)
    return text.rich("uploads.comparison_sentence", accounts=accounts, figures=figures, **totals)


def is_moved(kpi: KpiChange, lang: str) -> bool:
    """Whether a figure moves by as much as is shown, or stands another way to its target."""
    before, after, unit = kpi.before, kpi.after, kpi.unit
    shown = formats.pair(before, after, unit, lang)
    return shown[0] != shown[1] or kpi.before_status != kpi.after_status


def uploads(snapshots: pd.DataFrame, text: Text) -> str:
    """How many uploads make up the live version, and that no row of them is missing."""
    totals = {name: snapshots[name].sum() for name in ("received", "accepted", "quarantined")}
    return text.rich("uploads.history_sentence", count=len(snapshots), **totals)
