"""A second reader that shares no code with the first: which lines of a file belong to which row."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kam_core.settings.loader import load_settings

# The marks that end a line; a form feed or a line separator inside a cell does not.
LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|$)")


class Untiled(AssertionError):
    """Some lines are in no row, in two rows, or in another row than was said."""


@dataclass(frozen=True)
class Row:
    """What one reader says of a row: its first line, and its text where the row was set apart."""

    line_no: int
    raw: str | None


def physical_lines(data: bytes, encoding: str) -> list[str]:
    """The lines of a file with their ends; bytes that are no text are replaced."""
    text = data.decode(encoding, "replace")
    text = text[1:] if text.startswith("\ufeff") else text
    return [line for line in LINE.findall(text) if line]


def has_blanks_before_quotes(lines: Sequence[str], delimiter: str) -> bool:
    """Whether the file begins with cells written ``a, "b"``, and none of them ``a,"b"``."""
    top = "".join(lines[: load_settings().reading.header_search_lines])
    return f'{delimiter} "' in top and f'{delimiter}"' not in top


def lines_taken(lines: Sequence[str], delimiter: str, skips_blanks: bool) -> int:
    """How many lines the row takes that begins with the first one.

    A quote opens a cell only at its beginning, or behind blanks there where these are skipped; in
    it two quotes are one, and lines go on.
    """
    state = "start"
    for taken, line in enumerate(lines, start=1):
        for mark in line.rstrip("\r\n"):
            if not (skips_blanks and mark == " " and state == "start"):
                state = _after(mark, state, delimiter)
        if state != "quoted":
            return taken
    return len(lines)


def _after(mark: str, state: str, delimiter: str) -> str:
    if state == "quoted":
        return "closing" if mark == '"' else "quoted"
    if mark == delimiter:
        return "start"
    if mark == '"' and state in ("start", "closing"):
        return "quoted"
    return "plain"


def is_blank(line: str, delimiter: str) -> bool:
    """Whether a line holds nothing but separators, quotes and blanks."""
    return not line.strip(delimiter + ' "\t\r\n\u3000\xa0')


def check_tiling(
    lines: Sequence[str], delimiter: str, first_line: int, rows: Sequence[Row], blank: int
) -> None:
    """Every line below the header is in exactly one row, or blank; ``first_line`` counts from 1."""
    owner: dict[int, int] = {}
    skips_blanks = has_blanks_before_quotes(lines, delimiter)
    for row in rows:
        start = row.line_no - 1
        for line in range(start, start + _lines_of(row, lines, delimiter, skips_blanks)):
            if line in owner:
                raise Untiled(
                    f"line {line + 1} is in the rows of lines {owner[line]} and {start + 1}"
                )
            owner[line] = row.line_no
    if any(line < first_line - 1 or line >= len(lines) for line in owner):
        raise Untiled("a row lies outside the table")
    rest = [i for i in range(first_line - 1, len(lines)) if i not in owner]
    lost = [i + 1 for i in rest if not is_blank(lines[i], delimiter)]
    if lost:
        raise Untiled(f"lines {lost} are in no row")
    # A blank record may hold line ends between quotes, never fewer lines than records.
    if blank > len(rest) or (rest and not blank):
        raise Untiled(f"{blank} blank rows in {len(rest)} blank lines")


def _lines_of(row: Row, lines: Sequence[str], delimiter: str, skips_blanks: bool) -> int:
    start = row.line_no - 1
    if row.raw is None:
        return lines_taken(lines[start:], delimiter, skips_blanks)
    taken = 0
    text = ""
    while start + taken < len(lines) and len(text.rstrip("\r\n")) < len(row.raw):
        text += lines[start + taken]
        taken += 1
    if text.rstrip("\r\n") != row.raw:
        raise Untiled(f"the text of the row of line {row.line_no} is not in the file")
    return taken
