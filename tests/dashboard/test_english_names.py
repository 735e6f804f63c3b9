"""In English accounts and regions go by the English names that their file gives them."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import SimpleNamespace

import pytest

from kam_core.dashboard.charts import Heat, Pareto
from kam_core.dashboard.sections import earnings, follow_up, metric_detail, overview, scorecards
from kam_core.dashboard.sections.context import context_line
from kam_core.dashboard.sections.executive_pack import gather_pack
from kam_core.dashboard.view import View
from kam_core.metrics import catalogue
from kam_core.render.html.page import render_page
from kam_core.text.writer import Text
from tests.support.views import cells, view_of, words
from tests.support.worlds import account, interaction, order, snapshots

WORLD = snapshots(
    "2024-09-30",
    accounts=[
        account("A1", account_name="青石电子", region="华东", account_name_en="Qingshi Electronics",
                region_en="East China", annual_purchase_budget=400, growth_potential=80),
        account("A2", account_name="守正食品", region="华南", region_en="South China",
                annual_purchase_budget=100, growth_potential=80),
        account("A3", account_name="明理软件", region="华东", region_en="Eastern China"),
        account("A4", account_name="临溪建材", region="华东", region_en="East China"),
    ],
    orders=[order("O1", "A1", "2024-08-01", 60), order("O2", "A2", "2024-08-01", 20)],
    interactions=[interaction("I1", "A1", "2024-08-05", kind="monthly_callback")],
)  # fmt: skip


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("english")


@pytest.fixture(scope="module")
def english(folder: Path) -> View:
    return view_of(WORLD, folder, regions=("华东", "华南"))


@pytest.fixture(scope="module")
def chinese(tmp_path_factory: pytest.TempPathFactory) -> View:
    return view_of(WORLD, tmp_path_factory.mktemp("chinese"), lang="zh")


def test_a_list_a_chart_and_a_sentence_name_accounts_in_english(english: View) -> None:
    concentration, wallets = (
        earnings.compose_concentration(english),
        earnings.compose_wallets(english),
    )
    assert cells(concentration, "account_name", "region")[:2] == [
        ("Qingshi Electronics", "East China"),
        ("守正食品", "South China"),
    ]
    (chart,) = concentration.charts
    assert isinstance(chart, Pareto) and chart.names[0] == "Qingshi Electronics"
    assert "Qingshi Electronics (East China) buys most elsewhere" in words(wallets)


def test_chinese_pages_keep_the_names_of_the_file(chinese: View) -> None:
    wallets = earnings.compose_wallets(chinese)
    assert "青石电子（华东）" in words(wallets) and "Qingshi" not in words(wallets)


def test_a_region_goes_by_the_name_that_most_of_its_accounts_give(english: View) -> None:
    assert english.text.value("region", "华东") == "East China"
    assert english.text.value("region", "华北") == "华北"


def test_the_code_of_a_region_stays_what_is_asked_for(english: View) -> None:
    assert english.scope.regions == ("华东", "华南")
    assert list(english.metric("revenue", [english.period], ("region",))["region"]) == [
        "华东",
        "华南",
    ]


def test_pictures_of_regions_and_the_line_under_a_title_name_them_in_english(
    english: View,
) -> None:
    (heat,) = follow_up.compose_heat(english).charts
    assert isinstance(heat, Heat) and list(heat.rows.index) == ["East China", "South China"]
    regions = scorecards.compose_regions(english)
    assert [row[0] for row in cells(regions, "region")] == ["East China", "South China"]
    assert "South China" in context_line(english.in_region("华南"))


def test_a_figure_opened_names_accounts_and_parts_in_english(english: View) -> None:
    revenue = catalogue.metric("revenue")
    rows = metric_detail.compose_evidence(english, revenue)
    assert ("Qingshi Electronics", "East China") in cells(rows, "account_name", "region")
    assert metric_detail.account_names(english)["A1"] == "Qingshi Electronics"
    parts = metric_detail.compose_parts(english, revenue, "region")
    assert parts.table is not None and "East China" in parts.table.frame.to_string()


def test_a_pack_in_english_holds_no_chinese_name_that_has_an_english_one(english: View) -> None:
    hashes = {"content_hash": "0" * 64, "settings_sha256": "0" * 64}
    who = {"created_by": "Ann", "created_at": datetime(2024, 9, 30)}
    record = SimpleNamespace(version=1, **who, **hashes)
    named = replace(english, company=replace(english.company, record=record))
    text = render_page(gather_pack(named)).decode()
    assert "Qingshi Electronics" in text and "East China" in text
    assert "青石电子" not in text and "华东" not in text


def test_what_needs_attention_is_told_in_english(english: View) -> None:
    said = words(overview.compose_attention(english))
    assert "华" not in said


def test_a_name_without_an_english_form_stays(english: View) -> None:
    assert Text("en").form_of("守正食品", None) == "守正食品"
    assert Text("zh").form_of("青石电子", "Qingshi Electronics") == "青石电子"
    assert Text("en").form_of("青石电子", "Qingshi Electronics") == "Qingshi Electronics"
