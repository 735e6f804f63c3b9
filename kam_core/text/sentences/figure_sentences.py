"""What a picture shows, in one sentence with the number in it; Markdown that is safe to show."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

import pandas as pd

from kam_core.metrics.compare import KpiChange, VersionComparison
from kam_core.metrics.scorecard import JUDGED, PARTIAL, Score
from kam_core.text import formats
from kam_core.text.writer import Text

KEY_LOST = "key_accounts_lost"


def joined(parts: Sequence[str], text: Text) -> str:
    return text("punctuation.sentence").join(part for part in parts if part)


def headline(scores: Sequence[Score], text: Text) -> str:
    """How many figures with a target met it, and how many of them may still change."""
    judged = [score for score in scores if score.is_judged]
    if not judged:
        return text("overview.headline_none")
    statuses = [score.status for score in judged]
    counts = {status: statuses.count(status) for status in JUDGED}
    met = text.rich("overview.headline_met", total=len(judged), **counts)
    return joined([met, running(sum(score.is_running for score in judged), text)], text)


def running(count: int, text: Text) -> str:
    """How many of some figures are judged before their quarter has ended."""
    return text.rich("scores.running", running=count) if count else ""


def trend(title: str, rows: pd.DataFrame, score: Score, text: Text) -> str:
    """The last period of a trend, which is scored, against its target, and where it started."""
    valued = rows[rows["value"].notna()]
    last = rows.iloc[-1]
    words = {"metric": title, "quarter": formats.period(last["period"], text.lang)}
    if formats.is_missing(last["value"]):
        return text.rich("overview.trend_sentence_no_value", **words)
    words["value"] = formats.quantity(last["value"], score.unit, text.lang)
    words["status"] = text.standing(score)
    if formats.is_missing(last["target"]):
        parts = [text.rich("overview.trend_sentence_no_target", **words)]
    else:
        words["target"] = formats.quantity(last["target"], score.unit, text.lang)
        parts = [text.rich("overview.trend_sentence", **words)]
    return joined([*parts, _since(valued, rows, score.unit, text)], text)


def _since(valued: pd.DataFrame, rows: pd.DataFrame, unit: str, text: Text) -> str:
    if len(valued) < 2:
        return ""
    first = valued.iloc[0]
    return text.rich(
        "overview.trend_from",
        count=len(rows) - 1 - list(rows["period"]).index(first["period"]),
        quarter=formats.period(first["period"], text.lang),
        value=formats.quantity(first["value"], unit, text.lang),
    )


def regions(
    rows: pd.DataFrame, titles: Mapping[str, str], units: Mapping[str, str], text: Text
) -> str:
    """How many cells of the region table met their target, and the one furthest from it.

    A cell whose cases are too few or whose quarter runs on is not called furthest.
    """
    counts, is_running = rows["status"].value_counts(), rows["reason"].eq(PARTIAL)
    sentence = text.rich(
        "overview.heat_sentence",
        regions=rows["region"].nunique(),
        metrics=rows["metric"].nunique(),
        **{status: int(counts.get(status, 0)) for status in JUDGED},
        undecided=int(rows["decidable"].eq(False).sum()),
    )
    early = running(int((is_running & rows["status"].isin(JUDGED)).sum()), text)
    sentence = joined([sentence, early], text)
    missed = rows[(rows["status"] == "missed") & rows["decidable"].ne(False) & ~is_running]
    if missed.empty:
        return sentence
    furthest = (missed["gap"].abs() / missed["target"].abs().replace(0, float("nan"))).idxmax()
    worst = missed.loc[furthest]
    unit = units[worst["metric"]]
    return joined(
        [
            sentence,
            text.rich(
                "overview.heat_worst",
                region=worst["region"],
                metric=titles[worst["metric"]],
                value=formats.quantity(worst["value"], unit, text.lang),
                target=formats.quantity(worst["target"], unit, text.lang),
            ),
        ],
        text,
    )


def attention(row: Mapping[str, Any], text: Text) -> str:
    """One warning with its figures."""
    # What lost accounts brought, only their orders say.
    is_unknown = row["code"] == KEY_LOST and formats.is_missing(row["amount"])
    return text.rich(
        f"attention.{row['code']}{'_alone' if is_unknown else ''}",
        account=row["account_name"] or "",
        region=row["region"] or "",
        cases=formats.count(row["cases"], text.lang),
        of_cases=formats.count(row["of_cases"], text.lang),
        share=formats.percent(row["share"], text.lang),
        amount=formats.money(row["amount"], text.lang),
        previous=formats.money(row["previous_amount"], text.lang),
        fall=formats.percent(_fall(row), text.lang),
        days=formats.count(row["days"], text.lang),
    )


def _fall(row: Mapping[str, Any]) -> float | None:
    before = row["previous_amount"]
    return None if formats.is_missing(before) else float(1 - row["amount"] / before)


def heat(grid: pd.DataFrame, text: Text) -> str:
    """The best and the worst line of a grid of completion rates: its column ``rate``."""
    best, worst = grid["rate"].idxmax(), grid["rate"].idxmin()
    return text.rich(
        "follow_up.heat_sentence",
        best_region=best,
        best=formats.percent(grid["rate"][best], text.lang),
        worst_region=worst,
        worst=formats.percent(grid["rate"][worst], text.lang),
    )


def outlook(figures: Mapping[str, int], quarter: str, target: Decimal | None, text: Text) -> str:
    """What a quarter's callbacks can still reach, and what the target asks for."""
    lang = text.lang
    total = figures["owed"]
    words = {
        "quarter": formats.period(quarter, lang),
        "total": formats.count(total, lang),
        "done": formats.count(figures["done"], lang),
    }
    if not figures["still_open"]:
        rate = formats.percent(figures["done"] / total, lang)
        return text.rich("follow_up.outlook_ended", **words, rate=rate)
    reachable = (figures["done"] + figures["still_open"]) / total
    so_far = text.rich(
        "follow_up.outlook_sentence",
        **words,
        missed=formats.count(figures["missed"], lang),
        open=formats.count(figures["still_open"], lang),
    )
    ahead = _to_come(figures["to_come"], text)
    best = text.rich("follow_up.outlook_best", reachable=formats.percent(reachable, lang))
    return joined([so_far, ahead, best, _towards(figures, reachable, target, text)], text)


