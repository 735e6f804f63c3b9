"""Where a table, a column, a value or a past is missing, a figure says so, and is never 0."""

from collections.abc import Callable
from datetime import date

import pytest

from kam_core.contract.declaration import tables
from kam_core.metrics import catalogue, periods, scorecard
from kam_core.verify import settings
from kam_core.verify import tables as plain_tables
from kam_core.verify.check import compare_all
from kam_core.verify.figures import Recount
from tests.support.worlds import (
    REGIONS,
    Row,
    Snapshots,
    account,
    ask_of,
    contract_row,
    interaction,
    need,
    opportunity,
    order,
    snapshots,
    survey,
    ticket,
    value_item,
)

Q3 = periods.quarter("2024-Q3")
DAY, LATER = "2024-09-30", "2025-03-01"
METRICS = list(catalogue.load_metrics())
SPACING = 16
ANSWERS = ("needs:", "not_yet_known:", "outside_data:", "no_cases")


def whole() -> dict[str, list[Row]]:
    """A company of which every metric says something in the third quarter of 2024."""
    managers = {"account_manager": "Ann", "expert_manager": "Bob"}
    levels = enumerate(("executive", "management", "working"))
    return {
        "accounts": [
            account("A1", growth_potential=80, annual_purchase_budget=1000, **managers),
            account("A2", growth_potential=20, status="lost", lost_on="2024-08-31", **managers),
            account("A3", growth_potential=90, **managers),
        ],
        "interactions": [
            interaction(f"I{n}", "A1", "2024-08-05 10:00", need_id="N1", contact_level=level,
                        owner="Ann", duration_hours=2, work_type="personalised")
            for n, level in levels
        ],
        "needs": [need("N1", "A1", "2024-08-01 09:00", responded_at="2024-08-01 10:00")],
        "orders": [
            order("O0", "A1", "2022-08-05", 100, gross_profit=10),
            order("O1", "A1", "2023-08-05", 100, gross_profit=10),
            order("O2", "A1", "2024-08-05", 100, gross_profit=10),
        ],
        "contracts": [contract_row("C1", "A1", "2024-08-31", renewed=True, renewal_amount=120)],
        "opportunities": [
            opportunity("P1", "A1", "2024-07-05", closed_on="2024-08-05", outcome="lost", amount=5),
            opportunity("P2", "A1", "2024-07-05", closed_on="2024-08-05", outcome="won",
                        kind="upsell", amount=5),
        ],
        "tickets": [
            ticket("T1", "A1", "2024-08-05 09:00", first_response_at="2024-08-05 10:00",
                   resolved_at="2024-08-06 10:00", contacts_to_resolve=1),
            ticket("T2", "A1", "2023-08-05 09:00", kind="complaint"),
            ticket("T3", "A1", "2024-08-05 09:00", kind="complaint"),
        ],
        "surveys": [survey("S1", "A1", "2024-08-05", personalised_enough=True, effective=True)],
        "value_items": [value_item("A1", "2024-08-05", "base_profit", 10)],
    }  # fmt: skip


def lacking(table: str, change: Callable[[Row], Row | None]) -> Snapshots:
    rows = whole()
    rows[table] = [row for each in rows[table] if (row := change(dict(each)))]
    return snapshots(DAY, **{name: kept for name, kept in rows.items() if kept})


def ahead(row: Row) -> Row:
    """The row with all that happens to it after the as-of day."""
    moments = [c.name for c in tables()["accounts"].columns if c.type == "date"]
    for table in tables().values():
        moments += [c.name for c in table.columns if c.type in ("date", "timestamp")]
    # What began before, such as an account, is only lost later.
    kept = {"customer_since"}
    return row | {name: LATER for name in row if name in moments and name not in kept and row[name]}


