"""The service page: what the status review reports stands on it, and what is missing says so."""

import base64
import csv
import json
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from kam_core import demo
from kam_core.metrics import catalogue
from kam_core.render.plotly import charts
from kam_core.settings import loader
from kam_core.uploads.load import load
from kam_core.warehouse.store import Warehouse
from tests.pages import test_pages
from tests.support.loading import load_shared

ROOT = Path(__file__).parents[2]
show, said = test_pages.show, test_pages.said
Show = Callable[..., AppTest]
TICKETS = """ticket_id,account_id,kind,opened_at,first_response_at,resolved_at,topic
T1,A1,support,2024-09-02 09:00,2024-09-02 15:00,2024-09-03 09:00,login
T2,A1,support,2024-09-03 09:00,2024-09-04 15:00,2024-09-05 09:00,login
T3,A2,support,2024-09-09 09:00,,,login
T4,A1,complaint,2024-08-09 09:00,2024-08-09 10:00,2024-08-10 09:00,{topic}
"""
SURVEYS = """survey_id,account_id,surveyed_on,score,personalised_enough,effective
S1,A1,2024-08-01,70,true,false
S2,A2,2024-09-01,90,false,false
"""


def cards(app: AppTest) -> dict[str, str]:
    return {card.label: card.value for card in app.metric}


def spec(app: AppTest, name: str) -> dict:
    """What the browser is told to draw for a figure."""
    (chart,) = [c for c in app.get("plotly_chart") if f"figure_{name}" in c.proto.id]
    return json.loads(chart.proto.spec)


def numbers(values: list | dict) -> list:
    """Numbers of a picture, which plotly packs where they are many."""
    if isinstance(values, list):
        return values
    return np.frombuffer(base64.b64decode(values["bdata"]), values["dtype"]).tolist()


def listed(app: AppTest, column: str) -> pd.DataFrame:
    """The one table on the page with such a column."""
    (found,) = [frame.value for frame in app.dataframe if column in frame.value]
    return found


def plain(app: AppTest) -> str:
    return said(app).replace("\\", "").replace("**", "")


def manager_names() -> set[str]:
    with (ROOT / "data" / "sample" / "accounts.csv").open(encoding="utf-8-sig") as file:
        rows = list(csv.DictReader(file))
    return {row[c] for row in rows for c in ("account_manager", "expert_manager")} - {""}


@pytest.fixture
def q3(show: Show, sample_warehouse: Warehouse) -> Callable[[str], AppTest]:
    """A part of the page for the quarter of the status review."""

    def open_part(part: str) -> AppTest:
        app = show(sample_warehouse, "service", "en", quarter="2024-Q3", part=part)
        assert not app.exception
        return app

    return open_part


def test_the_figures_of_the_status_review_stand_on_the_cards(q3: Callable[[str], AppTest]) -> None:
    reported = {
        "response_hours": "48.0 h",
        "complaints_yoy": "12.0%",
        "feels_personalised": "15.0%",
        "feels_effective": "35.0%",
    }
    shown = cards(q3("response")) | cards(q3("satisfaction"))
    assert {name: shown[catalogue.metric(name).title("en")] for name in reported} == reported


def test_the_first_response_is_held_against_the_standard(q3: Callable[[str], AppTest]) -> None:
    app = q3("response")
    assert "first response after 48.0 h on average" in plain(app)
    assert "the standard is 12 h" in plain(app)
    assert "The mean is 4.0 times the standard" in plain(app)
    marks = spec(app, "response_hours")["data"][-1]
    assert marks["mode"] == "markers" and set(marks["y"]) == {12}


def test_complaints_grew_by_12_percent_mostly_around_new_products(
    q3: Callable[[str], AppTest],
) -> None:
    app = q3("complaints")
    assert "112 complaints, 100 in the same quarter last year: +12.0%" in plain(app)
    assert "“新产品上线” grew most: from 27 to 63 (+36), 56.3% of the complaints" in plain(app)
    now, before = spec(app, "complaints_by_topic")["data"]
    assert (sum(now["x"]), sum(before["x"])) == (112, 100)
    assert now["y"][0] == "新产品上线"


