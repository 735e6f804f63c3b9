"""Reads large files without keeping them in memory.

What was read for the last time gives its memory to what is written next; otherwise a large upload
takes up several times its size and makes other programs slow. These are hints: where the system
takes none, everything is read all the same.
"""

import mmap
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import IO


def forget_pages(file: IO[bytes], end: int) -> None:
    """Say that the bytes of a file before ``end`` will not be read again soon."""
    # Not every system has the call, and not every file system takes the hint.
    with suppress(AttributeError, OSError):
        os.posix_fadvise(file.fileno(), 0, end, os.POSIX_FADV_DONTNEED)


@dataclass(frozen=True)
class MappedFile:
    """A file that is mapped into memory for reading."""

    file: IO[bytes]
    pages: mmap.mmap

    @cached_property
    def data(self) -> memoryview:
        return memoryview(self.pages)

    def forget(self, end: int) -> None:
        """Say that the bytes before ``end`` will not be read soon; they still can be."""
        whole_pages = end - end % mmap.PAGESIZE
        with suppress(AttributeError, OSError):
            self.pages.madvise(mmap.MADV_DONTNEED, 0, whole_pages)
        forget_pages(self.file, whole_pages)


@contextmanager
def map_file(path: Path) -> Iterator[MappedFile]:
    """Map a file that is not empty; whoever holds its data may read on after the end."""
    with path.open("rb") as file:
        yield MappedFile(file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
