"""How far a load has come: phases, files and rows, for whoever listens."""

from collections.abc import Callable
from dataclasses import dataclass

from kam_core.warehouse.lock import Holder


@dataclass(frozen=True)
class Progress:
    """``number`` of ``files`` is at hand in ``phase``; ``rows`` done of ``total``, where known.

    queued: another load is at work; then for each file read, map, check; then build for each upload
    that the new version is made from, which may be all there ever were; then once verify, publish.
    """

    phase: str
    file: str = ""
    number: int = 0
    files: int = 0
    rows: int = 0
    total: int | None = None
    holder: Holder | None = None


Listener = Callable[[Progress], None]


def nobody(_: Progress) -> None:
    """The listener of a load that nobody watches."""
