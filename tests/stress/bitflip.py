"""Flips single bits of a live version file and of stored uploads; all must be noticed.

``python -m tests.stress.bitflip --flips 10000``; ends with "x unnoticed of n" and exit code 1 if x
is not 0, or if the version rebuilt afterwards is not the same.
"""

import argparse
import random
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from kam_core.errors import KamError
from kam_core.uploads.load import load, rebuild_version
from kam_core.warehouse.store import Warehouse
from tests.stress.kill_writer import company_files
from tests.support.aftermath import flip


def main() -> int:
    options = _options()
    chance = random.Random(options.seed)
    with tempfile.TemporaryDirectory(prefix="keystone-bits-") as name:
        warehouse = Warehouse(Path(name) / "warehouse")
        load(warehouse, company_files(Path(name)))
        version = warehouse.require_version(1)
        upload = warehouse.ledger.snapshots(1)[0].sha256
        unnoticed = _unnoticed(
            warehouse.file(1), lambda: warehouse.verified_file(1), options.flips, chance
        ) + _unnoticed(
            warehouse.raw / upload, lambda: warehouse.raw_bytes(upload), options.flips // 10, chance
        )
        warehouse.file(1).write_bytes(b"damaged")
        is_same = rebuild_version(warehouse, 1).content_hash == version.content_hash
    print(f"{unnoticed} unnoticed of {options.flips + options.flips // 10} flips")
    print("rebuilt with the same content" if is_same else "rebuilt, but not the same")
    return 1 if unnoticed or not is_same else 0


def _unnoticed(path: Path, use: Callable[[], object], flips: int, chance: random.Random) -> int:
    """How many of some single-bit flips of a file its user did not refuse."""
    size = path.stat().st_size
    unnoticed = 0
    for _ in range(flips):
        place, bit = chance.randrange(size), chance.randrange(8)
        flip(path, place, bit)
        try:
            use()
            unnoticed += 1
        except KamError as refusal:
            unnoticed += refusal.code not in ("version_damaged", "raw_damaged")
        flip(path, place, bit)
    return unnoticed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--flips", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20241015)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
