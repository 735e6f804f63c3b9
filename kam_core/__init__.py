"""Keystone: whether a sales organisation looks after its key accounts. Usable without Streamlit.

``kam_core.open(folder).view(quarter="2024-Q3", lang="en")`` answers what the pages show.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kam_core.dashboard.view import open_dashboard as open  # noqa: F401


def __getattr__(name: str) -> Any:
    """``open``, loaded when it is wanted: whoever needs one module does not wait for all."""
    if name != "open":
        raise AttributeError(name)
    from kam_core.dashboard.view import open_dashboard

    return open_dashboard
