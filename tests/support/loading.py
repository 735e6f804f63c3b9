"""Uploads that many tests begin with, loaded once in a test process.

A load of the smallest company takes more than a second of a processor, and as long again until a
page has put its day into memory; a copy of a loaded folder takes a hundredth of that.
"""

import os
import shutil
import tempfile
from collections.abc import Sequence
from functools import cache
from hashlib import sha256
from pathlib import Path

from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse

# Name and content of a file, since the folder of a test is another each time.
Content = tuple[str, bytes]


def load_shared(paths: Sequence[Path], **options: object) -> Warehouse:
    """A warehouse with these files, shared by all who ask for the same: only read it."""
    contents = tuple((path.name, path.read_bytes()) for path in paths)
    overlays = os.environ.get("KAM_SETTINGS", "")
    return _load_contents(contents, tuple(sorted(options.items())), overlays)


def load_once(warehouse: Warehouse, paths: Sequence[Path], **options: object) -> None:
    """``load`` into an empty warehouse, for tests of what comes after that."""
    assert warehouse.live_version() is None, "only the first load can be a copy"
    shutil.copytree(load_shared(paths, **options).path, warehouse.path, dirs_exist_ok=True)


@cache
def _load_contents(contents: tuple[Content, ...], options: tuple, overlays: str) -> Warehouse:
    key = repr((contents, options, overlays)).encode()
    folder = Path(_all().name) / sha256(key).hexdigest()
    incoming = folder / "incoming"
    incoming.mkdir(parents=True)
    for name, content in contents:
        (incoming / name).write_bytes(content)
    loaded = Warehouse(folder / "warehouse")
    load(loaded, [incoming / name for name, _ in contents], **dict(options))
    return loaded


@cache
def _all() -> tempfile.TemporaryDirectory:
    """The folder of all of them, which goes with the process."""
    return tempfile.TemporaryDirectory(prefix="keystone-loaded-")
