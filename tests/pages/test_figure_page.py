"""One number, opened: the page shows the value, why it moved, its months and its rows."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kam_core.metrics import catalogue
from kam_core.text.writer import Text
from kam_core.warehouse.store import Warehouse
from tests.pages.test_pages import HOSTILE, said
from tests.support.loading import load_shared

PAGE = """
from pages import figure, follow_up, needs, overview, targets
from pages.parts.state import filters, links, url_state, viewer
import streamlit as st

url_state.read_address()
here = st.Page(lambda: None, url_path="figure", title="figure", default=True)
links.remember(dict.fromkeys(("uploads", "figure", "definitions", "follow_up", "needs"), here))
st.navigation([here])
{name}.page(viewer.Viewer("test", {regions!r}), "{lang}")
"""
Show = Callable[..., AppTest]


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Show:
    def run(
        warehouse: Warehouse,
        lang: str = "en",
        regions: tuple[str, ...] | None = None,
        name: str = "figure",
        tab: str | None = None,
        **query: str | list[str],
    ) -> AppTest:
        monkeypatch.setenv("KAM_WAREHOUSE", str(warehouse.path))
        app = AppTest.from_string(
            PAGE.format(name=name, lang=lang, regions=regions), default_timeout=300
        )
        for key, value in query.items():
            app.query_params[key] = value
        if tab:
            app.session_state["figure_tabs"] = Text(lang)(f"figure.{tab}")
        return app.run()

    return run


@pytest.mark.parametrize("name", list(catalogue.load_metrics()))
def test_every_figure_of_the_catalogue_opens_on_the_sample(
    show: Show, sample_warehouse: Warehouse, name: str
) -> None:
    app = show(sample_warehouse, metric=name, quarter="2024-Q3")
    assert not app.exception
    assert catalogue.metric(name).title("en") in said(app).replace("\\", "")


@pytest.mark.parametrize("tab", ["parts", "accounts", "rows", "sql", "link"])
@pytest.mark.parametrize("name", ["revenue", "match_rate", "hhi", "satisfaction"])
def test_every_way_down_opens_in_both_languages(
    show: Show, sample_warehouse: Warehouse, name: str, tab: str
) -> None:
    for lang in ("zh", "en"):
        assert not show(sample_warehouse, lang, tab=tab, metric=name).exception


def test_the_sentence_says_why_with_the_numbers(show: Show, sample_warehouse: Warehouse) -> None:
    app = show(sample_warehouse, metric="match_rate", quarter="2024-Q3")
    words = said(app).replace("\\", "").replace("*", "")
    assert "Match rate: 48.0% in Q2 2024, 45.0% in Q3 2024: −3.0 pp." in words
    assert "is mix (which regions" in words and "is rate" in words


def test_the_period_compared_with_and_the_split_stand_in_the_address(
    show: Show, sample_warehouse: Warehouse
) -> None:
    app = show(
        sample_warehouse, metric="match_rate", quarter="2024-Q3", against="2023-Q3", split="tier"
    )
    words = said(app).replace("\\", "").replace("*", "")
    assert "in Q3 2023, 45.0% in Q3 2024" in words and "which tiers" in words


def test_growth_is_told_on_the_year_or_between_the_quarters_that_are_chosen(
    show: Show, sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, metric="revenue_yoy", quarter="2024-Q3")
    words = said(app).replace("\\", "").replace("*", "")
    assert "Revenue growth vs last year in Q3 2024: 120M against 104.3M a year before" in words
    app = show(
        sample_warehouse, metric="revenue_yoy", quarter="2024-Q3", against="2024-Q2", tab="link"
    )
    words = said(app).replace("\\", "").replace("*", "")
    assert "13.7% in Q2 2024, 15.0% in Q3 2024: +1.3 pp." in words
    assert "is mix (which regions" in words
    assert "--explain revenue_yoy --against 2024-Q2" in app.code[-1].value


@pytest.mark.parametrize("against", ["year", "2024-Q2"])
def test_the_accounts_of_growth_show_what_each_adds(
    show: Show, sample_warehouse: Warehouse, against: str
) -> None:
    app = show(sample_warehouse, metric="revenue_yoy", against=against, tab="accounts")
    (rows,) = [frame.value for frame in app.dataframe if "account_name" in frame.value]
    assert ("amount_before" in rows) == (against == "year")
    assert ("mix_pp" in rows) == (against != "year")


def test_a_quantile_says_that_it_cannot_be_split(show: Show, sample_warehouse: Warehouse) -> None:
    app = show(sample_warehouse, metric="response_hours_median", quarter="2024-Q3")
    assert "A quantile cannot be split" in said(app)


def test_months_that_overlap_have_no_limits(show: Show, sample_warehouse: Warehouse) -> None:
    app = show(sample_warehouse, metric="churn_annual", quarter="2024-Q3")
    assert "shares most of its data with the month before" in said(app)


def test_the_rows_name_file_and_line_and_can_be_those_of_one_account(
    show: Show, company: list[Path]
) -> None:
    warehouse = load_shared(company)
    app = show(warehouse, metric="revenue", quarter="2024-Q3", tab="rows")
    (rows,) = [frame.value for frame in app.dataframe if "order_id" in frame.value]
    assert list(rows["order_id"]) == ["O1", "O2", "O3"]
    assert set(rows["file_name"]) == {"orders.csv"} and list(rows["line_no"]) == [2, 3, 4]
    own = show(warehouse, metric="revenue", quarter="2024-Q3", tab="rows", account="A2")
    (rows,) = [frame.value for frame in own.dataframe if "order_id" in frame.value]
    assert list(rows["order_id"]) == ["O3"]


def test_the_link_pins_the_day_and_the_quarter_that_nobody_chose(
    show: Show, company: list[Path]
) -> None:
    warehouse = load_shared(company)
    app = show(warehouse, metric="match_rate", tab="link")
    address, command = (code.value for code in app.code)
    assert "metric=match_rate" in address and "as_of=" in address and "quarter=" in address
    assert command.startswith("python -m kam_core kpis --quarter ")
    assert "--explain match_rate" in command
    assert "a later upload for that day" in said(app)


def test_a_viewer_sees_nothing_of_another_region(show: Show, company: list[Path]) -> None:
    warehouse = load_shared(company)
    for tab in ("parts", "accounts", "rows"):
        app = show(warehouse, regions=("South",), tab=tab, metric="revenue", region="East")
        assert "Alder" not in said(app) and "East" not in said(app)
        assert not [box for box in app.selectbox if "A1" in box.options]


def test_without_orders_the_page_says_which_file_is_needed(show: Show, company: list[Path]) -> None:
    warehouse = load_shared(company[:2])
    app = show(warehouse, metric="revenue")
    assert not app.exception
    assert "This part needs **Orders" in said(app)


def test_one_account_alone_opens_every_figure(show: Show, file: Callable[[str, str], Path]) -> None:
    warehouse = load_shared(
        [file("accounts.csv", "account_id,account_name,region\nA1,Alder,East\n")]
    )
    for name in catalogue.load_metrics():
        assert not show(warehouse, metric=name).exception, name


def test_names_in_the_data_never_act_as_markup(
    show: Show, company: list[Path], file: Callable[[str, str], Path]
) -> None:
    rows = f'account_id,account_name,region,growth_potential\nA1,"{HOSTILE}","{HOSTILE}",80\n'
    warehouse = load_shared([file("accounts.csv", rows), *company[1:]])
    for tab in ("parts", "accounts", "rows", "link"):
        app = show(warehouse, tab=tab, metric="revenue", account="A1", split="region")
        assert not app.exception
        shown = [str(word.value) for word in [*app.markdown, *app.caption]]
        assert not [w for w in shown if "](http" in w or "<img" in w.replace(r"\<img", "")]


def test_the_waterfall_names_regions_in_english(
    show: Show, file: Callable[[str, str], Path]
) -> None:
    # East brings 10 in the second quarter and 30 in the third.
    accounts = "account_id,account_name,region,region_en\nA1,Alder,华东,East China\n"
    orders = "order_id,account_id,ordered_on,amount\nO1,A1,2024-05-01,10\nO2,A1,2024-08-01,30\n"
    warehouse = load_shared([file("accounts.csv", accounts), file("orders.csv", orders)])
    app = show(warehouse, metric="revenue", quarter="2024-Q3", split="region")
    (waterfall, *_) = [chart.proto.spec for chart in app.get("plotly_chart")]
    assert "East China" in waterfall and "华东" not in waterfall


def test_a_choice_that_makes_no_sense_falls_back(show: Show, company: list[Path]) -> None:
    warehouse = load_shared(company)
    app = show(warehouse, metric="luck", against="2999-Q1", split="weather", account="A99")
    assert not app.exception


def test_a_card_leads_to_its_figure(show: Show, sample_warehouse: Warehouse) -> None:
    app = show(sample_warehouse, name="follow_up", lang="en")
    proto = [link.proto for link in app.get("page_link")]
    assert [link for link in proto if "metric=followup_completion" in str(link)]


@pytest.mark.parametrize(
    ("page", "key", "figures"),
    [("overview", "open_of_regions", 7), ("targets", "open_of_targets_scorecard", 44)],
)
def test_every_figure_of_a_table_opens(
    show: Show, sample_warehouse: Warehouse, page: str, key: str, figures: int
) -> None:
    app = show(sample_warehouse, name=page, quarter="2024-Q2")
    (choice,) = [box for box in app.selectbox if box.key == key]
    assert len(choice.options) == figures
    choice.select("match_rate").run()
    opened = [str(link.proto) for link in app.get("page_link")]
    assert [link for link in opened if "metric=match_rate" in link and "quarter=2024-Q2" in link]
