"""The public face: a warehouse opened to be looked at, from a notebook or a script."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from kam_core.dashboard.company import Company, open_company
from kam_core.dashboard.view import View, choose_view
from kam_core.text.marked_text import Marked


@dataclass(frozen=True)
class Dashboard:
    """The live version of a warehouse."""

    company: Company

    def view(
        self,
        quarter: str | None = None,
        regions: Sequence[str] = (),
        tiers: Sequence[str] = (),
        as_of: date | None = None,
        lang: str = "en",
    ) -> View:
        """A view of some regions and tiers (by default all) in a quarter (the last one ended).

        KamError for a region, a tier or a quarter that the data does not have.
        """
        return choose_view(self.company, Marked(lang), quarter, regions, tiers, as_of)


def open_dashboard(folder: Path | str) -> Dashboard:
    """The live version of a warehouse folder; KamError("empty_warehouse") where there is none."""
    return Dashboard(open_company(folder))
