"""Which rows of text can be accepted without a second look, and their values."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kam_core.contract.declaration import Table
from kam_core.ingest.fast_csv.column_cast import WHITE_SPACE, CellReader, Values
from kam_core.ingest.fast_csv.line_reader import Plain
from kam_core.ingest.mapping.column_rules import column_rules
from kam_core.ingest.mapping.feeds import Recipe, to_json
from kam_core.ingest.read.table_layout import is_totals, may_stand_beside_totals
from kam_core.ingest.validate.row_checks import arrow_type, find_contradictions

# What JSON writes in another way than it stands.
ESCAPED = r'["\\\x00-\x1f]'


@dataclass(frozen=True)
class RowJudge:
    """Judges rows of one file by the recipe; ``header`` is as written, ``names`` made unique."""

    recipe: Recipe
    header: Sequence[str]
    names: Sequence[str]
    # The moments of which an accepted row names only the day.
    days_only: set[str] = field(default_factory=set)

    @property
    def table(self) -> Table:
        return self.recipe.declared

    @cached_property
    def readers(self) -> dict[str, CellReader]:
        """A reader for each column of the contract that the file has."""
        rules = column_rules(self.recipe)
        return {
            column.name: CellReader(column, rules[column.name])
            for column in self.table.columns
            if column.name in self.recipe.columns
        }

    @cached_property
    def extra(self) -> list[str]:
        """The columns of the file that are not in the contract but are kept."""
        used = {*self.recipe.columns.values(), *self.recipe.left_out}
        return [name for name in self.names if name not in used]

    def split_rows(self, plain: Plain) -> tuple[pa.Table, np.ndarray]:
        """The rows beyond doubt, and the numbers of the lines of all others.

        The first and the last row never count as such: only the strict path knows what stands above
        the first row of a table and below its last.
        """
        columns, is_doubtful, days = self._read_columns(plain.rows)
        is_doubtful |= self._is_no_data(plain.rows)
        has_time = columns["occurred_at"].is_valid() if "occurred_at" in self.readers else None
        for finding in find_contradictions(self.table, columns, has_time):
            is_doubtful[finding.row] = True
        columns["line_no"] = pa.array(plain.numbers, pa.int64())
        sure = np.flatnonzero(~is_doubtful)
        is_doubtful[sure[:1]] = is_doubtful[sure[-1:]] = True
        rows = pa.table(columns)
        for name, is_day in days.items():
            if (is_day & ~is_doubtful & rows[name].is_valid().to_numpy()).any():
                self.days_only.add(name)
        return _select_rows(rows, ~is_doubtful), plain.numbers[is_doubtful]

    def _read_columns(
        self, rows: pa.Table
    ) -> tuple[dict[str, pa.Array], np.ndarray, dict[str, np.ndarray]]:
        """The columns, which rows are in doubt, and which moments are only days."""
        columns: dict[str, pa.Array] = {}
        days: dict[str, np.ndarray] = {}
        is_doubtful = np.zeros(rows.num_rows, dtype=bool)
        for column in self.table.columns:
            columns[column.name] = pa.nulls(rows.num_rows, arrow_type(column))
            if column.name in self.readers:
                cells = _column_cells(rows, self.recipe.columns[column.name])
                values, doubts, is_day = self.readers[column.name].read_cells(cells)
                columns[column.name] = values
                is_doubtful |= doubts
                if is_day is not None and column.name in self.table.time_may_lack:
                    days[column.name] = is_day
            if column.required:
                is_doubtful |= columns[column.name].is_null().to_numpy(zero_copy_only=False)
        columns["extra"], doubts, _ = _extra_as_json(rows, self.extra)
        return columns, is_doubtful | doubts, days

    def _is_no_data(self, rows: pa.Table) -> np.ndarray:
        """Whether the strict path might find a blank row, a total or the header again."""
        first = _column_cells(rows, self.names[0])
        first = first.dictionary_decode() if isinstance(first, pa.DictionaryArray) else first
        first = pc.utf8_trim(first, characters=WHITE_SPACE)
        may_be = pc.is_in(first, pa.array(["", self.header[0]])).to_numpy(zero_copy_only=False)
        unproven = np.flatnonzero(~(may_be | self._holds_words(rows)))
        is_total = [is_totals([text, ""]) for text in first.take(pa.array(unproven)).to_pylist()]
        may_be = may_be.copy()
        may_be[unproven[np.array(is_total, dtype=bool)]] = True
        return may_be

    def _holds_words(self, rows: pa.Table) -> np.ndarray:
        """Whether a cell right of the first is no figure: then the row is no total."""
        holds = np.zeros(rows.num_rows, dtype=bool)
        for name in self.names[1:]:
            cells = _column_cells(rows, name)
            if isinstance(cells, pa.DictionaryArray) and not holds.all():
                is_word = np.array([_is_word(t) for t in cells.dictionary.to_pylist()], dtype=bool)
                holds |= is_word[cells.indices.to_numpy()]
        return holds


def _select_rows(rows: pa.Table, is_chosen: np.ndarray) -> pa.Table:
    """Some of the rows; where they follow each other nothing is copied."""
    positions = np.flatnonzero(is_chosen)
    if len(positions) and positions[-1] - positions[0] + 1 == len(positions):
        return rows.slice(positions[0], len(positions))
    return rows.filter(pa.array(is_chosen))


def _column_cells(rows: pa.Table, name: str) -> pa.Array:
    return rows[name].chunk(0)


@lru_cache(1 << 16)
def _is_word(text: str) -> bool:
    return bool(text.strip()) and not may_stand_beside_totals(text)


def _extra_as_json(rows: pa.Table, names: Sequence[str]) -> Values:
    """JSON of the filled cells, in doubt where one would have to be escaped."""
    is_doubtful = np.zeros(rows.num_rows, dtype=bool)
    members = []
    for name in names:
        cells = _column_cells(rows, name)
        is_doubtful |= pc.match_substring_regex(cells, ESCAPED).to_numpy(zero_copy_only=False)
        is_blank = pc.equal(pc.utf8_trim(cells, characters=WHITE_SPACE), "")
        member = pc.binary_join_element_wise(f'{to_json(name)}: "', cells, '"', "")
        members.append(pc.if_else(is_blank, pa.scalar(None, pa.string()), member))
    if not members:
        return Values(pa.nulls(rows.num_rows, pa.string()), is_doubtful)
    # The empty text in front keeps rows without any member, which Arrow would drop.
    inner = pc.binary_join_element_wise("", *members, ", ", null_handling="skip")
    texts = pc.binary_join_element_wise("{", pc.utf8_slice_codeunits(inner, start=2), "}", "")
    is_empty = pc.equal(inner, "")
    return Values(pc.if_else(is_empty, pa.scalar(None, pa.string()), texts), is_doubtful)
