"""Headers: found in both languages and any spelling, refused where they could mean two things."""

import pytest

from kam_core.contract.declaration import tables
from kam_core.errors import KamError
from kam_core.ingest.mapping.feeds import plan
from kam_core.ingest.mapping.headers import (
    GENERIC,
    claim,
    factors,
    guess_table,
    match,
    table_named_by,
    unit_of,
)
from kam_core.ingest.stage import plan_recipes, stage_bytes
from kam_core.ingest.text_folding import fold, strip_marks
from kam_core.settings.loader import load_settings


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


def test_headers_in_traditional_characters_name_the_same_columns() -> None:
    assert match("accounts", ["客戶編號", "客戶名稱", "區域", "狀態", "產業", "客戶經理"]) == {
        "account_id": "客戶編號",
        "account_name": "客戶名稱",
        "region": "區域",
        "status": "狀態",
        "industry": "產業",
        "account_manager": "客戶經理",
    }
    assert guess_table("x.csv", ["合約編號", "客戶編號", "開始日期", "結束日期", "金額"]) == (
        "contracts"
    )
    assert match("contacts", ["聯絡人編號", "客戶編號", "職級", "姓名", "職稱"])["title"] == "職稱"
    assert factors("orders", {"amount": "總價（萬）"}) == {"amount": "10000"}


@pytest.mark.parametrize(
    ("header", "column"),
    [
        ("拜访编号(必填)", "interaction_id"),
        ("*客户编号", "account_id"),
        ("Account ID *", "account_id"),
        ("【必填】客户编号", "account_id"),
        ("互动类型（必填）", "kind"),
        ("Status (required)", "status"),
        ("状态【必填】*", "status"),
        ("跟进人-选填", "owner"),
        ("*时长（分钟）（选填）", "duration_hours"),
    ],
)
def test_the_mark_of_a_template_is_no_part_of_a_name(header: str, column: str) -> None:
    found = claim("interactions", header)
    assert found is not None and found.column == column
    assert found.rank < GENERIC
    assert match("accounts", ["客户名称（必填）", "*客户编号", "Region (required)"]).keys() == {
        "account_id",
        "account_name",
        "region",
    }


@pytest.mark.parametrize("header", ["*", "(必填)", "必填说明", "Required quantity"])
def test_a_header_that_is_nothing_but_a_mark_or_only_holds_its_word_names_nothing(
    header: str,
) -> None:
    assert claim("interactions", header) is None
    assert strip_marks(header) == header


def test_a_unit_before_the_mark_of_a_template_still_counts() -> None:
    assert factors("interactions", {"duration_hours": "时长（分钟）(必填)"}) == {
        "duration_hours": "1/60"
    }


def test_every_title_is_known_in_traditional_characters() -> None:
    pairs = load_settings().characters
    written = str.maketrans(pairs.simplified, pairs.traditional)
    for table in tables().values():
        header = [column.zh.translate(written) for column in table.columns]
        assert list(match(table.name, header)) == [column.name for column in table.columns]


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
    error = refusal("accounts", header)
    assert error.code == "ambiguous_columns"
    assert error.details["headers"] == ["region", "region_2"]


def test_missing_required_columns_are_all_named() -> None:
    error = refusal("accounts", ["industry", "客户名称"])
    assert error.code == "missing_columns"
    assert error.details["columns"] == ["account_id", "region"]


def test_without_a_known_name_no_table_is_guessed_and_a_named_one_says_what_it_lacks() -> None:
    header = ["Kundennummer", "Firma", "Gebiet"]
    with pytest.raises(KamError, match="no_header"):
        guess_table("x.csv", header)
    error = refusal("accounts", header)
    assert error.code == "missing_columns"
    assert error.details["columns"] == ["account_id", "account_name", "region"]


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_table_is_guessed_from_its_own_titles(lang: str) -> None:
    for table in tables().values():
        header = [column.text(lang) for column in table.columns]
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


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("2024客户拜访", "interactions"),
        ("客户拜访记录", "interactions"),
        ("客户订单", "orders"),
        ("订单_大客户部", "orders"),
        ("客户联系人", "contacts"),
        ("合同订单", "orders"),
        ("account tasks", "interactions"),
        ("orders by customers", "orders"),
        ("客户信息表", "accounts"),
        ("salesforce_accounts", "accounts"),
        ("SalesOrders2024", "orders"),
        ("ordersexport", "orders"),
        ("订单export", "orders"),
    ],
)
def test_of_several_tables_in_a_name_the_last_counts_and_accounts_only_alone(
    name: str, table: str
) -> None:
    assert table_named_by(f"{name}.csv") == table


