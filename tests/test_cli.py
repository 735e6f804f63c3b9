"""The command line as cron jobs and other programs use it."""

import csv
import io
import json
from fractions import Fraction
from pathlib import Path

import pytest

from kam_core.__main__ import main
from kam_core.store import Warehouse

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
]


@pytest.fixture(autouse=True)
def own_warehouse(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KAM_WAREHOUSE", str(warehouse.path))
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    monkeypatch.delenv("LC_ALL", raising=False)


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


def test_a_spreadsheet_is_named_as_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "accounts.xlsx"
    book.write_bytes(b"PK\x03\x04" + bytes(100))
    assert main(["load", str(book)]) == 1
    assert "Excel" in capsys.readouterr().err


def test_kpis_are_rows_with_the_agreed_keys(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["load", *map(str, company)])
    rows = kpis(capsys)
    assert all(list(row) == KPI_KEYS for row in rows.values())
    assert rows["match_rate"]["value"] == 1 / 3
    assert (rows["match_rate"]["numerator"], rows["match_rate"]["denominator"]) == (1, 3)
    assert rows["revenue"]["value"] == 1000001.0
    assert rows["key_revenue_share"]["value"] == float(Fraction("0.30") / 1000001)


def test_kpis_cover_the_regions_and_the_day_asked_for(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["load", *map(str, company)])
    assert kpis(capsys, "--region", "East")["revenue"]["value"] == 0.30
    assert kpis(capsys, "--region", "East", "--region", "South")["revenue"]["value"] == 1000001.0
    assert kpis(capsys, "--as-of", "2024-07-31")["revenue"]["value"] == 0.10
    assert kpis(capsys, "--tier", "growth")["revenue"]["value"] == 0.30


def test_a_figure_without_its_table_is_null_with_the_reason(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["load", *map(str, company[:2])])
    revenue = kpis(capsys)["revenue"]
    assert revenue["value"] is None
    assert revenue["reason"] == "needs:orders"
    assert revenue["status"] == "no_data"


def test_the_other_formats_say_the_same(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["load", *map(str, company)])
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
    main(["load", *map(str, company)])
    assert main(["kpis", "--quarter", "2024-Q3", *arguments]) == 1
    assert arguments[1] in capsys.readouterr().err


def test_kpis_of_an_empty_warehouse_say_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["kpis", "--quarter", "2024-Q3"]) == 1
    assert "load" in capsys.readouterr().err


def test_versions_can_be_listed_rolled_back_and_rebuilt(
    company: list[Path], capsys: pytest.CaptureFixture[str]
) -> None:
    main(["load", *map(str, company)])
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
    main(["load", *map(str, company)])
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
