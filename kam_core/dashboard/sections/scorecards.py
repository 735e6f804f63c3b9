"""Figures against their targets: cards, one along time, regions side by side, the scorecard."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

import pandas as pd

from kam_core.dashboard.charts import Columns, Point
from kam_core.dashboard.model import Card, Cell, Figure, FigureColumn, FigureTable, Number, Quantity
from kam_core.dashboard.tables import answer_table, cells_table, columns_of, heading, plain_cell
from kam_core.dashboard.view import View, is_open, is_waiting
from kam_core.metrics import catalogue
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.kinds import Exact
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.marks import rests_on, status_words
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text

CARDS = 4
SCORE = (
    "topic", "metric", "value", "target", "gap", "interval", "cases", "status", "note",
    "low", "high", "numerator", "denominator", "code",
)  # fmt: skip
ON_PAPER = SCORE[:9]
OWN = dict.fromkeys(("value", "target", "gap", "low", "high"), "own")
EXACT = {"numerator": "exact", "denominator": "exact"}


def _counted(names: Sequence[str]) -> list[str]:
    """The names that the catalogue has: settings may name what a later release will count."""
    return [name for name in names if name in catalogue.load_metrics()]


def choose_headline(view: View) -> list[str]:
    """The figures at the top of the overview: one without data only where nothing else is."""
    names = _counted(load_settings().pages.overview.cards)
    chosen = sorted(names, key=lambda name: is_waiting(view.score(name)))[:CARDS]
    return [name for name in names if name in chosen]


def compose_cards(view: View, names: Sequence[str]) -> tuple[Card, ...]:
    """One card per metric: value, status, target, gap, interval, cases, and the quarters before."""
    return tuple(_card(view, catalogue.metric(name)) for name in names)


def _card(view: View, metric: Metric) -> Card:
    text, score, past = view.text, view.score(metric.name), view.history(metric.name)
    lines = [
        *target_lines(score, text),
        rests_on(score, metric, text),
        text.reason(score),
        _pace(view, score),
    ]
    return Card(
        score=score,
        title=metric.title(text.lang),
        meaning=metric.means(text.lang),
        value=formats.quantity(score.value, score.unit, text.lang),
        lines=tuple(line for line in lines if line),
        past=past,
        past_in_words=_spell_out(past, metric, text),
    )


def _spell_out(past: pd.DataFrame, metric: Metric, text: Text) -> str:
    """The quarters before in words, for those who do not see the line."""
    colon = text("punctuation.colon")
    return text("punctuation.list").join(
        f"{formats.period(row.period, text.lang)}{colon}"
        f"{formats.quantity(row.value, metric.unit, text.lang)}"
        for row in past.itertuples()
    )


def target_lines(score: Score, text: Text) -> list[str]:
    """Target and gap, and the interval."""
    target = text("blocks.no_target")
    if score.target is not None:
        target = text("blocks.target", **vars(score))
    if score.gap is not None:
        target = f"{target} · {text('blocks.gap', **vars(score))}"
    return [target] if score.low is None else [target, text("blocks.interval", **vars(score))]


def _pace(view: View, score: Score) -> str:
    """Where an amount or a count would end if its quarter went on as it began."""
    paced = view.paced(score)
    return "" if paced is None else view.text("targets.card_paced", paced=paced, unit=score.unit)


def without_value(score: Score, text: Text, name: str = "", title: str = "") -> Figure:
    """Why there is no number: a table to upload, or just no case."""
    if is_waiting(score):
        return Figure(name, title, waits_for=str(score.reason))
    return Figure(name, title, note=text.reason(score))


def compose_trend(view: View, name: str, table_name: str = "trend") -> Figure:
    """A figure along the quarters, each held against its target."""
    metric, score, rows = catalogue.metric(name), view.score(name), view.history(name)
    if score.reason and rows["value"].isna().all():
        return without_value(score, view.text, table_name)
    chart = trend_chart(view, metric, rows)
    table = answer_table(
        table_name, rows, view.text, dict.fromkeys(("value", "target"), metric.unit)
    )
    return Figure(table_name, sentences=(chart.sentence,), charts=(chart,), table=table)


def trend_chart(
    view: View, metric: Metric, rows: pd.DataFrame, highest: float | None = None
) -> Columns:
    """The chart of ``View.history``, and its sentence."""
    title = metric.title(view.text.lang)
    sentence = figure_sentences.trend(title, rows, view.score(metric.name), view.text)
    return Columns(title, sentence, metric.unit, points(view, rows, view.window), highest)


def points(view: View, rows: pd.DataFrame, periods: Sequence[Period]) -> tuple[Point, ...]:
    """Rows of period, value and target as columns of a chart."""
    return tuple(
        Point(
            formats.axis_period(period.period, view.text.lang),
            plain_cell(value),  # type: ignore[arg-type]
            plain_cell(target),  # type: ignore[arg-type]
            period.ends_on > view.scope.as_of,
        )
        for period, value, target in zip(periods, rows["value"], rows["target"], strict=True)
    )


def compose_regions(view: View) -> Figure:
    """Regions down, figures across, each judged against the target that holds there."""
    text = view.text
    names = _counted(load_settings().pages.overview.regions)
    rows, title = view.region_scores(names), text("overview.heat")
    if rows.empty:
        return Figure("regions", title, note=text("blocks.nothing_here"))
    titles = {name: catalogue.metric(name).title(text.lang) for name in names}
    units = {name: catalogue.metric(name).unit for name in names}
    sentence = figure_sentences.regions(rows, titles, units, text)
    heads = [FigureColumn(name, titles[name], "own") for name in names]
    judged = {(row["region"], row["metric"]): _judged(row, text) for row in rows.to_dict("records")}
    no_data = Quantity(None, "", status="no_data", standing=status_words("no_data", text))
    cells = [
        [
            plain_cell(text.value("region", region)),
            *(judged.get((region, head.name), no_data) for head in heads),
        ]
        for region in view.scope.regions
    ]
    table = cells_table("regions", [FigureColumn("region", heading("region", text)), *heads], cells)
    return Figure("regions", title, (sentence,), table=table)


def drop_empty_columns(table: FigureTable) -> FigureTable:
    """A table of judged cells without the figures that no row has a value of."""
    first, *columns = table.columns
    kept = [c for c in columns if any(cell.value is not None for cell in table.frame[c.name])]
    frame = table.frame[[column.name for column in (first, *kept)]]
    return replace(table, columns=(first, *kept), frame=frame)


def region_table(view: View) -> FigureTable:
    """The same with all that is known of each cell, one row per region and figure."""
    names = _counted(load_settings().pages.overview.regions)
    rows = view.region_scores(names)
    titles = [catalogue.metric(name).title(view.text.lang) for name in rows["metric"]]
    return answer_table("regions", rows.assign(metric=titles), view.text)


def _judged(row: dict, text: Text) -> Quantity:
    score = Score(**{name: row[name] for name in Score.__dataclass_fields__})
    words = status_words(score.status, text, score.decidable, score.is_running)
    status = "undecided" if is_open(score) else score.status
    return Quantity(score.value, score.unit, status=status, standing=words)


def compose_headline(view: View, names: Sequence[str]) -> Figure:
    """The figures of the overview with all that stands on their cards."""
    return replace(_scores_figure("headline", view.scores(names), view.text), form="cards")


def compose_scorecard(view: View) -> Figure:
    """Every figure for which the tables are there, topic by topic."""
    scores = [score for score in view.scores() if not is_waiting(score)]
    scores.sort(key=lambda score: catalogue.TOPICS.index(catalogue.metric(score.metric).topic))
    note = view.text("pack.scorecard_note")
    return replace(_scores_figure("scorecard", scores, view.text, "topic"), note=note)


def _scores_figure(
    name: str, scores: Sequence[Score], text: Text, group: str | None = None
) -> Figure:
    columns = columns_of(SCORE, text, OWN | EXACT, ON_PAPER)
    table = cells_table(name, columns, [_score_row(score, text) for score in scores], group)
    sentence = figure_sentences.headline(scores, text)
    return Figure(name, text(f"pack.{name}"), (sentence,), table=table)


def _score_row(score: Score, text: Text) -> tuple[Cell, ...]:
    metric, unit = catalogue.metric(score.metric), score.unit
    cells: dict[str, Cell] = {
        "topic": text(f"pack.topic.{metric.topic}"),
        "metric": metric.title(text.lang),
        "value": Quantity(score.value, unit),
        "target": Quantity(score.target, unit),
        "gap": Quantity(score.gap, unit, is_difference=True),
        "interval": "" if score.low is None else text("pack.from_to", **vars(score)),
        "cases": rests_on(score, metric, text),
        "status": status_words(score.status, text, score.decidable),
        "note": text.reason(score),
        "low": Quantity(score.low, unit),
        "high": Quantity(score.high, unit),
        "numerator": _number(score.numerator),
        "denominator": _number(score.denominator),
        "code": score.metric,
    }
    return tuple(cells[name] for name in SCORE)


def _number(exact: Exact | None) -> Number | None:
    """A numerator or denominator as a cell holds it: a fraction has no end in decimals."""
    return float(exact) if isinstance(exact, Fraction) else exact


def compose_waiting(view: View) -> Figure:
    """Figures without data, each with the file that would switch it on."""
    text = view.text
    needs = [(s.metric, str(s.reason).partition(":")[2]) for s in view.scores() if is_waiting(s)]
    rows = [
        (catalogue.metric(name).title(text.lang), text.need(need), f"{need.partition('.')[0]}.csv")
        for name, need in needs
    ]
    sentence = text("pack.waiting_none")
    if rows:
        sentence = text.rich("pack.waiting_sentence", count=len(rows))
    columns = columns_of(("metric", "needs_table", "needs_file"), text, {})
    table = cells_table("waiting", columns, rows)
    return Figure("waiting", text("pack.waiting"), (sentence,), table=table)


def compose_trends(view: View, names: Sequence[str]) -> Figure:
    """Some figures over the quarters, each on its own scale, and all of them in one table."""
    text = view.text
    metrics = [catalogue.metric(name) for name in names]
    histories = [view.history(name) for name in names]
    charts = tuple(
        trend_chart(view, metric, rows) for metric, rows in zip(metrics, histories, strict=True)
    )
    columns = [FigureColumn("period", heading("period", text), "period")]
    frame = pd.DataFrame({"period": [period.period for period in view.window]})
    for metric, rows in zip(metrics, histories, strict=True):
        title = metric.title(text.lang)
        target_title = text("pack.target_of", metric=title)
        columns += [
            FigureColumn(metric.name, title, metric.unit),
            FigureColumn(f"{metric.name}_target", target_title, metric.unit),
        ]
        frame[[metric.name, f"{metric.name}_target"]] = rows[["value", "target"]]
    table = FigureTable("trends", tuple(columns), frame)
    return Figure("trends", text("pack.trends"), (), charts, table)


def compose_extremes(view: View, names: Sequence[str]) -> Figure:
    """The best and worst quarters, and the best and worst parts of this one; never persons."""
    text = view.text
    rows = [row for name in names for row in _extremes_of(view, catalogue.metric(name))]
    heads = ("metric", "part", "best", "best_value", "best_n", "worst", "worst_value", "worst_n")
    units = {"best_value": "own", "worst_value": "own", "best_n": "count", "worst_n": "count"}
    table = cells_table("stretches", columns_of(heads, text, units), rows)
    note = text("pack.stretches_note", fewest=load_settings().pages.pack.fewest_cases)
    return Figure("stretches", text("pack.stretches"), table=table, note=note)


def _extremes_of(view: View, metric: Metric) -> list[tuple[Cell, ...]]:
    ended = [quarter for quarter in view.window if quarter.ends_on <= view.scope.as_of]
    rows = [_extremes(view, metric, "period", view.metric(metric.name, ended))] if ended else []
    for part in load_settings().pages.pack.parts:
        if part in metric.dimensions and not metric.kind.is_amount:
            parts = _with_enough_cases(view.metric(metric.name, [view.period], (part,)))
            rows.append(_extremes(view, metric, part, parts))
    return [row for row in rows if row]


def _with_enough_cases(rows: pd.DataFrame) -> pd.DataFrame:
    """Parts whose cases are counted, and enough of them."""
    fewest = load_settings().pages.pack.fewest_cases
    enough = [isinstance(n, int) and n >= fewest for n in rows["denominator"]]
    return rows.loc[pd.Series(enough, index=rows.index, dtype=bool)]


def _extremes(view: View, metric: Metric, by: str, rows: pd.DataFrame) -> tuple[Cell, ...] | None:
    rows = rows[rows["value"].notna() & rows[by].notna()]
    if rows["value"].nunique() < 2:
        return None
    values = rows["value"].astype(float)
    lowest, highest = values.idxmin(), values.idxmax()
    best, worst = (highest, lowest) if metric.better == "higher" else (lowest, highest)
    cells: list[Cell] = [metric.title(view.text.lang), view.text(f"pack.part.{by}")]
    for index in (best, worst):
        row = rows.loc[index]
        cases = row["denominator"] if isinstance(row["denominator"], int) else None
        cells += [_part_name(by, row[by], view.text), Quantity(row["value"], metric.unit), cases]
    return tuple(cells)


def _part_name(by: str, code: str, text: Text) -> str:
    name = formats.period(code, text.lang) if by == "period" else text.value(by, code)
    return str(plain_cell(name))


def compose_definitions(view: View) -> Figure:
    """What each figure of the scorecard counts, what it leaves out, and how it is computed."""
    text = view.text
    metrics = [catalogue.metric(score.metric) for score in view.scores() if not is_waiting(score)]
    rows = [
        (
            metric.title(text.lang),
            metric.means(text.lang),
            metric.excludes(text.lang),
            text.known(f"definitions.formula_{metric.kind.name}", metric.kind.name),
            text.value("better", metric.better),
            metric.name,
        )
        for metric in metrics
    ]
    names = ("metric", "means", "leaves_out", "formula", "better", "code")
    table = cells_table("definitions", columns_of(names, text, {}, names[:5]), rows)
    return Figure("definitions", text("definitions.title"), table=table)
