"""A day held in memory answers like the file it was made from, only sooner."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path
from shutil import copyfile

import duckdb
import pandas as pd
import pytest

from kam_core.metrics import catalogue, day_cache, periods, queries, run, scorecard
from kam_core.warehouse import store, version_settings
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse

NEWEST, EARLIER = date(2024, 10, 15), date(2024, 2, 10)
PARAMETERS = {
    "target": 0.9,
    "account_id": "A0001",
    "account": None,
    "most": 1000,
    "from_day": date(2024, 6, 30),
    "to_day": date(2024, 9, 30),
}


def quarters(day: day_cache.Day) -> list[periods.Period]:
    return periods.quarters_until(day.as_of, 5)


def months(day: day_cache.Day) -> list[periods.Period]:
    return [month for quarter in quarters(day)[-2:] for month in periods.months_of(quarter)]


@pytest.fixture(scope="module")
def file(sample_warehouse: Warehouse) -> Path:
    live = sample_warehouse.live_version()
    assert live is not None
    return sample_warehouse.file(live.version)


@pytest.fixture
def newest(sample_day: day_cache.Day) -> day_cache.Day:
    assert sample_day.as_of == NEWEST
    return sample_day


@pytest.fixture(scope="module")
def earlier(file: Path) -> day_cache.Day:
    return day_cache.Day(file, EARLIER)


# Each scope and each day once: the file takes its time over every question.
EVERYTHING = pytest.param("everything", marks=pytest.mark.long)


@pytest.fixture(params=[EVERYTHING, "one region", "two tiers of an earlier day"])
def scope(request: pytest.FixtureRequest, newest: day_cache.Day) -> Scope:
    regions = newest.regions[:1] if request.param == "one region" else newest.regions
    if request.param == "two tiers of an earlier day":
        return Scope(regions, EARLIER, ("VIP", "stable"))
    return Scope(regions, NEWEST)


@pytest.fixture
def day(newest: day_cache.Day, earlier: day_cache.Day, scope: Scope) -> day_cache.Day:
    return newest if scope.as_of == NEWEST else earlier


@pytest.fixture
def plain(file: Path, scope: Scope) -> Iterator[duckdb.DuckDBPyConnection]:
    with store.open_version(file) as connection:
        yield store.cursor(connection, scope)


def test_every_metric_is_that_of_the_file(
    day: day_cache.Day, scope: Scope, plain: duckdb.DuckDBPyConnection
) -> None:
    for name, metric in catalogue.load_metrics().items():
        by = [slice for slice in ("region", "tier") if slice in metric.dimensions]
        # The file answers once for both: each of its answers takes it the same time.
        of_file = run.run_metric(plain, name, [*quarters(day), *months(day)], by)
        for asked in (quarters(day), months(day)):
            held = run.run_metric(day.cursor(scope), name, asked, by, facts=day.facts)
            expected = of_file[of_file["period"].isin([period.period for period in asked])]
            pd.testing.assert_frame_equal(held, expected.reset_index(drop=True))
            is_told = scope.tiers is None or "tier" in by
            assert (held["period"].nunique() > 1) == is_told


def test_every_question_has_the_rows_of_the_file(
    day: day_cache.Day, scope: Scope, plain: duckdb.DuckDBPyConnection
) -> None:
    for name, question in queries.load_queries().items():
        known = PARAMETERS | {"periods": months(day)}
        parameters = {parameter: known[parameter] for parameter in question.parameters}
        held = queries.run_query(day.cursor(scope), name, **parameters)
        pd.testing.assert_frame_equal(held, queries.run_query(plain, name, **parameters))


def test_the_scorecard_is_that_of_the_file(
    day: day_cache.Day, scope: Scope, plain: duckdb.DuckDBPyConnection
) -> None:
    quarter = periods.quarter_of(day.as_of)
    held = scorecard.scorecard(day.cursor(scope), quarter, facts=day.facts)
    assert held == scorecard.scorecard(plain, quarter)
    assert {score.status for score in held} > {"no_data"}


def test_a_cursor_without_regions_sees_nothing(newest: day_cache.Day) -> None:
    with newest.cursor(Scope((), NEWEST)) as cursor:
        assert cursor.execute("select count(*) from scoped.obligations").fetchall() == [(0,)]
        assert cursor.execute("select count(*) from scoped.shown_accounts").fetchall() == [(0,)]


def test_a_period_far_from_the_data_is_refused_not_answered_wrongly(newest: day_cache.Day) -> None:
    with newest.cursor() as cursor, pytest.raises(ValueError, match="outside"):
        run.run_metric(cursor, "key_churn", [periods.quarter("1990-Q1")], facts=newest.facts)


@pytest.mark.parametrize(
    "statement",
    [
        "attach '{path}/other.duckdb'",
        "copy (select 1) to '{path}/out.csv'",
        "from read_csv('{path}/in.csv')",
        "set enable_external_access = true",
        "create table version.main.own (i integer)",
    ],
)
def test_it_is_as_closed_as_a_version_file(
    newest: day_cache.Day, tmp_path: Path, statement: str
) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    with newest.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(statement.format(path=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_a_version_of_an_older_release_is_read_by_limits_it_did_not_know(
    file: Path, tmp_path: Path
) -> None:
    old = tmp_path / "old.duckdb"
    copyfile(file, old)
    with duckdb.connect(str(old)) as connection:
        connection.execute("delete from settings.thresholds where name = 'top.accounts'")
        connection.execute("update settings.thresholds set value = 6 where name like 'service.%'")
    day = day_cache.Day(old, NEWEST)
    with day.cursor() as cursor:
        assert version_settings.threshold(cursor, "top.accounts") == 20
        assert version_settings.threshold(cursor, "service.response_standard_hours") == 6
        found = run.run_metric(cursor, "dual_manager_coverage", quarters(day), facts=day.facts)
    assert set(found["denominator"]) == {20}


def test_twenty_viewers_at_once_get_the_numbers_of_one(file: Path) -> None:
    day = day_cache.Day(file, NEWEST)

    def figures(region: str) -> list[object]:
        with day.cursor(Scope((region,), NEWEST)) as cursor:
            rows = run.run_metric(cursor, "match_rate", quarters(day), facts=day.facts)
        return rows["numerator"].tolist()

    with ThreadPoolExecutor(20) as pool:
        together = list(pool.map(figures, day.regions * 6))
    assert together == [figures(region) for region in day.regions] * 6
