"""Text cells to typed columns, and every problem of every row at once."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise
from typing import Any, NamedTuple

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from kam_core.contract.declaration import Column, Table
from kam_core.ingest.text_folding import strip_guard
from kam_core.ingest.validate import currencies
from kam_core.ingest.validate.cast import (
    Bad,
    Cast,
    ColumnRule,
    Noted,
    caster,
    is_nothing,
    names_time,
    to_decimal,
)
from kam_core.settings.loader import load_settings

ARROW_TYPES = {
    "VARCHAR": pa.string(),
    "DATE": pa.date32(),
    "TIMESTAMP": pa.timestamp("us"),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DECIMAL(18,2)": pa.decimal128(18, 2),
    "DECIMAL(9,4)": pa.decimal128(9, 4),
    "DECIMAL(24,6)": pa.decimal128(24, 6),
}
SECONDS = {"minutes": 60, "hours": 3600, "days": 86400}


class Finding(NamedTuple):
    """One problem of one row, counted from 0; ``details`` hold column, value and more."""

    row: int
    code: str
    details: dict[str, Any]


class Origin(NamedTuple):
    """Where the rows stand in the file: their line numbers and all their cells as written."""

    line_numbers: Sequence[int]
    fields: Sequence[Sequence[str]]


class CheckedRows(NamedTuple):
    """All columns of the contract in its order, NULL where a value was missing or wrong.

    ``timed``: the moments of which every filled cell names a time.
    """

    columns: dict[str, pa.Array]
    findings: list[Finding]
    timed: tuple[str, ...]


def check_rows(
    cells: pd.DataFrame,
    table: Table,
    origin: Origin,
    rules: Mapping[str, ColumnRule] | None = None,
    elapsed: Mapping[str, Mapping[str, str]] | None = None,
    currency: Sequence[str] | None = None,
) -> CheckedRows:
    """Cast every cell and apply the rules of rows, of the table, and of its key.

    ``currency`` is what the file says of the amounts of each row.
    """
    rules, elapsed = rules or {}, elapsed or {}
    findings: list[Finding] = []
    columns: dict[str, pa.Array] = {}
    texts = {str(name): _trim_cells(cells[name]) for name in cells}
    for column in table.columns:
        if column.name in texts and column.name not in elapsed:
            rule = rules.get(column.name, ColumnRule())
            own = texts[column.name] = _blank_out_words(column, texts[column.name], rule, findings)
            cast = caster(column, [text for text in own.distinct if text], rule)
            columns[column.name] = _cast_distinct(
                cast, own, column.name, arrow_type(column), findings
            )
        else:
            columns[column.name] = pa.nulls(len(cells), arrow_type(column))
    for name, duration in elapsed.items():
        if name in texts:
            columns[name] = _add_times(
                columns[duration["since"]], texts[name], name, duration["unit"], findings
            )
    if table.currency:
        columns[table.currency] = _fill_currency(table, texts, columns[table.currency])
    else:
        findings += _find_other_currencies(table, texts, currency)
    findings += _find_missing(table, texts, len(cells))
    findings += find_contradictions(table, columns, _is_filled(texts.get("occurred_at")))
    findings += _find_repeats(table, columns, origin)
    timed = [
        name
        for name in table.time_may_lack
        if name in elapsed or name not in texts or _is_timed(texts[name], columns[name])
    ]
    return CheckedRows(columns, findings, tuple(timed))


def arrow_type(column: Column) -> pa.DataType:
    """The Arrow type that equals the column's SQL type."""
    return ARROW_TYPES[column.sql_type]


class _Texts(NamedTuple):
    """A column as its distinct texts, trimmed, and for each row which of them it holds."""

    distinct: list[str]
    codes: np.ndarray

    def where(self, is_chosen: Sequence[bool]) -> list[int]:
        return np.flatnonzero(np.asarray(is_chosen, dtype=bool)[self.codes]).tolist()


def _is_timed(texts: _Texts, moments: pa.Array) -> bool:
    """Whether every cell that is a moment names a time."""
    codes = np.unique(texts.codes[moments.is_valid().to_numpy(False)])
    return all(names_time(texts.distinct[code]) for code in codes)


def _trim_cells(cells: pd.Series) -> _Texts:
    codes, distinct = pd.factorize(cells)
    return _Texts([strip_guard(text) for text in distinct.tolist()], codes)


def _blank_out_words(
    column: Column, texts: _Texts, rule: ColumnRule, findings: list[Finding]
) -> _Texts:
    """The texts, where a word for nothing is as good as an empty cell."""
    are_words = [is_nothing(text, column, rule) for text in texts.distinct]
    for row in texts.where(are_words) if any(are_words) else ():
        details = {"column": column.name, "value": texts.distinct[texts.codes[row]]}
        findings.append(Finding(row, "word_for_nothing", details))
    distinct = ["" if is_word else t for t, is_word in zip(texts.distinct, are_words, strict=True)]
    return _Texts(distinct, texts.codes)


