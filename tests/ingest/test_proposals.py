"""Proposals: everything in doubt is asked, nothing in doubt is taken, and a yes is remembered."""

import json
import sqlite3
from contextlib import closing
from dataclasses import asdict
from pathlib import Path

import pytest

from kam_core.errors import KamError
from kam_core.ingest.mapping.feeds import Recipe, plan
from kam_core.ingest.mapping.inference import open_date_order, open_scale, personal_kind
from kam_core.ingest.mapping.name_map import KnownNames
from kam_core.ingest.mapping.overrides import (
    Overrides,
    header_key,
    overrides_for,
    read_overrides,
    recipes_with,
)
from kam_core.ingest.mapping.proposal_model import ColumnProposal, Proposal, Question, answers_to
from kam_core.ingest.mapping.proposals import propose
from kam_core.ingest.stage import plan_recipes, stage_bytes
from kam_core.text.writer import Text
from kam_core.warehouse.ledger import Ledger
from kam_core.warehouse.store import Warehouse

# Made up, with a right check character; the second is the first with two digits exchanged.
IDENTITY, MISTYPED = "110101199003070038", "110101199003070083"

ACCOUNTS = ["account_id", "account_name", "region"]


def rows(*lines: str) -> list[list[str]]:
    return [line.split("|") for line in lines]


def column(proposal: Proposal, name: str) -> ColumnProposal:
    return next(found for found in proposal.columns if found.column == name)


def question(proposal: Proposal, kind: str) -> Question:
    return next(asked for asked in proposal.questions if asked.kind == kind)


def refusal(code: str, answers: Overrides, header: list[str]) -> KamError:
    with pytest.raises(KamError, match=code) as raised:
        plan("x.csv", header, "accounts", answers)
    return raised.value


# columns


def test_names_the_contract_knows_are_certain_and_need_no_answer() -> None:
    proposal = propose(["客户编号", "Name", "region"], rows("1|A|East", "2|B|West"), "accounts")
    found = [(c.column, c.header, c.found) for c in proposal.columns if c.header]
    assert found == [
        ("account_id", "客户编号", "title"),
        ("account_name", "Name", "alias"),
        ("region", "region", "exact"),
    ]
    assert proposal.ready
    assert answers_to(proposal).columns == {}


def test_a_name_that_is_only_similar_is_proposed_and_not_taken() -> None:
    header = ["account_id", "account_name", "Regions"]
    proposal = propose(header, rows("1|A|East"), "accounts")
    found = column(proposal, "region")
    assert (found.header, found.found, found.is_certain) == ("Regions", "similar", False)
    assert 0.72 <= found.confidence < 1
    assert not proposal.ready
    with pytest.raises(KamError, match="missing_columns"):
        plan("x.csv", header, "accounts")


def test_saying_yes_to_a_proposal_makes_the_file_load() -> None:
    header = ["account_id", "account_name", "Billing State/Province"]
    proposal = propose(header, rows("1|A|Ohio"), "accounts")
    (recipe,) = plan("x.csv", header, "accounts", answers_to(proposal))
    assert recipe.columns["region"] == "Billing State/Province"


@pytest.mark.parametrize(
    ("table", "header", "column"),
    [
        ("orders", "价税合计", "amount"),
        ("orders", "Net Value", "amount"),
        ("orders", "Sold-to party", "account_id"),
        ("orders", "售达方", "account_id"),
        ("opportunities", "Deal - Organization", "account_id"),
        ("opportunities", "Deal - Deal created", "opened_on"),
    ],
)
def test_what_exports_mean_by_a_word_that_proves_nothing_is_proposed(
    table: str, header: str, column: str
) -> None:
    found = next(c for c in propose([header, "id"], [], table).columns if c.header == header)
    assert (found.column, found.found) == (column, "similar")


def test_values_of_another_kind_speak_against_a_similar_name() -> None:
    header = [*ACCOUNTS, "customer since when"]
    dates = propose(header, rows("1|A|E|2024-01-05", "2|B|E|2024-02-05", "3|C|E|2024-03-05"))
    words = propose(header, rows("1|A|E|long ago", "2|B|E|recently", "3|C|E|never"))
    assert column(dates, "customer_since").header == "customer since when"
    assert column(words, "customer_since").header is None


