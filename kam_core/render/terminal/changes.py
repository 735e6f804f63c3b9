"""A comparison of two versions in words, line by line, for a terminal."""

from collections.abc import Mapping
from typing import Any

from kam_core.text import formats
from kam_core.text.writer import Text


def preview_lines(preview: Mapping[str, Any], text: Text) -> list[str]:
    """A preview in plain values: reports, differences, and what needs a second yes."""
    key = "cli.preview_of" if preview["version"] else "cli.preview_of_none"
    lines = [text.load_report(report) for report in preview["files"]]
    lines += ["", text(key, version=preview["version"]), *comparison_lines(preview, text)]
    if preview["confirm"]:
        lines += ["", text("cli.confirm")]
        lines += [f"  {text.question(question)}" for question in preview["confirm"]]
    return lines


def comparison_lines(comparison: Mapping[str, Any], text: Text) -> list[str]:
    """A comparison in plain values; figures and tables without a difference are left out."""
    if not comparison["differs"]:
        return [text("cli.nothing_differs")]
    lines = _as_of(comparison, text) + _uploads(comparison, text)
    if comparison["settings"]:
        listed = text("punctuation.list").join(comparison["settings"])
        lines.append(text("cli.settings_changed", settings=listed))
    return lines + _tables(comparison, text) + _accounts(comparison, text) + _kpis(comparison, text)


def _as_of(comparison: Mapping[str, Any], text: Text) -> list[str]:
    before, after = comparison["before_as_of"], comparison["after_as_of"]
    if before == after:
        return []
    return [text("cli.as_of_moved", before=before or text("cli.nothing"), after=after)]


def _uploads(comparison: Mapping[str, Any], text: Text) -> list[str]:
    lines = [
        text(
            f"cli.upload_{upload['change']}",
            file=upload["file_name"],
            table=text.table(upload["table_name"]),
            mode=text.value("mode", upload["mode"]),
            as_of=upload["as_of"],
        )
        for upload in comparison["uploads"]
    ]
    return [text("cli.uploads_changed"), *lines] if lines else []


def _tables(comparison: Mapping[str, Any], text: Text) -> list[str]:
    counts = ("before", "after", "added", "changed", "gone")
    lines = [
        text(
            "cli.table_rows",
            table=text.table(table["table"]),
            **{name: formats.count(table[name], text.lang) for name in counts},
        )
        for table in comparison["tables"]
        if table["added"] or table["changed"] or table["gone"]
    ]
    return [text("cli.rows_changed"), *lines] if lines else []


def _accounts(comparison: Mapping[str, Any], text: Text) -> list[str]:
    changes = comparison["accounts"]
    count = formats.count(len(changes), text.lang)
    lines = [_account(change, text) for change in changes]
    return [text("cli.accounts_changed", count=count), *lines] if lines else []


def _account(change: Mapping[str, Any], text: Text) -> str:
    if change["what"] == "account":
        key = "cli.account_gone" if change["after"] is None else "cli.account_added"
        return text(key, account_id=change["account_id"], account_name=change["account_name"])
    values = {side: _value(change, side, text) for side in ("before", "after")}
    what = text.column(change["what"])
    return text("cli.account_change", **{**change, "what": what, **values})


def _value(change: Mapping[str, Any], side: str, text: Text) -> str:
    value = change[side]
    return text("cli.nothing") if value is None else text.value(change["what"], value)


def _kpis(comparison: Mapping[str, Any], text: Text) -> list[str]:
    lines: list[str] = []
    for quarter in dict.fromkeys(kpi["quarter"] for kpi in comparison["kpis"]):
        changed = [
            _kpi(kpi, text)
            for kpi in comparison["kpis"]
            if kpi["quarter"] == quarter and kpi["before"] != kpi["after"]
        ]
        if changed:
            heading = text("cli.kpis_changed", quarter=formats.period(quarter, text.lang))
            lines += [heading, *changed]
    return lines


def _kpi(kpi: Mapping[str, Any], text: Text) -> str:
    values = {
        side: formats.quantity(kpi[side], kpi["unit"], text.lang) for side in ("before", "after")
    }
    return text("cli.kpi_change", metric=text.metric(kpi["metric"]), **values)


def event_line(event: Mapping[str, Any], text: Text) -> str:
    """One line of ``history``: a publication with its files."""
    files = text("punctuation.list").join(
        f"{file['file']} [{file['snapshot']}]" for file in event["files"]
    )
    reason = text.value("publication", event["reason"])
    return text("cli.event", **{**event, "reason": reason, "files": files}).rstrip()
