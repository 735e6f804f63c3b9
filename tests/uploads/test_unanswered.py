"""A load tells what was proposed of a file and is not used, because nobody confirmed it."""

import json
from collections.abc import Callable
from dataclasses import astuple
from pathlib import Path

import pytest

from kam_core.__main__ import main
from kam_core.text.writer import Text
from kam_core.uploads.load import load
from kam_core.uploads.report_model import FileReport
from kam_core.uploads.report_sentences import describe_report
from kam_core.warehouse.store import Warehouse
from tests.conftest import ACCOUNTS

Write = Callable[[str, str], Path]
OPPORTUNITIES = (
    "Opportunity_ID,Account_ID,Created_Date,Close_Date,Status,Revenue_Amount\n"
    "O1,A1,2024-01-10,2024-05-02,Closed Won,100\n"
    "O2,A2,2024-02-10,2024-06-02,Closed Lost,200\n"
)
COLUMNS = {"outcome": "Status", "amount": "Revenue_Amount"}


@pytest.fixture
def paths(file: Write) -> list[Path]:
    return [file("accounts.csv", ACCOUNTS), file("Opportunity.csv", OPPORTUNITIES)]


def unanswered(reports: list[FileReport]) -> list[tuple]:
    return [astuple(proposal) for report in reports for proposal in report.unanswered]


def test_columns_that_nobody_confirmed_are_told_in_words_and_as_json(
    warehouse: Warehouse, paths: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    reports = load(warehouse, paths, dry_run=True)
    assert set(unanswered(reports)) == {(*pair, None, None) for pair in COLUMNS.items()}
    for lang, words in (
        ("en", "2 proposed and not used, as nobody confirmed them: Outcome ← Status"),
        ("zh", "有 2 项对应关系未经确认，因此没有采用：结果 ← Status"),
    ):
        assert words in describe_report(reports[-1], Text(lang))
    call = ["load", "--json", "--warehouse", str(warehouse.path)]
    assert main([*call, *map(str, paths)]) == 0
    told = json.loads(capsys.readouterr().out)[-1]["unanswered"]
    assert {"column": "outcome", "header": "Status", "text": None, "meaning": None} in told


@pytest.mark.parametrize("answered", [COLUMNS, dict.fromkeys(COLUMNS, "")])
def test_what_was_answered_now_or_before_is_told_no_more(
    warehouse: Warehouse, paths: list[Path], file: Write, answered: dict[str, str]
) -> None:
    answers = {"files": {"Opportunity.csv": {"table": "opportunities", "columns": answered}}}
    assert unanswered(load(warehouse, paths, answers=answers)) == []
    more = file("Opportunity.csv", OPPORTUNITIES.replace("200", "300"))
    assert unanswered(load(warehouse, [more])) == []


def test_a_word_whose_meaning_is_only_likely_is_told(warehouse: Warehouse, file: Write) -> None:
    text = ACCOUNTS.splitlines()[0] + ",status\nA1,Alder,East,2023-01-01,50,activ\n"
    reports = load(warehouse, [file("accounts.csv", text + "A2,Birch,South,,,active\n")])
    assert unanswered(reports) == [("status", "status", "activ", "active")]
    assert "activ → active" in describe_report(reports[0], Text("en"))
