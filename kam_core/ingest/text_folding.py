"""Which words and headers count as the same."""

import re
import unicodedata
from collections.abc import Sequence
from functools import cache, lru_cache

from kam_core.settings.loader import load_settings


@lru_cache(maxsize=2**14)
def fold(text: str) -> str:
    """``text`` in simplified characters, without case, width, blanks and punctuation.

    So spellings of one word compare equal.
    """
    return simplify(fold_letters(text))


def fold_letters(text: str) -> str:
    """``text`` without case, width, blanks and punctuation."""
    folded = unicodedata.normalize("NFKC", text).casefold()
    return "".join(character for character in folded if character.isalnum())


def simplify(text: str) -> str:
    """``text`` with its traditional Chinese characters written as the simplified ones."""
    return text if text.isascii() else text.translate(_character_map())


@cache
def _character_map() -> dict[int, int]:
    characters = load_settings().characters
    return str.maketrans(characters.traditional, characters.simplified)


def strip_marks(header: str) -> str:
    """A header without what a template says of it beside its name, such as 必填 or a star."""
    name = unicodedata.normalize("NFKC", header).strip()
    bare = _template_mark().sub("", name).strip()
    return bare if bare and bare != name else header


@cache
def _template_mark() -> re.Pattern[str]:
    """Stars, and words in brackets or behind a dash, at either end of a header."""
    settings = load_settings().mapping.template_marks
    words = "|".join(map(re.escape, sorted(settings.words, key=len, reverse=True)))
    stars = "[" + re.escape("".join(settings.signs)) + "]"
    mark = rf"(?:{stars}|[(\[【〔<{{]\s*(?:{words})\s*[)\]】〕>}}])"
    return re.compile(
        rf"^(?:{mark}\s*)+|(?:\s*{mark})+$|\s*[-–—:/_,]\s*(?:{words})$", re.IGNORECASE
    )


# What keeps a spreadsheet from making a number of a text: ="00123".
GUARDED = r'^="([^"]*)"$'


def strip_guard(cell: str) -> str:
    """A cell without the blanks around it, and without the formula that guards its text."""
    cell = cell.strip()
    return re.sub(GUARDED, r"\1", cell).strip() if cell.startswith("=") else cell


def unique_names(header: Sequence[str]) -> list[str]:
    """Header cells made usable as names: blank ones are numbered, repeated ones counted."""
    names: list[str] = []
    taken = set(header)
    for position, cell in enumerate(header, start=1):
        name = cell or f"column_{position}"
        if name in names or (not cell and name in taken):
            name = next(n for k in range(2, len(header) + 2) if (n := f"{name}_{k}") not in taken)
            taken.add(name)
        names.append(name)
    return names