def opened_only(row: Row) -> Row:
    """The row as it is before anything came of it: planned, unanswered, undecided."""
    later = ("responded_at", "resolved_at", "first_response_at", "closed_on", "lost_on",
             "contacts_to_resolve", "renewed", "renewal_amount")  # fmt: skip
    row |= {name: None for name in later if name in row}
    states = {"outcome": "open"} if "outcome" in row else {}
    if row.get("status") == "completed":
        states = {"status": "planned", "planned_for": LATER, "occurred_at": None}
    if row.get("status") == "lost":
        states = {"status": "lost"}
    return row | states


def assert_no_zero(name: str, world: Snapshots) -> None:
    """There is a reason or a value that is no zero, and the recount says the same."""
    asked = ask_of(world, DAY)
    (found,) = scorecard.scorecard(asked, Q3, [name])
    assert found.value != 0, name
    assert found.value is not None or (found.reason or "").startswith(ANSWERS), found.reason
    recount = Recount(
        plain_tables.read_rows(asked), settings.read_settings(asked), date(2024, 9, 30), REGIONS
    )
    assert compare_all(asked, recount, [Q3], [name]).differences == []


def tables_of(name: str) -> list[str]:
    needs = [need.partition(".")[0] for need in catalogue.metric(name).needs]
    return sorted({table for table in needs if table in tables()})


def mostly_long(cases: list[tuple[str, ...]]) -> list:
    """Of the cases one in so many stays in `make test`."""
    return [
        pytest.param(*case, marks=pytest.mark.long if number % SPACING else ())
        for number, case in enumerate(cases)
    ]


EVENTS = mostly_long(
    [(name, table) for name in METRICS for table in tables_of(name) if table != "accounts"]
)
COLUMNS = mostly_long(
    [
        (name, *need.split("."))
        for name in METRICS
        for need in catalogue.metric(name).needs
        if "." in need
    ]
)


@pytest.mark.parametrize("name", ["revenue", "match_rate", "churn_annual", "lost_projects", "clv"])
def test_the_whole_company_has_a_figure(name: str) -> None:
    (found,) = scorecard.scorecard(ask_of(snapshots(DAY, **whole()), DAY), Q3, [name])
    assert found.value is not None, found.reason


@pytest.mark.parametrize(("name", "table"), EVENTS)
def test_without_the_table_a_figure_says_that_it_needs_it(name: str, table: str) -> None:
    world = lacking(table, lambda _: None)
    (found,) = scorecard.scorecard(ask_of(world, DAY), Q3, [name])
    assert (found.value, found.reason) == (None, f"needs:{table}")
    assert_no_zero(name, world)


@pytest.mark.parametrize(("name", "table", "column"), COLUMNS)
def test_without_the_column_a_figure_says_that_it_needs_it(
    name: str, table: str, column: str
) -> None:
    world = lacking(table, lambda row: row | {column: None})
    (found,) = scorecard.scorecard(ask_of(world, DAY), Q3, [name])
    assert (found.value, found.reason) == (None, f"needs:{table}.{column}")
    assert_no_zero(name, world)


@pytest.mark.parametrize(("name", "table"), EVENTS)
def test_with_days_to_come_only_a_figure_is_not_yet_known(name: str, table: str) -> None:
    world = lacking(table, ahead)
    (found,) = scorecard.scorecard(ask_of(world, DAY), Q3, [name])
    assert found.value is None, found
    assert_no_zero(name, world)


@pytest.mark.parametrize(("name", "table"), EVENTS)
def test_with_open_items_only_no_figure_is_nought(name: str, table: str) -> None:
    assert_no_zero(name, lacking(table, opened_only))


def test_churn_is_nought_only_where_the_status_says_that_nobody_is_lost() -> None:
    for name in ("churn_annual", "key_churn"):
        told = lacking("accounts", lambda row: row | {"status": "active", "lost_on": None})
        (found,) = scorecard.scorecard(ask_of(told, DAY), Q3, [name])
        assert found.value == 0.0
        for silent in ({"status": None}, {}):
            world = lacking("accounts", lambda row, cells=silent: row | cells | {"lost_on": None})
            (found,) = scorecard.scorecard(ask_of(world, DAY), Q3, [name])
            assert found.reason == "needs:accounts.lost_on"


