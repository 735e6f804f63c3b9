"""What ``inspect`` found about one part of a file, as lines for a terminal in one language."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from kam_core.errors import KamError
from kam_core.text import formats
from kam_core.text.writer import Text

ROWS_SHOWN = 3
CELL_WIDTH = 24
INDENT = "  "
# How the options of a question are written, where not as a value with an example.
SHOWN_AS = {"several": "option_column", "key": "option_column", "joined": "option_joined"}
SUGGESTED = ("date_order", "mixed_dates", "decimals")
DELIMITERS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "bar"}


def lines(part: Mapping[str, Any], text: Text) -> list[str]:
    """The lines for one part: dialect, first rows, then for each table what was found and asked.

    Nothing a file holds can move the cursor or end a line.
    """
    return ["".join(c if c.isprintable() else " " for c in line) for line in _lines(part, text)]


def _lines(part: Mapping[str, Any], text: Text) -> Iterator[str]:
    glimpse = part["glimpse"]
    name = " › ".join(filter(None, (part["file"], glimpse["member"], glimpse["sheet"])))
    if glimpse["error"] or not glimpse["header"]:
        yield text("inspect.unreadable", file=name)
    elif glimpse["delimiter"]:
        yield text(
            "inspect.read",
            file=name,
            encoding=glimpse["encoding"],
            delimiter=delimiter(glimpse["delimiter"], text),
            line=glimpse["header_line"],
        )
    else:
        yield text("inspect.read_sheet", file=name, line=glimpse["header_line"])
    for row in [glimpse["header"], *glimpse["rows"][:ROWS_SHOWN]]:
        yield INDENT + " | ".join(_short(cell) for cell in row)
    if part["error"]:
        yield INDENT + text.error(KamError(part["error"]["code"], **part["error"]["details"]))
    for proposal in part["proposals"]:
        yield from (INDENT + line for line in _proposal(proposal, text))
    if part.get("unused_names"):
        yield INDENT + text("inspect.unused_names", count=len(part["unused_names"]))


def _proposal(proposal: Mapping[str, Any], text: Text) -> Iterator[str]:
    table = text.table(proposal["table"])
    if proposal["feed"]:
        yield text("inspect.table_by_feed", table=table, feed=proposal["feed"])
    elif proposal["tables"]:
        yield text("inspect.table", table=table)
    else:
        yield text("inspect.table_unsure", table=table)
    for column in proposal["columns"]:
        yield from (INDENT + line for line in _column(_titled(column, proposal, text), text))
    yield from (INDENT + line for line in _other_headers(proposal["headers"], text))
    for part, line in (("values", _value), ("names", _name), ("questions", _question)):
        for asked in proposal[part]:
            yield INDENT + line(_titled(asked, proposal, text), text)
    yield INDENT + text(f"inspect.{_readiness(proposal)}")


def _titled(asked: Mapping[str, Any], proposal: Mapping[str, Any], text: Text) -> Mapping[str, Any]:
    """The same with the title of its column in the table of the proposal."""
    return {**asked, "title": text.column_of(proposal["table"], asked["column"])}


def _readiness(proposal: Mapping[str, Any]) -> str:
    if not proposal["ready"]:
        return "not_ready"
    return "ready_but_asked" if proposal["questions"] else "ready"


def _other_headers(headers: Sequence[Mapping[str, Any]], text: Text) -> Iterator[str]:
    for becomes in ("part", "extra", "left_out"):
        named = [_header(header, text) for header in headers if header["becomes"] == becomes]
        if named:
            yield text(f"inspect.{becomes}", headers=text("punctuation.list").join(named))


def _column(column: Mapping[str, Any], text: Text) -> Iterator[str]:
    title = column["title"]
    found = text.value("found", column["found"])
    if column["header"]:
        share = formats.percent(column["confidence"], text.lang)
        line = text(
            "inspect.column", column=title, header=column["header"], found=found, share=share
        )
        unit = ""
        if column["factor"] not in (None, "1"):
            unit = text("inspect.factor", unit=column["unit"] or "", factor=column["factor"])
        elif column["unit"]:
            unit = text("inspect.unit", unit=column["unit"])
        yield line + unit
    elif column["found"] != "none":
        yield text("inspect.made", column=title, found=found)
    elif column["required"]:
        yield text("inspect.missing", column=title)


def _header(header: Mapping[str, Any], text: Text) -> str:
    personal = header["personal"]
    if not personal:
        return str(header["header"])
    return text("inspect.personal", header=header["header"], kind=text.value("personal", personal))


def _value(value: Mapping[str, Any], text: Text) -> str:
    asked = {"column": value["title"], "text": value["text"], "rows": value["rows"]}
    if value["meaning"]:
        return text("inspect.value", **asked, meaning=value["meaning"])
    allowed = text("punctuation.list").join(value["allowed"])
    return text("inspect.value_unknown", **asked, allowed=allowed)


def _name(found: Mapping[str, Any], text: Text) -> str:
    asked = {"column": found["title"], "name": found["name"], "rows": found["rows"]}
    if found["nearest"]:
        return text("inspect.name_like", **asked, nearest=found["nearest"])
    return text("inspect.name", **asked)


def _question(question: Mapping[str, Any], text: Text) -> str:
    shown_as = SHOWN_AS.get(question["kind"], "option")
    options = text("punctuation.list").join(
        text(f"inspect.{shown_as}", **{**option, "value": _option(option["value"], shown_as, text)})
        for option in question["options"]
    )
    asked = text(
        f"inspect.question.{question['kind']}",
        column=question["title"],
        header=question["header"],
        options=options,
    )
    if question["suggested"] and question["kind"] in SUGGESTED:
        asked += text("inspect.suggested", value=question["suggested"])
    return asked


def _option(value: Any, shown_as: str, text: Text) -> str:
    if shown_as == "option_joined":
        return text("punctuation.list").join(value)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return "-".join(map(str, value))
    return str(value)


def delimiter(mark: str, text: Text) -> str:
    """A separator in words, as most of them can hardly be seen; a rare one as it is."""
    return text.value("delimiter", DELIMITERS[mark]) if mark in DELIMITERS else mark


def _short(cell: str) -> str:
    plain = " ".join(cell.split())
    return plain if len(plain) <= CELL_WIDTH else plain[: CELL_WIDTH - 1] + "…"
