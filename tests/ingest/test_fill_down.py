"""Empty cells below a value, as merged cells leave them: asked about, then filled from above."""

import csv
import io
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest
import xlsxwriter

from kam_core.contract.declaration import tables
from kam_core.errors import KamError
from kam_core.ingest.mapping.overrides import Overrides
from kam_core.ingest.mapping.proposal_model import answers_to
from kam_core.ingest.mapping.proposals import propose
from kam_core.ingest.read.fill_down import find_blocks
from kam_core.ingest.read.table_layout import ReadOptions
from kam_core.ingest.read.workbook import Book
from kam_core.ingest.stage import Staged, plan_recipes, stage_bytes
from kam_core.uploads import upload_history
from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse, open_version

ABOVE = {"blanks": {"region": "above", "account_manager": "above"}}
# Two blocks: 华东 of 王芳 with three accounts, 华南 of 李强 with two.
BLOCKS = """区域,客户经理,客户编号,客户名称
华东,王芳,A1,甲
,,A2,乙
,,A3,丙
华南,李强,B1,丁
,,B2,戊
"""


def staged(text: str, answers: Overrides | None = None) -> Staged:
    (recipe,) = plan_recipes(text.encode(), "客户.csv", overrides=answers)
    return stage_bytes(text.encode(), recipe)


def above(*columns: str) -> Overrides:
    return Overrides(blanks=dict.fromkeys(columns, "above"))


def regions(result: Staged) -> list[tuple[str, str]]:
    accepted = result.accepted
    return list(
        zip(accepted["account_id"].to_pylist(), accepted["region"].to_pylist(), strict=True)
    )


def workbook(path: Path) -> Path:
    """The same blocks, really merged; 王芳 looks after the first two accounts only."""
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户")
        for row, line in enumerate(BLOCKS.splitlines()):
            sheet.write_row(row, 0, line.split(","))
        sheet.merge_range(1, 0, 3, 0, "华东")
        sheet.merge_range(1, 1, 2, 1, "王芳")
        sheet.write(3, 1, "赵敏")
        sheet.merge_range(4, 0, 5, 0, "华南")
        sheet.merge_range(4, 1, 5, 1, "李强")
    return path


def test_nothing_is_filled_unasked() -> None:
    assert regions(staged(BLOCKS)) == [("A1", "华东"), ("B1", "华南")]
    assert staged(BLOCKS).problems == {"missing_value": 3}


def test_an_empty_cell_means_the_value_above_where_a_person_says_so() -> None:
    result = staged(BLOCKS, above("region", "account_manager"))
    assert regions(result) == [
        ("A1", "华东"),
        ("A2", "华东"),
        ("A3", "华东"),
        ("B1", "华南"),
        ("B2", "华南"),
    ]
    assert result.accepted["account_manager"].to_pylist() == ["王芳"] * 3 + ["李强"] * 2


def test_a_word_about_a_column_that_the_file_lacks_changes_nothing() -> None:
    assert staged(BLOCKS, above("industry")).problems == {"missing_value": 3}


def test_only_the_columns_that_were_named_are_filled() -> None:
    managers = staged(BLOCKS, above("region")).accepted["account_manager"].to_pylist()
    assert managers == ["王芳", None, None, "李强", None]


@pytest.mark.parametrize("between", ["华南,李强", "合计,,,3", '华南,"李"强,B0,x'])
def test_nothing_is_carried_over_a_row_that_may_have_begun_a_block(between: str) -> None:
    text = BLOCKS.replace("华南,李强,B1,丁", between)
    result = staged(text, above("region"))
    assert [account for account, _ in regions(result)] == ["A1", "A2", "A3"]
    assert result.problems["missing_value"] == 1


def test_an_empty_line_within_a_block_is_no_border() -> None:
    result = staged(BLOCKS.replace(",,A3", ",,,\n,,A3"), above("region"))
    assert ("A3", "华东") in regions(result)


def asked(header: Sequence[str], rows: Sequence[str], merged: Sequence[str] = ()) -> list[str]:
    cells = [row.split(",") for row in rows]
    proposal = propose(header, cells, "accounts", merged=merged)
    return [question.column for question in proposal.questions if question.kind == "blanks"]


def test_a_required_column_in_blocks_is_asked_about_and_what_is_empty_beside_it() -> None:
    header, *rows = BLOCKS.splitlines()
    assert asked(header.split(","), rows) == ["region", "account_manager"]
    (first, _) = (
        question
        for question in propose(header.split(","), [row.split(",") for row in rows]).questions
        if question.kind == "blanks"
    )
    assert [(o.value, o.example, o.reading) for o in first.options] == [
        ("above", "A2", "华东"),
        ("empty", "A2", ""),
    ]


