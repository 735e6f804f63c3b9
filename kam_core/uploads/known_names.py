"""The names of regions and persons that a version holds: what an upload is compared with."""

from collections.abc import Collection, Mapping
from itertools import chain
from pathlib import Path

from duckdb import DuckDBPyConnection

from kam_core.ingest.mapping.name_map import KINDS, KnownNames, name_columns
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse.build import history_columns
from kam_core.warehouse.store import open_version


def load_known_names(file: Path | None) -> KnownNames:
    """The names of a version file; where there is none, nothing is known."""
    if file is None:
        return KnownNames()
    with open_version(file) as version:
        stored = history_columns(version)
        by_kind = {kind: [c for c in name_columns(kind) if _is_stored(c, stored)] for kind in KINDS}
        ever = {
            kind: frozenset(name for column in own for name in _names(version, "history", column))
            for kind, own in by_kind.items()
        }
        columns = chain(*by_kind.values())
        in_force = {column: frozenset(_names(version, "main", column)) for column in columns}
    return KnownNames(ever, in_force)


def _is_stored(qualified: str, stored: Mapping[str, Collection[str]]) -> bool:
    """Whether the file has the column: one of an older release may not."""
    table, column = qualified.split(".")
    return column in stored.get(table, ())


def _names(connection: DuckDBPyConnection, schema: str, qualified: str) -> list[str]:
    table, column = qualified.split(".")
    query = load_sql("uploads/names", column=column, relation=f"{schema}.{table}")
    return [name for (name,) in connection.execute(query).fetchall()]
