"""The folder that is watched: which files in it are ready, and where they go afterwards."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from fnmatch import fnmatch
from pathlib import Path

from kam_core.settings.loader import load_settings
from kam_core.warehouse.ledger import now

Stamp = tuple[int, int]


@dataclass(frozen=True)
class Sighting:
    """Size and time of a file, and since when (seconds, monotonic) they have been the same."""

    stamp: Stamp
    since: float


class Inbox:
    """Remembers from look to look since when each file has not changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.seen: dict[Path, Sighting] = {}

    def look(self) -> None:
        moment = time.monotonic()
        self.seen = {
            path: earlier
            if (earlier := self.seen.get(path)) and earlier.stamp == stamp
            else Sighting(stamp, moment)
            for path, stamp in _list_arrivals(self.folder).items()
        }

    def ready(self, patience_seconds: float) -> list[Path]:
        """Files that have settled; none while others still grow, until patience runs out."""
        moment, settle = time.monotonic(), load_settings().watch.settle_seconds
        settled = {p: s for p, s in self.seen.items() if moment - s.since >= settle}
        waited = max((moment - s.since for s in settled.values()), default=0)
        if len(settled) < len(self.seen) and waited < patience_seconds:
            return []
        return sorted(settled)

    def is_unchanged(self, path: Path) -> bool:
        return path.exists() and read_stamp(path) == self.seen[path].stamp


def read_stamp(path: Path) -> Stamp:
    status = path.stat()
    return status.st_size, status.st_mtime_ns


def _list_arrivals(folder: Path) -> Mapping[Path, Stamp]:
    return {
        path: read_stamp(path)
        for path in folder.iterdir()
        if path.is_file() and not any(fnmatch(path.name, p) for p in load_settings().watch.ignored)
    }


def make_folder(parent: Path) -> Path:
    """A folder named after this moment, which never existed before."""
    moment = now().strftime("%Y%m%d-%H%M%S")
    for attempt in range(1, 1000):
        folder = parent / (moment if attempt == 1 else f"{moment}-{attempt}")
        try:
            folder.mkdir(parents=True)
        except FileExistsError:
            continue
        return folder
    raise FileExistsError(parent / moment)
