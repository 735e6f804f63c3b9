"""The plain rows of a version as pandas tables; amounts as whole numbers of their last digit."""

from dataclasses import dataclass

import duckdb
import pandas as pd
import pyarrow as pa

from kam_core.contract import declaration
from kam_core.settings.sql_files import load_sql

BESIDE = ("snapshot_id", "valid_from", "valid_to")
UPLOADED = ("snapshot_id", "table_name", "as_of", "as_of_from", "mode")
INT64_END = 2**63


@dataclass(frozen=True)
class VersionRows:
    """What was ever accepted, by table; which table was uploaded for which day, and why.

    ``timed``: the moments of an upload that always name a time.
    """

    history: dict[str, pd.DataFrame]
    uploads: pd.DataFrame
    timed: pd.DataFrame

    def first_upload(self, table: str) -> pd.Timestamp | None:
        """The day of the first upload of a table; None where it was never loaded."""
        days = self.uploads.loc[self.uploads["table_name"] == table, "as_of"]
        return None if days.empty else days.min()


def read_rows(connection: duckdb.DuckDBPyConnection) -> VersionRows:
    """The tables of a version, each by a select of its columns and nothing else."""
    history = {
        table.name: _read_table(
            connection,
            f"history.{table.name}",
            (*(column.name for column in table.columns), *BESIDE),
        )
        for table in declaration.tables().values()
    }
    uploads = _read_table(connection, "meta.snapshots", UPLOADED)
    timed = _read_table(connection, "meta.timed", ("snapshot_id", "column_name"))
    return VersionRows(history, uploads, timed)


def _read_table(
    connection: duckdb.DuckDBPyConnection, relation: str, names: tuple[str, ...]
) -> pd.DataFrame:
    query = load_sql("verify/columns", columns=", ".join(names), relation=relation)
    rows = connection.sql(query).to_arrow_table()
    columns = {name: _convert_column(rows.column(name)) for name in names}
    return pd.DataFrame(columns, columns=list(names))


def _convert_column(values: pa.ChunkedArray) -> pd.Series:
    if pa.types.is_decimal(values.type):
        return _to_whole_numbers(values)
    if pa.types.is_date(values.type):
        values = values.cast(pa.timestamp("us"))
    if pa.types.is_boolean(values.type):
        return values.to_pandas().astype("boolean")
    if pa.types.is_integer(values.type):
        return pd.Series(values.to_pylist(), dtype="Int64")
    return values.to_pandas()


def _to_whole_numbers(values: pa.ChunkedArray) -> pd.Series:
    """1.50 with two digits as 150, so that adding up is exact."""
    digits = values.type.scale
    units = [None if v is None else int(v.scaleb(digits)) for v in values.to_pylist()]
    # Adding up a column must not leave 64 bits either; Python's own integers have no end.
    fits = sum(abs(unit) for unit in units if unit is not None) < INT64_END
    return pd.Series(units, dtype="Int64" if fits else object)
