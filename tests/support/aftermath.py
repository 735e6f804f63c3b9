"""What must hold after a writer was killed, or its disk failed, at any moment."""

from collections.abc import Sequence
from pathlib import Path

from kam_core.uploads.load import load
from kam_core.warehouse import build
from kam_core.warehouse.store import Warehouse, open_version

# A deed is noted, once it is done, as its number and the version that was then live.
Deed = tuple[int, int]


def acknowledged(folder: Path) -> list[Deed]:
    """The deeds noted in a folder, oldest first."""
    path = folder / "acknowledged"
    if not path.exists():
        return []
    return [(int(n), int(v)) for n, v in (line.split() for line in path.read_text().splitlines())]


def assert_whole(warehouse: Warehouse) -> None:
    """The live version is the one published, byte for byte and row for row."""
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.check_file(live.version)) as connection:
        assert build.describe(connection).content_hash == live.content_hash


def assert_nothing_acknowledged_is_lost(warehouse: Warehouse, deeds: Sequence[Deed]) -> None:
    """Every deed noted was published, in its order; one more may be, which was under way."""
    published = [publication.version for publication in warehouse.ledger.publications()]
    assert published[1 : len(deeds) + 1] == [version for _, version in deeds]
    assert len(published) - 1 - len(deeds) in (0, 1)
    for version in {version for _, version in deeds}:
        for snapshot in warehouse.ledger.snapshots(version):
            warehouse.raw_bytes(snapshot.sha256)


def assert_the_next_load_works(warehouse: Warehouse, path: Path) -> None:
    """A load of one new order is published, and leaves nothing unfinished behind."""
    before = warehouse.live_version()
    path.write_text("order_id,account_id,ordered_on,amount\nNEXT,A1,2024-09-10,0.10\n", "utf-8")
    (report,) = load(warehouse, [path], mode="update", by="aftermath")
    live = warehouse.live_version()
    assert live is not None and before is not None
    assert report.version == live.version > before.version
    assert_whole(warehouse)
    assert not [*warehouse.path.rglob(".building-*")]


def flip(path: Path, place: int, bit: int) -> None:
    """Turn one bit of a file over, in place."""
    with path.open("r+b") as file:
        file.seek(place)
        (byte,) = file.read(1)
        file.seek(place)
        file.write(bytes([byte ^ 1 << bit]))
