"""Large files: rows beyond doubt are read at once, all others are left to the strict path.

What is accepted, and why not, is defined by the strict path: read, check, stage. The fast path
takes a row only if its line reads in one way, each cell casts without a remark, nothing contradicts
it, and no other row has its key. Every other row goes to the strict path with its line number; a
file that is not suited to the fast path goes there as a whole.
"""

import mmap
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import IO, TypeVar

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kam_core.errors import KamError
from kam_core.ingest.corrections import resubmission
from kam_core.ingest.fast_csv.accepted_rows import RowJudge
from kam_core.ingest.fast_csv.line_reader import (
    CsvFile,
    DoubtfulRows,
    Piece,
    Unsuited,
    cut_pieces,
    find_open_lines,
    is_utf8_throughout,
    read_lines,
    read_open,
    read_plain,
)
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.read.delimited import read_head
from kam_core.ingest.read.sources import read_part
from kam_core.ingest.read.table_layout import GOOD, Dialect, Opening, Reading, Record, to_reading
from kam_core.ingest.stage import Staged, remark_rows, stage_bytes, stage_reading
from kam_core.ingest.text_folding import strip_guard, unique_names
from kam_core.ingest.validate.cast import strip_apostrophe
from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.reading import FastPathSettings
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse.mapped_file import map_file

UTF_8 = ("utf-8", "utf-8-sig")
# What a recipe may say, beside its table, of a file for the fast path.
UNDERSTOOD = (
    "columns", "feed", "encoding", "delimiter", "header_line", "timezone", "values", "factors",
    "scales", "decimals", "dates", "left_out", "personal", "unused", "format",
)  # fmt: skip
# A footer has no more than two cells; with so many required columns no accepted row is like one.
FEWEST_REQUIRED = 3

# Hears how many lines have been read, of how many.
OnProgress = Callable[[int, int], None]
Result = TypeVar("Result")


def _ignore_progress(_done: int, _total: int) -> None:
    """The listener of a file that nobody watches."""


def load_fast_settings() -> FastPathSettings:
    """How large files are read in pieces."""
    return load_settings().reading.bulk


def is_large(path: Path) -> bool:
    """Whether the file is large enough for the fast path."""
    return path.stat().st_size >= load_fast_settings().least_bytes


def stage_file(path: Path, recipe: Recipe, on_progress: OnProgress = _ignore_progress) -> Staged:
    """Exactly what ``stage`` makes of the bytes of a file; large ones in bounded memory."""
    if is_large(path):
        try:
            return stage_fast(path, recipe, on_progress)
        except (Unsuited, KamError):
            # The strict path takes the file after all, or says in the right words why not.
            pass
    return stage_bytes(path.read_bytes(), recipe)


def bytes_to_plan_by(path: Path) -> bytes:
    """Enough of a file to find out how it is read: of a large UTF-8 text, its first lines."""
    if is_large(path):
        with suppress(Unsuited), map_file(path) as file:
            head = _read_head(file.data)
            is_enough = head.count(b"\n") > 2 * load_settings().reading.sample_rows
            if is_enough and b"\0" not in head and _is_utf8(file.data):
                return head
    return path.read_bytes()


def _is_utf8(data: memoryview) -> bool:
    with ThreadPoolExecutor(load_fast_settings().workers) as pool:
        return is_utf8_throughout(data, load_fast_settings().piece_bytes, pool.map)


def raw_lines(path: Path, recipe: Recipe, line_numbers: Collection[int]) -> dict[int, str]:
    """The records that begin on these lines, as they stand in the file, without line ends."""
    records = None
    if is_large(path):
        with suppress(Unsuited, KamError), map_file(path) as file:
            records = _open_fast_path(file.data, recipe).read_any(np.array(sorted(line_numbers)))
    if records is None:
        records = read_part(path.read_bytes(), recipe).records
    return {r.line_no: r.raw.rstrip("\r\n") for r in records if r.line_no in line_numbers}


def stage_fast(path: Path, recipe: Recipe, on_progress: OnProgress = _ignore_progress) -> Staged:
    """What ``stage`` makes of the file, or Unsuited; rows beyond ``held_bytes`` lie in a file."""
    _refuse_unsuited(recipe)
    with map_file(path) as file, tempfile.TemporaryFile(dir=path.parent) as store:
        fast_path = _open_fast_path(file.data, recipe)
        kept, doubtful = fast_path.read_rows(store, file.forget, on_progress)
        recalled = _repeated_lines(kept, fast_path.read_keys(doubtful.records))
        doubtful.extend(fast_path.read_again(recalled))
        if kept.num_rows == len(recalled):
            raise Unsuited
        strict = stage_reading(fast_path.remaining_reading(doubtful), recipe)
        timed = tuple(n for n in strict.timed if n not in fast_path.row_judge.days_only)
    if len(recalled):
        kept = kept.filter(pc.invert(pc.is_in(kept["line_no"], pa.array(recalled))))
    # What is wrong with any row is known to the strict path.
    accepted = pa.concat_tables([kept, strict.accepted.cast(kept.schema)])
    remarks = remark_rows(accepted, recipe.declared)
    return replace(
        strict,
        accepted=accepted,
        received=strict.received + kept.num_rows,
        problems=strict.problems | remarks.problems,
        first_lines=strict.first_lines | remarks.first_lines,
        timed=timed,
        examples=strict.examples | remarks.examples,
    )


