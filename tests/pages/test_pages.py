"""Every page as a person meets it: with all data, with little, with none, with hostile data."""

import ast
import tomllib
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from kam_core.uploads.load import load
from kam_core.uploads.preview import preview
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse
from tests.conftest import ORDERS
from tests.support.loading import load_shared

ROOT = Path(__file__).parents[2]
PAGES = (
    "overview",
    "tiers",
    "follow_up",
    "needs",
    "service",
    "value",
    "resources",
    "targets",
    "figure",
    "uploads",
    "definitions",
)
PINNED = {
    "server.address": "127.0.0.1",
    "server.enableXsrfProtection": True,
    "server.enableCORS": True,
    "server.allowedHosts": ["127.0.0.1", "localhost"],
    "server.enableStaticServing": False,
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.toolbarMode": "minimal",
    "client.disableDataExport": True,
    "runner.magicEnabled": False,
}
HOSTILE = "](http://evil) **<img src=x>** $x$ :red[y]"

PAGE = """
from pages import {name}
from pages.parts.state import filters, links, url_state, viewer
import streamlit as st

url_state.read_address()
here = st.Page(lambda: None, url_path="uploads", title="uploads", default=True)
links.remember(dict.fromkeys({pages!r}, here))
st.navigation([here])
{name}.page(viewer.Viewer("test", {regions!r}), "{lang}")
"""


@pytest.fixture
def show(monkeypatch: pytest.MonkeyPatch) -> Callable[..., AppTest]:
    """Run one page on a warehouse, for a viewer of some regions."""

    def run(
        warehouse: Warehouse,
        name: str,
        lang: str = "en",
        regions: tuple[str, ...] | None = None,
        **query: str | list[str],
    ) -> AppTest:
        monkeypatch.setenv("KAM_WAREHOUSE", str(warehouse.path))
        script = PAGE.format(name=name, lang=lang, regions=regions, pages=PAGES)
        app = AppTest.from_string(script, default_timeout=300)
        for key, value in query.items():
            app.query_params[key] = value
        return app.run()

    return run


def said(app: AppTest) -> str:
    words = [*app.title, *app.markdown, *app.caption, *app.subheader, *app.text]
    tables = [frame.value.to_string() for frame in app.dataframe]
    return "\n".join([*(str(word.value) for word in words), *tables])


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_the_sample(
    show: Callable[..., AppTest], sample_warehouse: Warehouse, name: str, lang: str
) -> None:
    app = show(sample_warehouse, name, lang)
    assert not app.exception
    # What is chosen from is no Markdown: an escape would be seen.
    choices = [option for box in (*app.selectbox, *app.multiselect) for option in box.options]
    assert not [option for option in choices if "\\" in option]


@pytest.mark.parametrize("name", PAGES)
def test_every_page_shows_two_tables_alone_without_a_made_up_zero(
    show: Callable[..., AppTest], company: list[Path], name: str
) -> None:
    warehouse = load_shared(company[:2])
    app = show(warehouse, name)
    assert not app.exception
    if name == "needs":
        assert "This part needs **Needs \\(needs\\)**" in said(app)
    if name == "overview":
        values = dict(
            zip([m.label for m in app.metric], [m.value for m in app.metric], strict=True)
        )
        assert values["Match rate"] == "–" and values["Revenue"] == "–"


@pytest.mark.parametrize("name", PAGES)
def test_one_account_is_enough_to_open_every_page(
    show: Callable[..., AppTest],
    file: Callable[[str, str], Path],
    name: str,
) -> None:
    warehouse = load_shared(
        [file("accounts.csv", "account_id,account_name,region\nA1,Alder,East\n")]
    )
    assert not show(warehouse, name).exception


@pytest.mark.parametrize("name", PAGES)
def test_a_viewer_sees_nothing_of_another_region(
    show: Callable[..., AppTest], company: list[Path], name: str
) -> None:
    warehouse = load_shared(company)
    assert "Alder" not in said(show(warehouse, name, regions=("South",)))
    assert "Birch" not in said(show(warehouse, name, regions=("East",)))
    assert "Alder" not in said(show(warehouse, name, regions=("South",), region="East"))


def test_scopes_that_differ_have_different_places_in_the_cache() -> None:
    scope = Scope(("East",), as_of=None)  # type: ignore[arg-type]
    assert len({repr(scope), repr(replace(scope, regions=("South",)))}) == 2


