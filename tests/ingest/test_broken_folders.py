"""Problems that a file alone cannot show: each has a folder in tests/data/broken that shows it.

``before/`` in it is loaded first, ``reference/`` holds the map of names in use.
"""

import json
from pathlib import Path

import pytest

from kam_core.__main__ import main
from kam_core.contract.problems import problems
from kam_core.uploads.load import load
from kam_core.uploads.report_model import FileReport
from kam_core.warehouse.store import Warehouse

BROKEN = Path(__file__).parents[1] / "data" / "broken"


def loaded(warehouse: Warehouse, code: str) -> list[FileReport]:
    """The reports on the files of a folder, over the state that it needs."""
    if before := sorted((BROKEN / code / "before").glob("*.csv")):
        load(warehouse, before)
    return load(warehouse, sorted((BROKEN / code).glob("*.csv")), confirmed=True)


def test_every_problem_of_the_catalogue_has_one_broken_file_or_folder() -> None:
    shown = sorted(path.name if path.is_dir() else path.stem for path in BROKEN.iterdir())
    assert shown == sorted(problems())


@pytest.mark.parametrize(
    ("code", "places"),
    [
        ("unknown_account", [("orders", 1, (3,))]),
        ("account_gone", [("accounts", 1, ()), ("orders", 1, (3,))]),
    ],
)
def test_what_the_accounts_show_of_other_tables_is_told_with_its_line(
    warehouse: Warehouse, code: str, places: list[tuple]
) -> None:
    reports = [report for report in loaded(warehouse, code) if report.problems]
    assert all(report.problems.keys() == {code} for report in reports)
    assert [
        (report.table, report.problems[code], report.first_lines.get(code, ()))
        for report in reports
    ] == places


@pytest.mark.parametrize(
    ("code", "name", "first_line"),
    [
        ("new_region", "Suoth", 4),
        ("new_person", "Wnag", 4),
        ("vanished_region", "South", None),
        ("vanished_person", "Wang", None),
    ],
)
def test_a_name_is_told_that_is_new_or_has_vanished(
    warehouse: Warehouse, code: str, name: str, first_line: int | None
) -> None:
    (report,) = loaded(warehouse, code)
    assert [(note.code, note.name, note.first_line) for note in report.names] == [
        (code, name, first_line)
    ]
    assert not report.problems


def test_an_entry_of_the_map_that_no_row_needs_is_told(
    warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = BROKEN / "unused_name"
    monkeypatch.setenv("KAM_REFERENCE", str(folder / "reference"))
    call = ["inspect", "--json", "--warehouse", str(warehouse.path)]
    assert main([*call, str(folder / "accounts.csv")]) == 0
    (part,) = json.loads(capsys.readouterr().out)
    assert part["unused_names"] == ["East China"]
