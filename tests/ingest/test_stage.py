"""Staging: received is accepted and rejected, and each problem has a file that shows it."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.contract.declaration import tables
from kam_core.contract.problems import is_note, problems
from kam_core.errors import KamError
from kam_core.ingest.mapping import name_map
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.stage import Staged, newest_fact, plan_recipes, stage_bytes
from kam_core.ingest.validate.row_checks import arrow_type
from kam_core.warehouse import checks

BROKEN = Path(__file__).parents[1] / "data" / "broken"
# Only a load of several files can tell: see test_broken_folders and test_checks_across.
FOUND_BY_THE_LOADER = {
    "unknown_account",
    "account_gone",
    *checks.load_checks(),
    *name_map.CODES,
}
HEADER = "account_id,account_name,region,status\n"


def staged(text: str, table: str | None = None, encoding: str = "utf-8") -> Staged:
    data = text.encode(encoding)
    (recipe,) = plan_recipes(data, "x.csv", table)
    return stage_bytes(data, recipe)


def test_a_big5_file_in_traditional_characters_is_read_like_any_other() -> None:
    accounts = "客戶編號,客戶名稱,區域,狀態,年合約額\nA1,臺北電機,華東,活躍,120萬\n"
    result = staged(accounts + "A2,東南貿易,華南,潛在,1.2億\n", encoding="big5")
    assert result.problems == {}
    assert result.accepted["account_name"].to_pylist() == ["臺北電機", "東南貿易"]
    assert result.accepted["status"].to_pylist() == ["active", "prospect"]
    assert list(map(int, result.accepted["annual_contract_value"].to_pylist())) == [
        1_200_000, 120_000_000
    ]  # fmt: skip


def test_a_file_of_which_a_row_is_neither_accepted_nor_set_apart_is_refused() -> None:
    whole = staged(f"{HEADER}A1,Alder,East,active\nA2,Birch,East,active\n")
    with pytest.raises(KamError) as refused:
        replace(whole, accepted=whole.accepted.slice(0, 1))
    assert refused.value.code == "rows_lost"
    assert refused.value.details == {
        "table": "accounts", "received": 2, "accepted": 1, "rejected": 0
    }  # fmt: skip


@pytest.mark.parametrize("code", sorted(set(problems()) - FOUND_BY_THE_LOADER))
def test_every_problem_of_the_catalogue_is_shown_by_its_file_and_by_no_other(code: str) -> None:
    (path,) = BROKEN.glob(f"{code}.*")
    data = path.read_bytes()
    if problems()[code].severity == "refuse":
        with pytest.raises(KamError) as refusal:
            plan_recipes(data, "upload.csv")
        assert refusal.value.code == code
        return
    results = [stage_bytes(data, recipe) for recipe in plan_recipes(data, "upload.csv")]
    assert {found for result in results for found in result.problems} == {code}
    costs = sum(result.rejected.num_rows + result.cells.num_rows for result in results)
    assert is_note(code) == (costs == 0)


def test_a_text_guarded_by_a_formula_is_read_without_it() -> None:
    result = staged(HEADER + '"=""007""","=""Bond""",East,active\n')
    assert result.accepted["account_id"].to_pylist() == ["007"]
    assert result.accepted["account_name"].to_pylist() == ["Bond"]


def test_amounts_in_another_currency_than_that_of_the_figures_are_told() -> None:
    header = "order_id,account_id,ordered_on,amount"
    rows = ["O1,A1,2024-07-01,¥70", "O2,A1,2024-07-02,90元", "O3,A1,2024-07-03,$10"]
    result = staged("\n".join([header, *rows]) + "\n")
    assert (result.problems, result.first_lines) == (
        {"other_currency": 1},
        {"other_currency": (4,)},
    )
    assert result.accepted.num_rows == 3
    beside = [f"{row},{code}" for row, code in zip(rows, ("", "CNY", "USD"), strict=True)]
    result = staged("\n".join([f"{header},Currency", *beside]).replace("$", "") + "\n")
    assert result.first_lines == {"other_currency": (4,)}