def test_what_a_customer_earns_is_never_proposed_as_what_it_buys_from_us() -> None:
    proposal = propose([*ACCOUNTS, "Annual Revenue"], rows("1|A|E|100", "2|B|E|200", "3|C|E|300"))
    assert column(proposal, "annual_contract_value").header is None


def test_known_words_and_known_names_are_found_by_content() -> None:
    header = ["account_id", "account_name", "x1", "x2"]
    known = KnownNames(ever={"region": frozenset({"华东", "华南"})})
    sample = rows("1|A|华东|active", "2|B|华南|lost", "3|C|华东|active")
    proposal = propose(header, sample, "accounts", known=known)
    assert (column(proposal, "region").header, column(proposal, "region").found) == (
        "x1",
        "content",
    )
    assert (column(proposal, "status").header, column(proposal, "status").confidence) == ("x2", 0.6)


def test_every_header_is_said_to_become_something() -> None:
    proposal = propose([*ACCOUNTS, "备注", "出生日期"], rows("1|A|E|x|1990-01-01"), "accounts")
    becomes = {header.header: header.becomes for header in proposal.headers}
    assert becomes == {
        "account_id": "column",
        "account_name": "column",
        "region": "column",
        "备注": "extra",
        "出生日期": "left_out",
    }


def test_a_feed_speaks_for_all_of_its_columns() -> None:
    header = ["Id", "MasterRecordId", "Name", "BillingState", "AnnualRevenue", "CreatedDate"]
    proposal = propose(header, rows("1||A|OH|5|2024-01-01"))
    assert (proposal.feed, column(proposal, "region").found) == ("salesforce.account", "feed")
    assert column(proposal, "customer_since").header is None


def test_a_file_for_several_tables_or_none_is_shown_as_such() -> None:
    pipeline = ["opportunity_id", "sales_agent", "account", "deal_stage", "engage_date"]
    assert propose([*pipeline, "close_value", "close_date"], []).tables == (
        "opportunities",
        "orders",
    )
    unsure = propose(["product", "series", "price"], [])
    assert (unsure.tables, unsure.ready) == ((), False)


def test_a_proposal_is_plain_values_with_answers_that_can_be_read_again() -> None:
    proposal = propose(["account_id", "account_name", "Regions"], rows("1|A|East"), "accounts")
    document = json.loads(json.dumps(asdict(proposal.with_answers())))
    assert read_overrides(document["answers"]) == answers_to(proposal)


def test_a_file_without_any_known_name_can_be_mapped_by_hand() -> None:
    header = ["Kundennummer", "Firma", "Gebiet", "Betreuer"]
    proposal = propose(header, rows("1|Alder|Nord|Ada", "2|Birke|Süd|Bob"))
    assert (proposal.table, proposal.tables, proposal.ready) == ("accounts", (), False)
    assert [header.becomes for header in proposal.headers] == ["extra"] * 4
    columns = {"account_id": "Kundennummer", "account_name": "Firma", "region": "Gebiet"}
    (recipe,) = plan("x.csv", header, answers=Overrides("accounts", columns))
    assert recipe.columns == columns


def test_the_words_in_a_file_speak_for_a_table_where_its_names_say_nothing() -> None:
    sample = rows("1|A|续约|赢单", "2|B|新签|丢单", "3|C|增购|赢单")
    assert propose(["Nummer", "Kunde", "Art", "Stand"], sample).table == "opportunities"


# enumerated values


def test_texts_that_nothing_explains_are_asked_with_the_likeliest_meaning() -> None:
    sample = rows("1|A|E|actives", "2|B|E|lost", "3|C|E|actives", "4|D|E|zzz")
    proposal = propose([*ACCOUNTS, "status"], sample)
    found = {value.text: (value.rows, value.meaning) for value in proposal.values}
    assert found == {"actives": (2, "active"), "zzz": (1, None)}
    data = b"account_id,account_name,region,status\n1,A,E,actives\n"
    (untold,) = plan_recipes(data, "accounts.csv")
    assert stage_bytes(data, untold).problems == {"unknown_value": 1}
    (told,) = plan_recipes(data, "accounts.csv", overrides=answers_to(proposal))
    assert stage_bytes(data, told).accepted["status"].to_pylist() == ["active"]


