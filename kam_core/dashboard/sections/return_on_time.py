"""Return on personalised time: what an hour goes together with, beside the plain renewal rates."""

from collections.abc import Sequence

import pandas as pd

from kam_core.analysis import renewal_model
from kam_core.analysis.renewal_model import Estimate
from kam_core.dashboard.charts import Line, RenewalBands
from kam_core.dashboard.model import Figure, FigureTable
from kam_core.dashboard.tables import answer_table
from kam_core.dashboard.view import View
from kam_core.settings.loader import load_settings
from kam_core.text.sentences import resource_sentences
from kam_core.text.writer import Text

STEPS = 60
NEEDED = ("contracts", "interactions")
NO_LINE: Line = ([], [])
NAME = "return_on_time"
COLUMNS = ["contracts", "renewed", "rate", "low", "high", "mean_hours"]


def compose_return_on_time(view: View) -> Figure:
    """The estimate in a sentence, and the renewal rate by band of hours with the fitted curve."""
    text, title = view.text, view.text("resources.returns")
    for table in NEEDED:
        if not view.has(table):
            return Figure(NAME, title, waits_for=f"needs:{table}")
    estimate, bands = view.renewal_model()
    claim = load_settings().pages.resources.claimed_effect_per_hour or None
    sentence = resource_sentences.estimated(estimate, claim, text)
    note = text("resources.returns_note", unknown=estimate.unknown)
    if bands.empty:
        return Figure(NAME, title, (sentence,), note=note)
    names = resource_sentences.band_names(bands, text)
    chart = RenewalBands(bands, names, _fitted(estimate, bands), _claimed(estimate, bands, claim))
    sentences = (sentence, resource_sentences.banded(bands, text))
    return Figure(NAME, title, sentences, (chart,), _band_table(bands, names, text), note)


def _fitted(estimate: Estimate, bands: pd.DataFrame) -> Line:
    if estimate.effect is None:
        return NO_LINE
    hours = [bands["mean_hours"].max() * step / STEPS for step in range(STEPS + 1)]
    return hours, renewal_model.curve(estimate, hours)


def _claimed(estimate: Estimate, bands: pd.DataFrame, claim: float | None) -> Line:
    """The claim as a line from the fitted chance at no hours, as far as a share can go."""
    if claim is None or estimate.effect is None:
        return NO_LINE
    (start,) = renewal_model.curve(estimate, [0.0])
    end = min(float(bands["mean_hours"].max()), (1 - start) / claim)
    return [0.0, end], [start, start + claim * end]


def _band_table(bands: pd.DataFrame, names: Sequence[str], text: Text) -> FigureTable:
    rows = bands[COLUMNS].rename(columns={"renewed": "renewed_count", "rate": "renewal_rate"})
    rows.insert(0, "hour_band", names)
    units = dict.fromkeys(("renewal_rate", "low", "high"), "percent")
    return answer_table(NAME, rows, text, units)
