"""A table that is written down in settings alone is a table like the others (docs/adding.md)."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path

import duckdb
import pytest

from kam_core.contract.declaration import tables
from kam_core.contract.problems import is_note
from kam_core.warehouse.view_sql import set_lookups

ROOT = Path(__file__).parents[2]
# As in docs/adding.md, which this test follows.
RECIPE = (ROOT / "docs" / "adding.md").read_text("utf-8").split("## A table of the contract")[1]
CONTRACT = re.search(r"```toml\n(.*?)```", RECIPE, re.S)
TEMPLATE = """[tables.invoices]
invoice_id = ["EX-I1", "EX-I2"]
account_id = ["EX-001", "EX-002"]
issued_on = ["2024-07-10", "2024-07-18"]
paid_on = ["2024-08-05", ""]
paid_amount = ["100.00", ""]
"""
ACCOUNTS = """account_id,account_name,region,status,customer_since,lost_on
A1,Alder,East,active,2023-01-01,
A2,Birch,South,lost,2023-01-01,2024-08-31
"""
INVOICES = """invoice_id,account_id,issued_on,paid_on,paid_amount
I1,A1,2024-07-10,2024-08-05,100.50
I2,A2,2024-07-30,2024-07-29,70
I3,A2,2024-09-02,,
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Settings with the new table, and a warehouse with a company that sends invoices."""
    folder = tmp_path_factory.mktemp("invoices")
    assert CONTRACT
    (folder / "settings").mkdir()
    (folder / "settings" / "contract.toml").write_text(
        re.sub(r"^   ", "", CONTRACT[1], flags=re.M), "utf-8"
    )
    (folder / "settings" / "templates.toml").write_text(TEMPLATE, "utf-8")
    (folder / "accounts.csv").write_text(ACCOUNTS, "utf-8")
    (folder / "invoices.csv").write_text(INVOICES, "utf-8")
    return folder


@pytest.fixture(scope="module")
def reports(folder: Path) -> dict[str, dict]:
    files = [folder / "accounts.csv", folder / "invoices.csv"]
    return {each["table"]: each for each in json.loads(run(folder, "load", "--json", *files))}


@pytest.fixture
def version(folder: Path, reports: dict[str, dict]) -> Iterator[duckdb.DuckDBPyConnection]:
    file = folder / "warehouse" / "versions" / f"kam-{reports['invoices']['version']}.duckdb"
    with duckdb.connect(str(file), read_only=True) as connection:
        connection.execute("set variable regions = ['East', 'South']")
        yield connection


def run(folder: Path, *arguments: object) -> str:
    """What a command of a fresh process prints, with the folder's settings over the product's."""
    own = {"KAM_SETTINGS": str(folder / "settings"), "KAM_WAREHOUSE": str(folder / "warehouse")}
    return subprocess.run(
        [sys.executable, "-m", "kam_core", *map(str, arguments)],
        cwd=ROOT,
        env=os.environ | own,
        check=True,
        capture_output=True,
        text=True,
    ).stdout


def rows(version: duckdb.DuckDBPyConnection, day: str, query: str) -> list[tuple]:
    version.execute(f"set variable as_of = date '{day}'")
    set_lookups(version)
    return version.execute(query).fetchall()


def test_it_is_recognised_and_its_newest_fact_is_the_day_of_the_upload(
    reports: dict[str, dict],
) -> None:
    report = reports["invoices"]
    assert (report["received"], report["accepted"], report["as_of"]) == (3, 3, "2024-09-02")


def test_its_moments_are_checked(
    reports: dict[str, dict], version: duckdb.DuckDBPyConnection
) -> None:
    assert reports["invoices"]["problems"] == {"impossible_order": 1, "after_loss": 1}
    query = "select table_name, line_no from meta.notes where code = 'after_loss'"
    assert version.execute(query).fetchall() == [("invoices", 4)]


def test_a_day_knows_what_had_happened_by_then(version: duckdb.DuckDBPyConnection) -> None:
    query = "select invoice_id, paid_on, paid_amount from as_of.invoices order by 1"
    assert rows(version, "2024-07-29", query) == [("I1", None, None)]
    paid = ("I1", date(2024, 8, 5), Decimal("100.50"))
    assert rows(version, "2024-08-05", query)[0] == paid
    assert [row[0] for row in rows(version, "2024-09-02", query)] == ["I1", "I2", "I3"]


def test_a_viewer_sees_those_of_the_own_regions(version: duckdb.DuckDBPyConnection) -> None:
    version.execute("set variable regions = ['South']")
    query = "select invoice_id from scoped.invoices order by 1"
    assert rows(version, "2024-09-02", query) == [("I2",), ("I3",)]


def test_coverage_tells_its_days(version: duckdb.DuckDBPyConnection) -> None:
    query = "select covers_from, covers_to from as_of.coverage where table_name = 'invoices'"
    assert rows(version, "2024-08-15", query) == [(date(2024, 7, 1), date(2024, 8, 15))]


def test_it_has_a_template_and_the_recount_reads_it(folder: Path, reports: dict[str, dict]) -> None:
    header = run(folder, "template", "invoices", "--lang", "en").splitlines()[0]
    assert header.endswith("Invoice ID,Account ID,Issued on,Paid on,Paid amount,Void")
    run(folder, "verify")


def test_every_noted_order_is_a_problem_that_keeps_the_row() -> None:
    problems = [code for table in tables().values() for code in table.noted_order]
    assert problems and all(map(is_note, problems))