def test_names_that_look_alike_are_asked_about_and_never_merged() -> None:
    sample = rows("1|A|华东", "2|B|华东大区", "3|C|西北")
    proposal = propose(ACCOUNTS, sample)
    assert {(found.name, found.nearest) for found in proposal.names} == {
        ("华东", "华东大区"),
        ("华东大区", "华东"),
    }
    data = "account_id,account_name,region\n1,A,华东\n2,B,华东大区\n".encode()
    (recipe,) = plan_recipes(data, "accounts.csv")
    assert stage_bytes(data, recipe).accepted["region"].to_pylist() == ["华东", "华东大区"]


# questions


def test_an_open_order_of_day_and_month_is_asked_with_both_readings() -> None:
    header = [*ACCOUNTS, "customer_since", "lost_on"]
    proposal = propose(header, rows("1|A|E|03/04/2021|25/12/2022"))
    asked = question(proposal, "date_order")
    assert [(option.value, option.reading) for option in asked.options] == [
        ("dmy", "2021-04-03"),
        ("mdy", "2021-03-04"),
    ]
    assert (asked.column, asked.suggested) == ("customer_since", "dmy")
    assert answers_to(proposal).dates == {"customer_since": "dmy"}


def test_an_order_that_a_date_proves_is_not_asked() -> None:
    assert open_date_order(["03/04/2021", "25/12/2021"]) == []
    assert open_date_order(["2021-03-04"]) == []
    assert open_date_order(["03/03/2021"]) == []


def test_dates_that_prove_both_orders_are_asked_with_one_of_each() -> None:
    sample = rows("1|A|E|13/04/2020", "2|B|E|05/26/2021", "3|C|E|01/02/2021")
    asked = question(propose([*ACCOUNTS, "customer_since"], sample), "mixed_dates")
    assert [(option.value, option.example, option.reading) for option in asked.options] == [
        ("dmy", "13/04/2020", "2020-04-13"),
        ("mdy", "05/26/2021", "2021-05-26"),
    ]


def test_thousands_that_may_be_decimals_are_asked_with_both_readings() -> None:
    header = ["order_id", "account_id", "ordered_on", "amount", "gross_profit"]
    proposal = propose(header, rows("O1|A1|2024-07-01|1.500|12,50"), "orders")
    asked = question(proposal, "decimals")
    assert [(option.value, option.reading) for option in asked.options] == [
        ("point", "1.5"),
        ("comma", "1500"),
    ]
    assert (asked.column, asked.suggested) == ("amount", "comma")
    assert answers_to(proposal).decimals == {"amount": "comma"}


@pytest.mark.parametrize(
    ("scores", "offered"),
    [
        (["1", "5", "3", "4", "2"], ["1-5", "0-5", "1-7", "1-10", "0-10", "0-100"]),
        (["0", "10", "9", "10", "7"], ["0-10", "0-100"]),
        (["72", "91", "4", "5", "3"], []),
        (["4", "5"], []),
        (["1分", "5分", "3分", "4分", "2分"], ["1-5", "0-5", "1-7", "1-10", "0-10", "0-100"]),
        (["9"] * 39 + ["11"], ["1-10", "0-10", "0-100"]),
    ],
)
def test_the_scales_that_scores_may_be_on(scores: list[str], offered: list[str]) -> None:
    assert [f"{scale.lowest}-{scale.highest}" for scale in open_scale(scores)] == offered


def test_a_score_on_an_unknown_scale_is_refused_until_somebody_says_which() -> None:
    data = b"survey_id,account_id,surveyed_on,csat\n" + b"".join(
        b"S%d,A1,2024-01-0%d,%d\n" % (n, n, n) for n in range(1, 6)
    )
    with pytest.raises(KamError, match="unknown_scale") as refused:
        plan_recipes(data, "surveys.csv")
    assert (refused.value.details["lowest"], refused.value.details["highest"]) == ("1", "5")
    said = Overrides(scales={"score": ["1", "5"]})
    (recipe,) = plan_recipes(data, "surveys.csv", overrides=said)
    assert [float(score) for score in stage_bytes(data, recipe).accepted["score"].to_pylist()] == [
        0, 25, 50, 75, 100
    ]  # fmt: skip


def test_a_single_satisfaction_of_five_is_asked_for_its_scale() -> None:
    data = b"survey_id,account_id,surveyed_on,csat\nS1,A1,2024-01-01,5\n"
    with pytest.raises(KamError, match="unknown_scale"):
        plan_recipes(data, "surveys.csv")


