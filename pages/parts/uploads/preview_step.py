"""What an upload would change, seen before it is published; how far it is; what became of it."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import pandas as pd
import streamlit as st

from kam_core.contract.problems import problems
from kam_core.metrics import catalogue
from kam_core.text import formats
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks
from pages.parts.uploads.jobs import Outcome

COUNTED = ["file", "table", "mode", "received", "accepted", "quarantined"]
# Counted beside, and told only where there are any.
RARE = ["set_aside", "blank"]
LINES_SHOWN = 5


def progress(step: Mapping[str, Any], text: Text) -> None:
    """The phase of a running load, with rows where they are known."""
    # A phase that counts nothing would leave the bar at its start all the time.
    share = step["rows"] / step["total"] if step.get("total") and step["rows"] else None
    with st.container(border=True):
        st.markdown(f"**{escape(_told(step, text))}** …")
        if share is not None:
            st.progress(min(share, 1.0))
        st.caption(text("uploads.stays_usable"))


def _told(step: Mapping[str, Any], text: Text) -> str:
    """The phase, the file where one is at hand, the rows where they are counted."""
    if step.get("phase") == "queued":
        holder = step.get("holder")
        if not holder:
            return text("cli.queued_unknown")
        since = formats.moment(datetime.fromisoformat(holder["since"]), text.lang)
        return text("cli.queued", by=holder["by"], since=since)
    phase = text(f"phases.{step['phase']}") if step else text("uploads.starting")
    parts = [phase]
    if step.get("file"):
        place = {name: step[name] for name in ("file", "number", "files")}
        parts.append(text("uploads.at_file", **place) if step["files"] > 1 else step["file"])
    if step.get("total"):
        rows = {name: formats.count(step[name], text.lang) for name in ("rows", "total")}
        parts.append(text("uploads.at_row", **rows))
    return " · ".join(parts)


def refused(outcome: Outcome, text: Text) -> None:
    st.error(text("uploads.refused"))
    st.text(outcome.refusal)


def decision(preview: Mapping[str, Any], text: Text) -> bool:
    """What must be known before publishing; whether the person says yes to what needs it."""
    st.subheader(text("uploads.preview"), anchor=False)
    is_confirmed = bool(preview["confirm"]) and _second_yes(preview["confirm"], text)
    counts(preview["files"], text)
    return is_confirmed


def _second_yes(asked: Sequence[Mapping[str, Any]], text: Text) -> bool:
    reasons = "\n".join(f"- {escape(text.question(question))}" for question in asked)
    st.warning(f"{text('uploads.confirm')}\n\n{reasons}")
    return st.checkbox(text("uploads.second_yes"), key="upload_second_yes")


def details(preview: Mapping[str, Any], text: Text) -> None:
    """What becomes of each file, and what would change."""
    files(preview["files"], text)
    comparison(preview, text)


def is_superfluous(preview: Mapping[str, Any]) -> bool:
    """Whether all of it is loaded already, so that there is nothing to publish."""
    return not preview["differs"] and all(report["already_loaded"] for report in preview["files"])


def result(outcome: Outcome, live: int | None, text: Text) -> None:
    """What became of a load, also where another version has been made the live one since."""
    if outcome.refusal:
        refused(outcome, text)
        return
    reports: Any = outcome.document
    if reports:
        version = reports[0]["version"]
        if live == version:
            st.success(text("uploads.done", version=version))
        else:
            st.info(text("uploads.done_before", version=version, live=live))
        counts(reports, text)
        files(reports, text)


def counts(reports: Sequence[Mapping[str, Any]], text: Text) -> None:
    """The rows of all files together, and what happens to those of earlier uploads."""
    told = {
        name: formats.count(sum(report[name] for report in reports), text.lang)
        for name in ("received", "accepted", "quarantined")
    }
    st.markdown(text.rich("uploads.counts", **told))
    _elsewhere(reports, text)


def files(reports: Sequence[Mapping[str, Any]], text: Text) -> None:
    """Counts of each file, then its problems with what to do about them."""
    counted = pd.DataFrame(list(reports))
    counted = counted[[*COUNTED, *(name for name in RARE if counted[name].any())]]
    blocks.rows(counted.assign(table=counted["table"].map(text.table)), text, height="content")
    for report in reports:
        if report["already_loaded"]:
            st.info(escape(text("uploads.repeat", file=report["file"])))
        if report["earlier"]:
            st.caption(escape(text("uploads.earlier", file=report["file"], **report["earlier"])))
        for line in text.name_lines(report["names"]):
            st.caption(escape(line.strip()))
    found = pd.DataFrame([row for report in reports for row in _problems(report, text)])
    if len(found):
        blocks.written(found.drop(columns="file") if len(reports) == 1 else found, text)


def _elsewhere(reports: Sequence[Mapping[str, Any]], text: Text) -> None:
    """Rows of earlier uploads that are set apart or let in on the way."""
    told = [line for report in reports for line in text.elsewhere_lines(report["elsewhere"])]
    if told:
        st.info("\n".join(f"- {escape(line)}" for line in told))


def _problems(report: Mapping[str, Any], text: Text) -> list[dict[str, object]]:
    return [
        {
            "file": report["file"],
            "problem": text.problem(code),
            "severity": text.value("severity", problems()[code].severity),
            "count": formats.count(count, text.lang),
            "first_lines": text("punctuation.list").join(
                map(str, report["first_lines"].get(code, ())[:LINES_SHOWN])
            ),
            "where": text.cells(report["table"], report["examples"].get(code, ()), count),
            "todo": text.todo(code),
        }
        for code, count in report["problems"].items()
    ]


def comparison(found: Mapping[str, Any], text: Text) -> None:
    """Two versions side by side: rows, accounts that move, figures."""
    if not found["differs"]:
        st.caption(text("uploads.nothing_differs"))
        return
    st.markdown(figure_sentences.comparison(found, text))
    changed = [
        {**row, "table": text.table(row["table"])}
        for row in found["tables"]
        if row["added"] or row["changed"] or row["gone"]
    ]
    if changed:
        blocks.rows(pd.DataFrame(changed), text, height="content")
    moved, others = [], []
    for kpi in found["kpis"]:
        (moved if figure_sentences.is_moved(kpi, text.lang) else others).append(kpi)
    if moved:
        st.markdown(f"**{text('uploads.figures_move')}**")
        blocks.rows(pd.DataFrame(_figures(moved, text)), text, height="content")
    if found["accounts"]:
        _accounts(found["accounts"], text)
    _unmoved(others, text)


def _accounts(changes: Sequence[Mapping[str, Any]], text: Text) -> None:
    st.markdown(f"**{text('uploads.accounts_move')}**")
    moves = pd.DataFrame(list(changes))
    for side in ("before", "after"):
        moves[side] = [_value(row, side, text) for row in changes]
    moves["what"] = [_what(row, text) for row in changes]
    blocks.table("account_changes", moves, text)


def _unmoved(kpis: Sequence[Mapping[str, Any]], text: Text) -> None:
    """The figures that stay as they are or hardly move, for whoever wants to see that they do."""
    if not kpis:
        return
    title = text("uploads.figures_stay", count=formats.count(len(kpis), text.lang))
    place = st.expander(title, key="figures_stay", on_change="rerun")
    if place.open:
        with place:
            blocks.rows(pd.DataFrame(_figures(kpis, text)), text, height="content")


def _what(change: Mapping[str, Any], text: Text) -> str:
    if change["what"] != "account":
        return text.column(change["what"])
    return text("uploads.account_gone" if change["after"] is None else "uploads.account_new")


def _value(change: Mapping[str, Any], side: str, text: Text) -> str:
    value = change[side]
    return formats.NOTHING if value is None else text.value(change["what"], value)


def _figures(kpis: Sequence[Mapping[str, Any]], text: Text) -> list[dict[str, str]]:
    """Every figure on both sides; the difference only where both have a value."""
    return [
        {
            "quarter": formats.period(kpi["quarter"], text.lang),
            "metric": catalogue.metric(kpi["metric"]).title(text.lang),
            "before": formats.quantity(kpi["before"], kpi["unit"], text.lang),
            "after": formats.quantity(kpi["after"], kpi["unit"], text.lang),
            "difference": _difference(kpi, text),
            "status": text.value("status", kpi["after_status"]),
        }
        for kpi in kpis
    ]


def _difference(kpi: Mapping[str, Any], text: Text) -> str:
    if kpi["before"] is None or kpi["after"] is None:
        return formats.NOTHING
    if kpi["before"] == kpi["after"]:
        return "="
    return formats.difference(kpi["after"] - kpi["before"], kpi["unit"], text.lang)
