"""Edited targets on their way to a new version: the same commands as an upload, step by step."""

from collections.abc import Sequence
from dataclasses import dataclass

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
from pages.parts.uploads import commands, preview_step
from pages.parts.uploads.commands import ReceivedFile, Request, Saved
from pages.parts.uploads.jobs import Job, Outcome

STATE = "target_saving"
FILE = "targets.csv"


@dataclass
class Saving:
    """The file, how it is loaded, the version it was made from, and the step it is at."""

    files: Saved
    request: Request
    expected: int
    job: Job | None = None
    preview: Outcome[Preview] | None = None
    result: Outcome[list[FileReport]] | None = None


def preview(
    edited: Sequence[QuarterlyTarget], company: Company, by: str, viewer: Viewer, lang: str
) -> None:
    """Write the targets as a file and begin to find out what it would change."""
    files = commands.save_files([ReceivedFile(FILE, quarterly_targets.csv_bytes(edited))])
    day = company.as_of.isoformat()
    options = ("--table", "targets", "--mode", "full", "--as-of", day, "--by", by)
    request = Request(options)
    job = commands.start_preview(files, request, viewer.regions or (), lang)
    st.session_state[STATE] = Saving(files, request, company.version, job)
    st.rerun()


def is_under_way() -> bool:
    return STATE in st.session_state


def render_saving(viewer: Viewer, text: Text) -> None:
    """The step that saving is at."""
    saving: Saving = st.session_state[STATE]
    if saving.job:
        _wait(saving, text)
    elif saving.result:
        _result(saving.result, text)
    elif saving.preview:
        _decide(saving, saving.preview, text)


@st.fragment(run_every="0.7s")
def _wait(saving: Saving, text: Text) -> None:
    """How far the command has come; the page around it stays usable."""
    job = saving.job
    if job is None:
        return
    if job.is_running:
        preview_step.render_progress(job.progress, text)
        return
    outcome = job.outcome()
    saving.job = None
    if job.command == "preview":
        saving.preview = outcome
    else:
        saving.result = outcome
        if not outcome.refusal:
            target_draft.forget()
    st.rerun()


def _decide(saving: Saving, outcome: Outcome[Preview], text: Text) -> None:
    """What saving would change, and the choice to save or to go back to the table."""
    if outcome.document is None:
        _refused(outcome, text)
    else:
        confirm = outcome.document.confirm
        _effect(outcome.document, text)
        is_confirmed = preview_step.ask_to_confirm(confirm, "target_second_yes", text)
        is_held_back = bool(confirm) and not is_confirmed
        if st.button(text("targets.save_button"), type="primary", disabled=is_held_back):
            saving.job = commands.start_load(
                saving.files, saving.request, saving.expected, is_confirmed, text.lang
            )
            st.rerun()
    if st.button(text("targets.back")):
        _end()


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


def _result(outcome: Outcome[list[FileReport]], text: Text) -> None:
    """What became of it; the draft is there still where nothing was saved."""
    reports = outcome.document
    if not reports:
        _refused(outcome, text)
        if st.button(text("targets.back")):
            _end()
        return
    st.success(text("targets.saved", version=reports[0].version))
    preview_step.render_reports(reports, text)
    if st.button(text("targets.go_on")):
        _end()


def _refused(outcome: Outcome, text: Text) -> None:
    st.error(text("targets.not_saved"))
    st.text(outcome.refusal)


def _end() -> None:
    del st.session_state[STATE]
    st.rerun()
