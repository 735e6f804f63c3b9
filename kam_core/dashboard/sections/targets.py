"""Figures against their targets: one quarter, the four quarters of a year, and who changed what."""

from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import pandas as pd

from kam_core.dashboard.model import Cell, Figure, FigureColumn, JudgedWords
from kam_core.dashboard.tables import answer_table, cells_table, columns_of, heading
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue, periods
from kam_core.metrics.periods import Period
from kam_core.metrics.quarterly_targets import Standing, TargetChange, unit_of
from kam_core.metrics.scorecard import Score
from kam_core.metrics.target_grid import written
from kam_core.metrics.target_history import Edit
from kam_core.text import formats
from kam_core.text.marks import judged_words, status_words
from kam_core.text.sentences import target_sentences
from kam_core.text.writer import Text

SCORECARD = (
    "metric", "value", "target", "status", "gap", "attainment", "paced", "target_origin",
)  # fmt: skip


def list_standings(
    view: View, topics: Collection[str] = (), only_with_target: bool = False
) -> list[Standing]:
    """Every figure against its target, or those of some topics, or those that have one."""
    return [
        standing
        for standing in view.standings()
        if (not topics or catalogue.metric(standing.score.metric).topic in topics)
        and (not only_with_target or standing.score.target is not None)
    ]


def scorecard_sentence(view: View) -> str:
    """How many figures with a target met it in the quarter."""
    return target_sentences.scorecard(view.standings(), view.period.period, view.text)


def compose_scorecard(view: View, standings: Sequence[Standing]) -> Figure:
    """Some figures in the quarter, each with its status, and where its target comes from."""
    text, name = view.text, "targets_scorecard"
    if not standings:
        return Figure(name, note=text("blocks.no_rows"))
    names = [
        n for n in SCORECARD if n != "paced" or any(s.score.paced is not None for s in standings)
    ]
    rows = [[_scorecard_cells(s, view)[name] for name in names] for s in standings]
    table = cells_table(name, columns_of(names, text, {}), rows)
    opens = tuple(standing.score.metric for standing in standings)
    return Figure(name, table=table, form="judged", opens=opens)


def _scorecard_cells(standing: Standing, view: View) -> dict[str, Cell]:
    score, text, lang = standing.score, view.text, view.text.lang
    return {
        "metric": catalogue.metric(score.metric).title(lang),
        **judged_words(score, lang),
        "status": JudgedWords(_status(score, text), score.shade),
        "attainment": formats.percent(score.attainment, lang),
        "paced": formats.quantity(score.paced, score.unit, lang),
        "target_origin": target_sentences.origin(
            standing, view.scope.regions, view.scope.tiers or (), text
        ),
    }


def _status(score: Score, text: Text) -> str:
    """The status in a shape and a word, and beside it what is to be kept in mind."""
    status, note = _in_words(score, text), text.reason(score)
    return text("scores.status_and_note", status=status, note=note) if note else status


def _in_words(score: Score, text: Text) -> str:
    return status_words(score.status, text, score.is_undecided)


def settings_note(view: View) -> str:
    """By how large a share of its target a figure may miss it and still be near."""
    near = formats.percent(float(view.company.rules().near_tolerance), view.text.lang)
    return view.text("targets.settings_note", near=near)


def quarters_of_year(view: View) -> list[Period]:
    """The four quarters of the fiscal year that holds the chosen one."""
    year, _, _ = view.period.period.partition("-")
    start_month = view.company.holdings().fiscal_year_start_month
    return [periods.quarter(f"{year}-Q{number}", start_month) for number in (1, 2, 3, 4)]


def compose_year(view: View) -> Figure:
    """The quarters of the year side by side."""
    text = view.text
    by_quarter = {q.period: view.in_quarter(q).standings() for q in quarters_of_year(view)}
    sentence = target_sentences.year(by_quarter, text)
    shown, left_out = _with_anything(by_quarter)
    titles = {name: catalogue.metric(name).title(text.lang) for name in catalogue.load_metrics()}
    rows = [
        [titles[name], *(_year_cell(of, name, text) for of in by_quarter.values())]
        for name in shown
    ]
    quarters = [FigureColumn(q, formats.period(q, text.lang)) for q in by_quarter]
    columns = [FigureColumn("metric", heading("metric", text)), *quarters]
    note = ""
    if left_out:
        note = text("targets.year_left_out", metrics=[titles[name] for name in left_out])
    table = cells_table("targets_year", columns, rows) if shown else None
    opens = tuple(shown)
    return Figure("targets_year", "", (sentence,), (), table, note, form="judged", opens=opens)


def _year_cell(standings: Sequence[Standing], name: str, text: Text) -> JudgedWords:
    standing = next(s for s in standings if s.score.metric == name)
    return JudgedWords(_year_words(standing.score, text), standing.score.shade)


def _with_anything(by_quarter: Mapping[str, Sequence[Standing]]) -> tuple[list[str], list[str]]:
    """The figures with a value or a target in any of some quarters, and those without."""
    with_anything = {
        standing.score.metric
        for standings in by_quarter.values()
        for standing in standings
        if standing.score.value is not None or standing.score.target is not None
    }
    names = list(catalogue.load_metrics())
    shown = [name for name in names if name in with_anything]
    return shown, [name for name in names if name not in with_anything]


def _year_words(score: Score, text: Text) -> str:
    """Actual and target, and the status where there is one."""
    words = judged_words(score, text.lang)
    value, target = words["value"], words["target"]
    if score.paced is not None:
        paced = formats.quantity(score.paced, score.unit, text.lang)
        value = text("targets.year_paced", value=value, paced=paced)
    parts = [
        value if score.target is None else text("targets.year_cell", value=value, target=target)
    ]
    if score.is_judged:
        parts.append(_in_words(score, text))
    return "  ".join(parts)


def compose_history(edits: Sequence[Edit], text: Text, quarter: str | None = None) -> Figure:
    """Who changed which target, and when; of one quarter or of all."""
    sentence = target_sentences.history(edits, text)
    rows = [_edit_cells(edit, text) for edit in edits if quarter in (None, edit.change.key.quarter)]
    if not edits:
        return Figure("target_history", sentences=(sentence,))
    listed = pd.DataFrame(rows, columns=list(_edit_cells(edits[0], text)))
    table = answer_table("target_history", listed, text)
    return Figure("target_history", sentences=(sentence,), table=table)


def _edit_cells(edit: Edit, text: Text) -> dict[str, Cell]:
    return {
        "changed_at": edit.at,
        "changed_by": edit.by,
        "version": edit.version,
        "reason": text.value("publication", edit.reason),
        **change_cells(edit.change, text),
        "file": edit.file or "",
    }


def change_cells(made: TargetChange, text: Text) -> dict[str, Cell]:
    """One change of a target as a row to show."""
    unit = unit_of(made.key.metric)
    return {
        "target_change": text.value("target_change", made.change),
        "metric": text.metric(made.key.metric),
        "quarter": formats.period(made.key.quarter, text.lang),
        "region": text.value("region", made.key.region or text("targets.every_region")),
        "tier": text.value("tier", made.key.tier or text("targets.every_tier")),
        "before": write_target(made.before, unit),
        "after": write_target(made.after, unit),
    }


def write_target(target: Decimal | None, unit: str) -> str:
    """A target with all its digits: a change of the last one is a change."""
    return formats.NOTHING if target is None else written(target, unit)
