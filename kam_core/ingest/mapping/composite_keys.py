"""Ids made of several columns of a file that has none: the same row makes the same id next week.

A date or a figure is often written in another way the next time, by another program or another
hand; so such a part counts as it is understood. Words count as they are written.
"""

from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import pandas as pd

from kam_core.contract.declaration import Column, tables
from kam_core.ingest.mapping.column_rules import column_rules
from kam_core.ingest.text_folding import strip_guard
from kam_core.ingest.validate.cast import Bad, Cast, ColumnRule, Noted, caster, is_nothing

if TYPE_CHECKING:
    from kam_core.ingest.mapping.feeds import Recipe

BETWEEN = " | "
# Of these types a value has one spelling, however it is written.
UNDERSTOOD = ("id", "date", "timestamp", "money", "score", "number", "integer")


def joined(rows: pd.DataFrame, recipe: "Recipe", headers: Sequence[str]) -> pd.Series:
    """For each row the parts of its id under these headers, as one text; empty if all are."""
    parts = pd.DataFrame({header: _part(rows[header], header, recipe) for header in headers})
    ids = parts.iloc[:, 0].str.cat(parts.iloc[:, 1:], sep=BETWEEN)
    return ids.where((parts != "").any(axis=1), "")


def _part(cells: pd.Series, header: str, recipe: "Recipe") -> pd.Series:
    """The cells of one column, each distinct text understood once."""
    written = {text: strip_guard(text) for text in cells.unique()}
    column = _column_of(header, recipe)
    if column is None:
        return cells.map(written)
    rule = column_rules(recipe)[column.name]
    cast = caster(column, [text for text in written.values() if text], rule)
    return cells.map({c: _understood(text, column, rule, cast) for c, text in written.items()})


def _column_of(header: str, recipe: "Recipe") -> Column | None:
    served = (c for c in tables()[recipe.table].columns if recipe.columns.get(c.name) == header)
    return next((column for column in served if column.type in UNDERSTOOD), None)


def _understood(text: str, column: Column, rule: ColumnRule, cast: Cast) -> str:
    """The one spelling of what a text means; a text that means nothing of its type stays."""
    if not text or is_nothing(text, column, rule):
        return ""
    try:
        value = cast(text)
    except Bad:
        return text
    value = value.value if isinstance(value, Noted) else value
    if isinstance(value, datetime):
        return value.isoformat(" ").removesuffix(" 00:00:00")
    return f"{value.normalize():f}" if isinstance(value, Decimal) else str(value)
