"""The figures of a pack: headline, scorecard, trends, regions, best and worst, definitions."""

from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from kam_core.dashboard.model import Cell, Column, Columns, Figure, Number, Point, Quantity, Table
from kam_core.dashboard.sections.answer_tables import columns, heading, plain
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.kinds import Exact
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score
from kam_core.settings.page_layout import layout
from kam_core.text import formats
from kam_core.text.marked_text import Marked
from kam_core.text.marks import rests_on, status_words
from kam_core.text.sentences import figure_sentences

CARDS = 4
SCORE = (
    "topic", "metric", "value", "target", "gap", "interval", "cases", "status", "note",
    "low", "high", "numerator", "denominator", "code",
)  # fmt: skip
ON_PAPER = SCORE[:9]
OWN = dict.fromkeys(("value", "target", "gap", "low", "high"), "own")
EXACT = {"numerator": "exact", "denominator": "exact"}


def waits(score: Score) -> bool:
    """Whether a figure has no value because a file was never uploaded."""
    return (score.reason or "").startswith("needs:")


def headline_names(scores: Sequence[Score]) -> list[str]:
    """The figures at the top of the overview: one without data only where nothing else is."""
    waiting = {score.metric for score in scores if waits(score)}
    names = [name for name in layout()["overview"]["cards"] if name in catalogue.load_metrics()]
    chosen = sorted(names, key=lambda name: name in waiting)[:CARDS]
    return [name for name in names if name in chosen]


def headline(view: View, scores: Sequence[Score], names: Sequence[str]) -> Figure:
    """The four figures of the overview with all that stands on their cards."""
    by_name = {score.metric: score for score in scores}
    rows = tuple(_score_row(by_name[name], view.text) for name in names)
    table = Table("headline", columns(SCORE, view.text, OWN | EXACT, ON_PAPER), rows)
    said = figure_sentences.headline([by_name[name] for name in names], view.text)
    return Figure("headline", view.text("pack.headline"), (said,), table=table, form="cards")


def scored(view: View, scores: Sequence[Score]) -> Figure:
    """Every figure for which the tables are there, topic by topic."""
    shown = [score for score in scores if not waits(score)]
    shown.sort(key=lambda score: catalogue.TOPICS.index(catalogue.metric(score.metric).topic))
    rows = tuple(_score_row(score, view.text) for score in shown)
    table = Table(
        "scorecard", columns(SCORE, view.text, OWN | EXACT, ON_PAPER), rows, group="topic"
    )
    said = figure_sentences.headline(shown, view.text)
    note = view.text("pack.scorecard_note")
    return Figure("scorecard", view.text("pack.scorecard"), (said,), table=table, note=note)


def _score_row(score: Score, text: Marked) -> tuple[Cell, ...]:
    metric, unit = catalogue.metric(score.metric), score.unit
    cells: dict[str, Cell] = {
        "topic": text(f"pack.topic.{metric.topic}"),
        "metric": metric.title(text.lang),
        "value": Quantity(score.value, unit),
        "target": Quantity(score.target, unit),
        "gap": Quantity(score.gap, unit, is_difference=True),
        "interval": _interval(score, text),
        "cases": rests_on(score, metric, text),
        "status": status_words(score.status, text, score.decidable),
        "note": text.reason(score),
        "low": Quantity(score.low, unit),
        "high": Quantity(score.high, unit),
        "numerator": _part_of(score.numerator),
        "denominator": _part_of(score.denominator),
        "code": score.metric,
    }
    return tuple(cells[name] for name in SCORE)


def _part_of(exact: Exact | None) -> Number | None:
    """A numerator or denominator as a cell holds it: a fraction has no end in decimals."""
    return float(exact) if isinstance(exact, Fraction) else exact


def _interval(score: Score, text: Marked) -> str:
    if score.low is None:
        return ""
    low, high = (formats.quantity(end, score.unit, text.lang) for end in (score.low, score.high))
    return text("pack.from_to", low=low, high=high)


