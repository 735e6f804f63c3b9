"""Large files: rows beyond doubt are read at once, all others are left to the strict path.

What is accepted, and why not, is defined in one place: read, check, stage. This lane takes a row
only if that definition can say one thing about it: its line reads in one way, each cell casts
without a remark, nothing contradicts it, and no other row has its key. Every other row goes to the
strict path with its line number; a file that is not made for the lane goes there as a whole.
"""

import mmap
import tempfile
from collections import deque
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property
from itertools import chain, islice
from pathlib import Path
from typing import IO, TypeVar

import duckdb
import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kam_core.contract.declaration import tables
from kam_core.errors import KamError
from kam_core.ingest.corrections import resubmission
from kam_core.ingest.fast_csv.accepted_rows import Judge
from kam_core.ingest.fast_csv.line_reader import (
    Doubtful,
    Piece,
    Text,
    Unsuited,
    is_utf8_throughout,
    open_lines,
    pieces,
    read_lines,
    read_open,
    read_plain,
)
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.read.delimited import (
    GOOD,
    Dialect,
    Opening,
    Reading,
    Record,
    head_of,
    table,
    unique_names,
)
from kam_core.ingest.read.sources import read_part
from kam_core.ingest.stage import Staged, newest_fact, stage, stage_reading
from kam_core.ingest.text_folding import unguarded
from kam_core.ingest.validate.cast import plain_id
from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.reading import FastPathSettings
from kam_core.warehouse.mapped_file import mapped

UTF_8 = ("utf-8", "utf-8-sig")
# What a recipe may say, beside its table, of a file for this lane.
UNDERSTOOD = (
    "columns", "feed", "encoding", "delimiter", "header_line", "timezone", "values", "factors",
    "scales", "decimals", "dates", "left_out", "personal", "unused", "format",
)  # fmt: skip
# A footer has no more than two cells; with so many required columns no accepted row is like one.
FEWEST_REQUIRED = 3

# Hears how many lines have been read, of how many.
Tell = Callable[[int, int], None]
Result = TypeVar("Result")


def load_lane_settings() -> FastPathSettings:
    """How large files are read in pieces."""
    return load_settings().reading.bulk


def is_large(path: Path) -> bool:
    """Whether the file is worth the fast lane."""
    return path.stat().st_size >= load_lane_settings().least_bytes


def stage_file(path: Path, recipe: Recipe, tell: Tell | None = None) -> Staged:
    """Exactly what ``stage`` makes of the bytes of a file; large ones in bounded memory."""
    if is_large(path):
        try:
            return stage_in_bulk(path, recipe, tell)
        except (Unsuited, KamError):
            # The strict path takes the file after all, or says in the right words why not.
            pass
    return stage(path.read_bytes(), recipe)


def bytes_to_plan_by(path: Path) -> bytes:
    """Enough of a file to find out how it is read: of a large UTF-8 text, its first lines."""
    if is_large(path):
        with suppress(Unsuited), mapped(path) as file:
            head = _head(file.data)
            is_enough = head.count(b"\n") > 2 * load_settings().reading.sample_rows
            if is_enough and b"\0" not in head and _is_utf8(file.data):
                return head
    return path.read_bytes()


def _is_utf8(data: memoryview) -> bool:
    with ThreadPoolExecutor(load_lane_settings().workers) as pool:
        return is_utf8_throughout(data, load_lane_settings().piece_bytes, pool.map)


def raw_lines(path: Path, recipe: Recipe, line_numbers: Collection[int]) -> dict[int, str]:
    """The records that begin on these lines, as they stand in the file, without line ends."""
    records = None
    if is_large(path):
        with suppress(Unsuited, KamError), mapped(path) as file:
            records = _lane(file.data, recipe).read_any(np.array(sorted(line_numbers)))
    if records is None:
        records = read_part(path.read_bytes(), recipe).records
    return {r.line_no: r.raw.rstrip("\r\n") for r in records if r.line_no in line_numbers}


def stage_in_bulk(path: Path, recipe: Recipe, tell: Tell | None = None) -> Staged:
    """What ``stage`` makes of the file, or Unsuited; rows beyond ``held_bytes`` lie in a file."""
    _refuse_unsuited(recipe)
    with mapped(path) as file, tempfile.TemporaryFile(dir=path.parent) as store:
        lane = _lane(file.data, recipe)
        kept, doubtful = lane.run(store, file.forget, tell or _nobody)
        recalled = _repeated_lines(kept, lane.keys(doubtful.records))
        doubtful.extend(lane.read_again(recalled))
        if kept.num_rows == len(recalled):
            raise Unsuited
        strict = stage_reading(lane.reading(doubtful), recipe)
    return _together(_without(kept, recalled), strict)


def _nobody(_done: int, _total: int) -> None:
    """Hears nothing."""


