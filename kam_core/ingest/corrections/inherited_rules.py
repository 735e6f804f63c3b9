"""What holds for resubmitted rows because it held for the upload that they come from."""

from collections import Counter
from collections.abc import Sequence

from kam_core.ingest.mapping.feeds import Recall, Recipe
from kam_core.ingest.mapping.overrides import Overrides, header_key, read_overrides, without
from kam_core.ingest.read.table_layout import Reading
from kam_core.ingest.text_folding import unique_names

# What the other rows of a file proved, or a person said of them, holds for those sent back as well.
INHERITED = ("constants", "dates", "scales", "factors", "decimals", "blanks")


def inherit_rules(recall: Recall | None, source: Recipe | None, reading: Reading) -> Recall | None:
    """What was confirmed for a header set; for that of a correction how its source was read."""
    if source is None:
        return recall
    key = header_key(reading.header, source.table)
    older = recall(key) if recall else None
    own = _as_overrides(source, unique_names(reading.header))
    own = own.over(read_overrides(older)) if older else own
    return lambda header: own.document() if header == key else recall(header) if recall else None


def _as_overrides(source: Recipe, names: Sequence[str]) -> Overrides:
    """A recipe as answers, as far as the file still has its columns."""
    columns = {column: cell for column, cell in source.columns.items() if cell in names}
    gone = {*source.columns} - {*columns}
    made = {column: cells for column, cells in source.made.items() if {*cells} <= {*names}}
    used = Counter(columns.values())
    return Overrides(
        table=source.table,
        columns=columns,
        joined=made,
        left_out=[cell for cell in source.left_out if cell in names],
        shared=[cell for cell, count in used.items() if count > 1],
        **{part: without(getattr(source, part), gone) for part in INHERITED},
    )