def test_headers_that_fit_another_table_clearly_better_overrule_the_name() -> None:
    visits = ["客户编号", "拜访日期", "拜访类型", "状态"]
    assert guess_table("2024客户.csv", visits) == "interactions"
    assert guess_table("客户.csv", ["客户编号", "产品", "下单日期", "金额"]) == "orders"
    assert guess_table("目标客户.csv", ["客户名称", "区域", "负责人"]) == "accounts"
    assert guess_table("客户.csv", ["客户名称", "状态", "负责人", "行业"]) == "accounts"
    assert guess_table("拜访.csv", ["客户编号", "状态"]) == "interactions"


def test_no_name_stands_for_two_columns_of_a_table_or_two_values_of_a_column() -> None:
    for table in tables().values():
        named: dict[str, str] = {}
        for column in table.columns:
            for name in {fold(n) for n in (column.name, column.zh, column.en, *column.aliases)}:
                assert named.setdefault(name, column.name) == column.name, (table.name, name)
            meant: dict[str, str] = {}
            for value, aliases in column.values.items():
                for name in {fold(value), *map(fold, aliases)}:
                    assert meant.setdefault(name, value) == value, (column.name, name)


# How the objects of five CRMs are exported, in English and Chinese: (file, header, table, matched).
CRM_EXPORTS = [
    (
        "hubspot-crm-exports-all-deals.csv",
        "Record ID,Deal Name,Deal Stage,Close Date,Deal owner,Amount,Create Date,"
        "Associated Company IDs",
        "opportunities",
        {"opportunity_id", "outcome", "closed_on", "amount", "opened_on", "account_id"},
    ),
    (
        "hubspot-crm-exports-all-companies.csv",
        "Record ID,Company name,Company owner,Industry,Region,Lifecycle Stage,Annual Revenue",
        "accounts",
        {"account_id", "account_name", "account_manager", "industry", "region"},
    ),
    (
        "report1700000000.csv",
        "Account ID,Account Name,Account Owner,Industry,Region,Annual Revenue",
        "accounts",
        {"account_id", "account_name", "account_manager", "industry", "region"},
    ),
    (
        "cases.csv",
        "Case Number,Account ID,Case Type,Date/Time Opened,Date/Time Closed,Case Reason,Subject",
        "tickets",
        {"ticket_id", "account_id", "kind", "opened_at", "resolved_at", "topic"},
    ),
    (
        "Opportunities.csv",
        "(Do Not Modify) Opportunity,Topic,Account Number,Created On,Actual Close Date,Sales Stage",
        "opportunities",
        {"opportunity_id", "account_id", "opened_on", "closed_on", "outcome"},
    ),
    (
        "客户列表.csv",
        "客户编号,客户名称,客户级别,行业,所属大区,负责人,区,成交状态,电话",
        "accounts",
        {"account_id", "account_name", "declared_tier", "industry", "region", "account_manager"},
    ),
    (
        "商机.csv",
        "商机编号,客户编号,创建时间,实际成交日期,销售阶段,预计成交金额,输单理由,销售",
        "opportunities",
        {"opportunity_id", "account_id", "opened_on", "closed_on", "outcome", "amount"}
        | {"lost_reason"},
    ),
    (
        "跟进记录.csv",
        "活动ID,客户编码,活动类型,任务状态,拜访日期,跟进人员,跟进内容",
        "interactions",
        {"interaction_id", "account_id", "kind", "status", "occurred_at", "owner", "notes"},
    ),
]