def _refuse_unsuited(recipe: Recipe) -> None:
    """The lane takes rows as they stand, each on its own, and compares keys as text."""
    table = tables()[recipe.table]
    keys = [table.column(name) for name in table.key]
    plain = Recipe(recipe.table, **{name: getattr(recipe, name) for name in UNDERSTOOD})
    is_suited = (
        recipe == plain
        and recipe.encoding in UTF_8
        and (recipe.delimiter or "").isascii()
        and len(table.required) >= FEWEST_REQUIRED
        and all(key.required and key.type in ("id", "text") for key in keys)
        and not any(recipe.values.get(key.name) for key in keys)
    )
    if not is_suited:
        raise Unsuited


def _lane(data: memoryview, recipe: Recipe) -> "_Lane":
    """Find header and rows of a file."""
    head = _head(data)
    dialect, opening = head_of(head, recipe.encoding, recipe.delimiter, recipe.header_line)
    lines = head.decode("utf-8-sig").split("\n")[:-1]
    top = [f"{line}\n" for line in lines[: load_settings().reading.header_search_lines]]
    if any(f'{dialect.delimiter} "' in line for line in top):
        raise Unsuited
    if resubmission.own(opening.header):
        raise Unsuited
    start = 0
    for _ in range(opening.body_start):
        start = head.index(b"\n", start) + 1
    text = Text(data, top, dialect.delimiter, unique_names(opening.header))
    return _Lane(text, dialect, opening, recipe, start)


def _head(data: memoryview) -> bytes:
    """The first lines of a file; Unsuited unless they are plain text."""
    head = bytes(data[: load_lane_settings().head_bytes])
    head = head[: head.rfind(b"\n") + 1]
    try:
        head.decode("utf-8")
    except UnicodeDecodeError:
        raise Unsuited from None
    if not head or b"\r" in head.replace(b"\r\n", b""):
        raise Unsuited
    return head


@dataclass(frozen=True)
class _Lane:
    """One file on its way; its rows begin at byte ``start``."""

    text: Text
    dialect: Dialect
    opening: Opening
    recipe: Recipe
    start: int

    @cached_property
    def judge(self) -> Judge:
        return Judge(self.recipe, self.opening.header, self.text.names)

    @cached_property
    def pieces(self) -> list[Piece]:
        with ThreadPoolExecutor(load_lane_settings().workers) as pool:
            return list(self._pieces(load_lane_settings().piece_bytes, pool.map))

    def _pieces(self, size: int, each: Callable[..., Iterable] = map) -> Iterator[Piece]:
        return pieces(self.text, self.start, self.opening.body_start + 1, size, each)

    def run(
        self, store: IO[bytes], forget: Callable[[int], None], tell: Tell
    ) -> tuple[pa.Table, Doubtful]:
        """The rows accepted, and the records of all other lines, in no order.

        ``forget`` hears up to which byte the file is read.
        """
        with ThreadPoolExecutor(load_lane_settings().workers) as pool:
            opened = pool.map(lambda piece: open_lines(self.text, piece), self.pieces)
            doubtful, taken = read_open(self.text, list(chain.from_iterable(opened)))
            is_coded = self._is_coded(taken)
            outcomes = _in_turn(pool, lambda piece: self._read(piece, taken, is_coded), self.pieces)
            kept = _Store(store)
            for piece, (rows, others) in zip(self.pieces, outcomes, strict=True):
                kept.add(rows)
                forget(piece.end)
                doubtful.extend(others)
                if len(doubtful.records) > load_lane_settings().most_doubtful_rows:
                    raise Unsuited
                tell(piece.first_line + piece.line_count - 1, self._line_count)
        return kept.rows(), doubtful

    @property
    def _line_count(self) -> int:
        return self.pieces[-1].first_line + self.pieces[-1].line_count - 1

    def _is_coded(self, taken: np.ndarray) -> list[bool]:
        """Which columns repeat few texts, by the first rows: each text is then read only once."""
        sample = next(self._pieces(load_lane_settings().head_bytes))
        names = self.text.names
        rows = read_plain(self.text, sample, taken, [True] * len(names)).rows
        most = load_lane_settings().coded_share * rows.num_rows
        few = {name for name in names if len(rows[name].chunk(0).dictionary) <= most}
        return [name in few and name not in self.judge.extra for name in names]

    def _read(
        self, piece: Piece, taken: np.ndarray, is_coded: Sequence[bool]
    ) -> tuple[pa.Table, Doubtful]:
        plain = read_plain(self.text, piece, taken, is_coded)
        rows, doubtful = self.judge.accepted(plain)
        others = np.union1d(plain.others, doubtful)
        return rows, read_lines(self.text, piece, others, plain.starts)

    def keys(self, records: Sequence[Record]) -> pa.Table:
        """The keys of strictly read records."""
        table = tables()[self.recipe.table]
        good = [record.fields for record in records if record.kind == GOOD]
        columns: dict[str, pa.Array] = {}
        for name in table.key:
            position = self.text.names.index(self.recipe.columns[name])
            texts = [unguarded(fields[position]) for fields in good]
            if table.column(name).type == "id":
                texts = list(map(plain_id, texts))
            columns[name] = pa.array(texts, pa.string())
        return pa.table(columns)

    def read_again(self, line_numbers: np.ndarray) -> Doubtful:
        """Strictly read records of lines that had been accepted."""
        doubtful = Doubtful([], [])
        firsts = [piece.first_line for piece in self.pieces]
        of_piece = np.searchsorted(firsts, line_numbers, side="right") - 1
        for position in np.unique(of_piece).tolist():
            lines = line_numbers[of_piece == position]
            doubtful.extend(read_lines(self.text, self.pieces[position], lines))
        return doubtful

    def read_any(self, line_numbers: np.ndarray) -> list[Record]:
        """Strictly read records that begin on these lines, and some others."""
        opened = chain.from_iterable(open_lines(self.text, piece) for piece in self.pieces)
        doubtful, taken = read_open(self.text, list(opened))
        doubtful.extend(self.read_again(np.setdiff1d(line_numbers, taken)))
        return doubtful.records

    def reading(self, doubtful: Doubtful) -> Reading:
        """The file as the strict path would read it, less the rows accepted."""
        rows = _Remaining(self.text.top, sorted(doubtful.records, key=lambda r: r.line_no))
        reading = table(rows, self.dialect, self.opening)
        escaped = [("escaped_quotes", line) for line in sorted(doubtful.escaped_lines)]
        return replace(reading, notes=(*reading.notes, *escaped))


