"""One file and one recipe in, checked rows and quarantined rows out; nothing is stored yet."""

import json
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import reduce
from itertools import groupby
from pathlib import PurePosixPath
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kam_core.contract.declaration import Table, tables
from kam_core.contract.problems import is_note, problems
from kam_core.errors import KamError
from kam_core.ingest.corrections.inherited_rules import inherit_rules
from kam_core.ingest.mapping import feeds
from kam_core.ingest.mapping import headers as mapping
from kam_core.ingest.mapping.column_rules import column_rules
from kam_core.ingest.mapping.feeds import Recipe, Shaped
from kam_core.ingest.mapping.overrides import Overrides
from kam_core.ingest.read import sources
from kam_core.ingest.read.fill_down import fill_down
from kam_core.ingest.read.table_layout import BLANK, GOOD, Dialect, Reading, Record, Reference
from kam_core.ingest.validate.row_checks import CheckedRows, Finding, Origin, check_rows
from kam_core.settings.loader import load_settings

# What a person overrides in a part, by its header.
OverridesByHeader = Callable[[Sequence[str]], Overrides | None]
# How the upload was read that the rows of a correction come from; None of any other file.
Source = Callable[[Reading], Recipe | None]
FIRST_LINES = 5
# So many cells are named for each problem, each with so many characters.
MOST_EXAMPLES, EXAMPLE_LENGTH = 3, 60
# Refusals of a part that may be no table at all.
UNTELLING = {"empty_file", "no_header", "unknown_table", "hidden_sheet", "unsupported_file"}
CELLS = pa.schema(
    [
        ("line_no", pa.int64()),
        ("column_name", pa.string()),
        ("cell", pa.string()),
        ("code", pa.string()),
        ("detail", pa.string()),
    ]
)
to_json = json.JSONEncoder(ensure_ascii=False).encode
REJECTED = pa.schema(
    [
        ("line_no", pa.int64()),
        ("raw", pa.string()),
        ("codes", pa.list_(pa.string())),
        ("detail", pa.string()),
    ]
)


@dataclass(frozen=True)
class CellExample:
    """A cell in which a problem shows, and in how many rows it stands."""

    column: str
    value: str
    rows: int


class Remarks(NamedTuple):
    """What is told of rows that were let in, by code: how many, the first lines, and examples."""

    problems: dict[str, int]
    first_lines: dict[str, tuple[int, ...]]
    examples: dict[str, list[CellExample]]


@dataclass(frozen=True)
class Staged:
    """What a file held for one table: ``received == accepted.num_rows + rejected.num_rows``.

    ``accepted``: contract columns, then ``extra`` and ``line_no``. ``rejected``: ``line_no``,
    ``raw``, ``codes``, ``detail``. ``problems`` counts rows per code, notes included,
    ``first_lines`` names the first few lines of each, and ``examples`` the cells it shows in most
    often. ``returned``: of a download of quarantined rows, the row that each line stands for; None
    of any other file. ``cells``: those of accepted rows that could not be read and are empty there.
    ``timed``: the moments of which every filled cell names a time.
    """

    table: str
    accepted: pa.Table
    rejected: pa.Table
    received: int
    blank: int
    set_aside: int
    problems: dict[str, int]
    first_lines: dict[str, tuple[int, ...]]
    examples: dict[str, list[CellExample]]
    cells: pa.Table
    timed: tuple[str, ...]
    returned: Mapping[int, Reference] | None = None


def plan_recipes(
    data: bytes,
    file_name: str,
    table: str | None = None,
    encoding: str | None = None,
    delimiter: str | None = None,
    header_line: int | None = None,
    sheet: str | None = None,
    member: str | None = None,
    overrides: Overrides | OverridesByHeader | None = None,
    recall: feeds.Recall | None = None,
    parts: Sequence[str] | None = None,
    source: Source | None = None,
) -> list[Recipe]:
    """The recipes by which this file is read, with dialect, part and time zone pinned.

    One for each table that a sheet or a member holds; those that fit none are named as ``unused``
    on the first. ``parts`` names those to use; hidden sheets are used only if named. Rows sent back
    go to the table of their ``source``. KamError if none fits, or one that was named does not.
    """
    samples = list(sources.read_samples(data, encoding, delimiter, header_line, member, sheet))
    _refuse_unknown_parts(parts or (), [part.name for part, _ in samples])
    is_alone = sum(not part.is_hidden for part, _ in samples) <= 1
    recipes: list[Recipe] = []
    refusals = []
    for part, seen in samples:
        try:
            reading = _require(part, seen, parts, is_named=sheet is not None or len(samples) == 1)
            name = _name_to_plan_by(file_name, part, is_alone)
            of_part = overrides(reading.header) if callable(overrides) else overrides
            for recipe in _plan_part(name, reading, table, of_part, recall, source):
                recipes.append(_pin_recipe(recipe, reading.dialect, part))
        except KamError as error:
            refusals.append((part, error))
    chosen = [refusal for refusal in refusals if refusal[0].name in (parts or ())]
    if chosen or not recipes:
        raise _worst_refusal(chosen or refusals, file_name, len(samples) == 1)
    # An empty sheet is how a new workbook begins: there is nothing in it to be told of.
    unused = [part.name for part, error in refusals if error.code != "empty_file"]
    return [replace(recipes[0], unused=unused), *recipes[1:]]


