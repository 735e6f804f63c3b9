"""What a target can be, typed on a page or read from a file, as the metric's header says."""

from decimal import Decimal
from math import inf, isfinite

from kam_core.settings.loader import load_settings


def target_bounds(metric: str) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that a target of a figure can be, each None where there is none."""
    bounds = load_settings().target_bounds
    least = bounds.lowest.get(metric, -inf)
    most = (bounds.highest | bounds.highest_share).get(metric, inf)
    lowest, highest = (Decimal(str(end)) if isfinite(end) else None for end in (least, most))
    return lowest, highest


def is_share(metric: str) -> bool:
    """Whether a target of the figure is a share or a change, so that 90 may stand for 90 %."""
    return metric in load_settings().target_bounds.highest_share
