"""What each page shows and in which order, from settings/pages.toml."""

import tomllib
from functools import cache

from kam_core.settings.loader import SETTINGS


@cache
def layout() -> dict:
    return tomllib.loads((SETTINGS / "pages.toml").read_text("utf-8"))
