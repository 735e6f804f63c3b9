"""What stands beside a figure: its status as a shape and a word, and the cases it rests on."""

from kam_core.metrics.catalogue import Metric
from kam_core.metrics.scorecard import Score
from kam_core.text import formats
from kam_core.text.writer import Text

# Those of an open period are hollow: what comes may still turn them.
SHAPES = {"met": "●", "near": "◐", "missed": "▲", "on_pace": "◎", "behind_pace": "△",
          "no_target": "○", "no_data": "–", "no_status": "–"}  # fmt: skip


def status_words(status: str, text: Text, is_undecided: bool = False) -> str:
    """Shape and word, and whether there are too few cases to tell."""
    words = f"{SHAPES[status]} {text.value('status', status)}"
    return text("blocks.undecided", status=words) if is_undecided else words


def judged_words(score: Score, lang: str) -> dict[str, str]:
    """Value, target and gap side by side, in more digits where value and target read alike."""
    digits = formats.digits_apart(score.value, score.target, score.unit, lang)
    return {
        "value": formats.quantity(score.value, score.unit, lang, digits),
        "target": formats.quantity(score.target, score.unit, lang, digits),
        "gap": formats.difference(score.gap_by_now, score.unit, lang, digits),
    }


def rests_on(score: Score, metric: Metric, text: Text) -> str:
    """What a share, change or uplift divides, or the cases of a middle or mean; else nothing."""
    if not score.denominator:
        return ""
    if metric.kind.has_amounts:
        return text("blocks.cases", **vars(score) | {"unit": metric.parts})
    return text("blocks.n", n=score.denominator) if metric.kind.counts_cases else ""