def test_the_eleven_of_a_scale_to_ten_is_set_apart_and_not_stretched() -> None:
    scores = ["9"] * 39 + ["11"]
    lines = [f"S{n},A1,2024-01-01,{score}" for n, score in enumerate(scores)]
    data = "\n".join(["survey_id,account_id,surveyed_on,score", *lines]).encode()
    (recipe,) = plan_recipes(
        data, "surveys.csv", overrides=Overrides(scales={"score": ["0", "10"]})
    )
    assert stage_bytes(data, recipe).problems == {"score_out_of_range": 1}


def test_a_column_that_two_headers_name_is_asked_for() -> None:
    header = ["account_id", "公司", "Company", "region"]
    asked = question(propose(header, rows("1|A|B|E"), "accounts"), "several")
    assert (asked.column, asked.headers) == ("account_name", ("公司", "Company"))
    (recipe,) = plan("x.csv", header, "accounts", Overrides(columns={"account_name": "公司"}))
    assert recipe.columns["account_name"] == "公司"


def test_headers_that_are_written_alike_are_told_apart_by_position_and_values() -> None:
    header, sample = [*ACCOUNTS[:2], "Region", "Region"], rows("1|A|East|华东", "2|B|West|华西")
    asked = question(propose(header, sample, "accounts"), "several")
    assert [(o.value, o.example, o.reading) for o in asked.options] == [
        ("Region", "3", "East / West"),
        ("Region_2", "4", "华东 / 华西"),
    ]
    data = "account_id,account_name,Region,Region\n1,A,East,华东\n".encode()
    said = Overrides("accounts", columns={"region": "Region_2"})
    (recipe,) = plan_recipes(data, "x.csv", overrides=said)
    assert stage_bytes(data, recipe).accepted["region"].to_pylist() == ["华东"]


def test_the_second_of_two_headers_keeps_its_unit() -> None:
    data = "订单编号,客户编号,日期,金额（万）,金额（万）\nO1,A1,2024-01-05,1,2\n".encode()
    said = Overrides("orders", columns={"amount": "金额（万）_2"})
    (recipe,) = plan_recipes(data, "x.csv", overrides=said)
    assert [int(a) for a in stage_bytes(data, recipe).accepted["amount"].to_pylist()] == [20_000]


def test_names_may_be_keys_if_a_person_says_so() -> None:
    header, sample = ["account_name", "region"], rows("A|E", "B|E", "C|W")
    asked = question(propose(header, sample, "accounts"), "key")
    assert (asked.column, asked.header) == ("account_id", "account_name")
    said = Overrides(
        columns={"account_id": "account_name", "account_name": "account_name"},
        shared=["account_name"],
    )
    (recipe,) = plan("x.csv", header, "accounts", said)
    assert recipe.columns["account_id"] == recipe.columns["account_name"] == "account_name"


# personal data


def test_identity_numbers_are_proven_by_their_check_character() -> None:
    assert personal_kind("x", [IDENTITY] * 3) == "identity_number"
    assert personal_kind("x", [MISTYPED] * 3) is None
    assert personal_kind("x", ["123-45-6789"] * 3) == "identity_number"


@pytest.mark.parametrize(
    ("header", "kind"),
    [
        ("身份证号", "identity_number"),
        ("Birthdate", "birth_date"),
        ("客户生日", "birth_date"),
        ("Passport No.", "passport"),
        ("Employee_Identification_Number__c", None),
        ("成立日期", None),
    ],
)
def test_headers_that_name_personal_data(header: str, kind: str | None) -> None:
    assert personal_kind(header, []) == kind


def test_personal_data_is_left_out_unless_somebody_wants_it() -> None:
    data = f"account_id,account_name,region,code\n1,A,E,{IDENTITY}\n" * 1
    data += "".join(f"{n},A,E,{IDENTITY}\n" for n in range(2, 5))
    (recipe,) = plan_recipes(data.encode(), "accounts.csv")
    assert recipe.personal == {"code": "identity_number"}
    staged = stage_bytes(data.encode(), recipe)
    assert staged.accepted["extra"].to_pylist() == [None] * 4
    assert staged.problems == {"personal_data": 1}
    (kept,) = plan_recipes(data.encode(), "accounts.csv", overrides=Overrides(left_out=[]))
    assert IDENTITY in stage_bytes(data.encode(), kept).accepted["extra"].to_pylist()[0]


# answers


