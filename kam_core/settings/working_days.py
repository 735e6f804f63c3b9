"""The days on which it is not as the day of the week says: public holidays, weekends worked."""

import csv
from collections.abc import Mapping
from datetime import date
from functools import cache
from pathlib import Path

from kam_core.errors import KamError

WEEKEND = 5


def list_special_days(
    country: str, first_year: int, last_year: int, own: Path | None, words: Mapping[str, bool]
) -> dict[str, bool]:
    """Whether each such day is worked, by its ISO date; what the file ``own`` says comes last."""
    days = dict(_public_days(country, first_year, last_year))
    days |= _read_days(own, words) if own else {}
    return dict(sorted(days.items()))


@cache
def _public_days(country: str, first_year: int, last_year: int) -> Mapping[str, bool]:
    # Its tables take longer to read than all other settings, and only a new version needs them.
    import holidays

    if country not in holidays.list_supported_countries(include_aliases=False):
        raise KamError(
            "settings_wrong_value",
            file="calendar.toml",
            key="country",
            value=country,
            must_be="unknown_country",
        )
    days = holidays.country_holidays(country, years=range(first_year, last_year + 1))
    off = {day.isoformat(): False for day in days if day.weekday() < WEEKEND}
    return off | {day.isoformat(): True for day in days.weekend_workdays}


def _read_days(path: Path, words: Mapping[str, bool]) -> dict[str, bool]:
    """KamError("settings_wrong_value") for a line that is no day with a yes or a no."""
    days = {}
    for number, row in enumerate(csv.reader(_decode(path).splitlines()[1:]), start=2):
        if not any(cell.strip() for cell in row):
            continue
        try:
            day, is_working = (cell.strip() for cell in row[:2])
            days[_parse_day(day).isoformat()] = words[is_working.casefold()]
        except (ValueError, KeyError):
            raise KamError(
                "settings_wrong_value",
                file=path,
                key=str(number),
                value=",".join(row),
                must_be="working_day",
            ) from None
    return days


def _decode(path: Path) -> str:
    data = path.read_bytes()
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("gb18030", errors="replace")


def _parse_day(text: str) -> date:
    year, month, day = text.replace("/", "-").split("-")
    return date(int(year), int(month), int(day))
