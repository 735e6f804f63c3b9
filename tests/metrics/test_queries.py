"""Lists: who and what is behind the figures."""

from datetime import date
from decimal import Decimal

import pandas as pd
import pytest

from kam_core.errors import KamError
from kam_core.metrics import periods, queries
from kam_core.settings.sql_files import SQL, split_header
from kam_core.text.sentences import figure_sentences
from kam_core.text.writer import Text
from tests.support.figures import with_limits
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    ask_of,
    interaction,
    need,
    order,
    snapshots,
)

Q3 = periods.quarter("2024-Q3")
D = "2024-09-30"


def company(**tables: list[Row]) -> Snapshots:
    accounts = [
        account("A1", growth_potential=90, account_manager="Lin"),
        account("A2", region="South", growth_potential=10, account_manager="Wu"),
    ]
    return snapshots(D, **({"accounts": accounts} | tables))


def answers(world: Snapshots, question: str, as_of: str = D, **parameters: object) -> pd.DataFrame:
    return queries.run_query(ask_of(world, as_of), question, **parameters)


def ids(rows: pd.DataFrame, column: str) -> list[str]:
    return rows[column].tolist()


def test_every_question_says_what_it_means_and_bears_the_name_of_its_file() -> None:
    every = queries.load_queries()
    for path in (SQL / "queries").glob("*.sql"):
        values, _ = split_header(path.read_text("utf-8"))
        assert values["query"] == path.stem and path.stem in every
    assert all(query.means and query.name == name for name, query in every.items())


def test_an_unknown_question_and_a_wrong_parameter_are_refused() -> None:
    with pytest.raises(KamError, match="unknown_question"):
        answers(company(), "fortune")
    with pytest.raises(KamError, match="question_parameters"):
        answers(company(), "open_needs", color="red")
    with pytest.raises(KamError, match="question_parameters"):
        answers(company(), "obligations")


def test_what_is_available_says_which_days_the_data_speaks_for() -> None:
    world = company(orders=[order("O1", "A1", "2024-02-10", 5)])
    rows = answers(world, "available", "2024-09-29").set_index("table_name")
    assert rows.loc["orders", ["first_on", "last_on", "covers_from", "covers_to"]].tolist() == [
        date(2024, 2, 10),
        date(2024, 2, 10),
        date(2024, 2, 1),
        date(2024, 9, 29),
    ]
    assert "interactions" not in rows.index


def test_open_needs_stand_oldest_first_with_their_age() -> None:
    needs = [
        need("N1", "A1", "2024-09-23 10:00", responded_at="2024-09-24"),
        need("N2", "A2", "2024-09-16 10:00", resolved_at="2024-10-05"),
        need("N3", "A1", "2024-09-01", resolved_at="2024-09-02"),
        need("N4", "A1", "2024-10-01"),
    ]
    calls = [interaction("I1", "A1", "2024-09-25", need_id="N1")]
    rows = answers(company(needs=needs, interactions=calls), "open_needs")
    assert ids(rows, "need_id") == ["N2", "N1"]
    assert rows["age_days"].tolist() == [14, 7]
    # Two days of the week of the 16th were holidays, Sunday the 29th was worked.
    assert rows["age_working_days"].tolist() == [10, 6]
    assert rows["is_past_standard"].tolist() == [True, False]
    assert rows["last_named_at"].tolist()[1] == pd.Timestamp("2024-09-25")


def test_a_need_is_unheard_after_three_callbacks_that_did_not_name_it() -> None:
    needs = [
        need("N1", "A1", "2024-06-01"),
        need("N2", "A1", "2024-06-02", resolved_at="2024-06-09"),
    ]
    calls = [interaction(f"I{m}", "A1", f"2024-0{m}-15") for m in (5, 7, 8)]
    calls.append(interaction("named", "A1", "2024-08-20", need_id="N1"))
    calls.append(interaction("visit", "A1", "2024-08-21", kind="visit"))
    world = company(needs=needs, interactions=calls)
    assert answers(world, "unheard_needs").empty
    world["interactions"][0][1].append(interaction("I9", "A1", "2024-09-30"))
    rows = answers(world, "unheard_needs")
    assert rows[["need_id", "callbacks_without_it"]].values.tolist() == [["N1", 3]]
    assert answers(world, "unheard_needs", "2024-09-29").empty


def test_an_invitation_is_unanswered_after_five_working_days() -> None:
    invited = {"kind": "invitation", "initiated_by": "customer"}
    calls = [
        interaction("six", "A1", "2024-09-23", **invited),
        interaction("five", "A1", "2024-09-24", **invited),
        interaction("answered", "A1", "2024-09-02", responded_at="2024-09-29", **invited),
        interaction("answered later", "A2", "2024-09-02", responded_at="2024-10-01", **invited),
        interaction("ours", "A1", "2024-09-02", kind="invitation", initiated_by="us"),
    ]
    rows = answers(company(interactions=calls), "unanswered_invitations")
    assert rows[["interaction_id", "working_days"]].values.tolist() == [
        ["answered later", 20],
        ["six", 6],
    ]


