"""One figure opened on the command line."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from kam_core.__main__ import main
from kam_core.metrics import catalogue
from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse
from tests.conftest import ACCOUNTS, INTERACTIONS, NEEDS

MORE_ORDERS = """order_id,account_id,ordered_on,amount
O1,A1,2024-05-10,100
O2,A1,2024-08-10,130.20
O3,A2,2024-09-10,40
"""
LEVELS = ("metric", "score", "change", "splits", "accounts", "rows", "sql", "sentence")


@pytest.fixture(scope="module")
def loaded_once(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    folder = tmp_path_factory.mktemp("explained")
    texts = {
        "accounts": ACCOUNTS,
        "interactions": INTERACTIONS,
        "needs": NEEDS,
        "orders": MORE_ORDERS,
    }
    for name, text in texts.items():
        (folder / f"{name}.csv").write_text(text, "utf-8")
    warehouse = Warehouse(folder / "warehouse")
    load(warehouse, [folder / f"{name}.csv" for name in texts])
    return warehouse


@pytest.fixture
def loaded(loaded_once: Warehouse, monkeypatch: pytest.MonkeyPatch) -> Warehouse:
    monkeypatch.setenv("KAM_WAREHOUSE", str(loaded_once.path))
    return loaded_once


def explained(capsys: pytest.CaptureFixture[str], name: str, *more: str) -> dict:
    capsys.readouterr()
    call = ["kpis", "--quarter", "2024-Q3", "--explain", name, "--format", "json", "--lang", "en"]
    assert main([*call, *more]) == 0
    return json.loads(capsys.readouterr().out)


def test_an_amount_is_explained_by_its_accounts_and_rows(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explained(capsys, "revenue")
    assert set(LEVELS) <= found.keys()
    assert (found["against"], found["score"]["value"]) == ("2024-Q2", 170.2)
    assert found["change"]["difference"] == pytest.approx(70.2)
    groups = {part["movement"]: part["difference"] for part in found["change"]["parts"]}
    assert groups == {"gained": 40.0, "lost": 0.0, "grown": 30.2, "shrunk": 0.0}
    assert [account["account_name"] for account in found["accounts"]] == ["Birch", "Alder"]
    assert [(row["order_id"], row["file_name"], row["line_no"]) for row in found["rows"]] == [
        ("O2", "orders.csv", 3),
        ("O3", "orders.csv", 4),
    ]
    assert "Accounts gained: 1 (+40)" in found["sentence"]


def test_another_quarter_and_one_region_can_be_compared(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    found = explained(capsys, "revenue", "--against", "2024-Q1", "--region", "East")
    assert (found["against"], found["score"]["value"]) == ("2024-Q1", 130.2)
    assert {row["account_id"] for row in found["rows"]} == {"A1"}


def test_growth_compares_with_its_own_year_before_unless_another_quarter_is_named(
    sample_warehouse: Warehouse,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KAM_WAREHOUSE", str(sample_warehouse.path))
    found = explained(capsys, "revenue_yoy")
    assert (found["against"], found["change"]["unit"]) == ("2023-Q3", "money")
    assert "a year before" in found["sentence"]
    found = explained(capsys, "revenue_yoy", "--against", "2024-Q2")
    assert (found["against"], found["change"]["unit"]) == ("2024-Q2", "percent")
    assert "13.7% in Q2 2024, 15.0% in Q3 2024: +1.3 pp" in found["sentence"]
    assert [split["by"] for split in found["splits"]] == [
        "region",
        "tier",
        "account_manager",
        "industry",
    ]
    assert {"mix_effect", "rate_effect"} <= found["accounts"][0].keys()


def test_fewer_rows_can_be_asked_for(loaded: Warehouse, capsys: pytest.CaptureFixture[str]) -> None:
    found = explained(capsys, "revenue", "--rows", "1")
    assert (len(found["rows"]), len(found["accounts"]), found["row_count"]) == (1, 1, 2)


@pytest.mark.parametrize("name", list(catalogue.load_metrics()))
def test_any_figure_opens_as_json_with_data_or_without(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    found = explained(capsys, name)
    assert found["metric"] == name and found["sql"] and found["sentence"]
    for split in found["splits"]:
        if split["difference"] is not None:
            total = sum(part["difference"] for part in split["parts"])
            assert total == pytest.approx(split["difference"])


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_a_terminal_shows_every_level_in_words(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    call = ["kpis", "--quarter", "2024-Q3", "--explain", "revenue", "--lang", lang]
    assert main(call) == 0
    said = capsys.readouterr().out
    assert "Alder (A1)" in said and "orders.csv" in said and "scoped.orders" in said
    assert ("为什么变化" if lang == "zh" else "Why it moved") in said
    assert "**" not in said and "\\" not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_rows_in_a_terminal_have_no_zeros_that_say_nothing(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    assert main(["kpis", "--quarter", "2024-Q3", "--explain", "revenue", "--lang", lang]) == 0
    said = capsys.readouterr().out.split()
    assert "130.2" in said and "40" in said
    assert "130.20" not in said and "40.00" not in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_what_a_figure_waits_for_can_be_had_as_a_template(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str], lang: str
) -> None:
    call = ["kpis", "--quarter", "2024-Q3", "--lang", lang, "--explain"]
    assert main([*call, "renewal_uplift"]) == 0
    assert "python -m kam_core template contracts > contracts.csv" in capsys.readouterr().out
    assert main([*call, "revenue"]) == 0
    assert "kam_core template" not in capsys.readouterr().out


def test_a_metric_nobody_knows_and_a_later_quarter_are_refused(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    call = ["kpis", "--quarter", "2024-Q3", "--lang", "en", "--explain"]
    assert main([*call, "luck"]) == 1
    assert "luck" in capsys.readouterr().err
    assert main([*call, "revenue", "--against", "2024-Q3"]) == 1
    assert "earlier quarter" in capsys.readouterr().err


@pytest.mark.parametrize(
    "more",
    [
        ["--against", "2024-Q2"],
        ["--explain", "revenue", "--format", "csv"],
        ["--explain", "revenue", "--rows", "-1"],
        ["--explain", "revenue", "--against", "soon"],
    ],
)
def test_options_that_make_no_sense_together_are_a_wrong_call(
    loaded: Warehouse, more: list[str]
) -> None:
    with pytest.raises(SystemExit) as exit_info:
        main(["kpis", "--quarter", "2024-Q3", *more])
    assert exit_info.value.code == 2


def test_a_quarter_far_from_the_data_is_answered_and_not_an_error(
    loaded: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    for quarter in ("1999-Q1", "2999-Q4"):
        capsys.readouterr()
        assert main(["kpis", "--quarter", quarter, "--format", "json"]) == 0
        rows = {row["metric"]: row for row in json.loads(capsys.readouterr().out)}
        assert rows["revenue"]["value"] is None and rows["revenue"]["reason"]


def test_regions_of_an_explained_figure_go_by_their_english_names(
    file: Callable[[str, str], Path], warehouse: Warehouse, capsys: pytest.CaptureFixture[str]
) -> None:
    # East answers 1 of 1, then 1 of 2.
    named = "account_id,account_name,region,region_en\nA1,Alder,华东,East China\n"
    calls = [f"I{at},A1,visit,completed,2024-0{month}-05 10:00,{need}"
             for at, month, need in ((1, 5, "N1"), (2, 8, "N1"), (3, 9, ""))]  # fmt: skip
    heads = "interaction_id,account_id,kind,status,occurred_at,need_id"
    needs = "need_id,account_id,raised_at\nN1,A1,2024-04-01 09:00\nN2,A1,2024-09-29 09:00\n"
    files = {"accounts": named, "interactions": "\n".join([heads, *calls]), "needs": needs}
    load(warehouse, [file(f"{name}.csv", text) for name, text in files.items()])
    call = ["kpis", "--quarter", "2024-Q3", "--explain", "match_rate", "--rows=0", "--lang=en"]
    assert main([*call, "--warehouse", str(warehouse.path)]) == 0
    told = capsys.readouterr().out
    assert "East China" in told and "华东" not in told
