"""What an upload would change, seen before it is published; how far it is; what became of it."""

from collections.abc import Sequence
from datetime import datetime

import pandas as pd
import streamlit as st

from kam_core.contract.problems import problems
from kam_core.metrics import catalogue
from kam_core.metrics.compare import AccountChange, KpiChange, VersionComparison
from kam_core.text import formats
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text, escape
from kam_core.uploads.report_model import Confirmation, FileReport, Preview, Progress
from kam_core.uploads.report_sentences import (
    describe_day,
    describe_names,
    describe_quarantine_changes,
    describe_unanswered,
)
from pages.parts.render import blocks
from pages.parts.uploads.jobs import Outcome

COUNTED = ["file", "table", "mode", "received", "accepted", "quarantined"]
# Counted beside, and told only where there are any.
RARE = ["set_aside", "blank", "cells_set_apart"]
LINES_SHOWN = 5


def render_progress(step: Progress | None, text: Text) -> None:
    """The phase of a running load, with rows where they are counted."""
    with st.container(border=True):
        st.markdown(f"**{escape(_describe_step(step, text))}** …")
        # A phase that counts nothing would leave the bar at its start all the time.
        if step and step.total and step.rows:
            st.progress(min(step.rows / step.total, 1.0))
        st.caption(text("uploads.stays_usable"))


def _describe_step(step: Progress | None, text: Text) -> str:
    """The phase, the file where one is at hand, the rows where they are counted."""
    if step is None:
        return text("uploads.starting")
    if step.phase == "queued":
        if not step.holder:
            return text("cli.queued_unknown")
        since = formats.moment(datetime.fromisoformat(step.holder.since), text.lang)
        return text("cli.queued", by=step.holder.by, since=since)
    parts = [text(f"phases.{step.phase}")]
    if step.file:
        numbers = {"file": step.file, "number": step.number, "files": step.files}
        parts.append(text("uploads.at_file", **numbers) if step.files > 1 else step.file)
    if step.total:
        parts.append(text("uploads.at_row", rows=step.rows, total=step.total))
    return " · ".join(parts)


def render_refusal(outcome: Outcome, text: Text) -> None:
    st.error(text("uploads.refused"))
    st.text(outcome.refusal)


def ask_for_decision(preview: Preview, text: Text) -> bool:
    """What must be known before publishing; whether the person says yes to what needs it."""
    st.subheader(text("uploads.preview"), anchor=False)
    is_confirmed = ask_to_confirm(preview.confirm, "upload_second_yes", text)
    render_counts(preview.files, text)
    return is_confirmed


def ask_to_confirm(reasons: Sequence[Confirmation], key: str, text: Text) -> bool:
    """Whether the person gives the second yes, where there are reasons to ask for one."""
    if not reasons:
        return False
    listed = "\n".join(f"- {escape(text.confirmation(r.code, vars(r)))}" for r in reasons)
    st.warning(f"{text('uploads.confirm')}\n\n{listed}")
    return st.checkbox(text("uploads.second_yes"), key=key)


def is_superfluous(preview: Preview) -> bool:
    """Whether all of it is loaded already, so that there is nothing to publish."""
    return not preview.differs and all(report.already_loaded for report in preview.files)


def render_result(outcome: Outcome[list[FileReport]], live: int | None, text: Text) -> None:
    """What became of a load, also where another version has been made the live one since."""
    if outcome.refusal:
        render_refusal(outcome, text)
    elif reports := outcome.document:
        version = reports[0].version
        if live == version:
            st.success(text("uploads.done", version=version))
        else:
            st.info(text("uploads.done_before", version=version, live=live))
        render_counts(reports, text)
        render_reports(reports, text)


def render_counts(reports: Sequence[FileReport], text: Text) -> None:
    """The rows of all files together, and what happens to those of earlier uploads."""
    counts = {
        name: sum(getattr(report, name) for report in reports)
        for name in ("received", "accepted", "quarantined")
    }
    st.markdown(text.rich("uploads.counts", **counts))
    changes = [change for report in reports for change in report.elsewhere]
    if lines := describe_quarantine_changes(changes, text):
        st.info("\n".join(f"- {escape(line)}" for line in lines))


def render_reports(reports: Sequence[FileReport], text: Text) -> None:
    """Counts of each file, then its problems with what to do about them."""
    counted = pd.DataFrame([vars(report) for report in reports])
    counted = counted[[*COUNTED, *(name for name in RARE if counted[name].any())]]
    blocks.rows(counted.assign(table=counted["table"].map(text.table)), text, height="content")
    for report in reports:
        if report.already_loaded:
            st.info(escape(text("uploads.repeat", file=report.file)))
        if report.earlier:
            earlier = vars(report.earlier)
            st.caption(escape(text("uploads.earlier", file=report.file, **earlier)))
        day = describe_day(report, text)
        if day:
            st.caption(escape(f"{report.file}{text('punctuation.colon')}{day}"))
        for line in [*describe_unanswered(report, text), *describe_names(report.names, text)]:
            st.caption(escape(line.strip()))
    rows = pd.DataFrame([row for report in reports for row in _problem_rows(report, text)])
    if len(rows):
        blocks.written(rows.drop(columns="file") if len(reports) == 1 else rows, text)


