"""From files to a new version: choose, look, answer what only a person knows, preview, publish."""

from dataclasses import replace
from datetime import date

import pandas as pd
import streamlit as st

from kam_core.contract import declaration
from kam_core.errors import KamError
from kam_core.text.writer import Text, escape
from kam_core.uploads.report_model import FileReport, Preview
from kam_core.warehouse.as_of_day import refuse_unusable_day
from pages.parts.render import blocks
from pages.parts.state import cache, links, widget_state
from pages.parts.state.viewer import Viewer
from pages.parts.uploads import commands, preview_step, publishing, review, template_downloads
from pages.parts.uploads.commands import Request, Saved
from pages.parts.uploads.jobs import Outcome
from pages.parts.uploads.publishing import Publishing

# What the session keeps of an upload that is under way.
CHOSEN, FILES, PUBLISHING = "upload_chosen", "upload_files", "upload_publishing"
MODE, AS_OF = "upload_mode", "upload_as_of"
MODES = ("full", "update")
KINDS = ["csv", "tsv", "txt", "xlsx", "xlsm", "xls", "ods", "zip"]


def render_wizard(viewer: Viewer, text: Text) -> None:
    """The step an upload is at; it stays there while other pages are visited."""
    if upload := st.session_state.get(PUBLISHING):
        publishing.render_step(upload, _ask_to_publish, _render_result, text)
    elif files := _choose_files(text):
        request = _ask_how_to_load(files, viewer, text)
        if request and st.button(text("uploads.preview_button"), type="primary"):
            upload = Publishing(files, request)
            publishing.start_preview(PUBLISHING, upload, viewer, text.lang)


def _render_result(outcome: Outcome[list[FileReport]], text: Text) -> None:
    source = cache.live()
    preview_step.render_result(outcome, source.version if source else None, text)
    if source and not outcome.refusal:
        links.to("overview", text("uploads.see_figures"))
    if st.button(text("uploads.another")):
        _forget()
        widget_state.forget(MODE)
        st.session_state.pop(AS_OF, None)
        st.rerun()


def is_under_way() -> bool:
    """Whether there are files, a running job or a result to show, which want the whole width."""
    return any(st.session_state.get(name) for name in (FILES, PUBLISHING))


def _choose_files(text: Text) -> Saved | None:
    """The files chosen, kept on disk until others are chosen or they are done with."""
    blocks.uploader_words(text)
    chosen = st.file_uploader(
        text("uploads.files"),
        type=KINDS,
        accept_multiple_files=True,
        key=CHOSEN,
        on_change=_take_files,
    )
    files: Saved | None = st.session_state.get(FILES)
    if not files:
        _render_steps(text)
    elif not chosen:
        # Streamlit empties the uploader when another page is visited; the files are still here.
        names = [path.name for path in files.paths]
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(escape(text("uploads.still_chosen", files=names)), width="content")
            st.button(text("uploads.remove_files"), type="tertiary", on_click=_forget)
    return files


def _render_steps(text: Text) -> None:
    with st.expander(text("uploads.steps"), expanded=True):
        for number in (1, 2, 3, 4):
            st.markdown(f"{number}. {text(f'uploads.step_{number}')}")


def _take_files() -> None:
    """Called only when a person adds or removes a file."""
    before = st.session_state.get(FILES)
    uploads = [(file.name, file.getvalue()) for file in st.session_state[CHOSEN]]
    if uploads:
        st.session_state[FILES] = commands.save_files(uploads, before)
    else:
        _forget()


def _ask_how_to_load(files: Saved, viewer: Viewer, text: Text) -> Request | None:
    """How the files are to be loaded; None while something must be decided first."""
    options = _choose_load_options(text)
    decisions = review.review_files(files.paths, text)
    if options is None or decisions is None:
        st.info(text("uploads.answer_first"))
        return None
    return replace(decisions, options=(*options, "--by", viewer.name))


def _choose_load_options(text: Text) -> tuple[str, ...] | None:
    """Mode and as-of day as options of the command line; None where the day is no date."""
    grid = st.grid(2, min_column_width=220)
    mode = widget_state.choose(
        grid.selectbox,
        text("uploads.mode"),
        MODES,
        MODE,
        text,
        MODES[0],
        format_func=lambda mode: text.value("mode", mode),
        help=text("uploads.mode_help"),
    )
    written = grid.text_input(
        text("uploads.as_of"),
        placeholder=text("uploads.as_of_placeholder"),
        help=text("uploads.as_of_help"),
        key=AS_OF,
        persist_state="session",
    ).strip()
    try:
        as_of = date.fromisoformat(written) if written else None
        if as_of:
            refuse_unusable_day(as_of)
    except ValueError:
        st.error(text("uploads.bad_date", value=written))
        return None
    except KamError as error:
        st.error(escape(text.error(error)))
        return None
    return ("--mode", mode, *(["--as-of", as_of.isoformat()] if as_of else []))


def _ask_to_publish(upload: Publishing, outcome: Outcome[Preview], text: Text) -> None:
    """What the upload would change, and the choice to publish it or to go back."""
    preview = outcome.document
    if preview is None:
        preview_step.render_refusal(outcome, text)
        _offer_to_go_back(text)
        return
    is_confirmed = preview_step.ask_for_decision(preview, text)
    is_held_back = bool(preview.confirm) and not is_confirmed
    with st.container(horizontal=True):
        if not preview_step.is_superfluous(preview) and st.button(
            text("uploads.publish_button"), type="primary", disabled=is_held_back
        ):
            publishing.start_load(upload, preview, is_confirmed, text.lang)
        _offer_to_go_back(text)
    preview_step.render_reports(preview.files, text)
    preview_step.render_comparison(preview, text)


def _offer_to_go_back(text: Text) -> None:
    if st.button(text("uploads.back")):
        del st.session_state[PUBLISHING]
        st.rerun()


def _forget() -> None:
    review.forget_files()
    for name in (FILES, PUBLISHING):
        st.session_state.pop(name, None)


def render_tables(text: Text) -> None:
    """The tables of the contract, which of them are loaded, and what each must hold."""
    st.subheader(text("uploads.table_map"), anchor=False)
    source = cache.live()
    loaded = source.holdings().tables if source else frozenset()
    rows = [
        {
            "loaded": text("uploads.loaded" if name in loaded else "uploads.not_loaded"),
            "table": table.text(text.lang),
            "required_columns": text("punctuation.list").join(
                column.text(text.lang) for column in table.required
            ),
        }
        for name, table in declaration.tables().items()
    ]
    blocks.written(pd.DataFrame(rows), text)
    template_downloads.choose_template(text)
