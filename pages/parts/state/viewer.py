"""Who is looking. Every page is called with a Viewer; sign-in has one place to come in."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Viewer:
    """``regions=None`` means every region the data knows."""

    name: str
    regions: tuple[str, ...] | None = None

    def sees(self, regions: tuple[str, ...]) -> tuple[str, ...]:
        """The regions of the data that this viewer may look at."""
        return regions if self.regions is None else tuple(r for r in regions if r in self.regions)


def current() -> Viewer:
    """The person at this machine: the server listens on localhost only."""
    return Viewer("local")
