"""The columns of a table beside those of the file: what was found for each, changeable by hand."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kam_core.text.writer import Text, escape
from pages.parts.state import widget_state

CERTAIN = ("feed", "remembered", "exact", "title", "alias", "constant")
NONE = ""


def ask(proposal: Mapping[str, Any], key: str, answers: dict, text: Text) -> None:
    """Show them all; what differs from the proposal, or confirms it, goes into the answers."""
    key = f"columns/{key}"
    chosen = _chosen(proposal, key)
    shown = pd.DataFrame([_row(proposal, column, chosen, text) for column in proposal["columns"]])
    config: dict[str, Any] = {name: st.column_config.Column(text.column(name)) for name in shown}
    config["file_column"] = st.column_config.SelectboxColumn(
        text.column("file_column"), options=[header["header"] for header in proposal["headers"]]
    )
    edited = st.data_editor(
        shown,
        key=key,
        hide_index=True,
        width="stretch",
        height="content",
        placeholder="–",
        column_config=config,
        disabled=[name for name in shown if name != "file_column"],
    )
    for column, header in zip(proposal["columns"], edited["file_column"], strict=True):
        chosen[column["column"]] = header if isinstance(header, str) else NONE
        _take(column, chosen[column["column"]], answers)
    widget_state.keep(key, chosen)
    _others(proposal, chosen, text)


def _chosen(proposal: Mapping[str, Any], key: str) -> dict[str, str]:
    """The header for each column: as chosen a moment ago, else before, else as proposed."""
    proposed = {column["column"]: column["header"] or NONE for column in proposal["columns"]}
    chosen = proposed | widget_state.known(key, {})
    for row, edit in st.session_state.get(key, {}).get("edited_rows", {}).items():
        chosen[list(proposed)[row]] = edit.get("file_column") or NONE
    return chosen


def _row(
    proposal: Mapping[str, Any], column: Mapping[str, Any], chosen: Mapping[str, str], text: Text
) -> dict[str, str | None]:
    header = chosen[column["column"]]
    examples = {found["header"]: found["examples"] for found in proposal["headers"]}
    return {
        "contract_column": text.column_of(proposal["table"], column["column"]),
        "needed": text("uploads.required") if column["required"] else "",
        "file_column": header or None,
        "found": _found(column, header, text),
        "examples": text("punctuation.list").join(examples.get(header, ())),
    }


def _found(column: Mapping[str, Any], header: str, text: Text) -> str:
    """What speaks for the header, and what its unit does to the figures."""
    if header != (column["header"] or NONE):
        return text("uploads.by_hand")
    found = text.value("found", column["found"]) if column["found"] != "none" else ""
    if not column["unit"]:
        return found
    if column["factor"] in (None, "1"):
        return found + text("inspect.unit", unit=column["unit"])
    return found + text("inspect.factor", unit=column["unit"], factor=column["factor"])


def _take(column: Mapping[str, Any], chosen: str, answers: dict) -> None:
    if chosen == (column["header"] or NONE) and (not chosen or column["found"] in CERTAIN):
        return
    answers["columns"][column["column"]] = chosen
    if column["factor"] and chosen == column["header"]:
        answers["factors"][column["column"]] = column["factor"]


def _others(proposal: Mapping[str, Any], chosen: Mapping[str, str], text: Text) -> None:
    """What becomes of headers that are no column of the table."""
    for becomes in ("part", "extra"):
        named = [
            header["header"]
            for header in proposal["headers"]
            if header["becomes"] == becomes and header["header"] not in chosen.values()
        ]
        if named:
            listed = text("punctuation.list").join(named)
            st.caption(escape(text(f"inspect.{becomes}", headers=listed)))
    for header in proposal["headers"]:
        if header["becomes"] == "left_out":
            kind = text.value("personal", header["personal"])
            st.caption(escape(text("uploads.left_out", header=header["header"], kind=kind)))
