"""What was uploaded, what was set apart, and the versions to compare or go back to."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from kam_core.dashboard.view import View, choose_view
from kam_core.text import findings
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks, tabs
from pages.parts.state import cache
from pages.parts.state.viewer import Viewer
from pages.parts.uploads import commands, preview_step
from pages.parts.uploads.accounts_left import render_accounts_left

UPLOADED = [
    "snapshot_id",
    "file_name",
    "table_name",
    "as_of",
    "mode",
    "received",
    "accepted",
    "quarantined",
    "blank",
    "loaded_by",
    "loaded_at",
]
NOTED = ["file_name", "table_name", "line_no", "account_id", "problem", "todo"]
PUBLISHED = ["published_at", "version", "reason", "published_by", "files"]
NOTICE, COMPARED = "rolled_back", "compared"


def render_history(viewer: Viewer, text: Text) -> None:
    """The lists, once there is something in them; only the open one is asked for."""
    company = cache.live()
    if company is None:
        st.caption(text("uploads.none_yet"))
        return
    regions = viewer.sees(company.holdings().regions)
    view = choose_view(company, text.lang, regions=regions)
    draw: dict[str, Callable] = {
        "history": _history,
        "quarantine": _quarantine,
        "notes": _notes,
        "accounts_left": render_accounts_left,
        "versions": _versions,
        "compare": _compare,
    }
    tabs.render_tabs(
        "uploads", draw, "upload_lists", text, lambda name: draw[name](view, viewer, text)
    )


def _history(view: View, viewer: Viewer, text: Text) -> None:
    rows = view.query("snapshots")
    st.markdown(figure_sentences.uploads(rows, text))
    blocks.table("uploads", rows[UPLOADED], text)
    if not view.sees_everything:
        return
    _offer("original", cache.original(_choose_upload(rows, "original", text)), text)


def _quarantine(view: View, viewer: Viewer, text: Text) -> None:
    """What is left to correct: which cell of which row, what is wrong, and what to do."""
    rows = view.query("quarantine")
    is_open = rows["state"] == "open"
    st.markdown(figure_sentences.listed("uploads.quarantine", rows[is_open], text))
    is_all = not is_open.all() and st.toggle(text("uploads.quarantine_all"))
    shown = rows if is_all else rows[is_open]
    likely = cache.likely_accounts(view)
    table = findings.table(shown, text, likely)
    blocks.table("quarantine", table if is_all else table.drop(columns="quarantine_state"), text)
    cells = _cells(view, text)
    snapshots = view.query("snapshots")
    waiting = {*rows[is_open]["snapshot_id"], *cells["snapshot_id"]}
    to_correct = snapshots[snapshots["snapshot_id"].isin(waiting)]
    if to_correct.empty:
        return
    chosen = _choose_upload(to_correct, "corrections", text)
    _offer("corrections", cache.corrections(view.company, chosen, text.lang), text)
    st.caption(text("uploads.corrections_help"))


def _cells(view: View, text: Text) -> pd.DataFrame:
    """The cells left to correct of rows that stand without them."""
    rows = view.query("cells")
    cells = rows[rows["state"] == "open"]
    if len(cells):
        st.markdown(figure_sentences.listed("uploads.cells", cells, text))
        table = findings.table(cells.assign(raw=cells["cell"]), text, {})
        blocks.table("cells", table.drop(columns="quarantine_state"), text)
    return cells


def _notes(view: View, viewer: Viewer, text: Text) -> None:
    """What the checks across tables remark on rows that were kept."""
    rows = view.query("notes")
    st.markdown(figure_sentences.listed("uploads.notes", rows, text))
    codes = rows["code"]
    shown = rows.assign(problem=codes.map(text.problem), todo=codes.map(text.todo))
    blocks.table("notes", shown[NOTED], text)


def _choose(rows: pd.DataFrame, column: str, words: str, key: str, text: Text) -> int:
    """The number, in a column, of one of some uploads or versions, each told in words."""
    named = {row[column]: row for row in rows.to_dict("records")}
    return st.selectbox(
        text(f"uploads.{key}"),
        list(named),
        format_func=lambda number: text(f"uploads.{words}", **named[number]),
        key=f"{key}/{text.lang}",
        width=420,
    )


def _choose_upload(rows: pd.DataFrame, purpose: str, text: Text) -> int:
    return _choose(rows, "snapshot_id", "upload_name", f"{purpose}_of", text)


def _offer(purpose: str, download: cache.Download, text: Text) -> None:
    st.download_button(
        text(f"uploads.download_{purpose}"),
        download.content,
        file_name=download.name,
        mime="application/octet-stream",
        key=f"download_{purpose}",
        on_click="ignore",
    )


def _versions(view: View, viewer: Viewer, text: Text) -> None:
    rows = cache.versions()
    words = {"count": len(rows), "live": view.company.version}
    st.markdown(text.rich("uploads.versions_sentence", **words))
    published = cache.publications()[PUBLISHED]
    reasons = published["reason"].map(lambda reason: text.value("publication", reason))
    blocks.rows(published.assign(reason=reasons), text)
    others = rows[rows["version"] != view.company.version]
    if len(others):
        _roll_back(others, viewer, text)
    if notice := st.session_state.pop(NOTICE, None):
        st.success(notice)


def _roll_back(others: pd.DataFrame, viewer: Viewer, text: Text) -> None:
    version = _choose_version(others, "rollback_to", text)
    if st.button(text("uploads.rollback_button", version=version)):
        outcome = commands.roll_back(version, viewer.name, text.lang)
        if outcome.refusal:
            st.error(text("uploads.not_rolled_back"))
            st.text(outcome.refusal)
        else:
            st.session_state[NOTICE] = text("uploads.rolled_back", version=version)
            st.rerun()


def _choose_version(rows: pd.DataFrame, key: str, text: Text) -> int:
    return _choose(rows, "version", "version_name", key, text)


def _compare(view: View, viewer: Viewer, text: Text) -> None:
    rows = cache.versions()
    if len(rows) < 2:
        st.caption(text("uploads.one_version"))
        return
    after = _choose_version(rows, "compare_after", text)
    before = _choose_version(rows[rows["version"] != after], "compare_before", text)
    compared = (before, after, viewer.regions)
    if st.button(text("uploads.compare_button", before=before, after=after)):
        with st.spinner(text("uploads.comparing")):
            outcome = commands.compare_versions(before, after, viewer.regions or (), text.lang)
        st.session_state[COMPARED] = compared, outcome
    earlier, outcome = st.session_state.get(COMPARED, (None, None))
    if earlier == compared and outcome.refusal:
        preview_step.render_refusal(outcome, text)
    elif earlier == compared:
        preview_step.render_comparison(outcome.document, text)
