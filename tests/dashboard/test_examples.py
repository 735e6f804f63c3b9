"""The examples do without Streamlit what the overview and the follow-up page show."""

import json
import subprocess
import sys
from pathlib import Path

import plotly.graph_objects as go
import pytest

from kam_core.warehouse.store import Warehouse

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"


def run_report(warehouse: Warehouse, *options: str) -> subprocess.CompletedProcess:
    """Run the report where Streamlit cannot be imported."""
    report = str(EXAMPLES / "report.py")
    code = "import runpy, sys; sys.modules['streamlit'] = None; sys.argv = sys.argv[1:]; "
    code += "runpy.run_path(sys.argv[0], run_name='__main__')"
    command = [sys.executable, "-c", code, report, "--warehouse", str(warehouse.path), *options]
    return subprocess.run(command, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("lang", "words"),
    [
        (
            "en",
            [
                "# Overview",
                "204 of 300 callbacks done",
                "Monthly callback completion",
                "East China",
            ],
        ),
        ("zh", ["# 经营总览", "月度回访完成率", "华东"]),
    ],
)
def test_the_report_says_what_the_pages_say(
    sample_warehouse: Warehouse, lang: str, words: list[str]
) -> None:
    done = run_report(sample_warehouse, "--quarter", "2024-Q3", "--lang", lang)
    assert done.returncode == 0, done.stderr
    assert [word for word in words if word not in done.stdout] == []


def test_every_cell_of_the_notebook_runs(
    sample_warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("KAM_WAREHOUSE", str(sample_warehouse.path))
    notebook = json.loads((EXAMPLES / "notebook.ipynb").read_text("utf-8"))
    names: dict[str, object] = {}
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            exec("".join(cell["source"]), names)
    told = capsys.readouterr().out
    assert "204 of 300 callbacks done" in told
    chart = names["draw_chart"](names["heat"].charts[0], names["view"].text, names["LIGHT"])  # type: ignore
    assert isinstance(chart, go.Figure)
