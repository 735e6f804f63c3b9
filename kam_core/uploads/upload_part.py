"""Files read and checked into parts: one table's worth of one file each, not yet in a version."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from datetime import date
from functools import partial
from itertools import groupby
from pathlib import Path
from typing import TypedDict

import duckdb
import pyarrow as pa

from kam_core.contract import declaration
from kam_core.errors import KamError, together
from kam_core.ingest.corrections.source import source_of
from kam_core.ingest.fast_csv.fast_path import bytes_to_plan_by, stage_file
from kam_core.ingest.mapping.feeds import Recall, Recipe
from kam_core.ingest.mapping.overrides import (
    Overrides,
    by_headers,
    header_key,
    overrides_for,
    read_overrides,
    reading_for,
)
from kam_core.ingest.mapping.proposal_model import OpenProposal, list_open
from kam_core.ingest.mapping.proposals import propose
from kam_core.ingest.progress import Listener, Progress
from kam_core.ingest.read.sources import WITHIN, first_rows, refuse_if_too_large
from kam_core.ingest.read.table_layout import GOOD, ReadOptions
from kam_core.ingest.stage import OverridesByHeader, Staged, plan_recipes
from kam_core.settings.loader import load_settings
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse.store import Warehouse


class LoadOptions(TypedDict, total=False):
    """What a load and its preview can be told; what is left out is found out.

    ``mode``: ``full`` (a file is the whole table; also where nothing is said) or ``update`` (its
    rows are added or replaced by key); ``as_of``: the day of all files; ``by``: who loads them.
    The rest says how files are read: ``answers`` is the JSON document that ``ingest.answers``
    reads; what it says about the reading of one file stands above what is said here for all.
    """

    mode: str
    as_of: date | None
    by: str
    progress: Listener
    table: str | None
    encoding: str | None
    delimiter: str | None
    header_line: int | None
    sheet: str | None
    member: str | None
    answers: object


@dataclass(frozen=True)
class UploadPart:
    """The rows that one recipe makes of one file; ``name`` is that of the file and the part.

    ``unanswered`` is what was proposed of it and is not used.
    """

    name: str
    sha256: str
    recipe: Recipe
    mode: str
    staged: Staged
    unanswered: list[OpenProposal]

    @property
    def is_correction(self) -> bool:
        """Whether this is a download of quarantined rows, sent back."""
        return self.staged.returned is not None


def check_parts(
    warehouse: Warehouse, paths: Sequence[Path], mode: str, how: LoadOptions, tell: Listener
) -> list[UploadPart]:
    """All files read and checked, accounts first; what cannot be used refuses the whole call.

    It is refused once, for all that is wrong with any of the files. Call it inside ``building()``.
    """
    refused: list[KamError] = []
    read_parts = [
        part
        for number, path in enumerate(paths, start=1)
        for part in _File(
            warehouse, Path(path), how, tell, (number, len(paths)), refused
        ).read_parts()
    ]
    parts = _in_order(read_parts, mode)
    if mode == "full":
        for _, of_table in groupby(parts, lambda part: part.recipe.table):
            with _collect_refusal(refused):
                _refuse_clash([part for part in of_table if not part.is_correction])
    if refused:
        raise together(refused)
    return parts


def file_of(name: str) -> str:
    """The name of the file that a part belongs to."""
    return name.split(WITHIN)[0]


@contextmanager
def _collect_refusal(refused: list[KamError], **details: object) -> Iterator[None]:
    """Put a refusal with the rest, so that the other files are looked at all the same."""
    try:
        yield
    except KamError as error:
        refused.append(KamError(error.code, **{**details, **error.details}))


@dataclass(frozen=True)
class _File:
    """One file of a call; what cannot be used of it is added to ``refused``."""

    warehouse: Warehouse
    path: Path
    how: LoadOptions
    tell: Listener
    of_files: tuple[int, int]
    refused: list[KamError]

    def read_parts(self) -> list[UploadPart]:
        parts: list[UploadPart] = []
        recipes: list[Recipe] = []
        name = self.path.name
        with _collect_refusal(self.refused, file=name):
            if not self.path.is_file():
                raise KamError("file_not_found", file=str(self.path))
            refuse_if_too_large(self.path.stat().st_size)
            self.tell(Progress("read", name, *self.of_files))
            sha256 = self.warehouse.keep_file(self.path)
            self.tell(Progress("map", name, *self.of_files))
            recipes = self._plan_recipes(sha256)
        for recipe in recipes:
            with _collect_refusal(self.refused, file=name):
                parts.append(self._read_part(sha256, recipe))
        return parts

    def _plan_recipes(self, sha256: str) -> list[Recipe]:
        """As the person says, else as remembered, else as found out."""
        given = {**self.how, **reading_for(self.how.get("answers"), self.path)}
        names = [part.name for part in fields(ReadOptions)]
        return plan_recipes(
            bytes_to_plan_by(self.warehouse.raw / sha256),
            self.path.name,
            self.how.get("table"),
            ReadOptions(**{name: given.get(name) for name in names}),
            overrides=_overrides_by_header(self.how, self.path.name),
            recall=_recall(self.warehouse, self.how),
            parts=given.get("parts"),
            source=partial(source_of, self.warehouse),
        )

    def _read_part(self, sha256: str, recipe: Recipe) -> UploadPart:
        name = WITHIN.join(filter(None, (self.path.name, recipe.member, recipe.sheet)))

        def tell_rows(done: int, total: int) -> None:
            self.tell(Progress("check", name, *self.of_files, rows=done, total=total))

        self.tell(Progress("check", name, *self.of_files))
        staged = stage_file(self.warehouse.raw / sha256, recipe, tell_rows)
        tell_rows(staged.received, staged.received)
        is_asked = recipe.feed is None and staged.returned is None
        unanswered = self._list_unanswered(sha256, recipe) if is_asked else []
        part = UploadPart(name, sha256, recipe, "", staged, unanswered)
        _refuse_if_unreadable(part)
        return part

    def _list_unanswered(self, sha256: str, recipe: Recipe) -> list[OpenProposal]:
        """What is proposed of a part and neither said now nor remembered."""
        reading = first_rows(bytes_to_plan_by(self.warehouse.raw / sha256), recipe)
        rows = [record.fields for record in reading.records if record.kind == GOOD]
        answers = _overrides_by_header(self.how, self.path.name)(reading.header)

        def recall(key: str) -> dict | None:
            older = self.warehouse.ledger.remembered(key)
            return _lay_over(answers, older).document() if answers else older

        return list_open(propose(reading.header, rows, recipe.table, recall=recall), recipe.given)


def _overrides_by_header(how: LoadOptions, file_name: str) -> OverridesByHeader:
    """What is said now about the file, or else about the header set of one of its parts.

    Said of one table, it stands above what any other table was remembered for.
    """
    answers = how.get("answers")
    of_file, of_headers = overrides_for(answers, file_name), by_headers(answers)

    def of_header(header: Sequence[str]) -> Overrides | None:
        keys = {table: header_key(header, table) for table in declaration.tables()}
        named = [table for table, key in keys.items() if key in of_headers]
        if len(named) != 1:
            return of_file
        return replace(of_headers[keys[named[0]]], table=named[0])

    return of_header


def _recall(warehouse: Warehouse, how: LoadOptions) -> Recall:
    """What was confirmed for a header set, with what is said of it now laid over that."""
    by_header = by_headers(how.get("answers"))

    def recall(key: str) -> dict | None:
        older = warehouse.ledger.remembered(key)
        return _lay_over(by_header[key], older).document() if key in by_header else older

    return recall


def _lay_over(answers: Overrides, older: dict | None) -> Overrides:
    return answers.over(read_overrides(older)) if older else answers


def keep_overrides(
    warehouse: Warehouse, parts: Sequence[UploadPart], how: LoadOptions, by: str
) -> None:
    """Keep what a person overrode, for the next file with the same headers."""
    by_header = by_headers(how.get("answers"))
    for part in parts if how.get("answers") is not None else ():
        data = bytes_to_plan_by(warehouse.raw_file(part.sha256))
        key = header_key(first_rows(data, part.recipe).header, part.recipe.table)
        answers = by_header.get(key) or overrides_for(how["answers"], file_of(part.name))
        if answers and answers.table in (None, part.recipe.table):
            answers = _lay_over(answers, warehouse.ledger.remembered(key))
            warehouse.ledger.remember(key, part.recipe.table, answers.document(), by)


def _in_order(parts: Iterable[UploadPart], mode: str) -> list[UploadPart]:
    """Accounts before what refers to them, corrections after what they correct, with their modes.

    A further file of a table adds to the first one's rows instead of replacing them. So do
    corrections in any case: the rows that were set apart are never a whole table.
    """
    order = list(declaration.tables())
    seen: set[str] = set()
    result = []
    for part in sorted(parts, key=lambda p: (order.index(p.recipe.table), p.is_correction)):
        is_further = part.is_correction or part.recipe.table in seen
        result.append(replace(part, mode="update" if is_further else mode))
        seen.add(part.recipe.table)
    return result


def _refuse_if_unreadable(part: UploadPart) -> None:
    staged = part.staged
    details = {
        "file": part.name,
        "table": part.recipe.table,
        "received": staged.received,
        "rejected": staged.rejected.num_rows,
        "blank": staged.blank,
        "problems": staged.problems,
        "first_lines": staged.first_lines,
        "examples": staged.examples,
    }
    if staged.received == 0:
        raise KamError("no_rows", **details)
    share = staged.rejected.num_rows / staged.received
    # Who corrects some of many rows sends the others along.
    most = load_settings().warehouse.max_quarantined_share
    if share == 1 or (share > most and not part.is_correction):
        raise KamError("too_many_broken_rows", **details)


def _refuse_clash(parts: Sequence[UploadPart]) -> None:
    """Two files that are one table together must not say two things about one row."""
    if len(parts) < 2:
        return
    table = declaration.tables()[parts[0].recipe.table]
    key = table.replaced_by or table.key
    rows = _all_rows(parts)
    cells = ", ".join(f'"{name}"' for name in rows.column_names if name != "part")
    with duckdb.connect() as connection:
        connection.register("rows", rows)
        same_key = " and ".join(f"one.{name} is not distinct from other.{name}" for name in key)
        query = load_sql(
            "uploads/clashing_rows",
            key=", ".join(key),
            cells=cells,
            shown=", ".join(f"one.{name}" for name in key),
            same_key=same_key,
        )
        clashes = connection.execute(query).fetchall()
    for one, other, *values in clashes:
        raise KamError(
            "clashing_rows",
            file=parts[other].name,
            other=parts[one].name,
            table=parts[0].recipe.table,
            key=" / ".join(str(value) for value in values),
        )


def _all_rows(parts: Sequence[UploadPart]) -> pa.Table:
    """The accepted rows of several parts, each with the position of its part."""
    return pa.concat_tables(
        part.staged.accepted.drop_columns(["line_no"]).append_column(
            "part", pa.array([position] * part.staged.accepted.num_rows, pa.int32())
        )
        for position, part in enumerate(parts)
    )
