"""How an uploaded file was read: its first rows as found, and what can be changed by hand."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kam_core.errors import KamError
from kam_core.present.inspection import DELIMITERS, delimiter
from kam_core.present.text import Text, escape

ENCODINGS = ["utf-8", "gb18030", "big5", "utf-16", "cp1252"]
ROWS_SHOWN = 8


def dialect(text: Text) -> tuple[str, ...]:
    """What a person says about encoding, separator and header line, as command line options."""
    with st.expander(text("uploads.read_otherwise")):
        st.caption(text("uploads.read_otherwise_help"))
        grid = st.grid(3, min_column_width=150)
        found = text("uploads.found_out")
        encoding = grid.selectbox(text("uploads.encoding"), ENCODINGS, None, placeholder=found)
        mark = grid.selectbox(
            text("uploads.delimiter"),
            list(DELIMITERS),
            None,
            placeholder=found,
            format_func=lambda mark: delimiter(mark, text),
        )
        line = grid.number_input(
            text("uploads.header_line"), 1, None, None, step=1, placeholder=found
        )
    options = {"--encoding": encoding, "--delimiter": mark, "--header-line": line}
    return tuple(str(part) for pair in options.items() if pair[1] for part in pair)


def show(part: Mapping[str, Any], text: Text) -> None:
    """One table-like part of a file: dialect in a line, first rows, what was noticed."""
    glimpse = part["glimpse"]
    named = [part["file"], glimpse["member"], glimpse["sheet"]]
    name = escape(" › ".join(filter(None, named)))
    st.markdown(f"**{name}** · {escape(_dialect(glimpse, text))}")
    if glimpse["rows"]:
        st.dataframe(_first_rows(glimpse), hide_index=True, height="content", width="stretch")
    for note in dict.fromkeys(note["code"] for note in glimpse["notes"]):
        st.caption(escape(f"{text.problem(note)}{text('punctuation.colon')}{text.todo(note)}"))
    if glimpse["other_encodings"]:
        others = text("punctuation.list").join(glimpse["other_encodings"])
        st.caption(escape(text("uploads.if_garbled", encodings=others)))
    error = part["error"] or glimpse["error"]
    if error:
        st.warning(escape(text.error(KamError(error["code"], **error["details"]))))


def _dialect(glimpse: Mapping[str, Any], text: Text) -> str:
    if not glimpse["header"]:
        return text("uploads.no_table_in_it")
    if not glimpse["delimiter"]:
        return text("uploads.read_sheet_as", line=glimpse["header_line"])
    return text(
        "uploads.read_as",
        encoding=glimpse["encoding"],
        delimiter=delimiter(glimpse["delimiter"], text),
        line=glimpse["header_line"],
    )


def _first_rows(glimpse: Mapping[str, Any]) -> pd.DataFrame:
    """Cells as text; a frame needs names that differ."""
    names: list[str] = []
    for position, cell in enumerate(glimpse["header"], start=1):
        name = cell or f"({position})"
        names.append(name if name not in names else f"{name} ({position})")
    width = len(names)
    rows = [(row + [""] * width)[:width] for row in glimpse["rows"][:ROWS_SHOWN]]
    return pd.DataFrame(rows, columns=names, dtype=str)
