"""Opens an SQLite file that keeps a write-ahead log, also where nothing can be written."""

import shutil
import sqlite3
import struct
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path

from kam_core.settings.sql_files import load_sql


@contextmanager
def open_in_place(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection whose commits are on the disk when they return."""
    with closing(sqlite3.connect(path, timeout=30, isolation_level=None)) as connection:
        connection.row_factory = sqlite3.Row
        for name in ("write_ahead", "write_through", "hold_references"):
            connection.execute(load_sql(f"ledger/{name}"))
        yield connection


@contextmanager
def open_readable(path: Path) -> Iterator[sqlite3.Connection]:
    """A connection to read from, to a copy where the folder is read-only or the disk is full.

    Even to read, SQLite must write a file beside one that has a write-ahead log.
    """
    with ExitStack() as stack:
        try:
            connection = stack.enter_context(open_in_place(path))
        except sqlite3.OperationalError:
            connection = stack.enter_context(_open_copy(path))
        yield connection


def is_cut_short(path: Path) -> bool:
    """Whether pages are missing at the end, which SQLite may take for zeros and not notice.

    Bytes 16 and 28 of the file hold the size and the number of its pages. Where there is a
    write-ahead log, it may still have the pages.
    """
    if not path.exists() or path.stat().st_size == 0:
        return False
    with path.open("rb") as file:
        head = file.read(32)
    if len(head) < 32:
        return True
    page_size, pages = struct.unpack(">16xH10xI", head)
    size = path.stat().st_size
    return size < (65536 if page_size == 1 else page_size) * pages and not _log_path(path).exists()


@contextmanager
def _open_copy(path: Path) -> Iterator[sqlite3.Connection]:
    """Copied again if somebody wrote meanwhile: file and log must be of one moment."""
    moment = _file_times(path)
    with _open_copy_with_log(path) if len(moment) > 1 else _open_in_memory(path) as connection:
        if _file_times(path) == moment:
            connection.row_factory = sqlite3.Row
            connection.execute(load_sql("ledger/read_only"))
            yield connection
            return
    with _open_copy(path) as connection:
        yield connection


@contextmanager
def _open_in_memory(path: Path) -> Iterator[sqlite3.Connection]:
    content = bytearray(path.read_bytes())
    # As SQLite's documentation has it: 1 in these bytes says that there is no write-ahead log.
    content[18:20] = b"\x01\x01"
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        connection.deserialize(bytes(content))
        yield connection


@contextmanager
def _open_copy_with_log(path: Path) -> Iterator[sqlite3.Connection]:
    with tempfile.TemporaryDirectory(prefix="keystone-") as folder:
        copy = Path(folder) / path.name
        shutil.copyfile(path, copy)
        with suppress(FileNotFoundError):
            shutil.copyfile(_log_path(path), _log_path(copy))
        with open_in_place(copy) as connection:
            yield connection


def _log_path(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")


def _file_times(path: Path) -> list[tuple[int, int]]:
    """Times and sizes of the file and, where it holds anything, of its log."""
    states = [file.stat() for file in (path, _log_path(path)) if file.exists()]
    return [(state.st_mtime_ns, state.st_size) for state in states if state.st_size]