@pytest.mark.parametrize(
    "name", ["overview", "tiers", "follow_up", "needs", "service", "value", "resources"]
)
def test_names_in_the_data_never_act_as_markup(
    show: Callable[..., AppTest],
    company: list[Path],
    file: Callable[[str, str], Path],
    name: str,
) -> None:
    rows = f'account_id,account_name,region,growth_potential\nA1,"{HOSTILE}","{HOSTILE}",80\n'
    warehouse = load_shared([file("accounts.csv", rows), *company[1:]])
    app = show(warehouse, name)
    assert not app.exception
    shown = [str(word.value) for word in [*app.markdown, *app.caption]]
    assert not [word for word in shown if "](http" in word or "<img" in word.replace(r"\<img", "")]


@pytest.mark.parametrize("as_of", ["soon", "2024-13-45", "1900-01-01", "2999-12-31", ""])
def test_any_as_of_day_in_a_link_shows_a_page(
    show: Callable[..., AppTest], company: list[Path], as_of: str
) -> None:
    warehouse = load_shared(company)
    assert not show(warehouse, "overview", as_of=as_of).exception


def test_choosing_a_cell_lists_its_accounts(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "tiers", cell="stable")
    (listed,) = [frame.value for frame in app.dataframe if "tier" in frame.value]
    assert set(listed["tier"]) == {"Stable"} and len(listed) > 0


def test_a_search_finds_a_definition_in_either_language(
    show: Callable[..., AppTest], sample_warehouse: Warehouse
) -> None:
    app = show(sample_warehouse, "definitions", "en")
    app.text_input[0].set_value("匹配率").run()
    assert "match\\_rate" in said(app) or "`match_rate`" in said(app)
    assert "`key_churn`" not in said(app)


@pytest.mark.parametrize(
    ("files", "told"),
    [
        (1, "**Building · orders\\.csv · 3 of 9 rows** …"),
        (0, "**Building · orders\\.csv · 3 of 9 rows** …"),
        (4, "**Building · orders\\.csv \\(2 of 4\\) · 3 of 9 rows** …"),
    ],
)
def test_progress_tells_which_of_several_files_is_at_hand(files: int, told: str) -> None:
    script = f"""
from kam_core.ingest.progress import Progress
from kam_core.text.writer import Text
from pages.parts.uploads import preview_step
step = Progress("build", "orders.csv", number=2, files={files}, rows=3, total=9)
preview_step.render_progress(step, Text("en"))
"""
    assert AppTest.from_string(script).run().markdown[0].value == told


def test_a_preview_asks_first_and_folds_the_figures_that_stay(
    warehouse: Warehouse, company: list[Path]
) -> None:
    load(warehouse, company, as_of=date(2024, 9, 30))
    company[3].write_text("\n".join(ORDERS.splitlines()[:2]) + "\n", "utf-8")
    script = """
import streamlit as st
from kam_core.text.writer import Text
from pages.parts.uploads import preview_step
text = Text("en")
preview_step.ask_for_decision(st.session_state.seen, text)
preview_step.render_reports(st.session_state.seen.files, text)
preview_step.render_comparison(st.session_state.seen, text)
"""
    app = AppTest.from_string(script, default_timeout=300)
    app.session_state.seen = preview(warehouse, [company[3]], as_of=date(2024, 9, 30))
    app.run()
    order = [element.type for element in app.main]
    assert order.index("warning") < order.index("checkbox") < order.index("dataframe")
    (shown,) = [frame.value for frame in app.dataframe if "metric" in frame.value]
    # The index of concentration moves too, but only from 0.9999994 to 1: both are shown as 1.000.
    assert set(shown["metric"]) == {"Revenue", "Key-account share of revenue"}
    (folded,) = app.expander
    assert "move by less than is shown" in folded.label and not folded.dataframe


@pytest.mark.parametrize("name", PAGES)
def test_a_page_file_alone_goes_to_the_door_and_shows_nothing(name: str) -> None:
    text = (ROOT / "pages" / f"{name}.py").read_text("utf-8")
    last = ast.parse(text).body[-1]
    assert isinstance(last, ast.If) and ast.unparse(last.test) == "__name__ == '__main__'"
    assert 'st.switch_page("app.py"' in ast.get_source_segment(text, last)


def test_settings_that_keep_the_server_to_itself_are_pinned() -> None:
    document = tomllib.loads((ROOT / ".streamlit" / "config.toml").read_text("utf-8"))
    found = {name: document[name.split(".")[0]].get(name.split(".")[1]) for name in PINNED}
    assert found == PINNED
    for theme in ("light", "dark"):
        assert len(document["theme"][theme]["chartCategoricalColors"]) == 10