def _cast_distinct(
    cast: Cast, texts: _Texts, name: str, type: pa.DataType, findings: list[Finding]
) -> pa.Array:
    """Each distinct text is cast once; value and problem then belong to every row that holds it."""
    values: list[object] = []
    remarks: dict[int, tuple[str, dict[str, object]]] = {}
    for position, text in enumerate(texts.distinct):
        value: object = None
        try:
            value = cast(text) if text else None
        except Bad as bad:
            remarks[position] = (bad.code, bad.details)
        if isinstance(value, Noted):
            remarks[position] = (value.code, {})
            value = value.value
        values.append(value)
    for row in texts.where([p in remarks for p in range(len(values))]) if remarks else ():
        code, details = remarks[texts.codes[row]]
        text = texts.distinct[texts.codes[row]]
        findings.append(Finding(row, code, {"column": name, "value": text, **details}))
    return pa.array(values, type).take(pa.array(texts.codes))


def _add_times(
    since: pa.Array, texts: _Texts, name: str, unit: str, findings: list[Finding]
) -> pa.Array:
    """Times given as a duration after another column."""

    def seconds(text: str) -> int:
        amount: Decimal = to_decimal(text, "number")
        return round(Fraction(amount) * SECONDS[unit])

    lengths = _cast_distinct(seconds, texts, name, pa.int64(), findings)
    moments = [
        None if start is None or length is None else start + timedelta(seconds=length)
        for start, length in zip(since.to_pylist(), lengths.to_pylist(), strict=True)
    ]
    return pa.array(moments, since.type)


def _fill_currency(table: Table, texts: Mapping[str, _Texts], column: pa.Array) -> pa.Array:
    """The currency of each row; what an amount names itself goes before the column."""
    for name in reversed(table.amounts):
        named = [currencies.currency_of(t) for t in texts[name].distinct] if name in texts else []
        if any(named):
            of_row = pa.array(named, pa.string()).take(pa.array(texts[name].codes))
            column = pc.coalesce(of_row, column)
    return column


def _find_other_currencies(
    table: Table, texts: Mapping[str, _Texts], beside: Sequence[str] | None
) -> list[Finding]:
    """Amounts that are not in the currency of most others of their column."""
    findings = []
    for column in table.columns:
        if column.type != "money" or column.name not in texts:
            continue
        cells = texts[column.name]
        if beside is None and not any(map(currencies.currency_of, cells.distinct)):
            continue
        amounts = [cells.distinct[code] for code in cells.codes]
        usual, rows = currencies.find_odd(amounts, beside or [""] * len(amounts))
        for row, code in rows.items():
            details = {"column": column.name, "value": amounts[row], "currency": code}
            findings.append(Finding(row, "other_currency", {**details, "usual": usual}))
    return findings


def _find_missing(table: Table, texts: Mapping[str, _Texts], row_count: int) -> list[Finding]:
    findings = []
    for column in table.required:
        cells = texts.get(column.name)
        rows = cells.where([not t for t in cells.distinct]) if cells else range(row_count)
        details = {"column": column.name, "value": ""}
        findings += [Finding(row, "missing_value", details) for row in rows]
    return findings


def find_contradictions(
    table: Table, columns: Mapping[str, pa.Array], has_time: pa.Array | None
) -> list[Finding]:
    """Rows whose values cannot be true together.

    ``has_time`` tells of an interaction whether the file names a time, be it readable or not.
    """
    findings = []
    for earlier, later in table.in_order:
        is_wrong = _is_after(table, columns, earlier, later)
        findings += _findings("impossible_order", columns, later, is_wrong, earlier)
    if table.name == "interactions":
        # A time that could not be read has a problem of its own.
        lacks_time = pc.equal(columns["status"], "completed")
        if has_time is not None:
            lacks_time = pc.and_(lacks_time, pc.invert(has_time))
        findings += _findings("completed_without_time", columns, "occurred_at", lacks_time)
        # Hours that are too many for one interaction; minutes, it may be.
        is_long = pc.greater(columns["duration_hours"], load_settings().reading.longest_hours)
        findings += _findings("long_duration", columns, "duration_hours", is_long)
    if table.name == "accounts":
        is_lost, has_date = pc.equal(columns["status"], "lost"), pc.is_valid(columns["lost_on"])
        undated, not_lost = pc.and_not(is_lost, has_date), pc.and_not(has_date, is_lost)
        findings += _findings("lost_without_date", columns, "lost_on", undated)
        findings += _findings("lost_date_not_lost", columns, "status", not_lost)
    if table.name == "opportunities":
        is_closed = pc.is_in(columns["outcome"], pa.array(["won", "lost"]))
        undated = pc.and_not(is_closed, pc.is_valid(columns["closed_on"]))
        findings += _findings("closed_without_date", columns, "closed_on", undated)
    if table.name == "targets":
        findings += _out_of_bounds(columns)
    return findings


