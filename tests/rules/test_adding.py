"""Each recipe of docs/adding.md, followed in a copy of the project, does what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pytest

from kam_core.warehouse.store import Warehouse
from kam_core.warehouse.view_sql import set_lookups

ROOT = Path(__file__).parents[2]
COPIED = (
    "kam_core", "pages", "app.py", "data/sample", ".streamlit", "docs/metrics.md",
    "tests/__init__.py", "tests/metrics/__init__.py", "tests/support",
)  # fmt: skip
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.pyc")
# A block of a file of its own, of lines at the end of a file, or of lines in it, under one that
# begins with these words.
BLOCK = re.compile(r"```\w+ (file|add|in)=(\S+)(?: under=(\S+))?\n(.*?)```", re.S)
OPEN_PAGE = """
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
for lang in sys.argv[2:]:
    for page in sys.argv[1].split(","):
        app = AppTest.from_file("app.py", default_timeout=300)
        app.query_params["lang"] = lang
        app._page_hash = calc_hash(page)
        app.run()
        assert not app.exception, app.exception
        menu = [info.get("page_name") for info in app._registered_pages.values()]
        shown = [[each.label for each in app.metric], [each.value for each in app.markdown]]
        print(lang, menu, [title.value for title in app.title], shown, len(app.dataframe))
"""
RUN_COMMANDS = """
import shlex, sys
from kam_core.__main__ import main
for line in sys.argv[1:]:
    assert main(shlex.split(line)) == 0
    print(end="\\f")
"""
DRAW_TIERS = """
import json, sys
import kam_core
from kam_core.dashboard.sections import tiers
from kam_core.render.html import svg
from kam_core.render.plotly import charts, draw
from kam_core.text.marked_text import strip_marks
view = kam_core.open(sys.argv[1]).view(lang="en")
matrix = tiers.compose_matrix(view)
shown = {
    "sentence": strip_marks(matrix.sentences[0]),
    "waits_for": matrix.waits_for,
}
if matrix.charts:
    drawn = draw.draw_chart(matrix.charts[0], view.text, charts.LIGHT)
    members = tiers.compose_members(view, "beacon").table
    shown |= {
        "cells": [(field.tier, field.accounts, field.is_key) for field in matrix.charts[0].fields],
        "marks": [mark for trace in drawn.data for mark in zip(trace.x, trace.y)],
        "ranges": [drawn.layout.xaxis.range, drawn.layout.yaxis.range],
        "titles": [drawn.layout.xaxis.title.text, drawn.layout.yaxis.title.text],
        "words": [(word.x, word.y) for word in drawn.layout.annotations],
        "tick": drawn.layout.yaxis.tickformat,
        "still": str(svg.draw(matrix.charts[0], "en")),
        "headings": [(column.title, column.unit) for column in members.columns[-2:]],
        "scores": members.frame.iloc[:, -2:].to_numpy().tolist(),
        "caption": tiers.describe_axes(view),
    }
