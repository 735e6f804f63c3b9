"""Records what users and programs see, to hold a redesign against it.

``--to FOLDER`` writes a recording, ``--compare OLD NEW`` tells how two of them differ. Only the
command line and the pages are asked, so that it does not matter where a module stands.
"""

import argparse
import os
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib import import_module
from pathlib import Path

from tests.support import differences
from tests.support.recording import ROOT, SAMPLE, Recording

# The longest first. Each runs in a process of its own, which nothing before it has touched.
PARTS = {
    "pages": "pages",
    "kpis": "commands",
    "figures": "pages",
    "packs": "commands",
    "explained": "commands",
    "loads": "commands",
    "uploads": "commands",
    "verify": "commands",
    "real": "commands",
    "commands": "commands",
    "start": "pages",
    "kpis_more": "commands",
    "broken": "commands",
}
# What takes long and is recorded only when it is named.
EXTRA = ("kpis_more", "broken")
AT_ONCE = 2
# What a program takes from its surroundings is the same in every recording.
SURROUNDINGS = {
    "COLUMNS": "100",
    "LANG": "en_US.UTF-8",
    "LC_ALL": "en_US.UTF-8",
    "LOGNAME": "somebody",
    "NO_COLOR": "1",
    "PYTHONPATH": str(ROOT),
    "STREAMLIT_LOGGER_LEVEL": "error",
    "TZ": "UTC",
}


def main() -> int:
    options = _parser().parse_args()
    if options.compare:
        return differences.compare(*options.compare)
    if options.work:
        _record(options.only[0], options.to, options.work)
        return 0
    return _record_all(options.to, options.only or [p for p in PARTS if p not in EXTRA])


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.support.record", description=__doc__)
    deed = parser.add_mutually_exclusive_group(required=True)
    deed.add_argument("--to", type=Path, metavar="FOLDER")
    deed.add_argument("--compare", type=Path, nargs=2, metavar=("OLD", "NEW"))
    parser.add_argument(
        "--only", nargs="+", choices=tuple(PARTS), help=f"default: all but {' '.join(EXTRA)}"
    )
    parser.add_argument("--work", type=Path, help=argparse.SUPPRESS)
    return parser


def _record_all(to: Path, parts: list[str]) -> int:
    """Load the sample company once, and record each part in a process of its own."""
    if there := [part for part in parts if (to / part).exists()]:
        print(f"already recorded in {to}: {' '.join(there)}", file=sys.stderr)
        return 2
    with tempfile.TemporaryDirectory() as folder:
        work = Path(folder).resolve()
        command = ("-m", "kam_core", "load", "--warehouse", work / "sample", *SAMPLE)
        if _run(work, *command):
            return 1
        ordered = [part for part in PARTS if part in parts]
        with ThreadPoolExecutor(AT_ONCE) as pool:
            codes = list(pool.map(lambda part: _recorded(part, to.resolve(), work), ordered))
    return 1 if any(codes) else 0


def _recorded(part: str, to: Path, work: Path) -> int:
    """The exit code of the process that records a part."""
    command = ("-m", "tests.support.record", "--only", part, "--to", to, "--work", work)
    return _run(work, *command)


def _run(work: Path, *command: str | Path) -> int:
    surroundings = os.environ | SURROUNDINGS | {"KAM_WAREHOUSE": str(work / "nowhere")}
    words = [sys.executable, *map(str, command)]
    return subprocess.run(words, cwd=ROOT, env=surroundings, stdout=subprocess.DEVNULL).returncode


def _record(part: str, to: Path, work: Path) -> None:
    module = import_module(f"tests.support.{PARTS[part]}")
    getattr(module, part)(Recording(to / part, work))


if __name__ == "__main__":
    sys.exit(main())
