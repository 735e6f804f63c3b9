"""Files on their way to a new version: preview, decision, load, each a command beside the app."""

from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from kam_core.text.writer import Text
from kam_core.uploads.report_model import FileReport, Preview
from pages.parts.state.viewer import Viewer
from pages.parts.uploads import commands, preview_step
from pages.parts.uploads.commands import Request, Saved
from pages.parts.uploads.jobs import Job, Outcome


@dataclass
class Publishing:
    """The files, how they are loaded, the version they were made for, and the step reached."""

    files: Saved
    request: Request
    expected: int | None = None
    job: Job | None = None
    preview: Outcome[Preview] | None = None
    result: Outcome[list[FileReport]] | None = None


def start_preview(state: str, publishing: Publishing, viewer: Viewer, lang: str) -> None:
    """Keep it as ``state`` of the session, and begin to find out what it would change."""
    regions = viewer.regions or ()
    publishing.job = commands.start_preview(publishing.files, publishing.request, regions, lang)
    st.session_state[state] = publishing
    st.rerun()


def start_load(publishing: Publishing, preview: Preview, is_confirmed: bool, lang: str) -> None:
    """Publish what was previewed, unless another version came since."""
    expected = preview.version if publishing.expected is None else publishing.expected
    publishing.job = commands.start_load(
        publishing.files, publishing.request, expected, is_confirmed, lang
    )
    st.rerun()


def render_step(
    publishing: Publishing,
    decide: Callable[[Publishing, Outcome[Preview], Text], None],
    conclude: Callable[[Outcome[list[FileReport]], Text], None],
    text: Text,
) -> None:
    """The step reached: a command at work, its result, or the decision about its preview."""
    if publishing.job:
        _wait(publishing, text)
    elif publishing.result:
        conclude(publishing.result, text)
    elif publishing.preview:
        decide(publishing, publishing.preview, text)


@st.fragment(run_every="0.7s")
def _wait(publishing: Publishing, text: Text) -> None:
    """How far the command has come; the page around it stays usable."""
    job = publishing.job
    if job is None:
        return
    if job.is_running:
        preview_step.render_progress(job.progress, text)
        return
    outcome, publishing.job = job.outcome(), None
    if job.command == "preview":
        publishing.preview = outcome
    else:
        publishing.result = outcome
    st.rerun()
