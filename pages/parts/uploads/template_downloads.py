"""Templates of tables: offered where a table is missing, and where files are chosen."""

from itertools import count

import streamlit as st
from streamlit.errors import StreamlitDuplicateElementKey

from kam_core.contract import declaration, templates
from kam_core.text.writer import Text


def template_name(table: str, text: Text) -> str:
    """The name of the file, in which our own reader finds the table again."""
    return text("templates.file_name", table=text.table(table), code=table)


def offer_template(table: str, text: Text) -> None:
    """A button with the template of a table that nobody has uploaded yet."""
    # Several parts of a page may wait for the same table, and none knows of the others.
    for number in count():
        try:
            _offer_download(table, text("templates.download"), f"template_{table}_{number}", text)
            return
        except StreamlitDuplicateElementKey:
            continue


def choose_template(text: Text) -> None:
    """The templates of all tables, one button each."""
    folded = st.expander(text("templates.choose"), key="templates", on_change="rerun")
    if folded.open:
        with folded:
            st.caption(text("templates.help"))
            with st.container(horizontal=True):
                for table in declaration.tables():
                    _offer_download(table, text.table(table), f"template_of_{table}", text)


def _offer_download(table: str, label: str, key: str, text: Text) -> None:
    st.download_button(
        label,
        templates.csv_bytes(table, text.lang),
        file_name=template_name(table, text),
        mime="text/csv",
        key=key,
        help=text("templates.help"),
        on_click="ignore",
        type="tertiary",
        icon=":material/download:",
    )
