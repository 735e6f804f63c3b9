"""What the pictures of the resources page show, in one sentence each with the number in it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import pandas as pd

from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined
from kam_core.text.writer import Text

if TYPE_CHECKING:
    from kam_core.analysis.renewal_model import Estimate


def hours(period: str, value: float, target: float | None, months: pd.DataFrame, text: Text) -> str:
    """Hours per manager and week of a quarter, and the months between which they moved."""
    key = "resources.hours_sentence" if target is None else "resources.hours_sentence_target"
    sentence = text.rich(key, period=period, hours=value, target=target)
    valued = months[months["value"].notna()]
    if len(valued) < 2:
        return sentence
    most = valued.loc[valued["value"].idxmax()]
    least = valued.loc[valued["value"].idxmin()]
    words = {"high": most["value"], "high_month": most["period"]}
    words |= {"low": least["value"], "low_month": least["period"]}
    ranged = text.rich("resources.hours_range", count=len(valued), **words)
    return joined([sentence, ranged], text)


def work_types(period: str, shares: Mapping[str, float], total: float, text: Text) -> str:
    """How the hours of a period divide; the parts are of one whole."""
    personalised = shares.get("personalised", 0.0)
    others = formats.subtract(1, personalised)
    words = {"hours": total, "personalised": personalised, "others": others}
    shown = {name: share for name, share in shares.items() if name != "personalised" and share}
    rest = [
        f"{text.value('work_type', name)} {formats.percent(share, text.lang)}"
        for name, share in shown.items()
    ]
    if lacking := formats.rounding(others, shown.values(), "percent", text.lang):
        written = formats.difference(lacking, "percent", text.lang)
        rest.append(f"{text('figure.rounding')} {written}")
    return text.rich("resources.work_types_sentence", period=period, **words, rest=rest)


def tiers(period: str, rows: pd.DataFrame, text: Text) -> str:
    """The tier that gets most time beyond its share of revenue, and the one that gets least."""
    beyond = rows["hours_share"] - rows["revenue_share"]
    over, under = rows.loc[beyond.idxmax()], rows.loc[beyond.idxmin()]
    words = {
        "over": over["tier"],
        "over_hours": over["hours_share"],
        "over_revenue": over["revenue_share"],
        "under": under["tier"],
        "under_hours": under["hours_share"],
        "under_revenue": under["revenue_share"],
    }
    # A tier is not compared with itself.
    key = "tiers_sentence" if beyond.nunique() > 1 else "tiers_alike"
    return text.rich(f"resources.{key}", period=period, **words)


def top_managers(period: str, rows: pd.DataFrame, text: Text) -> str:
    """How many of the largest accounts have both managers, and what hangs on the others."""
    both = rows["managers"] == 2
    words = {"total": len(rows), "both": both.sum(), "share": both.mean()}
    sentence = text.rich("resources.top_sentence", period=period, **words)
    if both.all():
        return sentence
    lacking = rows[~both]
    account = lacking.iloc[0]["account_name"] or lacking.iloc[0]["account_id"]
    words = {"count": len(lacking), "revenue": lacking["revenue_12m"].sum(), "account": account}
    return joined([sentence, text.rich("resources.top_without", **words)], text)


def contacts(period: str, rows: pd.DataFrame, text: Text) -> str:
    """How many accounts were met at all three levels, and which level is missing most."""
    lacking = rows[rows["levels_met"] < 3]
    met = len(rows) - len(lacking)
    words = {"total": len(rows), "met": met, "share": 1 - len(lacking) / len(rows)}
    sentence = text.rich("resources.contacts_sentence", period=period, **words)
    if lacking.empty:
        return sentence
    absent = (rows[["executive", "management", "working"]] == 0).sum()
    level = absent.idxmax()
    words = {"key": lacking["is_key"].sum(), "level": level, "count": absent[level]}
    return joined([sentence, text.rich("resources.contacts_lacking", **words)], text)


def estimated(estimate: "Estimate", claim: float | None, text: Text) -> str:
    """The effect an hour is associated with, its interval and n; or why it cannot be estimated."""
    words = vars(estimate)
    if estimate.effect is None or estimate.low is None or estimate.high is None:
        lost = estimate.contracts - estimate.renewed
        reason = text(f"resources.cannot_{estimate.reason}", **words, lost=lost)
        return text.rich("resources.cannot", **words | {"reason": reason})
    parts = [text.rich("resources.effect_sentence", **words)]
    if estimate.low <= 0 <= estimate.high:
        parts.append(text("resources.effect_undecided"))
    # What somebody claims beside what this data says.
    if claim is not None:
        key = "inside" if estimate.low <= claim <= estimate.high else "outside"
        parts.append(text.rich(f"resources.claim_{key}", claim=claim))
    return joined(parts, text)


def band_name(row: Mapping[str, Any], text: Text) -> str:
    """``2 to less than 6 h``."""
    start = _hour(row["from_hours"], text.lang)
    if row["to_hours"] == float("inf"):
        return text("resources.band_from", start=start)
    end = _hour(row["to_hours"], text.lang)
    if not row["from_hours"]:
        return text("resources.band_below", end=end)
    return text("resources.band", start=start, end=end)


def _hour(number: float, lang: str) -> str:
    return formats.decimal(number, lang, 0 if float(number).is_integer() else 1)


def banded(rows: pd.DataFrame, text: Text) -> str:
    """The renewal rate of the first and the last band, each with n."""
    first, last = rows.iloc[0].to_dict(), rows.iloc[-1].to_dict()
    return text.rich(
        "resources.bands_sentence",
        first=band_name(first, text),
        first_rate=first["rate"],
        first_n=first["contracts"],
        last=band_name(last, text),
        last_rate=last["rate"],
        last_n=last["contracts"],
    )
