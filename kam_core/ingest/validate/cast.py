"""One text to one value of a contract type, exactly; or the code of what prevents it."""

import re
import unicodedata
from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Context, Decimal, Inexact, InvalidOperation
from fractions import Fraction
from functools import cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from babel import Locale

from kam_core.contract.declaration import Column
from kam_core.ingest.text_folding import fold, simplify
from kam_core.ingest.validate import currencies, decimals, durations
from kam_core.settings.loader import load_settings

# Exact or an error: no figure is ever rounded unseen.
EXACT = Context(prec=120, traps=[Inexact, InvalidOperation])
ROUNDING = Context(prec=120, traps=[InvalidOperation])
MOST_DIGITS = 40
PLACES = {"money": 2, "score": 4, "number": 6}
WHOLE_DIGITS = {"money": 16, "score": 5, "number": 18, "integer": 18}
HIGHEST_SCORE = 100


class Bad(Exception):
    """The text is no value of its type; ``details`` say more than column and text."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


class Noted(NamedTuple):
    """A value that was accepted with a remark."""

    value: object
    code: str


class ColumnRule(NamedTuple):
    """What a recipe says about one column: meanings, factor, scale, decimal mark, dates, zone."""

    meanings: Mapping[str, str] | None = None
    factor: str | None = None
    scale: tuple[str, str] | None = None
    decimals: str | None = None
    date_order: str | None = None
    timezone: str | None = None


Cast = Callable[[str], object]


def caster(column: Column, texts: Iterable[str], rule: ColumnRule) -> Cast:
    """The function that turns a text of this column into its value or raises Bad.

    ``texts`` are all distinct texts of the column: they show in which order dates are written.
    """
    if column.type in ("date", "timestamp"):
        cast: Cast = _date_caster(column, texts, rule)
    elif column.type in ("money", "score", "number", "integer"):
        cast = _number_caster(column, rule)
    elif column.type == "enum":
        return _enum_caster(column, rule)
    else:
        cast = SIMPLE_CASTS[column.type]
    return _translate_first(cast, rule.meanings) if rule.meanings else cast


def is_nothing(text: str, column: Column, rule: ColumnRule) -> bool:
    """Whether the text is a word for nothing here; what a recipe gives a meaning never is."""
    if column.type in ("text", "id") or text in (rule.meanings or {}):
        return False
    is_figure = column.type in WHOLE_DIGITS
    return text.casefold() in _words_for_nothing(is_figure)


@cache
def _words_for_nothing(is_figure: bool) -> frozenset[str]:
    nothing = load_settings().reading.nothing
    return frozenset(nothing.words + ([] if is_figure else nothing.except_in_figures))


def _translate_first(cast: Cast, meanings: Mapping[str, str]) -> Cast:
    return lambda text: cast(meanings.get(text, text))


# ids, enumerated values, yes and no, quarters

MARKED_AS_TEXT = re.compile(r"'([^']*[^'\s][^']*)")
FLOAT_ID = re.compile(r"\d+\.0+")
SCIENTIFIC_ID = re.compile(r"\d(?:\.\d+)?E\+\d+", re.IGNORECASE)
QUARTER = re.compile(
    r"(\d{4})\s*[-/年]?\s*第?\s*(?:Q([1-4])|([1-4一二三四])\s*季度?)", re.IGNORECASE
)
CHINESE_DIGITS = {"一": "1", "二": "2", "三": "3", "四": "4"}


def strip_apostrophe(text: str) -> str:
    """An id without the apostrophe in front by which a spreadsheet is told to leave it a text."""
    match = MARKED_AS_TEXT.fullmatch(text)
    return match[1].strip() if match else text


def cast_id(text: str) -> object:
    """An id stays as it is written; traces of a spreadsheet's number format are told."""
    text = strip_apostrophe(text)
    if SCIENTIFIC_ID.fullmatch(text):
        raise Bad("scientific_id")
    return Noted(text, "float_id") if FLOAT_ID.fullmatch(text) else text


