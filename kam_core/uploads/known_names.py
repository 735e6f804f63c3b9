"""The names of regions and persons that a version holds: what an upload is compared with."""

from collections.abc import Collection, Mapping

import duckdb

from kam_core.ingest.mapping.name_map import KINDS, KnownNames, name_columns
from kam_core.warehouse.build import history_columns


def load_known_names(connection: duckdb.DuckDBPyConnection) -> KnownNames:
    """The names of a version file opened with ``store.open_version``."""
    stored = history_columns(connection)
    columns = {kind: [c for c in name_columns(kind) if _is_stored(c, stored)] for kind in KINDS}
    ever = {
        kind: frozenset(
            name for column in of_kind for name in _names(connection, "history", column)
        )
        for kind, of_kind in columns.items()
    }
    in_force = {
        column: frozenset(_names(connection, "main", column))
        for of_kind in columns.values()
        for column in of_kind
    }
    return KnownNames(ever, in_force)


def _is_stored(qualified: str, stored: Mapping[str, Collection[str]]) -> bool:
    """Whether the file has the column: one of an older release may not."""
    table, column = qualified.split(".")
    return column in stored.get(table, ())


def _names(connection: duckdb.DuckDBPyConnection, schema: str, qualified: str) -> list[str]:
    table, column = qualified.split(".")
    rows = connection.execute(
        f"select distinct {column} from {schema}.{table} where {column} <> '' order by 1"
    ).fetchall()
    return [name for (name,) in rows]
