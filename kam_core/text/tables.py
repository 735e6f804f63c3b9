"""Result rows made readable: codes in words, several codes in one cell joined."""

import numpy as np
import pandas as pd

from kam_core.text.writer import Text


def in_words(rows: pd.DataFrame, text: Text) -> pd.DataFrame:
    """The rows with the same columns, every known code as a word of the language."""
    return pd.DataFrame(
        {name: [_words(str(name), cell, text) for cell in cells] for name, cells in rows.items()},
        columns=rows.columns,
    ).astype({name: rows[name].dtype for name in rows if rows[name].dtype.kind in "Mifb"})


def _words(column: str, cell: object, text: Text) -> object:
    if isinstance(cell, list | tuple | np.ndarray):
        return " / ".join(str(_words(column, part, text)) for part in cell)
    if column == "codes":
        return text.problem(str(cell))
    if column == "table_name":
        return text.table(str(cell))
    return text.value(column, cell) if isinstance(cell, str) else cell
