"""What the values of a column look like: a type, a scale, an order of dates, personal data."""

import re
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from fractions import Fraction
from functools import cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from kam_core.contract.declaration import Column, tables
from kam_core.errors import KamError
from kam_core.ingest.text_folding import fold, strip_guard
from kam_core.ingest.validate.cast import (
    HIGHEST_SCORE,
    YEAR_LAST,
    Bad,
    ColumnRule,
    caster,
    multiplier_in,
    order_proofs,
    parse_moment,
    to_decimal,
)
from kam_core.ingest.validate.decimals import COMMA, POINT, is_open, mark_of, with_point
from kam_core.settings.loader import load_settings

# Chinese identity numbers end in a check character over their 17 digits (ISO 7064, mod 11-2).
IDENTITY_NUMBER = re.compile(r"\d{6}(?P<born>(?:19|20)\d{6})\d{3}[\dXx]")
IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
IDENTITY_CHECKS = "10X98765432"
SOCIAL_SECURITY_NUMBER = re.compile(r"(?!000|666|9\d\d)\d{3}-(?!00)\d{2}-(?!0000)\d{4}")


# A cell with one of these is of its column's type, though not fit to be kept.
UNDERSTOOD_IN_PART = ("ambiguous_date", "ambiguous_number", "two_digit_year", "score_out_of_range")


class Scale(NamedTuple):
    """A scale that scores may have been measured on, and how many of them it leaves outside."""

    lowest: str
    highest: str
    outside: int


class DateReading(NamedTuple):
    """One date as it reads in a certain order: ``order`` is "dmy" or "mdy"."""

    order: str
    text: str
    day: date


def filled(texts: Iterable[str]) -> list[str]:
    """The cells that hold something, trimmed."""
    return [cell for text in texts if (cell := strip_guard(text))]


def share_that_fits(column: Column, texts: Sequence[str]) -> float | None:
    """The share of filled cells that are of the column's type; None where too few are filled.

    A date whose day and month cannot be told apart is a date. Text fits everything.
    """
    distinct = filled(texts)
    if len(distinct) < load_settings().mapping.content.least_values:
        return None
    cast = caster(column, distinct, ColumnRule(decimals=mark_of(distinct)))
    return sum(_casts(cast, text) for text in distinct) / len(distinct)


def _casts(cast: object, text: str) -> bool:
    try:
        cast(text)  # type: ignore[operator]
    except Bad as bad:
        return bad.code in UNDERSTOOD_IN_PART
    return True


def is_distinct(texts: Sequence[str]) -> bool:
    """Whether the values could be a key: all filled and nearly all different."""
    settings = load_settings().mapping.content
    values = filled(texts)
    is_whole = len(values) == len(texts) >= settings.least_values
    return is_whole and len(set(values)) >= settings.id_distinct_share * len(values)


def open_date_order(texts: Sequence[str]) -> list[DateReading]:
    """Both readings of a date that nothing in the column decides; empty where it is decided."""
    values = filled(texts)
    if order_proofs(values):
        return []
    for text in values:
        found = YEAR_LAST.fullmatch(text)
        if found and found["first"] != found["second_part"]:
            return _readings({"dmy": text, "mdy": text})
    return []


def mixed_date_orders(texts: Sequence[str]) -> list[DateReading]:
    """A date of each order, where some dates of the column prove one and some the other."""
    proofs = order_proofs(filled(texts))
    return _readings({order: proofs[order] for order in ("dmy", "mdy")}) if len(proofs) > 1 else []


def _readings(texts: Mapping[str, str]) -> list[DateReading]:
    zone = ZoneInfo(load_settings().reading.reporting_timezone)
    return [
        DateReading(order, text, moment.date())
        for order, text in texts.items()
        if (moment := _moment(text, order, zone)) is not None
    ]


def _moment(text: str, order: str, zone: ZoneInfo) -> datetime | None:
    try:
        moment = parse_moment(text, order, zone)
    except Bad:
        return None
    return moment if isinstance(moment, datetime) else None


def open_scale(texts: Sequence[str], column: Column | None = None) -> list[Scale]:
    """The scales these scores may be on, where they do not look as if measured from 0 to 100.

    Empty where the scale is plain: some score is higher than any short scale goes. Few low scores
    prove nothing, unless the ``column`` is what its table is about: then each of them counts.
    """
    settings = load_settings().mapping.scales
    scores = scores_of(texts)
    least = 1 if column and column.required else settings.least_values
    if len(scores) < least or max(scores) > settings.suspect_below:
        return []
    found = []
    for lowest, highest in settings.offered:
        outside = sum(not Fraction(lowest) <= score <= Fraction(highest) for score in scores)
        if outside <= settings.most_outside * len(scores):
            found.append(Scale(lowest, highest, outside))
    return found


