"""Tables as CSV that opens well in a spreadsheet and cannot act there."""

import hashlib
from pathlib import PurePath

import pandas as pd

from kam_core.contract.spreadsheet_formulas import is_formula
from kam_core.dashboard.model import FigureTable, JudgedWords

BYTE_ORDER_MARK = "\ufeff"


def neutral(cell: object) -> object:
    """A text that a spreadsheet would run as a formula, with a quote before it."""
    cell = cell.words if isinstance(cell, JudgedWords) else cell
    return f"'{cell}" if isinstance(cell, str) and is_formula(cell) else cell


def csv_bytes(table: FigureTable) -> bytes:
    """A table with its headings, UTF-8 with byte order mark."""
    shown = table.frame.astype(object).map(neutral)
    shown.columns = pd.Index([neutral(column.title) for column in table.columns])
    return (BYTE_ORDER_MARK + shown.to_csv(index=False, lineterminator="\r\n")).encode()


def file_name(stem: str, content: bytes) -> str:
    """The name of a CSV file that changes with its content."""
    return with_hash(f"{stem}.csv", hashlib.sha256(content).hexdigest())


def with_hash(name: str, sha256: str) -> str:
    """A name that changes with the content, so that no cache hands out an older file."""
    path = PurePath(name)
    return f"{path.stem}-{sha256[:12]}{path.suffix}"