print(json.dumps(shown))
"""
CUSTOMERS = """account_id,account_name,region,status,customer_since,lost_on
A1,Alder,East,active,2023-01-01,
A2,Birch,South,lost,2023-01-01,2024-08-31
"""
ORDERS = """order_id,account_id,ordered_on,amount
O1,A1,2024-07-10,100
O2,A1,2024-08-10,-20
O3,A2,2024-08-20,-1.50
O4,A2,2024-08-21,-2
O5,A2,2024-06-30,-3
"""
# The examples of the template, made a target that is one and a target out of bounds.
TARGETS = {"match rate": "退货单数", "0.75": "3", "revenue": "Returns", "1000000": "-1"}
INVOICES = """invoice_id,account_id,issued_on,paid_on,paid_amount
I1,A1,2024-07-10,2024-08-05,100.50
I2,A2,2024-07-30,2024-07-29,70
I3,A2,2024-09-02,,
"""


class Project:
    """A copy of the project in which a recipe is followed."""

    def __init__(self, folder: Path, recipe: str) -> None:
        self.folder = folder
        section = (ROOT / "docs" / "adding.md").read_text("utf-8").partition(f"\n## {recipe}\n")[2]
        self.recipe = section.partition("\n## ")[0]
        for name in COPIED:
            copy_path(ROOT / name, folder / name)
        self.before = self.contents()
        for kind, name, under, text in BLOCK.findall(self.recipe):
            self.write(kind, folder / name, under, text)

    def contents(self) -> dict[str, bytes]:
        return {
            str(path.relative_to(self.folder)): path.read_bytes()
            for path in self.folder.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
        }

    def write(self, kind: str, path: Path, under: str, text: str) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        if kind == "file":
            assert not path.exists()
            path.write_text(text, "utf-8")
        elif kind == "add":
            path.write_text(f"{path.read_text('utf-8')}\n\n{text}", "utf-8")
        else:
            opened = re.compile(rf"^{under}\b[^\n]*[({{]\n", re.M)
            written = opened.sub(lambda line: line[0] + text, path.read_text("utf-8"), count=1)
            path.write_text(written, "utf-8")

    def listed(self) -> set[str]:
        """The files that the recipe names as those to be touched."""
        files = self.recipe.partition("Files: ")[2].partition("\n\n")[0]
        return set(re.findall(r"`([^`]+)`", files))

    def touched(self) -> set[str]:
        after = self.contents()
        return {name for name in after | self.before if after.get(name) != self.before.get(name)}

    def run(self, *arguments: object, warehouse: Path | None = None) -> str:
        """What Python prints in the copy, under the settings of the copy."""
        env = {k: v for k, v in os.environ.items() if k not in ("PYTHONPATH", "KAM_SETTINGS")}
        env |= {"KAM_WAREHOUSE": str(warehouse or self.folder.parent / "warehouse")}
        env |= {"PYTHONDONTWRITEBYTECODE": "1"}
        if (self.folder / "settings").is_dir():
            env["KAM_SETTINGS"] = str(self.folder / "settings")
        command = [sys.executable, *map(str, arguments)]
        done = subprocess.run(
            command, cwd=self.folder, env=env, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run_commands(self, *lines: str) -> list[Any]:
        """The JSON that commands print, all in one process."""
        printed = self.run("-c", RUN_COMMANDS, *lines).split("\f")
        return [json.loads(each) for each in printed[:-1]]


def copy_path(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_BEHIND)
    else:
        shutil.copyfile(source, target)


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Callable[[str], Project]]:
    """Follow a recipe; once all was run what it lists is touched, and nothing else ever."""
    projects = []

    def follow_recipe(recipe: str) -> Project:
        project = Project(tmp_path / "project", recipe)
        assert project.listed() and project.touched() <= project.listed()
        projects.append(project)
        return project

    yield follow_recipe
    assert all(project.touched() == project.listed() for project in projects)


def write_file(project: Project, name: str, text: str) -> Path:
    path = project.folder.parent / name
    path.write_text(text, "utf-8")
    return path


def test_a_kpi_is_its_query_its_recount_and_its_test(follow: Callable[[str], Project]) -> None:
    project = follow("A KPI")
    targets = project.run("-m", "kam_core", "template", "targets", "--lang", "en")
    for example, ours in TARGETS.items():
        targets = targets.replace(example, ours)
    files = {"accounts": CUSTOMERS, "orders": ORDERS, "targets": targets}
    paths = (write_file(project, f"{table}.csv", text) for table, text in files.items())
    kpis = "kpis --quarter 2024-Q3 --format json"
    loaded, values, explained, verified = project.run_commands(
        f"load --as-of 2024-09-30 --json {' '.join(map(str, paths))}",
        kpis,
        f"{kpis} --explain returned_orders",
        "verify --quarter 2024-Q3 --json",
    )
    assert (loaded[2]["accepted"], loaded[2]["quarantined"]) == (1, 1)
    value = next(row for row in values if row["metric"] == "returned_orders")
    assert (value["value"], value["target"]) == (3, 3)
    assert [row["order_id"] for row in explained["rows"]] == ["O2", "O3", "O4"]
    assert explained["titles"]["zh"] == "退货单数"
    assert (verified["findings"], verified["differences"]) == ([], [])
    project.run("-m", "kam_core.render.metrics_reference", "docs/metrics.md")
    assert "### returned_orders" in (project.folder / "docs" / "metrics.md").read_text("utf-8")
    project.run("-m", "pytest", "-q", "-p", "no:cacheprovider", "tests/metrics")
    overview, definitions = project.run("-c", OPEN_PAGE, "overview,definitions", "zh").splitlines()
    assert "[['退货单数', '销售额']" in overview
    assert "**退货单数** · Returned orders" in definitions


def test_a_table_is_its_declaration_and_its_template(follow: Callable[[str], Project]) -> None:
    project = follow("A table of the contract")
    template = project.run("-m", "kam_core", "template", "invoices", "--lang", "en").splitlines()
    assert template[0].endswith("Invoice ID,Account ID,Issued on,Paid on,Paid amount,Void")
    files = {"accounts": CUSTOMERS, "invoices": INVOICES}
    paths = (write_file(project, f"{table}.csv", text) for table, text in files.items())
    loaded, verified = project.run_commands(
        f"load --json {' '.join(map(str, paths))}", "verify --json"
    )
    report = loaded[1]
    assert (report["table"], report["received"], report["accepted"]) == ("invoices", 3, 3)
    assert report["as_of"] == "2024-09-02"
    assert report["problems"] == {"impossible_order": 1, "after_loss": 1}
    assert verified["differences"] == []
    file = project.folder.parent / "warehouse/versions/kam-1.duckdb"
    with duckdb.connect(str(file), read_only=True) as version:
        assert_days_are_known(version)


def assert_days_are_known(version: duckdb.DuckDBPyConnection) -> None:
    """A note has its line; a day knows what had happened by then, in scope; coverage says so."""

    def ask(query: str, day: str = "2024-09-02") -> list[tuple[Any, ...]]:
        version.execute(f"set variable as_of = date '{day}'")
        set_lookups(version)
        return version.execute(query).fetchall()

    notes = ask("select table_name, line_no from meta.notes where code = 'after_loss'")
    assert notes == [("invoices", 4)]
    invoices = "select invoice_id, paid_on, paid_amount from as_of.invoices order by 1"
    assert ask(invoices, "2024-07-29") == [("I1", None, None)]
    assert ask(invoices, "2024-08-05")[0] == ("I1", date(2024, 8, 5), Decimal("100.50"))
    assert [row[0] for row in ask(invoices)] == ["I1", "I2", "I3"]
    version.execute("set variable regions = ['South']")
    assert ask("select invoice_id from scoped.invoices order by 1") == [("I2",), ("I3",)]
    covered = "select covers_from, covers_to from as_of.coverage where table_name = 'invoices'"
    assert ask(covered, "2024-08-15") == [(date(2024, 7, 1), date(2024, 8, 15))]


def test_a_page_is_a_section_words_and_its_line_in_the_app(
    follow: Callable[[str], Project], sample_warehouse: Warehouse
) -> None:
    project = follow("A page")
    opened = project.run("-c", OPEN_PAGE, "renewals", "en", "zh", warehouse=sample_warehouse.path)
    for page, title in zip(opened.splitlines()[-2:], ("Renewals", "续约"), strict=True):
        assert page.count(repr(title)) == 2 and page.endswith(" 1")


def test_an_export_is_one_feed_file(follow: Callable[[str], Project]) -> None:
    project = follow("A CRM's export")
    rows = ["VisitNo,Cust,CustName,Town,When,Done"]
    rows += [
        "1,C1,Alder,Hull,2024-07-01,J",
        "2,C1,Alder,Hull,2024-08-01,N",
        "3,C2,Birch,York,2024-09-02,J",
    ]
    file = write_file(project, "export.csv", "\n".join(rows) + "\n")
    reports = json.loads(project.run("-m", "kam_core", "load", "--json", file))
    counts = {each["table"]: (each["accepted"], each["quarantined"]) for each in reports}
    assert counts == {"accounts": (2, 0), "interactions": (3, 0)}


def load_accounts(project: Project, warehouse: str, *rows: str) -> dict[str, Any]:
    """What the tiers show of accounts with a potential and an influence."""
    heading = "account_id,account_name,region,growth_potential,industry_influence"
    file = write_file(project, f"{warehouse}.csv", "\n".join([heading, *rows]) + "\n")
    path = project.folder.parent / warehouse
    project.run("-m", "kam_core", "load", "--as-of", "2024-09-30", file, warehouse=path)
    return json.loads(project.run("-c", DRAW_TIERS, path))


def test_a_tier_scheme_is_settings(follow: Callable[[str], Project]) -> None:
    project = follow("A tier scheme")
    rows = ["A1,Alder,East,80,90", "A2,Birch,East,50,60", "A3,Cedar,East,10,70"]
    shown = load_accounts(project, "warehouse", *rows, "A4,Elm,East,90,20", "A5,Fir,East,30,")
    for cell in (["beacon", 1, True], ["voice", 1, True], ["rising", 1, False]):
        assert cell in shown["cells"]
    assert sorted(shown["marks"]) == [[10, 70], [50, 60], [80, 90], [90, 20]]
    for mark in (*shown["marks"], *shown["words"]):
        for score, (low, high) in zip(mark, shown["ranges"], strict=True):
            assert low < score < high
    assert shown["titles"] == ["Growth potential (0–100)", "Industry influence (0–100)"]
    assert "%" not in shown["tick"]
    assert "potential →" in shown["still"] and "influence →" in shown["still"]
    assert "value →" not in shown["still"]
    assert shown["caption"].startswith("Up: industry influence. Right: growth potential.")
    assert shown["headings"] == [["Growth potential", "points"], ["Industry influence", "points"]]
    assert sorted(shown["scores"]) == [[50, 60], [80, 90]]
    assert "1 account has no industry influence score;" in shown["sentence"]
    project.run("-m", "kam_core", "kpis", "--quarter", "2024-Q3", "--tier", "beacon")
    project.run("-c", OPEN_PAGE, "tiers", "en", "zh")
    waiting = load_accounts(project, "waiting", "A1,Alder,East,80,")
    assert waiting["waits_for"] == "needs:accounts.industry_influence"


def test_a_language_is_a_folder_of_words(
    follow: Callable[[str], Project], sample_warehouse: Warehouse
) -> None:
    project = follow("A language")
    kpis = ("-m", "kam_core", "kpis", "--quarter", "2024-Q3", "--lang")
    german = project.run(*kpis, "de", warehouse=sample_warehouse.path)
    assert "68,0" in german.replace(" %", "%") and "Monthly callback completion" in german
    menu = project.run("-c", OPEN_PAGE, "overview", "de", warehouse=sample_warehouse.path)
    assert "Überblick" in menu
