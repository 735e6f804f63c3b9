"""Lets every system call that writes fail once: by a kill, a full disk, an input/output error.

``python -m tests.stress.syscalls``; needs Debian's strace. The first, second, ... call of each kind
is hit while a process loads and rolls back, until there is no further one. Ends with "x bad of n"
and exit code 1 if x is not 0.
"""

import argparse
import multiprocessing
import shutil
import subprocess
import sys
import tempfile
import traceback
from collections import Counter
from pathlib import Path

from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse
from tests.stress import deeds
from tests.stress.kill_writer import company_files
from tests.support.aftermath import (
    acknowledged,
    assert_nothing_acknowledged_is_lost,
    assert_the_next_load_works,
    assert_whole,
)

CALLS = ("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "rename", "unlink")
FAULTS = ("signal=SIGKILL", "error=ENOSPC", "error=EIO")
KILLED = -9
CONTEXT = multiprocessing.get_context("forkserver")


def main() -> int:
    options = _options()
    CONTEXT.set_forkserver_preload(["tests.stress.deeds"])
    tally: Counter[str] = Counter()
    with tempfile.TemporaryDirectory(prefix="keystone-syscalls-") as folder:
        base = _base(Path(folder) / "base")
        for call in options.calls:
            for fault in options.faults:
                tally += _every(base, call, fault, options.step)
    print(f"{tally['bad']} bad of {tally['n']} faults ({tally['refused']} told in words)")
    return 1 if tally["bad"] else 0


def _every(base: Path, call: str, fault: str, step: int) -> Counter[str]:
    """Inject a fault into the first call, the (1 + step)th ..., while there is such a call."""
    tally: Counter[str] = Counter()
    number = 1
    while True:
        run = base.with_name("run")
        shutil.rmtree(run, ignore_errors=True)
        shutil.copytree(base, run)
        code, was_hit = _injected(run, f"inject={call}:{fault}:when={number}")
        if not was_hit:
            break
        tally["n"] += 1
        tally["refused"] += code == deeds.REFUSED
        try:
            assert_nothing_is_lost(run, code)
        except Exception:
            tally["bad"] += 1
            print(f"bad: {call} {number} {fault}", flush=True)
            traceback.print_exc()
        number += step
    print(f"{call} {fault}: {tally['bad']} bad of {tally['n']}", flush=True)
    return tally


def assert_nothing_is_lost(folder: Path, code: int) -> None:
    """The version in force is the one before or the new one, and a refusal changed nothing."""
    assert code in (deeds.DONE, deeds.REFUSED, deeds.NOT_NOTED, KILLED), f"crashed: {code}"
    warehouse = Warehouse(folder / "warehouse")
    noted = acknowledged(folder)
    assert_whole(warehouse)
    assert_nothing_acknowledged_is_lost(warehouse, noted)
    if code == deeds.REFUSED:
        assert len(warehouse.ledger.publications()) - 1 == len(noted), "refused, yet published"
    assert_the_next_load_works(warehouse, folder / "next.csv")


def _injected(folder: Path, injection: str) -> tuple[int, bool]:
    """The exit code of the deeds under a fault, and whether the fault came to pass."""
    go, told = CONTEXT.Pipe()
    child = CONTEXT.Process(target=deeds.do, args=(folder, told))
    child.start()
    trace = folder / "trace"
    call = injection.removeprefix("inject=").partition(":")[0]
    command = ["strace", "-f", "-p", str(child.pid), "-o", trace, "-e", f"trace={call}"]
    with subprocess.Popen([*command, "-e", injection], stderr=subprocess.PIPE, text=True) as tracer:
        assert tracer.stderr is not None
        assert "attached" in tracer.stderr.readline()
        go.send("go")
        child.join()
        tracer.wait()
    code = child.exitcode
    assert code is not None
    return code, code == KILLED or "(INJECTED)" in trace.read_text("utf-8", "replace")


def _base(folder: Path) -> Path:
    folder.mkdir()
    load(Warehouse(folder / "warehouse"), company_files(folder))
    deeds.prepare(folder)
    return folder


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", nargs="+", choices=CALLS, default=CALLS)
    parser.add_argument("--faults", nargs="+", choices=FAULTS, default=FAULTS)
    parser.add_argument("--step", type=int, default=1, help="only every so manyth call")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
