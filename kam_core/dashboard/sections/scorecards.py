"""Figures against their targets: cards, one along time, regions side by side, the scorecard."""

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pandas as pd

from kam_core.analysis import concentration
from kam_core.dashboard.charts import Columns, Point
from kam_core.dashboard.model import (
    Card,
    Cell,
    Figure,
    FigureColumn,
    FigureTable,
    JudgedWords,
    Number,
    Quantity,
)
from kam_core.dashboard.tables import answer_table, cells_table, columns_of, heading, plain_cell
from kam_core.dashboard.view import View
from kam_core.metrics import availability, catalogue, scorecard
from kam_core.metrics.catalogue import Metric
from kam_core.metrics.kinds import Exact
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.text.marks import judged_words, rests_on, status_words
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text

CARDS = 4
SCORE = (
    "topic", "metric", "value", "target", "gap", "interval", "cases", "status", "note",
    "pace", "paced", "low", "high", "numerator", "denominator", "code",
)  # fmt: skip
ON_PAPER = SCORE[:11]
OF_OPEN = ("pace", "paced")
OWN = dict.fromkeys(("value", "target", "gap", "low", "high", *OF_OPEN), "own")
EXACT = {"numerator": "exact", "denominator": "exact"}


def _keep_metrics(names: Sequence[str]) -> list[str]:
    """The names that the catalogue has: settings may name what a later release will count."""
    return [name for name in names if name in catalogue.load_metrics()]


def choose_headline(view: View) -> list[str]:
    """The figures at the top of the overview: one without data only where nothing else is."""
    names = _keep_metrics(load_settings().pages.overview.cards)
    chosen = sorted(names, key=lambda name: view.score(name).is_waiting)[:CARDS]
    return [name for name in names if name in chosen]


def compose_cards(view: View, names: Sequence[str]) -> tuple[Card, ...]:
    """One card per metric: value, changes, status and target, and the quarters before."""
    return tuple(_card(view, catalogue.metric(name)) for name in names)


def _card(view: View, metric: Metric) -> Card:
    text, score, past = view.text, view.score(metric.name), view.history(metric.name)
    if score.paced is not None:
        # A part of a quarter would look like a fall.
        past.loc[past.index[-1], "value"] = float("nan")
    # Too few cases are told by the status; how few stands with the interval.
    is_open = score.status in scorecard.OPEN
    is_few = score.is_undecided and not is_open and not any((score.beside or {}).values())
    is_told = is_open and not score.is_behind
    reason = text.reason(replace(score, reason=None) if is_told else score)
    interval = ""
    if score.low is not None:
        interval = text("blocks.interval", **vars(score))
    rests = (_gap(score, text), interval, rests_on(score, metric, text), reason if is_few else "")
    notes = ("" if is_few else reason, _pace(score, text), _write_allowed(score, metric, text))
    words = judged_words(score, text.lang)
    return Card(
        score=score,
        title=metric.title(text.lang),
        help=(metric.means(text.lang), *filter(None, rests)),
        value=words["value"],
        changes=describe_changes(view, score),
        # Without a target the status says so.
        standing="" if score.target is None else text("blocks.target", **words),
        notes=tuple(note for note in notes if note),
        past=past,
        past_in_words=_spell_out(past, metric, text),
    )


def describe_changes(view: View, score: Score) -> tuple[str, ...]:
    """How a figure of the quarter changed on the last one, and on the same one last year.

    An open amount has the same days of last year beside it alone.
    """
    if score.value is None:
        return ()
    before, year = view.earlier(score)
    is_open_amount = score.paced is not None
    compared = (
        {"last_year_days": year} if is_open_amount else {"last_quarter": before, "last_year": year}
    )
    return tuple(
        view.text.rich(f"cards.{key}", change=_change(score, value, view.text))
        for key, value in compared.items()
    )


def _change(score: Score, before: Number | None, text: Text) -> str:
    """Amounts and counts change by so much of what they were, everything else by so much."""
    if before is None or score.value is None:
        return formats.NOTHING
    if score.unit not in ("money", "count"):
        change = formats.subtract(score.value, before)
        return formats.difference(change, score.unit, text.lang)
    if before <= 0:
        return formats.NOTHING
    change = formats.to_fraction(score.value) / formats.to_fraction(before) - 1
    return formats.percent(change, text.lang, signed=True)


