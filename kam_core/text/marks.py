"""What stands beside a figure: its status as a shape and a word, and the cases it rests on."""

from kam_core.metrics.catalogue import Metric
from kam_core.metrics.scorecard import Score
from kam_core.text.writer import Text

SHAPES = {"met": "●", "near": "◐", "missed": "▲", "no_target": "○", "no_data": "–",
          "no_status": "–"}  # fmt: skip


def status_words(
    status: str, text: Text, decidable: bool | None = None, is_running: bool = False
) -> str:
    """Shape and word, whether there are too few cases to tell, and whether the period runs on."""
    words = f"{SHAPES[status]} {text.value('status', status)}"
    if decidable is False:
        words = text("blocks.undecided", status=words)
    return text("blocks.still_running", status=words) if is_running else words


def rests_on(score: Score, metric: Metric, text: Text) -> str:
    """What a share, change or uplift divides, or the cases of a middle or mean; else nothing."""
    if not score.denominator:
        return ""
    if metric.kind.has_amounts:
        return text("blocks.cases", **vars(score) | {"unit": metric.parts})
    return text("blocks.n", n=score.denominator) if metric.kind.counts_cases else ""
