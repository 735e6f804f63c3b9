"""Small companies as a dashboard looks at them."""

from datetime import date
from pathlib import Path
from typing import Any

from kam_core.dashboard.company import ANSWERS_KEPT, Company
from kam_core.dashboard.memory import AnswerMemory
from kam_core.dashboard.model import Figure
from kam_core.dashboard.view import View, choose_view
from kam_core.text.marked_text import strip_marks
from tests.support.worlds import Snapshots, connect


def view_of(
    world: Snapshots,
    folder: Path,
    quarter: str = "2024-Q3",
    as_of: str = "2024-09-30",
    lang: str = "en",
    settings: dict | None = None,
    **choices: Any,
) -> View:
    """A view of a version of these uploads, which is kept in a file of an empty folder."""
    path = folder / "world.duckdb"
    connect(world, settings, path).close()
    day, memory = date.fromisoformat(as_of), AnswerMemory(ANSWERS_KEPT)
    company = Company(1, str(path), day, record=None, keep=memory)  # type: ignore[arg-type]
    return choose_view(company, lang, quarter, **choices)


def words(figure: Figure) -> str:
    """What a figure says, without the marks of its values."""
    return strip_marks(" ".join(figure.sentences))


def cells(figure: Figure, *columns: str) -> list[tuple]:
    """Some columns of a figure's table, row by row."""
    assert figure.table is not None
    return list(figure.table.frame[list(columns)].itertuples(index=False, name=None))
