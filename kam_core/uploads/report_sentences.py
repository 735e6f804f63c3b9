"""What a load did, or would do, with each file: in sentences, as plain characters."""

from collections.abc import Sequence

from kam_core.contract.day_origins import NEWEST_FACT
from kam_core.text import formats
from kam_core.text.writer import Text
from kam_core.uploads.report_model import FileReport, NameNote, QuarantineChange

FIRST_NAMES = 5


def describe_report(report: FileReport, text: Text) -> str:
    """What became of one file: a line of counts, then a line for everything else about it."""
    lines = [text("cli.loaded", **{**vars(report), "table": text.table(report.table)})]
    if day := describe_day(report, text):
        lines.append(f"  {day}")
    if report.already_loaded:
        lines.append(text("cli.already_loaded"))
    if report.cells_set_apart:
        lines.append(text("cli.cells_set_apart", count=report.cells_set_apart))
    lines += [f"  {line}" for line in describe_unanswered(report, text)]
    if report.earlier:
        lines.append(text("cli.earlier", **vars(report.earlier)))
    problems = text.describe_problems(
        report.table, report.problems, report.first_lines, report.examples
    )
    lines += [f"  {problem}" for problem in problems]
    lines += describe_names(report.names, text)
    return "\n".join([*lines, *describe_quarantine_changes(report.elsewhere, text)])


def describe_day(report: FileReport, text: Text) -> str:
    """Up to which day the file speaks, and why; empty where an older release loaded it."""
    if report.as_of_from is None:
        return ""
    is_before = report.as_of_from == NEWEST_FACT and report.as_of < (report.version_as_of or "")
    key = f"day_from.{report.as_of_from}{'_before' if is_before else ''}"
    return text(key, day=report.as_of, table=text.table(report.table))


def describe_unanswered(report: FileReport, text: Text) -> list[str]:
    """One line for what was proposed of the file and is not used; none where that is nothing."""
    proposals = [
        text(
            f"cli.proposed_{'column' if proposal.meaning is None else 'value'}",
            **{**vars(proposal), "column": text.column_of(report.table, proposal.column)},
        )
        for proposal in report.unanswered
    ]
    listed = text("punctuation.list").join(proposals)
    return [text("cli.unanswered", count=len(proposals), listed=listed)] if proposals else []


def describe_quarantine_changes(changes: Sequence[QuarantineChange], text: Text) -> list[str]:
    """What a load changes in the quarantine of earlier uploads."""
    return [
        text(
            f"cli.{change.change}",
            table=text.table(change.table),
            rows=formats.count(change.rows, text.lang),
            problem=text.problem(change.code),
        )
        for change in changes
    ]


def describe_names(names: Sequence[NameNote], text: Text) -> list[str]:
    """One line for each kind of remark on names of regions and persons, with the first few."""
    lines = []
    for code in dict.fromkeys(note.code for note in names):
        of_code = [note for note in names if note.code == code]
        first = [_name(note, text) for note in of_code[:FIRST_NAMES]]
        more = text("cli.more_lines") if len(of_code) > len(first) else ""
        listed = text("punctuation.list").join(first) + more
        lines.append(text("cli.names", problem=text.problem(code), names=listed))
    return lines


def _name(note: NameNote, text: Text) -> str:
    return text("cli.name_like", **vars(note)) if note.nearest else note.name
