"""Names of regions and persons written in several ways: one map, a reason and a date for each."""

import csv
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz import fuzz, process

from kam_core.contract.declaration import tables
from kam_core.errors import KamError
from kam_core.settings.loader import find_own_file, load_settings

KINDS = ("region", "person")
COLUMNS = ["kind", "written", "use", "reason", "date"]
NEW = {"region": "new_region", "person": "new_person"}
VANISHED = {"region": "vanished_region", "person": "vanished_person"}
UNUSED = "unused_name"
# Problems that only show beside the live version or the map, never in a file alone.
CODES = frozenset({*NEW.values(), *VANISHED.values(), UNUSED})


@dataclass(frozen=True)
class Entry:
    """A name as some file writes it (``written``), and the name to use instead, and why."""

    kind: str
    written: str
    use: str
    reason: str
    date: date


@dataclass(frozen=True)
class KnownNames:
    """Names the live version holds: ``ever`` by kind, ``in_force`` by "table.column"."""

    ever: Mapping[str, frozenset[str]] = field(default_factory=dict)
    in_force: Mapping[str, frozenset[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class NameNote:
    """A name that is new or has vanished: ``nearest`` is the known name most like it, if any.

    ``code`` is that of the problem; ``rows`` and ``first_line`` say where it stands in the file.
    """

    code: str
    column: str
    name: str
    nearest: str | None
    rows: int
    first_line: int | None


def names_file() -> Path | None:
    """names.csv of the installation's settings, or in the folder that KAM_REFERENCE names."""
    folder = os.environ.get("KAM_REFERENCE")
    return Path(folder) / "names.csv" if folder else find_own_file("names.csv")


def entries(path: Path | None = None) -> tuple[Entry, ...]:
    """The map as it is now; no file is an empty map, a wrong one is KamError("bad_names_map")."""
    path = path or names_file()
    if path is None or not path.is_file():
        return ()
    return _entries(path, path.stat().st_mtime_ns)


@cache
def _entries(path: Path, _changed_at: int) -> tuple[Entry, ...]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames != COLUMNS:
            raise KamError("bad_names_map", line=1, problem=", ".join(COLUMNS))
        found = [(reader.line_num, _entry(row, reader.line_num)) for row in reader]
    seen: set[tuple[str, str]] = set()
    for line, entry in found:
        if (entry.kind, entry.written) in seen:
            raise KamError("bad_names_map", line=line, problem=entry.written)
        seen.add((entry.kind, entry.written))
    for line, entry in found:
        # A name to use that is itself replaced would make the result depend on the order of lines.
        if (entry.kind, entry.use) in seen:
            raise KamError("bad_names_map", line=line, problem=entry.use)
    return tuple(entry for _, entry in found)


def _entry(row: Mapping[str, str | None], line: int) -> Entry:
    cells = {name: (row.get(name) or "").strip() for name in COLUMNS}
    lacking = [name for name, text in cells.items() if not text]
    if lacking or None in row:
        raise KamError("bad_names_map", line=line, problem=", ".join(lacking or COLUMNS))
    if cells["kind"] not in KINDS:
        raise KamError("bad_names_map", line=line, problem=cells["kind"])
    try:
        day = date.fromisoformat(cells["date"])
    except ValueError:
        raise KamError("bad_names_map", line=line, problem=cells["date"]) from None
    return Entry(cells["kind"], cells["written"], cells["use"], cells["reason"], day)


def kind_of(table: str, column: str) -> str | None:
    """Whether a column holds names of regions, of our persons, or neither."""
    place = f"{table}.{column}"
    return next((kind for kind in KINDS if place in name_columns(kind)), None)


def name_columns(kind: str) -> list[str]:
    """The columns, as ``table.column``, that hold names of a kind."""
    return getattr(load_settings().mapping.names, kind)


def with_names(
    table: str, columns: Collection[str], values: Mapping[str, Mapping[str, str]]
) -> dict[str, Mapping[str, str]]:
    """Meanings of texts (column -> {text: meaning}) and, for names, those of the map as well.

    What is written into a recipe is all that a later rebuild needs, whatever the map says then.
    """
    result = dict(values)
    for column in columns:
        kind = kind_of(table, column)
        uses = {entry.written: entry.use for entry in entries() if entry.kind == kind}
        if uses:
            said = {text: uses.get(use, use) for text, use in values.get(column, {}).items()}
            result[column] = {**uses, **said}
    return result


def notes(table: str, accepted: pa.Table, known: KnownNames, mode: str) -> list[NameNote]:
    """Names of a checked upload that the live version never had, or has and the upload lacks.

    ``accepted`` is ``Staged.accepted``. Only a full upload can make a name vanish; without live
    data nothing is new.
    """
    found: list[NameNote] = []
    for column in tables()[table].columns:
        kind = kind_of(table, column.name)
        if kind and known.ever.get(kind):
            found += _new_names(column.name, kind, accepted, known.ever[kind])
    return found + (_vanished_names(table, accepted, known) if mode == "full" else [])


def _new_names(column: str, kind: str, accepted: pa.Table, ever: Collection[str]) -> list[NameNote]:
    unseen = [name for name in accepted[column].unique().to_pylist() if name and name not in ever]
    if not unseen:
        return []
    names = accepted[column].cast(pa.string())
    rows = pa.table({"name": names, "line": accepted["line_no"]})
    rows = rows.filter(pc.is_in(names, pa.array(unseen, pa.string())))
    places = rows.group_by("name").aggregate([("line", "count"), ("line", "min")]).to_pylist()
    return [
        NameNote(
            NEW[kind], column, p["name"], nearest(p["name"], ever), p["line_count"], p["line_min"]
        )
        for p in sorted(places, key=lambda place: place["line_min"])
    ]


def _vanished_names(table: str, accepted: pa.Table, known: KnownNames) -> list[NameNote]:
    """Names of the live table that no column of that kind in the new one holds."""
    found = []
    for kind in KINDS:
        places = [place for place in name_columns(kind) if place in known.in_force]
        columns = [place.split(".")[1] for place in places if place.startswith(f"{table}.")]
        now = {name for column in columns for name in accepted[column].unique().to_pylist()}
        before = {name: c for c in columns for name in known.in_force[f"{table}.{c}"]}
        found += [
            NameNote(VANISHED[kind], before[name], name, nearest(name, now - {None}), 0, None)
            for name in sorted(before)
            if name not in now
        ]
    return found


def unused(texts: Mapping[str, Collection[str]]) -> list[Entry]:
    """Entries of the map that none of the texts needs; ``texts`` are names as written, by kind."""
    return [entry for entry in entries() if entry.written not in texts.get(entry.kind, ())]


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name most like this one, if any is alike; nothing is ever replaced by it."""
    others = sorted(other for other in known if other != name)
    within = [other for other in others if _is_within(name, other) or _is_within(other, name)]
    if within:
        return max(within, key=lambda other: fuzz.ratio(name, other))
    least = 100 * load_settings().mapping.similar.name_least
    # Sorted words, so that family name and given name may change places.
    found = process.extractOne(name, others, scorer=fuzz.token_sort_ratio, score_cutoff=least)
    return found[0] if found else None


def _is_within(piece: str, name: str) -> bool:
    least = load_settings().mapping.similar.piece_least * (2 if piece.isascii() else 1)
    return len(piece) >= least and piece in name
