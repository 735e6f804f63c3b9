"""Lets the disk run full at every fill level, then gives it room and goes on without a restart.

``python -m tests.stress.disk`` as root: it mounts a small tmpfs. Ends with "x bad of n" and exit
code 1 if x is not 0.
"""

import argparse
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse
from tests.stress.deeds import REFUSALS, prepare
from tests.stress.kill_writer import company_files
from tests.support.aftermath import assert_the_next_load_works, assert_whole

ROOM = 64 * 1024


def main() -> int:
    options = _options()
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="keystone-disk-") as name:
        base, disk = Path(name) / "base", Path(name) / "disk"
        base.mkdir()
        disk.mkdir()
        load(Warehouse(base / "warehouse"), company_files(base))
        prepare(base)
        size = _kilobytes(base)
        while tally["refused"] == tally["n"]:
            with _disk(disk, size):
                tally += _filled(base, disk / "company")
            size += options.step
    print(f"{tally['bad']} bad of {tally['n']} sizes ({tally['refused']} too small for a load)")
    return 1 if tally["bad"] else 0


def _filled(base: Path, folder: Path) -> Counter[str]:
    """Load on a disk that may be too small, look while it is full, and load again with room."""
    shutil.copytree(base, folder)
    tally = Counter(n=1)
    warehouse = Warehouse(folder / "warehouse")
    try:
        load(warehouse, [folder / "more.csv"], mode="update")
    except REFUSALS as refusal:
        print(f"refused: {refusal}", flush=True)
        tally["refused"] += 1
    try:
        _fill(folder / "filler")
        warehouse = Warehouse(folder / "warehouse")
        live = warehouse.live_version()
        assert live is not None
        assert live.version == (1 if tally["refused"] else 2)
        assert_whole(warehouse)
        assert len(warehouse.ledger.publications()) == live.version
        _resize(folder.parent, ROOM)
        assert_the_next_load_works(warehouse, folder / "next.csv")
    except Exception:
        tally["bad"] += 1
        traceback.print_exc()
    return tally


@contextmanager
def _disk(folder: Path, kilobytes: int) -> Iterator[None]:
    mount = ["mount", "-t", "tmpfs", "-o", f"size={kilobytes}k", "tmpfs", str(folder)]
    subprocess.run(mount, check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True)


def _fill(path: Path) -> None:
    """Not a byte is left: what is there must still be readable."""
    with path.open("wb", buffering=0) as file, suppress(OSError):
        while file.write(bytes(4096)):
            pass


def _resize(folder: Path, kilobytes: int) -> None:
    options = f"remount,size={kilobytes}k"
    subprocess.run(["mount", "-o", options, str(folder)], check=True)


def _kilobytes(folder: Path) -> int:
    """What the files take on a disk with blocks of 4 kB, each folder and a little more included."""
    blocks = sum(1 + -(-path.stat().st_size // 4096) for path in folder.rglob("*"))
    return 4 * blocks


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--step", type=int, default=64, help="kilobytes between two sizes")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
