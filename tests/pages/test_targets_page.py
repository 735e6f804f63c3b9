"""The target page as a person uses it: edit, preview, save, be refused, see who changed what."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kam_core.metrics import catalogue, quarterly_targets
from kam_core.text.writer import Text
from kam_core.uploads.load import load
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse, cursor, open_version, regions
from tests.pages.test_pages import HOSTILE, PAGE, said
from tests.support.loading import load_once

TARGETS = """metric,quarter,region,tier,target
match_rate,2024-Q3,,,75%
match_rate,2024-Q3,East,,80%
match_rate,2024-Q3,South,,60%
"""
ORDERS = "order_id,account_id,ordered_on,amount\nO9,A1,2024-09-11,5\n"


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Open one tab of the page on a warehouse, for a viewer of some regions."""

    def run(
        warehouse: Warehouse,
        tab: str = "Edit targets",
        own: tuple[str, ...] | None = None,
        lang: str = "en",
        **query: str,
    ) -> AppTest:
        monkeypatch.setenv("KAM_WAREHOUSE", str(warehouse.path))
        names = ("overview", "uploads", "targets")
        script = PAGE.format(name="targets", lang=lang, regions=own, pages=names)
        app = AppTest.from_string(script, default_timeout=300)
        for key, value in ({"quarter": "2024-Q3"} | query).items():
            app.query_params[key] = value
        app.session_state["target_tabs"] = tab
        return app.run()

    return run


@pytest.fixture
def filled(
    warehouse: Warehouse, company: list[Path], file: Callable[[str, str], Path]
) -> Warehouse:
    load_once(warehouse, [*company, file("targets.csv", TARGETS)], by="Ann")
    return warehouse


def press(app: AppTest, label: str) -> AppTest:
    next(button for button in app.button if button.label == label).click()
    app.run()
    assert not app.exception
    return app


def labels(app: AppTest) -> list[str]:
    return [button.label for button in app.button]


def put(app: AppTest, target: str, metric: str = "match_rate", region: str = "*") -> AppTest:
    """One target through the fields below the table."""
    next(box for box in app.selectbox if box.label == "Metric").set_value(metric)
    next(box for box in app.selectbox if box.label == "Region").set_value(region)
    next(field for field in app.text_input if field.label == "Target").set_value(target)
    return press(app, "Put into the table")


def finish(app: AppTest) -> AppTest:
    """Wait until the command beside the app has ended, and see what became of it."""
    app.session_state["target_saving"].job.process.wait()
    app.run()
    assert not app.exception
    return app


def words(app: AppTest) -> str:
    boxes = [*app.error, *app.warning, *app.success, *app.info]
    return (said(app) + "\n".join(str(box.value) for box in boxes)).replace("\\", "")


def in_force(warehouse: Warehouse) -> dict[tuple, str]:
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        held = quarterly_targets.in_force(
            cursor(connection, Scope(regions(connection), live.as_of))
        )
    return {
        (one.key.metric, one.key.region): quarterly_targets.format_number(one.target)
        for one in held
    }


def live_number(warehouse: Warehouse) -> int:
    live = warehouse.live_version()
    assert live is not None
    return live.version