@pytest.mark.parametrize(
    ("file_name", "header", "table", "columns"), CRM_EXPORTS, ids=[row[0] for row in CRM_EXPORTS]
)
def test_exports_of_common_crms_are_understood(
    file_name: str, header: str, table: str, columns: set[str]
) -> None:
    (recipe,) = plan(file_name, header.split(","))
    assert (recipe.table, set(recipe.columns)) == (table, columns)


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("opportunities", "Deal - ID", "opportunity_id"),
        ("opportunities", "Deal - Value", "amount"),
        ("opportunities", "Organization - ID", "account_id"),
        ("accounts", "Organization - ID", "account_id"),
        ("accounts", "Organization - Name", "account_name"),
        ("accounts", "Account: Territory", "region"),
        ("contacts", "Person - ID", "contact_id"),
        ("contacts", "Person - Email", "email"),
        ("interactions", "Activity - Type", "kind"),
        ("interactions", "Actual End", "occurred_at"),
        ("interactions", "Activity - Duration (minutes)", "duration_hours"),
    ],
)
def test_the_word_for_the_table_in_front_of_a_header_is_seen_through(
    table: str, header: str, column: str
) -> None:
    found = claim(table, header)
    assert found is not None and (found.column, found.rank < GENERIC) == (column, True)


def test_the_word_for_another_table_in_front_of_a_header_is_not() -> None:
    assert claim("opportunities", "Person - Amount") is None
    assert claim("opportunities", "Address 1: Stage") is None


def test_a_bare_id_is_the_key_of_a_table_that_is_known_and_names_none() -> None:
    header = ["id", "customer id", "date", "amount"]
    assert match("orders", header)["order_id"] == "id"
    assert guess_table("orders.csv", header) == "orders"
    with pytest.raises(KamError, match="unknown_table"):
        guess_table("x.csv", ["id", "customer id", "order date", "order amount"])
    assert match("orders", ["id", "Order Number", "customer id", "date", "amount"])["order_id"] == (
        "Order Number"
    )


@pytest.mark.parametrize(
    ("table", "header", "column", "unit", "factor"),
    [
        ("orders", "总价（万）", "amount", "万", "10000"),
        ("orders", "金额(万元)", "amount", "万元", "10000"),
        ("orders", "订单金额万元", "amount", "万元", "10000"),
        ("orders", "金额（单位：千元）", "amount", "千元", "1000"),
        ("orders", "Value ($)", "amount", "$", "1"),
        ("orders", "Amount (USD k)", "amount", "usd k", "1000"),
        ("orders", "Total Amount in kUSD", "amount", "k usd", "1000"),
        ("orders", "amount_usd", "amount", "usd", "1"),
        ("orders", "Revenue (RMB million)", "amount", "rmb million", "1000000"),
        ("interactions", "时长（分钟）", "duration_hours", "分钟", "1/60"),
        ("interactions", "Duration (hours)", "duration_hours", "hours", "1"),
        ("interactions", "durationInSeconds", "duration_hours", "seconds", "1/3600"),
    ],
)
def test_a_unit_in_a_header_is_understood(
    table: str, header: str, column: str, unit: str, factor: str
) -> None:
    found = claim(table, header)
    assert found is not None and found.column == column
    assert unit_of(table, column, header) == (unit, factor)


@pytest.mark.parametrize("header", ["金额（含税）", "Amount (net)", "Amounts", "Amount (USD m)"])
def test_what_is_no_known_unit_is_no_match(header: str) -> None:
    assert claim("orders", header) is None


def test_a_name_without_a_unit_beats_one_with_it() -> None:
    header = ["order_id", "account_id", "date", "金额", "金额（万元）"]
    assert match("orders", header)["amount"] == "金额"


def test_figures_are_multiplied_by_the_unit_of_their_header() -> None:
    data = "order_id,account_id,ordered_on,金额（万元）\n1,A,2024-07-01,1.5\n2,A,2024-07-01,2万\n"
    (recipe,) = plan_recipes(data.encode(), "orders.csv")
    assert recipe.factors == factors("orders", {"amount": "金额（万元）"}) == {"amount": "10000"}
    staged = stage_bytes(data.encode(), recipe)
    assert [int(amount) for amount in staged.accepted["amount"].to_pylist()] == [15000]
    assert staged.problems == {"unit_twice": 1}
