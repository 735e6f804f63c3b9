"""What was uploaded, what was set apart, and the versions to go back to."""

import streamlit as st

from kam_core.access import Scope
from kam_core.present import formats, sentences
from kam_core.present.text import Text
from pages.parts import blocks, data, loading
from pages.parts.viewer import Viewer

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
QUARANTINED = ["file_name", "table_name", "line_no", "codes", "raw"]
NOTICE = "rolled_back"


def show(viewer: Viewer, text: Text) -> None:
    """The three lists, once there is something in them."""
    source = data.live()
    if source is None:
        st.caption(text("uploads.none_yet"))
        return
    scope = Scope(viewer.sees(data.holdings(source).regions), source.as_of)
    names = ("history", "quarantine", "versions")
    history, quarantine, versions = st.tabs([text(f"uploads.{name}") for name in names])
    with history:
        rows = data.ask(source, scope, "snapshots")
        blocks.sentence(sentences.uploads(rows, text))
        blocks.table("uploads", rows[UPLOADED], text)
    with quarantine:
        rows = data.ask(source, scope, "quarantine")
        blocks.sentence(sentences.listed("uploads.quarantine", rows, text))
        blocks.table("quarantine", rows[QUARANTINED], text)
    with versions:
        _versions(source, viewer, text)


def _versions(source: data.Source, viewer: Viewer, text: Text) -> None:
    rows = data.versions()
    count = formats.count(len(rows), text.lang)
    blocks.sentence(text.rich("uploads.versions_sentence", count=count, live=source.version))
    blocks.rows(rows, text)
    others = [row for row in rows.to_dict("records") if row["version"] != source.version]
    if others:
        _roll_back(others, viewer, text)
    if notice := st.session_state.pop(NOTICE, None):
        st.success(notice)


def _roll_back(others: list[dict], viewer: Viewer, text: Text) -> None:
    named = {row["version"]: row for row in others}
    version = st.selectbox(
        text("uploads.rollback_to"),
        list(named),
        format_func=lambda number: text(
            "uploads.version_name",
            version=number,
            as_of=formats.day(named[number]["as_of"], text.lang),
            created=formats.moment(named[number]["created_at"], text.lang),
        ),
        width=420,
    )
    if st.button(text("uploads.rollback_button", version=version)):
        outcome = loading.roll_back(version, viewer.name, text.lang)
        if outcome.refusal:
            st.error(outcome.refusal)
        else:
            st.session_state[NOTICE] = text("uploads.rolled_back", version=version)
            st.rerun()
