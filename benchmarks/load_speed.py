"""How fast a large file of interactions loads, against a plain COPY of the same file in DuckDB.

    python benchmarks/load_speed.py [--megabytes 50] [--runs 3] [--bad 0.001] [--to DIR]

Both run in processes of their own, one after the other, so that they share the machine's weather.
Each finds the file in memory and the disk idle: what the other one left behind is written by then.
"""

import argparse
import hashlib
import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import duckdb

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from kam_core.contract import declaration  # noqa: E402
from kam_core.ingest.progress import Progress  # noqa: E402
from kam_core.uploads.load import load  # noqa: E402
from kam_core.warehouse.store import Warehouse  # noqa: E402

SAMPLE = ROOT / "data" / "sample" / "interactions.csv"
ACCOUNTS = 20_000
BYTES_OF_ROW = 126
# Cells that cannot be taken as they stand, in the place of one that could.
BAD = {
    "occurred_at": ["2024-02-30 10:00", "soon", "24-1-5", "03/04/2024"],
    "status": ["asleep", ""],
    "duration_hours": ["1.5h", "-", "1.23456789"],
    "interaction_id": ["1.5E+07", "HD00000001", ""],
    "notes": ['a "quoted" word', "two\nlines", "one, two"],
}


def main() -> None:
    options = _options()
    if options.step:
        print(json.dumps(STEPS[options.step](options)))
        return
    with tempfile.TemporaryDirectory(dir=options.to) as folder:
        made = _run("make", folder, f"--megabytes={options.megabytes}", f"--bad={options.bad}")
        print(f"{made['bytes'] / 1e6:,.0f} MB, share of bad rows {options.bad}")
        runs = [(_side("copy", folder), _side("load", folder)) for _ in range(options.runs)]
    for copy, load_ in runs:
        print(_line(copy, load_))
    totals = [sum(run["seconds"] for run in side) for side in zip(*runs, strict=True)]
    print(f"all runs: COPY {totals[0]:.1f} s, load {totals[1]:.1f} s: {totals[1] / totals[0]:.2f}")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--megabytes", type=float, default=50)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--bad", type=float, default=0.0, help="share of rows with a bad cell")
    parser.add_argument("--to", default=None, help="folder for the files, removed afterwards")
    parser.add_argument("--step", choices=[*STEPS], help=argparse.SUPPRESS)
    return parser.parse_args()


def _make(options: argparse.Namespace) -> dict:
    """Rows of the sample company, drawn with replacement, for 20,000 accounts; their size."""
    folder, bad = Path(options.to), options.bad
    rows = int(options.megabytes * 1e6 / BYTES_OF_ROW)
    connection = duckdb.connect()
    connection.execute(
        "create table sample as select row_number() over () - 1 as number, * "
        f"from read_csv('{SAMPLE}', all_varchar = true, header = true)"
    )
    drawn_from = connection.execute("select count(*) from sample").fetchall()[0][0]
    drawn = {
        "interaction_id": "printf('HD%08d', i)",
        "account_id": f"printf('KH%05d', hash(i, 2) % {ACCOUNTS})",
        **dict.fromkeys(["kind", "status"]),
        "occurred_at": "strftime(occurred_at::timestamp + to_minutes((hash(i, 3) % 600)::integer), "
        "'%Y-%m-%d %H:%M')",
        **dict.fromkeys(["planned_for", "owner", "duration_hours", "work_type", "contact_level"]),
        "need_id": "case when need_id is not null then printf('XQ%07d', hash(i, 4) % 3000000) end",
        "initiated_by": None,
        "notes": "case when hash(i, 5) % 3 = 0 then subject else notes end",
    }
    columns = [f"{_spoilt(name, text or name, bad)} as {name}" for name, text in drawn.items()]
    connection.execute(
        f"copy (select {', '.join(columns)} from range({rows}) as numbers(i) join sample "
        f"on number = (hash(i, 1) % {drawn_from})::bigint order by i) "
        f"to '{folder / 'interactions.csv'}' (header)"
    )
    connection.execute(
        "copy (select printf('KH%05d', i) as account_id, printf('Account %d', i) as account_name, "
        f"'R' || i % 7 as region from range({ACCOUNTS}) as numbers(i)) "
        f"to '{folder / 'accounts.csv'}' (header)"
    )
    return {"bytes": (folder / "interactions.csv").stat().st_size}


