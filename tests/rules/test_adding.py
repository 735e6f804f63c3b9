"""Each recipe of docs/adding.md, followed in a copy of the project, does what it says."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from kam_core.warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]
COPIED = ("kam_core", "pages", "app.py", "data/sample", ".streamlit")
LEFT_BEHIND = shutil.ignore_patterns("__pycache__", "*.pyc")
# A block of a file of its own, of lines at the end of a file, or of lines in it, under one that
# begins with these words.
BLOCK = re.compile(r"```\w+ (file|add|in)=(\S+)(?: under=(\S+))?\n(.*?)```", re.S)
OPEN_PAGE = """
import sys
from streamlit.testing.v1 import AppTest
from streamlit.util import calc_hash
for lang in sys.argv[2:]:
    app = AppTest.from_file("app.py", default_timeout=300)
    app.query_params["lang"] = lang
    app._page_hash = calc_hash(sys.argv[1])
    app.run()
    assert not app.exception, app.exception
    menu = [info.get("page_name") for info in app._registered_pages.values()]
    print(lang, menu, [title.value for title in app.title], len(app.dataframe))
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
        return set(
            re.findall(r"`([^`]+)`", self.recipe.partition("Files: ")[2].partition("\n\n")[0])
        )

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


def copy_path(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=LEFT_BEHIND)
    else:
        shutil.copyfile(source, target)


@pytest.fixture
def follow(tmp_path: Path) -> Iterator[Callable[[str], Project]]:
    """Follow a recipe; what it lists is touched by then and after all was run, and nothing else."""
    projects = []

    def follow_recipe(recipe: str) -> Project:
        project = Project(tmp_path / "project", recipe)
        assert project.listed() and project.touched() == project.listed()
        projects.append(project)
        return project

    yield follow_recipe
    assert all(project.touched() == project.listed() for project in projects)


def write_file(project: Project, name: str, text: str) -> Path:
    path = project.folder.parent / name
    path.write_text(text, "utf-8")
    return path


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
