"""Every metric agrees to the last digit with the recount in pandas, in both directions."""

import os
from collections.abc import Iterator, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from kam_core.contract.declaration import tables
from kam_core.dashboard.company import open_company
from kam_core.metrics import availability, catalogue, periods
from kam_core.metrics.day_cache import Day
from kam_core.settings import loader
from kam_core.verify.check import FigureCheck, compare_all
from kam_core.verify.figures import RULES, Recount
from kam_core.verify.settings import read_settings
from kam_core.verify.tables import read_rows
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse
from tests.support.worlds import (
    REGIONS,
    Row,
    Snapshots,
    account,
    connect,
    contact,
    contract_row,
    cursor,
    interaction,
    need,
    opportunity,
    order,
    refill,
    survey,
    ticket,
    value_item,
)

EXAMPLES = int(os.environ.get("KAM_RANDOM_COMPANIES", "20"))
EARLIER, TIERS = date(2024, 5, 15), ("VIP", "basic")
FIRST, LAST = date(2023, 6, 1), date(2024, 12, 31)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def sample_recount(sample_day: Day) -> Recount:
    return recount_of(sample_day.cursor(), sample_day.as_of, sample_day.regions)


@pytest.fixture(scope="module")
def earlier_recount(sample_day: Day) -> Recount:
    return recount_of(sample_day.cursor(), EARLIER, sample_day.regions[:2], TIERS)


@pytest.fixture(scope="module")
def earlier_day(sample_warehouse: Warehouse) -> Day:
    return open_company(sample_warehouse).day(EARLIER)


def recount_of(
    connection: duckdb.DuckDBPyConnection,
    as_of: date,
    regions: tuple[str, ...],
    tiers: tuple[str, ...] | None = None,
) -> Recount:
    return Recount(read_rows(connection), read_settings(connection), as_of, regions, tiers)


def test_every_metric_has_a_recount_and_nothing_else_does() -> None:
    assert set(RULES) == set(catalogue.load_metrics())


def test_the_recount_shares_no_query_with_what_it_checks() -> None:
    for path in (ROOT / "kam_core" / "verify").glob("*.py"):
        text = path.read_text("utf-8")
        if path.stem not in ("check", "report", "audit_trail"):
            assert "kam_core.metrics" not in text and "kam_core.warehouse" not in text, path.name
        assert "group by" not in text and "join " not in text, path.name


@pytest.mark.parametrize("name", catalogue.load_metrics())
def test_the_sample_agrees_for_eight_quarters_by_every_slice(
    name: str, sample_day: Day, sample_recount: Recount
) -> None:
    quarters = periods.quarters_until(sample_day.as_of, 8)
    found = compare_all(sample_day.cursor(), sample_recount, quarters, [name], sample_day.facts)
    assert found.compared > 50
    assert not found.differences


@pytest.mark.parametrize("name", catalogue.load_metrics())
def test_the_sample_agrees_by_month_within_a_scope_on_an_earlier_day(
    name: str, earlier_recount: Recount, earlier_day: Day
) -> None:
    shown = earlier_day.cursor(Scope(earlier_day.regions[:2], EARLIER, TIERS))
    months = periods.months_of(periods.quarter("2024-Q2"))
    asked = [*months, *periods.months_of(periods.quarter("2023-Q4"))]
    metric = catalogue.metric(name)
    data = availability.survey_data(shown, [metric])
    check = FigureCheck(shown, earlier_recount, asked, data, earlier_day.facts)
    check.compare(metric, ())
    assert not check.differences


# Another scheme than the one that is active: other measures, three levels, tiers of other names.
OTHER_SCHEME = {
    "active": "other",
    "schemes": {
        "other": {
            "needs": ["accounts.annual_contract_value", "accounts.strategic_fit"],
            "axes": {
                "x": {"measure": "strategic_fit", "scale": "percentile", "cuts": [0.25, 0.5]},
                "y": {"measure": "annual_contract_value", "scale": "raw", "cuts": [50]},
            },
            "cells": {f"{x},{y}": "VIP" if x + y > 1 else "few" for x in (0, 1, 2) for y in (0, 1)},
            "tiers": {"VIP": {"key": True}, "few": {"key": False}},
        }
    },
}

# What stands in the facts of a metric, by kind; one more of it must be noticed.
FALSIFIED = {"quantile": "value"}


@pytest.mark.parametrize("name", catalogue.load_metrics())
def test_a_falsified_metric_never_goes_unnoticed(
    name: str, sample_day: Day, sample_recount: Recount
) -> None:
    quarters = [periods.quarter("2023-Q4"), periods.quarter("2024-Q2")]

    def falsified(wanted: catalogue.Metric, asked: Sequence[periods.Period]) -> str:
        column = FALSIFIED.get(wanted.kind.name, "numerator")
        honest = sample_day.facts(wanted, asked)
        return f"select * replace ({column} + 1 as {column}) from ({honest})"

    found = compare_all(sample_day.cursor(), sample_recount, quarters, [name], falsified)
    assert (name, {}) in [(d.metric, d.slice) for d in found.differences]


