"""The rows behind every figure, with the file and line they came from, add up to the figure."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from kam_core.metrics import catalogue, periods, queries, run
from kam_core.metrics.day_cache import Day
from kam_core.settings.sql_files import load_sql
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse
from tests.support.loading import load_once

Q3, LAST_YEAR = periods.quarter("2024-Q3"), periods.quarter("2023-Q4")
METRICS = list(catalogue.load_metrics())
ADDED = ("sum", "mean", "per_head", "ratio", "change", "uplift")
# What the rows do not hold: the other half comes from another table, or does not add up by row.
NO_NUMERATOR = {"grr", "contact_coverage"}
NO_DENOMINATOR = {
    "lost_projects_share",
    "share_of_wallet",
    "contact_coverage",
    "hours_per_manager_week",
}


@pytest.fixture
def day(sample_day: Day) -> Day:
    return sample_day


def quarter_of(name: str) -> periods.Period:
    """Years end in the last quarter."""
    return LAST_YEAR if name.endswith("annual_evaluation") else Q3


def evidence(cursor: duckdb.DuckDBPyConnection, name: str, **more: object):
    wanted = catalogue.metric(name)
    asked = {"periods": (quarter_of(name),), "account": None, "most": None} | more
    return queries.run_query(cursor, queries.evidence_of(wanted).name, **asked)


def total(cells) -> Fraction:
    """The sum of what is told: a row that says no amount adds nothing."""
    return sum((Fraction(Decimal(str(cell))) for cell in cells if pd.notna(cell)), Fraction(0))


def scopes(day: Day) -> dict[str, Scope]:
    return {
        "everything": Scope(day.regions, day.as_of),
        "one region": Scope(day.regions[:1], day.as_of),
        "one tier": Scope(day.regions, day.as_of, ("growth",)),
    }


@pytest.mark.parametrize("name", METRICS)
def test_every_metric_has_a_query_for_its_rows(name: str) -> None:
    assert queries.evidence_of(catalogue.metric(name)).name in queries.load_queries()


@pytest.mark.parametrize("name", METRICS)
def test_a_query_of_rows_names_no_metric(name: str) -> None:
    shown = load_sql(f"evidence/{catalogue.metric(name).evidence}")
    assert not [other for other in METRICS if f"'{other}'" in shown]


@pytest.mark.parametrize("seen", ["everything", "one region", "one tier"])
@pytest.mark.parametrize("name", METRICS)
def test_the_rows_add_up_to_the_figure(day: Day, name: str, seen: str) -> None:
    wanted = catalogue.metric(name)
    with day.cursor(scopes(day)[seen]) as cursor:
        found = run.run_metric(cursor, name, [quarter_of(name)], facts=day.facts)
        rows = evidence(cursor, name)
    if seen == "one tier" and "tier" not in wanted.dimensions:
        assert found.empty
        return
    figures = found.iloc[0]
    if wanted.kind.name == "quantile":
        assert len(rows) == figures["denominator"] > 0
        return
    if wanted.kind.name not in ADDED:
        return
    if name not in NO_NUMERATOR:
        assert total(rows["numerator"]) == Fraction(figures["numerator"] or 0) * wanted.scale
    if figures["denominator"] is not None and name not in NO_DENOMINATOR:
        assert total(rows["denominator"]) == Fraction(figures["denominator"])
    assert seen != "everything" or len(rows) > 0


@pytest.mark.parametrize("name", METRICS)
def test_every_row_names_its_file_and_line(day: Day, name: str) -> None:
    with day.cursor() as cursor:
        rows = evidence(cursor, name, most=50)
    told = rows[rows["state"] == "done"] if "state" in rows else rows
    assert len(told) and told["file_name"].notna().all() and told["line_no"].notna().all()


@pytest.mark.parametrize("name", METRICS)
def test_the_rows_of_one_account_and_the_first_rows_can_be_asked_for(day: Day, name: str) -> None:
    with day.cursor() as cursor:
        every = evidence(cursor, name)
        account = every["account_id"].iloc[0]
        own = evidence(cursor, name, account=account)
        assert len(own) == (every["account_id"] == account).sum()
        assert set(own["account_id"]) == {account}
        assert len(evidence(cursor, name, most=1)) == 1


def test_the_line_is_the_line_of_the_uploaded_file(
    warehouse: Warehouse, company: list[Path], file: Callable[[str, str], Path]
) -> None:
    load_once(warehouse, company)
    live = warehouse.live_version()
    assert live is not None
    small = Day(warehouse.file(live.version), live.as_of)
    with small.cursor() as cursor:
        rows = evidence(cursor, "revenue")
    lines = company[3].read_text("utf-8").splitlines()
    assert list(rows["order_id"]) == ["O1", "O2", "O3"]
    for row in rows.to_dict("records"):
        assert row["file_name"] == "orders.csv"
        assert lines[row["line_no"] - 1].startswith(row["order_id"])


def test_a_region_out_of_scope_shows_no_row(warehouse: Warehouse, company: list[Path]) -> None:
    load_once(warehouse, company)
    live = warehouse.live_version()
    assert live is not None
    small = Day(warehouse.file(live.version), live.as_of)
    for name in ("revenue", "match_rate", "followup_completion_quarterly_review", "key_churn"):
        with small.cursor(Scope(("East",), live.as_of)) as cursor:
            assert set(evidence(cursor, name)["account_id"]) <= {"A1"}
        with small.cursor(Scope((), live.as_of)) as cursor:
            assert evidence(cursor, name).empty
