"""The table of targets to edit, other ways to fill it, and what is about to be saved."""

import pandas as pd
import streamlit as st

from kam_core.dashboard.sections.targets import change_cells
from kam_core.dashboard.view import View
from kam_core.metrics import target_grid
from kam_core.metrics.catalogue import load_metrics
from kam_core.metrics.quarterly_targets import TargetChange, TargetKey
from kam_core.metrics.target_draft import TargetDraft
from kam_core.metrics.target_grid import EVERY, CellProblem, LineProblem
from kam_core.text import formats
from kam_core.text.sentences import target_sentences
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks
from pages.parts.state import cache
from pages.parts.state.viewer import Viewer
from pages.parts.targets import copy_targets, save_draft, target_draft

ROW_HEIGHT, TALLEST = 35, 600


def render_editor(view: View, viewer: Viewer, text: Text) -> None:
    """The step an edit is at; it stays there while other pages are visited."""
    if save_draft.is_under_way():
        save_draft.render_saving(text)
        return
    draft = target_draft.current(view, viewer)
    st.caption(escape(text("targets.edit_lead")))
    if viewer.regions is not None:
        st.caption(escape(text("targets.edit_limited")))
    if not draft.in_force:
        st.info(text("targets.empty"))
    if not draft.turn_to(target_draft.quarters_from(view)):
        st.warning(text("targets.finish_first"))
    holdings = view.company.holdings()
    choices = draft.choices(holdings.regions, holdings.tiers)
    _table(draft, choices, text)
    st.caption(escape(text("targets.edit_help")))
    reading = draft.reading()
    for problem in reading.problems:
        st.error(target_sentences.problem(problem, text))
    if st.session_state.pop(target_draft.NOTICE, False):
        st.success(text("targets.one_done"))
    left, right = st.columns(2, gap="medium")
    with left, st.expander(text("targets.one")):
        _enter_one(draft, choices, text)
    with right, st.expander(text("targets.copy")):
        copy_targets.render_copying(draft, view, viewer, text)
    _save(draft, view, viewer, text, is_sound=not reading.problems)


def _table(draft: TargetDraft, choices: tuple[list[str], list[str]], text: Text) -> None:
    """The table; what was typed outlives a visit to another page, or to the other language."""
    key = f"target_table_{draft.number}_{text.lang}"
    if key not in st.session_state and draft.edited is not draft.frame:
        draft.put(draft.edited)
        key = f"target_table_{draft.number}_{text.lang}"
    regions, tiers = choices
    columns = {
        "metric": st.column_config.SelectboxColumn(
            text.column("metric"),
            options=list(load_metrics()),
            format_func=lambda metric: text.metric(str(metric)),
            pinned=True,
            width=230,
        ),
        "region": st.column_config.SelectboxColumn(
            text.column("region"),
            options=regions,
            default=regions[0],
            format_func=lambda region: region_words(str(region), text),
        ),
        "tier": st.column_config.SelectboxColumn(
            text.column("tier"),
            options=tiers,
            default=EVERY,
            format_func=lambda tier: tier_words(str(tier), text),
        ),
    }
    for quarter in draft.quarters:
        columns[quarter] = st.column_config.TextColumn(formats.period(quarter, text.lang))
    draft.edited = st.data_editor(
        draft.frame,
        key=key,
        num_rows="dynamic",
        height=min(ROW_HEIGHT * (len(draft.frame) + 3), TALLEST),
        hide_index=True,
        column_config=columns,
        placeholder="",
        alt=text("targets.edit"),
    )


def region_words(region: str, text: Text) -> str:
    return text("targets.every_region") if region == EVERY else text.value("region", region)


def tier_words(tier: str, text: Text) -> str:
    return text("targets.every_tier") if tier == EVERY else text.value("tier", tier)


