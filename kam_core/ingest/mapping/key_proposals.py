"""What a file without ids is asked: are its names the keys, or do several columns make one?"""

from collections.abc import Iterable, Sequence
from itertools import combinations

from kam_core.contract.declaration import tables
from kam_core.ingest.mapping import inference
from kam_core.ingest.mapping.composite_keys import BETWEEN
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.mapping.proposal_model import Option, Question
from kam_core.ingest.mapping.similarity import Evidence
from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.mapping import KeyColumns

# So many values of a column are shown.
EXAMPLES = 3


def key_questions(recipe: Recipe, evidence: Evidence) -> Iterable[Question]:
    """The question about the key of the table, where the file has none."""
    key = tables()[recipe.table].id_column
    if key is None or key in recipe.given or recipe.feed:
        return
    if recipe.table == "accounts":
        yield from _names_as_keys(recipe, evidence)
    elif headers := smallest_key(recipe, evidence):
        first = BETWEEN.join(evidence.texts(header)[0].strip() for header in headers)
        option = Option(list(headers), str(len(_rows(evidence))), first)
        yield Question("joined", key, "", (option,), list(headers), tuple(headers))


def _names_as_keys(recipe: Recipe, evidence: Evidence) -> Iterable[Question]:
    """An account list without ids whose names are all different: the names may be the keys."""
    name = recipe.columns.get("account_name")
    if name is not None and inference.is_distinct(evidence.texts(name)):
        option = column_option(name, evidence)
        yield Question("key", "account_id", name, (option,), suggested=name)


def column_option(cell: str, evidence: Evidence) -> Option:
    """A column of the file by its position and its first values: names may be written alike."""
    values = list(dict.fromkeys(inference.filled(evidence.texts(cell))))[:EXAMPLES]
    return Option(cell, str(evidence.header.index(cell) + 1), " / ".join(values))


def smallest_key(recipe: Recipe, evidence: Evidence) -> Sequence[str]:
    """The fewest headers that tell all rows apart; rows that are the same throughout count once.

    What makes an id of the table by its nature (account, day, kind) always belongs to it: that a
    sample needs less of it proves nothing for the rows of next week.
    """
    settings = load_settings().mapping.made_keys
    parts = settings.tables.get(recipe.table, KeyColumns())
    always = _headers(parts.always, recipe)
    rows = _rows(evidence)
    if len(always) < settings.least_columns or len(rows) < settings.least_rows:
        return ()
    others = [header for header in _others(parts, recipe, evidence) if header not in always]
    others = others[: settings.most_others]
    for count in range(settings.most_more + 1):
        for more in combinations(others, count):
            if _tells_apart([*always, *more], rows, evidence.header):
                return (*always, *more)
    return ()


def _rows(evidence: Evidence) -> list[tuple[str, ...]]:
    """The different rows: one that stands twice needs no id of its own."""
    return list(dict.fromkeys(map(tuple, evidence.rows)))


def _headers(columns: Sequence[str], recipe: Recipe) -> list[str]:
    found = (recipe.columns[column] for column in columns if column in recipe.columns)
    return list(dict.fromkeys(found))


def _others(parts: KeyColumns, recipe: Recipe, evidence: Evidence) -> list[str]:
    """What may be needed beside: columns of the table that last, then those it does not know."""
    used = {*recipe.columns.values(), *recipe.left_out, *evidence.personal(recipe)}
    return [*_headers(parts.then, recipe), *(h for h in evidence.header if h not in used)]


def _tells_apart(
    headers: Sequence[str], rows: Sequence[Sequence[str]], names: Sequence[str]
) -> bool:
    positions = [names.index(header) for header in headers]
    return len({tuple(row[p].strip() for p in positions) for row in rows}) == len(rows)
