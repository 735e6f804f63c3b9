"""The story the sample must tell, as read from story.toml, cases.toml and words.toml."""

from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from kam_core.demo.dates import Calendar, Span, quarter_span
from kam_core.settings.loader import read_toml
from kam_core.settings.working_days import list_special_days

HERE = Path(__file__).parent


@dataclass(frozen=True)
class Quarter:
    """One column of story.toml: what the rows of a quarter must show, by the names it has there."""

    figures: dict[str, Any]
    calendar_span: Span
    span: Span  # the days of the quarter that lie in the history

    def __getitem__(self, name: str) -> Any:
        return self.figures[name]

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
        return next(each for each in self.quarters if each["name"] == self["story_quarter"])

    def case_id(self, letter: str) -> str:
        return self["cases"][letter]["account_id"]


@cache
def load_story() -> Story:
    settings = read_toml(HERE / "story.toml")
    history = Span(settings["history"]["starts_on"], settings["history"]["as_of"])
    years, hours = (history.first.year, history.last.year), settings["calendar"]
    calendar = Calendar(
        Span(date(years[0], 1, 1), date(years[1], 12, 31)),
        list_special_days(hours["country"], *years, own=None, words={}),
        hours["opens"],
        hours["closes"],
    )
    columns = settings["quarters"]
    figures = [dict(zip(columns, row, strict=True)) for row in zip(*columns.values(), strict=True)]
    spans = [quarter_span(name) for name in columns["name"]]
    quarters = [
        Quarter(each, span, span.overlap(history))
        for each, span in zip(figures, spans, strict=True)
    ]
    return Story(settings, history, tuple(quarters), calendar)


@cache
def load_case_rows() -> dict[str, Any]:
    return read_toml(HERE / "cases.toml")


@cache
def load_words() -> dict[str, Any]:
    return read_toml(HERE / "words.toml")
