"""The scorecard of a quarter as a table for a terminal."""

from collections.abc import Mapping, Sequence

from kam_core.metrics.scorecard import Score
from kam_core.render.terminal.text_columns import align_columns
from kam_core.text import formats
from kam_core.text.writer import Text


def render_scores(scores: Sequence[Score], paced: Mapping[str, float], text: Text) -> str:
    """One line for each score; ``paced``: where some would end, by metric."""
    names = ("metric", "value", "target", "gap", "paced", "status")
    cells = [_cells(score, paced.get(score.metric), text) for score in scores]
    shown = [name for name in names if paced or name != "paced"]
    heads = [text.column(name) for name in shown]
    return align_columns([heads, *([row[name] for name in shown] for row in cells)])


def _cells(score: Score, paced: float | None, text: Text) -> dict[str, str]:
    return {
        "metric": text.metric(score.metric),
        "value": formats.quantity(score.value, score.unit, text.lang),
        "target": formats.quantity(score.target, score.unit, text.lang),
        "gap": formats.difference(score.gap, score.unit, text.lang),
        "paced": "" if paced is None else formats.quantity(paced, score.unit, text.lang),
        "status": text.standing(score),
    }