def _gap(score: Score, text: Text) -> str:
    """How far the target is: of an open amount by what is due by now."""
    if score.gap is None:
        return ""
    if score.paced is not None and score.pace is not None:
        return text("cards.pace", pace=score.pace)
    return text("blocks.gap", **judged_words(score, text.lang))


def _write_allowed(score: Score, metric: Metric, text: Text) -> str:
    """How many accounts may be among the cases without missing the target."""
    is_loss = metric.evidence == "accounts" and metric.better == "lower"
    if not is_loss or score.target is None or not score.denominator:
        return ""
    allowed = concentration.allowed_losses(Decimal(str(score.target)), int(score.denominator))
    return text("cards.allowed", **vars(score) | {"allowed": allowed})


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
    target, words = text("blocks.no_target"), judged_words(score, text.lang)
    if score.target is not None:
        target = text("blocks.target", **words)
    if score.gap is not None:
        target = f"{target} · {text('blocks.gap', **words)}"
    return [target] if score.low is None else [target, text("blocks.interval", **vars(score))]


def _pace(score: Score, text: Text) -> str:
    """Where an amount or a count would end if its quarter went on as it began."""
    return "" if score.paced is None else text("targets.card_paced", **vars(score))


def without_value(score: Score, text: Text, name: str = "", title: str = "") -> Figure:
    """Why there is no number: a table to upload, or just no case."""
    if score.is_waiting:
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
    note = view.text("charts.open_note") if chart.points[-1].is_running else ""
    return Figure(table_name, sentences=(chart.sentence,), charts=(chart,), table=table, note=note)


def trend_chart(
    view: View, metric: Metric, rows: pd.DataFrame, highest: float | None = None
) -> Columns:
    """The chart of ``View.history``, and its sentence."""
    title, score = metric.title(view.text.lang), view.score(metric.name)
    changes = describe_changes(view, score)
    sentence = figure_sentences.trend(title, rows, score, changes, view.text)
    drawn = points(view, metric.name, rows, view.window)
    return Columns(title, sentence, metric.unit, drawn, highest)


def points(
    view: View, name: str, rows: pd.DataFrame, periods: Sequence[Period]
) -> tuple[Point, ...]:
    """Rows of period, value and target of a metric as columns of a chart."""
    metric, data = catalogue.metric(name), view.survey()
    return tuple(
        Point(
            formats.axis_period(period.period, view.text.lang),
            plain_cell(value),  # type: ignore[arg-type]
            plain_cell(target),  # type: ignore[arg-type]
            availability.is_partial(metric, period, data),
        )
        for period, value, target in zip(periods, rows["value"], rows["target"], strict=True)
    )


def compose_regions(view: View) -> Figure:
    """Regions down, figures across, each judged against the target that holds there."""
    text = view.text
    names = _keep_metrics(load_settings().pages.overview.regions)
    scores, title = view.region_scores(names), text("overview.heat")
    if not scores:
        return Figure("regions", title, note=text("blocks.nothing_here"))
    sentence = figure_sentences.regions(scores, view.least_cases, text)
    valued = {score.metric for _, score in scores}
    heads = [
        FigureColumn(name, catalogue.metric(name).title(text.lang), "own")
        for name in names
        if name in valued
    ]
    judged = {(region, score.metric): _judge_cell(score, text) for region, score in scores}
    no_data = Quantity(None, "", status="no_data", standing=status_words("no_data", text))
    cells = [
        [
            plain_cell(text.value("region", region)),
            *(judged.get((region, head.name), no_data) for head in heads),
        ]
        for region in view.scope.regions
    ]
    table = cells_table("regions", [FigureColumn("region", heading("region", text)), *heads], cells)
    rows = pd.DataFrame(
        {"region": region, **scorecard.to_json(score), "metric": text.metric(score.metric)}
        for region, score in scores
    )
    return Figure(
        "regions",
        title,
        (sentence,),
        table=table,
        form="judged",
        opens=tuple(head.name for head in heads),
        download=answer_table("regions", rows, text),
    )


def _judge_cell(score: Score, text: Text) -> Quantity:
    words = status_words(score.status, text, score.is_undecided)
    return Quantity(score.value, score.unit, status=score.shade, standing=words)


def compose_headline(view: View, names: Sequence[str]) -> Figure:
    """The figures of the overview with all that stands on their cards."""
    figure = _scores_figure("headline", view.scores(names), view)
    return replace(figure, form="cards", cards=compose_cards(view, names))