@pytest.mark.parametrize(
    ("why", "cells"),
    [
        ("the first row is empty", ["", "x", "", "", "y"]),
        ("a value stands twice in a row", ["x", "x", "", "", "y"]),
        ("one empty cell is no habit", ["x", "", "y", "z", "v"]),
        ("nothing is empty", ["x", "y", "z", "v", "w"]),
    ],
)
def test_a_column_with_gaps_is_not_taken_for_blocks(why: str, cells: list[str]) -> None:
    keys = list("abcde")
    assert find_blocks(tables()["accounts"], {"account_id": keys, "region": cells}, ()) == [], why


def test_a_key_and_an_optional_column_are_not_asked_about_unless_merged() -> None:
    blocks = ["x", "", "", "y", ""]
    columns = {"account_id": blocks, "industry": ["p", "", "q", "", ""]}
    assert find_blocks(tables()["accounts"], columns, ()) == []
    assert find_blocks(tables()["accounts"], columns, ["industry"]) == ["industry"]


def test_merged_cells_of_a_workbook_are_seen_and_proposed(tmp_path: Path) -> None:
    reading = Book(workbook(tmp_path / "客户.xlsx").read_bytes()).read(ReadOptions(sheet="客户"))
    assert reading.merged == {"区域", "客户经理"}
    rows = [record.fields for record in reading.records]
    proposal = propose(reading.header, rows, file_name="客户.xlsx", merged=reading.merged)
    assert answers_to(proposal).blanks == ABOVE["blanks"]


def test_a_merged_remark_below_the_table_is_no_block(tmp_path: Path) -> None:
    path = tmp_path / "客户.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet("客户")
        for row, line in enumerate(BLOCKS.replace(",,A", "华东,,A").splitlines()):
            sheet.write_row(row, 2, line.split(","))
        sheet.merge_range(7, 2, 9, 5, "以上数据截至 2024-09-30")
        sheet.merge_range(4, 3, 5, 3, "李强")
    assert Book(path.read_bytes()).read(ReadOptions(sheet="客户")).merged == {"客户经理"}


def test_a_block_beyond_the_rows_looked_at_asks_nothing() -> None:
    columns = {"industry": ["", "x", "y"]}
    assert find_blocks(tables()["accounts"], columns, ["industry"]) == []


def test_a_confirmed_workbook_is_loaded_and_remembered(
    warehouse: Warehouse, tmp_path: Path, file: Callable[[str, str], Path]
) -> None:
    path = workbook(tmp_path / "客户.xlsx")
    assert load(warehouse, [path], answers=ABOVE)[0].accepted == 5
    again = file("客户.csv", f"{BLOCKS},,B3,己\n")
    (report,) = load(warehouse, [again])
    assert (report.accepted, report.quarantined) == (6, 0)
    live = warehouse.live_version()
    assert live
    with open_version(warehouse.file(live.version)) as connection:
        found = connection.execute("select region, count(*) from accounts group by all order by 1")
        assert found.fetchall() == [("华东", 3), ("华南", 3)]


def test_a_quarantined_row_of_a_block_takes_its_value_along(
    warehouse: Warehouse, file: Callable[[str, str], Path]
) -> None:
    path = file("客户.csv", BLOCKS.replace(",,A3,丙", ",,A3,"))
    load(warehouse, [path], answers=ABOVE)
    name, content = upload_history.corrections_file(warehouse, 1, 1, "zh")
    header, row = csv.reader(io.StringIO(content.decode("utf-8-sig")))
    assert row[:4] == ["华东", "王芳", "A3", ""]
    corrected = file(name, "")
    with corrected.open("w", encoding="utf-8-sig", newline="") as out:
        csv.writer(out).writerows([header, [*row[:3], "丙", *row[4:]]])
    (report,) = load(warehouse, [corrected])
    assert (report.accepted, report.quarantined, report.mode) == (1, 0, "update")


def test_rows_sent_back_are_not_filled_from_their_new_neighbours(
    warehouse: Warehouse, file: Callable[[str, str], Path]
) -> None:
    load(warehouse, [file("客户.csv", BLOCKS)])
    name, content = upload_history.corrections_file(warehouse, 1, 1, "zh")
    lines = content.decode("utf-8-sig").splitlines()
    first = lines[1].replace(",,A2", "华东,,A2", 1)
    path = file(name, "\n".join([lines[0], first, *lines[2:]]))
    (report,) = load(warehouse, [path], answers=ABOVE)
    assert (report.accepted, report.quarantined) == (1, 2)


@pytest.mark.parametrize("said", ["below", ""])
def test_an_answer_that_means_nothing_is_refused(said: str) -> None:
    with pytest.raises(KamError, match="answers_not_possible"):
        staged(BLOCKS, Overrides(blanks={"region": said}))