def _enum_caster(column: Column, rule: ColumnRule) -> Cast:
    spoken = rule.meanings
    if spoken is None:
        spoken = {alias: value for value, aliases in column.values.items() for alias in aliases}
    meanings = {fold(value): value for value in column.values}
    meanings |= {fold(text): value for text, value in spoken.items()}
    allowed = list(column.values)

    def cast(text: str) -> str:
        value = meanings.get(fold(text))
        if value not in allowed:
            raise Bad("unknown_value", allowed=allowed)
        return value

    return cast


def cast_bool(text: str) -> bool:
    """Yes or no in both languages."""
    meaning = _truth_words().get(simplify(unicodedata.normalize("NFKC", text).casefold()))
    if meaning is None:
        raise Bad("bad_bool")
    return meaning


@cache
def _truth_words() -> dict[str, bool]:
    words = load_settings().reading.bool
    return dict.fromkeys(words.true, True) | dict.fromkeys(words.false, False)


def cast_quarter(text: str) -> str:
    """A quarter as 2026-Q3."""
    match = QUARTER.fullmatch(unicodedata.normalize("NFKC", text))
    if not match:
        raise Bad("bad_quarter")
    number = match[2] or CHINESE_DIGITS.get(match[3], match[3])
    return f"{match[1]}-Q{number}"


def cast_currency(text: str) -> str:
    """A currency as its code of three letters."""
    code = currencies.code_of(text)
    if code is None:
        raise Bad("bad_currency")
    return code


SIMPLE_CASTS: dict[str, Cast] = {
    "currency": cast_currency,
    "id": cast_id,
    "text": str,
    "bool": cast_bool,
    "quarter": cast_quarter,
}


# numbers

PLAIN_NUMBER = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")


def _number_caster(column: Column, rule: ColumnRule) -> Cast:
    def cast(text: str) -> object:
        if decimals.is_open(text, column.type, rule.decimals):
            raise Bad("ambiguous_number")
        if rule.decimals == decimals.COMMA:
            text = decimals.with_point(text)
        return _fit_number(_apply_unit(_parse_figure(text, column), text, column, rule), column)

    return cast


def _parse_figure(text: str, column: Column) -> Decimal | Fraction:
    """The number a text writes; a Fraction if it is a duration that names its own unit."""
    try:
        return to_decimal(text, column.type)
    except Bad:
        if column.type == "score":
            raise Bad("bad_score") from None
        if load_settings().mapping.measured_in.get(column.name) != "hours":
            raise
    hours = durations.parse_hours(text) if len(text) <= MOST_DIGITS else None
    if hours is None:
        raise Bad("bad_duration")
    return hours


def _apply_unit(number: Decimal | Fraction, text: str, column: Column, rule: ColumnRule) -> Decimal:
    """The number on the scale and in the unit of the contract; "1" lets cells name their own."""
    if rule.scale:
        return _scale_score(Fraction(number), rule.scale, column)
    if rule.factor and rule.factor != "1":
        if isinstance(number, Fraction) or multiplier_in(text):
            raise Bad("unit_twice", factor=rule.factor)
        return _round_number(Fraction(number) * Fraction(rule.factor), column)
    return number if isinstance(number, Decimal) else _round_number(number, column)


def multiplier_in(text: str) -> str | None:
    """The word in a figure that multiplies it, as in 120万."""
    match = _match_number(text)
    return match["multiplier"] if match else None


