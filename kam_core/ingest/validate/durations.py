"""How long something took, as people write it: 1:30, 90 min, 1h30m, 1.5小时; exactly, in hours."""

import re
import unicodedata
from fractions import Fraction
from functools import cache

from kam_core.ingest.text_folding import simplify
from kam_core.settings.loader import load_settings

# 1:30 is an hour and a half, as spreadsheets write it, and 1:30:00 as well.
CLOCK = re.compile(r"(?P<hours>\d{1,3}):(?P<minutes>[0-5]\d)(?P<seconds>:[0-5]\d)?")


def parse_hours(text: str) -> Fraction | None:
    """The hours that a text names together with its unit; None where it cannot be told."""
    plain = simplify(unicodedata.normalize("NFKC", text).casefold()).strip()
    if size := load_settings().mapping.durations.words.get(plain):
        return Fraction(size)
    clock = CLOCK.fullmatch(plain)
    return _parse_clock(clock) if clock else _parse_units(plain)


def _parse_clock(clock: re.Match[str]) -> Fraction | None:
    whole, seconds = int(clock["hours"]), int((clock["seconds"] or ":0")[1:])
    # Without seconds so many "hours" may be minutes as well, and what follows seconds.
    if not clock["seconds"] and whole > load_settings().mapping.durations.most_hours_on_the_clock:
        return None
    return whole + Fraction(int(clock["minutes"]), 60) + Fraction(seconds, 3600)


def _parse_units(plain: str) -> Fraction | None:
    """Figures with units, from the largest unit to the smallest, each once."""
    if not _units_pattern().fullmatch(plain):
        return None
    parts = [(Fraction(figure), _units()[unit]) for figure, unit in _part_pattern().findall(plain)]
    sizes = [size for _, size in parts]
    if sizes != sorted(set(sizes), reverse=True):
        return None
    return sum((figure * size for figure, size in parts), Fraction(0))


@cache
def _units() -> dict[str, Fraction]:
    settings = load_settings().mapping
    units = settings.units["hours"] | settings.durations.units
    return {unit: Fraction(size) for unit, size in units.items()}


@cache
def _part_pattern() -> re.Pattern[str]:
    units = "|".join(map(re.escape, sorted(_units(), key=len, reverse=True)))
    return re.compile(rf"(\d{{1,6}}(?:\.\d{{1,6}})?)\s*({units})\.?(?![a-z])")


@cache
def _units_pattern() -> re.Pattern[str]:
    part = _part_pattern().pattern
    return re.compile(rf"{part}(?:[\s,]*{part})*")
