"""Which days can be an as-of day: a number never speaks of a day that is to come."""

from datetime import date, datetime

from kam_core.errors import KamError
from kam_core.settings.loader import load_settings


def today() -> date:
    """The day it is where the program runs; no number depends on it."""
    return date.today()


def read_day(written: date | str) -> date:
    """A day, a moment or the ISO 8601 text of a day as a day; KamError("not_a_day") for others."""
    if isinstance(written, date):
        return written.date() if isinstance(written, datetime) else written
    try:
        return date.fromisoformat(written)
    except (TypeError, ValueError) as error:
        raise KamError("not_a_day", day=written) from error


def refuse_unusable_day(day: date, newest: date | None = None) -> None:
    """KamError("as_of_ahead") for a day after today, "as_of_too_early" before the usable years.

    ``newest``: the day of the data shown, which is usable whatever the clock says.
    """
    last, first_year = max(filter(None, (today(), newest))), load_settings().reading.earliest_year
    if day > last:
        raise KamError("as_of_ahead", day=day.isoformat(), last=last.isoformat())
    if day.year < first_year:
        raise KamError("as_of_too_early", day=day.isoformat(), first=date(first_year, 1, 1))
