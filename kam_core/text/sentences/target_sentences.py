"""What the target page says in one sentence, with the numbers in it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from kam_core.metrics.compare import VersionComparison
from kam_core.metrics.quarterly_targets import Standing, TargetChange
from kam_core.metrics.scorecard import JUDGED
from kam_core.metrics.target_grid import LineProblem
from kam_core.metrics.target_history import Edit
from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined, running
from kam_core.text.writer import Text, escape

OWNERS_NAMED = 3


def scorecard(standings: Sequence[Standing], quarter: str, text: Text) -> str:
    """How many figures met their target, which one is furthest from it, and what is not judged."""
    statuses = [standing.score.status for standing in standings]
    counts = {status: statuses.count(status) for status in JUDGED}
    words = {"quarter": formats.period(quarter, text.lang)}
    if not sum(counts.values()):
        judged = text.rich("targets.scorecard_none", **words)
    else:
        judged = text.rich(
            "targets.scorecard_sentence",
            **words,
            judged=sum(counts.values()),
            undecided=sum(_is_undecided(standing) for standing in standings),
            **counts,
        )
    rest = {status: statuses.count(status) for status in ("no_target", "no_data")}
    without = text.rich("targets.scorecard_rest", **rest) if any(rest.values()) else ""
    early = running(sum(_is_running(standing) for standing in standings), text)
    return joined([judged, _furthest(standings, text), early, without], text)


def _is_running(standing: Standing) -> bool:
    return standing.score.is_judged and standing.score.is_running


def _is_undecided(standing: Standing) -> bool:
    return standing.score.is_judged and standing.score.decidable is False


def _furthest(standings: Sequence[Standing], text: Text) -> str:
    missed = [
        standing
        for standing in standings
        if standing.score.status == "missed"
        and standing.score.attainment is not None
        and not _is_undecided(standing)
        and not _is_running(standing)
    ]
    if not missed:
        return ""
    score = min(missed, key=lambda standing: standing.score.attainment or 0).score
    return text.rich(
        "targets.furthest",
        metric=text.metric(score.metric),
        value=formats.quantity(score.value, score.unit, text.lang),
        target=formats.quantity(score.target, score.unit, text.lang),
    )


def year(quarters: Mapping[str, Sequence[Standing]], text: Text) -> str:
    """How many figures met their target in each quarter of a fiscal year."""
    sentences = [_of_quarter(quarter, standings, text) for quarter, standings in quarters.items()]
    name = next(iter(quarters)).partition("-")[0]
    return text(
        "targets.year_sentence", year=name, quarters=text("targets.year_list").join(sentences)
    )


def _of_quarter(quarter: str, standings: Sequence[Standing], text: Text) -> str:
    statuses = [standing.score.status for standing in standings]
    judged = sum(statuses.count(status) for status in JUDGED)
    label = quarter.partition("-")[2]
    if not judged:
        return text.rich("targets.year_quarter_none", quarter=label)
    key = "year_quarter_running" if any(map(_is_running, standings)) else "year_quarter"
    return text.rich(f"targets.{key}", quarter=label, met=statuses.count("met"), judged=judged)


def owners(rows: pd.DataFrame, text: Text) -> str:
    """Who still needs the most calls for the target, and how many cannot reach it any more."""
    needed = rows[rows["account_manager"].notna() & (rows["needed"] > 0)]
    within = needed[needed["is_reachable"].astype(bool)]
    most = within.nlargest(OWNERS_NAMED, ["needed", "owed"])
    named = [
        text.rich("targets.owner_needs", owner=row["account_manager"], count=int(row["needed"]))
        for row in most.to_dict("records")
    ]
    neediest = text("targets.owners", owners=text("punctuation.list").join(named)) if named else ""
    beyond = len(needed) - len(within)
    return joined(
        [neediest, text.rich("targets.owners_beyond", count=beyond) if beyond else ""], text
    )


def history(edits: Sequence[Edit], text: Text) -> str:
    """How often targets were changed, and who did last."""
    if not edits:
        return text("targets.history_none")
    last = edits[0]
    return text.rich(
        "targets.history_sentence",
        edits=formats.count(len(edits), text.lang),
        versions=formats.count(len({(edit.version, edit.at) for edit in edits}), text.lang),
        by=last.by,
        at=formats.moment(last.at, text.lang),
    )


def copying(count: int, capped: int, quarter: str, text: Text) -> str:
    """How many targets would be copied, and how many stop at the most they can be."""
    copied = text.rich(
        "targets.copy_sentence", count=count, quarter=formats.period(quarter, text.lang)
    )
    return joined([copied, text.rich("targets.copy_capped", capped=capped) if capped else ""], text)


def draft(changes: Sequence[TargetChange], text: Text) -> str:
    """How many targets a draft adds, changes and removes."""
    kinds = [change.change for change in changes]
    if not kinds:
        return text("targets.draft_none")
    counts = {kind: kinds.count(kind) for kind in ("added", "changed", "removed")}
    return text.rich("targets.draft_sentence", **counts)


def effect(preview: VersionComparison, text: Text) -> str:
    """How many targets a save would change, and how many figures change their status by it."""
    rows = next(row for row in preview.tables if row.table == "targets")
    counts = {"added": rows.added, "changed": rows.changed, "removed": rows.gone}
    moved = sum(kpi.before_status != kpi.after_status for kpi in preview.kpis)
    quarters = dict.fromkeys(formats.period(kpi.quarter, text.lang) for kpi in preview.kpis)
    words = {"quarter": text("punctuation.list").join(quarters), "count": moved}
    moves = text.rich("targets.effect_some" if moved else "targets.effect_none", **words)
    return joined([text.rich("targets.draft_sentence", **counts), moves], text)


def problem(fault: LineProblem, text: Text) -> str:
    """What is wrong with a line of the table, safe to show."""
    return escape(text("targets.problem_line", line=fault.line, problem=_why(fault, text)))


def cell_problem(fault: LineProblem, text: Text) -> str:
    """The same of a single field."""
    return escape(_why(fault, text))


def _why(fault: LineProblem, text: Text) -> str:
    words = dict(fault.details)
    if "metric" in words:
        words["metric"] = text.metric(str(words["metric"]))
    if "quarter" in words:
        words["quarter"] = formats.period(str(words["quarter"]), text.lang)
    return text(f"targets.problem.{fault.code}", **words)


def origin(standing: Standing, regions: Sequence[str], tiers: Sequence[str], text: Text) -> str:
    """Where the target of a figure comes from."""
    return text(
        f"targets.origin.{standing.origin}",
        region=text("punctuation.list").join(regions),
        tier=text("punctuation.list").join(text.value("tier", tier) for tier in tiers),
    )
