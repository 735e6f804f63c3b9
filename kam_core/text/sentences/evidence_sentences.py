"""The rows behind a figure: how many there are, and how they make it up."""

import pandas as pd

from kam_core.metrics.catalogue import Metric
from kam_core.metrics.kinds import BOTH
from kam_core.text import formats
from kam_core.text.sentences.figure_sentences import joined
from kam_core.text.writer import Text

WHOLE = ("line_no", "snapshot_id")
FIRST = ("account_name", "file_name", "line_no")


def behind(
    rows: pd.DataFrame, metric: Metric, period: str, account: str | None, most: int, text: Text
) -> str:
    """How many rows there are, and whether they add up to the figure."""
    words = {"period": formats.period(period, text.lang)}
    if rows.empty:
        return text.rich("evidence.none", **words)
    if len(rows) >= most:
        return joined([text.rich("evidence.shown", shown=formats.count(most, text.lang))], text)
    words |= {
        "metric": metric.title(text.lang),
        "count": formats.count(len(rows), text.lang),
    }
    key = "evidence.sentence_account" if account else "evidence.sentence"
    counted = text.rich(key, **words, **({"account": account} if account else {}))
    return joined([counted, text(f"evidence.{how(rows, metric)}", count=words["count"])], text)


def how(rows: pd.DataFrame, metric: Metric) -> str:
    """How the rows make up the figure: which halves of it they hold."""
    if metric.kind.rows_word:
        return metric.kind.rows_word
    if rows["numerator"].isna().all():
        return "not_by_row"
    if metric.scale > 1:
        return "microseconds"
    if not metric.kind.is_amount and rows["denominator"].isna().all():
        return "numerator_only"
    return "obligations" if "state" in rows and "due_on" in rows else "add_up"


def listed(rows: pd.DataFrame, metric: Metric) -> pd.DataFrame:
    """The rows without a half that nobody reads: an empty one, or one in microseconds."""
    unread = [half for half in BOTH if rows[half].isna().all() or metric.scale > 1]
    # A row that was never uploaded has no line; the others have a whole one.
    shown = rows.drop(columns=["period", *unread]).astype(dict.fromkeys(WHOLE, "Int64"))
    return shown[[*FIRST, *(name for name in shown if name not in FIRST)]]