# Random small companies: few accounts and days, so that ties, gaps and edges are frequent.

EDGES = (
    date(2023, 3, 31),
    date(2023, 4, 1),
    date(2023, 4, 5),
    date(2023, 4, 6),
    date(2023, 12, 31),
    date(2024, 1, 1),
    date(2024, 2, 28),
    date(2024, 2, 29),
    date(2024, 3, 31),
    date(2024, 4, 1),
    date(2024, 6, 30),
    date(2024, 7, 1),
)
FIRST_DAYS = [day for day in EDGES if day.day == 1]
LAST_DAYS = [day - timedelta(days=1) for day in FIRST_DAYS]
NINE = time(9)
days = st.one_of(st.dates(FIRST, LAST), st.sampled_from(EDGES))
moments = st.one_of(
    st.builds(
        lambda day, minutes: (
            datetime.combine(day, datetime.min.time()) + timedelta(minutes=minutes)
        ),
        days,
        st.sampled_from([0, 1, 600, 719, 720, 721, 1439]),
    ),
    days,
)
account_ids = ("A1", "A2", "A3", "A4", "A5", "A6")
ids = st.sampled_from([*account_ids, "stray"])
need_ids = st.sampled_from(["N1", "N2", "N3", "N4", "N5", "none"])
amounts = st.one_of(
    st.sampled_from([Decimal("0.10"), Decimal("0.20"), Decimal("100.00"), Decimal("-100.00")]),
    st.decimals(-1000, 100000, places=2, allow_nan=False),
)
levels = st.sampled_from(["executive", "management", "working"])


def maybe(values: st.SearchStrategy) -> st.SearchStrategy:
    return st.one_of(st.none(), values)


def of_enum(table: str, column: str, *often: str) -> st.SearchStrategy:
    """Every value of a column of the contract, and none where it is optional; some more often."""
    declared = tables()[table].column(column)
    none = [] if declared.required else [None]
    return st.sampled_from([*declared.values, *none, *often])


yes = st.sampled_from([None, None, None, None, None, True, False])


def some(name: str, row: st.SearchStrategy[Row], least: int, most: int) -> st.SearchStrategy:
    """So many rows of a table, each with a number of its own in the column ``name``."""
    rows = st.lists(row, min_size=least, max_size=most)
    return rows.map(lambda drawn: [{**r, name: f"X{i}"} for i, r in enumerate(drawn)])