def _spoilt(name: str, text: str, bad: float) -> str:
    """The expression of a column in which a share of the cells is bad."""
    choices = BAD.get(name)
    if not bad or not choices:
        return text
    of_column = round(bad / len(BAD) * 1e6)
    return (
        f"case when hash(i, '{name}') % 1000000 < {of_column} "
        f"then {choices}[(1 + hash(i, 6) % {len(choices)})::integer] else {text} end"
    )


def _side(step: str, folder: str) -> dict:
    """One run, with the disk at rest and the file in memory, whoever was there before."""
    os.sync()
    with (Path(folder) / "interactions.csv").open("rb") as file:
        hashlib.file_digest(file, "sha256")
    return _run(step, folder)


def _run(step: str, folder: str, *options: str) -> dict:
    """A process of its own, so that the peak of its memory is its own too."""
    command = [sys.executable, __file__, "--step", step, "--to", folder, *options]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return json.loads(done.stdout)


def _copy(options: argparse.Namespace) -> dict:
    """COPY into typed columns; rows it cannot read are left out, as it does when told so."""
    folder = Path(options.to)
    file, target = folder / "interactions.csv", folder / "copied.duckdb"
    target.unlink(missing_ok=True)
    header = file.open(encoding="utf-8").readline().strip().split(",")
    table = declaration.tables()["interactions"]
    columns = ", ".join(f"{name} {table.column(name).sql_type}" for name in header)
    started = time.perf_counter()
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"create table interactions ({columns})")
        connection.execute(f"copy interactions from '{file}' (header, ignore_errors true)")
        connection.execute("checkpoint")
    return _measured(started, {})


def _load(options: argparse.Namespace) -> dict:
    folder = Path(options.to)
    warehouse = Warehouse(tempfile.mkdtemp(dir=folder))
    load(warehouse, [folder / "accounts.csv"])
    phases: dict[str, float] = {}
    last = started = time.perf_counter()
    phase = ""

    def tell(progress: Progress) -> None:
        nonlocal last, phase
        now = time.perf_counter()
        phases[phase] = phases.get(phase, 0) + now - last
        last, phase = now, progress.phase

    (report,) = load(warehouse, [folder / "interactions.csv"], progress=tell)
    tell(Progress("done"))
    assert report.received == report.accepted + report.quarantined
    seconds = {name: round(taken, 1) for name, taken in phases.items() if name}
    counts = {"received": report.received, "quarantined": report.quarantined}
    return _measured(started, {"phases": seconds, **counts})


STEPS = {"make": _make, "copy": _copy, "load": _load}


def _measured(started: float, more: dict) -> dict:
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return {
        "seconds": time.perf_counter() - started,
        "cpu_seconds": usage.ru_utime + usage.ru_stime,
        "peak_mb": usage.ru_maxrss / 1024,
        **more,
    }


def _line(copy: dict, load_: dict) -> str:
    speed = load_["received"] / load_["seconds"]
    return (
        f"COPY {copy['seconds']:.1f} s ({copy['cpu_seconds']:.0f} s of processors), "
        f"load {load_['seconds']:.1f} s ({load_['cpu_seconds']:.0f} s): "
        f"ratio {load_['seconds'] / copy['seconds']:.2f}, {speed:,.0f} rows/s, "
        f"peak {load_['peak_mb']:,.0f} MB, {load_['quarantined']:,} quarantined, "
        f"phases {load_['phases']}"
    )


if __name__ == "__main__":
    main()