def test_without_any_targets_a_first_one_is_typed_seen_and_saved(
    show: Callable[..., AppTest], warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    app = put(show(warehouse), "40%")
    assert "1** added, **0** changed" in said(app)
    assert in_force(warehouse) == {}
    next(field for field in app.text_input if field.label == "Decided by").set_value("Wang Min")
    finish(press(app, "Show the effect"))
    assert live_number(warehouse) == 1
    assert "no figure of **Q2 2024** changes its status" in words(app)
    finish(press(app, "Save the targets"))
    assert "Version 2 is live" in words(app)
    assert in_force(warehouse) == {("match_rate", None): "0.4"}
    app = press(app, "Go on editing")
    assert "There is nothing to save" in said(app)
    assert "Wang Min (test)" in said(show(warehouse, "Changes"))
    table = show(warehouse, "This quarter").table[0].value
    assert table.loc["Match rate", "Target"] == "40\\.0%"


def test_the_table_shows_shares_as_percent_and_following_quarters(
    show: Callable[..., AppTest], filled: Warehouse
) -> None:
    shown = show(filled).data_editor[0].value
    assert list(shown.columns)[3:] == ["2024-Q3", "2024-Q4", "2025-Q1", "2025-Q2"]
    assert shown["2024-Q3"].tolist() == ["75%", "80%", "60%"]


@pytest.mark.parametrize(
    ("typed", "said_of_it"),
    [("soon", "is not a number"), ("0.75", "0.75% or 75%"), ("130%", "more than the figure can")],
)
def test_a_slip_is_said_and_nothing_is_put_into_the_table(
    show: Callable[..., AppTest], filled: Warehouse, typed: str, said_of_it: str
) -> None:
    app = put(show(filled), typed)
    assert said_of_it in words(app)
    assert "There is nothing to save" in said(app)


def test_what_removes_many_targets_asks_for_a_second_yes(
    show: Callable[..., AppTest], filled: Warehouse
) -> None:
    app = put(show(filled), "")
    assert "**1** removed" in said(app)
    finish(press(app, "Show the effect"))
    assert "of 3 rows in force in the table Targets, 1 would be gone" in words(app)
    save = next(button for button in app.button if button.label == "Save the targets")
    assert save.disabled
    app.checkbox[0].check().run()
    finish(press(app, "Save the targets"))
    assert in_force(filled) == {("match_rate", "East"): "0.8", ("match_rate", "South"): "0.6"}


def test_the_last_target_cannot_be_removed_by_the_table(
    show: Callable[..., AppTest], filled: Warehouse
) -> None:
    app = show(filled)
    for region in ("*", "East", "South"):
        app = put(app, "", region=region)
    assert "At least one target must stay" in words(app)
    assert next(b for b in app.button if b.label == "Show the effect").disabled


def test_a_change_by_somebody_else_is_refused_and_nothing_is_half_saved(
    show: Callable[..., AppTest], filled: Warehouse, file: Callable[[str, str], Path]
) -> None:
    app = put(show(filled), "90%")
    finish(press(app, "Show the effect"))
    load(filled, [file("orders.csv", ORDERS)], mode="update", by="Bo")
    finish(press(app, "Save the targets"))
    assert "Nothing was saved" in words(app)
    assert "Bo" in words(app)
    assert live_number(filled) == 2 and in_force(filled)[("match_rate", None)] == "0.75"


def test_a_draft_is_moved_to_the_version_that_somebody_else_published(
    show: Callable[..., AppTest], filled: Warehouse, file: Callable[[str, str], Path]
) -> None:
    app = put(show(filled), "90%")
    theirs = TARGETS.replace("75%", "70%").replace("60%", "65%")
    load(filled, [file("targets.csv", theirs)], by="Bo")
    app.run()
    assert "published version **2**" in words(app) and "Show the effect" not in labels(app)
    assert "Somebody else changed these too; yours would win: Match rate" in words(app)
    press(app, "Move my changes to version 2")
    assert "**0** added, **1** changed, **0** removed" in said(app)
    finish(press(app, "Show the effect"))
    finish(press(app, "Save the targets"))
    assert in_force(filled) == {
        ("match_rate", None): "0.9",
        ("match_rate", "East"): "0.8",
        ("match_rate", "South"): "0.65",
    }


def test_a_draft_can_be_given_up(show: Callable[..., AppTest], filled: Warehouse) -> None:
    app = press(put(show(filled), "90%"), "Discard these changes")
    assert "There is nothing to save" in said(app)
    assert app.data_editor[0].value["2024-Q3"].tolist() == ["75%", "80%", "60%"]


def test_a_draft_outlives_the_choice_of_another_quarter(
    show: Callable[..., AppTest], filled: Warehouse, file: Callable[[str, str], Path]
) -> None:
    earlier = ORDERS.replace("09-11", "05-11")
    load(filled, [file("orders.csv", earlier)], mode="update", by="Bo", as_of=date(2024, 9, 10))
    app = put(show(filled), "90%")
    app.query_params["quarter"] = "2024-Q2"
    app.run()
    shown = app.data_editor[0].value
    assert list(shown.columns)[3:5] == ["2024-Q2", "2024-Q3"]
    assert shown["2024-Q3"].tolist() == ["90%", "80%", "60%"]
    assert "**1** changed" in said(app)


def test_the_quarter_before_is_copied_with_a_step(
    show: Callable[..., AppTest], filled: Warehouse
) -> None:
    app = show(filled)
    app.session_state["target_copy_kind"] = "points"
    app.run()
    press(app, "Put into the table (3)")
    assert app.data_editor[0].value["2024-Q4"].tolist() == ["77%", "82%", "62%"]
    assert "**3** added" in said(app)


def test_the_defaults_can_be_copied_where_nothing_was_ever_set(
    show: Callable[..., AppTest], warehouse: Warehouse, company: list[Path]
) -> None:
    load_once(warehouse, company)
    app = show(warehouse)
    (label,) = [label for label in labels(app) if label.startswith("Put into the table (")]
    press(app, label)
    shown = app.data_editor[0].value.set_index("metric")
    assert shown.loc["match_rate", "2024-Q3"] == "75%"


def test_a_regional_lead_edits_own_targets_only_and_the_others_stay(
    show: Callable[..., AppTest], filled: Warehouse
) -> None:
    app = show(filled, own=("South",))
    assert app.data_editor[0].value["region"].tolist() == ["South"]
    finish(press(put(app, "65%", region="South"), "Show the effect"))
    finish(press(app, "Save the targets"))
    assert in_force(filled) == {
        ("match_rate", None): "0.75",
        ("match_rate", "East"): "0.8",
        ("match_rate", "South"): "0.65",
    }
    assert "East" not in said(show(filled, "Changes", own=("South",)))
    assert "65%" in said(show(filled, "Changes", own=("South",)))


def test_a_region_chosen_shows_its_own_target_and_says_so(
    show: Callable[..., AppTest], filled: Warehouse
) -> None:
    table = show(filled, "This quarter", region="East").table[0].value
    assert table.loc["Match rate", "Target from"] == "region\\: East"
    assert table.loc["Match rate", "Target"] == "80\\.0%"
    assert table.loc["Revenue", "Target from"] == "–"


def test_the_year_shows_four_quarters_side_by_side(
    show: Callable[..., AppTest], filled: Warehouse
) -> None:
    table = show(filled, "The year").table[0].value
    assert list(table.columns) == ["Q1 2024", "Q2 2024", "Q3 2024", "Q4 2024"]
    cells = {name: text.replace("\\", "") for name, text in table.loc["Match rate"].items()}
    assert cells["Q3 2024"] == "33.3% / 75.0% △ behind pace, undecided"
    assert cells["Q4 2024"] == "– / 75.0%"


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("tab", ["scorecard", "year", "edit", "history"])
def test_every_tab_shows_the_sample_in_both_languages(
    show: Callable[..., AppTest], sample_warehouse: Warehouse, tab: str, lang: str
) -> None:
    app = show(sample_warehouse, Text(lang)(f"targets.{tab}"), lang=lang)
    assert not app.exception
    assert len(said(app)) > 100


def test_the_scorecard_holds_every_figure_of_the_catalogue(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "This quarter")
    titles = [metric.en for metric in catalogue.load_metrics().values()]
    assert [name.replace("\\", "") for name in app.table[0].value.index] == titles
    app.toggle[0].set_value(True).run()
    assert "no target" not in " ".join(app.table[0].value["Status"])


def test_names_never_act_as_markup(
    show: Callable[..., AppTest], filled: Warehouse, file: Callable[[str, str], Path]
) -> None:
    changed = TARGETS.replace("75%", "70%") + f'match_rate,2024-Q3,"{HOSTILE}",,50%\n'
    load(filled, [file("targets.csv", changed)], by=HOSTILE)
    app = show(filled, "Changes")
    assert not app.exception
    shown = [str(word.value) for word in [*app.markdown, *app.caption]]
    assert not [word for word in shown if "](http" in word or "<img" in word.replace(r"\<img", "")]