accounts_once = st.lists(
    st.builds(
        account,
        st.none(),
        region=st.sampled_from(REGIONS),
        status=of_enum("accounts", "status", "active", "active"),
        lost_reason=of_enum("accounts", "lost_reason"),
        customer_since=maybe(days),
        lost_on=st.one_of(st.none(), st.none(), days, st.sampled_from(EDGES)),
        growth_potential=maybe(st.sampled_from([0, "59.9999", 60, 100])),
        annual_contract_value=maybe(st.sampled_from([0, 50, 500])),
        strategic_fit=maybe(st.sampled_from([10, "10.0001", 50])),
        annual_purchase_budget=maybe(st.sampled_from([0, 50, "0.01", 100000])),
        industry=st.sampled_from(["Steel", None]),
        account_manager=st.sampled_from(["Ann", "Ben", None]),
        expert_manager=st.sampled_from(["Cem", "ann", "A nn", None]),
        response_standard_hours=maybe(st.sampled_from(["0.5", 24])),
    ),
    min_size=1,
    max_size=6,
).map(lambda rows: [r | {"account_id": a} for a, r in zip(account_ids, rows, strict=False)])
interactions = st.builds(
    interaction,
    st.none(),
    ids,
    moments,
    kind=of_enum("interactions", "kind", *4 * ["monthly_callback", "quarterly_review"]),
    status=of_enum("interactions", "status", *6 * ["completed"]),
    planned_for=maybe(days),
    need_id=maybe(need_ids),
    duration_hours=maybe(st.sampled_from(["0.1", "0.7", "2"])),
    owner=st.sampled_from(["Ann", "Ben", None]),
    work_type=of_enum("interactions", "work_type"),
    void=yes,
    contact_level=maybe(levels),
    contact_id=maybe(st.sampled_from(["X0", "X1; X2", "X0;X3;Y"])),
)
needs = st.builds(
    need, st.none(), ids, moments, responded_at=maybe(moments), resolved_at=maybe(moments)
)
money = {"currency": st.sampled_from([None, None, None, "CNY", "USD"]), "void": yes}
orders = st.builds(
    order,
    st.none(),
    ids,
    days,
    amounts,
    gross_profit=maybe(amounts),
    kind=of_enum("orders", "kind"),
    status=of_enum("orders", "status", "confirmed"),
    direction=of_enum("orders", "direction", "sale"),
    **money,
)
contracts = st.builds(
    contract_row,
    st.none(),
    ids,
    days,
    starts_on=days,
    amount=amounts,
    renewed=maybe(st.booleans()),
    renewal_amount=maybe(amounts),
    status=of_enum("contracts", "status", "signed"),
    **money,
)
opportunities = st.builds(
    opportunity,
    st.none(),
    ids,
    days,
    closed_on=maybe(days),
    outcome=of_enum("opportunities", "outcome", "lost"),
    amount=maybe(amounts),
    kind=of_enum("opportunities", "kind"),
)
tickets = st.builds(
    ticket,
    st.none(),
    ids,
    moments,
    kind=of_enum("tickets", "kind", "support"),
    first_response_at=maybe(moments),
    resolved_at=maybe(moments),
    contacts_to_resolve=maybe(st.integers(1, 3)),
)
surveys = st.builds(
    survey,
    st.none(),
    ids,
    days,
    score=st.sampled_from([0, "33.3333", 72, 100]),
    personalised_enough=maybe(st.booleans()),
    effective=maybe(st.booleans()),
)
value_items = st.builds(
    value_item,
    ids,
    days,
    of_enum("value_items", "component"),
    st.sampled_from(["0.01", "100.00", "99999.99"]),
)
UPLOADS = {
    "accounts": accounts_once,
    "interactions": some("interaction_id", interactions, 1, 30),
    "needs": st.lists(needs, max_size=5).map(
        lambda rows: [r | {"need_id": f"N{i}"} for i, r in enumerate(rows, start=1)]
    ),
    "orders": some("order_id", orders, 1, 25),
    "contracts": some("contract_id", contracts, 0, 8),
    "opportunities": some("opportunity_id", opportunities, 0, 10),
    "tickets": some("ticket_id", tickets, 0, 15),
    "surveys": some("survey_id", surveys, 0, 10),
    "value_items": st.lists(
        value_items,
        max_size=8,
        unique_by=lambda r: (r["account_id"], r["dated_on"], r["component"]),
    ),
    "contacts": some("contact_id", st.builds(contact, st.none(), ids, levels), 0, 4),
    "rates": st.lists(
        st.fixed_dictionaries(
            {"currency": st.just("USD"), "applies_from": days, "rate": st.just("7.123456")}
        ),
        max_size=2,
        unique_by=lambda r: r["applies_from"],
    ),
}
OPTIONAL = [(name, column.name) for name in UPLOADS for column in tables()[name].columns
            if not column.required]  # fmt: skip
# The columns of which every value is drawn.
DRAWN = {
    "accounts": ("status",),
    "interactions": ("kind", "status", "work_type"),
    "orders": ("status", "direction"),
    "contracts": ("status",),
    "opportunities": ("kind", "outcome"),
    "tickets": ("kind",),
    "value_items": ("component",),
}
OFTEN_MISSING = ("contracts", "opportunities", "tickets", "surveys", "value_items", "orders")


@pytest.fixture(scope="module")
def scratch() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect({}) as connection:
        yield connection


@st.composite
def worlds(draw: st.DrawFn) -> Snapshots:
    """One upload of each table that is there, and a second one of some on a later day.

    Some columns are missing, and of some moments every cell names a time, or none does.
    """
    first, second = sorted([draw(days), draw(days)])
    missing = draw(st.sets(st.sampled_from(OFTEN_MISSING), max_size=2))
    again = draw(st.sets(st.sampled_from(sorted(UPLOADS)), max_size=3))
    lacking = draw(st.sets(st.sampled_from(OPTIONAL), max_size=3))
    world: Snapshots = {}
    for table, uploads in UPLOADS.items():
        if table not in missing:
            days_of_table = [first, second] if table in again and second > first else [first]
            world[table] = [
                (day, written(draw, table, draw(uploads), lacking)) for day in days_of_table
            ]
    return world


def written(
    draw: st.DrawFn, table: str, rows: list[Row], lacking: set[tuple[str, str]]
) -> list[Row]:
    """Rows as a file that lacks some columns writes them, its moments with or without times."""
    times = {name: draw(st.sampled_from(["some", "some", "all", "none"]))
             for name in tables()[table].time_may_lack}  # fmt: skip
    empty = dict.fromkeys(column for name, column in lacking if name == table)
    return [
        row | {name: timed(row.get(name), named) for name, named in times.items()} | empty
        for row in rows
    ]


def timed(moment: date | datetime | None, named: str) -> date | datetime | None:
    has_time = isinstance(moment, datetime)
    if moment is None or named == "some" or has_time == (named == "all"):
        return moment
    return moment.date() if has_time else datetime.combine(moment, NINE)


