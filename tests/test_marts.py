"""A day held in memory answers like the file it was made from, only sooner."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

import duckdb
import pandas as pd
import pytest

from kam_core import marts, metrics, periods, questions, scorecard, store
from kam_core.access import Scope
from kam_core.store import Warehouse

NEWEST, EARLIER = date(2024, 10, 15), date(2024, 2, 10)
PARAMETERS = {
    "target": 0.9,
    "account_id": "A0001",
    "from_day": date(2024, 6, 30),
    "to_day": date(2024, 9, 30),
}


def quarters(day: marts.Day) -> list[periods.Period]:
    return periods.quarters_until(day.as_of, 5)


def months(day: marts.Day) -> list[periods.Period]:
    return [month for quarter in quarters(day)[-2:] for month in periods.months_of(quarter)]


@pytest.fixture(scope="module")
def file(sample_warehouse: Warehouse) -> Path:
    live = sample_warehouse.live_version()
    assert live is not None
    return sample_warehouse.file(live.version)


@pytest.fixture(scope="module", params=[NEWEST, EARLIER], ids=str)
def day(request: pytest.FixtureRequest, file: Path) -> marts.Day:
    return marts.Day(file, request.param)


@pytest.fixture(params=["all", "one region", "two tiers"])
def scope(request: pytest.FixtureRequest, day: marts.Day) -> Scope:
    regions = day.regions[:1] if request.param == "one region" else day.regions
    return Scope(regions, day.as_of, ("VIP", "stable") if request.param == "two tiers" else None)


@pytest.fixture
def plain(file: Path, scope: Scope) -> Iterator[duckdb.DuckDBPyConnection]:
    with store.open_version(file) as connection:
        yield store.cursor(connection, scope)


@pytest.mark.parametrize("asked", [quarters, months])
def test_every_metric_is_that_of_the_file(
    day: marts.Day,
    scope: Scope,
    plain: duckdb.DuckDBPyConnection,
    asked: Callable[[marts.Day], list[periods.Period]],
) -> None:
    for name, metric in metrics.catalogue().items():
        by = [slice for slice in ("region", "tier") if slice in metric.slices]
        held = metrics.run(day.cursor(scope), name, asked(day), by, facts=day.facts)
        pd.testing.assert_frame_equal(held, metrics.run(plain, name, asked(day), by))
        assert held["period"].nunique() > 1


def test_every_question_has_the_rows_of_the_file(
    day: marts.Day, scope: Scope, plain: duckdb.DuckDBPyConnection
) -> None:
    for name, question in questions.catalogue().items():
        known = PARAMETERS | {"periods": months(day)}
        parameters = {parameter: known[parameter] for parameter in question.parameters}
        held = questions.ask(day.cursor(scope), name, **parameters)
        pd.testing.assert_frame_equal(held, questions.ask(plain, name, **parameters))


def test_the_scorecard_is_that_of_the_file(
    day: marts.Day, scope: Scope, plain: duckdb.DuckDBPyConnection
) -> None:
    quarter = periods.quarter_of(day.as_of)
    held = scorecard.scorecard(day.cursor(scope), quarter, facts=day.facts)
    assert held == scorecard.scorecard(plain, quarter)
    assert {score.status for score in held} > {"no_data"}


def test_a_cursor_without_regions_sees_nothing(day: marts.Day) -> None:
    with day.cursor(Scope((), day.as_of)) as cursor:
        assert cursor.execute("select count(*) from scoped.obligations").fetchall() == [(0,)]
        assert cursor.execute("select count(*) from scoped.shown_accounts").fetchall() == [(0,)]


def test_a_period_far_from_the_data_is_refused_not_answered_wrongly(day: marts.Day) -> None:
    with day.cursor() as cursor, pytest.raises(ValueError, match="outside"):
        metrics.run(cursor, "key_churn", [periods.quarter("1990-Q1")], facts=day.facts)


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
def test_it_is_as_closed_as_a_version_file(day: marts.Day, tmp_path: Path, statement: str) -> None:
    (tmp_path / "in.csv").write_text("a\n1\n")
    with day.cursor() as cursor, pytest.raises(duckdb.Error):
        cursor.execute(statement.format(path=tmp_path))
    assert [path.name for path in tmp_path.iterdir()] == ["in.csv"]


def test_twenty_viewers_at_once_get_the_numbers_of_one(file: Path) -> None:
    day = marts.Day(file, NEWEST)

    def figures(region: str) -> list[object]:
        with day.cursor(Scope((region,), NEWEST)) as cursor:
            rows = metrics.run(cursor, "match_rate", quarters(day), facts=day.facts)
        return rows["numerator"].tolist()

    with ThreadPoolExecutor(20) as pool:
        together = list(pool.map(figures, day.regions * 6))
    assert together == [figures(region) for region in day.regions] * 6
