"""Kills writers at random moments and says how often something was lost.

``python -m tests.stress.kill --rounds 1000``; ends with "x bad of n" and exit code 1 if x is not 0.
"""

import argparse
import sys
import tempfile
import traceback
from pathlib import Path

from kam_core.warehouse.store import Warehouse
from tests.stress.kill_writer import Killer, company_files
from tests.support.aftermath import acknowledged, assert_the_next_load_works

# A warehouse is given up after so many rounds: every version repeats the list of its snapshots.
ROUNDS_PER_WAREHOUSE = 25


def main() -> int:
    options = _options()
    bad = deeds = done = 0
    while done < options.rounds:
        rounds = min(ROUNDS_PER_WAREHOUSE, options.rounds - done)
        with tempfile.TemporaryDirectory(prefix="keystone-kill-") as folder:
            survived, finished = _survived(Path(folder), rounds, f"{options.seed}-{done}")
        bad += survived < rounds
        deeds, done = deeds + finished, done + min(survived + 1, rounds)
        print(f"{bad} bad of {done} kills ({deeds} deeds acknowledged)", flush=True)
    return 1 if bad else 0


def _survived(folder: Path, rounds: int, seed: str) -> tuple[int, int]:
    """How many kills a warehouse survived, and how many deeds were acknowledged meanwhile."""
    warehouse = Warehouse(folder / "warehouse")
    killer = Killer(warehouse, company_files(folder), folder, seed)
    survived = 0
    try:
        for _ in range(rounds):
            killer.kill_one_writer()
            killer.assert_nothing_is_lost()
            survived += 1
        assert_the_next_load_works(warehouse, folder / "next.csv")
    except Exception:
        survived = min(survived, rounds - 1)
        traceback.print_exc()
    return survived, len(acknowledged(folder))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=20241015)
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