def test_links_to_the_need_of_another_account_are_listed() -> None:
    needs = [need("N1", "A1", "2024-06-01"), need("N2", "A2", "2024-06-01")]
    calls = [
        interaction("I1", "A1", "2024-07-01", need_id="N1"),
        interaction("I2", "A1", "2024-07-02", need_id="N2"),
        interaction("I3", "A1", "2024-07-03", need_id="N9"),
    ]
    world = company(needs=needs, interactions=calls)
    rows = answers(world, "wrong_need_links")
    assert rows[["interaction_id", "problem"]].values.tolist() == [
        ["I2", "need_of_another_account"],
        ["I3", "need_not_found"],
    ]
    north = queries.run_query(ask_of(world, D, regions=["North"]), "wrong_need_links")
    assert north["problem"].tolist() == ["need_not_found", "need_not_found"]


def test_a_history_is_in_order_of_time_and_money_stays_exact() -> None:
    world = company(
        orders=[order("O1", "A1", "2024-08-01", "9999999999999999.99")],
        interactions=[interaction("I1", "A1", "2024-07-01"), interaction("I2", "A2", "2024-07-01")],
        needs=[need("N1", "A1", "2024-06-01", responded_at="2024-09-01")],
    )
    rows = answers(world, "account_history", account_id="A1")
    assert ids(rows, "source") == ["needs", "interactions", "orders", "needs"]
    assert rows["amount"].tolist()[2] == Decimal("9999999999999999.99")


def worklist(*calls: Row, as_of: str = D, **tables: list[Row]) -> pd.DataFrame:
    months = [
        m for q in ("2024-Q2", "2024-Q3", "2024-Q4") for m in periods.months_of(periods.quarter(q))
    ]
    orders = [order("O1", "A1", "2024-01-01", 100)]
    world = company(interactions=list(calls), orders=orders, **tables)
    return answers(world, "worklist", as_of, periods=months)


def test_the_worklist_ranks_by_a_score_whose_parts_add_up() -> None:
    rows = worklist(interaction("I1", "A1", "2024-04-01"))
    parts = ["tier_points", "overdue_points", "revenue_points", "warning_points"]
    assert rows["score"].tolist() == rows[parts].sum(axis=1).tolist()
    assert rows["score"].is_monotonic_decreasing
    first = rows.iloc[0]
    assert (first["account_id"], first["kind"], first["reason"]) == (
        "A1",
        "monthly_callback",
        "overdue",
    )
    # July to September were missed; the first of them ended 61 days before.
    assert (first["overdue"], first["due_on"], first["days_overdue"]) == (3, date(2024, 7, 31), 61)
    assert (first["overdue_points"], first["revenue_points"], first["owner"]) == (30.0, 20.0, "Lin")


def test_what_was_made_up_for_since_is_not_worked_again() -> None:
    rows = worklist(interaction("I1", "A1", "2024-08-15"))
    callbacks = rows[(rows["account_id"] == "A1") & (rows["kind"] == "monthly_callback")]
    assert callbacks[["period", "overdue"]].values.tolist() == [["2024-09", 1]]


def test_what_is_due_within_the_horizon_is_listed_and_what_is_planned_is_not() -> None:
    done = [interaction(f"I{m}", "A1", f"2024-0{m}-15") for m in (6, 7, 8)]
    rows = worklist(*done, as_of="2024-09-10")
    found = rows[rows["account_id"] == "A1"].set_index("kind")["reason"].to_dict()
    assert found["monthly_callback"] == "due"
    plan = interaction("plan", "A1", None, status="planned", planned_for="2024-09-20")
    rows = worklist(*done, plan, as_of="2024-09-10")
    assert "monthly_callback" not in rows[rows["account_id"] == "A1"]["kind"].tolist()


def test_a_warning_raises_the_score() -> None:
    quiet = worklist(interaction("I1", "A1", "2024-04-01"))
    invited = interaction("I2", "A1", "2024-09-02", kind="invitation", initiated_by="customer")
    loud = worklist(interaction("I1", "A1", "2024-04-01"), invited)
    assert loud["score"].iloc[0] == quiet["score"].iloc[0] + 10
    assert list(loud["warning_codes"].iloc[0]) == ["unanswered_invitation"]


def attention(world: Snapshots) -> dict[str, dict]:
    rows = answers(world, "attention", periods=[Q3])
    return {row["code"]: row for row in rows.to_dict("records")}


