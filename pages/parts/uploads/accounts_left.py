"""Accounts that the newest file of accounts lacks, and what became of them, said by a person."""

from functools import partial

import pandas as pd
import streamlit as st

from kam_core.contract import declaration
from kam_core.dashboard.view import View
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text
from pages.parts.state.viewer import Viewer
from pages.parts.uploads import commands
from pages.parts.uploads.commands import Request

TABLE = "account_outcomes"
LISTED = ["account_id", "account_name", "region", "left_on", "revenue_year_before"]
SAID = ["merged_into", "lost_reason", "lost_to"]
NOTICE = "outcomes_saved"


def render_accounts_left(view: View, viewer: Viewer, text: Text) -> None:
    """The list, and beside each account its outcome; saving publishes a version."""
    rows = view.query("accounts_left")
    is_open = rows["outcome"].isna()
    st.markdown(figure_sentences.listed("uploads.accounts_left", rows[is_open], text))
    if notice := st.session_state.pop(NOTICE, None):
        st.success(notice)
    if rows.empty:
        return
    st.caption(text("uploads.accounts_left_help"))
    saved = _to_edit(rows, view)
    edited = _edit(saved, view, text)
    is_changed = (edited.astype(str) != saved.astype(str)).any(axis=1)
    decided = edited[is_changed & edited["outcome"].notna()]
    if st.button(text("uploads.outcomes_button"), type="primary", disabled=decided.empty):
        _save(decided, view, viewer, text)


def _to_edit(rows: pd.DataFrame, view: View) -> pd.DataFrame:
    """What was said so far; the day proposed is that of the data shown."""
    days = pd.to_datetime(rows["effective_on"]).fillna(pd.Timestamp(view.scope.as_of))
    blank = {name: pd.Series(pd.NA, rows.index, "string") for name in SAID}
    return rows[[*LISTED, "outcome"]].assign(effective_on=days.dt.date, **blank)


def _edit(saved: pd.DataFrame, view: View, text: Text) -> pd.DataFrame:
    table = declaration.tables()[TABLE]
    titles: dict = {name: text.column(name) for name in LISTED}
    titles |= {column.name: column.text(text.lang) for column in table.columns}
    for column in table.columns:
        if column.values:
            titles[column.name] = st.column_config.SelectboxColumn(
                column.text(text.lang),
                options=list(column.values),
                format_func=partial(text.meaning, TABLE, column.name),
            )
    return st.data_editor(
        saved,
        key=f"accounts_left/{view.company.version}/{text.lang}",
        disabled=LISTED,
        hide_index=True,
        column_config=titles,
        placeholder="",
        alt=text("uploads.accounts_left_help"),
    )


def _save(decided: pd.DataFrame, view: View, viewer: Viewer, text: Text) -> None:
    content = decided.drop(columns=LISTED[1:]).to_csv(index=False).encode()
    files = commands.save_files([(f"{TABLE}.csv", content)])
    request = Request(("--table", TABLE, "--mode", "update", "--by", viewer.name))
    job = commands.start_load(files, request, view.company.version, False, text.lang)
    with st.spinner(text("uploads.outcomes_saving")):
        outcome = job.outcome()
    if outcome.document and not outcome.document[0].quarantined:
        st.session_state[NOTICE] = text("uploads.outcomes_saved", count=len(decided))
        st.rerun()
    st.error(text("uploads.outcomes_not_saved"))
    st.text(outcome.refusal)