def test_impossible_answers_are_refused_by_name() -> None:
    header = [*ACCOUNTS, "x"]
    unknown = refusal("answers_unknown_column", Overrides(columns={"colour": "x"}), header)
    assert unknown.details["named"] == ["colour"]
    refusal("answers_unknown_header", Overrides(columns={"industry": "y"}), header)
    twice = Overrides(columns={"industry": "x", "declared_tier": "x"})
    assert refusal("answers_header_twice", twice, header).details["columns"] == [
        "industry",
        "declared_tier",
    ]
    refusal("answers_not_possible", Overrides(values={"status": {"x": "sleeping"}}), header)
    refusal("answers_not_possible", Overrides(dates={"customer_since": "ymd"}), header)
    refusal("answers_not_possible", Overrides(dates={"region": "dmy"}), header)
    refusal("answers_not_possible", Overrides(scales={"growth_potential": ["5", "1"]}), header)
    refusal("answers_not_possible", Overrides(factors={"annual_contract_value": "much"}), header)
    refusal("answers_not_possible", Overrides(constants={"status": "sleeping"}), header)
    both = Overrides(columns={"industry": "x"}, constants={"industry": "y"})
    refusal("answers_column_and_constant", both, header)


@pytest.mark.parametrize(
    "document",
    [[], {"colums": {}}, {"columns": ["a"]}, {"columns": {"a": 1}}, {"scales": {"a": ["1"]}}],
)
def test_answers_of_another_shape_are_refused(document: object) -> None:
    with pytest.raises(KamError, match="bad_answers"):
        read_overrides(document)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_refusal_of_answers_names_every_part_they_may_have(lang: str) -> None:
    with pytest.raises(KamError) as refused:
        read_overrides({"colums": {}})
    told = Text(lang).error(refused.value)
    assert all(part in told for part in Overrides().document())


def test_an_answer_beats_what_the_names_say_and_takes_the_header_with_it() -> None:
    header = [*ACCOUNTS, "industry"]
    said = Overrides(columns={"region": "industry"})
    (recipe,) = plan("x.csv", header, "accounts", said)
    assert recipe.columns["region"] == "industry"
    assert "industry" not in recipe.columns


def test_what_was_said_to_be_missing_is_missing() -> None:
    error = refusal("missing_columns", Overrides(columns={"region": ""}), ACCOUNTS)
    assert error.details["columns"] == ["region"]


def test_one_value_can_stand_for_a_required_column() -> None:
    said = Overrides(constants={"region": "华东"})
    (recipe,) = plan("x.csv", ACCOUNTS[:2], "accounts", said)
    assert recipe.constants == {"region": "华东"}


def test_a_header_that_moved_takes_no_settings_of_the_feed_along() -> None:
    feed = Recipe(
        "surveys",
        {"survey_id": "id", "account_id": "a", "surveyed_on": "d", "score": "s"},
        scales={"score": ["1", "5"]},
        dates={"surveyed_on": "dmy"},
    )
    (moved,) = recipes_with([feed], Overrides(columns={"score": "other"}))
    assert (moved.scales, moved.dates) == ({}, {"surveyed_on": "dmy"})
    (confirmed,) = recipes_with([feed], Overrides(columns={"score": "s"}))
    assert confirmed.scales == {"score": ["1", "5"]}


def test_answers_about_a_file_for_two_tables_must_name_one_and_leave_the_other() -> None:
    header = ["company_name", "segment", "interaction_date", "interaction_type", "content"]
    with pytest.raises(KamError, match="answers_need_table"):
        plan("x.csv", header, answers=Overrides(columns={"account_name": "content"}))
    said = Overrides("accounts", columns={"region": "content"})
    accounts, interactions = plan("x.csv", header, answers=said)
    assert accounts.columns["region"] == interactions.columns["notes"] == "content"


def test_one_document_can_answer_for_several_files() -> None:
    document = {"files": {"a.csv": {"table": "orders"}}}
    assert overrides_for(document, "a.csv") == Overrides("orders")
    assert overrides_for(document, "b.csv") is None
    assert overrides_for({"table": "needs"}, "b.csv") == Overrides("needs")


# memory


def test_a_header_set_is_known_again_in_any_order_and_spelling() -> None:
    key = header_key(["客户ID", "Region"], "accounts")
    assert key == header_key(["REGION ", "客户 ID"], "accounts")
    assert key != header_key(["客户ID", "Region"], "orders")
    assert key != header_key(["客户ID", "Region", "x"], "accounts")


