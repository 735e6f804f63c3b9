"""A lock between processes whose holder leaves a note, so that whoever waits can say for whom."""

import fcntl
import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TextIO


@dataclass(frozen=True)
class Holder:
    """Who holds a lock: a name, the process, and since when (UTC, ISO 8601)."""

    by: str
    pid: int
    since: str


Waiting = Callable[[Holder | None], None]


@contextmanager
def hold_lock(path: Path, by: str, waiting: Waiting | None = None) -> Iterator[None]:
    """Hold the lock file; where somebody else does, call ``waiting`` once, then wait for it.

    ``waiting`` gets None where the note cannot be read; it may raise instead of waiting. The lock
    ends with the process, however that ends.
    """
    # Not "w": opening must not wipe out the note of the one who holds the lock.
    with path.open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if waiting:
                waiting(_read_note(file))
            fcntl.flock(file, fcntl.LOCK_EX)
        holder = Holder(by, os.getpid(), datetime.now(UTC).isoformat(timespec="seconds"))
        _write_note(file, json.dumps(asdict(holder)))
        try:
            yield
        finally:
            # What was done is done, also where the disk does not take the note back any more.
            with suppress(OSError):
                _write_note(file, "")


def _write_note(file: TextIO, text: str) -> None:
    file.seek(0)
    file.truncate()
    file.write(text)
    file.flush()


def _read_note(file: TextIO) -> Holder | None:
    file.seek(0)
    try:
        return Holder(**json.loads(file.read()))
    except (ValueError, TypeError):
        return None
