"""Why a figure moved, whether a month is a signal, and what stands behind a number: in words."""

from collections.abc import Sequence
from fractions import Fraction

from kam_core.metrics.change import ACCOUNTS, FigureChange, Movement
from kam_core.metrics.control_limits import Limits
from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined
from kam_core.text.writer import Text

NO_VALUE = "no_value"


def why(moved: FigureChange, text: Text) -> str:
    """The difference and what it is made of."""
    if moved.difference is None:
        before, after = moved.periods
        is_missing_before = moved.before is None and not moved.is_on_the_year
        period = formats.period(before if is_missing_before else after, text.lang)
        return text.rich("change.no_value", metric=text.metric(moved.metric), period=period)
    return joined([_difference(moved, text), _parts(moved, text)], text)


def _difference(moved: FigureChange, text: Text) -> str:
    key = "change.moved" if moved.difference else "change.unmoved"
    before, after = (formats.period(period, text.lang) for period in moved.periods)
    values = formats.pair(moved.before, moved.after, moved.unit, text.lang)
    return text.rich(
        "change.growth" if moved.is_on_the_year else key,
        metric=text.metric(moved.metric),
        before_period=before,
        after_period=after,
        before=values[0],
        after=values[1],
        difference=formats.difference(moved.difference, moved.unit, text.lang),
    )


def _parts(moved: FigureChange, text: Text) -> str:
    if moved.unsplit and moved.unsplit != NO_VALUE:
        return text(f"change.unsplit_{moved.unsplit}")
    if not moved.parts or not moved.difference:
        return ""
    if moved.dimension == ACCOUNTS and isinstance(moved.parts[0], Movement):
        return _groups(moved, text)
    first = moved.parts[0]
    most = text.rich(
        "change.most_from",
        name=name_of(first.name, moved.dimension or "", text),
        part=formats.difference(first.difference, moved.unit, text.lang),
    )
    if isinstance(first, Movement):
        return most
    halves = text.rich(
        "change.mix_and_rate",
        slices=text(f"change.slices_{moved.dimension}"),
        mix=formats.difference(moved.mix, moved.unit, text.lang),
        rate=formats.difference(moved.rate, moved.unit, text.lang),
    )
    return joined([halves, _rounding([moved.mix, moved.rate], moved, text), most], text)


def _groups(moved: FigureChange, text: Text) -> str:
    words: dict[str, object] = {}
    for group in moved.parts:
        if isinstance(group, Movement):
            words[str(group.name)] = formats.count(group.accounts, text.lang)
            words[f"{group.name}_by"] = formats.difference(group.difference, moved.unit, text.lang)
    groups = text.rich("change.groups", **words)
    return joined([groups, _rounding([part.difference for part in moved.parts], moved, text)], text)


def _rounding(parts: Sequence[Fraction], moved: FigureChange, text: Text) -> str:
    """What the parts, added as they are written, lack to the difference as it is written."""
    assert moved.difference is not None
    lacking = formats.rounding(moved.difference, parts, moved.unit, text.lang)
    written = formats.difference(lacking, moved.unit, text.lang)
    return text.rich("change.rounding", rounding=written) if lacking else ""


def limits(control: Limits, title: str, unit: str, enough_points: int, text: Text) -> str:
    """Whether any month is a signal, how far the limits can be trusted, and which months lack."""
    words = {"metric": title, "points": formats.count(control.points, text.lang)}
    parts = []
    if control.low is None:
        parts.append(text.rich("limits.no_limits", **words))
    else:
        words |= {
            "low": formats.quantity(control.low, unit, text.lang),
            "high": formats.quantity(control.high, unit, text.lang),
            "mean": formats.quantity(control.mean, unit, text.lang),
        }
        key = "limits.outside" if control.signals else "limits.none_outside"
        outside = {"count": len(control.signals), "months": months(control.signals, text)}
        parts.append(text.rich(key, **words, **(outside if control.signals else {})))
        if control.is_trial:
            points = formats.count(control.points, text.lang)
            parts.append(text.rich("limits.trial", points=points, enough=enough_points))
    return joined([*parts, gaps(control, text)], text)


def gaps(control: Limits, text: Text) -> str:
    """The months without a value, which are no zeros."""
    return text.rich("limits.gaps", months=months(control.gaps, text)) if control.gaps else ""


def months(codes: Sequence[str], text: Text) -> str:
    return text("punctuation.list").join(formats.period(code, text.lang) for code in codes)


def name_of(name: str | None, by: str, text: Text) -> str:
    """A slice in words; one that no account states is called so."""
    return text("figure.not_stated") if name is None else text.value(by, name)
