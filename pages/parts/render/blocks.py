"""Answers that no section composes, such as those about uploads: rows in words, with a download."""

import pandas as pd
import streamlit as st

from kam_core.dashboard.tables import answer_table
from kam_core.text.writer import Text, escape
from pages.parts.render import figures


def table(name: str, listed: pd.DataFrame, text: Text) -> None:
    """Rows with headings and codes in words, and all of them as a download."""
    figures.render_table(answer_table(name, listed, text), text)


def rows(listed: pd.DataFrame, text: Text, height: figures.Height = "auto") -> None:
    """Rows with headings and codes in words."""
    figures.render_rows(answer_table("rows", listed, text), text, height)


def written(listed: pd.DataFrame, text: Text) -> None:
    """A few rows to be read to their end: long cells wrap instead of being cut."""
    shown = listed.map(lambda cell: escape(str(cell)))
    shown.columns = pd.Index([escape(text.column(str(name))) for name in listed])
    st.table(shown, border="horizontal", hide_index=True)


# The file uploader's own words cannot be set and are English.
UPLOADER = """<style>
[data-testid="stFileUploaderDropzone"] button p {{ font-size: 0; }}
[data-testid="stFileUploaderDropzone"] button p::after {{ content: "{choose}"; font-size: 1rem; }}
[data-testid="stFileUploaderDropzoneInstructions"] span {{ font-size: 0; }}
[data-testid="stFileUploaderDropzoneInstructions"] span::after {{
    content: "{drop}"; font-size: 0.875rem; white-space: normal;
}}
</style>"""


def uploader_words(text: Text) -> None:
    """Say in the page's language what to do with the uploader below."""
    st.html(UPLOADER.format(choose=text("uploads.choose"), drop=text("uploads.drop")))
