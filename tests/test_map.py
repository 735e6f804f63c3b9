"""Headers: found in both languages and any spelling, refused where they could mean two things."""

import pytest

from kam_core.contract import tables
from kam_core.errors import KamError
from kam_core.ingest.conventions import fold
from kam_core.ingest.map import guess_table, match, table_named_by


def refusal(table: str, header: list[str]) -> KamError:
    with pytest.raises(KamError) as raised:
        match(table, header)
    return raised.value


def test_folding_drops_case_width_blanks_and_punctuation() -> None:
    assert fold("Account_ID") == fold("account id") == fold("ＡｃｃｏｕｎｔＩｄ") == "accountid"
    assert fold("时长（小时）") == fold("时长 (小时)") == "时长小时"


def test_english_and_chinese_headers_name_the_same_columns() -> None:
    assert match("accounts", ["AccountId", "Company Name", "Territory"]) == {
        "account_id": "AccountId",
        "account_name": "Company Name",
        "region": "Territory",
    }
    assert match("accounts", ["客户编号", "公司", "大区", "备注"]) == {
        "account_id": "客户编号",
        "account_name": "公司",
        "region": "大区",
    }


def test_the_column_name_beats_the_title_and_the_title_an_alias() -> None:
    header = ["客户ID", "客户编号", "account_name", "公司", "region"]
    assert match("accounts", header)["account_id"] == "客户编号"
    assert match("accounts", header)["account_name"] == "account_name"


def test_two_headers_of_one_rank_for_one_column_are_refused() -> None:
    error = refusal("accounts", ["account_id", "公司", "Company", "region"])
    assert error.code == "ambiguous_columns"
    assert error.details["headers"] == ["公司", "Company"]


def test_a_contract_column_twice_is_refused() -> None:
    header = ["account_id", "account_name", "region", "region"]
    assert refusal("accounts", header).code == "ambiguous_columns"


def test_missing_required_columns_are_all_named() -> None:
    error = refusal("accounts", ["industry", "客户名称"])
    assert error.code == "missing_columns"
    assert error.details["columns"] == ["account_id", "region"]


def test_a_first_row_of_data_is_no_header_even_for_a_table_that_was_named() -> None:
    assert refusal("accounts", ["A1", "甲公司", "华东"]).code == "no_header"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_is_guessed_from_its_own_titles(lang: str) -> None:
    for table in tables().values():
        header = [column.title(lang) for column in table.columns]
        assert guess_table("upload.csv", header) == table.name
        assert list(match(table.name, header)) == [column.name for column in table.columns]


def test_the_file_name_decides_where_headers_fit_several_tables() -> None:
    header = ["order_id", "opportunity_id", "account_id", "date", "created date", "amount"]
    assert guess_table("订单明细.csv", header) == "orders"
    assert guess_table("sales pipeline.csv", header) == "opportunities"


def test_a_file_name_cannot_overrule_complete_headers() -> None:
    header = ["order_id", "account_id", "ordered_on", "amount"]
    assert guess_table("accounts.csv", header) == "orders"


def test_a_file_that_is_for_no_table_is_asked_about() -> None:
    with pytest.raises(KamError, match="unknown_table"):
        guess_table("products.csv", ["product", "series", "price"])


def test_the_longest_name_found_in_a_file_name_counts() -> None:
    assert table_named_by("2024 客户需求.csv") == "needs"
    assert table_named_by("2024 客户.csv") == "accounts"
    assert table_named_by("x.csv") is None