def _plan_part(
    name: str,
    reading: Reading,
    table: str | None,
    overrides: Overrides | None,
    recall: feeds.Recall | None,
    source: Source | None,
) -> list[Recipe]:
    """The recipes of one table-like part; rows sent back go where the rows were that they were."""
    origin = source(reading) if source else None
    named = table or (origin.table if origin else None)
    rows = [record.fields for record in reading.records if record.kind == GOOD]
    recalled = inherit_rules(recall, origin, reading)
    return feeds.plan(name, reading.header, named, overrides, recalled, rows)


def _refuse_unknown_parts(parts: Sequence[str], names: Sequence[str]) -> None:
    for name in parts:
        if name not in names:
            raise KamError("no_such_part", name=name, known=names)


def _require(
    part: sources.FilePart, seen: Reading | KamError, parts: Sequence[str] | None, is_named: bool
) -> Reading:
    """What was read of a part; KamError where it cannot be read or is not to be used."""
    if isinstance(seen, KamError):
        raise seen
    if parts is None and part.is_hidden and not is_named:
        raise KamError("hidden_sheet", name=part.name)
    if parts is not None and part.name not in parts:
        raise KamError("part_not_chosen", name=part.name)
    return seen


def _pin_recipe(recipe: Recipe, dialect: Dialect, part: sources.FilePart) -> Recipe:
    return replace(
        recipe,
        encoding=dialect.encoding or None,
        delimiter=dialect.delimiter or None,
        header_line=dialect.header_line,
        member=part.member,
        sheet=part.sheet,
    )


def _name_to_plan_by(file_name: str, part: sources.FilePart, is_alone: bool) -> str:
    """The name that tells the table best: of a sheet among several, of a member, else the file."""
    if part.sheet and (not is_alone or mapping.table_named_by(f"{part.sheet}.xlsx")):
        return f"{part.sheet}.xlsx"
    return PurePosixPath(part.member).name if part.member else file_name


def _worst_refusal(
    refusals: Sequence[tuple[sources.FilePart, KamError]], file_name: str, is_only: bool
) -> KamError:
    """The refusal that helps most: of a part that almost fits, rather than of one that does not."""
    telling = [refusal for refusal in refusals if refusal[1].code not in UNTELLING]
    if not refusals:
        return KamError("empty_file")
    part, error = (telling or refusals)[0]
    if is_only or not part.name:
        return error
    name = f"{file_name}{sources.WITHIN}{part.name}"
    return KamError(error.code, **{**error.details, "file": name})


def stage_bytes(data: bytes, recipe: Recipe) -> Staged:
    """Read, map and check one file for one table."""
    return stage_reading(sources.read_part(data, recipe), recipe)


def stage_reading(reading: Reading, recipe: Recipe) -> Staged:
    """Map and check the records of one file for one table."""
    table = recipe.declared
    reading = fill_down(reading, recipe.columns, recipe.blanks)
    good = [record for record in reading.records if record.kind == GOOD]
    unreadable = [record for record in reading.records if record.kind not in (GOOD, BLANK)]
    cells = [record.fields for record in good]
    shaped = feeds.shape(pd.DataFrame(cells, columns=reading.names, dtype="str"), recipe)
    rows = [good[position] for position in shaped.kept]
    origin = Origin([row.line_no for row in rows], [row.fields for row in rows])
    beside = _cells_of(origin, reading.names, recipe.currency)
    result = check_rows(shaped.cells, table, origin, column_rules(recipe), _elapsed(recipe), beside)
    findings = _looked_for([*result.findings, *_conflict_notes(shaped, good)], recipe)
    by_row = _group_by_row(findings)
    is_rejected = _is_rejected(by_row, len(rows), table)
    accepted = _accepted_rows(table, result, shaped, origin).filter(pa.array(~is_rejected))
    remarks = remark_rows(accepted, table)
    rejected = _rejected_rows(unreadable, len(reading.names), rows, by_row, is_rejected)
    occurrences = [
        *_file_notes(reading),
        *(("unused_part", reading.dialect.header_line) for _ in recipe.unused),
        *(("personal_data", reading.dialect.header_line) for _ in recipe.personal),
        *((record.kind, record.line_no) for record in unreadable),
        *((finding.code, origin.line_numbers[finding.row]) for finding in findings),
    ]
    return Staged(
        table=recipe.table,
        accepted=accepted,
        rejected=rejected,
        received=len(rows) + len(unreadable),
        blank=sum(record.kind == BLANK for record in reading.records),
        set_aside=len(good) - len(rows),
        problems=_count_problems(occurrences) | remarks.problems,
        first_lines=_first_lines(occurrences) | remarks.first_lines,
        examples=_collect_examples(findings) | remarks.examples,
        cells=_cells_set_apart(findings, is_rejected, table, origin),
        timed=result.timed,
        returned=reading.returned,
    )


