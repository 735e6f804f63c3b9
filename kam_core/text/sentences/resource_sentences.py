"""What the pictures of the resources page show, in one sentence each with the number in it."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pandas as pd

from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined
from kam_core.text.writer import Text

if TYPE_CHECKING:
    from kam_core.analysis.renewal_model import Estimate


def hours(period: str, value: float, target: float | None, months: pd.DataFrame, text: Text) -> str:
    """Hours per manager and week of a quarter, and the months between which they moved."""
    lang = text.lang
    words = {"period": formats.period(period, lang), "hours": formats.hours(value, lang)}
    sentence = text.rich("resources.hours_sentence", **words)
    if target is not None:
        sentence = text.rich(
            "resources.hours_sentence_target", **words, target=formats.hours(target, lang)
        )
    valued = months[months["value"].notna()]
    if valued.empty:
        return sentence
    most = valued.loc[valued["value"].idxmax()]
    least = valued.loc[valued["value"].idxmin()]
    ranged = text.rich(
        "resources.hours_range",
        count=formats.count(len(valued), lang),
        high=formats.hours(most["value"], lang),
        high_month=formats.period(most["period"], lang),
        low=formats.hours(least["value"], lang),
        low_month=formats.period(least["period"], lang),
    )
    return joined([sentence, ranged], text)


def work_types(period: str, shares: Mapping[str, float], total: float, text: Text) -> str:
    """How the hours of a period divide; the parts are of one whole."""
    lang = text.lang
    personalised = shares.get("personalised", 0.0)
    rest = {name: share for name, share in shares.items() if name != "personalised" and share}
    others = formats.subtract(1, personalised)
    listed = [
        f"{text.value('work_type', name)} {formats.percent(share, lang)}"
        for name, share in rest.items()
    ]
    if lacking := formats.rounding(others, rest.values(), "percent", lang):
        listed.append(f"{text('figure.rounding')} {formats.difference(lacking, 'percent', lang)}")
    return text.rich(
        "resources.work_types_sentence",
        period=formats.period(period, lang),
        hours=formats.hours(total, lang, 0),
        personalised=formats.percent(personalised, lang),
        others=formats.percent(others, lang),
        rest=text("punctuation.list").join(listed),
    )


def tiers(period: str, rows: pd.DataFrame, text: Text) -> str:
    """The tier that gets most time beyond its share of revenue, and the one that gets least."""
    lang, beyond = text.lang, rows["hours_share"] - rows["revenue_share"]
    over, under = rows.loc[beyond.idxmax()], rows.loc[beyond.idxmin()]
    return text.rich(
        "resources.tiers_sentence",
        period=formats.period(period, lang),
        over=text.value("tier", over["tier"]),
        over_hours=formats.percent(over["hours_share"], lang),
        over_revenue=formats.percent(over["revenue_share"], lang),
        under=text.value("tier", under["tier"]),
        under_hours=formats.percent(under["hours_share"], lang),
        under_revenue=formats.percent(under["revenue_share"], lang),
    )


def top_managers(period: str, rows: pd.DataFrame, text: Text) -> str:
    """How many of the largest accounts have both managers, and what hangs on the others."""
    lang, both = text.lang, rows["managers"] == 2
    sentence = text.rich(
        "resources.top_sentence",
        period=formats.period(period, lang),
        total=formats.count(len(rows), lang),
        both=formats.count(both.sum(), lang),
        share=formats.percent(both.mean(), lang),
    )
    if both.all():
        return sentence
    lacking = rows[~both]
    without = text.rich(
        "resources.top_without",
        count=formats.count(len(lacking), lang),
        revenue=formats.money(lacking["revenue_12m"].sum(), lang),
        account=lacking.iloc[0]["account_name"] or lacking.iloc[0]["account_id"],
    )
    return joined([sentence, without], text)


def contacts(period: str, rows: pd.DataFrame, text: Text) -> str:
    """How many accounts were met at all three levels, and which level is missing most."""
    lang, lacking = text.lang, rows[rows["levels_met"] < 3]
    sentence = text.rich(
        "resources.contacts_sentence",
        period=formats.period(period, lang),
        total=formats.count(len(rows), lang),
        met=formats.count(len(rows) - len(lacking), lang),
        share=formats.percent(1 - len(lacking) / len(rows), lang),
    )
    if lacking.empty:
        return sentence
    absent = {
        level: int((rows[level] == 0).sum()) for level in ("executive", "management", "working")
    }
    level = max(absent, key=lambda name: absent[name])
    missing = text.rich(
        "resources.contacts_lacking",
        key=formats.count(lacking["is_key"].sum(), lang),
        level=text.value("contact_level", level),
        count=formats.count(absent[level], lang),
    )
    return joined([sentence, missing], text)


def estimated(estimate: "Estimate", claim: float | None, text: Text) -> str:
    """The effect an hour is associated with, its interval and n; or why it cannot be estimated."""
    lang = text.lang
    words = {"contracts": formats.count(estimate.contracts, lang)}
    if estimate.effect is None or estimate.low is None or estimate.high is None:
        reason = text(f"resources.cannot_{estimate.reason}", **_limits(estimate, lang))
        return text.rich("resources.cannot", **words, reason=reason)
    sentence = text.rich(
        "resources.effect_sentence",
        **words,
        accounts=formats.count(estimate.accounts, lang),
        effect=formats.points(estimate.effect, lang),
        low=formats.points(estimate.low, lang),
        high=formats.points(estimate.high, lang),
        confidence=formats.percent(estimate.confidence, lang, 0),
    )
    undecided = text("resources.effect_undecided") if estimate.low <= 0 <= estimate.high else ""
    return joined([sentence, undecided, _against(estimate, claim, text)], text)


def _limits(estimate: "Estimate", lang: str) -> dict[str, str]:
    return {
        "contracts": formats.count(estimate.contracts, lang),
        "renewed": formats.count(estimate.renewed, lang),
        "lost": formats.count(estimate.contracts - estimate.renewed, lang),
        "accounts": formats.count(estimate.accounts, lang),
    }


def _against(estimate: "Estimate", claim: float | None, text: Text) -> str:
    """What somebody claims beside what this data says, where a claim is set."""
    if claim is None or estimate.low is None or estimate.high is None:
        return ""
    key = "inside" if estimate.low <= claim <= estimate.high else "outside"
    return text.rich(f"resources.claim_{key}", claim=formats.points(claim, text.lang, 0))


def band_names(rows: pd.DataFrame, text: Text) -> Sequence[str]:
    """``2 to less than 6 h`` for each band."""
    return [band_name(row, text) for row in rows.to_dict("records")]


def band_name(row: Mapping[str, Any], text: Text) -> str:
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
        first_rate=formats.percent(first["rate"], text.lang),
        first_n=formats.count(first["contracts"], text.lang),
        last=band_name(last, text),
        last_rate=formats.percent(last["rate"], text.lang),
        last_n=formats.count(last["contracts"], text.lang),
    )