def to_decimal(text: str, column_type: str) -> Decimal:
    """The exact number a text writes; per cent is a part of 1, but stays as it is for a score."""
    if len(text) > MOST_DIGITS:
        raise Bad("bad_number")
    if PLAIN_NUMBER.fullmatch(text):
        return Decimal(text)
    if column_type == "score":
        text = _without_points(text)
    match = _match_number(text)
    if not match or (match["percent"] and column_type in ("money", "integer")):
        raise Bad("bad_number")
    signs = [match["sign"], match["inner_sign"], match["open"], match["last_sign"]]
    if sum(map(bool, signs)) > 1 or bool(match["open"]) != bool(match["close"]):
        raise Bad("bad_number")
    number = Decimal(match["digits"].replace(",", ""))
    if match["multiplier"]:
        factor = load_settings().reading.multipliers.cells[match["multiplier"]]
        number = EXACT.multiply(number, Decimal(factor))
    if match["percent"] and column_type != "score":
        number = number.scaleb(-2, EXACT)
    is_negative = any(mark in ("-", "−", "(") for mark in signs)
    return number.copy_negate() if is_negative else number


def _without_points(text: str) -> str:
    """A score without the word for its points: 95分."""
    plain = unicodedata.normalize("NFKC", text).casefold().strip()
    for word in load_settings().mapping.scales.points:
        if plain.endswith(word):
            return plain.removesuffix(word).strip()
    return text


def _match_number(text: str) -> re.Match[str] | None:
    plain = simplify(decimals.strip_grouping(text).casefold())
    return _number_pattern().fullmatch(plain)


@cache
def _number_pattern() -> re.Pattern[str]:
    currency = _alternatives(currencies.currency_words())
    multiplier = _alternatives(load_settings().reading.multipliers.cells)
    return re.compile(
        rf"(?P<sign>[-+−])?\s*(?P<open>\()?\s*(?:{currency})?\s*(?P<inner_sign>[-+−])?\s*"
        r"(?P<digits>(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]*)?|\.[0-9]+)"
        rf"\s*(?P<multiplier>{multiplier})?\s*(?:{currency})?\s*(?P<percent>%)?\s*"
        r"(?P<close>\))?(?P<last_sign>[-−])?\s*"
    )


