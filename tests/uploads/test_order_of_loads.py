"""The same files give the same figures, in whatever order and in however many calls they come."""

import csv
import os
import random
from collections.abc import Callable, Sequence
from pathlib import Path

import pandas as pd
import pytest

from kam_core.dashboard.company import open_company
from kam_core.dashboard.view import choose_view
from kam_core.metrics.catalogue import load_metrics
from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse
from tests.conftest import SAMPLE

# One account in so many of the sample company: all eleven tables, a fraction of the rows.
EVERY = 15
SEEDS = int(os.environ.get("KAM_UPLOAD_ORDERS", "2"))
LISTS = ("open_needs", "open_tickets", "unanswered_invitations", "contracts_ending", "available")
HOW_OFTEN = ("snapshots", "file_name", "snapshot_id", "first_as_of", "newest_as_of")


@pytest.fixture(scope="module")
def thinned(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The eleven files of the sample company, of every fifteenth account."""
    folder = tmp_path_factory.mktemp("thinned")
    with (SAMPLE / "accounts.csv").open(encoding="utf-8-sig", newline="") as file:
        kept = {row["account_id"] for row in list(csv.DictReader(file))[::EVERY]}
    for path in sorted(SAMPLE.glob("*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as file:
            header, *rows = list(csv.reader(file))
        place = header.index("account_id") if "account_id" in header else None
        lines = [row for row in rows if place is None or row[place] in kept]
        with (folder / path.name).open("w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows([header, *lines])
    return sorted(folder.glob("*.csv"))


def figures(warehouse: Warehouse) -> dict[str, object]:
    """Every figure of every quarter by region, the lists, and the day of all of it."""
    view = choose_view(open_company(warehouse), "en")
    found: dict[str, object] = {"as_of": view.scope.as_of}
    for name, metric in load_metrics().items():
        by = ("region",) if "region" in metric.dimensions else ()
        found[name] = view.metric(name, view.quarters, by).to_dict("records")
        found[f"score of {name}"] = view.score(name)
    lists = {name: view.query(name) for name in LISTS} | {"worklist": view.worklist()}
    return found | {name: shown(rows) for name, rows in lists.items()}


def shown(rows: pd.DataFrame) -> list[str]:
    """A list as a reader sees it: without the numbers of uploads."""
    kept = rows.drop(columns=[name for name in HOW_OFTEN if name in rows])
    return [str(row) for row in kept.to_dict("records")]


def grouped(files: Sequence[Path], draw: random.Random) -> list[list[Path]]:
    """The files in some order, in some number of calls."""
    shuffled = draw.sample(files, len(files))
    cuts = sorted(draw.sample(range(1, len(files)), draw.randint(0, len(files) - 1)))
    return [shuffled[a:b] for a, b in zip([0, *cuts], [*cuts, len(files)], strict=True)]


@pytest.mark.random
def test_the_order_of_loads_and_the_number_of_calls_change_no_figure(
    thinned: list[Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SETTINGS", str(SAMPLE / "settings"))
    together = Warehouse(tmp_path / "together")
    load(together, thinned)
    expected = figures(together)
    for seed in range(SEEDS):
        warehouse = Warehouse(tmp_path / f"seed-{seed}")
        calls = grouped(thinned, random.Random(seed))
        for files in calls:
            load(warehouse, files)
        differing = [name for name, value in figures(warehouse).items() if value != expected[name]]
        assert not differing, (seed, [[path.name for path in files] for files in calls])


def test_accounts_alone_first_or_with_their_orders_is_the_same(
    tmp_path: Path, file: Callable[[str, str], Path]
) -> None:
    accounts = file(
        "accounts.csv", "account_id,account_name,region\nA1,Alpha,North\nA2,Beta,South\n"
    )
    orders = file(
        "orders.csv",
        "order_id,account_id,ordered_on,amount\nX1,A1,2022-05-01,100\nX2,A1,2023-05-01,400\n"
        "X3,A2,2023-06-30,250\n",
    )
    for number, calls in enumerate(
        ([[accounts, orders]], [[accounts], [orders]], [[orders], [accounts]])
    ):
        warehouse = Warehouse(tmp_path / str(number))
        for files in calls:
            load(warehouse, files)
        view = choose_view(open_company(warehouse), "en")
        assert (view.scope.as_of.isoformat(), view.period.period) == ("2023-06-30", "2023-Q2")
        assert view.score("revenue").value == 650
