"""What is done while system calls fail: one load, then one rollback, each noted once it is done."""

import os
import sqlite3
import sys
from collections.abc import Callable
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from kam_core.errors import KamError
from kam_core.uploads.load import load, restore_version
from kam_core.warehouse.store import Warehouse
from tests.stress.kill_writer import HEADER, acknowledge

# How a process that was not killed may end. Anything else is a crash.
DONE, REFUSED, NOT_NOTED = 0, 3, 4
# What the command line tells as "the data folder cannot be read or written".
REFUSALS = (KamError, OSError, sqlite3.Error, duckdb.Error)


def prepare(folder: Path) -> None:
    """Write the file to load."""
    (folder / "more.csv").write_text(f"{HEADER}O9,A1,2024-09-10,0.10\n", "utf-8")


def do(folder: Path, go: Connection) -> None:
    """Load and go back as soon as told to; the exit code is one of the above.

    On one processor, so that one thread makes the same system calls in the same order each time.
    """
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
    go.recv()
    for number, deed in enumerate((_load, _go_back)):
        version = _unless_refused(deed, folder)
        try:
            acknowledge(folder / "acknowledged", f"{number} {version}")
        except OSError:
            sys.exit(NOT_NOTED)


def _load(folder: Path) -> int:
    warehouse = Warehouse(folder / "warehouse")
    (report,) = load(warehouse, [folder / "more.csv"], mode="update", by="deeds")
    assert report.version
    return report.version


def _go_back(folder: Path) -> int:
    restore_version(Warehouse(folder / "warehouse"), 1, by="deeds")
    return 1


def _unless_refused(deed: Callable[[Path], int], folder: Path) -> int:
    try:
        return deed(folder)
    except REFUSALS as refusal:
        (folder / "refusal").write_text(repr(refusal), "utf-8")
        sys.exit(REFUSED)
