"""``inspect``: one command shows how a file would be read, mapped, and what it asks."""

import argparse
import json
from pathlib import Path

import pytest

from kam_core.cli import inspect_files
from kam_core.errors import KamError
from kam_core.ingest.mapping.overrides import read_overrides
from kam_core.ingest.stage import plan_recipes, stage_bytes
from kam_core.text.writer import Text
from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse

DATA = """account_id;account_name;省份;身份证;customer_since
1;Alder;浙江;110101199003070038;03/04/2021
2;Birch;江苏;110101199003070038;05/06/2021
"""


def inspect(warehouse: Path, lang: str, *arguments: str) -> None:
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()
    inspect_files.add(commands)
    options = parser.parse_args(["inspect", *arguments])
    options.warehouse, options.lang = warehouse, lang
    options.run(options, Text(lang))


@pytest.fixture
def upload(tmp_path: Path) -> Path:
    path = tmp_path / "客户.csv"
    path.write_text(DATA, "utf-8")
    return path


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        (
            "en",
            [
                "encoding utf-8, separator semicolon, header in line 1",
                "Region ← 省份 (similar name, please confirm, 85.0%)",
                "Not kept: 身份证 (looks like identity numbers)",
                "dmy (03/04/2021 → 2021-04-03), mdy (03/04/2021 → 2021-03-04)",
                "It needs answers",
            ],
        ),
        ("zh", ["编码 utf-8", "区域 ← 省份（名称相近，请确认", "不保留：身份证", "需要先回答"]),
    ],
)
def test_it_says_what_was_found_and_what_is_asked(
    upload: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], lang: str, told: list[str]
) -> None:
    inspect(tmp_path / "none", lang, str(upload))
    printed = capsys.readouterr().out
    assert all(line in printed for line in told), printed
    assert not (tmp_path / "none").exists()


def test_a_file_whose_dates_are_in_question_is_not_called_ready(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,account_name,region,customer_since\n1,A,E,03/04/2020\n")
    inspect(tmp_path / "none", "en", str(path))
    printed = capsys.readouterr().out
    assert "It can be loaded as it is" not in printed
    assert "Until that is answered, the rows concerned are quarantined" in printed


def test_dates_that_contradict_each_other_are_told_as_such(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts.csv"
    lines = [
        "account_id,account_name,region,customer_since",
        "1,A,E,13/04/2020",
        "2,B,E,05/26/2021",
    ]
    path.write_text("\n".join(lines))
    inspect(tmp_path / "none", "en", str(path))
    printed = capsys.readouterr().out
    assert "the day comes first in some dates of customer_since and the month in others" in printed
    assert "dmy (13/04/2020 → 2020-04-13), mdy (05/26/2021 → 2021-05-26)" in printed


def test_its_answers_can_be_given_back_to_load(
    upload: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    inspect(tmp_path / "none", "en", "--json", str(upload))
    (part,) = json.loads(capsysbinary.readouterr().out)
    document = part["proposals"][0]["answers"]
    document["dates"] = {"customer_since": "mdy"}
    (recipe,) = plan_recipes(upload.read_bytes(), upload.name, overrides=read_overrides(document))
    accepted = stage_bytes(upload.read_bytes(), recipe).accepted
    assert accepted["region"].to_pylist() == ["浙江", "江苏"]
    assert [str(day) for day in accepted["customer_since"].to_pylist()] == [
        "2021-03-04",
        "2021-05-06",
    ]


def test_names_are_held_against_the_live_version(
    warehouse: Warehouse, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,account_name,region\n1,A,Nordrhein\n", "utf-8")
    load(warehouse, [path])
    path.write_text("account_id,account_name,region\n1,A,Nordrheim\n", "utf-8")
    inspect(warehouse.path, "en", "--json", str(path))
    (part,) = json.loads(capsysbinary.readouterr().out)
    (name,) = part["proposals"][0]["names"]
    assert (name["name"], name["nearest"]) == ("Nordrheim", "Nordrhein")


def test_what_cannot_be_read_is_told_and_the_others_are_shown(
    upload: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "empty.csv"
    empty.write_bytes(b"\n")
    inspect(tmp_path / "none", "en", str(empty), str(upload))
    printed = capsys.readouterr().out
    assert "empty.csv: cannot be read" in printed and "The file is empty" in printed
    assert "Region ← 省份" in printed


def test_a_file_that_cannot_be_opened_hides_none_of_the_others(
    upload: Path, tmp_path: Path, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    pdf = tmp_path / "orders.xlsx"
    pdf.write_bytes(b"%PDF-1.4")
    with pytest.raises(KamError, match="unsupported_file"):
        inspect(tmp_path / "none", "en", "--json", str(pdf), str(upload))
    closed, opened = json.loads(capsysbinary.readouterr().out)
    assert (closed["glimpse"], closed["error"]["code"]) == (None, "unsupported_file")
    assert opened["file"] == upload.name and opened["proposals"]


def test_nothing_in_a_file_can_move_the_cursor(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,account_name,region,x\x1b[2J\n1,A\x1b[31m,E,\n", "utf-8")
    inspect(tmp_path / "none", "en", str(path))
    assert "\x1b" not in capsys.readouterr().out