def drawn_features(world: Snapshots) -> set[str]:
    """What a world holds of all that a company can hold."""
    features = set()
    for table, uploads in world.items():
        for _, rows in uploads:
            for row in rows:
                features |= {f"{table}.{name}={row[name]}" for name in row}
            features |= {f"{table} without {name}" for _, name in OPTIONAL
                         if rows and not any(row.get(name) for row in rows)}  # fmt: skip
            for name in tables()[table].time_may_lack:
                cells = [row[name] for row in rows if row.get(name)]
                has_time = {isinstance(cell, datetime) for cell in cells}
                features |= {f"{table}.{name} with times: {sorted(has_time)}"}
    for _, rows in world["accounts"]:
        for row in rows:
            managers = {str(row.get(f"{m}_manager")).replace(" ", "").lower()
                        for m in ("account", "expert")}  # fmt: skip
            features |= {"two managers who are one"} if managers == {"ann"} else set()
            if day := row.get("lost_on"):
                features |= {"lost on a first day"} if day in FIRST_DAYS else set()
                features |= {"lost on a last day"} if day in LAST_DAYS else set()
    return features


EXPECTED = {
    *(f"{table}.{column.name}={value}" for table in UPLOADS for column in tables()[table].columns
      if column.name in DRAWN.get(table, ()) for value in column.values),
    *(f"{table}.{column}={value}" for table, column, value in (
        ("orders", "void", True), ("interactions", "void", True), ("orders", "currency", "USD"),
        ("contracts", "currency", "USD"), ("contracts", "renewed", None),
        ("accounts", "response_standard_hours", "0.5"),
    )),
    *(f"{table} without {column}" for table, column in (
        ("accounts", "lost_on"), ("interactions", "need_id"), ("tickets", "first_response_at"),
        ("orders", "gross_profit"), ("contracts", "renewed"),
    )),
    *(f"{name} with times: {has_time}" for name in ("interactions.occurred_at", "needs.raised_at",
      "needs.responded_at", "tickets.opened_at", "tickets.first_response_at")
      for has_time in ([False], [True], [False, True])),
    "two managers who are one", "lost on a first day", "lost on a last day",
}  # fmt: skip


def test_the_random_companies_hold_whatever_a_company_can_hold() -> None:
    """Drawn by a fixed seed, so that it says the same each time: that each can be drawn."""
    features: set[str] = set()

    @settings(
        max_examples=300, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
    )
    @given(world=worlds())
    def collect(world: Snapshots) -> None:
        features.update(drawn_features(world))

    collect()
    missing = EXPECTED - features
    assert not missing


@settings(max_examples=EXAMPLES, suppress_health_check=list(HealthCheck))
@given(
    world=worlds(),
    as_of=st.one_of(days, st.just(LAST), st.just(LAST)),
    regions=st.sets(st.sampled_from(REGIONS), min_size=1),
    tiers=st.one_of(st.none(), st.just(("VIP", "growth", "unrated"))),
    start_month=st.sampled_from([1, 1, 4]),
    is_other_scheme=st.sampled_from([False, False, True]),
    top=st.sampled_from([2, 1, Decimal("0.34")]),
    first_days=st.sampled_from([5, 1, 31]),
    names=st.sets(st.sampled_from(list(catalogue.load_metrics())), min_size=8, max_size=8),
    by=st.sampled_from([(), ("region",), ("account_manager",), ("industry", "region")]),
)
def test_random_companies_agree(
    scratch: duckdb.DuckDBPyConnection,
    world: Snapshots,
    as_of: date,
    regions: set[str],
    tiers: tuple[str, ...] | None,
    start_month: int,
    is_other_scheme: bool,
    top: object,
    first_days: int,
    names: set[str],
    by: tuple[str, ...],
) -> None:
    document = loader.copy_version_settings()
    document["thresholds"]["fiscal_year_start_month"] = start_month
    document["thresholds"]["top"]["accounts"] = top
    document["thresholds"]["coverage"]["first_days"] = first_days
    document["thresholds"]["service"]["standard_hours_by_tier"] = {"VIP": 6, "other": 30}
    if is_other_scheme:
        document["tier_schemes"] = OTHER_SCHEME
    refill(scratch, world, document)
    recount = recount_of(scratch, as_of, tuple(regions), tiers)
    asked = [*periods.quarters_until(LAST, 5, start_month), periods.month("2024-02")]
    with cursor(scratch, as_of, sorted(regions), tiers) as shown:
        data = availability.survey_data(shown, map(catalogue.metric, names))
        check = FigureCheck(shown, recount, asked, data)
        for metric in map(catalogue.metric, names):
            check.compare(metric, tuple(column for column in by if column in metric.dimensions))
            assert not check.differences
