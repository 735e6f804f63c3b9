"""A comparison of two versions in words, line by line, for a terminal."""

from kam_core.metrics.compare import AccountChange, VersionComparison
from kam_core.text import formats
from kam_core.text.writer import Text
from kam_core.uploads.report_model import Preview, VersionLine
from kam_core.uploads.report_sentences import describe_report
from kam_core.uploads.upload_history import Event


def render_preview(preview: Preview, text: Text) -> str:
    """Reports, differences, and what needs a second yes."""
    key = "cli.preview_of" if preview.version else "cli.preview_of_none"
    lines = [describe_report(report, text) for report in preview.files]
    lines += ["", text(key, version=preview.version), render_comparison(preview, text)]
    if preview.confirm:
        lines += ["", text("cli.confirm")]
        lines += [f"  {text.confirmation(r.code, vars(r))}" for r in preview.confirm]
    return "\n".join(lines)


def render_comparison(comparison: VersionComparison, text: Text) -> str:
    """What differs; figures and tables without a difference are left out."""
    if not comparison.differs:
        return text("cli.nothing_differs")
    lines = _as_of(comparison, text) + _uploads(comparison, text)
    if comparison.settings:
        lines.append(text("cli.settings_changed", settings=comparison.settings))
    lines += _tables(comparison, text) + _accounts(comparison, text) + _kpis(comparison, text)
    return "\n".join(lines)


def _as_of(comparison: VersionComparison, text: Text) -> list[str]:
    before, after = comparison.before_as_of, comparison.after_as_of
    if before == after:
        return []
    return [text("cli.as_of_moved", before=before or text("cli.nothing"), after=after)]


def _uploads(comparison: VersionComparison, text: Text) -> list[str]:
    lines = [
        text(
            f"cli.upload_{upload.change}",
            file=upload.file_name,
            table=text.table(upload.table_name),
            mode=upload.mode,
            as_of=upload.as_of,
        )
        for upload in comparison.uploads
    ]
    return [text("cli.uploads_changed"), *lines] if lines else []


def _tables(comparison: VersionComparison, text: Text) -> list[str]:
    lines = [
        text("cli.table_rows", **vars(table) | {"table": text.table(table.table)})
        for table in comparison.tables
        if table.is_any
    ]
    return [text("cli.rows_changed"), *lines] if lines else []


def _accounts(comparison: VersionComparison, text: Text) -> list[str]:
    lines = [_account(change, text) for change in comparison.accounts]
    return [text("cli.accounts_changed", count=len(lines)), *lines] if lines else []


def _account(change: AccountChange, text: Text) -> str:
    name = text.form_of(change.account_name, change.account_name_en)
    if change.what == "account":
        key = "cli.account_gone" if change.after is None else "cli.account_added"
        return text(key, account_id=change.account_id, account_name=name)
    values = {
        side: text("cli.nothing") if value is None else text.value(change.what, value)
        for side, value in (("before", change.before), ("after", change.after))
    }
    what = text.column(change.what)
    return text(
        "cli.account_change", **{**vars(change), "account_name": name, "what": what, **values}
    )


def _kpis(comparison: VersionComparison, text: Text) -> list[str]:
    lines: list[str] = []
    for quarter in dict.fromkeys(kpi.quarter for kpi in comparison.kpis):
        pairs = {
            kpi.metric: formats.pair(kpi.before, kpi.after, kpi.unit, text.lang)
            for kpi in comparison.kpis
            if kpi.quarter == quarter
        }
        changed = [
            text("cli.kpi_change", metric=text.metric(metric), before=before, after=after)
            for metric, (before, after) in pairs.items()
            if before != after
        ]
        if changed:
            lines += [text("cli.kpis_changed", quarter=quarter), *changed]
    return lines


def render_event(event: Event, text: Text) -> str:
    """One line of ``history``: a publication with its files."""
    files = (f"{snapshot.file_name} [{snapshot.snapshot_id}]" for snapshot in event.snapshots)
    return text(
        "cli.event",
        at=event.published_at,
        version=event.version,
        reason=text.value("publication", event.reason),
        by=event.published_by,
        files=text("punctuation.list").join(files),
    ).rstrip()


def render_version(version: VersionLine, text: Text) -> str:
    """One line of ``versions``."""
    mark = text("cli.live") if version.live else ""
    return text("cli.version", **vars(version), mark=mark).rstrip()
