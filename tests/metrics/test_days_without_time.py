"""A date without a time means some time that day, on companies small enough to count by hand."""

from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

from kam_core.metrics import queries
from kam_core.warehouse import store
from tests.support.figures import figure
from tests.support.loading import load_shared
from tests.support.worlds import (
    Row,
    Snapshots,
    account,
    ask_of,
    cursor,
    interaction,
    need,
    snapshots,
    ticket,
)

D = "2024-09-30"


def company(**tables: list[Row]) -> Snapshots:
    return snapshots(D, accounts=[account("A1")], **tables)


def tickets(*moments: tuple[str, str | None]) -> Snapshots:
    """Support tickets, each with the moments of opening and answer."""
    rows = [
        ticket(f"T{number}", "A1", opened_at, first_response_at=first_response_at)
        for number, (opened_at, first_response_at) in enumerate(moments)
    ]
    return company(tickets=rows)


def test_an_answer_of_the_same_day_is_in_time_and_so_is_one_up_to_the_day_of_the_deadline() -> None:
    shown = ask_of(
        tickets(
            ("2024-08-05 09:00", "2024-08-05"),
            ("2024-08-06 09:00", "2024-08-06"),
            ("2024-08-07 09:00", "2024-08-08"),
            # Twelve hours after 18:00 is the next morning.
            ("2024-08-08 18:00", "2024-08-09"),
        ),
        D,
    )
    assert figure(shown, "response_within_sla") == (3, 4, 0.75)
    assert figure(shown, "response_hours") == (0, 0, None)


@pytest.mark.parametrize(
    ("answered_at", "in_time"), [("2024-08-06 23:59", 1), ("2024-08-07 00:01", 0)]
)
def test_an_opening_of_some_time_that_day_counts_from_its_end(
    answered_at: str, in_time: int
) -> None:
    shown = ask_of(tickets(("2024-08-05", answered_at)), D)
    assert figure(shown, "response_within_sla") == (in_time, 1, float(in_time))


@pytest.mark.parametrize(("as_of", "cases"), [("2024-08-05", 0), ("2024-08-06", 1)])
def test_an_open_ticket_of_some_time_that_day_is_late_once_the_day_of_its_deadline_ends(
    as_of: str, cases: int
) -> None:
    answered = ("2024-08-01 09:00", "2024-08-01 10:00")
    world = tickets(answered, ("2024-08-05", None))
    found = figure(ask_of(world, as_of), "response_within_sla")
    assert found is not None and found[:2] == (1, 1 + cases)
    clocks = queries.run_query(ask_of(world, as_of), "open_tickets").set_index("ticket_id")["clock"]
    assert clocks["T1"] == ("late" if cases else "waiting")


def test_hours_are_counted_only_where_both_moments_have_a_time() -> None:
    world = tickets(
        ("2024-08-05 09:00", "2024-08-05 11:00"),
        ("2024-08-05 09:00", "2024-08-05"),
        ("2024-08-05", "2024-08-06"),
        ("2024-08-05", "2024-08-04"),
    )
    assert figure(ask_of(world, D), "response_hours") == (Fraction(2), 1, 2.0)


def test_a_midnight_is_a_time_where_all_cells_name_one_and_a_day_where_all_are_midnight() -> None:
    named = tickets(("2024-08-05 00:00", "2024-08-05 01:00"), ("2024-08-06 10:00", None))
    assert figure(ask_of(named, D), "response_hours") == (Fraction(1), 1, 1.0)
    midnights = tickets(("2024-08-05 00:00", "2024-08-05 01:00"), ("2024-08-06 00:00", None))
    assert figure(ask_of(midnights, D), "response_hours") == (0, 0, None)


def test_an_interaction_on_the_day_its_need_is_raised_or_resolved_matches_it() -> None:
    needs = [
        need("N1", "A1", "2024-08-01 09:00", resolved_at="2024-08-15"),
        need("N2", "A1", "2024-08-20 09:00"),
        need("N3", "A1", "2024-08-20"),
    ]
    calls = [
        interaction("on the day solved", "A1", "2024-08-15 10:00", need_id="N1"),
        interaction("after it", "A1", "2024-08-16", need_id="N1"),
        interaction("on the day raised", "A1", "2024-08-20", need_id="N2"),
        interaction("before its time", "A1", "2024-08-20 08:59", need_id="N2"),
        interaction("some time that day", "A1", "2024-08-20 08:59", need_id="N3"),
        interaction("before it", "A1", "2024-08-19", need_id="N3"),
    ]
    shown = ask_of(company(needs=needs, interactions=calls), D)
    assert figure(shown, "match_rate") == (3, 6, 0.5)


def test_a_need_answered_on_its_day_waited_no_day_and_one_answered_the_day_before_is_no_case() -> (
    None
):
    needs = [
        need("N1", "A1", "2024-08-01 09:00", responded_at="2024-08-02"),
        need("N2", "A1", "2024-08-20 09:00", responded_at="2024-08-20"),
        need("N3", "A1", "2024-08-20 09:00", responded_at="2024-08-19"),
    ]
    shown = ask_of(company(needs=needs), D)
    assert figure(shown, "need_response_within_standard") == (2, 2, 1.0)
    assert figure(shown, "need_response_median") == (None, 2, 0.5)


def test_a_callback_on_the_day_a_need_was_raised_is_not_one_after_it() -> None:
    needs = [need("N1", "A1", "2024-07-15")]
    days = ("2024-07-15 10:00", "2024-08-15 10:00", "2024-09-15 10:00")
    calls = [interaction(f"I{number}", "A1", day) for number, day in enumerate(days)]
    world = company(needs=needs, interactions=calls)
    assert queries.run_query(ask_of(world, D), "unheard_needs").empty
    calls.append(interaction("I9", "A1", "2024-09-16"))
    assert len(
        queries.run_query(ask_of(company(needs=needs, interactions=calls), D), "unheard_needs")
    )


FILES = {
    "accounts.csv": "account_id,account_name,region,customer_since,status\n"
    "A1,One,East,2020-01-01,active\n",
    "interactions.csv": "interaction_id,account_id,kind,status,occurred_at,need_id\n"
    "i1,A1,visit,completed,2024-08-15 10:00,n1\n"
    "i2,A1,visit,completed,2024-08-20,n2\n",
    "needs.csv": "need_id,account_id,raised_at,responded_at,resolved_at\n"
    "n1,A1,2024-08-01 09:00,2024-08-02,2024-08-15\n"
    "n2,A1,2024-08-20 09:00,2024-08-20,\n"
    "n3,A1,2024-08-21 09:00,2024-08-21,\n"
    "n4,A1,2024-08-22 09:00,2024-08-22,\n",
    "服务单.csv": "工单编号,客户编号,工单类型,开单时间,首次响应时间\n"
    "t1,A1,技术支持,2024年8月5日 0:00,2024年8月5日 1:00\n"
    "t2,A1,技术支持,2024年8月6日 9:00,2024年8月6日 9:00\n",
}


def test_files_say_by_their_cells_which_moments_have_a_time(tmp_path: Path) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, encoding="utf-8")
    warehouse = load_shared([tmp_path / name for name in FILES], as_of=date.fromisoformat(D))
    with store.open_version(warehouse.file(1)) as connection:
        day = cursor(connection, D, ["East"])
        assert figure(day, "match_rate") == (2, 2, 1.0)
        assert figure(day, "need_response_within_standard") == (4, 4, 1.0)
        assert figure(day, "response_hours") == (Fraction(1), 2, 0.5)
        assert not connection.execute("from meta.notes where code = 'impossible_order'").fetchall()
