"""Many at once: readers see one whole version each, and writers wait for each other."""

import multiprocessing
import threading
import time
from datetime import date
from multiprocessing.connection import Connection
from pathlib import Path

import duckdb

from kam_core.uploads.load import load
from kam_core.warehouse import store
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse, open_version
from tests.stress.kill_writer import HEADER

READERS = 20
LOADS = 2
FIRST = 3
# Seconds between two runs of a reader: a busy loop would only starve the loads.
PAUSE = 0.2
# Seconds until a process that says nothing is taken for dead.
PATIENCE = 300
DAY = date(2024, 9, 30)
CONTEXT = multiprocessing.get_context("forkserver")


def orders_of(version: int) -> str:
    """So many orders of so many hundredths: count and sum tell which version they belong to."""
    lines = (f"O{n},A1,2024-07-{n:02d},0.{version:02d}\n" for n in range(1, version + 10))
    return HEADER + "".join(lines)


def figures_of(version: int) -> tuple[int, str]:
    count = version + 9
    return count, f"{count * version / 100:.2f}"


def figures_in(cursor: duckdb.DuckDBPyConnection) -> tuple[int, str]:
    """Asked in two queries, so that a version that changed in between would show."""
    count = cursor.execute("select count(*) from scoped.orders").fetchall()[0][0]
    total = cursor.execute("select sum(amount)::varchar from scoped.orders").fetchall()[0][0]
    return count, total


def load_version(warehouse: Warehouse, folder: Path, version: int) -> None:
    path = folder / f"orders-{version}.csv"
    path.write_text(orders_of(version), "utf-8")
    load(warehouse, [path], as_of=DAY, confirmed=True)


def read_until(last: int, folder: Path, told: Connection) -> None:
    """A process that opens the live version over and over until it is the last one.

    Sends the first version it saw as soon as it has read it, and in the end all that was wrong.
    """
    version, wrong, first = 0, list[str](), True
    while version < last:
        try:
            warehouse = Warehouse(folder / "warehouse")
            live = warehouse.live_version()
            assert live is not None
            version = live.version
            with open_version(warehouse.verified_file(version)) as connection:
                found = figures_in(store.cursor(connection, Scope(("East", "South"), DAY)))
            if found != figures_of(version):
                wrong.append(f"version {version}: {found}")
        except Exception as error:
            wrong.append(repr(error))
        if first:
            told.send(version)
            first = False
        time.sleep(PAUSE)
    told.send(wrong)


def answer(pipe: Connection) -> object:
    """What a process says next; one that died says nothing, and must not be waited for."""
    assert pipe.poll(PATIENCE), "no answer"
    return pipe.recv()


def test_readers_in_processes_of_their_own_see_whole_versions_while_others_are_published(
    warehouse: Warehouse, company: list[Path], tmp_path: Path
) -> None:
    load(warehouse, company[:1], as_of=DAY)
    load(warehouse, [company[3]], as_of=DAY)
    load_version(warehouse, tmp_path, FIRST)
    CONTEXT.set_forkserver_preload(["tests.warehouse.test_concurrent"])
    pipes = [CONTEXT.Pipe() for _ in range(4)]
    readers = [
        CONTEXT.Process(target=read_until, args=(FIRST + LOADS, tmp_path, theirs), daemon=True)
        for _, theirs in pipes
    ]
    for reader in readers:
        reader.start()
    assert [answer(ours) for ours, _ in pipes] == [FIRST] * len(readers)
    for version in range(FIRST + 1, FIRST + 1 + LOADS):
        load_version(warehouse, tmp_path, version)
    assert [answer(ours) for ours, _ in pipes] == [[]] * len(readers)
    for reader in readers:
        reader.join()


class Readers:
    """Threads that ask the newest version opened, each run with a cursor of its own."""

    def __init__(self, opened: dict[int, duckdb.DuckDBPyConnection]) -> None:
        self.opened = opened
        self.wrong: list[str] = []
        self.seen: list[set[int]] = [set() for _ in range(READERS)]
        self.done = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(n,)) for n in range(READERS)]
        for thread in self.threads:
            thread.start()

    def run(self, number: int) -> None:
        while not self.done.wait(PAUSE):
            version = max(self.opened)
            try:
                with store.cursor(self.opened[version], Scope(("East",), DAY)) as own:
                    found = figures_in(own)
                if found != figures_of(version):
                    self.wrong.append(f"version {version}: {found}")
            except Exception as error:
                self.wrong.append(repr(error))
            self.seen[number].add(version)

    def stop(self) -> None:
        self.done.set()
        for thread in self.threads:
            thread.join()


def test_twenty_readers_on_one_connection_per_version_never_mix_numbers(
    warehouse: Warehouse, company: list[Path], tmp_path: Path
) -> None:
    """As pages do it: loads in a process of their own, one cursor per script run and thread."""
    load(warehouse, company[:1], as_of=DAY)
    load(warehouse, [company[3]], as_of=DAY)
    load_version(warehouse, tmp_path, FIRST)
    opened = {FIRST: open_version(warehouse.verified_file(FIRST))}
    readers = Readers(opened)
    for version in range(FIRST + 1, FIRST + 1 + LOADS):
        loader = CONTEXT.Process(
            target=load_version, args=(warehouse, tmp_path, version), daemon=True
        )
        loader.start()
        loader.join()
        opened[version] = open_version(warehouse.verified_file(version))
    readers.stop()
    for connection in opened.values():
        connection.close()
    assert readers.wrong == []
    assert all(FIRST in seen for seen in readers.seen)


def load_two(folder: Path, writer: int, told: Connection) -> None:
    failures = []
    for number in range(2):
        path = folder / f"writer-{writer}-{number}.csv"
        path.write_text(f"{HEADER}W{writer}{number},A1,2024-09-10,1.00\n", "utf-8")
        try:
            load(Warehouse(folder / "warehouse"), [path], mode="update", as_of=DAY)
        except Exception as error:
            failures.append(repr(error))
    told.send(failures)


def test_uploads_of_several_processes_wait_for_each_other_and_all_arrive(
    warehouse: Warehouse, company: list[Path], tmp_path: Path
) -> None:
    load(warehouse, company, as_of=DAY)
    CONTEXT.set_forkserver_preload(["tests.warehouse.test_concurrent"])
    pipes = [CONTEXT.Pipe() for _ in range(3)]
    writers = [
        CONTEXT.Process(target=load_two, args=(tmp_path, number, theirs), daemon=True)
        for number, (_, theirs) in enumerate(pipes)
    ]
    for writer in writers:
        writer.start()
    assert [answer(ours) for ours, _ in pipes] == [[], [], []]
    for writer in writers:
        writer.join()
    live = warehouse.live_version()
    assert live is not None and live.version == 7
    with open_version(warehouse.check_file(7)) as connection:
        query = "select order_id from orders where order_id like 'W%' order by 1"
        found = [order_id for (order_id,) in connection.execute(query).fetchall()]
    assert found == ["W00", "W01", "W10", "W11", "W20", "W21"]