def _enter_one(draft: TargetDraft, choices: tuple[list[str], list[str]], text: Text) -> None:
    """One target in fields of their own: for a phone, a keyboard or a screen reader."""
    regions, tiers = choices
    with st.form("target_one", border=False):
        name = st.selectbox(
            text("targets.one_metric"),
            list(load_metrics()),
            format_func=text.metric,
        )
        region = st.selectbox(
            text("targets.one_region"),
            regions,
            format_func=lambda region: region_words(region, text),
        )
        tier = st.selectbox(
            text("targets.one_tier"),
            tiers,
            format_func=lambda tier: tier_words(tier, text),
        )
        quarter = st.selectbox(
            text("targets.one_quarter"),
            draft.quarters,
            format_func=lambda quarter: formats.period(quarter, text.lang),
        )
        target = st.text_input(text("targets.one_target"), help=text("targets.one_target_help"))
        is_sent = st.form_submit_button(text("targets.one_button"))
    if is_sent:
        parts = [None if part == EVERY else part for part in (region, tier)]
        _put(draft, TargetKey(name, quarter, *parts), target.strip(), text)


def _put(draft: TargetDraft, key: TargetKey, written: str, text: Text) -> None:
    """One target into the table, or the reason why it is none."""
    try:
        after = target_grid.read_cell(written, key.metric) if written else None
    except CellProblem as problem:
        details = {"metric": key.metric, "quarter": key.quarter, "text": written}
        line_problem = LineProblem(1, problem.code, details | problem.details)
        st.error(target_sentences.cell_problem(line_problem, text))
        return
    target_draft.put_in(draft, [TargetChange(key, None, after)])


def _save(draft: TargetDraft, view: View, viewer: Viewer, text: Text, is_sound: bool) -> None:
    """What is about to change, and the way to save it or to give it up."""
    st.subheader(text("targets.draft"), anchor=False)
    made = draft.changes()
    st.markdown(target_sentences.draft(made, text))
    if not made:
        return
    rows = [change_cells(change, text) for change in made]
    blocks.table("target_draft", pd.DataFrame(rows), text)
    if draft.version != view.company.version:
        _render_newer_version(draft, view, text, is_sound)
    else:
        _publish(draft, view, viewer, text, is_sound)
    if st.button(text("targets.discard")):
        target_draft.forget()
        st.rerun()


def _publish(draft: TargetDraft, view: View, viewer: Viewer, text: Text, is_sound: bool) -> None:
    by = st.text_input(
        text("targets.by"),
        viewer.name,
        key="target_by",
        help=text("targets.by_help"),
        width=280,
        max_chars=60,
    ).strip()
    whole = draft.whole()
    if not whole:
        st.error(text("targets.all_removed"))
    can_save = is_sound and bool(whole)
    if st.button(text("targets.preview_button"), type="primary", disabled=not can_save):
        signed = by if by in ("", viewer.name) else f"{by} ({viewer.name})"
        save_draft.preview(whole, view.company, signed or viewer.name, viewer, text.lang)


def _render_newer_version(draft: TargetDraft, view: View, text: Text, is_sound: bool) -> None:
    """Somebody published meanwhile: nothing is saved over it unseen."""
    company, published = view.company, cache.publications().iloc[0]
    words = {"by": published["published_by"], "found": company.version}
    st.warning(text.rich("targets.moved", expected=draft.version, **words))
    if clashing := draft.clashes(company.targets()):
        named = [_name(change.key, text) for change in clashing]
        st.warning(escape(text("targets.clashes", targets=named)))
    label = text("targets.carry_over", version=company.version)
    if st.button(label, type="primary", disabled=not is_sound):
        draft.carry_over(company.version, company.targets())
        st.rerun()


def _name(key: TargetKey, text: Text) -> str:
    parts = [text.metric(key.metric), formats.period(key.quarter, text.lang)]
    parts += [text.value(name, part) for name in ("region", "tier") if (part := getattr(key, name))]
    return " · ".join(parts)