def test_words_for_nothing_are_empty_cells_where_no_text_can_stand() -> None:
    header = "ticket_id,account_id,kind,opened_at,resolved_at,contacts_to_resolve,topic\n"
    result = staged(header + "T1,A1,support,2024-07-01,--,N/A,NA\nT2,A1,support,null,-,-,\n")
    assert result.problems == {"bad_number": 1, "missing_value": 1, "word_for_nothing": 2}
    (row,) = result.accepted.to_pylist()
    assert (row["resolved_at"], row["contacts_to_resolve"], row["topic"]) == (None, None, "NA")


def test_a_completed_interaction_whose_time_is_a_word_for_nothing_has_none() -> None:
    header = "interaction_id,account_id,kind,status,occurred_at\n"
    result = staged(header + "I1,A1,call,completed,--\nI2,A1,call,planned,--\n")
    assert result.problems == {"completed_without_time": 1, "word_for_nothing": 2}
    assert result.accepted["interaction_id"].to_pylist() == ["I2"]


def test_a_file_with_decimal_commas_is_read_as_its_columns_prove() -> None:
    header = "order_id;account_id;ordered_on;amount;gross_profit\n"
    result = staged(header + "O1;A1;2024-07-01;1.500;300,5\nO2;A1;2024-07-02;1.200,25;1.100,00\n")
    assert result.problems == {}
    assert list(map(str, result.accepted["amount"].to_pylist())) == ["1500.00", "1200.25"]
    assert list(map(str, result.accepted["gross_profit"].to_pylist())) == ["300.50", "1100.00"]


def test_scores_with_decimal_commas_are_asked_for_their_scale_as_well() -> None:
    scores = "".join(f"R{n};A1;2024-07-01;{n},5\n" for n in range(5))
    with pytest.raises(KamError, match="unknown_scale"):
        staged("survey_id;account_id;surveyed_on;score\n" + scores)


def test_every_problem_says_what_it_is_and_what_to_do_in_both_languages() -> None:
    for problem in problems().values():
        assert problem.severity in {"note", "quarantine", "refuse"}
        for lang in ("zh", "en"):
            assert problem.text(lang).strip() and problem.todo(lang).strip()


def test_a_quarantined_row_keeps_its_line_its_text_and_every_reason() -> None:
    text = HEADER + 'A1,Alpha,East,active\n,"Be,ta",,asleep\n\nA3,Gamma\n'
    result = staged(text)
    assert (result.received, result.blank, result.set_aside) == (3, 1, 0)
    first, second = result.rejected.to_pylist()
    assert (first["line_no"], first["raw"]) == (3, ',"Be,ta",,asleep')
    assert sorted(first["codes"]) == ["missing_value", "unknown_value"]
    assert [(d["code"], d["column"], d["value"]) for d in json.loads(first["detail"])] == [
        ("unknown_value", "status", "asleep"),
        ("missing_value", "account_id", ""),
        ("missing_value", "region", ""),
    ]
    assert (second["line_no"], second["codes"]) == (5, ["ragged_row"])
    assert (
        json.loads(second["detail"])[0] | {"expected": 4, "found": 2}
        == json.loads(second["detail"])[0]
    )


def test_accepted_rows_have_the_contracts_columns_then_extra_and_line() -> None:
    result = staged("备注,客户编号,客户名称,大区\n老客户,A1,甲公司,华东\n", encoding="gb18030")
    accounts = tables()["accounts"]
    names = [*(column.name for column in accounts.columns), "extra", "line_no"]
    assert result.accepted.column_names == names
    assert result.accepted.schema.types[:-2] == list(map(arrow_type, accounts.columns))
    (row,) = result.accepted.to_pylist()
    assert (row["account_name"], row["line_no"]) == ("甲公司", 2)
    assert json.loads(row["extra"]) == {"备注": "老客户"}
    assert row["lost_on"] is None


