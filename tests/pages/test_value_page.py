"""The value page: the figures and cases of the status review on the sample, and what is missing."""

from collections.abc import Callable
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kam_core import demo
from kam_core.dashboard.sections.page_parts import PAGES as PARTED
from kam_core.settings.loader import load_settings
from kam_core.text import formats
from kam_core.warehouse.store import Warehouse
from tests.pages.test_pages import HOSTILE, PAGE, PAGES, said
from tests.support.loading import load_shared

PARTS = tuple(PARTED["value"])
STORY = {"quarter": "2024-Q3", "as_of": "2024-10-15"}


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open a part of the page on a warehouse, for a viewer of some regions."""

    def run(
        warehouse: Warehouse,
        part: str,
        lang: str = "en",
        regions: tuple[str, ...] | None = None,
        page: str = "value",
        **query: str,
    ) -> AppTest:
        monkeypatch.setenv("KAM_WAREHOUSE", str(warehouse.path))
        script = PAGE.format(name=page, lang=lang, regions=regions, pages=PAGES)
        app = AppTest.from_string(script, default_timeout=300)
        for key, value in {"part": part, **query}.items():
            app.query_params[key] = value
        return app.run()

    return run


def plain(app: AppTest) -> str:
    return said(app).replace("**", "").replace("\\", "")


def cards(app: AppTest) -> dict[str, str]:
    return {metric.label: metric.value for metric in app.metric}


def table(app: AppTest, column: str):
    """The first table of the page that has a column."""
    return next(frame.value for frame in app.dataframe if column in frame.value)


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("part", PARTS)
def test_every_part_shows_the_sample(
    show: Callable[..., AppTest], sample_warehouse: Warehouse, part: str, lang: str
) -> None:
    app = show(sample_warehouse, part, lang, **STORY)
    assert not app.exception
    assert len(app.metric) == load_settings().pages.value.cards
    # The review is a table, every other part a picture.
    assert app.dataframe if part == "review" else app.get("plotly_chart")


def test_the_quarter_sold_120_million_15_percent_more_than_a_year_before(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    shown = cards(show(sample_warehouse, "foresight", **STORY))
    assert shown["Revenue"] == "120M"
    assert shown["Revenue growth vs last year"] == "15.0%"


def test_overview_and_churn_say_the_same_of_what_lost_key_accounts_brought(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "churn", **STORY)
    rows = table(app, "is_key")
    key = rows[rows["is_key"].astype(bool)]
    assert (len(key), len(rows)) == (4, 6)
    amount = formats.money(key["revenue_before"].sum(), "en")
    assert f"the key accounts among them {amount}" in plain(app)
    overview = plain(show(sample_warehouse, "churn", page="overview", **STORY))
    assert f"together they brought {amount} in the 12 months before" in overview


def test_key_accounts_bring_78_percent(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "concentration", **STORY)
    assert cards(app)["Key-account share of revenue"] == "78.0%"
    assert "235 accounts had revenue; the first 68 of them brought 80.3%" in plain(app)


def test_case_a_lost_6_million_which_is_8_percent_of_its_region_and_5_of_the_whole(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    whole = show(sample_warehouse, "lost", **STORY)
    assert cards(whole)["Lost projects against revenue"] == "5.0%"
    assert "known amounts of 6M are 5.0% of the revenue of 120M" in plain(whole)
    assert "East China lost most: 6M, which is 8.0% of 75M" in plain(whole)
    region = show(sample_warehouse, "lost", region="华东", **STORY)
    assert cards(region)["Lost projects against revenue"] == "8.0%"
    assert ": 2 projects, 6M" in plain(region)
    amounts = table(region, "lost_reason")["lost_amount"].dropna().tolist()
    assert sorted(map(float, amounts)) == [2_400_000, 3_600_000]


def test_a_reason_without_an_amount_is_not_worth_zero(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "lost", **STORY)
    reasons = table(app, "lost_count").set_index("lost_reason")
    assert reasons["lost_count"].sum() == 24
    assert reasons["lost_amount"].notna().sum() == 2
    assert "Of 22 the amount is not known." in plain(app)


def test_case_f_steps_up_by_3_million(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "renewals", **STORY)
    rows = table(app, "renewal_amount").set_index("account_id")
    assert float(rows["difference"][demo.CASES["F"]]) == 3_000_000
    assert "Of 1 it is not decided yet." in plain(app)
    assert "40 contracts worth 36M end within 90 days" in plain(app)


def test_the_status_review_stands_beside_the_rows_where_the_data_came_with_one(
    show: Callable[..., AppTest], sample_warehouse: Warehouse, company: list[Path]
) -> None:
    app = show(sample_warehouse, "review", **STORY)
    rows = table(app, "remark").set_index("statement")
    assert len(rows) == 17
    assert rows["counted"]["The other 65% is routine"] == "55.0%"
    assert "the rows give the same for 16 and another for 1" in plain(app)
    assert "45.0% + 65.0% of one whole, which makes 110.0%" in plain(app)
    without = show(load_shared(company), "review")
    assert not without.exception and "status review" not in plain(without).lower()


def test_case_g_buys_5_percent_of_30_million_from_us(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "wallet", **STORY)
    wallets = table(app, "wallet_share").set_index("account_id")
    assert wallets["wallet_share"]["KH0203"] == pytest.approx(5)
    assert float(wallets["annual_purchase_budget"]["KH0203"]) == 30_000_000
    assert list(wallets.index).index("KH0203") < load_settings().pages.value.wallets_shown
    assert "5.0% of a budget of 30M" in plain(app)


def test_case_i_has_its_peak_ahead_in_june_with_two_to_three_million_at_stake(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "foresight", quarter="2024-Q2", as_of="2024-06-15")
    peaks = table(app, "at_stake").set_index("account_id")
    assert str(peaks["peak_on"]["KH0271"])[:10] == "2024-08-01"
    assert 2_000_000 < float(peaks["at_stake"]["KH0271"]) < 3_000_000
    assert "last year's months stand in its place" in plain(app)


def test_allowed_losses_are_the_target_times_the_accounts_at_the_start_rounded_down(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "churn", **STORY)
    assert (
        "began with 102 key accounts; a target of 3.0% allows 3 losses, and 4 were lost"
        in plain(app)
    )
    assert len(table(app, "is_key")) == 6
    few = show(sample_warehouse, "churn", region="西北", **STORY)
    assert "allows 0 losses" in plain(few)


def test_the_terms_of_lifetime_profit_add_up_to_the_figure(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "lifetime", **STORY)
    rows = table(app, "acquisition_cost")
    terms = ["base_profit", "cross_sell_profit", "cost_saving", "referral_profit"]
    signed = [*terms, "acquisition_cost", "price_concession", "referral_damage"]
    money = rows[[*signed, "clv"]].astype(float)
    assert (money[signed].sum(axis=1) - money["clv"]).abs().max() < 0.01
    assert (money[signed[4:]] <= 0).all(axis=None)
    assert f"{money['clv'].sum() / 1e6:.1f}M" == cards(app)["Lifetime profit"]


@pytest.mark.parametrize("part", PARTS)
def test_a_part_whose_table_is_absent_says_which_file_it_needs_and_offers_its_template(
    show: Callable[..., AppTest], company: list[Path], part: str
) -> None:
    warehouse = load_shared(company[:2])
    app = show(warehouse, part)
    assert not app.exception
    table = {"renewals": "contracts", "lost": "opportunities", "cross_sell": "opportunities"}
    table |= {"lifetime": "value_items", "churn": None}
    needed = table.get(part, "orders")
    if needed:
        assert f"({needed})" in plain(app)
        names = [button.proto.label for button in app.get("download_button")]
        assert names == ["Download the CSV template"]


@pytest.mark.parametrize("part", PARTS)
def test_with_orders_and_accounts_alone_no_part_fails(
    show: Callable[..., AppTest], company: list[Path], part: str
) -> None:
    warehouse = load_shared(company)
    app = show(warehouse, part)
    assert not app.exception
    if part == "foresight":
        assert "No account has 24 months with orders yet" in plain(app)


@pytest.mark.parametrize("part", PARTS)
def test_a_filter_by_tier_and_region_leaves_every_part_whole(
    show: Callable[..., AppTest], sample_warehouse: Warehouse, part: str
) -> None:
    assert not show(sample_warehouse, part, tier="VIP", region="东北", **STORY).exception
    assert not show(sample_warehouse, part, regions=("西北",), quarter="2021-Q4").exception


@pytest.mark.parametrize("part", PARTS)
def test_names_in_the_data_never_act_as_markup(
    show: Callable[..., AppTest],
    file: Callable[[str, str], Path],
    part: str,
) -> None:
    name = f'"{HOSTILE}"'
    files = {
        "accounts": "account_id,account_name,region,growth_potential,annual_purchase_budget,"
        f"customer_since,lost_on\nA1,{name},{name},80,100,2020-01-01,\n"
        f"A2,{name},{name},80,100,2020-01-01,2024-08-01\n",
        "orders": "order_id,account_id,ordered_on,amount\n"
        + "".join(
            f"O{n},A1,{2022 + n // 12}-{n % 12 + 1:02}-05,{900 if n % 12 == 10 else 10 + n}\n"
            for n in range(33)
        ),
        "contracts": "contract_id,account_id,starts_on,ends_on,amount,renewed,renewal_amount\n"
        "C1,A1,2023-08-01,2024-08-01,5,yes,8\nC2,A1,2023-08-01,2024-11-01,5,,\n",
        "opportunities": "opportunity_id,account_id,opened_on,closed_on,outcome,amount,"
        f"lost_reason\nP1,A1,2024-07-01,2024-08-01,lost,5,{name}\n",
        "value_items": "account_id,dated_on,component,amount\nA1,2024-07-01,acquisition_cost,5\n",
    }
    warehouse = load_shared([file(f"{table}.csv", text) for table, text in files.items()])
    app = show(warehouse, part, quarter="2024-Q3")
    assert not app.exception
    shown = [str(word.value) for word in [*app.markdown, *app.caption]]
    assert not [word for word in shown if "](http" in word or "<img" in word.replace(r"\<img", "")]
