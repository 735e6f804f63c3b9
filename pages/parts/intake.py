"""Files in: the form of an upload, what became of it, and which tables there are to give."""

from datetime import date

import pandas as pd
import streamlit as st

from kam_core import contract
from kam_core.present import formats
from kam_core.present.text import Text
from pages.parts import blocks, data, loading
from pages.parts.loading import Outcome, Upload
from pages.parts.viewer import Viewer

LAST = "last_upload"


def form(viewer: Viewer, text: Text) -> None:
    """Three steps: files, manner, result."""
    st.subheader(text("uploads.steps"), anchor=False)
    for step in (1, 2, 3):
        st.markdown(f"{step}. {text(f'uploads.step_{step}')}")
    with st.form("upload", clear_on_submit=True):
        files = st.file_uploader(
            text("uploads.files"), type=["csv", "tsv", "txt"], accept_multiple_files=True
        )
        mode, table, written = _manner(text)
        sent = st.form_submit_button(text("uploads.button"), type="primary")
    if sent and files:
        uploads = [Upload(file.name, file.getvalue()) for file in files]
        st.session_state[LAST] = _loaded(uploads, mode, table, written, viewer, text)


def _manner(text: Text) -> tuple[str, str | None, str]:
    grid = st.grid(3, min_column_width=170)
    mode = grid.selectbox(
        text("uploads.mode"),
        ["full", "update"],
        format_func=lambda mode: text.value("mode", mode),
        help=text("uploads.mode_help"),
    )
    table = grid.selectbox(
        text("uploads.table"),
        list(contract.tables()),
        index=None,
        format_func=text.table,
        placeholder=text("uploads.table_guess"),
    )
    written = grid.text_input(
        text("uploads.as_of"),
        placeholder=text("uploads.as_of_placeholder"),
        help=text("uploads.as_of_help"),
    )
    return mode, table, written.strip()


def _loaded(
    uploads: list[Upload], mode: str, table: str | None, written: str, viewer: Viewer, text: Text
) -> Outcome:
    try:
        as_of = date.fromisoformat(written) if written else None
    except ValueError:
        return Outcome(refusal=text("uploads.bad_date", value=written))
    with st.spinner(text("uploads.working")):
        return loading.load(uploads, mode, table, as_of, viewer.name, text.lang)


def result(text: Text) -> None:
    """What became of the last upload of this session."""
    outcome: Outcome | None = st.session_state.get(LAST)
    if outcome is None:
        return
    if outcome.refusal:
        st.error(text("uploads.refused"))
        st.text(outcome.refusal)
        return
    if outcome.reports:
        st.success(text("uploads.done", version=outcome.reports[0]["version"]))
    for report in outcome.reports:
        _file_report(report, text)


def _file_report(report: dict, text: Text) -> None:
    if report.get("already_loaded"):
        st.markdown(text.rich("uploads.repeat", file=report["file"]))
        return
    counts = {name: formats.count(report[name], text.lang) for name in _COUNTS}
    st.markdown(
        text.rich(
            "uploads.file_done", file=report["file"], table=text.table(report["table"]), **counts
        )
    )
    rows = [
        {"problem": text.problem(code), "count": count, "todo": text.todo(code)}
        for code, count in report["problems"].items()
    ]
    if rows:
        blocks.rows(pd.DataFrame(rows), text)


_COUNTS = ("received", "accepted", "quarantined", "blank")


def tables(text: Text) -> None:
    """The tables of the contract, which of them are loaded, and what each must hold."""
    st.subheader(text("uploads.table_map"), anchor=False)
    source = data.live()
    held = data.holdings(source).tables if source else frozenset()
    rows = [
        {
            "loaded": text("uploads.loaded" if name in held else "uploads.not_loaded"),
            "table": f"{table.title(text.lang)} ({name})",
            "required_columns": [column.title(text.lang) for column in table.required],
        }
        for name, table in contract.tables().items()
    ]
    blocks.rows(pd.DataFrame(rows), text, height="content")