def waiting(view: View, scores: Sequence[Score]) -> Figure:
    """Figures without data, each with the file that would switch it on."""
    text, rows = view.text, []
    for score in filter(waits, scores):
        need = (score.reason or "").partition(":")[2]
        file = f"{need.partition('.')[0]}.csv"
        title = catalogue.metric(score.metric).title(text.lang)
        rows.append((title, text.need(need), file))
    names = ("metric", "needs_table", "needs_file")
    said = (
        text.rich("pack.waiting_sentence", count=len(rows)) if rows else text("pack.waiting_none")
    )
    table = Table("waiting", columns(names, text, {}), tuple(rows))
    return Figure("waiting", text("pack.waiting"), (said,), table=table)


def trends(view: View, scores: Sequence[Score], names: Sequence[str]) -> Figure:
    """The headline figures over the quarters, each on its own scale."""
    text, window = view.text, view.window
    by_name = {score.metric: score for score in scores}
    histories = {name: history(view, name, window) for name in names}
    charts = tuple(_trend(view, by_name[name], histories[name], window) for name in names)
    heads = [Column("period", heading("period", text), "period")]
    for name in names:
        title = catalogue.metric(name).title(text.lang)
        unit = catalogue.metric(name).unit
        heads.append(Column(name, title, unit))
        heads.append(Column(f"{name}_target", text("pack.target_of", metric=title), unit))
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (quarter.period, *(cell for name in names for cell in _at(histories[name], position)))
        for position, quarter in enumerate(window)
    )
    table = Table("trends", tuple(heads), rows)
    return Figure("trends", text("pack.trends"), (), charts, table)


def history(view: View, name: str, window: Sequence[Period]) -> pd.DataFrame:
    """One row per quarter: period, value, target."""
    values = view.metric(name, window).set_index("period")["value"]
    rows = pd.DataFrame({"period": [quarter.period for quarter in window]})
    rows["value"] = rows["period"].map(values).astype(float)
    goals = view.targets(window)
    rows["target"] = [_float(goals[quarter.period].get(name)) for quarter in window]
    return rows


def _float(value: object) -> float:
    return float("nan") if value is None else float(value)  # type: ignore[arg-type]


def _at(rows: pd.DataFrame, position: int) -> tuple[Cell, Cell]:
    return plain(rows["value"].iloc[position]), plain(rows["target"].iloc[position])


def _trend(view: View, score: Score, rows: pd.DataFrame, window: Sequence[Period]) -> Columns:
    title = catalogue.metric(score.metric).title(view.text.lang)
    said = figure_sentences.trend(title, rows, score, view.text)
    return Columns(title, said, score.unit, points(view, rows, window))


def points(view: View, rows: pd.DataFrame, asked: Sequence[Period]) -> tuple[Point, ...]:
    """Rows of period, value and target as columns of a chart."""
    return tuple(
        Point(
            formats.short_period(period.period, view.text.lang),
            plain(value),  # type: ignore[arg-type]
            plain(target),  # type: ignore[arg-type]
            period.ends_on > view.scope.as_of,
        )
        for period, value, target in zip(asked, rows["value"], rows["target"], strict=True)
    )


def regions(view: View) -> Figure | None:
    """Regions down, figures across, each judged against the target that holds there."""
    text = view.text
    names = [name for name in layout()["overview"]["regions"] if name in catalogue.load_metrics()]
    judged = {region: view.scores(names, region) for region in view.scope.regions}
    scores = [(region, score) for region in judged for score in judged[region]]
    valued = [{"region": region, **vars(s)} for region, s in scores if s.value is not None]
    if len(judged) < 2 or not valued:
        return None
    titles = {name: catalogue.metric(name).title(text.lang) for name in names}
    units = {name: catalogue.metric(name).unit for name in names}
    said = figure_sentences.regions(pd.DataFrame(valued), titles, units, text)
    heads = (
        Column("region", heading("region", text)),
        *(Column(name, titles[name], "own") for name in names),
    )
    rows: tuple[tuple[Cell, ...], ...] = tuple(
        (str(plain(region)), *(_standing(score, text) for score in judged[region]))
        for region in judged
    )
    return Figure("regions", text("overview.heat"), (said,), table=Table("regions", heads, rows))