def _severity(code: str, report: FileReport) -> str:
    """What becomes of a row with the problem; it may have cost only the cell."""
    severity = problems()[code].severity
    return "cell_or_row" if severity == "quarantine" and report.cells_set_apart else severity


def _problem_rows(report: FileReport, text: Text) -> list[dict[str, object]]:
    return [
        {
            "file": report.file,
            "problem": text.problem(code),
            "severity": text.value("severity", _severity(code, report)),
            "count": formats.count(count, text.lang),
            "first_lines": text("punctuation.list").join(
                map(str, report.first_lines.get(code, ())[:LINES_SHOWN])
            ),
            "where": text.cells(report.table, report.examples.get(code, ()), count),
            "todo": text.todo(code),
        }
        for code, count in report.problems.items()
    ]


def render_comparison(comparison: VersionComparison, text: Text) -> None:
    """Two versions side by side: rows, accounts that move, figures."""
    if not comparison.differs:
        st.caption(text("uploads.nothing_differs"))
        return
    st.markdown(figure_sentences.comparison(comparison, text))
    changed = [
        {**vars(table), "table": text.table(table.table)}
        for table in comparison.tables
        if table.is_any
    ]
    if changed:
        blocks.rows(pd.DataFrame(changed), text, height="content")
    moved: list[KpiChange] = []
    others: list[KpiChange] = []
    for kpi in comparison.kpis:
        (moved if figure_sentences.is_moved(kpi, text.lang) else others).append(kpi)
    if moved:
        st.markdown(f"**{text('uploads.figures_move')}**")
        blocks.rows(pd.DataFrame(_figure_rows(moved, text)), text, height="content")
    if comparison.accounts:
        _render_accounts(comparison.accounts, text)
    _render_unmoved(others, text)


def _render_accounts(changes: Sequence[AccountChange], text: Text) -> None:
    st.markdown(f"**{text('uploads.accounts_move')}**")
    moves = pd.DataFrame([vars(change) for change in changes])
    for name in ("account_name", "region"):
        pairs = zip(moves[name], moves.pop(f"{name}_en"), strict=True)
        moves[name] = [text.form_of(*pair) for pair in pairs]
    moves["before"] = [_side(change, change.before, text) for change in changes]
    moves["after"] = [_side(change, change.after, text) for change in changes]
    moves["what"] = [_describe_change(change, text) for change in changes]
    blocks.table("account_changes", moves, text)


def _render_unmoved(kpis: Sequence[KpiChange], text: Text) -> None:
    """The figures that stay as they are or hardly move, for whoever wants to see that they do."""
    if not kpis:
        return
    title = text("uploads.figures_stay", count=len(kpis))
    folded = st.expander(title, key="figures_stay", on_change="rerun")
    if folded.open:
        with folded:
            blocks.rows(pd.DataFrame(_figure_rows(kpis, text)), text, height="content")


def _describe_change(change: AccountChange, text: Text) -> str:
    if change.what != "account":
        return text.column(change.what)
    return text("uploads.account_gone" if change.after is None else "uploads.account_new")


def _side(change: AccountChange, value: str | None, text: Text) -> str:
    if value is None:
        return formats.NOTHING
    if change.what == "account":
        return text.form_of(value, change.account_name_en)
    return text.value(change.what, value)


def _figure_rows(kpis: Sequence[KpiChange], text: Text) -> list[dict[str, str]]:
    """Every figure on both sides; the difference only where both have a value."""
    pairs = [formats.pair(kpi.before, kpi.after, kpi.unit, text.lang) for kpi in kpis]
    return [
        {
            "quarter": formats.period(kpi.quarter, text.lang),
            "metric": catalogue.metric(kpi.metric).title(text.lang),
            "before": before,
            "after": after,
            "difference": _difference(kpi, text),
            "status": text.value("status", kpi.after_status),
        }
        for kpi, (before, after) in zip(kpis, pairs, strict=True)
    ]


def _difference(kpi: KpiChange, text: Text) -> str:
    if kpi.before is None or kpi.after is None:
        return formats.NOTHING
    if kpi.before == kpi.after:
        return "="
    return formats.difference(formats.subtract(kpi.after, kpi.before), kpi.unit, text.lang)
