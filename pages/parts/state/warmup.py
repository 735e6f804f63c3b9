"""What the server does before the first visitor comes."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from threading import Thread

import streamlit as st

from pages.parts.state import cache


@asynccontextmanager
async def ready(_: st.App) -> AsyncIterator[None]:
    """Serve at once, and meanwhile put into memory what the first page would wait for."""
    Thread(target=cache.prepare, name="prepare", daemon=True).start()
    yield