def _to_come(count: int, text: Text) -> str:
    number = formats.count(count, text.lang)
    return text.rich("follow_up.outlook_to_come", count=number) if count else ""


def _towards(
    figures: Mapping[str, int], reachable: float, target: Decimal | None, text: Text
) -> str:
    if target is None:
        return ""
    aim = formats.percent(target, text.lang)
    if reachable < target:
        return text.rich("follow_up.outlook_impossible", target=aim)
    needed = formats.count(figures["needed"], text.lang)
    return text.rich("follow_up.outlook_possible", target=aim, needed=needed)


def tiers(cells: pd.DataFrame, accounts: int, revenue: float, unrated: int, text: Text) -> str:
    """How few accounts bring how much."""
    lang, key = text.lang, cells[cells["is_key"].astype(bool)]
    sentence = text.rich(
        "tiers.sentence",
        key=formats.count(key["accounts"].sum(), lang),
        key_tiers=text("punctuation.list").join(text.value("tier", tier) for tier in key["tier"]),
        total=formats.count(accounts, lang),
        share=formats.percent(key["accounts"].sum() / accounts, lang),
        revenue=formats.money(key["revenue_12m"].sum(), lang),
        revenue_share=formats.percent(
            key["revenue_12m"].sum() / revenue if revenue else None, lang
        ),
    )
    count = formats.count(unrated, lang)
    left_out = text.rich("tiers.unrated", count=count) if unrated else ""
    return joined([sentence, left_out], text)


def tier_members(cell: Mapping[str, Any], text: Text) -> str:
    return text.rich(
        "tiers.accounts_sentence",
        tier=text.value("tier", cell["tier"]),
        count=formats.count(cell["accounts"], text.lang),
        revenue=formats.money(cell["revenue_12m"], text.lang),
        share=formats.percent(cell["share"], text.lang),
    )


