"""The command line as cron jobs and other programs use it."""

import csv
import fcntl
import io
import json
import os
import pty
import shutil
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import pytest

from kam_core.__main__ import main
from kam_core.ingest.mapping.overrides import header_key
from kam_core.warehouse.store import Warehouse
from tests.conftest import ACCOUNTS, ORDERS
from tests.support.loading import load_once

REPORT_KEYS = {
    "file",
    "table",
    "received",
    "accepted",
    "quarantined",
    "blank",
    "problems",
    "version",
}
KPI_KEYS = [
    "metric",
    "unit",
    "value",
    "numerator",
    "denominator",
    "low",
    "high",
    "target",
    "gap",
    "status",
    "reason",
    "pace",
    "beside",
    "known_until",
    "undecided",
]


@pytest.fixture(autouse=True)
def own_warehouse(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAM_WAREHOUSE", str(warehouse.path))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


def load_first(paths: list[Path]) -> None:
    """What is there before the command that is tested."""
    load_once(Warehouse(os.environ["KAM_WAREHOUSE"]), paths)


def kpis(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict[str, dict]:
    capsys.readouterr()
    assert main(["kpis", "--quarter", "2024-Q3", "--format", "json", *arguments]) == 0
    return {row["metric"]: row for row in json.loads(capsys.readouterr().out)}


def test_load_reports_each_file_as_json(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", "--json", *map(str, company)]) == 0
    reports = json.loads(capsys.readouterr().out)
    assert [report["table"] for report in reports] == [
        "accounts",
        "interactions",
        "needs",
        "orders",
    ]
    assert reports[0].keys() >= REPORT_KEYS
    assert reports[3] | {"received": 3, "accepted": 3, "quarantined": 0, "version": 1} == reports[3]


def test_load_says_the_same_in_words(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", "--lang", "zh", str(company[0])]) == 0
    assert "客户" in capsys.readouterr().out
    assert main(["load", "--lang", "en", str(company[0])]) == 0
    assert "Accounts" in capsys.readouterr().out


def test_a_refusal_is_exit_code_1_with_the_reason_on_stderr(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    empty = tmp_path / "accounts.csv"
    empty.write_bytes(b"")
    for lang, word in (("zh", "空"), ("en", "empty")):
        assert main(["load", "--lang", lang, str(empty)]) == 1
        output = capsys.readouterr()
        assert output.out == ""
        assert word in output.err and "accounts.csv" in output.err


@pytest.mark.parametrize(("lang", "words"), [("zh", ["空", "表头"]), ("en", ["empty", "header"])])
def test_a_refusal_of_several_files_has_one_line_for_each(
    file: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str], lang: str, words: list
) -> None:
    paths = [file("one.csv", ""), file("two.csv", "order_id,account_id,ordered_on,amount\n")]
    assert main(["load", "--lang", lang, *map(str, paths)]) == 1
    lines = capsys.readouterr().err.splitlines()[1:]
    assert ["one.csv" in lines[0], words[0] in lines[0]] == [True, True]
    assert ["two.csv" in lines[1], words[1] in lines[1]] == [True, True]
    assert len(lines) == 2


def test_a_refusal_for_broken_rows_names_their_lines(
    file: Callable[[str, str], Path], capsys: pytest.CaptureFixture[str]
) -> None:
    orders = file("orders.csv", f"{ORDERS.splitlines()[0]}\nO1,A1,soon,5\n\nO2,A1,late,5\n")
    assert main(["load", "--lang", "en", str(orders)]) == 1
    assert "not a date that can be read × 2 (lines 2, 4)" in capsys.readouterr().err


def test_a_refusal_as_json_reports_on_each_refused_file_with_its_error(
    file: Callable[[str, str], Path], company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    bad = [file("orders.csv", f"{ORDERS.splitlines()[0]}\nO1,A1,soon,5\n"), file("needs.csv", "")]
    call = ["--json", "--lang", "en", str(company[0]), *map(str, bad)]
    assert main(["load", *call]) == 1
    output = capsys.readouterr()
    orders, needs = json.loads(output.out)
    assert "orders.csv" in output.err and "needs.csv" in output.err
    assert orders.keys() >= REPORT_KEYS and needs.keys() >= REPORT_KEYS
    assert orders | {"received": 1, "accepted": 0, "quarantined": 1, "version": None} == orders
    assert (orders["table"], orders["problems"]) == ("orders", {"bad_date": 1})
    assert (orders["first_lines"], orders["error"]["code"]) == (
        {"bad_date": [2]},
        "too_many_broken_rows",
    )
    assert (needs["received"], needs["error"]["code"]) == (None, "empty_file")
    assert main(["preview", *call]) == 1
    assert json.loads(capsys.readouterr().out) == {"files": [orders, needs]}


def test_what_needs_a_second_yes_is_reported_as_json_with_its_counts(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    load_first(company)
    company[3].write_text("\n".join(ORDERS.splitlines()[::3]) + "\n", "utf-8")
    capsys.readouterr()
    assert main(["load", "--json", str(company[3])]) == 1
    (report,) = json.loads(capsys.readouterr().out)
    assert (report["received"], report["accepted"], report["version"]) == (1, 1, None)
    assert report["error"]["code"] == "needs_confirmation"
    assert report["error"]["details"]["questions"][0]["gone"] == 2


def test_a_refusal_that_names_no_file_is_reported_for_each(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", "--json", "--expect-version", "7", *map(str, company[:2])]) == 1
    reports = json.loads(capsys.readouterr().out)
    assert [(report["file"], report["error"]["code"]) for report in reports] == [
        ("accounts.csv", "version_moved"),
        ("interactions.csv", "version_moved"),
    ]


@pytest.mark.parametrize(
    "arguments",
    [["load", "--as-of", "yesterday", "accounts.csv"], ["kpis", "--quarter", "0000-Q1"], ["fly"]],
)
def test_a_wrong_call_is_exit_code_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(arguments)
    assert exit_info.value.code == 2


def test_a_broken_ledger_is_told_in_words(
    warehouse: Warehouse, company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    warehouse.ledger.path.write_bytes(b"no database at all" * 100)
    assert main(["load", *map(str, company)]) == 1
    assert "ledger" in capsys.readouterr().err


def test_an_encoding_can_be_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    accounts = tmp_path / "accounts.csv"
    accounts.write_bytes("account_id,account_name,region\nA1,Müller,Süd\n".encode("latin-1"))
    assert main(["load", "--encoding", "latin-1", str(accounts)]) == 0
    assert main(["load", "--encoding", "martian", str(accounts)]) == 1
    assert "martian" in capsys.readouterr().err


def test_a_damaged_workbook_is_named_as_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "accounts.xlsx"
    book.write_bytes(b"PK\x03\x04" + bytes(100))
    assert main(["load", str(book)]) == 1
    assert "damaged" in capsys.readouterr().err


def test_kpis_are_rows_with_the_agreed_keys(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    load_first(company)
    rows = kpis(capsys)
    assert all(list(row) == KPI_KEYS for row in rows.values())
    assert rows["match_rate"]["value"] == 1 / 3
    assert (rows["match_rate"]["numerator"], rows["match_rate"]["denominator"]) == (1, 3)
    assert rows["revenue"]["value"] == 1000001.0
    assert rows["key_revenue_share"]["value"] == float(Fraction("0.30") / 1000001)


def test_kpis_cover_the_regions_and_the_day_asked_for(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    load_first(company)
    assert kpis(capsys, "--region", "East")["revenue"]["value"] == 0.30
    assert kpis(capsys, "--region", "East", "--region", "South")["revenue"]["value"] == 1000001.0
    assert kpis(capsys, "--as-of", "2024-07-31")["revenue"]["value"] == 0.10
    assert kpis(capsys, "--tier", "growth")["revenue"]["value"] == 0.30


def test_a_figure_without_its_table_is_null_with_the_reason(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    load_first(company[:2])
    revenue = kpis(capsys)["revenue"]
    assert revenue["value"] is None
    assert revenue["reason"] == "needs:orders"
    assert revenue["status"] == "no_data"


def test_the_other_formats_say_the_same(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    load_first(company)
    capsys.readouterr()
    main(["kpis", "--quarter", "2024-Q3", "--format", "csv"])
    rows = {row["metric"]: row for row in csv.DictReader(io.StringIO(capsys.readouterr().out))}
    assert float(rows["match_rate"]["value"]) == 1 / 3
    main(["kpis", "--quarter", "2024-Q3", "--lang", "zh"])
    assert "33.3%" in capsys.readouterr().out


@pytest.mark.parametrize(
    "arguments",
    [["--region", "Atlantis"], ["--tier", "diamond"]],
    ids=["region", "tier"],
)
def test_an_unknown_name_is_refused_with_the_known_ones(
    company: list[Path], capsys: pytest.CaptureFixture[str], arguments: list[str]
) -> None:
    load_first(company)
    assert main(["kpis", "--quarter", "2024-Q3", *arguments]) == 1
    assert arguments[1] in capsys.readouterr().err


def test_kpis_of_an_empty_warehouse_say_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis", "--quarter", "2024-Q3"]) == 1
    assert "load" in capsys.readouterr().err


def test_versions_can_be_listed_rolled_back_and_rebuilt(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    load_first(company)
    main(["load", "--as-of", "2024-10-01", str(company[0])])
    assert main(["rollback", "1"]) == 0
    assert main(["rebuild", "2"]) == 0
    capsys.readouterr()
    assert main(["versions", "--json"]) == 0
    versions = json.loads(capsys.readouterr().out)
    assert [(version["version"], version["live"]) for version in versions] == [
        (1, True),
        (2, False),
    ]
    assert main(["versions"]) == 0
    assert main(["rollback", "9"]) == 1


def test_changed_settings_take_effect_as_a_new_version(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["settings"]) == 1
    load_first(company)
    assert main(["settings"]) == 0
    assert kpis(capsys)["match_rate"]["value"] == 1 / 3


def test_if_empty_leaves_loaded_data_alone(company: list[Path], warehouse: Warehouse) -> None:
    assert main(["load", "--if-empty", *map(str, company)]) == 0
    assert main(["load", "--if-empty", "nowhere.csv"]) == 0
    live = warehouse.live_version()
    assert live is not None and live.version == 1


def test_demo_writes_every_table(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--to", str(tmp_path / "sample")]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 11


def test_a_dry_run_says_in_words_what_would_change(
    company: list[Path], capsys: pytest.CaptureFixture[str], warehouse: Warehouse
) -> None:
    load_first(company)
    company[3].write_text(ORDERS + "O4,A1,2024-09-11,5.00\n", "utf-8")
    capsys.readouterr()
    assert main(["load", "--dry-run", "--lang", "en", str(company[3])]) == 0
    told = capsys.readouterr().out
    assert "Orders: 3 → 4 rows (1 added, 0 changed, 0 gone)" in told
    assert len(warehouse.ledger.versions()) == 1


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "Earlier uploads of Orders: newly quarantined 1 ("),
        ("zh", "以前上传的订单：新隔离 1 行（"),
    ],
)
def test_a_load_says_what_it_sets_apart_of_earlier_uploads(
    company: list[Path], capsys: pytest.CaptureFixture[str], lang: str, told: str
) -> None:
    load_first(company)
    company[0].write_text("\n".join(ACCOUNTS.splitlines()[:2]) + "\n", "utf-8")
    for call in (["preview"], ["load", "--yes"]):
        capsys.readouterr()
        assert main([*call, "--lang", lang, str(company[0])]) == 0
        assert told in capsys.readouterr().out


def test_a_dry_run_as_json_is_the_list_a_load_prints(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", "--dry-run", "--json", *map(str, company)]) == 0
    reports = json.loads(capsys.readouterr().out)
    assert [(r["accepted"], r["version"]) for r in reports] == [
        (2, None),
        (3, None),
        (1, None),
        (3, None),
    ]


def test_a_dry_run_as_json_tells_what_needs_a_second_yes(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    load_first(company)
    company[3].write_text("\n".join(ORDERS.splitlines()[::3]) + "\n", "utf-8")
    call = ["load", "--json", "--as-of", "2024-12-31", str(company[2]), str(company[3])]
    for more in (["--dry-run"], ["--yes"]):
        capsys.readouterr()
        assert main([*call, *more]) == 0
        needs, orders = json.loads(capsys.readouterr().out)
        assert needs["confirm"] == []
        assert [(q["code"], q["rows"], q["gone"]) for q in orders["confirm"]] == [
            ("removes_rows", 3, 2)
        ]


def test_a_preview_is_one_object_and_its_version_guards_the_load(
    company: list[Path], capsys: pytest.CaptureFixture[str], warehouse: Warehouse
) -> None:
    load_first(company)
    company[3].write_text("\n".join(ORDERS.splitlines()[::3]) + "\n", "utf-8")
    capsys.readouterr()
    assert main(["preview", "--json", str(company[3])]) == 0
    seen = json.loads(capsys.readouterr().out)
    assert seen.keys() >= {"files", "tables", "accounts", "kpis", "confirm", "version"}
    assert [(q["table"], q["rows"], q["gone"]) for q in seen["confirm"]] == [("orders", 3, 2)]

    load = ["load", "--lang", "en", "--expect-version"]
    assert main([*load, "7", "--yes", str(company[3])]) == 1
    assert "version 1" in capsys.readouterr().err
    assert main([*load, str(seen["version"]), str(company[3])]) == 1
    assert "--yes" in capsys.readouterr().err
    assert main([*load, str(seen["version"]), "--yes", str(company[3])]) == 0
    assert len(warehouse.ledger.versions()) == 2


def test_the_same_file_again_tells_who_loaded_it(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["load", "--by", "Li", *map(str, company)])
    capsys.readouterr()
    assert main(["load", "--by", "Wang", "--lang", "en", *map(str, company)]) == 0
    assert "Li loaded this file before" in capsys.readouterr().out


def test_compare_ends_with_1_where_versions_differ(
    company: list[Path], capsys: pytest.CaptureFixture[str], warehouse: Warehouse
) -> None:
    load_first(company)
    company[3].write_text(ORDERS.replace("0.20", "0.50"), "utf-8")
    main(["load", str(company[3])])
    warehouse.file(1).unlink()
    capsys.readouterr()
    assert main(["compare", "1", "2", "--lang", "en"]) == 1
    told = capsys.readouterr().out
    assert "Orders: 3 → 3 rows (0 added, 1 changed, 0 gone)" in told
    assert main(["compare", "1", "2", "--json", "--region", "South"]) == 1
    assert all(t["changed"] == 0 for t in json.loads(capsys.readouterr().out)["tables"])
    assert main(["compare", "2", "2"]) == 0
    assert main(["compare", "1", "9"]) == 1
    assert main(["compare", "1", "2", "--region", "Atlantis"]) == 1
    assert "Atlantis" in capsys.readouterr().err


def test_originals_quarantine_and_history_can_be_fetched(
    company: list[Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    company[3].write_text(ORDERS + "O4,A1,someday,5.00\n", "utf-8")
    main(["load", "--by", "Li", *map(str, company)])
    capsys.readouterr()
    assert main(["history", "--json"]) == 0
    event = json.loads(capsys.readouterr().out)[0]
    assert (event["version"], event["reason"], event["by"]) == (1, "load", "Li")
    number = str(next(f["snapshot"] for f in event["files"] if f["table"] == "orders"))
    assert main(["original", number, "--to", str(tmp_path / "again.csv")]) == 0
    assert (tmp_path / "again.csv").read_bytes() == company[3].read_bytes()
    corrections = tmp_path / "corrections.csv"
    assert main(["quarantine", number, "--to", str(corrections), "--lang", "zh"]) == 0
    assert "O4,A1,someday,5.00,5,bad_date" in corrections.read_text("utf-8-sig")
    assert main(["history"]) == 0
    assert main(["quarantine", "99"]) == 1


def test_quarantined_rows_go_to_stdout_where_no_file_is_named(
    company: list[Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfdbinary: pytest.CaptureFixture[bytes],
) -> None:
    company[3].write_text(ORDERS + "O4,A1,someday,5.00\n", "utf-8")
    load_first(company)
    monkeypatch.chdir(tmp_path)
    before = sorted(tmp_path.iterdir())
    capfdbinary.readouterr()
    assert main(["quarantine", "4", "--lang", "en"]) == 0
    content = capfdbinary.readouterr().out
    assert content.startswith("\ufefforder_id,account_id,ordered_on,amount,".encode())
    assert b"O4,A1,someday,5.00,5,bad_date" in content
    assert sorted(tmp_path.iterdir()) == before


def test_progress_as_json_goes_to_stderr_step_by_step(
    company: list[Path], capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["load", "--json", "--progress", "json", *map(str, company[:2])]) == 0
    output = capfd.readouterr()
    assert len(json.loads(output.out)) == 2
    steps = [json.loads(line) for line in output.err.splitlines()]
    phases = list(dict.fromkeys(step["phase"] for step in steps))
    assert phases == ["read", "map", "check", "build", "verify", "publish"]
    checked = [step for step in steps if step["phase"] == "check" and step["rows"]]
    assert [(s["file"], s["number"], s["files"], s["rows"], s["total"]) for s in checked] == [
        ("accounts.csv", 1, 2, 2, 2),
        ("interactions.csv", 2, 2, 3, 3),
    ]


def test_a_load_that_must_wait_says_for_whom(
    company: list[Path], warehouse: Warehouse, capfd: pytest.CaptureFixture[str]
) -> None:
    waiting = ["load", "--json", "--progress", "json", str(company[0])]
    with warehouse.building(by="Li"):
        load = threading.Thread(target=main, args=(waiting,))
        load.start()
        seen = ""
        until = time.monotonic() + 20
        while "queued" not in seen and time.monotonic() < until:
            time.sleep(0.05)
            seen += capfd.readouterr().err
        assert not warehouse.ledger.versions()
    load.join()
    step = json.loads(seen.splitlines()[0])
    assert (step["phase"], step["holder"]["by"], step["holder"]["pid"]) == (
        "queued",
        "Li",
        os.getpid(),
    )
    assert len(warehouse.ledger.versions()) == 1


def test_how_a_file_is_read_can_be_said(
    tmp_path: Path, warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("made by hand\nfirm no;account name;region\nA1;Alder;East\n", "utf-8")
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({"table": "accounts", "columns": {"account_id": "firm no"}}))
    told = ["--delimiter", ";", "--header-line", "2", "--answers", str(answers)]
    assert main(["load", *told, str(path)]) == 0
    path.write_text("made by hand\nfirm no;account name;region\nA1;Alder;West\n", "utf-8")
    capsys.readouterr()
    # What was answered once is remembered for these headers.
    assert main(["load", "--delimiter", ";", "--header-line", "2", "--json", str(path)]) == 0
    assert json.loads(capsys.readouterr().out)[0]["version"] == 2
    answers.write_text("[")
    assert main(["load", "--answers", str(answers), str(path)]) == 1


def test_headers_once_taken_for_another_table_can_be_given_the_right_one(
    tmp_path: Path, warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    path, answers = tmp_path / "x.csv", tmp_path / "answers.json"
    path.write_text("Nummer;Firma;Stufe\nN1;A1;executive\n")
    header = ["Nummer", "Firma", "Stufe"]
    accounts = {"account_id": "Firma", "account_name": "Firma", "region": "Stufe"}
    contacts = {"contact_id": "Nummer", "account_id": "Firma", "level": "Stufe"}
    for table, columns in (("accounts", accounts), ("contacts", contacts)):
        said = {"table": table, "columns": columns, "shared": ["Firma"]}
        answers.write_text(json.dumps({"headers": {header_key(header, table): said}}))
        assert main(["load", "--answers", str(answers), "--json", str(path)]) == 0
        assert json.loads(capsys.readouterr().out)[0]["table"] == table


def test_a_refusal_for_open_dates_says_how_to_answer(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_text("account_id,account_name,region,customer_since\n1,A,E,03/04/2020\n")
    assert main(["load", str(path)]) == 1
    told = capsys.readouterr().err
    assert "1 of 1 row " in told and "--answers" in told and '{"dates": {' in told


def test_each_file_can_be_read_in_its_own_way(
    tmp_path: Path, warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    accounts, orders = tmp_path / "accounts.csv", tmp_path / "orders.csv"
    accounts.write_bytes("account_id,account_name,region\nA1,东方,华东\n".encode("gbk"))
    lines = "made by hand\norder_id;account_id;ordered_on;amount;product\n"
    orders.write_bytes((lines + "O1;A1;2024-07-01;5;Kühler\n").encode("latin-1"))
    answers = tmp_path / "answers.json"
    reading = {
        "accounts.csv": {"encoding": "gb18030"},
        str(orders): {"encoding": "cp1252", "delimiter": ";", "header_line": 2},
    }
    answers.write_text(json.dumps({"reading": reading}))
    assert main(["load", "--answers", str(answers), "--json", str(accounts), str(orders)]) == 0
    told = json.loads(capsys.readouterr().out)
    assert [(part["table"], part["accepted"]) for part in told] == [("accounts", 1), ("orders", 1)]
    reading["accounts.csv"] = {"encodings": ["gbk"]}
    answers.write_text(json.dumps({"reading": reading}))
    assert main(["load", "--answers", str(answers), str(accounts), str(orders)]) == 1
    assert "encodings" in capsys.readouterr().err


@pytest.mark.parametrize("command", ["load", "preview", "inspect"])
@pytest.mark.parametrize(
    "arguments", [["--delimiter", ";;"], ["--header-line", "0"], ["--header-line", "two"]]
)
def test_an_impossible_way_of_reading_is_exit_code_2(command: str, arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main([command, *arguments, "accounts.csv"])
    assert exit_info.value.code == 2


def test_watch_once_loads_what_is_there(
    tmp_path: Path, company: list[Path], warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "inbox"
    assert main(["watch", "--once", str(folder)]) == 1
    folder.mkdir()
    shutil.copy(company[0], folder)
    assert main(["watch", "--once", "--lang", "en", str(folder)]) == 0
    assert "accounts.csv" in capsys.readouterr().out
    shutil.copy(company[0], folder / "empty.csv")
    (folder / "empty.csv").write_bytes(b"")
    assert main(["watch", "--once", str(folder)]) == 1
    assert len(warehouse.ledger.versions()) == 1


def test_whoever_looks_at_a_terminal_sees_a_bar(company: list[Path]) -> None:
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 100, 0, 0))
    command = [sys.executable, "-m", "kam_core", "load", "--lang", "en", *map(str, company[:2])]
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=theirs, check=True)
    seen = os.read(ours, 65536).decode()
    assert "Checking 2/2 interactions.csv 100%" in seen and "3/3" in seen
    assert "Publishing" in seen
