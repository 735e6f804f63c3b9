"""Every metric agrees to the last digit with an independent recomputation in plain Python."""

from datetime import date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kam_core import config, metrics, periods
from tests.oracle import Oracle
from tests.worlds import (
    REGIONS,
    Snapshots,
    account,
    connect,
    cursor,
    from_csv,
    interaction,
    need,
    order,
)

SAMPLE = Path(__file__).parents[1] / "data" / "sample"
SAMPLE_DAY = date(2024, 9, 30)
TABLES = ("accounts", "interactions", "needs", "orders")
FIRST, LAST = date(2023, 6, 1), date(2024, 12, 31)


def disagreements(
    cursor: duckdb.DuckDBPyConnection,
    oracle: Oracle,
    name: str,
    asked: list[periods.Period],
    by: tuple[str, ...] = (),
    data: metrics.Data | None = None,
) -> list[tuple]:
    """Rows of the product that are not what the recomputation says: exact, floats included."""
    expected = {p.period: oracle.figures(name, p.starts_on, p.ends_on, by) for p in asked}
    rows = metrics.run(cursor, name, asked, by, data).to_dict("records")
    found = [(row["period"], tuple(row[column] for column in by), _exact(row)) for row in rows]
    return [
        (name, period, key, figure, expected[period].get(key))
        for period, key, figure in found
        if expected[period].get(key) != figure
    ]


def _exact(row: dict) -> tuple[Fraction | None, Fraction | None, float | None]:
    parts = (row["numerator"], row["denominator"])
    return *(None if part is None else Fraction(part) for part in parts), row["value"]


@pytest.fixture(scope="module")
def sample_world() -> Snapshots:
    if not (SAMPLE / "accounts.csv").exists():
        pytest.skip("the sample is not there")
    return from_csv(SAMPLE, SAMPLE_DAY, TABLES)


@pytest.fixture(scope="module")
def sample_regions(sample_world: Snapshots) -> tuple[str, ...]:
    return tuple(sorted({row["region"] for row in sample_world["accounts"][0][1]}))


@pytest.fixture(scope="module")
def sample_connection(sample_world: Snapshots) -> duckdb.DuckDBPyConnection:
    return connect(sample_world)


@pytest.fixture(scope="module")
def sample_oracle(sample_world: Snapshots, sample_regions: tuple[str, ...]) -> Oracle:
    return Oracle(sample_world, config.settings_document(), SAMPLE_DAY, sample_regions)


@pytest.mark.parametrize("name", metrics.catalogue())
def test_the_sample_agrees_by_every_slice(
    name: str,
    sample_connection: duckdb.DuckDBPyConnection,
    sample_oracle: Oracle,
    sample_regions: tuple[str, ...],
) -> None:
    shown = cursor(sample_connection, SAMPLE_DAY, sample_regions)
    quarters = periods.quarters_until(SAMPLE_DAY, 6)
    assert not disagreements(shown, sample_oracle, name, quarters)
    for column in metrics.metric(name).slices:
        assert not disagreements(shown, sample_oracle, name, quarters, (column,))


@pytest.mark.parametrize("name", metrics.catalogue())
def test_the_sample_agrees_by_month_within_a_scope_on_an_earlier_day(
    name: str,
    sample_world: Snapshots,
    sample_connection: duckdb.DuckDBPyConnection,
    sample_regions: tuple[str, ...],
) -> None:
    day, regions, tiers = date(2024, 5, 15), sample_regions[:2], ("VIP", "basic")
    oracle = Oracle(sample_world, config.settings_document(), day, regions, tiers)
    shown = cursor(sample_connection, day, regions, tiers)
    months = periods.months_of(periods.quarter("2024-Q2"))
    asked = [*months, *periods.months_of(periods.quarter("2023-Q4"))]
    assert not disagreements(shown, oracle, name, asked)


# Random small companies: few accounts and days, so that ties, gaps and edges are frequent.

