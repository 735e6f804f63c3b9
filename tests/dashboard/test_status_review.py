"""What a document reports beside what the rows give, counted from five rows."""

from pathlib import Path

import pytest

from kam_core.dashboard.sections import status_review
from kam_core.dashboard.view import View
from kam_core.settings import loader
from tests.support.views import cells, view_of, words
from tests.support.worlds import account, order, snapshots, survey

SAID = {"zh": "文件", "en": "as the document says"}
REVIEW = {
    "quarter": "2024-Q3",
    "document": {"zh": "评估", "en": "The review"},
    "figures": {
        "sales": {"metric": "revenue", "reported": 100, "words": SAID},
        "north": {"metric": "revenue", "reported": 60, "region": "North", "words": SAID},
        "felt": {"metric": "feels_effective", "reported": 0.5, "words": SAID},
        "unfelt": {"metric": "feels_effective", "is_rest": True, "reported": 0.6, "words": SAID},
    },
    "together": [
        {"figures": ["felt", "unfelt"], "are": "parts", "note": {"zh": "注", "en": "A note."}},
        {"figures": ["sales", "north"], "are": "same", "note": {"zh": "注", "en": "Two things."}},
    ],
}
# Sales are 100, of which North brings 70; one of two answers finds the work effective.
WORLD = snapshots(
    "2024-09-30",
    accounts=[account("A1", region="North"), account("A2", region="South")],
    orders=[order("O1", "A1", "2024-08-01", 70), order("O2", "A2", "2024-08-01", 30)],
    surveys=[
        survey("S1", "A1", "2024-08-01", effective=True),
        survey("S2", "A2", "2024-08-02", effective=False),
    ],
)


def look(folder: Path, review: dict | None = REVIEW, **choices: object) -> View:
    settings = loader.copy_version_settings() | ({"review": review} if review else {})
    return view_of(WORLD, folder, settings=settings, **choices)


@pytest.fixture(scope="module")
def view(tmp_path_factory: pytest.TempPathFactory) -> View:
    return look(tmp_path_factory.mktemp("review"))


def test_each_figure_stands_beside_what_the_rows_give(view: View) -> None:
    figure = status_review.compose_review(view)
    assert figure.title == "The review"
    assert cells(figure, "metric", "reported", "counted", "difference") == [
        ("Revenue", "100", "100", "0"),
        ("Revenue", "60", "70", "+10"),
        ("Feels effective", "50.0%", "50.0%", "0.0 pp"),
        ("1 − Feels effective", "60.0%", "50.0%", "−10.0 pp"),
    ]
    assert "reports 4 figures of Q3 2024; the rows give the same for 2 and another for 2" in (
        words(figure)
    )


def test_a_document_that_contradicts_itself_is_told_so(view: View) -> None:
    figure = status_review.compose_review(view)
    whole = "It gives 50.0% + 60.0% of one whole, which makes 110.0%. A note."
    one = "It gives 100 / 60 for one thing. Two things."
    assert whole in words(figure) and one in words(figure)
    assert [remark for (remark,) in cells(figure, "remark")] == [one, one, whole, whole]


def test_parts_that_make_one_whole_are_no_contradiction(tmp_path: Path) -> None:
    figures = REVIEW["figures"] | {"unfelt": REVIEW["figures"]["unfelt"] | {"reported": 0.5}}
    sound = REVIEW | {"figures": figures, "together": REVIEW["together"][:1]}
    figure = status_review.compose_review(look(tmp_path, sound))
    assert set(cells(figure, "remark")) == {("",)}


def test_a_region_that_is_not_looked_at_gives_nothing_away(tmp_path: Path) -> None:
    figure = status_review.compose_review(look(tmp_path, regions=("South",)))
    assert cells(figure, "counted")[:2] == [("30",), ("–",)]
    assert "For 1 there is no value in this selection." in words(figure)
    assert "the whole company" in figure.note


def test_a_chinese_page_says_it_in_chinese(tmp_path: Path) -> None:
    figure = status_review.compose_review(look(tmp_path, lang="zh"))
    assert figure.title == "评估" and "文件报告了2024年第3季度的 4 项数据" in words(figure)


def test_the_figures_can_be_opened_by_their_metric(view: View) -> None:
    assert status_review.compose_review(view).opens == ("revenue", "feels_effective")


def test_a_company_without_a_review_has_none(tmp_path: Path) -> None:
    view = look(tmp_path, None)
    assert view.company.review() is None and not status_review.has_review(view)
    assert "review" not in loader.copy_version_settings()


def test_a_review_of_an_installation_goes_into_its_versions(overlay) -> None:
    overlay("review.toml", 'quarter = "2024-Q3"\n')
    assert loader.copy_version_settings()["review"] == {"quarter": "2024-Q3"}
