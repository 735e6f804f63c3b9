"""Targets as a person types them: one line per figure, region and tier, one cell per quarter."""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from kam_core.ingest.validate.cast import EXACT, Bad, to_decimal
from kam_core.metrics.catalogue import load_metrics
from kam_core.metrics.quarterly_targets import (
    PLACES,
    QuarterlyTarget,
    TargetKey,
    format_number,
    in_order,
    sort_key,
    unit_of,
)
from kam_core.settings.loader import load_settings

# Stands for every region or tier, where an empty cell could also mean "not chosen yet".
EVERY = "*"
LINE = ("metric", "region", "tier")
# As many digits before the point as the column of the table holds.
LARGEST = Decimal(10**18 - 1)
AMOUNT = re.compile(r"(.*[0-9])\s*([A-Za-z]+)")

Line = Mapping[str, object]


class CellProblem(Exception):
    """Why a cell holds no target; ``code`` names its words under ``[targets.problem]``."""

    def __init__(self, code: str, **details: object) -> None:
        super().__init__(code)
        self.code = code
        self.details = details


@dataclass(frozen=True)
class LineProblem:
    """What is wrong in a line, counted from 1; ``details`` fill the words of its code."""

    line: int
    code: str
    details: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True)
class GridReading:
    """The targets that the lines hold, and what prevents their being saved."""

    targets: tuple[QuarterlyTarget, ...]
    problems: tuple[LineProblem, ...]


def write_lines(
    targets: Iterable[QuarterlyTarget], quarters: Sequence[str]
) -> list[dict[str, str]]:
    """One line for each figure, region and tier with a target in one of the quarters."""
    lines: dict[tuple, dict[str, str]] = {}
    for target in sorted(targets, key=lambda target: sort_key(target.key)[1:]):
        name, quarter, region, tier, *_ = target.key
        if quarter in quarters and target.key.is_on_grid:
            subject = {"metric": name, "region": region or EVERY, "tier": tier or EVERY}
            line = lines.setdefault((name, region, tier), subject | dict.fromkeys(quarters, ""))
            line[quarter] = written(target.target, unit_of(name))
    return list(lines.values())


def written(target: Decimal, unit: str) -> str:
    """A target as people write it: 75%, 120,000,000, 12."""
    if unit == "percent":
        return f"{format_number(target * 100)}%"
    return f"{Decimal(format_number(target)):,f}" if unit == "money" else format_number(target)


def read_lines(
    typed_lines: Sequence[Line], quarters: Sequence[str], present: Collection[QuarterlyTarget] = ()
) -> GridReading:
    """The targets of some quarters as typed; all that no line can say stay as ``present``.

    A target that was held keeps its further columns, and its value where the cell cannot be read.
    An empty cell is no target.
    """
    by_key = {target.key: target for target in present}
    targets = {
        key: target
        for key, target in by_key.items()
        if key.quarter not in quarters or not key.is_on_grid
    }
    problems: list[LineProblem] = []
    first: dict[tuple, int] = {}
    for number, line in enumerate(typed_lines, start=1):
        cells = {quarter: text for quarter in quarters if (text := _text(line.get(quarter)))}
        try:
            subject = _subject(line, first, number) if cells else ("", None, None)
        except CellProblem as problem:
            problems.append(LineProblem(number, problem.code, problem.details))
            continue
        for quarter, text in cells.items():
            key = TargetKey(subject[0], quarter, *subject[1:])
            try:
                extra = by_key[key].extra if key in by_key else ()
                targets[key] = QuarterlyTarget(key, read_cell(text, key.metric), extra)
            except CellProblem as problem:
                targets |= {key: by_key[key]} if key in by_key else {}
                details = {"metric": key.metric, "quarter": quarter, "text": text}
                problems.append(LineProblem(number, problem.code, details | problem.details))
    return GridReading(in_order(targets.values()), tuple(problems))


def _subject(
    line: Line, first: dict[tuple, int], number: int
) -> tuple[str, str | None, str | None]:
    """Figure, region and tier of a line, which no earlier line may have."""
    name = _metric(line)
    subject = (name, _part(line.get("region")), _part(line.get("tier")))
    if first.setdefault(subject, number) != number:
        raise CellProblem("twice", metric=name, first=first[subject])
    return subject


def read_cell(text: str, name: str) -> Decimal:
    """One cell as an exact target of this figure; CellProblem says why it is none."""
    is_share = unit_of(name) == "percent"
    has_sign = "%" in unicodedata.normalize("NFKC", text)
    if has_sign and not is_share:
        raise CellProblem("no_share")
    try:
        number = _number(text.strip(), unit_of(name))
    except Bad:
        raise CellProblem("not_a_number") from None
    if is_share and not has_sign:
        # 0.75 could be meant as 75 % or as less than one.
        if 0 < abs(number) <= 1:
            raise CellProblem("say_percent", percent=format_number(number * 100))
        number = number.scaleb(-2)
    return _fitting(number, name)


def _number(text: str, unit: str) -> Decimal:
    """A number as uploads may write it, and 120M or 1.2 billion for money."""
    amount = AMOUNT.fullmatch(text)
    multipliers = load_settings().reading.multipliers
    typed = multipliers.headers | multipliers.typed
    if amount and unit == "money" and amount[2].casefold() in typed:
        factor = Decimal(typed[amount[2].casefold()])
        return EXACT.multiply(to_decimal(amount[1], "number"), factor)
    return to_decimal(text, "number")


def _fitting(number: Decimal, name: str) -> Decimal:
    unit, (lowest, highest) = unit_of(name), load_settings().target_bounds.bounds_of(name)
    highest = LARGEST if highest is None else highest
    lowest = -LARGEST if lowest is None else lowest
    if number > highest:
        raise CellProblem("too_high", limit=written(highest, unit))
    if number < lowest:
        raise CellProblem("too_low", limit=written(lowest, unit))
    if number != number.quantize(PLACES):
        raise CellProblem("too_fine")
    return number.quantize(PLACES)


def _metric(line: Line) -> str:
    name = _text(line.get("metric"))
    if not name:
        raise CellProblem("no_metric")
    if name not in load_metrics():
        raise CellProblem("unknown_metric", text=name)
    return name


def _part(cell: object) -> str | None:
    text = _text(cell)
    return None if text in ("", EVERY) else text


def _text(cell: object) -> str:
    """What a cell says; an empty one may come as None or NaN."""
    return "" if cell is None or cell != cell else str(cell).strip()
