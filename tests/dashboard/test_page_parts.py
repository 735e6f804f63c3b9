"""The parts of the pages service, resources and value, composed without Streamlit."""

import pytest

from kam_core.dashboard.sections.page_parts import PAGES, compose_part, list_parts
from kam_core.dashboard.view import View
from tests.support.views import view_of
from tests.support.worlds import account, opportunity, snapshots, ticket


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    """One account whose two tickets were answered, in May and in September, and a lost project."""
    tickets = [
        ticket("T1", "A1", "2024-05-06 09:00", first_response_at="2024-05-06 15:00"),
        ticket("T2", "A1", "2024-09-02 09:00", first_response_at="2024-09-02 15:00"),
    ]
    lost = opportunity("P1", "A1", "2024-07-01", outcome="lost", closed_on="2024-08-01")
    world = snapshots("2024-09-30", accounts=[account("A1")], tickets=tickets, opportunities=[lost])
    return view_of(world, tmp_path_factory.mktemp("parts"))


def names(view: View, page: str, part: str, **choices: object) -> list[list[str]]:
    """The figures of each row of a part, its cards first."""
    sections = compose_part(view, page, part, choices)
    return [[figure.name for figure in section.figures] for section in sections]


def test_a_part_is_its_cards_and_its_rows_side_by_side(view: View) -> None:
    rows = [["response_hours", "response_within_sla"], ["open_tickets"]]
    assert names(view, "service", "response") == [["cards"], *rows]
    cards, response, _ = compose_part(view, "service", "response")
    assert [card.score.metric for card in cards.figures[0].cards][:2] == [
        "response_hours",
        "response_within_sla",
    ]
    assert (cards.title, response.title) == (
        "Response times",
        "First response against the standard",
    )


def test_a_choice_is_handed_to_its_row_only(view: View) -> None:
    by_month = compose_part(view, "service", "response", {"step": True})[1].figures[0]
    assert by_month.table is not None
    assert by_month.table.frame["period"].tolist()[-1] == "2024-09"


def test_a_part_without_its_table_says_so_and_one_with_nothing_to_show_has_no_row(
    view: View,
) -> None:
    (_, waiting) = compose_part(view, "value", "renewals")
    assert waiting.figures[0].waits_for == "needs:contracts"
    assert names(view, "value", "cross_sell") == [["cards"], ["cross_sell_conversion"]]


@pytest.mark.parametrize("page", PAGES)
def test_every_part_that_is_offered_can_be_composed(view: View, page: str) -> None:
    offered = list_parts(view, page)
    assert "review" not in offered
    assert all(len(compose_part(view, page, part)) > 1 for part in offered)
