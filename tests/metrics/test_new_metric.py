"""A metric that is its SQL and its recount is everywhere a metric is (docs/adding.md, "A KPI")."""

import json
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import pytest

ROOT = Path(__file__).parents[2]
RECIPE = (ROOT / "docs" / "adding.md").read_text("utf-8").partition("## A KPI")[2]
SQL, FUNCTION, LINE = (
    dedent(block).strip("\n")
    for block in re.findall(r"^   ```(?:sql|python)\n(.*?)^   ```", RECIPE, re.S | re.M)[:3]
)
ORDERS = """order_id,account_id,ordered_on,amount
O1,A1,2024-07-10,100
O2,A1,2024-08-10,-20
O3,A2,2024-09-10,-1.50
O4,A2,2024-09-11,-2
O5,A2,2024-06-30,-3
"""
TARGETS = """metric,quarter,target
退货单数,2024-Q3,3
Returns,2024-Q2,-1
"""


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the product with the metric of the recipe, and a company loaded into it."""
    project = tmp_path_factory.mktemp("project")
    shutil.copytree(ROOT / "kam_core", project / "kam_core")
    core = project / "kam_core"
    (core / "sql" / "metrics" / "returned_orders.sql").write_text(SQL + "\n", "utf-8")
    deals, figures = core / "verify" / "deals.py", core / "verify" / "figures.py"
    deals.write_text(f"{deals.read_text('utf-8')}\n\n{FUNCTION}\n", "utf-8")
    rules = "RULES: dict[str, Rule] = {\n"
    figures.write_text(figures.read_text("utf-8").replace(rules, f"{rules}{LINE}\n"), "utf-8")
    (project / "accounts.csv").write_text(
        "account_id,account_name,region\nA1,Alder,East\nA2,Birch,South\n", "utf-8"
    )
    (project / "orders.csv").write_text(ORDERS, "utf-8")
    (project / "targets.csv").write_text(TARGETS, "utf-8")
    return project


def run(project: Path, *arguments: str) -> str:
    """What a command of the copy prints."""
    own = {"KAM_WAREHOUSE": str(project / "warehouse"), "PYTHONPATH": str(project)}
    command = [sys.executable, "-m", "kam_core", *arguments]
    done = subprocess.run(
        command, cwd=project, env=os.environ | own, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def loaded(project: Path) -> dict[str, dict]:
    files = ["accounts.csv", "orders.csv", "targets.csv"]
    reports = json.loads(run(project, "load", "--as-of", "2024-09-30", "--json", *files))
    return {report["table"]: report for report in reports}


def test_a_target_can_name_it_and_is_held_against_its_bounds(loaded: dict[str, dict]) -> None:
    targets = loaded["targets"]
    assert (targets["accepted"], targets["quarantined"]) == (1, 1)


def test_it_has_value_target_parts_and_rows(project: Path, loaded: dict[str, dict]) -> None:
    quarter = ("kpis", "--quarter", "2024-Q3", "--format", "json")
    rows = {row["metric"]: row for row in json.loads(run(project, *quarter))}
    assert (rows["returned_orders"]["value"], rows["returned_orders"]["target"]) == (3, 3)
    told = json.loads(run(project, *quarter, "--explain", "returned_orders"))
    assert [row["order_id"] for row in told["rows"]] == ["O2", "O3", "O4"]
    assert told["titles"]["zh"] == "退货单数"


def test_its_recount_agrees(project: Path, loaded: dict[str, dict]) -> None:
    report = json.loads(run(project, "verify", "--quarter", "2024-Q3", "--json"))
    assert (report["findings"], report["differences"]) == ([], [])
