"""What must not change when the same company is told in another way."""

import csv
import random
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest

from kam_core.contract import declaration
from kam_core.metrics import availability, catalogue, periods, run
from kam_core.metrics.day_cache import Day
from kam_core.uploads.load import load
from kam_core.warehouse import store
from kam_core.warehouse.store import Warehouse
from tests.support.worlds import Row, Snapshots, account, connect, cursor, from_csv

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
AS_OF = date(2024, 10, 15)
QUARTERS = [periods.quarter(label) for label in ("2023-Q4", "2024-Q3", "2024-Q4")]
COUNTING_ACCOUNTS = {
    "contact_coverage",
    "churn_annual",
    *(name for name in catalogue.load_metrics() if name.startswith("followup_completion")),
}

Figures = dict[tuple, tuple]


@pytest.fixture(scope="module")
def world() -> Snapshots:
    """Every fifth account of the sample, with all its rows."""
    tables = [table for table in declaration.tables() if (SAMPLE / f"{table}.csv").exists()]
    whole = from_csv(SAMPLE, AS_OF, tables)
    chosen = {row["account_id"] for row in whole["accounts"][0][1][::5]}
    return {
        table: [(AS_OF, [row for row in uploads[0][1] if row.get("account_id") in chosen])]
        for table, uploads in whole.items()
        if table != "targets"
    }


@pytest.fixture(scope="module")
def told(world: Snapshots) -> duckdb.DuckDBPyConnection:
    return connect(world)


@pytest.fixture(scope="module")
def totals(told: duckdb.DuckDBPyConnection) -> Figures:
    return figures(told)


def figures(
    connection: duckdb.DuckDBPyConnection,
    by: str | None = None,
    facts: run.Facts | None = None,
) -> Figures:
    """Every metric of all regions: what stands above, below, and the value, by its place."""
    shown = cursor(connection, AS_OF, store.regions(connection))
    data = availability.survey_data(shown, catalogue.load_metrics().values())
    found: Figures = {}
    for name, metric in catalogue.load_metrics().items():
        slices = (by,) if by in metric.dimensions else ()
        if by is None or slices:
            rows = run.run_metric(shown, name, QUARTERS, slices, data, facts).to_dict("records")
            for row in rows:
                place = (name, row["period"], *(row[column] for column in slices))
                found[place] = (row["numerator"], row["denominator"], row["value"])
    return found


def with_accounts(world: Snapshots, change: Callable[[list[Row]], list[Row]]) -> Snapshots:
    return world | {"accounts": [(AS_OF, change(world["accounts"][0][1]))]}


def test_splitting_a_region_in_two_leaves_every_total(world: Snapshots, totals: Figures) -> None:
    largest = "华东"

    def split(rows: list[Row]) -> list[Row]:
        halves = [row | {"region": f"{largest}{i % 2}"} for i, row in enumerate(rows)]
        return [h if r["region"] == largest else r for r, h in zip(rows, halves, strict=True)]

    connection = connect(with_accounts(world, split))
    assert {f"{largest}0", f"{largest}1"} < set(store.regions(connection))
    assert len(totals) > 100
    assert figures(connection) == totals


@pytest.mark.parametrize("by", ["region", "tier", "account_manager", "industry"])
def test_the_whole_is_the_sum_of_what_stands_above_and_below_in_its_parts(
    by: str, told: duckdb.DuckDBPyConnection, totals: Figures
) -> None:
    parts: dict[tuple, list[tuple]] = {}
    for (name, period, _), figure in figures(told, by).items():
        parts.setdefault((name, period), []).append(figure)
    compared = 0
    for (name, period), of_parts in parts.items():
        metric = catalogue.metric(name)
        if metric.kind.adds_up:
            above, below, value = totals[name, period]
            # A part of 0 has no value where a case does not tell; it adds nothing to the whole.
            assert (above or 0) == sum(part[0] or 0 for part in of_parts), (name, period)
            if above is None:
                assert value is None, (name, period)
            elif below is not None:
                below_in_parts = sum(part[1] for part in of_parts)
                assert below == below_in_parts, (name, period)
                ratio = metric.kind.divide(Fraction(above), Fraction(below_in_parts))
                assert value == (None if ratio is None else float(ratio)), (name, period)
            compared += 1
    assert compared > 60


# A manager of the sample works in one region, but for several tiers.
@pytest.mark.parametrize(
    ("name", "dimension"), [("hhi", "region"), ("hours_per_manager_week", "tier")]
)
def test_what_does_not_add_up_is_another_figure_than_its_parts_together(
    name: str, dimension: str, told: duckdb.DuckDBPyConnection, totals: Figures
) -> None:
    place = (name, "2024-Q3")
    parts = [f for p, f in figures(told, dimension).items() if p[:2] == place]
    assert len(parts) >= 3
    assert totals[place][1] != sum(part[1] for part in parts)


def test_a_prospect_without_any_fact_changes_nothing(world: Snapshots, totals: Figures) -> None:
    prospect = account("NEW", region="华东", status="prospect", growth_potential=99)
    assert figures(connect(with_accounts(world, lambda rows: [*rows, prospect]))) == totals


def test_an_account_without_any_fact_changes_only_what_counts_accounts(
    world: Snapshots, totals: Figures
) -> None:
    """And what depends on tiers, because who is among the highest fifth depends on all."""
    idle = account("NEW", region="华东", customer_since="2020-01-01", growth_potential=99)
    after = figures(connect(with_accounts(world, lambda rows: [idle, *rows])))
    changed = {place[0] for place in totals if after[place] != totals[place]}
    of_tiers = {n for n, m in catalogue.load_metrics().items() if catalogue.TIERS in m.needs}
    assert changed <= COUNTING_ACCOUNTS | of_tiers
    assert changed >= {"contact_coverage", "churn_annual"}


def test_an_order_billed_in_two_parts_leaves_every_total(world: Snapshots, totals: Figures) -> None:
    def halves(row: Row) -> list[Row]:
        first = row | {"amount": Decimal(str(row["amount"])) - Decimal("0.01")}
        rest = {"order_id": f"{row['order_id']}b", "amount": "0.01", "gross_profit": "0.00"}
        return [first, row | rest]

    orders = [part for row in world["orders"][0][1] for part in halves(row)]
    assert figures(connect(world | {"orders": [(AS_OF, orders)]})) == totals


def test_shuffling_the_rows_of_the_files_changes_nothing(
    tmp_path: Path, sample_warehouse: Warehouse
) -> None:
    chance = random.Random(7)
    files = [shuffled(path, tmp_path, chance) for path in sorted(SAMPLE.glob("*.csv"))]
    other = Warehouse(tmp_path / "warehouse")
    load(other, files, by="tests")
    assert day_figures(other) == day_figures(sample_warehouse)


def shuffled(path: Path, folder: Path, chance: random.Random) -> Path:
    with path.open(encoding="utf-8-sig", newline="") as file:
        header, *rows = csv.reader(file)
    chance.shuffle(rows)
    with (folder / path.name).open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return folder / path.name


def day_figures(warehouse: Warehouse) -> Figures:
    live = warehouse.live_version()
    assert live is not None
    day = Day(warehouse.file(live.version), live.as_of)
    return figures(day.connection, facts=day.facts) | figures(
        day.connection, "region", facts=day.facts
    )
