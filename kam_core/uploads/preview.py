"""What a load would change, seen before it is published, and whether it needs a second yes."""

from collections.abc import Sequence
from pathlib import Path
from typing import Unpack

from kam_core.metrics import compare
from kam_core.metrics.compare import VersionComparison
from kam_core.uploads.load import try_load
from kam_core.uploads.report_model import Preview
from kam_core.uploads.upload_part import LoadOptions
from kam_core.warehouse.store import Warehouse


def preview(
    warehouse: Warehouse,
    paths: Sequence[Path],
    *,
    regions: Sequence[str] | None = None,
    **options: Unpack[LoadOptions],
) -> Preview:
    """Build what ``load`` would publish, compare it with the live version, and discard it.

    With ``regions`` the comparison shows what a viewer of these sees. Refuses what ``load``
    refuses; what needs a second yes is told in ``confirm``.
    """

    def look(live: Path | None, candidate: Path) -> VersionComparison:
        return compare.compare(live, candidate, regions)

    tried, comparison = try_load(warehouse, paths, look, **options)
    return Preview(**vars(tried), **vars(comparison))