@dataclass(frozen=True)
class _Remaining:
    """The rows that are left of a file, for the strict path."""

    lines: Sequence[str]
    left: Sequence[Record]

    def record(self, start: int) -> tuple[Record, int]:
        raise NotImplementedError(start)

    def records(self, start: int, width: int) -> Iterator[Record]:
        """What is left below the header; a row accepted before was of the header's width."""
        return iter(self.left)


class _Store:
    """Tables of one schema: as many as memory may hold, the others in a file that is mapped."""

    def __init__(self, file: IO[bytes]) -> None:
        self.file = file
        self.writer: pa.RecordBatchStreamWriter | None = None
        self.held: list[pa.Table] = []
        self.bytes_left = load_lane_settings().held_bytes

    def add(self, rows: pa.Table) -> None:
        self.bytes_left -= rows.nbytes
        if self.bytes_left >= 0:
            self.held.append(rows)
        else:
            self.writer = self.writer or pa.ipc.new_stream(self.file, rows.schema)
            self.writer.write_table(rows)

    def rows(self) -> pa.Table:
        return pa.concat_tables([*self.held, self._mapped()] if self.writer else self.held)

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
        pool.submit(work, item) for item in islice(waiting, 2 * load_lane_settings().workers)
    )
    while at_work:
        result = at_work.popleft().result()
        at_work.extend(pool.submit(work, item) for item in islice(waiting, 1))
        yield result


def _repeated_lines(kept: pa.Table, others: pa.Table) -> np.ndarray:
    """The lines of accepted rows whose key another row has, accepted or not.

    Hardly any file repeats a key, so the keys themselves are compared only where their hashes are
    the same.
    """
    key = ", ".join(others.column_names)
    with duckdb.connect(config={"memory_limit": load_lane_settings().memory_limit}) as connection:
        connection.register("kept", kept)
        connection.register("others", others)
        every = f"(select {key} from kept union all select {key} from others)"
        hashes = connection.execute(f"select hash({key}) as h from {every}").fetchnumpy()["h"]
        hashes.sort()
        connection.register("twice", pa.table({"h": hashes[1:][hashes[1:] == hashes[:-1]]}))
        suspect = f"hash({key}) in (from twice)"
        query = (
            f"select line_no from kept where {suspect} and ({key}) in "
            f"(select ({key}) from {every} where {suspect} group by {key} having count(*) > 1) "
            "order by line_no"
        )
        return connection.execute(query).fetchnumpy()["line_no"]


def _without(kept: pa.Table, line_numbers: np.ndarray) -> pa.Table:
    if not len(line_numbers):
        return kept
    return kept.filter(pc.invert(pc.is_in(kept["line_no"], pa.array(line_numbers))))


def _together(kept: pa.Table, strict: Staged) -> Staged:
    """The rows of both lanes; everything but plain acceptance is known to the strict one."""
    accepted = pa.concat_tables([kept, strict.accepted.cast(kept.schema)])
    return replace(
        strict,
        accepted=accepted,
        received=strict.received + kept.num_rows,
        newest_fact=_newest_fact(accepted, strict.table),
    )


def _newest_fact(accepted: pa.Table, table: str) -> date | None:
    pieces = (pa.Table.from_batches([batch]) for batch in accepted.to_batches())
    with ThreadPoolExecutor(load_lane_settings().workers) as pool:
        found = pool.map(lambda piece: newest_fact(piece, table), pieces)
    return max(filter(None, found), default=None)