CELLS = st.sampled_from(
    ["A1", "A2", "A3", "", " ", "active", "lost", "asleep", "x,y", "客户", "\0"]
)


@given(st.lists(st.lists(CELLS, min_size=0, max_size=5).map(",".join), max_size=12))
def test_received_is_accepted_and_rejected_and_every_line_is_accounted_for(
    lines: list[str],
) -> None:
    filled = {number for number, line in enumerate(lines, start=2) if line.strip(", ")}
    text = HEADER + "".join(f"{line}\n" for line in lines)
    try:
        result = staged(text)
    except KamError as refusal:
        assert refusal.code == "no_rows" and not filled
        return
    accepted = result.accepted["line_no"].to_pylist()
    rejected = result.rejected["line_no"].to_pylist()
    assert result.received == len(accepted) + len(rejected) == len(filled)
    assert set(accepted) | set(rejected) == filled
    assert result.blank == len(lines) - len(filled)


def test_ten_thousand_broken_rows_give_a_short_account() -> None:
    text = HEADER + "".join(f"A{n},Alpha,,asleep\n" for n in range(10_000))
    result = staged(text)
    assert (result.received, result.accepted.num_rows) == (10_000, 0)
    assert result.problems == {"missing_value": 10_000, "unknown_value": 10_000}
    assert result.first_lines["unknown_value"] == (2, 3, 4, 5, 6)


def test_a_row_with_two_bad_cells_counts_once_per_code() -> None:
    result = staged(HEADER + "A1,,,active\n")
    assert result.problems == {"missing_value": 1}
    assert result.rejected["codes"].to_pylist() == [["missing_value"]]


def test_notes_are_counted_and_the_row_is_kept() -> None:
    result = staged(HEADER + "17850.0,Alpha,East,lost\n")
    assert result.problems == {"float_id": 1, "lost_without_date": 1}
    assert result.accepted["account_id"].to_pylist() == ["17850.0"]


def test_an_opportunity_closed_without_a_day_is_told_with_its_lines() -> None:
    result = staged((BROKEN / "closed_without_date.csv").read_text("utf-8"))
    assert (result.received, result.accepted.num_rows) == (4, 4)
    assert result.problems == {"closed_without_date": 2}
    assert result.first_lines == {"closed_without_date": (3, 4)}


def test_the_same_bytes_and_recipe_give_the_same_result() -> None:
    data = (HEADER + "A1,Alpha,East,活跃\nA1,Alpha,West,活跃\nA2,,,\n").encode("gb18030")
    (recipe,) = plan_recipes(data, "x.csv")
    stored = Recipe.of(json.loads(json.dumps(recipe.document())))
    assert recipe.encoding == "gb18030"
    assert stage_bytes(data, stored) == stage_bytes(data, recipe)


def test_the_newest_fact_is_something_that_happened_and_is_not_to_come() -> None:
    result = staged(
        "interaction_id,account_id,kind,status,occurred_at,planned_for\n"
        "I1,A1,call,completed,2024-07-01 10:00,\n"
        "I2,A1,call,planned,2031-01-01,2031-01-01\n"
        "I3,A1,call,completed,soon,\n"
        "I4,A1,call,completed,2062-07-06 10:00,\n"
    )
    assert newest_fact(result.accepted, "interactions", date(2040, 1, 1)) == date(2024, 7, 1)


def test_a_forecast_close_date_is_no_fact() -> None:
    result = staged(
        "opportunity_id,account_id,opened_on,closed_on,outcome\n"
        "P1,A1,2024-01-05,2024-03-31,won\n"
        "P2,A1,2024-02-05,2030-12-31,open\n"
    )
    assert newest_fact(result.accepted, "opportunities", date(2040, 1, 1)) == date(2024, 3, 31)


def test_a_file_of_nothing_but_broken_rows_is_staged_and_empty() -> None:
    result = staged(HEADER + "A1\nA2\n")
    assert (result.received, result.accepted.num_rows) == (2, 0)
    assert newest_fact(result.accepted, "accounts", date(2040, 1, 1)) is None
