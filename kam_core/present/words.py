"""The catalogue of words: every text the product shows, from the files in zh/ and en/.

Both folders hold the same files with the same keys. The names and meanings of metrics stand in the
headers of their own files.
"""

import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

LANGUAGES = ("zh", "en")


@cache
def catalogue(lang: str) -> dict[str, str]:
    """All texts of a language by dotted key, such as ``overview.title``."""
    texts: dict[str, str] = {}
    for file in sorted((Path(__file__).parent / lang).glob("*.toml")):
        found = dict(_flat(tomllib.loads(file.read_text("utf-8")), ""))
        if twice := texts.keys() & found.keys():
            raise ValueError(f"{file} says again: {sorted(twice)}")
        texts |= found
    return texts


def _flat(document: dict, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def say(key: str, lang: str, /, **values: object) -> str:
    """One text with its placeholders filled, as plain characters."""
    return catalogue(lang)[key].format(**values)