def _refuse_unsuited(recipe: Recipe) -> None:
    """The fast path takes rows as they stand, each on its own, and compares keys as text."""
    table = recipe.declared
    keys = [column for column in table.columns if column.name in _key_in_file(recipe)]
    plain = Recipe(recipe.table, **{name: getattr(recipe, name) for name in UNDERSTOOD})
    is_suited = (
        recipe == plain
        and recipe.encoding in UTF_8
        and (recipe.delimiter or "").isascii()
        and len(table.required) >= FEWEST_REQUIRED
        and all(key.type in ("id", "text") for key in keys)
        and not any(recipe.values.get(key.name) for key in keys)
    )
    if not is_suited:
        raise Unsuited


def _key_in_file(recipe: Recipe) -> list[str]:
    """The parts of the key that the file has; the others are empty in every row."""
    return [name for name in recipe.declared.key if name in recipe.columns]


def _open_fast_path(data: memoryview, recipe: Recipe) -> "_FastPath":
    """Find header and rows of a file."""
    head = _read_head(data)
    dialect, opening = read_head(head, recipe)
    lines = head.decode("utf-8-sig").split("\n")[:-1]
    top = [f"{line}\n" for line in lines[: load_settings().reading.header_search_lines]]
    if any(f'{dialect.delimiter} "' in line for line in top):
        raise Unsuited
    if resubmission.own_columns(opening.header):
        raise Unsuited
    start = 0
    for _ in range(opening.body_start):
        start = head.index(b"\n", start) + 1
    text = CsvFile(data, top, dialect.delimiter, unique_names(opening.header))
    return _FastPath(text, dialect, opening, recipe, start)


def _read_head(data: memoryview) -> bytes:
    """The first lines of a file; Unsuited unless they are plain text."""
    head = bytes(data[: load_fast_settings().head_bytes])
    head = head[: head.rfind(b"\n") + 1]
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        raise Unsuited from None
    if not head or b"\r" in head.replace(b"\r\n", b""):
        raise Unsuited
    return head


@dataclass(frozen=True)
class _FastPath:
    """One file being read; its rows begin at byte ``start``."""

    file: CsvFile
    dialect: Dialect
    opening: Opening
    recipe: Recipe
    start: int

    @cached_property
    def row_judge(self) -> RowJudge:
        return RowJudge(self.recipe, self.opening.header, self.file.names)

    @cached_property
    def pieces(self) -> list[Piece]:
        with ThreadPoolExecutor(load_fast_settings().workers) as pool:
            return list(self._pieces(load_fast_settings().piece_bytes, pool.map))

    def _pieces(self, size: int, each: Callable[..., Iterable] = map) -> Iterator[Piece]:
        return cut_pieces(self.file, self.start, self.opening.body_start + 1, size, each)

    def read_rows(
        self, store: IO[bytes], forget: Callable[[int], None], on_progress: OnProgress
    ) -> tuple[pa.Table, DoubtfulRows]:
        """The rows accepted, and the records of all other lines, in no order.

        ``forget`` hears up to which byte the file is read.
        """
        with ThreadPoolExecutor(load_fast_settings().workers) as pool:
            opened = pool.map(lambda piece: find_open_lines(self.file, piece), self.pieces)
            doubtful, taken = read_open(self.file, list(chain.from_iterable(opened)))
            is_coded = self._is_coded(taken)
            outcomes = _in_turn(pool, lambda piece: self._read(piece, taken, is_coded), self.pieces)
            kept = _RowStore(store)
            for piece, (rows, others) in zip(self.pieces, outcomes, strict=True):
                kept.add(rows)
                forget(piece.end)
                doubtful.extend(others)
                if len(doubtful.records) > load_fast_settings().most_doubtful_rows:
                    raise Unsuited
                on_progress(piece.last_line, self.pieces[-1].last_line)
        return kept.rows(), doubtful

    def _is_coded(self, taken: np.ndarray) -> list[bool]:
        """Which columns repeat few texts, by the first rows: each text is then read only once."""
        sample = next(self._pieces(load_fast_settings().head_bytes))
        names = self.file.names
        rows = read_plain(self.file, sample, taken, [True] * len(names)).rows
        most = load_fast_settings().coded_share * rows.num_rows
        few = {name for name in names if len(rows[name].chunk(0).dictionary) <= most}
        return [name in few and name not in self.row_judge.extra for name in names]

    def _read(
        self, piece: Piece, taken: np.ndarray, is_coded: Sequence[bool]
    ) -> tuple[pa.Table, DoubtfulRows]:
        plain = read_plain(self.file, piece, taken, is_coded)
        rows, doubtful = self.row_judge.split_rows(plain)
        others = np.union1d(plain.others, doubtful)
        return rows, read_lines(self.file, piece, others, plain.starts)

    def read_keys(self, records: Sequence[Record]) -> pa.Table:
        """The keys of strictly read records."""
        table = self.recipe.declared
        good = [record.fields for record in records if record.kind == GOOD]
        columns: dict[str, pa.Array] = {}
        for name in _key_in_file(self.recipe):
            position = self.file.names.index(self.recipe.columns[name])
            texts = [strip_guard(fields[position]) for fields in good]
            if table.column(name).type == "id":
                texts = list(map(strip_apostrophe, texts))
            columns[name] = pa.array(texts, pa.string())
        return pa.table(columns)

    def read_again(self, line_numbers: np.ndarray) -> DoubtfulRows:
        """Strictly read records of lines that had been accepted."""
        doubtful = DoubtfulRows([], [])
        firsts = [piece.first_line for piece in self.pieces]
        of_piece = np.searchsorted(firsts, line_numbers, side="right") - 1
        for position in np.unique(of_piece).tolist():
            lines = line_numbers[of_piece == position]
            doubtful.extend(read_lines(self.file, self.pieces[position], lines))
        return doubtful

    def read_any(self, line_numbers: np.ndarray) -> list[Record]:
        """Strictly read records that begin on these lines, and some others."""
        opened = chain.from_iterable(find_open_lines(self.file, piece) for piece in self.pieces)
        doubtful, taken = read_open(self.file, list(opened))
        doubtful.extend(self.read_again(np.setdiff1d(line_numbers, taken)))
        return doubtful.records

    def remaining_reading(self, doubtful: DoubtfulRows) -> Reading:
        """The file as the strict path would read it, less the rows accepted."""
        records = sorted(doubtful.records, key=lambda record: record.line_no)
        # A row accepted before was of the header's width, and so is the table.
        reading = to_reading(self.file.top, self.dialect, self.opening, records)
        escaped = [("escaped_quotes", line) for line in sorted(doubtful.escaped_lines)]
        return replace(reading, notes=(*reading.notes, *escaped))


