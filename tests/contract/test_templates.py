"""Every template of a table is a file that loads as it is."""

import csv
from pathlib import Path

import pytest

from kam_core.__main__ import main
from kam_core.contract import templates
from kam_core.contract.declaration import tables
from kam_core.errors import KamError
from kam_core.text.writer import Text
from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse, open_version
from pages.parts.uploads import template_downloads

LANGUAGES = ("zh", "en")
EVERY = [(table, lang) for table in tables() for lang in LANGUAGES]


def written(folder: Path, table: str, lang: str) -> Path:
    path = folder / template_downloads.template_name(table, Text(lang))
    path.write_bytes(templates.csv_bytes(table, lang))
    return path


@pytest.mark.parametrize(("table", "lang"), EVERY)
def test_a_template_loads_without_a_question_and_without_a_row_set_aside(
    warehouse: Warehouse, tmp_path: Path, table: str, lang: str
) -> None:
    names = dict.fromkeys(["accounts", table])
    reports = load(warehouse, [written(tmp_path, name, lang) for name in names])
    assert [report.table for report in reports] == list(names)
    for report in reports:
        assert (report.received, report.accepted, report.quarantined) == (2, 2, 0)
        assert report.problems == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_all_templates_together_are_one_whole(
    warehouse: Warehouse, tmp_path: Path, lang: str
) -> None:
    load(warehouse, [written(tmp_path, table, lang) for table in tables()])
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        assert connection.execute("select code from meta.notes").fetchall() == []
        ids = {row["account_id"] for row in templates.rows("accounts", lang)}
        for table in tables():
            if any(column.name == "account_id" for column in tables()[table].columns):
                held = connection.execute(f"select distinct account_id from {table}").fetchall()
                assert {account_id for (account_id,) in held} <= ids


@pytest.mark.parametrize(("table", "lang"), EVERY)
def test_a_template_has_every_column_of_the_table_in_its_order(table: str, lang: str) -> None:
    text = templates.csv_bytes(table, lang).decode("utf-8")
    assert text.startswith("\ufeff")
    header, *rows = csv.reader(text[1:].splitlines())
    columns = tables()[table].columns
    assert header == [column.text(lang) for column in columns]
    assert [len(row) for row in rows] == [len(columns)] * 2
    required = [n for n, column in enumerate(columns) if column.required]
    assert all(row[n] for row in rows for n in required)


def test_every_column_stands_in_an_example_somewhere() -> None:
    for table in tables().values():
        first, second = templates.rows(table.name, "en")
        bare = [c.name for c in table.columns if not (first[c.name] or second[c.name])]
        assert set(bare) <= {"responded_at", "tier", "merged_into"}


@pytest.mark.parametrize("table", tables())
def test_chinese_templates_speak_chinese_and_english_ones_do_not(table: str) -> None:
    chinese = templates.csv_bytes(table, "zh").decode("utf-8-sig")
    assert templates.csv_bytes(table, "en").decode("utf-8-sig").isascii()
    assert not chinese.splitlines()[0].isascii()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_command_line_writes_the_same_template(
    lang: str, capsysbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert main(["template", "orders", "--lang", lang]) == 0
    assert capsysbinary.readouterr().out == templates.csv_bytes("orders", lang)


def test_a_table_nobody_knows_has_no_template() -> None:
    with pytest.raises(KamError, match="unknown_template"):
        templates.csv_bytes("invoices", "en")