def _findings(
    code: str,
    columns: Mapping[str, pa.Array],
    column: str,
    mask: pa.Array,
    other: str | None = None,
    **details: object,
) -> list[Finding]:
    """One for each row where the mask is true, with what its columns say; unknown is not true."""
    findings = []
    for row in np.flatnonzero(pc.fill_null(mask, False).to_numpy(False)).tolist():
        cells = {"column": column, "value": _write_cell(columns[column][row])}
        if other:
            cells |= {"other_column": other, "other_value": _write_cell(columns[other][row])}
        findings.append(Finding(row, code, cells | details))
    return findings


def _write_cell(cell: pa.Scalar) -> str:
    value = cell.as_py()
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    return "" if value is None else str(value)


def _is_filled(texts: _Texts | None) -> pa.Array | None:
    if texts is None:
        return None
    return pa.array(np.asarray([bool(text) for text in texts.distinct], dtype=bool)[texts.codes])


def _is_after(table: Table, columns: Mapping[str, pa.Array], one: str, other: str) -> pa.Array:
    """Whether one moment comes after the other: by day where either may be only a day."""
    moments = columns[one], columns[other]
    is_after = pc.greater(*moments)
    if not {one, other} <= set(table.time_may_lack):
        return is_after
    days = [pc.floor_temporal(moment, unit="day") for moment in moments]
    has_times = pc.and_(*(pc.not_equal(m, d) for m, d in zip(moments, days, strict=True)))
    return pc.if_else(has_times, is_after, pc.greater(*days))


def _out_of_bounds(columns: Mapping[str, pa.Array]) -> list[Finding]:
    """Targets that the figure cannot reach; of a share, 90 may stand for 90 %."""
    metric, target = columns["metric"], columns["target"]
    bounds, findings = load_settings().target_bounds, []
    for name in metric.unique().drop_null().to_pylist():
        lowest, highest = bounds.bounds_of(name)
        is_share = name in bounds.highest_share
        too_high = "target_above_whole" if is_share else "target_out_of_bounds"
        for limit, is_beyond, code in (
            (lowest, pc.less, "target_out_of_bounds"),
            (highest, pc.greater, too_high),
        ):
            if limit is not None:
                most = int(limit) if limit == int(limit) else float(limit)
                is_out = pc.and_(pc.equal(metric, name), is_beyond(target, limit))
                findings += _findings(code, columns, "target", is_out, most=most)
    return findings


def _find_repeats(table: Table, columns: Mapping[str, pa.Array], origin: Origin) -> list[Finding]:
    """Rows after the first of their key: the same row again, or another one that contradicts it."""
    group = _number_keys(table, columns)
    order = np.argsort(group, kind="stable")
    is_line = _may_be_further_lines(table, columns)
    findings = []
    first = -1
    contents: dict[tuple[str, ...], int] = {}
    for before, row in pairwise([-1, *order.tolist()]):
        if before < 0 or group[row] != group[before]:
            first, contents = row, {tuple(origin.fields[row]): row}
        elif group[row] >= 0 and is_line[row]:
            same = contents.setdefault(tuple(origin.fields[row]), row)
            if same != row:
                findings.append(_describe_repeat(table, columns, origin, same, row))
        elif group[row] >= 0:
            findings.append(_describe_repeat(table, columns, origin, first, row))
    return sorted(findings, key=lambda finding: finding.row)


def _may_be_further_lines(table: Table, columns: Mapping[str, pa.Array]) -> np.ndarray:
    """Whether a row's place among the lines of its order is empty: its content tells it apart."""
    rest = [name for name in table.key if not table.column(name).required]
    row_count = len(columns[table.key[0]])
    if not table.replaced_by:
        return np.zeros(row_count, dtype=bool)
    return np.all([columns[name].is_null().to_numpy(False) for name in rest], axis=0)


def _number_keys(table: Table, columns: Mapping[str, pa.Array]) -> np.ndarray:
    """A number for each distinct key; -1 where a required part of it is missing."""
    codes = {
        name: columns[name].dictionary_encode(null_encoding="encode").indices.to_numpy(False)
        for name in table.key
    }
    group = pd.DataFrame(codes).groupby(list(table.key), sort=False).ngroup().to_numpy().copy()
    for name in table.key:
        if table.column(name).required:
            group[columns[name].is_null().to_numpy(False)] = -1
    return group


def _describe_repeat(
    table: Table, columns: Mapping[str, pa.Array], origin: Origin, first: int, row: int
) -> Finding:
    is_same = list(origin.fields[row]) == list(origin.fields[first])
    key = [str(columns[name][row].as_py() or "") for name in table.key]
    details = {"column": ", ".join(table.key), "value": " | ".join(key)}
    code = "duplicate_row" if is_same else "duplicate_key"
    return Finding(row, code, {**details, "first_line": origin.line_numbers[first]})
