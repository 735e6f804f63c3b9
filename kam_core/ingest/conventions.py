"""Which words count as the same, and which ways of writing are understood (reading.toml)."""

import tomllib
import unicodedata
from functools import cache
from typing import Any

from kam_core.contract import SETTINGS


@cache
def conventions() -> dict[str, Any]:
    """The settings of reading."""
    return tomllib.loads((SETTINGS / "reading.toml").read_text("utf-8"))


def limits() -> dict[str, Any]:
    """What a file may be at most: bytes, members, cells, characters in a cell, seconds."""
    return conventions()["limits"]


def fold(text: str) -> str:
    """``text`` without case, width, blanks and punctuation, so that spellings compare equal."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())
