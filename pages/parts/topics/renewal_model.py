"""Return on personalised time: what an hour goes together with, beside the plain renewal rates."""

import pandas as pd
import streamlit as st

from kam_core.analysis import renewal_model
from kam_core.render.plotly import resource_charts
from kam_core.settings.page_layout import layout
from kam_core.text.sentences import resource_sentences as sentences
from kam_core.text.writer import Text, escape
from pages.parts.render import blocks
from pages.parts.state import cache
from pages.parts.state.filters import View

STEPS = 60
NEEDED = ("contracts", "interactions")
Line = tuple[list[float], list[float]]
NO_LINE: Line = ([], [])


def show(view: View, text: Text) -> None:
    """The estimate in a sentence, and the renewal rate by band of hours with the fitted curve."""
    for table in NEEDED:
        if not view.has(table):
            blocks.missing(f"needs:{table}", text)
            return
    found, bands = cache.payback(view.source, view.scope)
    claim = layout()["resources"].get("claimed_effect_per_hour")
    blocks.sentence(sentences.estimated(found, claim, text))
    if not bands.empty:
        _picture(found, bands, claim, text)
    st.caption(escape(text("resources.returns_note", unknown=found.unknown)))


def _picture(
    found: renewal_model.Estimate, bands: pd.DataFrame, claim: float | None, text: Text
) -> None:
    names = list(sentences.band_names(bands, text))
    hours = [bands["mean_hours"].max() * step / STEPS for step in range(STEPS + 1)]
    fitted = (hours, renewal_model.curve(found, hours)) if found.effect is not None else NO_LINE
    drawn = resource_charts.renewal(
        bands, names, fitted, _claimed(found, bands, claim), text, blocks.palette()
    )
    table = bands[["contracts", "renewed", "rate", "low", "high", "mean_hours"]]
    table = table.rename(columns={"renewed": "renewed_count", "rate": "renewal_rate"})
    table.insert(0, "hour_band", names)
    said = sentences.banded(bands, text)
    blocks.figure(
        "return_on_time", drawn, said, table, text, percent=("renewal_rate", "low", "high")
    )


def _claimed(found: renewal_model.Estimate, bands: pd.DataFrame, claim: float | None) -> Line:
    """The claim as a line from the fitted chance at no hours, as far as a share can go."""
    if claim is None or found.effect is None:
        return NO_LINE
    (start,) = renewal_model.curve(found, [0.0])
    end = min(float(bands["mean_hours"].max()), (1 - start) / claim)
    return [0.0, end], [start, start + claim * end]
