"""The names of regions and persons that a version holds: what an upload is compared with."""

from duckdb import DuckDBPyConnection

from kam_core.ingest.mapping.name_map import KINDS, KnownNames, name_columns


def load_known_names(connection: DuckDBPyConnection) -> KnownNames:
    """The names of a version file opened with ``store.open_version``."""
    columns = {kind: name_columns(kind) for kind in KINDS}
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


def _names(connection: DuckDBPyConnection, schema: str, qualified: str) -> list[str]:
    table, column = qualified.split(".")
    rows = connection.execute(
        f"select distinct {column} from {schema}.{table} where {column} <> '' order by 1"
    ).fetchall()
    return [name for (name,) in rows]