def test_85_percent_miss_personalisation_and_35_percent_find_the_care_effective(
    q3: Callable[[str], AppTest],
) -> None:
    app = q3("satisfaction")
    assert "15.0% of those asked find the service personalised enough" in plain(app)
    assert "the other 85.0% do not" in plain(app)
    assert "35.0% find it effective (95% confidence interval 26.4% to 44.7%, n = 100)" in plain(app)


def test_case_h_rose_from_72_to_91_under_two_managers(q3: Callable[[str], AppTest]) -> None:
    app = q3("satisfaction")
    rows = listed(app, "score_change").set_index("account_id")
    case = rows.loc[demo.CASES["H"]]
    assert (case["first_score"], case["last_score"], case["score_change"]) == (72, 91, 19)
    assert case["account_manager"] and case["expert_manager"]


def test_the_same_is_said_in_chinese(show: Show, sample_warehouse: Warehouse) -> None:
    parts = ("response", "complaints", "satisfaction")
    told = "".join(
        plain(show(sample_warehouse, "service", "zh", quarter="2024-Q3", part=part))
        for part in parts
    )
    assert "首次响应平均 48.0 小时" in told and "标准为 12 小时" in told
    assert "上年同期 100 件，同比 +12.0%" in told
    assert "其余 85.0% 认为不够" in told


def test_every_open_ticket_is_in_the_picture_and_in_the_list(q3: Callable[[str], AppTest]) -> None:
    app = q3("response")
    rows = listed(app, "hours_open")
    parts = spec(app, "open_tickets")["data"]
    late, waiting, answered = (sum(part["y"]) for part in parts)
    assert late + waiting + answered == len(rows) == 41
    assert f"41 tickets are open; {late + waiting} of them have had no first response" in plain(app)
    own = "(12 h, where nothing else is agreed)"
    assert f"{late} for longer than the standard {own}" in plain(app)
    assert {"snapshot_id", "line_no", "account_manager", "region"} <= set(rows)
    assert rows["clock"].tolist()[:late] == ["No response, past the standard"] * late


def test_months_can_be_chosen_instead_of_quarters(show: Show, sample_warehouse: Warehouse) -> None:
    app = show(sample_warehouse, "service", "en", quarter="2024-Q3", step="month")
    share = spec(app, "response_within_sla")["data"]
    assert len(share[0]["x"]) == 12 and share[0]["x"][-1] == "Sep 24"
    assert set(numbers(share[1]["y"])) == {0.95}
    assert "Sep 2024: the" in plain(app)


def test_tiers_with_few_answers_are_named_and_drawn_hollow(
    show: Show, sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "service", "en", quarter="2024-Q3", part="spread")
    few = "fewer than 10 answered, and drawn hollow: Unrated (n = 3)."
    assert few in plain(app)
    (bars,) = spec(app, "satisfaction_by_tier")["data"]
    hollow = [
        name
        for name, colour in zip(bars["y"], bars["marker"]["color"], strict=True)
        if colour == charts.LIGHT.paper
    ]
    assert hollow == ["Unrated (n = 3)"]


def test_the_spread_between_managers_names_nobody(show: Show, sample_warehouse: Warehouse) -> None:
    app = show(sample_warehouse, "service", "en", quarter="2024-Q3", part="spread")
    assert len(manager_names()) > 30
    drawn = json.dumps(spec(app, "satisfaction_spread"), ensure_ascii=False)
    assert "n = " in drawn
    assert not [name for name in manager_names() if name in drawn]
    assert "23 managers' accounts" in plain(app)


def test_without_tickets_and_surveys_the_page_names_both(show: Show, company: list[Path]) -> None:
    warehouse = load_shared(company)
    for part, table in (("response", "tickets"), ("spread", "surveys")):
        app = show(warehouse, "service", part=part)
        assert not app.exception
        assert f"({table})" in plain(app)
        assert set(cards(app).values()) == {"–"}


