"""The cases of the source documents, each read off the page that shows it."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from kam_core import demo
from kam_core.text.writer import Text
from kam_core.warehouse.store import Warehouse
from tests.pages.test_figure_page import PAGE

DAY = "2024-10-15"
Rows = Callable[..., pd.DataFrame]


@pytest.fixture
def rows(monkeypatch: pytest.MonkeyPatch, sample_warehouse: Warehouse) -> Rows:
    """A table of a page of the sample, with a tab of it open."""
    monkeypatch.setenv("KAM_WAREHOUSE", str(sample_warehouse.path))

    def shown(page: str, tabs: str, tab: str, column: str, **query: str) -> pd.DataFrame:
        script = PAGE.format(name=page, lang="en", regions=None)
        app = AppTest.from_string(script, default_timeout=300)
        for key, value in {"as_of": DAY, **query}.items():
            app.query_params[key] = value
        app.session_state[tabs] = Text("en")(tab)
        app.run()
        assert not app.exception
        (table,) = [frame.value for frame in app.dataframe if column in frame.value]
        return table

    return shown


@pytest.fixture
def of_case(rows: Rows) -> Callable[..., pd.DataFrame]:
    """The rows behind a figure in a quarter, of the account of a case."""

    def behind(letter: str, metric: str, quarter: str) -> pd.DataFrame:
        asked = {"metric": metric, "quarter": quarter, "account": demo.CASES[letter]}
        return rows("figure", "figure_tabs", "figure.rows", "file_name", **asked)

    return behind


@pytest.fixture
def moved(rows: Rows) -> Callable[..., pd.Series]:
    """What the account of a case adds to a figure, before and after."""

    def account(letter: str, metric: str, quarter: str, against: str) -> pd.Series:
        asked = {"metric": metric, "quarter": quarter, "against": against}
        every = rows("figure", "figure_tabs", "figure.accounts", "account_id", **asked)
        return every.set_index("account_id").loc[demo.CASES[letter]]

    return account


def of_needs(rows: Rows, tab: str, letter: str) -> pd.DataFrame:
    listed = rows("needs", "needs_lists", f"needs.{tab}", "account_id", quarter="2024-Q3")
    return listed[listed["account_id"] == demo.CASES[letter]]


def test_a_waits_for_an_answer_to_three_invitations(rows: Rows) -> None:
    assert len(of_needs(rows, "invitations", "A")) == 3


def test_a_request_of_a_waited_a_month(of_case: Callable[..., pd.DataFrame]) -> None:
    (request,) = of_case("A", "need_response_median", "2024-Q2").to_dict("records")
    assert 30 <= request["answered_in_days"] <= 32


def test_b_grew_a_quarter_from_8_to_12_million(moved: Callable[..., pd.Series]) -> None:
    revenue = moved("B", "revenue", "2024-Q3", "2024-Q2")
    assert (revenue["amount_before"], revenue["amount_after"]) == (8_000_000, 12_000_000)


def test_b_had_a_workshop_in_each_of_six_months(of_case: Callable[..., pd.DataFrame]) -> None:
    held = pd.concat([of_case("B", "match_rate", f"2024-Q{number}") for number in (2, 3)])
    workshops = held[held["kind"] == "workshop"]
    assert workshops["occurred_at"].dt.month.tolist() == [4, 5, 6, 7, 8, 9]


def test_c_came_back_from_nearly_lost(moved: Callable[..., pd.Series]) -> None:
    revenue = moved("C", "revenue", "2024-Q3", "2023-Q2")
    assert 0 < revenue["amount_before"] < 10_000
    assert revenue["amount_after"] > 50 * revenue["amount_before"]


def test_c_was_trained_eight_times_in_a_year(of_case: Callable[..., pd.DataFrame]) -> None:
    quarters = ("2023-Q2", "2023-Q3", "2023-Q4", "2024-Q1", "2024-Q2")
    kinds = pd.concat([of_case("C", "match_rate", quarter) for quarter in quarters])["kind"]
    assert (kinds == "training").sum() == 8


def test_d_has_a_need_that_three_callbacks_never_named(rows: Rows) -> None:
    (need,) = of_needs(rows, "unheard", "D").to_dict("records")
    assert "环保合规" in need["description"] and need["callbacks_without_it"] == 3


def test_e_waits_48_hours_for_support(
    of_case: Callable[..., pd.DataFrame], moved: Callable[..., pd.Series]
) -> None:
    assert of_case("E", "response_hours", "2024-Q3")["answered_in_hours"].mean() == 48
    assert moved("E", "response_hours", "2024-Q3", "2024-Q2")["value_after"] == 48


def test_f_had_two_more_personalised_hours_in_the_year_before_it_renewed_for_more(
    of_case: Callable[..., pd.DataFrame],
) -> None:
    quarters = [f"{year}-Q{number}" for year in (2022, 2023, 2024) for number in (1, 2, 3, 4)]
    held = pd.concat([of_case("F", "personalised_share", quarter) for quarter in quarters[3:11]])
    held = held[held["work_type"] == "Personalised"]
    is_later = held["occurred_at"].dt.date > date(2023, 8, 31)
    hours = held["duration_hours"].astype(float)
    assert hours[is_later].sum() - hours[~is_later].sum() == 2
