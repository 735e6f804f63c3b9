"""How like headers and texts are to what the contract knows: by name, held against the values."""

from collections.abc import Collection, Mapping, Sequence

from rapidfuzz import fuzz

from kam_core.contract.declaration import Column
from kam_core.ingest.mapping import headers as mapping
from kam_core.ingest.mapping import inference, name_map
from kam_core.ingest.mapping.feeds import Recipe, Rows
from kam_core.ingest.mapping.name_map import KnownNames
from kam_core.ingest.mapping.proposal_model import ColumnProposal
from kam_core.ingest.text_folding import fold, strip_marks, unique_names
from kam_core.settings.loader import load_settings


class Evidence:
    """The header and the sample of one file, and what can be asked of them.

    ``header`` gives each cell a name of its own, ``written`` has them as they stand in the file,
    ``merged`` are those whose columns have cells merged downwards.
    """

    def __init__(
        self,
        header: Sequence[str],
        rows: Rows,
        known: KnownNames,
        merged: Collection[str] = (),
    ) -> None:
        limit = load_settings().mapping.content.rows
        self.header = unique_names(header)
        self.written = dict(zip(self.header, header, strict=True))
        self.rows = [row for row in rows if len(row) == len(self.header)][:limit]
        self.known = known
        self.merged = merged

    def texts(self, cell: str) -> list[str]:
        return inference.cells_of(cell, self.header, self.rows)

    def personal(self, recipe: Recipe) -> dict[str, str]:
        used = {*recipe.columns.values(), *recipe.left_out}
        kinds = {
            cell: inference.personal_kind(self.written[cell], self.texts(cell))
            for cell in self.header
            if cell not in used
        }
        return {cell: kind for cell, kind in kinds.items() if kind}


def best_pairs(
    table: str, columns: Sequence[Column], free: Sequence[str], evidence: Evidence
) -> dict[str, ColumnProposal]:
    """Greedy: the likeliest pair first, then the next of what is left."""
    pairs = [
        pair
        for column in columns
        for cell in free
        if (pair := _pair(table, column, cell, evidence)) is not None
    ]
    pairs.sort(key=lambda pair: (-pair.confidence, not pair.required))
    chosen: dict[str, ColumnProposal] = {}
    used: set[str] = set()
    for pair in pairs:
        if pair.column not in chosen and pair.header not in used:
            chosen[pair.column] = pair
            used.add(str(pair.header))
    return chosen


def _pair(table: str, column: Column, cell: str, evidence: Evidence) -> ColumnProposal | None:
    """How likely a header is to be a column: by its name, held against its values; or by values."""
    texts = evidence.texts(cell)
    written = evidence.written[cell]
    alike = similarity(table, column, written) * _kind_weight(column, texts)
    if alike >= load_settings().mapping.similar.least:
        unit = mapping.unit_of(table, column.name, written)
        confidence, shown, factor = round(alike, 2), None, None
        if unit:
            shown, factor = unit
        return ColumnProposal(
            column.name, column.required, cell, "similar", confidence, shown, factor
        )
    speaks = _values_speak_for(table, column, texts, evidence.known)
    weight = load_settings().mapping.content.weight
    if not speaks:
        return None
    confidence = round(weight * speaks, 2)
    return ColumnProposal(column.name, column.required, cell, "content", confidence)


def similarity(table: str, column: Column, cell: str) -> float:
    """How like a header is to the names of a column, 0 to 1; a hint of mapping.toml counts high."""
    settings = load_settings().mapping
    folded = fold(mapping.without_table(table, strip_marks(cell)))
    if folded in map(fold, settings.never.get(column.name, ())):
        return 0.0
    hints = settings.hints.get(table, {}).get(column.name, ())
    if folded and folded in map(fold, hints):
        return settings.similar.hint
    names = {fold(name) for name in (column.name, column.zh, column.en, *column.aliases)}
    return max((_alike(folded, name) for name in names if name), default=0.0)


def _alike(cell: str, name: str) -> float:
    settings = load_settings().mapping.similar
    whole = fuzz.ratio(cell, name) / 100
    shorter, longer = sorted((cell, name), key=len)
    least = settings.piece_least * (2 if shorter.isascii() else 1)
    is_piece = len(shorter) >= least and shorter in longer
    return max(whole, settings.piece_weight) if is_piece and whole < 1 else whole


def _kind_weight(column: Column, texts: Sequence[str]) -> float:
    """What a resemblance of names is worth once the values are looked at."""
    settings = load_settings().mapping
    if column.type in ("text", "id", "enum"):
        return 1.0
    share = inference.share_that_fits(column, texts)
    if share is None:
        return settings.similar.unknown_kind
    fits = share >= settings.content.least_share
    return 1.0 if fits else settings.similar.wrong_kind


def _values_speak_for(table: str, column: Column, texts: Sequence[str], known: KnownNames) -> float:
    """The share of values that only this column could explain: known words, known names."""
    values = inference.filled(texts)
    settings = load_settings().mapping.content
    if len(values) < settings.least_values:
        return 0.0
    kind = name_map.kind_of(table, column.name)
    if column.type == "enum":
        names = inference.value_names(table, column.name)
        share = sum(fold(value) in names for value in values) / len(values)
    elif kind and known.ever.get(kind):
        share = sum(value in known.ever[kind] for value in values) / len(values)
    else:
        return 0.0
    return share if share >= settings.least_share else 0.0


def likeliest_meaning(text: str, known: Mapping[str, str]) -> tuple[str | None, float]:
    """The meaning of the known text most like this one; none where two meanings are as like."""
    best: dict[str, float] = {}
    for name, value in known.items():
        best[value] = max(best.get(value, 0.0), _alike(fold(text), name))
    ranked = sorted(best.items(), key=lambda found: -found[1])
    is_tie = len(ranked) > 1 and ranked[0][1] == ranked[1][1]
    least = load_settings().mapping.similar.least
    if not ranked or is_tie or ranked[0][1] < least:
        return None, 0.0
    return ranked[0][0], round(ranked[0][1], 2)
