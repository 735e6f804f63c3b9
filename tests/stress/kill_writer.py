"""Writers that load and roll back without end, and the one who kills them at random moments."""

import multiprocessing
import os
import random
import time
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path

from kam_core.uploads.load import load, restore_version
from kam_core.warehouse import build
from kam_core.warehouse.store import Warehouse
from tests import conftest
from tests.support.aftermath import acknowledged, assert_nothing_acknowledged_is_lost, assert_whole

HEADER = "order_id,account_id,ordered_on,amount\n"
LOADS_PER_ROUND = 2
# Seconds until a writer that does not start is taken for dead.
PATIENCE = 300


def company_files(folder: Path) -> list[Path]:
    """The small company of the tests as files."""
    texts = {
        "accounts": conftest.ACCOUNTS,
        "interactions": conftest.INTERACTIONS,
        "needs": conftest.NEEDS,
        "orders": conftest.ORDERS,
    }
    paths = [folder / f"{table}.csv" for table in texts]
    for path, text in zip(paths, texts.values(), strict=True):
        path.write_text(text, "utf-8")
    return paths


def write_forever(folder: Path, first: int, started: Event) -> None:
    """Load one new order after the other; every fourth time go back to the version before."""
    # What a process does once takes longer than a load, which the moments are chosen for.
    build.empty_version()
    started.set()
    warehouse = Warehouse(folder / "warehouse")
    for number in count(first):
        if number % 4 == 3:
            live = warehouse.live_version()
            assert live is not None and live.parent is not None
            restore_version(warehouse, live.parent, by="killer")
        else:
            path = folder / f"orders-{number}.csv"
            path.write_text(f"{HEADER}O{number},A1,2024-09-10,0.10\n", "utf-8")
            load(warehouse, [path], mode="update", by="killer")
        live = warehouse.live_version()
        assert live is not None
        acknowledge(folder / "acknowledged", f"{number} {live.version}")


def acknowledge(path: Path, line: str) -> None:
    """Append a line that is on the disk when this returns."""
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.write(handle, f"{line}\n".encode())
    os.fsync(handle)
    os.close(handle)


class Killer:
    """Starts a writer, waits at random for up to two loads, and kills it with -9."""

    def __init__(
        self, warehouse: Warehouse, company: list[Path], folder: Path, seed: int | str
    ) -> None:
        load(warehouse, company)
        self.warehouse, self.folder = warehouse, folder
        self.moments = random.Random(seed)
        self.context = multiprocessing.get_context("forkserver")
        self.context.set_forkserver_preload(["tests.stress.kill_writer"])
        self.longest_wait = LOADS_PER_ROUND * self._seconds_of_a_load(company[-1])

    def kill_one_writer(self) -> None:
        self._settle()
        started, first = self.context.Event(), len(acknowledged(self.folder))
        writer = self.context.Process(
            target=write_forever, args=(self.folder, first, started), daemon=True
        )
        writer.start()
        assert started.wait(PATIENCE), "the writer did not start"
        time.sleep(self.moments.uniform(0, self.longest_wait))
        writer.kill()
        writer.join()

    def assert_nothing_is_lost(self) -> None:
        """Asked of a warehouse opened anew."""
        anew = Warehouse(self.warehouse.path)
        assert_whole(anew)
        assert_nothing_acknowledged_is_lost(anew, acknowledged(self.folder))

    def _seconds_of_a_load(self, path: Path) -> float:
        """How long a load takes here and now, so that kills fall into all of it anywhere."""
        begin = time.perf_counter()
        load(self.warehouse, [path], mode="update", dry_run=True)
        return time.perf_counter() - begin

    def _settle(self) -> None:
        """A deed cut off between its last row and its note counts as noted from here on."""
        deeds = acknowledged(self.folder)
        published = [entry.version for entry in self.warehouse.ledger.publications()][1:]
        for number, version in enumerate(published[len(deeds) :], start=len(deeds)):
            acknowledge(self.folder / "acknowledged", f"{number} {version}")
