"""The catalogue of words: every text the product shows, from zh.toml and en.toml."""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All texts of a language by dotted key, such as ``overview.title``."""
    document = tomllib.loads((Path(__file__).parent / f"{lang}.toml").read_text("utf-8"))
    return dict(_flat(document, ""))


def _flat(document: dict, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def say(key: str, lang: str, /, **values: object) -> str:
    """One text with its placeholders filled, as plain characters."""
    return catalogue(lang)[key].format(**values)