def scores_of(texts: Sequence[str]) -> list[Fraction]:
    """The scores among the cells of a column."""
    values = filled(texts)
    if mark_of(values) == COMMA:
        values = [with_point(text) for text in values]
    return [score for text in values if (score := _score(text)) is not None]


def on_scale(text: str, scale: Scale) -> str:
    """What a score of this scale becomes on the one from 0 to 100; empty where it lies outside."""
    score, lowest, highest = _score(text), Fraction(scale.lowest), Fraction(scale.highest)
    if score is None or not lowest <= score <= highest:
        return ""
    return f"{float((score - lowest) / (highest - lowest) * HIGHEST_SCORE):g}"


def _score(text: str) -> Fraction | None:
    try:
        return Fraction(to_decimal(text, "score"))
    except Bad:
        return None


def refuse_unknown_scales(
    table: str,
    columns: Mapping[str, str],
    scales: Mapping[str, Sequence[str]],
    header: Sequence[str],
    sample: Sequence[Sequence[str]],
) -> None:
    """Refuse scores that look like 1 to 5 or 0 to 10 until somebody says which they are."""
    for name, cell in columns.items():
        column = tables()[table].column(name)
        if column.type != "score" or name in scales:
            continue
        texts = cells_of(cell, header, sample)
        offered = open_scale(texts, column)
        if offered:
            scores = scores_of(texts)
            raise KamError(
                "unknown_scale",
                table=table,
                column=name,
                header=cell,
                lowest=str(min(scores)),
                highest=str(max(scores)),
                scales=[f"{scale.lowest}-{scale.highest}" for scale in offered],
            )


def columns_of(
    header: Sequence[str], sample: Sequence[Sequence[str]]
) -> Iterable[tuple[str, list[str]]]:
    """Each header with the sample's values below it."""
    for position, cell in enumerate(header):
        yield cell, [row[position] for row in sample if position < len(row)]


def cells_of(cell: str, header: Sequence[str], sample: Sequence[Sequence[str]]) -> list[str]:
    """The sample's values under one header."""
    position = list(header).index(cell)
    return [row[position] for row in sample if position < len(row)]


def decimal_mark(texts: Sequence[str]) -> str | None:
    """What the cells of a column prove to end the whole part of a figure: see ``mark_of``."""
    return mark_of(filled(texts))


def open_figure(column: Column, texts: Sequence[str]) -> str | None:
    """A figure of the column that is much or little, and nothing tells which."""
    values = filled(texts)
    mark = mark_of(values)
    return next((text for text in values if is_open(text, column.type, mark)), None)


def with_decimals(text: str, mark: str, factor: str = "1") -> str:
    """A figure as it reads where this mark ends the whole part; empty where it is none then."""
    return as_figure(text if mark == POINT else with_point(text), factor)


def with_own_unit(texts: Sequence[str]) -> str | None:
    """A figure of the column that carries a multiplier of its own, such as 120万."""
    return next((text for text in filled(texts) if multiplier_in(text)), None)


def without_own_unit(texts: Sequence[str]) -> str:
    """A figure of the column that carries no multiplier; empty where all do."""
    return next((text for text in filled(texts) if not multiplier_in(text)), "")


def as_figure(text: str, factor: str) -> str:
    """The figure a text writes, multiplied; empty where it is none."""
    try:
        return f"{float(Fraction(to_decimal(text, 'number')) * Fraction(factor)):.15g}"
    except Bad:
        return ""


def personal_kind(header: str, texts: Sequence[str]) -> str | None:
    """identity_number, birth_date or passport, where header or values look like it.

    Values alone prove identity numbers only: a date may be a founding date, and letter and digits
    any number of a customer.
    """
    folded = fold(header)
    for kind, words in load_settings().mapping.personal.items():
        if folded in words.equals or any(word in folded for word in words.contains):
            return kind
    values = filled(texts)
    settings = load_settings().mapping.content
    if len(values) < settings.least_values:
        return None
    proven = sum(_is_identity_number(value) for value in values)
    return "identity_number" if proven >= settings.least_share * len(values) else None


def _is_identity_number(text: str) -> bool:
    if SOCIAL_SECURITY_NUMBER.fullmatch(text):
        return True
    if not IDENTITY_NUMBER.fullmatch(text):
        return False
    total = sum(int(digit) * weight for digit, weight in zip(text, IDENTITY_WEIGHTS, strict=False))
    return IDENTITY_CHECKS[total % 11] == text[17].upper()


@cache
def value_names(table: str, column: str) -> dict[str, str]:
    """Folded text -> meaning, for every text that an enumerated column knows."""
    values = tables()[table].column(column).values
    names = {fold(alias): value for value, aliases in values.items() for alias in aliases}
    return names | {fold(value): value for value in values}