def _standing(score: Score, text: Marked) -> Quantity:
    is_open = score.decidable is False or (score.is_judged and score.is_running)
    status = "undecided" if is_open else score.status
    words = status_words(score.status, text, score.decidable, score.is_running)
    return Quantity(score.value, score.unit, status=status, standing=words)


def stretches(view: View, names: Sequence[str]) -> Figure:
    """The best and worst quarters, and the best and worst parts of this one; never persons."""
    text = view.text
    rows = [row for name in names for row in _stretches_of(view, catalogue.metric(name))]
    heads = ("metric", "part", "best", "best_value", "best_n", "worst", "worst_value", "worst_n")
    units = {"best_value": "own", "worst_value": "own", "best_n": "count", "worst_n": "count"}
    table = Table("stretches", columns(heads, text, units), tuple(rows))
    fewest = layout()["pack"]["fewest_cases"]
    note = text("pack.stretches_note", fewest=formats.count(fewest, text.lang))
    return Figure("stretches", text("pack.stretches"), table=table, note=note)


def _stretches_of(view: View, metric: Metric) -> list[tuple[Cell, ...]]:
    ended = [quarter for quarter in view.window if quarter.ends_on <= view.scope.as_of]
    found = [_extremes(view, metric, "period", view.metric(metric.name, ended))] if ended else []
    for part in layout()["pack"]["parts"]:
        if part in metric.dimensions and not metric.kind.is_amount:
            rows = view.metric(metric.name, [view.period], (part,))
            found.append(_extremes(view, metric, part, _enough(rows)))
    return [row for row in found if row]


def _enough(rows: pd.DataFrame) -> pd.DataFrame:
    """Parts whose cases are counted, and enough of them."""
    fewest = layout()["pack"]["fewest_cases"]
    enough = [isinstance(n, int) and n >= fewest for n in rows["denominator"]]
    return rows.loc[pd.Series(enough, index=rows.index, dtype=bool)]


def _extremes(view: View, metric: Metric, by: str, rows: pd.DataFrame) -> tuple[Cell, ...] | None:
    rows = rows[rows["value"].notna() & rows[by].notna()]
    if rows["value"].nunique() < 2:
        return None
    places = rows["value"].astype(float).idxmin(), rows["value"].astype(float).idxmax()
    worst, best = places if metric.better == "higher" else places[::-1]
    cells: list[Cell] = [metric.title(view.text.lang), view.text(f"pack.part.{by}")]
    for place in (best, worst):
        row = rows.loc[place]
        n = row["denominator"] if isinstance(row["denominator"], int) else None
        cells += [_part(by, row[by], view.text), Quantity(row["value"], metric.unit), n]
    return tuple(cells)


def _part(by: str, code: str, text: Marked) -> str:
    name = formats.period(code, text.lang) if by == "period" else text.value(by, code)
    return str(plain(name))


def definitions(view: View, scores: Sequence[Score]) -> Figure:
    """What each figure of the scorecard counts, what it leaves out, and how it is computed."""
    text = view.text
    rows = []
    for score in scores:
        if not waits(score):
            metric = catalogue.metric(score.metric)
            formula = text.known(f"definitions.formula_{metric.kind.name}", metric.kind.name)
            better = text.value("better", metric.better)
            rows.append(
                (
                    metric.title(text.lang),
                    metric.means(text.lang),
                    metric.excludes(text.lang),
                    formula,
                    better,
                    metric.name,
                )
            )
    names = ("metric", "means", "leaves_out", "formula", "better", "code")
    table = Table("definitions", columns(names, text, {}, names[:5]), tuple(rows))
    return Figure("definitions", text("definitions.title"), table=table)
