"""Feeds: foreign exports read by settings alone, and recipes that can be repeated later."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pyarrow.compute as pc
import pytest

from kam_core.contract.declaration import tables
from kam_core.errors import KamError
from kam_core.ingest.mapping.feeds import Recipe, feeds, plan, shape
from kam_core.ingest.read.delimited import read_file
from kam_core.ingest.stage import Staged, plan_recipes, stage_bytes
from kam_core.text.writer import Text
from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse, open_version

PUBLIC = Path(__file__).parents[3] / "shared" / "data"
BY_COLUMN = (
    "columns", "constants", "values", "when", "joined", "multiplied", "elapsed", "factors", "scales"
)  # fmt: skip


def shaped(recipe: Recipe, *rows: tuple[str, ...], header: str = "id,name,kind,day"):
    return shape(pd.DataFrame(rows, columns=header.split(","), dtype="str"), recipe)


def test_every_feed_speaks_of_columns_that_the_contract_has() -> None:
    for recipe in (recipe for feed in feeds() for recipe in feed.recipes):
        known = {column.name for column in tables()[recipe.table].columns}
        for part in (*BY_COLUMN, "dates"):
            assert set(getattr(recipe, part)) <= known, (recipe.feed, part)
        for column, meanings in recipe.values.items():
            allowed = list(tables()[recipe.table].column(column).values)
            assert not allowed or set(meanings.values()) <= set(allowed)


def test_every_feed_gives_all_required_columns() -> None:
    for recipe in (recipe for feed in feeds() for recipe in feed.recipes):
        assert {column.name for column in tables()[recipe.table].required} <= set(recipe.given)


def test_a_recipe_survives_json() -> None:
    header = next(list(feed.headers) for feed in feeds() if feed.recipes)
    for recipe in [*plan("x.csv", header), Recipe("accounts", {"region": "大区"})]:
        assert Recipe.of(json.loads(json.dumps(recipe.document()))) == recipe


def test_a_recipe_carries_the_settings_of_its_day() -> None:
    header = ["account_id", "account_name", "region", "状态"]
    (recipe,) = plan("x.csv", header)
    assert recipe.columns["status"] == "状态"
    assert recipe.values["status"]["已流失"] == "lost"
    assert recipe.timezone == "Asia/Shanghai"


def test_a_feed_is_known_by_every_header_that_its_conditions_read() -> None:
    for feed, recipe in [(known, recipe) for known in feeds() for recipe in known.recipes]:
        conditions = {header for rule in recipe.when.values() for header in rule}
        parts = [*recipe.joined.values(), *recipe.multiplied.values()]
        made = {header for headers in parts for header in headers}
        assert {*recipe.where, *recipe.filled, *conditions, *made} <= set(feed.headers)


def test_a_feed_is_known_by_its_headers_in_any_spelling() -> None:
    header = ["ID", "Master Record Id", "name", "billing_state", "Annual Revenue"]
    (recipe,) = plan("whatever.csv", header)
    assert recipe.feed == "salesforce.account"
    assert recipe.columns == {"account_id": "ID", "account_name": "name", "region": "billing_state"}


def test_a_table_can_be_asked_for_by_name() -> None:
    header = ["opportunity_id", "sales_agent", "account", "deal_stage", "engage_date"]
    header += ["close_date", "close_value"]
    assert [r.table for r in plan("x.csv", header)] == ["opportunities", "orders"]
    assert [r.table for r in plan("x.csv", header, "orders")] == ["orders"]


def test_a_feed_whose_column_appears_twice_is_refused() -> None:
    header = ["Id", "MasterRecordId", "Name", "Name", "BillingState", "AnnualRevenue"]
    with pytest.raises(KamError, match="ambiguous_columns"):
        plan("x.csv", header)


def test_rows_that_were_not_asked_for_are_set_aside() -> None:
    recipe = Recipe("accounts", {"account_id": "id"}, where={"kind": ["Won"]}, filled=["day"])
    result = shaped(recipe, ("1", "", "won", "x"), ("2", "", "Lost", "x"), ("3", "", "Won", " "))
    assert result.kept.tolist() == [0]


def test_a_cell_counts_only_when_its_condition_holds() -> None:
    recipe = Recipe("accounts", {"lost_on": "day"}, when={"lost_on": {"kind": ["Lost"]}})
    result = shaped(recipe, ("1", "", "Lost", "2024"), ("2", "", "Won", "2025"))
    assert result.cells["lost_on"].tolist() == ["2024", ""]


def test_ids_are_joined_and_stay_empty_where_all_parts_are() -> None:
    recipe = Recipe("accounts", joined={"account_id": ["name", "day"]})
    result = shaped(recipe, ("", " a ", "", "1"), ("", "", "", " "))
    assert result.cells["account_id"].tolist() == ["a | 1", ""]


def test_distinct_keeps_the_first_row_of_a_key_and_tells_where_others_differ() -> None:
    recipe = Recipe("accounts", {"account_id": "name", "region": "kind"}, distinct=True)
    rows = [("", "a", "x", ""), ("", "b", "x", ""), ("", "a ", "x", ""), ("", "b", "y", "")]
    result = shaped(recipe, *rows, ("", "b", "z", ""))
    assert result.kept.tolist() == [0, 1]
    assert result.conflicts == [(1, "region", "x", "y", 3)]


def test_columns_without_a_place_are_kept_as_extra_unless_left_out() -> None:
    recipe = Recipe("accounts", {"account_id": "id"}, left_out=["day"])
    result = shaped(recipe, ("1", "甲", "", "secret"), ("2", "", " ", "secret"))
    assert result.extra == ['{"name": "甲"}', None]


def staged(data: bytes, file_name: str = "x.csv") -> dict[str, Staged]:
    return {recipe.table: stage_bytes(data, recipe) for recipe in plan_recipes(data, file_name)}


def test_figures_are_multiplied_exactly_and_what_is_none_is_named() -> None:
    recipe = Recipe("orders", multiplied={"amount": ["name", "kind"]})
    rows = [
        ("1", "3", "0.10", ""),
        ("2", "-2", "1,000.05", ""),
        ("3", "x", "5", ""),
        ("4", "", "5", ""),
    ]
    assert shaped(recipe, *rows).cells["amount"].tolist() == ["0.30", "-2000.10", "x × 5", ""]


def test_a_feed_without_recipes_says_why_in_both_languages() -> None:
    silent = [feed.name for feed in feeds() if not feed.recipes]
    assert len(silent) == len(NO_PLACE)
    header = next(feed.headers for feed in feeds() if feed.name == "maven.products")
    with pytest.raises(KamError, match="no_place_for_file") as refused:
        plan("x.csv", header)
    assert "price list" in Text("en").error(refused.value)
    assert "价目表" in Text("zh").error(refused.value)
    # A person who names the table is not stopped by what is known of the file.
    with pytest.raises(KamError, match="missing_columns"):
        plan("x.csv", header, "orders")


def test_durations_become_times_after_another_column() -> None:
    data = (
        "ticket_id,account_id,submitted_at,closed_at,first_response_time_minutes,"
        "satisfaction_score\nT1,A1,27-07-2023,28-07-2023 03:00,74,\nT2,A1,01-02-2024,,,5\n"
    )
    tables_of_file = staged(data.encode())
    tickets = tables_of_file["tickets"].accepted.to_pylist()
    assert str(tickets[0]["first_response_at"]) == "2023-07-27 01:14:00"
    assert str(tickets[1]["opened_at"]) == "2024-02-01 00:00:00"
    assert tickets[1]["first_response_at"] is None
    surveys = tables_of_file["surveys"]
    assert (surveys.received, surveys.set_aside) == (1, 1)
    assert surveys.rejected["codes"].to_pylist() == [["missing_value"]]


def test_names_that_look_alike_are_never_merged() -> None:
    data = (
        "company_name,segment,interaction_date,interaction_type,content\n"
        "QueueManager Technologies,SMB,2025-01-02,Call,a\n"
        "QueueManager Corp,SMB,2025-01-02,Email,b\n"
    )
    accounts = staged(data.encode())["accounts"].accepted
    assert accounts["account_id"].to_pylist() == ["QueueManager Technologies", "QueueManager Corp"]


# public sets: (file, table, received, accepted, set aside, problems)

EXPECTED = [
    ("sfdc-data-cloud-workshop/Account.csv", "accounts", 22, 20, 0, {"missing_value": 2}),
    ("sfdc-data-cloud-workshop/Task.csv", "interactions", 75, 36, 0, {"missing_value": 39}),
    (
        "sfdc-data-cloud-workshop/Opportunity.csv",
        "opportunities",
        50,
        50,
        0,
        {"impossible_order": 15},
    ),
    ("sfdc-data-cloud-workshop/Opportunity.csv", "orders", 12, 12, 38, {}),
    (
        "sfdc-data-cloud-workshop/Case.csv",
        "tickets",
        40,
        14,
        0,
        {"impossible_order": 14, "missing_value": 26},
    ),
    ("sfdc-data-cloud-workshop/Contact.csv", "contacts", 102, 18, 0, {"missing_value": 84}),
    (
        "churnguard-ai/customer_interactions.csv",
        "accounts",
        65,
        65,
        1154,
        {"conflicting_repeat": 18},
    ),
    ("churnguard-ai/customer_interactions.csv", "interactions", 1219, 1219, 0, {}),
    ("churnguard-ai/support_tickets.csv", "tickets", 200, 200, 0, {}),
    ("churnguard-ai/support_tickets.csv", "surveys", 200, 200, 0, {}),
    (
        "churnguard-ai/churned_customers_cleaned.csv",
        "opportunities",
        25,
        25,
        0,
        {"other_currency": 25},
    ),
    ("maven-crm-sales/accounts.csv", "accounts", 85, 85, 0, {}),
    ("maven-crm-sales/sales_pipeline.csv", "opportunities", 8800, 7212, 0, {"missing_value": 1588}),
    ("maven-crm-sales/sales_pipeline.csv", "orders", 4238, 4238, 4562, {}),
    ("ravenstack/ravenstack_accounts.csv", "accounts", 500, 500, 0, {"lost_without_date": 110}),
    ("ravenstack/ravenstack_subscriptions.csv", "contracts", 486, 486, 4514, {}),
    (
        "ravenstack/ravenstack_supports_ticket.csv",
        "tickets",
        2000,
        2000,
        0,
        {"impossible_order": 36},
    ),
    ("ravenstack/ravenstack_supports_ticket.csv", "surveys", 1175, 1175, 825, {}),
    ("online-retail-days/2010-12-01.csv", "accounts", 98, 98, 3010, {"float_id": 98}),
    (
        "online-retail-days/2010-12-01.csv",
        "orders",
        3108,
        1924,
        0,
        {"duplicate_row": 44, "float_id": 1968, "missing_value": 1140},
    ),
]

# Known to hold nothing that the contract has a place for; the feed says why.
NO_PLACE = [
    "sfdc-data-cloud-workshop/AccountContactRelation.csv",
    "sfdc-data-cloud-workshop/Branch__c.csv",
    "sfdc-data-cloud-workshop/Campaign.csv",
    "sfdc-data-cloud-workshop/CampaignMember.csv",
    "sfdc-data-cloud-workshop/Lead.csv",
    "churnguard-ai/churn_analyses.csv",
    "churnguard-ai/success_stories.csv",
    "maven-crm-sales/products.csv",
    "maven-crm-sales/sales_teams.csv",
    "ravenstack/ravenstack_churn_events.csv",
]
# day: rows, invoices, customers, sum of quantity x price
RETAIL = {
    "2010-12-01": (3108, 143, 98, "58635.56"),
    "2010-12-02": (2109, 167, 117, "46207.28"),
    "2010-12-03": (2202, 108, 55, "45620.46"),
    "2010-12-05": (2725, 95, 76, "31383.95"),
    "2011-12-07": (2438, 138, 101, "75076.22"),
    "2011-12-08": (4940, 145, 120, "81417.78"),
    "2011-12-09": (1632, 49, 38, "32131.53"),
}


def public(file: str) -> dict[str, Staged]:
    path = PUBLIC / file
    if not path.exists():
        pytest.skip("the public data sets are not beside this folder")
    return staged(path.read_bytes(), path.name)


@pytest.mark.parametrize(("file", "table", "received", "accepted", "aside", "problems"), EXPECTED)
def test_public_exports_arrive_whole(
    file: str, table: str, received: int, accepted: int, aside: int, problems: dict[str, int]
) -> None:
    result = public(file)[table]
    assert (result.received, result.accepted.num_rows) == (received, accepted)
    assert result.rejected.num_rows == received - accepted
    assert (result.set_aside, result.problems) == (aside, problems)


@pytest.mark.parametrize("file", NO_PLACE)
def test_a_public_file_without_a_place_is_refused_with_its_reason(file: str) -> None:
    with pytest.raises(KamError, match="no_place_for_file"):
        public(file)


def test_every_public_file_loads_or_is_refused_for_a_reason_given_here() -> None:
    if not PUBLIC.exists():
        pytest.skip("the public data sets are not beside this folder")
    there = {
        str(path.relative_to(PUBLIC))
        for path in PUBLIC.rglob("*.csv")
        if path.relative_to(PUBLIC).parts[0] != "messy"
    }
    days = {f"online-retail-days/{day}.csv" for day in RETAIL}
    assert there == {file for file, *_ in EXPECTED} | set(NO_PLACE) | days


@pytest.mark.parametrize("day", RETAIL)
def test_retail_days_agree_with_their_check_values(day: str) -> None:
    file = f"online-retail-days/{day}.csv"
    parts = public(file)
    reading = read_file((PUBLIC / file).read_bytes())
    (recipe,) = plan(file, reading.header, "orders")
    cells = shape(
        pd.DataFrame([r.fields for r in reading.records], columns=reading.names, dtype="str"),
        recipe,
    ).cells
    invoices = {order_id.split(" | ")[0] for order_id in cells["order_id"]}
    total = sum(map(Decimal, cells["amount"]))
    customers = parts["accounts"].accepted.num_rows
    assert (len(cells), len(invoices), customers, str(total)) == RETAIL[day]
    assert parts["orders"].accepted.num_rows + parts["orders"].rejected.num_rows == len(cells)


def test_retail_days_add_up_and_the_same_day_twice_changes_nothing(warehouse: Warehouse) -> None:
    days = [PUBLIC / f"online-retail-days/2010-12-0{day}.csv" for day in (1, 2)]
    if not all(day.exists() for day in days):
        pytest.skip("the public data sets are not beside this folder")

    def state() -> tuple[str, list[tuple]]:
        live = warehouse.live_version()
        assert live is not None
        with open_version(warehouse.file(live.version)) as connection:
            query = "select count(*), sum(amount)::varchar from orders"
            return live.content_hash, connection.execute(query).fetchall()

    load(warehouse, [days[0]], mode="update")
    load(warehouse, [days[1]], mode="update")
    once = state()
    assert once[1][0][0] == 1924 + 2003
    again = load(warehouse, [days[1]], mode="update")
    assert all(report.already_loaded for report in again)
    assert state() == once


def test_maven_revenue_agrees_with_its_check_values() -> None:
    orders = public("maven-crm-sales/sales_pipeline.csv")["orders"].accepted
    assert pc.sum(orders["amount"]).as_py() == Decimal(10_005_534)
    by_quarter: Counter[int] = Counter()
    for day, amount in zip(
        orders["ordered_on"].to_pylist(), orders["amount"].to_pylist(), strict=True
    ):
        by_quarter[(day.month - 1) // 3 + 1] += amount if day.year == 2017 else 0
    assert by_quarter == {1: 1_134_672, 2: 3_086_111, 3: 2_982_255, 4: 2_802_496}
    assert set(orders["product"].to_pylist()) & {"GTXPro", "GTX Pro"} == {"GTX Pro"}


def test_ravenstack_agrees_with_its_check_values() -> None:
    tables_of_file = public("ravenstack/ravenstack_supports_ticket.csv")
    tickets = tables_of_file["tickets"].accepted
    waited = pc.subtract(tickets["first_response_at"], tickets["opened_at"]).to_pylist()
    minutes = sorted(wait.total_seconds() / 60 for wait in waited)
    assert round(sum(minutes) / 2000, 2) == 88.48
    assert (minutes[999] + minutes[1000]) / 2 == 88
    scores = tables_of_file["surveys"].accepted["score"]
    assert round(float(pc.mean(scores).as_py()) / 25 + 1, 3) == 3.981


def test_salesforce_keeps_personal_data_and_the_customers_revenue_out_of_the_figures() -> None:
    contacts = public("sfdc-data-cloud-workshop/Contact.csv")["contacts"].accepted
    assert not any("Birthdate" in (extra or "") for extra in contacts["extra"].to_pylist())
    account = public("sfdc-data-cloud-workshop/Account.csv")["accounts"].accepted.slice(0, 1)
    assert account["annual_contract_value"].to_pylist() == [None]
    assert json.loads(account["extra"].to_pylist()[0])["AnnualRevenue"] == "6759560"


def test_churnguard_prices_dates_and_scores_are_read() -> None:
    lost = public("churnguard-ai/churned_customers_cleaned.csv")["opportunities"].accepted
    first = lost.slice(0, 1).to_pylist()[0]
    assert (first["amount"], first["closed_on"]) == (Decimal(125_000), date(2024, 10, 31))
    kinds = public("churnguard-ai/customer_interactions.csv")["interactions"].accepted["kind"]
    assert Counter(kinds.to_pylist()) == {"meeting": 259, "call": 253, "other": 251 + 239 + 217}
