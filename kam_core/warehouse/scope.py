"""What one viewer may see: part of every cache key and set on every cursor."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Scope:
    """Regions and tiers shown, as of a day; ``tiers=None``: every tier; no region: no row."""

    regions: tuple[str, ...]
    as_of: date
    tiers: tuple[str, ...] | None = None

    def variables(self) -> dict[str, object]:
        """Session variables, as the views of a version file read them."""
        return {
            "regions": list(self.regions),
            "as_of": self.as_of,
            "tiers": None if self.tiers is None else list(self.tiers),
        }