class _RowStore:
    """Tables of one schema: as many as memory may hold, the others in a file that is mapped."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.writer: pa.RecordBatchStreamWriter | None = None
        self.tables: list[pa.Table] = []
        self.bytes_left = load_fast_settings().held_bytes

    def add(self, rows: pa.Table) -> None:
        self.bytes_left -= rows.nbytes
        if self.bytes_left >= 0:
            self.tables.append(rows)
        else:
            self.writer = self.writer or pa.ipc.new_stream(self.file, rows.schema)
            self.writer.write_table(rows)

    def rows(self) -> pa.Table:
        return pa.concat_tables([*self.tables, self._mapped()] if self.writer else self.tables)

    def _mapped(self) -> pa.Table:
        assert self.writer
        self.writer.close()
        self.file.flush()
        pages = mmap.mmap(self.file.fileno(), 0, access=mmap.ACCESS_READ)
        return pa.ipc.open_stream(pa.py_buffer(pages)).read_all()


def _in_turn(
    pool: ThreadPoolExecutor, work: Callable[[Piece], Result], items: Sequence[Piece]
) -> Iterator[Result]:
    """The results in the order of the items, no more of them at work than twice the workers."""
    waiting = iter(items)
    at_work = deque(
        pool.submit(work, item) for item in islice(waiting, 2 * load_fast_settings().workers)
    )
    while at_work:
        result = at_work.popleft().result()
        at_work.extend(pool.submit(work, item) for item in islice(waiting, 1))
        yield result


def _repeated_lines(kept: pa.Table, others: pa.Table) -> np.ndarray:
    """The lines of accepted rows whose key another row has, accepted or not.

    Hardly any file repeats a key, so the keys themselves are compared only where their hashes are
    the same. A part of it that is empty equals another one.
    """
    key = ", ".join(others.column_names)
    parts = ", ".join(f"coalesce({name}, '') as {name}" for name in others.column_names)
    with duckdb.connect(config={"memory_limit": load_fast_settings().memory_limit}) as connection:
        connection.register("kept", kept)
        connection.register("others", others)
        every = load_sql("uploads/every_key", parts=parts)
        query = load_sql("uploads/hash_keys", key=key, every=every)
        hashes = connection.execute(query).fetchnumpy()["h"]
        hashes.sort()
        connection.register("twice", pa.table({"h": hashes[1:][hashes[1:] == hashes[:-1]]}))
        query = load_sql("uploads/repeated_lines", key=key, parts=parts, every=every)
        return connection.execute(query).fetchnumpy()["line_no"]
