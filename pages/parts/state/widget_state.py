"""Choices about an upload that outlive a look at another page, the preview, and the other language.

Streamlit forgets a widget that is not drawn, and one that it remembers by its key keeps showing
the words of the language in which it was chosen.
"""

from collections.abc import Callable, Sequence
from typing import Any

import streamlit as st

from kam_core.text.writer import Text

KEPT = "upload_kept"


def kept(name: str, otherwise: Any = None) -> Any:
    """What was kept under a name."""
    return st.session_state.get(KEPT, {}).get(name, otherwise)


def now(name: str, text: Text) -> Any:
    """What was chosen, also where its widget is drawn only later in this run."""
    return st.session_state.get(f"{name}/{text.lang}", kept(name))


def keep(name: str, value: object) -> None:
    """Keep a choice for the rest of the session."""
    st.session_state.setdefault(KEPT, {})[name] = value


def forget(*names: str) -> None:
    """Keep these choices no longer."""
    for name in names:
        st.session_state.get(KEPT, {}).pop(name, None)


def choose(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[Any],
    name: str,
    text: Text,
    otherwise: Any = None,
    **more: object,
) -> Any:
    """One of some options by a widget such as ``st.selectbox``; at first the one kept."""
    before = kept(name, otherwise)
    index = list(options).index(before) if before in options else None
    chosen = widget(label, options, index, key=f"{name}/{text.lang}", **more)
    keep(name, chosen)
    return chosen
