"""Writes rows as CSV files with the headers of the data contract."""

import csv
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

from kam_core.contract.declaration import Column, Table, tables
from kam_core.demo.world import World


def write_tables(world: World, directory: Path) -> list[Path]:
    """The tables and columns of the contract that the company has."""
    directory.mkdir(parents=True, exist_ok=True)
    kept = (table for table in tables().values() if hasattr(world, table.name))
    return [_write_table(table, getattr(world, table.name), directory) for table in kept]


def _write_table(table: Table, rows: Sequence[Any], directory: Path) -> Path:
    path = directory / f"{table.name}.csv"
    columns = [column for column in table.columns if hasattr(rows[0], column.name)]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        for row in rows:
            writer.writerow([_as_text(c, getattr(row, c.name)) for c in columns])
    return path


def _as_text(column: Column, value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case datetime():
            return f"{value:%Y-%m-%d %H:%M}"
        case date():
            return value.isoformat()
        case int() if column.type == "money":
            return f"{value // 100}.{value % 100:02d}"
        case _:
            return str(value)