def tier_moves(moves: pd.DataFrame, quarter: str, text: Text) -> str:
    """How many accounts changed tier since the start of a quarter."""
    words = {"quarter": formats.period(quarter, text.lang)}
    if moves.empty:
        return text.rich("tiers.moves_none", **words)
    return text.rich("tiers.moves_sentence", **words, count=formats.count(len(moves), text.lang))


def quarter(code: str, text: Text) -> str:
    return formats.period(code, text.lang)


def worklist(rows: pd.DataFrame, text: Text) -> str:
    if rows.empty:
        return text("follow_up.worklist_none")
    return text.rich(
        "follow_up.worklist_sentence",
        total=formats.count(len(rows), text.lang),
        overdue=formats.count((rows["reason"] == "overdue").sum(), text.lang),
        accounts=formats.count(rows["account_id"].nunique(), text.lang),
    )


def rates(view_period: str, values: Mapping[str, float | None], text: Text) -> str:
    """Match rate and need coverage in one breath, as neither is to be read alone."""
    match = values.get("match_rate")
    return text.rich(
        "needs.rates_sentence",
        quarter=quarter(view_period, text),
        match=formats.percent(match, text.lang),
        coverage=formats.percent(values.get("need_coverage"), text.lang),
        routine=formats.percent(None if match is None else formats.subtract(1, match), text.lang),
    )


def ages(needs: pd.DataFrame, text: Text) -> str:
    """How many needs are open, how many without an answer, and how old the oldest is."""
    if needs.empty:
        return text("needs.ages_none")
    return text.rich(
        "needs.ages_sentence",
        count=formats.count(len(needs), text.lang),
        unanswered=formats.count(needs["responded_at"].isna().sum(), text.lang),
        days=formats.count(needs["age_days"].max(), text.lang),
    )


def response(view_period: str, values: Mapping[str, float | None], text: Text) -> str:
    return text.rich(
        "needs.response_sentence",
        quarter=quarter(view_period, text),
        median=formats.days(values.get("need_response_median"), text.lang),
        p90=formats.days(values.get("need_response_p90"), text.lang),
        share=formats.percent(values.get("need_response_within_standard"), text.lang),
    )


def listed(key: str, rows: pd.DataFrame, text: Text, days: str | None = None) -> str:
    """What a list is about, with its length; other words where it is empty."""
    if rows.empty:
        return text(f"{key}_none")
    words = {"count": formats.count(len(rows), text.lang)}
    if days:
        words["days"] = formats.count(rows[days].max(), text.lang)
    return text.rich(f"{key}_sentence", **words)


def comparison(compared: VersionComparison, text: Text) -> str:
    """What differs between two versions, in one sentence with the numbers in it."""
    moved = {change.account_id for change in compared.accounts}
    totals = {
        name: sum(getattr(table, name) for table in compared.tables)
        for name in ("added", "changed", "gone")
    }
    figures = [kpi for kpi in compared.kpis if is_moved(kpi, text.lang)]
    return text.rich(
        "uploads.comparison_sentence",
        accounts=formats.count(len(moved), text.lang),
        figures=formats.count(len(figures), text.lang),
        **{name: formats.count(total, text.lang) for name, total in totals.items()},
    )


def is_moved(kpi: KpiChange, lang: str) -> bool:
    """Whether a figure moves by as much as is shown, or stands another way to its target."""
    before, after, unit = kpi.before, kpi.after, kpi.unit
    shown = formats.pair(before, after, unit, lang)
    return shown[0] != shown[1] or kpi.before_status != kpi.after_status


def uploads(snapshots: pd.DataFrame, text: Text) -> str:
    """How many uploads make up the live version, and that no row of them is missing."""
    totals = {name: snapshots[name].sum() for name in ("received", "accepted", "quarantined")}
    return text.rich(
        "uploads.history_sentence",
        count=formats.count(len(snapshots), text.lang),
        **{name: formats.count(total, text.lang) for name, total in totals.items()},
    )
