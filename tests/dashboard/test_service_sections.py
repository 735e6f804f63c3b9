"""Service and satisfaction as values, on companies small enough to count by hand."""

from collections.abc import Callable
from pathlib import Path

import pytest

from kam_core.dashboard.charts import AgedTickets, Columns, Compared, Intervals, Lines, Spread
from kam_core.dashboard.model import Figure
from kam_core.dashboard.sections import satisfaction, service
from kam_core.dashboard.view import View
from kam_core.text.marked_text import END, START
from tests.support.views import view_of, words
from tests.support.worlds import Row, account, snapshots, survey, ticket

Look = Callable[..., View]
HOSTILE = "](http://evil) **<img src=x>**"


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory) -> Look:
    """A view of the third quarter of 2024 of A1 (Lin, Xu) and A2 (Wu), and some rows of theirs."""
    accounts = [
        account("A1", customer_since="2020-01-01", account_manager="Lin", expert_manager="Xu"),
        account("A2", customer_since="2020-01-01", account_manager="Wu"),
    ]
    views: dict[str, View] = {}

    def open_view(**tables: list[Row]) -> View:
        if (key := repr(tables)) not in views:
            world = snapshots("2024-09-30", accounts=accounts, **tables)
            views[key] = view_of(world, tmp_path_factory.mktemp("world"))
        return views[key]

    return open_view


def answered(number: str, opened_at: str, first_response_at: str | None, **fields: object) -> Row:
    return ticket(number, "A1", opened_at, first_response_at=first_response_at, **fields)


# Answered after 6 hours in May, after 12 in August, after 6 and 30 in September.
ANSWERED = [
    answered("T1", "2024-05-06 09:00", "2024-05-06 15:00"),
    answered("T2", "2024-08-05 09:00", "2024-08-05 21:00"),
    answered("T3", "2024-09-02 09:00", "2024-09-02 15:00"),
    answered("T4", "2024-09-03 09:00", "2024-09-04 15:00"),
]


def complaint(number: str, opened_at: str, topic: str | None) -> Row:
    return ticket(number, "A1", opened_at, kind="complaint", topic=topic)


def test_the_first_response_of_each_quarter_stands_beside_the_standard(look: Look) -> None:
    hours, within = service.compose_response(look(tickets=ANSWERED))
    (lines,) = hours.charts
    assert isinstance(lines, Lines)
    assert lines.rows["period"].tolist() == ["2024-Q2", "2024-Q3"]
    assert lines.rows["response_hours"].tolist() == [6, 16]
    assert list(lines.series.values()) == ["Mean", "Median", "P90"]
    assert lines.marks == [12, 12]
    assert "the 3 support tickets answered had their first response after 16.0 h" in words(hours)
    (columns,) = within.charts
    assert isinstance(columns, Columns)
    # Exactly twelve hours are within the standard.
    assert [point.value for point in columns.points] == [1, pytest.approx(2 / 3)]
    assert within.sentences == (columns.sentence,) and "(2 / 3)" in words(within)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("en", "within the standard (1 / 2): 12 h, where nothing else is agreed."),
        ("zh", "在标准时限内得到首次响应（1 / 2）；标准为 12 小时，另有约定的从其约定。"),
    ],
)
def test_a_share_within_standards_of_their_own_is_not_said_to_be_within_one(
    lang: str, told: str, tmp_path: Path
) -> None:
    # Both were answered after eight hours: within 12, but A1 was promised four.
    world = snapshots(
        "2024-09-30",
        accounts=[account("A1", response_standard_hours=4), account("A2")],
        tickets=[
            ticket(f"T{at}", f"A{at}", "2024-08-05 09:00", first_response_at="2024-08-05 17:00")
            for at in (1, 2)
        ],
    )
    _, within = service.compose_response(view_of(world, tmp_path, lang=lang))
    assert told in words(within)


def test_by_month_a_month_has_the_target_of_its_quarter_and_one_without_answers_no_value(
    look: Look,
) -> None:
    hours, within = service.compose_response(look(tickets=ANSWERED), by_month=True)
    (columns,) = within.charts
    assert isinstance(columns, Columns)
    shown = [(point.label, point.value, point.target) for point in columns.points]
    assert shown == [
        ("Apr 24", None, 0.95),
        ("May 24", 1, 0.95),
        ("Jun 24", None, 0.95),
        ("Jul 24", None, 0.95),
        ("Aug 24", 1, 0.95),
        ("Sep 24", 0.5, 0.95),
    ]
    assert hours.table is not None
    assert hours.table.frame["response_mean"].dropna().tolist() == [6, 12, 18]
    assert words(hours).startswith("Sep 2024: the 2 support tickets")


