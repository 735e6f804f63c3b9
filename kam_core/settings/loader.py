"""The settings as files: where they lie, and those that influence numbers as one document."""

import tomllib
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path

from kam_core.errors import KamError

SETTINGS = Path(__file__).parent
DOCUMENTS = ("cadences", "tier_schemes", "targets", "thresholds")


def settings_document(directory: Path = SETTINGS) -> dict:
    """All settings that influence numbers, as plain values that can be written as JSON."""
    return {
        name: tomllib.loads((directory / f"{name}.toml").read_text("utf-8")) for name in DOCUMENTS
    }


def active_scheme(document: dict) -> dict:
    """The active tier scheme of a settings document; KamError("unknown_tier_scheme") if none."""
    schemes = document["tier_schemes"]
    if schemes["active"] not in schemes["schemes"]:
        raise KamError("unknown_tier_scheme", scheme=schemes["active"])
    return schemes["schemes"][schemes["active"]]


def flattened(values: dict, prefix: str = "") -> Iterator[tuple[str, Decimal]]:
    """``{"needs": {"days": 5}}`` as ``("needs.days", 5)``, exact as written."""
    for name, value in values.items():
        if isinstance(value, dict):
            yield from flattened(value, f"{prefix}{name}.")
        else:
            yield f"{prefix}{name}", Decimal(str(value))
