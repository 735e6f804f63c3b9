"""The catalogue of named problems: how grave each is, what it means, and what to do."""

import tomllib
from dataclasses import dataclass
from functools import cache

from kam_core.settings.loader import SETTINGS

CATALOGUE = SETTINGS / "problems.toml"


@dataclass(frozen=True)
class Problem:
    """``severity``: note (row kept), quarantine (row set apart) or refuse (file not taken).

    ``beside_others``: the fault shows only beside other rows, or in how the line is written; the
    cells of the row alone look sound.
    """

    code: str
    severity: str
    zh: str
    en: str
    todo_zh: str
    todo_en: str
    beside_others: bool = False

    def message(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en

    def todo(self, lang: str) -> str:
        return self.todo_zh if lang == "zh" else self.todo_en


@cache
def problems() -> dict[str, Problem]:
    """All problems by code."""
    document = tomllib.loads(CATALOGUE.read_text("utf-8"))
    return {code: Problem(code=code, **fields) for code, fields in document.items()}


def is_note(code: str) -> bool:
    """Whether a row with this problem is kept."""
    return problems()[code].severity == "note"