days = st.dates(FIRST, LAST)
edges = st.sampled_from(
    [date(2024, 1, 1), date(2024, 2, 29), date(2024, 3, 31), date(2024, 6, 30), date(2024, 7, 1)]
)
any_day = st.one_of(days, edges)
moments = st.builds(
    lambda day, minutes: datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes),
    any_day,
    st.sampled_from([0, 1, 600, 1439]),
)
ids = st.sampled_from(["A1", "A2", "A3", "A4", "A5", "A6", "stray"])
need_ids = st.sampled_from(["N1", "N2", "N3", "N4", "N5", "none"])
amounts = st.one_of(
    st.sampled_from([Decimal("0.10"), Decimal("0.20"), Decimal("100.00"), Decimal("-100.00")]),
    st.decimals(-1000, 100000, places=2, allow_nan=False),
)


@st.composite
def account_rows(draw: st.DrawFn) -> list[dict]:
    return [
        account(
            name,
            region=draw(st.sampled_from(REGIONS)),
            status=draw(st.sampled_from(["active", "active", "active", "lost", "prospect", None])),
            customer_since=draw(st.one_of(st.none(), any_day)),
            lost_on=draw(st.one_of(st.none(), st.none(), any_day)),
            growth_potential=draw(st.one_of(st.none(), st.sampled_from([0, "59.9999", 60, 100]))),
            annual_contract_value=draw(st.one_of(st.none(), st.sampled_from([0, 50, 500]))),
            industry=draw(st.sampled_from(["Steel", None])),
        )
        for name in ("A1", "A2", "A3", "A4", "A5", "A6")[: draw(st.integers(1, 6))]
    ]


@st.composite
def worlds(draw: st.DrawFn) -> Snapshots:
    interactions = [
        interaction(
            f"I{number}",
            draw(ids),
            draw(moments),
            kind=draw(
                st.sampled_from(
                    ["monthly_callback", "quarterly_review", "executive_visit", "invitation"]
                )
            ),
            status=draw(st.sampled_from(["completed", "completed", "completed", "planned"])),
            need_id=draw(st.one_of(st.none(), need_ids)),
            duration_hours=draw(st.one_of(st.none(), st.sampled_from(["0.1", "0.7", "2"]))),
        )
        for number in range(draw(st.integers(1, 30)))
    ]
    needs = [
        need(
            name,
            draw(ids),
            draw(moments),
            responded_at=draw(st.one_of(st.none(), moments)),
            resolved_at=draw(st.one_of(st.none(), moments)),
        )
        for name in ("N1", "N2", "N3", "N4", "N5")
    ]
    orders = [
        order(f"O{number}", draw(ids), draw(any_day), draw(amounts))
        for number in range(draw(st.integers(1, 25)))
    ]
    first, second = sorted([draw(any_day), draw(any_day)])
    world: Snapshots = {
        "accounts": [(first, draw(account_rows()))],
        "interactions": [(first, interactions)],
        "needs": [(first, needs)],
        "orders": [(first, orders)],
    }
    if draw(st.booleans()) and second > first:
        world["accounts"].append((second, draw(account_rows())))
    return world


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    world=worlds(),
    as_of=st.one_of(any_day, st.just(LAST)),
    regions=st.sets(st.sampled_from(REGIONS), min_size=1),
    tiers=st.one_of(st.none(), st.just(("VIP", "growth", "unrated"))),
    start_month=st.sampled_from([1, 1, 4]),
    names=st.sets(st.sampled_from(list(metrics.catalogue())), min_size=5, max_size=5),
    by=st.sampled_from([(), ("region",), ("account_id",), ("industry", "region")]),
)
def test_random_companies_agree(
    world: Snapshots,
    as_of: date,
    regions: set[str],
    tiers: tuple[str, ...] | None,
    start_month: int,
    names: set[str],
    by: tuple[str, ...],
) -> None:
    document = config.settings_document()
    document["thresholds"]["fiscal_year_start_month"] = start_month
    with connect(world, document) as connection:
        shown = cursor(connection, as_of, sorted(regions), tiers)
        oracle = Oracle(world, document, as_of, regions, tiers)
        asked = [*periods.quarters_until(LAST, 5, start_month), periods.month("2024-02")]
        data = metrics.survey(shown, map(metrics.metric, names))
        for name in names:
            assert not disagreements(shown, oracle, name, asked, by, data)