def test_what_was_confirmed_once_is_used_for_the_same_headers(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    header = ["account_id", "account_name", "Billing State"]
    said = Overrides("accounts", columns={"region": "Billing State"})
    ledger.remember(header_key(header, "accounts"), "accounts", said.document(), "Ada")
    turned = ["BILLING STATE", "account_name", "account_id"]
    (recipe,) = plan("x.csv", turned, recall=ledger.remembered)
    assert recipe.columns["region"] == "BILLING STATE"
    proposal = propose(turned, rows("OH|A|1"), recall=ledger.remembered)
    assert (column(proposal, "region").found, proposal.ready) == ("remembered", True)


def test_a_further_answer_adds_to_what_was_confirmed(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    header = ["account_id", "account_name", "Billing State", "Founded", "Joined"]
    first = Overrides(
        "accounts",
        columns={"region": "Billing State", "customer_since": "Founded"},
        dates={"customer_since": "dmy"},
    )
    ledger.remember(header_key(header, "accounts"), "accounts", first.document(), "Ada")
    (recipe,) = plan("x.csv", header, "accounts", Overrides(), ledger.remembered)
    assert (recipe.columns["region"], recipe.dates) == ("Billing State", {"customer_since": "dmy"})
    moved = Overrides(columns={"customer_since": "Joined"})
    (recipe,) = plan("x.csv", header, "accounts", moved, ledger.remembered)
    assert recipe.columns["region"] == "Billing State"
    assert (recipe.columns["customer_since"], recipe.dates) == ("Joined", {})
    assert moved.over(first) == moved.over(moved.over(first))


def test_the_newest_confirmation_wins_and_no_older_one_is_lost(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    for cell in ("a", "b", "b"):
        ledger.remember("key", "accounts", {"columns": {"region": cell}}, "Ada")
    assert ledger.remembered("key") == {"columns": {"region": "b"}}
    assert ledger.remembered("other") is None
    query = "select sequence, answers ->> '$.columns.region', confirmed_by from mappings order by 1"
    with closing(sqlite3.connect(ledger.path)) as connection:
        assert connection.execute(query).fetchall() == [(1, "a", "Ada"), (2, "b", "Ada")]


def test_a_correction_of_a_feed_is_remembered_too(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    header = ["Id", "MasterRecordId", "Name", "BillingState", "AnnualRevenue", "Territory__c"]
    said = Overrides("accounts", columns={"region": "Territory__c"})
    ledger.remember(header_key(header, "accounts"), "accounts", said.document(), "Ada")
    (recipe,) = plan("x.csv", header, recall=ledger.remembered)
    assert (recipe.feed, recipe.columns["region"]) == ("salesforce.account", "Territory__c")


def test_headers_confirmed_for_two_tables_need_a_name_that_tells_which(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "ledger.sqlite")
    header = ["id", "customer", "when", "how much"]
    for table, day in (("orders", "ordered_on"), ("contracts", "starts_on")):
        columns = {"account_id": "customer", day: "when", "amount": "how much"}
        more = {"ends_on": "2030-01-01"} if table == "contracts" else {}
        said = Overrides(table, columns=columns, constants=more)
        ledger.remember(header_key(header, table), table, said.document(), "Ada")
    assert plan("orders.csv", header, recall=ledger.remembered)[0].table == "orders"
    assert plan("x.csv", header, "contracts", recall=ledger.remembered)[0].table == "contracts"
    with pytest.raises(KamError, match="unknown_table"):
        plan("x.csv", header, recall=ledger.remembered)


def test_a_rebuild_asks_no_memory(warehouse: Warehouse) -> None:
    data = b"account_id,account_name,Billing State\n1,A,OH\n"
    said = Overrides("accounts", columns={"region": "Billing State"})
    (recipe,) = plan_recipes(data, "x.csv", overrides=said)
    again = Recipe.of(json.loads(json.dumps(recipe.document())))
    assert stage_bytes(data, again).accepted["region"].to_pylist() == ["OH"]


def test_the_example_of_the_documentation_is_possible() -> None:
    text = (Path(__file__).parents[2] / "docs" / "uploads.md").read_text("utf-8")
    document = json.loads(text.split("```json\n")[-1].split("```")[0])
    answers = read_overrides(document)
    header = ["account_id", "account_name", "Billing State/Province", "身份证号"]
    (recipe,) = plan("x.csv", header, answers=answers)
    assert recipe.columns["region"] == "Billing State/Province"
    assert recipe.left_out == ["身份证号"]
