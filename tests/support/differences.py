"""How two recordings differ, file by file, short enough to be looked at."""

import difflib
from collections.abc import Iterator
from pathlib import Path

LONGEST_LINE = 300
MOST_LINES = 40


def compare(old: Path, new: Path) -> int:
    """Print how the parts that both recordings have differ; exit code 1 where they do."""
    before, after = (_parts(folder) for folder in (old, new))
    parts = sorted(before & after)
    changed = [name for part in parts for name in _changed(old, new, part)]
    for name in changed:
        print("\n".join(_shortened(_difference(old / name, new / name, name))))
    for name, left in (("not recorded anew", before - after), ("not in the old", after - before)):
        if left:
            print(f"{name}: {' '.join(sorted(left))}")
    return 1 if changed else 0


def _parts(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir() if path.is_dir()}


def _changed(old: Path, new: Path, part: str) -> Iterator[str]:
    """The files of a part that differ, or that only one of two recordings has."""
    names = {
        str(path.relative_to(folder))
        for folder in (old, new)
        for path in (folder / part).rglob("*")
        if path.is_file()
    }
    for name in sorted(names):
        if _content(old / name) != _content(new / name):
            yield name


def _content(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _difference(old: Path, new: Path, name: str) -> Iterator[str]:
    before, after = ((_content(path) or b"").decode().split("\n") for path in (old, new))
    return difflib.unified_diff(before, after, f"old/{name}", f"new/{name}", n=2, lineterm="")


def _shortened(difference: Iterator[str]) -> Iterator[str]:
    """The beginning of a difference, and of each of its lines."""
    rows = list(difference)
    for row in rows[:MOST_LINES]:
        yield row if len(row) <= LONGEST_LINE else f"{row[:LONGEST_LINE]} … ({len(row)})"
    if len(rows) > MOST_LINES:
        yield f"… {len(rows) - MOST_LINES} more lines"