def test_with_tickets_alone_the_rest_of_the_page_is_there(
    show: Show, company: list[Path], file: Callable[[str, str], Path]
) -> None:
    warehouse = load_shared([*company, file("tickets.csv", TICKETS.format(topic="slow answers"))])
    told = "".join(
        plain(show(warehouse, "service", quarter="2024-Q3", part=part))
        for part in ("response", "complaints", "satisfaction")
    )
    # T1 and T2 took 6 and 30 hours.
    assert "the 2 support tickets answered had their first response after 18.0 h" in told
    assert "1 ticket is open; 1 has had no first response, 1 for longer" in told
    assert "1 complaint; there is no data for the same quarter last year" in told
    assert "(surveys)" in told and "(tickets)" not in told


def test_a_quarter_without_complaints_last_year_has_no_growth_but_is_compared(
    show: Show, company: list[Path], file: Callable[[str, str], Path]
) -> None:
    earlier = "T8,A1,support,2023-06-09 09:00,,2023-08-10,x\n"
    warehouse = load_shared([*company, file("tickets.csv", TICKETS.format(topic="late") + earlier)])
    app = show(warehouse, "service", quarter="2024-Q3", part="complaints")
    assert "1 complaint, 0 in the same quarter last year" in plain(app)
    assert cards(app)["Complaints vs last year"] == "–"


def test_a_version_older_than_a_limit_is_shown_by_that_of_today(
    show: Show,
    warehouse: Warehouse,
    company: list[Path],
    file: Callable[[str, str], Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    older = loader.copy_version_settings()
    del older["thresholds"]["service"], older["thresholds"]["returns"]
    contracts = "contract_id,account_id,starts_on,ends_on,amount\nC1,A1,2023-08-01,2024-07-31,1\n"
    uploads = [file("tickets.csv", TICKETS.format(topic="x")), file("contracts.csv", contracts)]
    with monkeypatch.context() as then:
        then.setattr(loader, "copy_version_settings", lambda: older)
        load(warehouse, [*company, *uploads])
    app = show(warehouse, "service", quarter="2024-Q3")
    assert not app.exception
    assert "the standard is 12 h" in plain(app)
    app = show(warehouse, "resources", quarter="2024-Q3", part="payback")
    assert not app.exception
    assert "only 0 contracts that ended have known hours" in plain(app)


def test_a_topic_never_acts_as_markup(
    show: Show, company: list[Path], file: Callable[[str, str], Path]
) -> None:
    rows = TICKETS.format(topic=f'"{test_pages.HOSTILE}"')
    earlier = "T8,A1,support,2023-06-09 09:00,,2023-08-10,x\n"
    warehouse = load_shared([*company, file("tickets.csv", rows + earlier)])
    app = show(warehouse, "service", quarter="2024-Q3", part="complaints")
    assert not app.exception
    shown = [str(word.value) for word in [*app.markdown, *app.caption]]
    assert any("evil" in word for word in shown)
    assert not [word for word in shown if "](http" in word or "<img" in word.replace(r"\<img", "")]
    assert "<img" not in json.dumps(spec(app, "complaints_by_topic"))


def test_two_answers_of_a_quarter_are_too_few_to_rank_anything(
    show: Show, company: list[Path], file: Callable[[str, str], Path]
) -> None:
    warehouse = load_shared([*company, file("surveys.csv", SURVEYS)])
    app = show(warehouse, "service", quarter="2024-Q3", part="satisfaction")
    spread = show(warehouse, "service", quarter="2024-Q3", part="spread")
    told = plain(app) + plain(spread)
    assert cards(app)["Satisfaction"].startswith("80.0")
    assert "too few answers in each tier" in told
    assert "50.0% of those asked find the service personalised enough" in told
    assert "0.0% find it effective (95% confidence interval 0.0% to 65.8%, n = 2)" in told
