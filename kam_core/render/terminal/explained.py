"""One figure opened, as lines for a terminal."""

from decimal import Decimal

import pandas as pd

from kam_core.dashboard.sections.metric_detail import exact_halves
from kam_core.dashboard.tables import in_words
from kam_core.metrics.change import ACCOUNTS, GROUPS, FigureChange, MixPart
from kam_core.metrics.explain import Explanation
from kam_core.metrics.scorecard import Score
from kam_core.render.terminal.section import align_columns
from kam_core.text import formats
from kam_core.text.marks import judged_words
from kam_core.text.sentences import change_sentences as sentences
from kam_core.text.writer import Text

# What a terminal has room for; a program asks for JSON, which holds every column.
LEFT_OUT = ("account_name", "region", "account_manager", "tier", "description", "snapshot_id")


def why(opened: Explanation, text: Text) -> str:
    """The sentence that says why the figure moved, as plain characters."""
    return plain_characters(sentences.why(opened.moved, text))


def plain_characters(markdown: str) -> str:
    return markdown.replace("**", "").replace("\\", "")


def render_explanation(opened: Explanation, text: Text) -> str:
    """Value, meaning, change, accounts, rows and SQL, from the top down."""
    blocks = [
        _value(opened, text),
        _meaning(opened, text),
        text("cli.explain_change", sentence=why(opened, text)),
        *(_parts(moved, text) for moved in opened.splits),
        _accounts(opened, text),
        _rows(opened, text),
        f"{text('cli.explain_sql')}\n{opened.metric.sql}",
    ]
    return "\n\n".join(block for block in blocks if block)


def _value(opened: Explanation, text: Text) -> str:
    score = opened.score
    title, period = opened.metric.title(text.lang), opened.period.period
    words = judged_words(score, text.lang)
    lines = [
        text("cli.explain_value", **words, title=title, period=period),
        text("cli.explain_standing", **words, status=text.standing(score)),
        *_template(score, text),
    ]
    if score.low is not None:
        lines.append(text("cli.explain_interval", **vars(score)))
    if score.denominator is not None and "denominator" in opened.metric.kind.halves:
        lines.append(text("cli.explain_cases", **exact_halves(score, text)))
    return "\n".join(lines)


def _template(score: Score, text: Text) -> list[str]:
    """How to get the table that a figure waits for as a template."""
    code, _, need = (score.reason or "").partition(":")
    return [text("cli.explain_template", table=need.partition(".")[0])] if code == "needs" else []


def _meaning(opened: Explanation, text: Text) -> str:
    metric = opened.metric
    return "\n".join(
        [
            text("cli.explain_means", means=metric.means(text.lang)),
            text("cli.explain_not", excludes=metric.excludes(text.lang)),
            text("cli.explain_formula", formula=text(f"definitions.formula_{metric.kind.name}")),
        ]
    )


def _parts(moved: FigureChange, text: Text) -> str:
    """Every part of the difference; its columns add up to the difference."""
    if not moved.parts:
        return ""
    by = text(f"figure.split_{moved.dimension}")
    shown = [_part(moved, part, text) for part in moved.parts]
    if written := _rounding(moved, text):
        empty = [""] * (len(shown[0]) - 2)
        shown.append([f"  {text('figure.rounding')}", written, *empty])
    return f"{text('cli.explain_parts', by=by)}\n{align_columns(shown)}"


def _rounding(moved: FigureChange, text: Text) -> str:
    """What the parts as shown lack to the difference as shown; empty where they add up."""
    assert moved.difference is not None
    parts = [part.difference for part in moved.parts]
    lacking = formats.rounding(moved.difference, parts, moved.unit, text.lang)
    return formats.difference(lacking, moved.unit, text.lang) if lacking else ""


def _part(moved: FigureChange, part: object, text: Text) -> list[str]:
    assert hasattr(part, "name") and hasattr(part, "difference")
    in_groups = moved.dimension == ACCOUNTS and part.name in GROUPS
    name = sentences.name_of(part.name, "movement" if in_groups else moved.dimension or "", text)
    cells = [f"  {name}", formats.difference(part.difference, moved.unit, text.lang)]
    if isinstance(part, MixPart):
        halves = {"mix_effect": part.mix, "rate_effect": part.rate}
        cells += [
            f"{text.column(half)} {formats.difference(step, moved.unit, text.lang)}"
            for half, step in halves.items()
        ]
    accounts = getattr(part, "accounts", None)
    return [*cells, f"n = {accounts}"] if accounts is not None else cells


def _accounts(opened: Explanation, text: Text) -> str:
    if opened.accounts.empty:
        return ""
    unit = opened.moved.unit
    shown = [
        [
            f"  {row['account_name']} ({row['account_id']})",
            formats.difference(row["difference"], unit, text.lang),
        ]
        for row in opened.accounts.to_dict("records")
    ]
    return f"{text('cli.explain_accounts')}\n{align_columns(shown)}"


def _rows(opened: Explanation, text: Text) -> str:
    """The first rows behind the figure, each with its file and line."""
    shown = opened.rows
    if shown.empty:
        return ""
    shown = sentences.evidence_listed(shown, opened.metric).drop(
        columns=[n for n in LEFT_OUT if n in shown]
    )
    shown = in_words(shown.dropna(axis="columns", how="all"), text)
    heads = [f"  {text.column(str(shown.columns[0]))}", *map(text.column, shown.columns[1:])]
    cells = [[f"  {_cell(row[0])}", *map(_cell, row[1:])] for row in shown.itertuples(index=False)]
    lead = text("cli.explain_rows", shown=len(shown), count=opened.row_count)
    return f"{lead}\n{align_columns([heads, *cells])}"


def _cell(cell: object) -> str:
    if pd.isna(cell):
        return formats.NOTHING
    if isinstance(cell, pd.Timestamp):
        return f"{cell:%Y-%m-%d}" if cell == cell.normalize() else f"{cell:%Y-%m-%d %H:%M}"
    if isinstance(cell, Decimal | float):
        return _write_shortest(cell)
    return " ".join(str(cell).split())


def _write_shortest(number: Decimal | float) -> str:
    """All digits of a number, and no zero that says nothing."""
    written = f"{Decimal(str(number)):,f}"
    shortest = written.rstrip("0").rstrip(".") if "." in written else written
    return shortest.replace("-", "−")
