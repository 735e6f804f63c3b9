"""What ``inspect`` found about one part of a file, as lines for a terminal in one language."""

from collections.abc import Iterator, Sequence
from typing import Any

from kam_core.text import formats
from kam_core.text.writer import Text
from kam_core.uploads.report_model import (
    ColumnProposal,
    HeaderProposal,
    InspectedPart,
    NameProposal,
    Proposal,
    Question,
    ValueProposal,
)

ROWS_SHOWN = 3
CELL_WIDTH = 24
INDENT = "  "
# How the options of a question are written, where not as a value with an example.
SHOWN_AS = {"several": "option_column", "key": "option_column", "joined": "option_joined"}
SUGGESTED = ("date_order", "mixed_dates", "decimals")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def render_parts(parts: Sequence[InspectedPart], text: Text) -> str:
    """For each part its dialect, first rows, then for each table what it is taken for and asks.

    Nothing a file holds can move the cursor or end a line.
    """
    return "\n\n".join("\n".join(map(_printable, _part(part, text))) for part in parts)


def _printable(line: str) -> str:
    return "".join(c if c.isprintable() else " " for c in line)


def _part(part: InspectedPart, text: Text) -> Iterator[str]:
    glimpse = part.glimpse
    if glimpse is None:
        return
    name = " › ".join(filter(None, (part.file, glimpse.member, glimpse.sheet)))
    if glimpse.error or not glimpse.header:
        yield text("inspect.unreadable", file=name)
    elif glimpse.delimiter:
        yield text(
            "inspect.read",
            file=name,
            encoding=glimpse.encoding,
            delimiter=name_delimiter(glimpse.delimiter, text),
            line=glimpse.header_line,
        )
    else:
        yield text("inspect.read_sheet", file=name, line=glimpse.header_line)
    for row in [glimpse.header, *glimpse.rows[:ROWS_SHOWN]]:
        yield INDENT + " | ".join(_short(cell) for cell in row)
    if part.error:
        yield INDENT + text.error(part.error.as_error())
    for proposal in part.proposals:
        yield from (INDENT + line for line in _proposal(proposal, text))
    if part.unused_names:
        yield INDENT + text("inspect.unused_names", count=len(part.unused_names))


def _proposal(proposal: Proposal, text: Text) -> Iterator[str]:
    table = text.table(proposal.table)
    if proposal.feed:
        yield text("inspect.table_by_feed", table=table, feed=proposal.feed)
    elif proposal.tables:
        yield text("inspect.table", table=table)
    else:
        yield text("inspect.table_unsure", table=table)
    lines = [line for column in proposal.columns for line in _column(column, proposal, text)]
    lines += _other_headers(proposal.headers, text)
    lines += [_value(value, proposal, text) for value in proposal.values]
    lines += [_name(name, proposal, text) for name in proposal.names]
    lines += [_question(question, proposal, text) for question in proposal.questions]
    for line in [*lines, text(f"inspect.{_readiness(proposal)}")]:
        yield INDENT + line


def _readiness(proposal: Proposal) -> str:
    if not proposal.ready:
        return "not_ready"
    return "ready_but_asked" if proposal.questions else "ready"


def _other_headers(headers: Sequence[HeaderProposal], text: Text) -> Iterator[str]:
    for becomes in ("part", "extra", "left_out"):
        named = [_header(header, text) for header in headers if header.becomes == becomes]
        if named:
            yield text(f"inspect.{becomes}", headers=text("punctuation.list").join(named))


def _column(column: ColumnProposal, proposal: Proposal, text: Text) -> Iterator[str]:
    title = text.column_of(proposal.table, column.column)
    reason = text.value("found", column.found)
    if column.header:
        share = formats.percent(column.confidence, text.lang)
        line = text("inspect.column", column=title, header=column.header, found=reason, share=share)
        yield line + describe_unit(column, text)
    elif column.found != "none":
        yield text("inspect.made", column=title, found=reason)
    elif column.required:
        yield text("inspect.missing", column=title)


def describe_unit(column: ColumnProposal, text: Text) -> str:
    """The unit that the header names, and what it does to the figures; empty where it names none.

    A factor alone is told, too.
    """
    if column.factor not in (None, "1"):
        return text("inspect.factor", unit=column.unit or "", factor=column.factor)
    return text("inspect.unit", unit=column.unit) if column.unit else ""


def _header(header: HeaderProposal, text: Text) -> str:
    if not header.personal:
        return header.header
    kind = text.value("personal", header.personal)
    return text("inspect.personal", header=header.header, kind=kind)


def _value(value: ValueProposal, proposal: Proposal, text: Text) -> str:
    column = text.column_of(proposal.table, value.column)
    rows = formats.count(value.rows, text.lang)
    words = {"column": column, "text": value.text, "rows": rows}
    if value.meaning:
        return text("inspect.value", **words, meaning=value.meaning)
    allowed = text("punctuation.list").join(value.allowed)
    return text("inspect.value_unknown", **words, allowed=allowed)


def _name(name: NameProposal, proposal: Proposal, text: Text) -> str:
    rows = formats.count(name.rows, text.lang)
    words = {**vars(name), "rows": rows, "column": text.column_of(proposal.table, name.column)}
    return text("inspect.name_like" if name.nearest else "inspect.name", **words)


def _question(question: Question, proposal: Proposal, text: Text) -> str:
    shown_as = SHOWN_AS.get(question.kind, "option")
    options = text("punctuation.list").join(
        text(
            f"inspect.{shown_as}",
            **{**vars(option), "value": _option(option.value, shown_as, text)},
        )
        for option in question.options
    )
    asks = text(
        f"inspect.question.{question.kind}",
        column=text.column_of(proposal.table, question.column),
        header=question.header,
        options=options,
    )
    if question.suggested and question.kind in SUGGESTED:
        asks += text("inspect.suggested", value=question.suggested)
    return asks


def _option(value: Any, shown_as: str, text: Text) -> str:
    if shown_as == "option_joined":
        return text("punctuation.list").join(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "-".join(map(str, value))
    return str(value)


def name_delimiter(mark: str, text: Text) -> str:
    """A separator in words, as most of them can hardly be seen; a rare one as it is."""
    return text.value("delimiter", DELIMITERS[mark]) if mark in DELIMITERS else mark


def _short(cell: str) -> str:
    plain = " ".join(cell.split())
    return plain if len(plain) <= CELL_WIDTH else plain[: CELL_WIDTH - 1] + "…"
