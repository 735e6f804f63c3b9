"""Keeps every choice in the address, as codes that mean the same in both languages.

Streamlit's own binding writes the words of an option, which another language would not know.
"""

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import streamlit as st

ONE = (
    "lang",
    "quarter",
    "as_of",
    "trend",
    "cell",
    "owner",
    "step",
    "metric",
    "against",
    "split",
    "account",
    "part",
    "topic",
)
MANY = ("region", "tier")
KEYS = (*ONE, *MANY)
CHOSEN, DEFAULTS, SEEN, PAGE = "chosen", "defaults", "address_seen", "page_seen"
Default = TypeVar("Default", bound=str | None)


def read_address() -> None:
    """Take over the address where it is not what this session wrote: a link, or a step back.

    The menu drops everything behind a page's name: an empty address on another page keeps the view.
    """
    state, where = st.session_state, st.context.url
    state.setdefault(DEFAULTS, {})
    state.setdefault(CHOSEN, {})
    address = {key: st.query_params.get_all(key) for key in KEYS if key in st.query_params}
    from_menu = not address and where != state.get(PAGE)
    if address != state.get(SEEN, {}) and not from_menu:
        state[CHOSEN] = {key: v if key in MANY else v[-1] for key, v in address.items()}
        for key in KEYS:
            state.pop(key, None)
    state[PAGE] = where


def current() -> dict[str, list[str]]:
    """The choices that differ from the defaults, as query parameters."""
    defaults, chosen = st.session_state[DEFAULTS], st.session_state[CHOSEN]
    values = {key: st.session_state.get(key, chosen.get(key)) for key in KEYS}
    return {
        key: list(value) if key in MANY else [value]
        for key, value in values.items()
        if value and value != defaults.get(key)
    }


def pinned(keys: Sequence[str]) -> dict[str, list[str]]:
    """Some choices, also those that follow the newest data: an address that shows the same again.

    A choice that nobody made and that has no default is left out.
    """
    defaults, chosen = st.session_state[DEFAULTS], st.session_state[CHOSEN]
    values = {key: chosen.get(key) or defaults.get(key) for key in keys}
    return {k: list(v) if k in MANY else [v] for k, v in values.items() if v}


def write() -> None:
    """Make the address say what is chosen."""
    shown = current()
    st.session_state[SEEN] = shown
    if shown != {key: st.query_params.get_all(key) for key in KEYS if key in st.query_params}:
        others = {k: st.query_params.get_all(k) for k in st.query_params if k not in KEYS}
        st.query_params.from_dict(others | shown)


def one(
    widget: Callable[..., Any],
    label: str,
    options: Sequence[str],
    default: Default,
    key: str,
    **options_of_widget: Any,
) -> str | Default:
    """A widget for one of some options; an option nobody offers falls back to the default."""
    chosen, defaults = st.session_state[CHOSEN], st.session_state[DEFAULTS]
    value = st.session_state.get(key, chosen.get(key))
    is_free = options_of_widget.get("accept_new_options")
    followed = value is not None and value == defaults.get(key)
    if value is None or followed or (value not in options and not is_free):
        value = default
    st.session_state[key], defaults[key] = value, default
    chosen[key] = widget(label, options, key=key, **options_of_widget)
    return chosen[key]


def one_of_few(
    label: str, options: Sequence[str], key: str, words: Callable[[str], str], **shown: Any
) -> str:
    """One of some options that stand side by side, at first the first; the label is only heard."""
    shown = {"format_func": words, "required": True, "label_visibility": "collapsed"} | shown
    return one(st.segmented_control, label, options, options[0], key, **shown)


def many(label: str, options: Sequence[str], key: str, **options_of_widget: Any) -> tuple[str, ...]:
    """A widget for any number of options, none meaning all; options nobody offers are dropped."""
    chosen = st.session_state[CHOSEN]
    values = st.session_state.get(key, chosen.get(key, []))
    st.session_state[key] = [value for value in values if value in options]
    chosen[key] = st.multiselect(label, options, key=key, **options_of_widget)
    return tuple(chosen[key])
