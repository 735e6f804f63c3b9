"""Killed at a random moment, a load leaves the last good version and every acknowledged upload.

``KAM_KILLS`` sets the number of rounds (10 by default); ``python -m tests.stress.kill`` runs a
thousand and reports on them.
"""

import os
from pathlib import Path

import pytest

from kam_core.warehouse.store import Warehouse
from tests.stress.kill_writer import Killer
from tests.support.aftermath import acknowledged, assert_the_next_load_works

ROUNDS = int(os.environ.get("KAM_KILLS", "10"))


@pytest.mark.random
def test_a_kill_at_any_moment_loses_nothing(
    warehouse: Warehouse, company: list[Path], tmp_path: Path
) -> None:
    killer = Killer(warehouse, company, tmp_path, seed=20241015)
    for _ in range(ROUNDS):
        killer.kill_one_writer()
        killer.assert_nothing_is_lost()
    assert acknowledged(tmp_path), "no deed was ever finished, so the test proved nothing"
    assert_the_next_load_works(warehouse, tmp_path / "next.csv")


@pytest.mark.parametrize("left", [".building-1.duckdb", ".building-1.duckdb.tmp/part"])
def test_what_a_killed_build_left_is_swept_by_the_next_load(
    warehouse: Warehouse, company: list[Path], tmp_path: Path, left: str
) -> None:
    Killer(warehouse, company, tmp_path, seed=1)
    for path in (warehouse.versions / left, warehouse.file(2)):
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"half")
    assert_the_next_load_works(warehouse, tmp_path / "next.csv")