def _looked_for(findings: Iterable[Finding], recipe: Recipe) -> list[Finding]:
    """Findings without those that nobody looked for when the recipe was made."""
    catalogue = problems()
    return [finding for finding in findings if catalogue[finding.code].since <= recipe.format]


def _cells_of(origin: Origin, names: Sequence[str], header: str | None) -> list[str] | None:
    """The cells of a column that is none of the contract's, row by row."""
    if header is None:
        return None
    position = names.index(header)
    return [fields[position] for fields in origin.fields]


def _elapsed(recipe: Recipe) -> dict[str, dict[str, str]]:
    return {name: {**duration, "column": name} for name, duration in recipe.elapsed.items()}


def _conflict_notes(shaped: Shaped, good: list[Record]) -> list[Finding]:
    return [
        Finding(
            conflict.row,
            "conflicting_repeat",
            {
                "column": conflict.column,
                "value": conflict.value,
                "other_value": conflict.other_value,
                "other_line": good[conflict.other_row].line_no,
            },
        )
        for conflict in shaped.conflicts
    ]


def _group_by_row(findings: Iterable[Finding]) -> dict[int, list[Finding]]:
    by_row: dict[int, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_row[finding.row].append(finding)
    return by_row


def _is_rejected(by_row: dict[int, list[Finding]], row_count: int, table: Table) -> np.ndarray:
    is_rejected = np.zeros(row_count, dtype=bool)
    for row, findings in by_row.items():
        is_rejected[row] = any(
            not is_note(finding.code) and not _is_of_cell(finding, table) for finding in findings
        )
    return is_rejected


def _is_of_cell(finding: Finding, table: Table) -> bool:
    """Whether it costs a cell that the row can stand without."""
    name = finding.details.get("column")
    return any(c.name == name and not table.is_essential(c) for c in table.columns)


def _cells_set_apart(
    findings: Iterable[Finding], is_rejected: np.ndarray, table: Table, origin: Origin
) -> pa.Table:
    """The cells of rows that stand without them, in the order of the lines."""
    cells = [
        {
            "line_no": origin.line_numbers[finding.row],
            "column_name": finding.details["column"],
            "cell": finding.details["value"],
            "code": finding.code,
            "detail": to_json([{"code": finding.code, **finding.details}]),
        }
        for finding in findings
        if not is_note(finding.code) and not is_rejected[finding.row]
    ]
    cells.sort(key=lambda cell: (cell["line_no"], cell["column_name"]))
    return pa.Table.from_pylist(cells, CELLS)


def _accepted_rows(table: Table, checked: CheckedRows, shaped: Shaped, origin: Origin) -> pa.Table:
    columns = {column.name: checked.columns[column.name] for column in table.columns}
    columns["extra"] = pa.array(shaped.extra, pa.string())
    columns["line_no"] = pa.array(origin.line_numbers, pa.int64())
    return pa.table(columns)


def _rejected_rows(
    unreadable: list[Record],
    width: int,
    rows: list[Record],
    by_row: dict[int, list[Finding]],
    is_rejected: np.ndarray,
) -> pa.Table:
    entries = [_unreadable_entry(record, width) for record in unreadable]
    entries += [_rejected_entry(rows[i], by_row[i]) for i in np.flatnonzero(is_rejected).tolist()]
    entries.sort(key=lambda entry: entry["line_no"])
    return pa.Table.from_pylist(entries, REJECTED)


def _unreadable_entry(record: Record, width: int) -> dict[str, Any]:
    detail: dict[str, Any] = {"code": record.kind, "column": None, "value": None}
    if record.kind == "ragged_row":
        detail |= {"expected": width, "found": len(record.fields)}
    return _quarantine_entry(record, [record.kind], [detail])


def _rejected_entry(record: Record, findings: list[Finding]) -> dict[str, Any]:
    """Notes stand among the details, but only reasons among the codes."""
    codes = [finding.code for finding in findings if not is_note(finding.code)]
    details = [{"code": finding.code, **finding.details} for finding in findings]
    return _quarantine_entry(record, list(dict.fromkeys(codes)), details)


def _quarantine_entry(record: Record, codes: list[str], details: list[dict]) -> dict[str, Any]:
    return {
        "line_no": record.line_no,
        "raw": record.raw.rstrip("\r\n"),
        "codes": codes,
        "detail": to_json(details),
    }


def _file_notes(reading: Reading) -> list[tuple[str, int]]:
    """Remarks on the lines above the rows."""
    line_no = reading.dialect.header_line
    preamble = reading.preamble.splitlines()
    notes = [("preamble", i) for i, line in enumerate(preamble, start=1) if line.strip()]
    notes += [("blank_header", line_no) for cell in reading.header if not cell]
    named = Counter(cell for cell in reading.header if cell)
    notes += [("duplicate_header", line_no) for count in named.values() if count > 1]
    return [*notes, *reading.notes]


def _count_problems(occurrences: list[tuple[str, int]]) -> dict[str, int]:
    """Rows with each code; a row with two bad numbers counts once."""
    return dict(sorted(Counter(code for code, _ in set(occurrences)).items()))


def _first_lines(occurrences: list[tuple[str, int]]) -> dict[str, tuple[int, ...]]:
    ordered = sorted(set(occurrences))
    return {
        code: tuple(line for _, line in list(group)[:FIRST_LINES])
        for code, group in groupby(ordered, key=lambda occurrence: occurrence[0])
    }


def _collect_examples(findings: Sequence[Finding]) -> dict[str, list[CellExample]]:
    cells: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for finding in findings:
        if column := finding.details.get("column"):
            cells[finding.code][str(column), str(finding.details.get("value") or "")] += 1
    return {code: to_examples(counts.most_common(MOST_EXAMPLES)) for code, counts in cells.items()}


def to_examples(counted: Iterable[tuple[tuple[str, str], int]]) -> list[CellExample]:
    """Cells as a report names them, cut to a length that a line has room for."""
    return [CellExample(column, value[:EXAMPLE_LENGTH], rows) for (column, value), rows in counted]


def remark_rows(accepted: pa.Table, table: Table) -> Remarks:
    """The rows that were let in and count nowhere, or are in another currency than the figures."""
    lines: dict[str, list[pa.Array]] = defaultdict(list)
    cells: dict[str, Counter[tuple[str, str]]] = defaultdict(Counter)
    for code, column, values in _remarkable_values(accepted, table):
        rows = accepted.filter(pc.is_in(accepted[column], values))
        if not rows.num_rows:
            continue
        lines[code] += rows["line_no"].chunks
        counted = Counter(rows[column].to_pylist())
        cells[code].update({(column, _written(value)): n for value, n in counted.items()})
    distinct = {code: np.unique(pa.chunked_array(parts)) for code, parts in lines.items()}
    return Remarks(
        {code: len(numbers) for code, numbers in distinct.items()},
        {code: tuple(numbers[:FIRST_LINES].tolist()) for code, numbers in distinct.items()},
        {code: to_examples(counts.most_common(MOST_EXAMPLES)) for code, counts in cells.items()},
    )


def _written(value: str | bool) -> str:
    return str(value).lower() if isinstance(value, bool) else value


def _not_counted(table: Table) -> Iterator[tuple[str, pa.Array]]:
    """Columns, each with its values with which a row counts nowhere."""
    for column, values in table.not_counted:
        is_bool = table.column(column).type == "bool"
        yield column, pa.array([value == "true" for value in values] if is_bool else values)


def _remarkable_values(accepted: pa.Table, table: Table) -> Iterator[tuple[str, str, pa.Array]]:
    """Codes, each with a column and those of its values that it is about."""
    for column, values in _not_counted(table):
        yield "not_counted", column, values
    if table.currency and table.amounts:
        usual = (None, load_settings().thresholds.reporting_currency)
        present = accepted[table.currency].unique().to_pylist()
        if others := [code for code in present if code not in usual]:
            yield "other_currency", table.currency, pa.array(others)


def newest_fact(accepted: pa.Table, table: str, until: date) -> date | None:
    """The last day, up to ``until``, on which something in the accepted rows happened.

    None where nothing did, and of a table that sets no day.
    """
    newest = []
    for fact in tables()[table].facts if tables()[table].sets_day else ():
        days = accepted.column(fact.column).cast(pa.date32(), safe=False)
        are_facts = [pc.is_in(accepted[name], pa.array(values)) for name, values in fact.only]
        are_facts += [pc.invert(pc.is_in(accepted[c], v)) for c, v in _not_counted(tables()[table])]
        are_past = pc.less_equal(days, pa.scalar(until))
        newest.append(pc.max(days.filter(reduce(pc.and_, are_facts, are_past))).as_py())
    return max(filter(None, newest), default=None)
