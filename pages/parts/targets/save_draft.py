"""Edited targets on their way to a new version: the same commands as an upload, step by step."""

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from kam_core.dashboard.company import Company
from kam_core.metrics import quarterly_targets
from kam_core.metrics.quarterly_targets import QuarterlyTarget
from kam_core.text import formats
from kam_core.text.marks import status_words
from kam_core.text.sentences import target_sentences
from kam_core.text.writer import Text
from kam_core.uploads.report_model import FileReport, Preview
from pages.parts.render import blocks
from pages.parts.state.viewer import Viewer
from pages.parts.targets import target_draft
from pages.parts.uploads import commands, preview_step, publishing
from pages.parts.uploads.commands import Request
from pages.parts.uploads.jobs import Outcome
from pages.parts.uploads.publishing import Publishing

STATE = "target_saving"
FILE = "targets.csv"


def preview(
    edited: Sequence[QuarterlyTarget], company: Company, by: str, viewer: Viewer, lang: str
) -> None:
    """Write the targets as a file and begin to find out what it would change."""
    files = commands.save_files([(FILE, quarterly_targets.csv_bytes(edited))])
    day = company.as_of.isoformat()
    options = ("--table", "targets", "--mode", "full", "--as-of", day, "--by", by)
    saving = Publishing(files, Request(options), company.version)
    publishing.start_preview(STATE, saving, viewer, lang)


def is_under_way() -> bool:
    return STATE in st.session_state


def render_saving(text: Text) -> None:
    """The step that saving is at."""
    publishing.render_step(st.session_state[STATE], _decide, _conclude, text)


def _decide(saving: Publishing, outcome: Outcome[Preview], text: Text) -> None:
    """What saving would change, and the choice to save or to go back to the table."""
    if outcome.document is None:
        _render_refusal(outcome, text)
    else:
        confirm = outcome.document.confirm
        _effect(outcome.document, text)
        is_confirmed = preview_step.ask_to_confirm(confirm, "target_second_yes", text)
        is_held_back = bool(confirm) and not is_confirmed
        if st.button(text("targets.save_button"), type="primary", disabled=is_held_back):
            publishing.start_load(saving, outcome.document, is_confirmed, text.lang)
    if st.button(text("targets.back")):
        _end_saving()


def _effect(preview: Preview, text: Text) -> None:
    """How many targets change, and which figures of the last complete quarter then stand apart."""
    st.subheader(text("targets.effect"), anchor=False)
    st.markdown(target_sentences.effect(preview, text))
    moved = [
        {
            "quarter": formats.period(kpi.quarter, text.lang),
            "metric": text.metric(kpi.metric),
            "value": formats.quantity(kpi.after, kpi.unit, text.lang),
            "before": status_words(kpi.before_status, text),
            "after": status_words(kpi.after_status, text),
        }
        for kpi in preview.kpis
        if kpi.before_status != kpi.after_status
    ]
    if moved:
        blocks.rows(pd.DataFrame(moved), text, height="content")


def _conclude(outcome: Outcome[list[FileReport]], text: Text) -> None:
    """What became of it; the draft is there still where nothing was saved."""
    if not outcome.refusal:
        target_draft.forget()
    reports = outcome.document
    if not reports:
        _render_refusal(outcome, text)
        if st.button(text("targets.back")):
            _end_saving()
        return
    st.success(text("targets.saved", version=reports[0].version))
    preview_step.render_reports(reports, text)
    if st.button(text("targets.go_on")):
        _end_saving()


def _render_refusal(outcome: Outcome, text: Text) -> None:
    st.error(text("targets.not_saved"))
    st.text(outcome.refusal)


def _end_saving() -> None:
    del st.session_state[STATE]
    st.rerun()