def test_an_outcome_that_nobody_told_is_not_open() -> None:
    """A close date to come makes the view say "open"; the files say nothing."""
    rows = whole() | {
        "opportunities": [
            opportunity("P1", "A1", "2024-01-10", closed_on="2024-08-02", outcome=None, amount=5),
            opportunity("P2", "A1", "2024-06-11", closed_on="2024-12-22", outcome=None, amount=5),
        ]
    }
    (found,) = scorecard.scorecard(ask_of(snapshots(DAY, **rows), DAY), Q3, ["lost_projects"])
    assert (found.value, found.reason) == (None, "needs:opportunities.outcome")


def told(name: str, world: Snapshots, day: str = DAY) -> scorecard.Score:
    """The figure of the quarter; the recount says the same of it, also of what stands beside."""
    asked = ask_of(world, day)
    recount = Recount(
        plain_tables.read_rows(asked),
        settings.read_settings(asked),
        date.fromisoformat(day),
        REGIONS,
    )
    assert compare_all(asked, recount, [Q3], [name]).differences == []
    (found,) = scorecard.scorecard(asked, Q3, [name])
    return found


def in_dollars(*waiting: str) -> Snapshots:
    """The company with some orders in a currency that has no rate."""
    return lacking(
        "orders", lambda row: row | ({"currency": "USD"} if row["order_id"] in waiting else {})
    )


OVER_ORDERS = [
    "revenue",
    "revenue_yoy",
    "key_revenue_share",
    "top20_share",
    "hhi",
    "share_of_wallet",
    "nrr",
    "grr",
]


@pytest.mark.parametrize("name", OVER_ORDERS)
def test_where_every_order_waits_for_a_rate_no_figure_is_nought(name: str) -> None:
    found = told(name, in_dollars("O2"))
    assert (found.value, found.reason) == (None, "not_told")
    assert found.beside == {"without_rate": 1}


def test_orders_that_wait_for_a_rate_are_told_beside_those_that_count() -> None:
    world = in_dollars("O2", "O4")
    world["orders"][0][1].extend(
        [
            order("O3", "A3", "2024-08-06", 60),
            order("O4", "A3", "2024-08-07", 500, currency="USD"),
        ]
    )
    found = told("revenue", world)
    assert (found.value, found.beside) == (60.0, {"without_rate": 2})
    growth = told("revenue_yoy", in_dollars("O1", "O2"))
    assert (growth.value, growth.reason, growth.beside) == (None, "not_told", {"without_rate": 2})


def test_without_the_profit_of_any_order_key_accounts_have_no_share_of_it() -> None:
    world = lacking(
        "orders", lambda row: row | ({"gross_profit": None} if row["order_id"] == "O2" else {})
    )
    found = told("key_profit_share", world)
    assert (found.value, found.reason) == (None, "not_told")
    assert found.beside == {"without_profit": 1}


@pytest.mark.parametrize("name", ["churn_annual", "key_churn"])
def test_accounts_lost_some_day_leave_no_churn_of_nought(name: str) -> None:
    def lose(row: Row) -> Row:
        days = {"A2": "2015-03-01", "A3": None}
        return row | (
            {"status": "lost", "lost_on": days[row["account_id"]]}
            if row["account_id"] in days
            else {}
        )

    found = told(name, lacking("accounts", lose))
    assert (found.value, found.reason) == (None, "not_told")
    assert found.beside == {"lost_some_day": 1}
    rows = [account("A1"), account("A2", status="lost", lost_on="2024-08-31")]
    if name == "churn_annual":
        rows.append(account("A3", status="lost"))
        found = told(name, snapshots(DAY, accounts=rows))
        assert (found.numerator, found.denominator, found.value) == (1, 2, 0.5)
        assert found.beside == {"lost_some_day": 1}


