"""What differs from one recording to the next though nothing changed: moments, folders."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

# The sample company ends long before any recording, so that only moments of now are hidden.
RECENT = timedelta(hours=2)
MOMENT = re.compile(
    r"(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d)(?::(\d\d)(?:\.\d+)?)?(?:Z|\+00:00)?)?"
)
STAMP = re.compile(r"(\d{4})(\d\d)(\d\d)-(\d\d)(\d\d)(\d\d)")
# A colon is escaped where Markdown would take it for more.
WORDED = re.compile(
    r"(?:[A-Z][a-z]{2} \d{1,2}, \d{4}|\d{4}年\d{1,2}月\d{1,2}日)(?: ?\d\d\\*:\d\d)?"
)


def masked(text: str, folders: dict[str, Path]) -> str:
    """A text without the folders of this run and without the moments of this run."""
    for name, folder in folders.items():
        text = text.replace(str(folder), f"<{name}>")
    for pattern in (MOMENT, STAMP):
        text = pattern.sub(_without_now, text)
    return WORDED.sub(_without_today, text)


def _without_now(match: re.Match[str]) -> str:
    """A moment of this recording as a word, every other one as it is; so with today's date."""
    parts = [int(part) for part in match.groups() if part is not None]
    try:
        moment = datetime(*parts, tzinfo=UTC)
    except ValueError:
        return match[0]
    if len(parts) == 3:
        return "<today>" if moment.date() in _today() else match[0]
    return "<now>" if abs(datetime.now(UTC) - moment) < RECENT else match[0]


def _without_today(match: re.Match[str]) -> str:
    """Today's date in words as one word, every other one as it is."""
    days = {f"{day:%b} {day.day}, {day.year}" for day in _today()}
    days |= {f"{day.year}年{day.month}月{day.day}日" for day in _today()}
    return "<today>" if any(match[0].startswith(day) for day in days) else match[0]


def _today() -> set:
    """The dates on which a recording that is under way may have begun."""
    now = datetime.now(UTC)
    return {now.date(), (now - RECENT).date()}
