"""The names of regions and persons that a version holds: what an upload is compared with."""

import duckdb

from kam_core.ingest.mapping.name_map import KINDS, KnownNames, name_columns


def known_names(connection: duckdb.DuckDBPyConnection) -> KnownNames:
    """The names of a version file opened with ``store.open_version``."""
    places = {kind: name_columns(kind) for kind in KINDS}
    ever = {
        kind: frozenset(name for place in of_kind for name in _names(connection, "history", place))
        for kind, of_kind in places.items()
    }
    in_force = {
        place: frozenset(_names(connection, "main", place))
        for of_kind in places.values()
        for place in of_kind
    }
    return KnownNames(ever, in_force)


def _names(connection: duckdb.DuckDBPyConnection, schema: str, place: str) -> list[str]:
    table, column = place.split(".")
    rows = connection.execute(
        f"select distinct {column} from {schema}.{table} where {column} <> '' order by 1"
    ).fetchall()
    return [name for (name,) in rows]
