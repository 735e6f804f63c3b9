"""The catalogue of words: every text the product shows, from the files in zh/ and en/.

Both folders hold the same files with the same keys; a folder of a further language may lack some,
which are said in English. The names and meanings of metrics stand in the headers of their files.
"""

from collections.abc import Iterator
from functools import cache
from pathlib import Path

from kam_core.settings.loader import read_toml

HERE = Path(__file__).parent
OTHERWISE = "en"
# Each folder of words is a language.
LANGUAGES = tuple(sorted({path.parent.name for path in HERE.glob("*/*.toml")}, reverse=True))


@cache
def load_words(lang: str) -> dict[str, str]:
    """All texts of a language by dotted key, such as ``overview.title``."""
    texts: dict[str, str] = {}
    for file in sorted((HERE / lang).glob("*.toml")):
        of_file = dict(_flat(read_toml(file), ""))
        if twice := texts.keys() & of_file.keys():
            raise ValueError(f"{file} says again: {sorted(twice)}")
        texts |= of_file
    return texts if lang == OTHERWISE else load_words(OTHERWISE) | texts


def _flat(document: dict, prefix: str) -> Iterator[tuple[str, str]]:
    for name, value in document.items():
        if isinstance(value, dict):
            yield from _flat(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", value


def say(key: str, lang: str, /, **values: object) -> str:
    """One text of the catalogue with plain characters in its placeholders."""
    return load_words(lang)[key].format(**values)