def test_attention_names_the_figures_of_each_sentence() -> None:
    accounts = [
        account("A1", growth_potential=90, lost_on="2024-08-01"),
        account("A2", growth_potential=90, region="South"),
        account("A3", growth_potential=10),
    ]
    orders = [
        order("O1", "A1", "2024-01-10", "100.50"),
        order("O2", "A2", "2024-01-10", "50.00"),
        order("O3", "A2", "2024-04-10", "40.00"),
        order("O4", "A3", "2023-10-01", "1.00"),
    ]
    calls = [
        interaction("I1", "A2", "2024-07-01", need_id="N1"),
        interaction("I2", "A3", "2024-07-01"),
        interaction("I3", "A3", "2024-09-01", kind="quarterly_review"),
        interaction("I4", "A2", "2024-09-01", kind="invitation", initiated_by="customer"),
    ]
    needs = [need("N1", "A2", "2024-06-01")]
    world = snapshots(D, accounts=accounts, orders=orders, interactions=calls, needs=needs)
    found = attention(world)
    lost = found["key_accounts_lost"]
    assert (lost["account_id"], lost["cases"], lost["amount"]) == ("A1", 1, Decimal("100.50"))
    falling = found["key_accounts_falling"]
    assert (falling["account_id"], falling["amount"], falling["previous_amount"]) == (
        "A2",
        Decimal("40.00"),
        Decimal("50.00"),
    )
    invitations = found["unanswered_invitations"]
    assert (invitations["account_id"], invitations["days"]) == ("A2", 21)
    # With so few cases no region is called the worst; of one alone there is none either.
    assert not found.keys() & {"worst_completion_region", "worst_match_region"}
    cursor = with_limits(world, D, {"least_cases": 2})
    rows = queries.run_query(cursor, "attention", periods=[Q3]).to_dict("records")
    found = {row["code"]: row for row in rows}
    assert "worst_match_region" not in found
    completion = found["worst_completion_region"]
    assert (completion["region"], completion["cases"], completion["of_cases"]) == ("South", 3, 4)
    cursor = with_limits(world, D, {"least_cases": 1})
    rows = queries.run_query(cursor, "attention", periods=[Q3]).to_dict("records")
    match = {row["code"]: row for row in rows}["worst_match_region"]
    assert (match["region"], match["cases"], match["of_cases"], match["share"]) == (
        "North",
        0,
        2,
        0.0,
    )


def lost_in_august() -> list[Row]:
    fields = {"growth_potential": 90, "annual_contract_value": 700, "lost_on": "2024-08-01"}
    return [account("A1", **fields), account("A2")]


def test_what_lost_key_accounts_brought_is_their_revenue_of_twelve_months_up_to_the_loss() -> None:
    orders = [
        order("a year to the day", "A1", "2023-08-01", 1000),
        order("O1", "A1", "2023-08-02", 2),
        order("O2", "A1", "2024-08-01", 3),
        order("O3", "A2", "2024-08-01", 50),
    ]
    world = snapshots(D, accounts=lost_in_august(), orders=orders)
    lost = attention(world)["key_accounts_lost"]
    assert (lost["account_id"], lost["cases"], lost["amount"]) == ("A1", 1, 5)
    listed = answers(world, "accounts_lost", periods=[Q3])
    assert listed["revenue_before"].tolist() == [5]


def test_without_orders_nobody_knows_what_lost_accounts_brought() -> None:
    world = snapshots(D, accounts=lost_in_august())
    lost = attention(world)["key_accounts_lost"]
    assert lost["cases"] == 1 and pd.isna(lost["amount"]) and pd.isna(lost["account_name"])
    assert answers(world, "accounts_lost", periods=[Q3])["revenue_before"].isna().all()


@pytest.mark.parametrize(
    ("lang", "sentence"),
    [
        ("en", "**1** key account was lost this quarter."),
        ("zh", "本季流失重点客户 **1** 家。"),
    ],
)
def test_the_sentence_on_lost_accounts_has_no_amount_where_there_is_none(
    lang: str, sentence: str
) -> None:
    row = attention(snapshots(D, accounts=lost_in_august()))["key_accounts_lost"]
    assert figure_sentences.attention(row, Text(lang)) == sentence


def test_key_accounts_lost_are_found_by_the_tier_they_had_and_not_by_none_of_today() -> None:
    cursor = ask_of(snapshots(D, accounts=lost_in_august()), D, tiers=["growth"])
    (lost,) = queries.run_query(cursor, "attention", periods=[Q3]).to_dict("records")
    assert (lost["code"], lost["cases"]) == ("key_accounts_lost", 1)


def test_where_nothing_is_wrong_nothing_needs_attention() -> None:
    assert attention(snapshots(D, accounts=[account("A1")])) == {}