def _alternatives(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


def _scale_score(number: Fraction, scale: tuple[str, str], column: Column) -> Decimal:
    lowest, highest = (Fraction(end) for end in scale)
    share = (number - lowest) / (highest - lowest)
    if not 0 <= share <= 1:
        raise Bad("score_out_of_range", lowest=scale[0], highest=scale[1])
    return _round_number(share * HIGHEST_SCORE, column)


def _round_number(number: Fraction, column: Column) -> Decimal:
    """To the last place the type holds, half away from zero; money only where nothing is lost."""
    digits = PLACES.get(column.type, 0)
    scaled = number * 10**digits
    if column.type == "money" and scaled.denominator != 1:
        raise Bad("too_precise_money")
    units = (2 * abs(scaled.numerator) + scaled.denominator) // (2 * scaled.denominator)
    return Decimal(units if number >= 0 else -units).scaleb(-digits, EXACT)


def _fit_number(number: Decimal, column: Column) -> object:
    """The number in the places its type has."""
    if number and number.adjusted() >= WHOLE_DIGITS[column.type]:
        raise Bad("number_out_of_range")
    if column.minimum is not None and number < Decimal(str(column.minimum)):
        raise Bad("below_minimum", minimum=column.minimum)
    if column.type == "integer":
        return _to_integer(number)
    if column.type == "score" and not 0 <= number <= HIGHEST_SCORE:
        raise Bad("score_out_of_range", lowest="0", highest=str(HIGHEST_SCORE))
    fitted = number.quantize(
        Decimal(1).scaleb(-PLACES[column.type]), rounding=ROUND_HALF_UP, context=ROUNDING
    )
    if fitted == number:
        return fitted
    if column.type == "money":
        raise Bad("too_precise_money")
    return Noted(fitted, "rounded_number")


def _to_integer(number: Decimal) -> int:
    if number != number.to_integral_value():
        raise Bad("bad_number")
    return int(number)


# dates and times

TIME = (
    r"(?:(?:[T\s]|,\s|(?<=日)|(?=[上下]午))\s*(?:(?P<half_before>[上下]午)\s*)?"
    r"(?P<hour>\d{1,2})(?::|时|点)(?P<minute>\d{1,2})分?"
    r"(?:(?::|(?<=分))(?P<second>\d{1,2})秒?(?:[.,](?P<fraction>\d{1,9}))?)?"
    r"\s*(?P<half>[ap]\.?m\.?)?\s*(?P<zone>Z|(?:UTC|GMT)?[+-]\d{2}:?\d{2}|UTC|GMT)?)?"
)
NAMES_TIME = re.compile(r"\d\s*[:时点]\s*\d|\d{14}|\d{5}\.\d+")
# The day of the week, which the date tells as well.
WEEKDAY = re.compile(
    r"^(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?,?\s+"
    r"|\s*\(?(?:星期|周)[一二三四五六日天]\)?",
    re.IGNORECASE,
)
YEAR_FIRST = re.compile(
    r"(?P<year>\d{4})(?:(?P<mark>[-/.])(?P<month>\d{1,2})(?P=mark)(?P<day>\d{1,2})"
    r"|\s*年\s*(?P<month_zh>\d{1,2})\s*月\s*(?P<day_zh>\d{1,2})\s*日?)" + TIME,
    re.IGNORECASE,
)
COMPACT = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})" + TIME, re.IGNORECASE)
COMPACT_TIME = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})")
YEAR_LAST = re.compile(
    r"(?P<first>\d{1,2})(?P<mark>[-/.])(?P<second_part>\d{1,2})(?P=mark)(?P<year>\d{4})" + TIME,
    re.IGNORECASE,
)
NAMED_MONTH = re.compile(
    r"(?:(?P<day>\d{1,2})[-\s](?P<name>[A-Za-z]{3,9})|(?P<name_first>[A-Za-z]{3,9})\s(?P<day_after>\d{1,2}),?)"
    r"[-,\s]\s*(?P<year>\d{4})" + TIME,
    re.IGNORECASE,
)
TWO_DIGIT_YEAR = re.compile(
    r"(?:\d{1,2}[-/.]\d{1,2}[-/.]\d{2}|\d{1,2}[-\s][A-Za-z]{3,9}[-\s]\d{2}|\d{2}年\d{1,2}月\d{1,2}日?)(?:[T\s].*)?"
)
SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
# The names of months in English, short and long.
MONTHS = {
    name.casefold(): number
    for width in ("abbreviated", "wide")
    for number, name in Locale("en").months["format"][width].items()
}


def _date_caster(column: Column, texts: Iterable[str], rule: ColumnRule) -> Cast:
    order = rule.date_order or proven_order(texts)
    zone = ZoneInfo(rule.timezone or load_settings().reading.reporting_timezone)
    is_date = column.type == "date"

    def cast(text: str) -> object:
        moment = parse_moment(text, order, zone)
        if isinstance(moment, Noted):
            return moment._replace(value=_to_day(moment.value)) if is_date else moment
        return _to_day(moment) if is_date else moment

    return cast


def names_time(text: str) -> bool:
    """Whether a text that writes a moment says more than its day."""
    return bool(NAMES_TIME.search(unicodedata.normalize("NFKC", text)))


def _to_day(moment: object) -> date:
    assert isinstance(moment, datetime)
    return moment.date()


def proven_order(texts: Iterable[str]) -> str | None:
    """ "dmy" or "mdy" where a part above 12 proves it and none contradicts; else None."""
    proofs = order_proofs(texts)
    return next(iter(proofs)) if len(proofs) == 1 else None


def order_proofs(texts: Iterable[str]) -> dict[str, str]:
    """For "dmy" and "mdy" the first date that can be read in no other order, if there is one."""
    proofs: dict[str, str] = {}
    for text in texts:
        if match := YEAR_LAST.fullmatch(text):
            if int(match["first"]) > 12:
                proofs.setdefault("dmy", text)
            if int(match["second_part"]) > 12:
                proofs.setdefault("mdy", text)
    return proofs


