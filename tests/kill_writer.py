"""A process that loads and rolls back without end, and notes each deed only once it is done."""

import os
from itertools import count
from multiprocessing.synchronize import Event
from pathlib import Path

from kam_core.ingest.load import load, restore
from kam_core.store import Warehouse

HEADER = "order_id,account_id,ordered_on,amount\n"


def write_forever(folder: Path, first: int, started: Event) -> None:
    """Load one new order after the other; every fourth time go back to the version before."""
    started.set()
    warehouse = Warehouse(folder / "warehouse")
    for number in count(first):
        if number % 4 == 3:
            live = warehouse.live_version()
            assert live is not None and live.parent is not None
            restore(warehouse, live.parent, by="killer")
        else:
            path = folder / f"orders-{number}.csv"
            path.write_text(f"{HEADER}O{number},A1,2024-07-10,0.10\n", "utf-8")
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
