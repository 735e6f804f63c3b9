"""A metric file says what it means in both languages, and the documentation says the same."""

from pathlib import Path

import pytest

from kam_core.contract import declaration
from kam_core.metrics import catalogue
from kam_core.render import metrics_reference
from kam_core.settings import loader
from kam_core.text import word_catalogue

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "kam_core" / "sql" / "metrics").glob("*.sql"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_header_is_complete(path: Path) -> None:
    metric = catalogue.parse_metric(path.read_text("utf-8"))
    assert metric.name == path.stem
    assert metric.topic in catalogue.TOPICS
    assert metric.unit in ("percent", "money", "hours", "days", "count", "points", "index")
    assert metric.reads in ("period", "day")
    assert metric.parts in ("count", "money", "hours")
    assert set(metric.dated) <= set(metric.needs)
    assert not metric.looks_back_months or metric.dated
    assert metric.better in ("higher", "lower")
    assert metric.interval in ("wilson", "none")
    assert all(
        (metric.zh, metric.en, metric.means_zh, metric.means_en, metric.not_zh, metric.not_en)
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_metric_reads_scoped_views_only(path: Path) -> None:
    query = catalogue.parse_metric(path.read_text("utf-8")).sql
    assert "scoped." in query
    assert "history." not in query and "main." not in query


def test_the_documentation_is_what_the_headers_say() -> None:
    written = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    assert written == metrics_reference.render_reference(), "run `make docs`"


def test_metrics_are_ordered_by_topic_and_no_two_share_a_place() -> None:
    defined = list(catalogue.load_metrics().values())
    places = [(catalogue.TOPICS.index(metric.topic), metric.order) for metric in defined]
    assert places == sorted(set(places))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_what_a_metric_needs_is_in_the_contract(path: Path) -> None:
    tables = declaration.tables()
    for need in catalogue.parse_metric(path.read_text("utf-8")).needs:
        table, _, column = need.partition(".")
        assert need == catalogue.TIERS or table in tables
        assert not column or tables[table].column(column)


def test_every_share_has_a_highest_target() -> None:
    limited = loader.load_settings().target_bounds.highest_share
    shares = [name for name, metric in catalogue.load_metrics().items() if metric.unit == "percent"]
    assert sorted(limited) == sorted(shares)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_word_of_a_header_is_known_in_both_languages(lang: str) -> None:
    known = word_catalogue.load_words(lang)
    for metric in catalogue.load_metrics().values():
        assert f"definitions.formula_{metric.kind.name}" in known
        for kind, word in (("unit", metric.unit), ("topic", metric.topic)):
            assert f"values.{kind}.{word}" in known
        assert all(f"values.slice.{name}" in known for name in metric.dimensions)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_target_can_name_the_metric_by_its_titles(path: Path) -> None:
    metric = catalogue.parse_metric(path.read_text("utf-8"))
    names = declaration.tables()["targets"].column("metric").values
    assert {metric.zh.casefold(), metric.en.casefold()} <= {
        name.casefold() for name in names[metric.name]
    }
