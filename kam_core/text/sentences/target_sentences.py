"""What the target page says in one sentence, with the numbers in it."""

from collections.abc import Mapping, Sequence

import pandas as pd

from kam_core.metrics.compare import VersionComparison
from kam_core.metrics.quarterly_targets import Standing, TargetChange
from kam_core.metrics.scorecard import Score
from kam_core.metrics.target_grid import LineProblem
from kam_core.metrics.target_history import Edit
from kam_core.text.sentences.figure_sentences import count_statuses, joined, on_target
from kam_core.text.writer import Text, escape

OWNERS_NAMED = 3


def scorecard(standings: Sequence[Standing], quarter: str, text: Text) -> str:
    """How many figures met their target, which one is furthest from it, and what has none."""
    scores = [standing.score for standing in standings]
    statuses = [score.status for score in scores if not score.is_silent]
    rest = {status: statuses.count(status) for status in ("no_target", "no_data")}
    without = text.rich("targets.scorecard_rest", **rest) if any(rest.values()) else ""
    return joined([on_target(scores, quarter, text), without], text)


def year(quarters: Mapping[str, Sequence[Standing]], text: Text) -> str:
    """How many figures have which status in each quarter of a fiscal year."""
    sentences = [
        _of_quarter(quarter, [standing.score for standing in standings], text)
        for quarter, standings in quarters.items()
    ]
    name, listed = next(iter(quarters)).partition("-")[0], text("targets.year_list").join(sentences)
    return text("targets.year_sentence", year=name, quarters=listed)


def _of_quarter(quarter: str, scores: Sequence[Score], text: Text) -> str:
    judged = [score for score in scores if score.is_judged]
    label = quarter.partition("-")[2]
    if not judged:
        return text.rich("targets.year_quarter_none", quarter=label)
    lead = text.rich("targets.year_quarter", quarter=label, judged=len(judged))
    return lead + count_statuses(judged, text)


def owners(rows: pd.DataFrame, text: Text) -> str:
    """Who still needs the most calls for the target, and how many cannot reach it any more."""
    needed = rows[rows["account_manager"].notna() & (rows["needed"] > 0)]
    within = needed[needed["is_reachable"].astype(bool)]
    most = within.nlargest(OWNERS_NAMED, ["needed", "owed"])
    named = [
        text.rich("targets.owner_needs", owner=row["account_manager"], count=int(row["needed"]))
        for row in most.to_dict("records")
    ]
    neediest = text("targets.owners", owners=named) if named else ""
    beyond = len(needed) - len(within)
    return joined(
        [neediest, text.rich("targets.owners_beyond", count=beyond) if beyond else ""], text
    )


def history(edits: Sequence[Edit], text: Text) -> str:
    """How often targets were changed, and who did last."""
    if not edits:
        return text("targets.history_none")
    versions = len({(edit.version, edit.at) for edit in edits})
    words = {"edits": len(edits), "versions": versions, "by": edits[0].by, "at": edits[0].at}
    return text.rich("targets.history_sentence", **words)


def copying(count: int, capped: int, quarter: str, text: Text) -> str:
    """How many targets would be copied, and how many stop at the most they can be."""
    words = {"count": count, "capped": capped, "quarter": quarter}
    keys = ["copy_sentence", *(["copy_capped"] if capped else [])]
    return joined([text.rich(f"targets.{key}", **words) for key in keys], text)


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
    quarters = list(dict.fromkeys(kpi.quarter for kpi in preview.kpis))
    key = "targets.effect_some" if moved else "targets.effect_none"
    moves = text.rich(key, quarter=quarters, count=moved)
    return joined([text.rich("targets.draft_sentence", **counts), moves], text)


def problem(fault: LineProblem, text: Text) -> str:
    """What is wrong with a line of the table, safe to show."""
    return escape(text("targets.problem_line", line=fault.line, problem=_explain(fault, text)))


def cell_problem(fault: LineProblem, text: Text) -> str:
    """The same of a single field."""
    return escape(_explain(fault, text))


def _explain(fault: LineProblem, text: Text) -> str:
    metric = text.metric(str(fault.details.get("metric")))
    return text(f"targets.problem.{fault.code}", **{**fault.details, "metric": metric})


def origin(standing: Standing, regions: Sequence[str], tiers: Sequence[str], text: Text) -> str:
    """Where the target of a figure comes from."""
    return text(f"targets.origin.{standing.origin}", region=list(regions), tier=list(tiers))
