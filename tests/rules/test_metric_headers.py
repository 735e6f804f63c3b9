"""A metric file says what it means in both languages, and the documentation says the same."""

from pathlib import Path

import pytest

from kam_core import contract, metrics, reference

ROOT = Path(__file__).parents[2]
FILES = sorted((ROOT / "kam_core" / "sql" / "metrics").glob("*.sql"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_header_is_complete(path: Path) -> None:
    metric = metrics.parse(path.read_text("utf-8"))
    assert metric.name == path.stem
    assert metric.kind in metrics.KINDS
    assert metric.unit in ("percent", "money", "hours", "days", "count")
    assert metric.better in ("higher", "lower")
    assert metric.interval in ("wilson", "none")
    assert all(
        (metric.zh, metric.en, metric.means_zh, metric.means_en, metric.not_zh, metric.not_en)
    )


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_metric_reads_scoped_views_only(path: Path) -> None:
    query = metrics.parse(path.read_text("utf-8")).sql
    assert "scoped." in query
    assert "history." not in query and "main." not in query


def test_the_documentation_is_what_the_headers_say() -> None:
    written = (ROOT / "docs" / "metrics.md").read_text("utf-8")
    assert written == reference.document(), "run `make docs`"


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_target_can_name_the_metric_by_its_titles(path: Path) -> None:
    metric = metrics.parse(path.read_text("utf-8"))
    names = dict(contract.tables()["targets"].column("metric").values)
    assert {metric.zh.casefold(), metric.en.casefold()} <= {
        name.casefold() for name in names[metric.name]
    }
