"""The columns of a table beside those of the file: what was found for each, changeable by hand."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from kam_core.ingest.mapping.proposal_model import ColumnProposal, Proposal
from kam_core.render.terminal.inspection import describe_unit
from kam_core.text.writer import Text, escape
from pages.parts.state import widget_state

NONE = ""


# What a person decides about one part, as it grows in a run: see ``overrides.Overrides``.
Decisions = dict[str, Any]


def edit_columns(proposal: Proposal, key: str, decisions: Decisions, text: Text) -> None:
    """Show them all; what differs from the proposal, or confirms it, goes into the decisions."""
    key = f"columns/{key}"
    chosen = _chosen_headers(proposal, key)
    shown = pd.DataFrame([_row(proposal, column, chosen, text) for column in proposal.columns])
    edited = st.data_editor(
        shown,
        key=key,
        hide_index=True,
        width="stretch",
        height="content",
        placeholder="–",
        column_config={
            **{name: st.column_config.Column(text.column(name)) for name in shown},
            "file_column": st.column_config.SelectboxColumn(
                text.column("file_column"), options=[header.header for header in proposal.headers]
            ),
        },
        disabled=[name for name in shown if name != "file_column"],
    )
    for column, header in zip(proposal.columns, edited["file_column"], strict=True):
        chosen[column.column] = header if isinstance(header, str) else NONE
        _take_choice(column, chosen[column.column], decisions)
    widget_state.keep(key, chosen)
    _render_other_headers(proposal, chosen, text)


def _chosen_headers(proposal: Proposal, key: str) -> dict[str, str]:
    """The header for each column: as chosen a moment ago, else before, else as proposed."""
    proposed = {column.column: column.header or NONE for column in proposal.columns}
    chosen = proposed | widget_state.kept(key, {})
    for row, edit in st.session_state.get(key, {}).get("edited_rows", {}).items():
        chosen[list(proposed)[row]] = edit.get("file_column") or NONE
    return chosen


def _row(
    proposal: Proposal, column: ColumnProposal, chosen: Mapping[str, str], text: Text
) -> dict[str, str | None]:
    header = chosen[column.column]
    examples = {header.header: header.examples for header in proposal.headers}
    return {
        "contract_column": text.column_of(proposal.table, column.column),
        "needed": text("uploads.required") if column.required else "",
        "file_column": header or None,
        "found": _describe_reason(column, header, text),
        "examples": text("punctuation.list").join(examples.get(header, ())),
    }


def _describe_reason(column: ColumnProposal, header: str, text: Text) -> str:
    """What speaks for the header, and what its unit does to the figures."""
    if header != (column.header or NONE):
        return text("uploads.by_hand")
    reason = text.value("found", column.found) if column.found != "none" else ""
    return reason + describe_unit(column, text) if column.unit else reason


def _take_choice(column: ColumnProposal, chosen: str, decisions: Decisions) -> None:
    if chosen == (column.header or NONE) and (not chosen or column.is_certain):
        return
    decisions["columns"][column.column] = chosen
    if column.factor and chosen == column.header:
        decisions["factors"][column.column] = column.factor


def _render_other_headers(proposal: Proposal, chosen: Mapping[str, str], text: Text) -> None:
    """What becomes of headers that are no column of the table."""
    for becomes in ("part", "extra"):
        named = [
            header.header
            for header in proposal.headers
            if header.becomes == becomes and header.header not in chosen.values()
        ]
        if named:
            st.caption(escape(text(f"inspect.{becomes}", headers=named)))
    for header in proposal.headers:
        if header.becomes == "left_out":
            kind = text.value("personal", header.personal)
            st.caption(escape(text("uploads.left_out", header=header.header, kind=kind)))