def compose_scorecard(view: View) -> Figure:
    """Every figure for which the tables are there, topic by topic."""
    scores = [score for score in view.scores() if not score.is_waiting]
    scores.sort(key=lambda score: catalogue.TOPICS.index(catalogue.metric(score.metric).topic))
    note = view.text("pack.scorecard_note")
    return replace(_scores_figure("scorecard", scores, view, "topic"), note=note)


def _scores_figure(
    name: str, scores: Sequence[Score], view: View, group: str | None = None
) -> Figure:
    text = view.text
    is_open = any(score.paced is not None for score in scores)
    names = [column for column in SCORE if is_open or column not in OF_OPEN]
    columns = columns_of(names, text, OWN | EXACT, ON_PAPER)
    cells = [score_cells(score, text) for score in scores]
    table = cells_table(name, columns, [[row[of] for of in names] for row in cells], group)
    sentence = figure_sentences.on_target(view.scores(), view.period.period, text)
    return Figure(name, text(f"pack.{name}"), (sentence,), table=table)


def score_cells(score: Score, text: Text) -> dict[str, Cell]:
    metric, unit = catalogue.metric(score.metric), score.unit
    digits = formats.digits_apart(score.value, score.target, unit, text.lang)
    return {
        "topic": text(f"pack.topic.{metric.topic}"),
        "metric": metric.title(text.lang),
        "value": Quantity(score.value, unit, digits=digits),
        "target": Quantity(score.target, unit, digits=digits),
        "gap": Quantity(score.gap_by_now, unit, is_difference=True, digits=digits),
        "interval": "" if score.low is None else text("pack.from_to", **vars(score)),
        "cases": rests_on(score, metric, text),
        "status": JudgedWords(status_words(score.status, text, score.is_undecided), score.shade),
        "note": text.reason(score),
        "pace": Quantity(None if score.paced is None else score.pace, "percent"),
        "paced": Quantity(score.paced, unit),
        "low": Quantity(score.low, unit),
        "high": Quantity(score.high, unit),
        "numerator": _number(score.numerator),
        "denominator": _number(score.denominator),
        "code": score.metric,
    }


def _number(exact: Exact | None) -> Number | None:
    """A numerator or denominator as a cell holds it: a fraction has no end in decimals."""
    return float(exact) if isinstance(exact, Fraction) else exact


def compose_waiting(view: View) -> Figure:
    """Figures without data, each with the file that would switch it on."""
    text = view.text
    needs = [(s.metric, str(s.reason).partition(":")[2]) for s in view.scores() if s.is_waiting]
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
    note = text("pack.stretches_note", fewest=view.least_cases)
    return Figure("stretches", text("pack.stretches"), table=table, note=note)


def _extremes_of(view: View, metric: Metric) -> list[tuple[Cell, ...]]:
    ended = [quarter for quarter in view.window if quarter.ends_on <= view.scope.as_of]
    rows = [_extremes(view, metric, "period", view.metric(metric.name, ended))] if ended else []
    for part in load_settings().pages.pack.parts:
        if part in metric.dimensions and metric.parts == "count" and not metric.kind.is_amount:
            parts = view.metric(metric.name, [view.period], (part,))
            rows.append(_extremes(view, metric, part, parts))
    return [row for row in rows if row]


def _extremes(view: View, metric: Metric, by: str, rows: pd.DataFrame) -> tuple[Cell, ...] | None:
    enough = rows["denominator"].map(
        lambda cases: figure_sentences.has_cases(cases, view.least_cases)
    )
    rows = rows[rows["value"].notna() & rows[by].notna() & enough.astype(bool)]
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
    metrics = [catalogue.metric(score.metric) for score in view.scores() if not score.is_waiting]
    rows = [
        (
            metric.title(text.lang),
            metric.means(text.lang),
            metric.excludes(text.lang),
            text.get(f"definitions.formula_{metric.kind.name}", metric.kind.name),
            text.value("better", metric.better),
            metric.name,
        )
        for metric in metrics
    ]
    names = ("metric", "means", "leaves_out", "formula", "better", "code")
    table = cells_table("definitions", columns_of(names, text, {}, names[:5]), rows)
    return Figure("definitions", text("definitions.title"), table=table)