@pytest.mark.parametrize("name", ["lost_projects_amount", "lost_projects_share"])
def test_projects_lost_without_an_amount_are_not_nought(name: str) -> None:
    world = lacking(
        "opportunities",
        lambda row: row | ({"amount": None} if row["opportunity_id"] == "P1" else {}),
    )
    found = told(name, world)
    assert (found.value, found.reason) == (None, "not_told")
    assert found.beside is not None and found.beside["without_amount"] == 1
    world["opportunities"][0][1].append(
        opportunity("P3", "A3", "2024-07-05", closed_on="2024-08-05", outcome="lost", amount=7)
    )
    found = told(name, world)
    assert found.value == {"lost_projects_amount": 7.0, "lost_projects_share": 0.07}[name]
    assert found.beside is not None and found.beside["without_amount"] == 1


@pytest.mark.parametrize("name", ["personalised_share", "legacy_share"])
def test_hours_without_a_type_of_work_have_no_share_of_nought(name: str) -> None:
    work = {"personalised_share": "personalised", "legacy_share": "legacy_issue"}[name]
    rows = [interaction(f"I{n}", "A1", "2024-08-05 10:00", duration_hours=3) for n in range(2)]
    before = interaction("I9", "A1", "2024-05-05 10:00", duration_hours=3, work_type=work)
    accounts = [account("A1")]
    found = told(name, snapshots(DAY, accounts=accounts, interactions=[*rows, before]))
    assert (found.value, found.reason) == (None, "not_told")
    assert found.beside == {"without_work_type": 2}
    rows.append(interaction("I3", "A1", "2024-08-06 10:00", duration_hours=2, work_type=work))
    found = told(name, snapshots(DAY, accounts=accounts, interactions=rows))
    assert (found.numerator, found.denominator, found.value) == (2, 8, 0.25)
    assert found.beside == {"without_work_type": 2}


def test_tickets_that_do_not_say_how_many_contacts_are_no_share_of_nought() -> None:
    solved = {"resolved_at": "2024-08-06 10:00"}
    rows = [
        ticket("T1", "A1", "2024-08-05 09:00", **solved),
        ticket("T2", "A1", "2024-05-05 09:00", resolved_at="2024-05-06", contacts_to_resolve=1),
    ]
    accounts = [account("A1")]
    found = told("first_contact_resolution", snapshots(DAY, accounts=accounts, tickets=rows))
    assert (found.value, found.reason) == (None, "not_told")
    assert found.beside == {"without_contacts": 1}
    rows.append(ticket("T3", "A1", "2024-08-05 09:00", contacts_to_resolve=1, **solved))
    found = told("first_contact_resolution", snapshots(DAY, accounts=accounts, tickets=rows))
    assert (found.value, found.beside) == (0.5, {"without_contacts": 1})


def test_a_quarter_that_a_table_does_not_reach_the_end_of_is_not_yet_known() -> None:
    """No need is matched by 1 August: in the rest of the quarter one may be."""
    accounts = [account("A1")]
    held = [interaction("I1", "A1", "2024-08-05 10:00", need_id="N1")]
    needs = [need("N1", "A1", "2024-06-01 09:00", resolved_at="2024-06-02 09:00")]
    world = snapshots("2024-08-31", accounts=accounts, interactions=held, needs=needs)
    found = told("need_response_median", world, "2024-08-31")
    assert found.reason == "needs:needs.responded_at"
    found = told("need_coverage", world, "2024-08-31")
    assert (found.value, (found.reason or "").partition(":")[0]) == (None, "not_yet_known")
    found = told("followup_completion_quarterly_review", world, "2024-08-31")
    assert (found.value, found.reason) == (None, "not_yet_known:interactions")
