"""Tables as CSV that opens well in a spreadsheet and cannot act there."""

import hashlib
from collections.abc import Mapping, Sequence
from decimal import Decimal

import pandas as pd

from kam_core.present.tables import in_words
from kam_core.present.text import Text

BYTE_ORDER_MARK = "\ufeff"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")


def neutral(cell: object) -> object:
    """A text that a spreadsheet would run as a formula, with a quote before it."""
    if not isinstance(cell, str) or not cell.lstrip(" ").startswith(FORMULA_STARTS):
        return cell
    return cell if _is_number(cell) else f"'{cell}"


def _is_number(cell: str) -> bool:
    try:
        return Decimal(cell).is_finite()
    except ArithmeticError:
        return False


def csv_bytes(table: pd.DataFrame, text: Text) -> bytes:
    """The table with headings and codes in words, UTF-8 with byte order mark."""
    shown = in_words(table, text).astype(object).map(neutral)
    shown.columns = [neutral(text.column(str(name))) for name in table.columns]
    return (BYTE_ORDER_MARK + shown.to_csv(index=False, lineterminator="\r\n")).encode()


def scorecard_csv(scores: Sequence[Mapping[str, object]]) -> str:
    """Scores for another program: field names, no rounding, an empty cell for no value."""
    return pd.DataFrame(list(scores)).map(neutral).to_csv(index=False)


def file_name(stem: str, content: bytes) -> str:
    """A name that changes with the content, so that no cache hands out an older file."""
    return f"{stem}-{hashlib.sha256(content).hexdigest()[:12]}.csv"
