"""What a target can be, typed on a page or read from a file (target_bounds.toml)."""

from decimal import Decimal

from kam_core.settings.loader import load_settings


def target_bounds(metric: str) -> tuple[Decimal | None, Decimal | None]:
    """The least and the most that a target of a figure can be, each None where there is none."""
    bounds = load_settings().target_bounds
    lowest = Decimal(str(bounds.lowest.get(metric, bounds.lowest_otherwise)))
    highest = (bounds.highest | bounds.highest_share).get(metric)
    return (
        lowest if lowest.is_finite() else None,
        None if highest is None else Decimal(str(highest)),
    )


def is_share(metric: str) -> bool:
    """Whether a target of the figure is a share or a change, so that 90 may stand for 90 %."""
    return metric in load_settings().target_bounds.highest_share