def parse_moment(text: str, order: str | None, zone: ZoneInfo) -> datetime | Noted:
    """The time a text writes, in ``zone`` and without naming it; a day alone is its midnight."""
    if text.isascii() and text[4:5] == "-" and len(text) in (10, 16, 19):
        try:
            return _require_plausible(datetime.fromisoformat(text))
        except ValueError:
            pass
    text = WEEKDAY.sub("", unicodedata.normalize("NFKC", text))
    text = COMPACT_TIME.sub(r"\1\2\3 \4:\5:\6", text) if len(text) == 14 else text
    for pattern in (YEAR_FIRST, COMPACT, YEAR_LAST, NAMED_MONTH):
        if match := pattern.fullmatch(text):
            parts = match.groupdict()
            return _build_moment(parts, *_month_and_day(parts, order), zone)
    if SERIAL.fullmatch(text):
        return _excel_moment(text)
    raise Bad(_date_fault(text))


def _month_and_day(parts: Mapping[str, Any], order: str | None) -> tuple[Any, Any]:
    if "first" in parts:
        first, second = parts["first"], parts["second_part"]
        if order is None and int(first) != int(second):
            raise Bad("ambiguous_date")
        return (second, first) if order == "dmy" else (first, second)
    name = parts.get("name") or parts.get("name_first")
    month = MONTHS.get(name.casefold()) if name else parts["month"] or parts.get("month_zh")
    return month, parts["day"] or parts.get("day_zh") or parts.get("day_after")


def _build_moment(
    parts: Mapping[str, Any], month: str | int | None, day: str | None, zone: ZoneInfo
) -> datetime:
    try:
        moment = datetime(
            int(parts["year"] or 0),
            int(month or 0),
            int(day or 0),
            _parse_hour(parts),
            int(parts["minute"] or 0),
            int(parts["second"] or 0),
            int((parts["fraction"] or "")[:6].ljust(6, "0")),
        )
        return _require_plausible(_in_zone(moment, parts["zone"], zone))
    except (ValueError, OverflowError):
        raise Bad("bad_date") from None


def _parse_hour(parts: Mapping[str, Any]) -> int:
    hour = int(parts["hour"] or 0)
    half = parts["half"] or parts["half_before"]
    if not half:
        return hour
    if not 1 <= hour <= 12 or (parts["half"] and parts["half_before"]):
        raise ValueError(hour)
    return hour % 12 + (12 if half[0] in "pP下" else 0)


def _in_zone(moment: datetime, offset: str | None, zone: ZoneInfo) -> datetime:
    if not offset:
        return moment
    shift = re.sub("UTC|GMT", "", offset.upper()) or "Z"
    aware = datetime.fromisoformat(moment.isoformat() + shift)
    return aware.astimezone(zone).replace(tzinfo=None)


def _require_plausible(moment: datetime) -> datetime:
    reading = load_settings().reading
    earliest, latest = reading.earliest_year, reading.latest_year
    if not earliest <= moment.year <= latest:
        raise Bad("date_out_of_range", earliest=earliest, latest=latest)
    return moment


def _excel_moment(text: str) -> Noted:
    days = Decimal(text)
    limits = load_settings().reading.excel_serial_first, load_settings().reading.excel_serial_last
    if not limits[0] <= days <= limits[1]:
        raise Bad("bad_date")
    seconds = int((days * 86400).to_integral_value())
    return Noted(datetime(1899, 12, 30) + timedelta(seconds=seconds), "excel_serial")


def _date_fault(text: str) -> str:
    if TWO_DIGIT_YEAR.fullmatch(text):
        return "two_digit_year"
    words = text.casefold()
    is_relative = any(
        re.search(rf"\b{word}\b", words) if word.isascii() else word in words
        for word in load_settings().reading.relative_dates
    )
    return "relative_date" if is_relative else "bad_date"
