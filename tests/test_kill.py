"""Killed at a random moment, a load leaves the last good version and every acknowledged upload.

``KAM_KILLS`` sets the number of rounds (30 by default).
"""

import multiprocessing
import os
import random
import time
from pathlib import Path

import pytest

from kam_core import build
from kam_core.ingest.load import load
from kam_core.store import Warehouse, open_version
from tests.kill_writer import write_forever

LOADS_PER_ROUND = 3
ROUNDS = int(os.environ.get("KAM_KILLS", "30"))


@pytest.fixture
def folder(warehouse: Warehouse, company: list[Path], tmp_path: Path) -> Path:
    load(warehouse, company)
    return tmp_path


def acknowledged(folder: Path) -> list[tuple[int, int]]:
    path = folder / "acknowledged"
    if not path.exists():
        return []
    return [tuple(map(int, line.split())) for line in path.read_text().splitlines()]


def assert_whole(warehouse: Warehouse) -> None:
    """The live version is the one published, byte for byte and row for row."""
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.check_file(live.version)) as connection:
        assert build.describe(connection).content_hash == live.content_hash


def assert_nothing_acknowledged_is_lost(warehouse: Warehouse, folder: Path) -> None:
    published = [publication.version for publication in warehouse.ledger.publications()]
    deeds = acknowledged(folder)
    # The deed under way when the kill came may be done or not; those before it are done.
    assert published[1 : len(deeds) + 1] == [version for _, version in deeds]
    assert len(published) - 1 - len(deeds) in (0, 1)
    for version in {version for _, version in deeds}:
        for snapshot in warehouse.ledger.snapshots(version):
            warehouse.raw_bytes(snapshot.sha256)


def test_a_kill_at_any_moment_loses_nothing(warehouse: Warehouse, folder: Path) -> None:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.kill_writer"])
    moments = random.Random(20241015)
    longest_wait = LOADS_PER_ROUND * seconds_of_a_load(warehouse, folder)
    for _ in range(ROUNDS):
        # A deed that a kill cut off between its last row and its note counts as noted from here on.
        settle(warehouse, folder)
        started, first = context.Event(), len(acknowledged(folder))
        writer = context.Process(target=write_forever, args=(folder, first, started))
        writer.start()
        started.wait()
        time.sleep(moments.uniform(0, longest_wait))
        writer.kill()
        writer.join()
        assert_whole(Warehouse(warehouse.path))
        assert_nothing_acknowledged_is_lost(warehouse, folder)
    assert acknowledged(folder), "no deed was ever finished, so the test proved nothing"


def seconds_of_a_load(warehouse: Warehouse, folder: Path) -> float:
    """How long a load takes here and now, so that kills fall into all of it on any machine."""
    begin = time.perf_counter()
    load(warehouse, [folder / "incoming" / "orders.csv"], mode="update", dry_run=True)
    return time.perf_counter() - begin


def settle(warehouse: Warehouse, folder: Path) -> None:
    deeds = acknowledged(folder)
    published = [publication.version for publication in warehouse.ledger.publications()][1:]
    with (folder / "acknowledged").open("a") as notes:
        for number, version in enumerate(published[len(deeds) :], start=len(deeds)):
            notes.write(f"{number} {version}\n")
