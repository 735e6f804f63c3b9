"""Why a figure moved, whether a month is a signal, and what stands behind a number: in words."""

from collections.abc import Sequence
from fractions import Fraction

import pandas as pd

from kam_core.metrics.catalogue import Metric
from kam_core.metrics.change import ACCOUNTS, FigureChange, MixPart, Movement
from kam_core.metrics.control_limits import Limits
from kam_core.metrics.kinds import BOTH
from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined
from kam_core.text.writer import Text

NO_VALUE = "no_value"
WHOLE = ("line_no", "snapshot_id")
FIRST = ("account_name", "file_name", "line_no")


def why(moved: FigureChange, text: Text) -> str:
    """The difference and what it is made of."""
    before_period, after_period = moved.periods
    words = vars(moved) | {"metric": text.metric(moved.metric), "difference": moved.difference}
    if moved.difference is None:
        is_missing_before = moved.before is None and not moved.is_on_the_year
        words["period"] = before_period if is_missing_before else after_period
        return text.rich("change.no_value", **words)
    key = "growth" if moved.is_on_the_year else "moved" if moved.difference else "unmoved"
    before, after = formats.pair(moved.before, moved.after, moved.unit, text.lang)
    words |= {"before": before, "after": after}
    words |= {"before_period": before_period, "after_period": after_period}
    return joined([text.rich(f"change.{key}", **words), _parts(moved, text)], text)


def _parts(moved: FigureChange, text: Text) -> str:
    if moved.unsplit and moved.unsplit != NO_VALUE:
        return text(f"change.unsplit_{moved.unsplit}")
    if not moved.parts or not moved.difference:
        return ""
    first = moved.parts[0]
    if moved.dimension == ACCOUNTS and isinstance(first, Movement):
        return _groups(moved, text)
    if isinstance(first, Movement):
        return _largest("most_from", first.name, first.difference, moved, text)
    slices = text(f"change.slices_{moved.dimension}")
    words = {"slices": slices, "mix": moved.mix, "rate": moved.rate, "unit": moved.unit}
    halves = text.rich("change.mix_and_rate", **words)
    rounding = _rounding([moved.mix, moved.rate], moved, text, "rounding_of_both")
    # A bar of the waterfall is the rate of its slice: the sentence names the longest of them.
    rates = [(part.name, part.rate) for part in moved.parts if isinstance(part, MixPart)]
    name, rate = max(rates, key=lambda bar: abs(bar[1]))
    most = _largest("most_rate", name, rate, moved, text) if rate else ""
    return joined([halves, rounding, most], text)


def _largest(key: str, name: str | None, part: Fraction, moved: FigureChange, text: Text) -> str:
    slice_name = name_of(name, moved.dimension or "", text)
    return text.rich(f"change.{key}", name=slice_name, part=part, unit=moved.unit)


def _groups(moved: FigureChange, text: Text) -> str:
    words: dict[str, object] = {"unit": moved.unit}
    for group in moved.parts:
        if isinstance(group, Movement):
            words |= {f"{group.name}": group.accounts, f"{group.name}_by": group.difference}
    groups = text.rich("change.groups", **words)
    return joined([groups, _rounding([part.difference for part in moved.parts], moved, text)], text)


def _rounding(
    parts: Sequence[Fraction], moved: FigureChange, text: Text, key: str = "rounding"
) -> str:
    """What the parts, added as they are written, lack to the difference as it is written."""
    assert moved.difference is not None
    lacking = formats.rounding(moved.difference, parts, moved.unit, text.lang)
    return text.rich(f"change.{key}", rounding=lacking, unit=moved.unit) if lacking else ""


def limits(control: Limits, title: str, unit: str, enough_points: int, text: Text) -> str:
    """Whether any month is a signal, how far the limits can be trusted, and which months lack."""
    words = vars(control) | {"metric": title, "unit": unit, "count": len(control.signals)}
    key = "outside" if control.signals else "none_outside"
    if control.low is None:
        key = "no_limits"
    parts = [text.rich(f"limits.{key}", **words)]
    if control.low is not None and control.is_trial:
        parts.append(text.rich("limits.trial", points=control.points, enough=enough_points))
    return joined([*parts, gaps(control, text)], text)


def gaps(control: Limits, text: Text) -> str:
    """The months without a value, which are no zeros."""
    return text.rich("limits.gaps", months=control.gaps) if control.gaps else ""


def name_of(name: str | None, by: str, text: Text) -> str:
    """A slice in words; one that no account states is called so."""
    return text("figure.not_stated") if name is None else text.value(by, name)


def behind(
    rows: pd.DataFrame, metric: Metric, period: str, account: str | None, most: int, text: Text
) -> str:
    """How many rows stand behind a figure, and whether they add up to it."""
    if rows.empty:
        return text.rich("evidence.none", period=period)
    if len(rows) >= most:
        return text.rich("evidence.shown", shown=most)
    words = {"period": period, "metric": metric.title(text.lang), "count": len(rows)}
    key = "evidence.sentence_account" if account else "evidence.sentence"
    added = text(f"evidence.{_how_rows_add_up(rows, metric)}", **words)
    return joined([text.rich(key, **words, account=account), added], text)


def _how_rows_add_up(rows: pd.DataFrame, metric: Metric) -> str:
    """How the rows make up the figure: which halves of it they hold."""
    if metric.kind.rows_word:
        return metric.kind.rows_word
    if rows["numerator"].isna().all():
        return "not_by_row"
    if metric.scale > 1:
        return "microseconds"
    if not metric.kind.is_amount and rows["denominator"].isna().all():
        return "numerator_only"
    return "obligations" if "state" in rows and "due_on" in rows else "add_up"


def evidence_listed(rows: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """The rows without a half that nobody reads: an empty one, or one in microseconds."""
    unread = [half for half in BOTH if rows[half].isna().all() or metric.scale > 1]
    # A row that was never uploaded has no line; the others have a whole one.
    shown = rows.drop(columns=["period", *unread]).astype(dict.fromkeys(WHOLE, "Int64"))
    return shown[[*FIRST, *(name for name in shown if name not in FIRST)]]