def test_without_an_answer_in_any_quarter_there_is_only_the_reason(look: Look) -> None:
    view = look(tickets=[answered("T1", "2024-09-02", "2024-09-03", kind="complaint")])
    assert not service.has_responses(view)
    for by_month in (False, True):
        (figure,) = service.compose_response(view, by_month)
        assert figure.note and not figure.charts and not figure.waits_for
    (figure,) = service.compose_response(look(tickets=[ticket("T1", "A1", "2024-09-02")]))
    assert figure.waits_for == "needs:tickets.first_response_at"


def test_open_tickets_are_counted_by_age_and_clock_and_the_oldest_stands_first(look: Look) -> None:
    tickets = [
        answered("answered", "2024-09-26 00:00", "2024-09-26 06:00"),
        ticket("old", "A2", "2024-09-01 00:00"),
        ticket("late", "A1", "2024-09-30 06:00"),
        ticket("waiting", "A1", "2024-09-30 12:00"),
        ticket("resolved", "A1", "2024-09-01 00:00", resolved_at="2024-09-02"),
    ]
    figure = service.compose_open_tickets(look(tickets=tickets))
    (chart,) = figure.charts
    assert isinstance(chart, AgedTickets)
    assert chart.names == ["≤ 12 h", "12–24 h", "24–72 h", "72–168 h", "> 168 h"]
    assert list(chart.parts.values()) == [[0, 1, 0, 0, 1], [1, 0, 0, 0, 0], [0, 0, 0, 1, 0]]
    assert figure.table is not None and figure.is_open
    assert figure.table.frame["ticket_id"].tolist() == ["old", "late", "waiting", "answered"]
    assert "4 tickets are open; 3 of them have had no first response, 2 for longer" in words(figure)


def test_no_open_ticket_is_a_sentence_and_no_table(look: Look) -> None:
    done = ticket("T1", "A1", "2024-09-01 00:00", resolved_at="2024-09-02")
    figure = service.compose_open_tickets(look(tickets=[done]))
    assert figure.sentences == ("No ticket is open.",)
    assert not figure.charts and figure.table is None and not figure.note


def test_complaints_by_topic_stand_beside_those_of_a_year_before(look: Look) -> None:
    tickets = [
        complaint("C1", "2023-07-01", "login"),
        complaint("C2", "2024-07-01", "login"),
        complaint("C3", "2024-08-01", None),
        complaint("C4", "2024-09-01", None),
        ticket("T0", "A1", "2023-01-01"),
    ]
    figure = service.compose_complaints(look(tickets=tickets))
    (chart,) = figure.charts
    assert isinstance(chart, Compared)
    assert chart.names == ["No topic given", "login"]
    assert dict(chart.series) == {"This quarter": [2, 1], "Same quarter last year": [0, 1]}
    assert "3 complaints, 1 in the same quarter last year: +200.0%" in words(figure)
    assert figure.table is not None
    assert figure.table.frame["increase"].tolist() == [2, 0]


def test_without_data_of_a_year_before_nothing_is_compared(look: Look) -> None:
    figure = service.compose_complaints(look(tickets=[complaint("C1", "2024-08-01", HOSTILE)]))
    (chart,) = figure.charts
    assert isinstance(chart, Compared)
    assert dict(chart.series) == {"This quarter": [1]} and chart.names == [HOSTILE]
    assert figure.table is not None
    assert list(figure.table.frame) == ["topic", "complaints", "share"]
    assert figure.note


def test_a_topic_is_a_marked_value_of_its_sentence_and_has_no_escapes(look: Look) -> None:
    tickets = [complaint("C1", "2024-08-01", HOSTILE), ticket("T0", "A1", "2023-01-01")]
    (sentence,) = service.compose_complaints(look(tickets=tickets)).sentences
    assert f"“{START}{HOSTILE}{END}” grew most" in sentence


