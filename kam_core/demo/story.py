"""The story the sample must tell, as read from story.toml and words.toml."""

from dataclasses import dataclass, fields
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kam_core.demo.dates import Calendar, Span, quarter_span
from kam_core.settings.loader import read_toml

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Quarter:
    """One column of story.toml: what the rows of a quarter must show."""

    name: str
    revenue: int
    interactions: int
    callbacks_done: float
    match_rate: float
    need_coverage: float
    hours_per_week: float
    personalised: float
    legacy: float
    needs: int
    need_answer_days: float
    invitations: int
    support_tickets: int
    response_hours: float
    complaints: int
    rollout_share: float
    surveys: int
    not_personalised: float
    effective: float
    satisfaction: float
    opportunities: int
    lost_key: int
    lost_other: int
    new_key: int
    new_other: int
    calendar_span: Span
    span: Span  # the days of the quarter that lie in the history

    @property
    def is_closed(self) -> bool:
        return self.span.last == self.calendar_span.last


@dataclass(frozen=True)
class Story:
    """Settings by the names they have in story.toml, and the quarters as objects."""

    settings: dict[str, Any]
    history: Span
    quarters: tuple[Quarter, ...]
    calendar: Calendar

    def __getitem__(self, name: str) -> Any:
        return self.settings[name]

    @property
    def as_of(self) -> date:
        return self.history.last

    @property
    def review_quarter(self) -> Quarter:
        """The quarter of the status review."""
        return next(each for each in self.quarters if each.name == self["story_quarter"])

    def case_id(self, letter: str) -> str:
        return self["cases"][letter]["account_id"]

    def case(self, letter: str) -> dict[str, Any]:
        return self["story"][letter]


@cache
def load_story() -> Story:
    settings = read_toml(HERE / "story.toml")
    history = Span(settings["history"]["starts_on"], settings["history"]["as_of"])
    hours = settings["calendar"]
    calendar = Calendar(
        Span(date(history.first.year, 1, 1), date(history.last.year, 12, 31)),
        [Span(*ends) for ends in hours["holidays"]],
        hours["opens"],
        hours["closes"],
    )
    return Story(settings, history, _read_quarters(settings["quarters"], history), calendar)


@cache
def load_words() -> dict[str, Any]:
    return read_toml(HERE / "words.toml")


def _read_quarters(columns: dict[str, list], history: Span) -> tuple[Quarter, ...]:
    names = [field.name for field in fields(Quarter) if field.name in columns]
    rows = zip(*(columns[name] for name in names), strict=True)
    return tuple(_read_quarter(dict(zip(names, row, strict=True)), history) for row in rows)


def _read_quarter(figures: dict[str, Any], history: Span) -> Quarter:
    whole = quarter_span(figures["name"])
    return Quarter(**figures, calendar_span=whole, span=whole.overlap(history))
