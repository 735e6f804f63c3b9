"""Targets copied from another quarter or from the defaults, with a step, seen before they are."""

from collections.abc import Sequence
from decimal import Decimal

import pandas as pd
import streamlit as st

from kam_core.dashboard.sections.targets import write_target
from kam_core.dashboard.view import View
from kam_core.metrics import quarterly_targets
from kam_core.metrics.quarterly_targets import (
    TargetChange,
    TargetCopy,
    TargetStep,
    unit_of,
)
from kam_core.metrics.target_draft import (
    TargetDraft,
    first_free,
    from_defaults,
    last_before,
    of_quarter,
)
from kam_core.text import formats
from kam_core.text.sentences import target_sentences
from kam_core.text.writer import Text
from pages.parts.render import blocks
from pages.parts.state.viewer import Viewer
from pages.parts.targets import target_draft

DEFAULTS = "defaults"
STEPS = ("none", "points", "percent")


def render_copying(draft: TargetDraft, view: View, viewer: Viewer, text: Text) -> None:
    """From where, to where and with which step; then what would come into the table."""
    edited = draft.reading().targets
    quarters = sorted({target.key.quarter for target in edited}, reverse=True)
    # A default is a target of the whole company, which not everybody may set.
    sources = [*quarters, *([DEFAULTS] if viewer.regions is None else [])]
    if not sources:
        st.caption(text("targets.copy_none"))
        return
    to = _choose_quarter(draft, quarters, text)
    source = _source(sources, to, text)
    copied = (
        from_defaults(view.company.default_targets(), to)
        if source == DEFAULTS
        else of_quarter(edited, source)
    )
    names = st.multiselect(
        text("targets.copy_metrics"),
        list(dict.fromkeys(target.key.metric for target in copied)),
        format_func=text.metric,
        placeholder=text("targets.copy_all"),
        key="target_copy_metrics",
    )
    step = _step(text)
    overwrite = st.toggle(text("targets.copy_overwrite"), key="target_copy_overwrite")
    chosen = [target for target in copied if not names or target.key.metric in names]
    copies = quarterly_targets.copies(chosen, to, edited, step, overwrite)
    _preview(copies, to, text)
    label = text("targets.copy_button", count=len(copies))
    if st.button(label, disabled=not copies):
        changes = [TargetChange(c.result.key, c.present, c.result.target) for c in copies]
        target_draft.put_in(draft, changes)


def _choose_quarter(draft: TargetDraft, quarters: Sequence[str], text: Text) -> str:
    """The quarter to fill, at first the first one without any target."""
    return st.selectbox(
        text("targets.copy_to"),
        draft.quarters,
        index=draft.quarters.index(first_free(draft.quarters, quarters)),
        format_func=lambda quarter: formats.period(quarter, text.lang),
        key="target_copy_to",
    )


def _source(sources: Sequence[str], to: str, text: Text) -> str:
    """The quarter to copy, at first the last one before."""
    others = [source for source in sources if source != to]
    return st.selectbox(
        text("targets.copy_from"),
        others,
        index=others.index(last_before(others, to)) if others else 0,
        format_func=lambda source: (
            text("targets.copy_defaults")
            if source == DEFAULTS
            else formats.period(source, text.lang)
        ),
        key=f"target_copy_from_{to}",
    )


def _step(text: Text) -> TargetStep:
    kind = st.segmented_control(
        text("targets.copy_kind"),
        STEPS,
        default="none",
        format_func=lambda kind: text.value("step", kind),
        required=True,
        help=text("targets.copy_points_help"),
        key="target_copy_kind",
    )
    if kind not in STEPS[1:]:
        return TargetStep("none")
    size = st.number_input(
        text(f"targets.copy_size_{kind}"),
        value=2.0,
        step=0.5,
        format="%.2f",
        key="target_copy_size",
    )
    improves = st.toggle(
        text("targets.copy_improves"),
        value=True,
        help=text("targets.copy_improves_help"),
        key="target_copy_improves",
    )
    return TargetStep(kind, Decimal(str(size)), improves)


def _preview(copies: Sequence[TargetCopy], to: str, text: Text) -> None:
    if not copies:
        st.caption(text("targets.copy_none"))
        return
    capped = sum(copy.limit is not None for copy in copies)
    st.markdown(target_sentences.copying(len(copies), capped, to, text))
    blocks.rows(pd.DataFrame([_row(copy, text) for copy in copies]), text, height=240)


def _row(copy: TargetCopy, text: Text) -> dict[str, object]:
    key, unit = copy.result.key, unit_of(copy.result.key.metric)
    return {
        "metric": text.metric(key.metric),
        "region": text.value("region", key.region or text("targets.every_region")),
        "tier": text.value("tier", key.tier or text("targets.every_tier")),
        "copied_from": write_target(copy.source.target, unit),
        "already": write_target(copy.present, unit),
        "target": write_target(copy.result.target, unit),
    }