def test_the_share_solved_at_the_first_contact_has_its_title(look: Look) -> None:
    view = look(tickets=[answered("T1", "2024-09-02", "2024-09-02", resolved_at="2024-09-02")])
    figure = service.compose_first_contact(view)
    assert (figure.name, figure.title) == (service.FIRST_CONTACT, "Resolved at first contact")


# A1 went from 60 to 80 within the year and A2 answered once; only two answered the questions.
SURVEYS = [
    survey("S1", "A1", "2024-05-01", score=60),
    survey("S2", "A1", "2024-08-01", score=80, personalised_enough=True, effective=False),
    survey("S3", "A2", "2024-09-01", score=100, personalised_enough=False, effective=False),
]


def test_the_mean_score_of_each_quarter_is_held_against_its_target(look: Look) -> None:
    figure = satisfaction.compose_trend(look(surveys=SURVEYS))
    (chart,) = figure.charts
    assert isinstance(chart, Lines)
    assert chart.rows["value"].tolist() == [60, 90] and list(chart.marks) == [90, 90]


def test_a_tier_with_few_answers_is_hollow_and_not_compared(look: Look) -> None:
    figure = satisfaction.compose_tiers(look(surveys=SURVEYS))
    (chart,) = figure.charts
    assert isinstance(chart, Compared)
    assert (chart.names, list(chart.series.values())) == (["Unrated (n = 2)"], [[90]])
    assert chart.is_hollow == [True]
    assert "too few answers in each tier" in words(figure)


def test_the_shares_of_feelings_come_with_their_intervals_and_cases(look: Look) -> None:
    figure = satisfaction.compose_feelings(look(surveys=SURVEYS))
    (chart,) = figure.charts
    assert isinstance(chart, Intervals)
    last = chart.rows.iloc[-1]
    assert (last["feels_personalised"], last["feels_personalised_cases"]) == (0.5, 2)
    assert (last["feels_effective"], last["feels_effective_low"]) == (0, 0)
    assert last["feels_effective_high"] == pytest.approx(0.6576, abs=1e-4)
    assert chart.rows["feels_personalised"].isna().tolist() == [True, False]
    assert "50.0% of those asked find the service personalised enough" in words(figure)


def test_an_account_that_answered_twice_is_listed_with_its_first_and_last_score(look: Look) -> None:
    figure = satisfaction.compose_moves(look(surveys=SURVEYS))
    assert figure.table is not None and not figure.charts and figure.note
    (row,) = figure.table.frame.to_dict("records")
    assert (row["account_id"], row["first_score"], row["last_score"]) == ("A1", 60, 80)
    assert "1 account answered more than once" in words(figure)
    alone = satisfaction.compose_moves(look(surveys=SURVEYS[1:]))
    assert alone.table is None and words(alone).startswith("No account answered more than once")


def answers(**counts: int) -> list[Row]:
    """So many answers of each account: 80 points of A1, 60 of A2."""
    points = {"A1": 80, "A2": 60}
    return [
        survey(f"{account}-{at}", account, "2024-08-01", score=points[account])
        for account, count in counts.items()
        for at in range(count)
    ]


def test_the_spread_between_managers_names_nobody(look: Look) -> None:
    figure = satisfaction.compose_managers(look(surveys=answers(A1=10, A2=10)))
    (chart,) = figure.charts
    assert isinstance(chart, Spread)
    (group,) = chart.groups.values()
    assert sorted(group.itertuples(index=False, name=None)) == [(60, 10), (80, 10)]
    assert figure.table is not None
    assert list(figure.table.frame) == ["span", "mean_score", "answers"]
    assert "the mean scores of 2 managers' accounts" in words(figure)


@pytest.mark.parametrize("second", [0, 9])
def test_one_manager_with_enough_answers_is_compared_with_nobody(look: Look, second: int) -> None:
    figure = satisfaction.compose_managers(look(surveys=answers(A1=10, A2=second)))
    assert not figure.charts
    assert figure.note.startswith("The accounts of fewer than two managers gave 10 answers")


@pytest.mark.parametrize(
    "compose",
    [
        satisfaction.compose_trend,
        satisfaction.compose_tiers,
        satisfaction.compose_feelings,
    ],
)
def test_without_surveys_a_figure_names_what_it_waits_for(
    look: Look, compose: Callable[[View], Figure]
) -> None:
    assert compose(look()).waits_for == "needs:surveys"
