"""The catalogue of named problems: how grave each is, what it means, and what to do."""

from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.contract import ProblemSettings


def problems() -> dict[str, ProblemSettings]:
    """All problems by code."""
    return load_settings().problems


def is_note(code: str) -> bool:
    """Whether a row with this problem is kept."""
    return problems()[code].severity == "note"
