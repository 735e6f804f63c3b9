"""Recipes: how one file becomes rows of one table, written down so that it can be repeated.

Exports whose names or grain differ from the contract have a feed in settings/feeds/*.toml.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache, reduce
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kam_core.contract.declaration import Table, table_of_format, tables
from kam_core.contract.formats import FORMAT
from kam_core.errors import KamError
from kam_core.ingest.mapping import composite_keys, inference, name_map
from kam_core.ingest.mapping import headers as mapping
from kam_core.ingest.mapping.overrides import Overrides, header_key, read_overrides, recipes_with
from kam_core.ingest.read.table_layout import ReadOptions
from kam_core.ingest.text_folding import fold, unique_names
from kam_core.ingest.validate import currencies
from kam_core.ingest.validate.cast import EXACT, Bad, to_decimal
from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.mapping import FeedFile

to_json = json.JSONEncoder(ensure_ascii=False).encode

# Looks up what was confirmed for a header set: ``answers.header_key`` -> document of Answers.
Recall = Callable[[str], Mapping[str, Any] | None]
Rows = Sequence[Sequence[str]]


@dataclass(frozen=True)
class Recipe(ReadOptions):
    """How to read a file into one table; plain values only, so that ``document`` is JSON.

    Keys of ``columns``, ``constants``, ``values``, ``when``, ``joined``, ``made``, ``multiplied``,
    ``elapsed``, ``factors``, ``scales``, ``decimals``, ``dates`` and ``blanks`` are contract
    columns; all other names are headers of the file.

    - ``columns``: the header a column is taken from.
    - ``constants``: the same value in every row.
    - ``values``: what a text of the file means; for an enumerated column nothing else is accepted.
    - ``where``, ``filled``: rows with one of these values, with any value; others are set aside.
    - ``when``: the cell counts only in rows with one of these values, and is empty elsewhere.
    - ``joined``: several headers make one id where the source has none.
    - ``made``: the same, said by a person; dates and figures count as they are understood.
    - ``multiplied``: several headers make one figure, such as quantity and price.
    - ``elapsed``: a duration after another column, {"since": column, "unit": minutes|hours|days}.
    - ``factors``: what a figure is multiplied by ("1/60").
    - ``scales``: the lowest and highest score, which become 0 and 100.
    - ``decimals``: what ends the whole part of a figure, "point" or "comma"; "open" where the file
      contradicts itself.
    - ``dates``: order of the parts of a date, "dmy" or "mdy", where the file does not show it.
    - ``blanks``: what an empty cell means, "above" (the value of the row above) or "empty".
    - ``distinct``: the first row of each key; repeats are set aside.
    - ``left_out``: columns that are not kept at all, not even as extra ones.
    - ``personal``: those of them that were left out because they look like data about persons, with
      what they look like.
    - ``currency``: the header that tells the currency of each row's amounts.
    - ``format``: the format under which it was made; checks that came later do not touch its rows.
    - ``unused``: on a file's first recipe, its members and sheets that no recipe takes.
    """

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    feed: str | None = None
    unused: Sequence[str] = field(default_factory=list)
    timezone: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    filled: Sequence[str] = field(default_factory=list)
    when: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    joined: Mapping[str, Sequence[str]] = field(default_factory=dict)
    made: Mapping[str, Sequence[str]] = field(default_factory=dict)
    multiplied: Mapping[str, Sequence[str]] = field(default_factory=dict)
    elapsed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    factors: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, Sequence[str]] = field(default_factory=dict)
    decimals: Mapping[str, str] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, str] = field(default_factory=dict)
    distinct: bool = False
    left_out: Sequence[str] = field(default_factory=list)
    personal: Mapping[str, str] = field(default_factory=dict)
    currency: str | None = None
    format: int = 0

    @property
    def given(self) -> dict[str, Any]:
        """The contract columns that this recipe fills, by whatever means."""
        made = {**self.joined, **self.made, **self.multiplied}
        return {**self.columns, **self.constants, **made}

    @property
    def declared(self) -> Table:
        """The table as the contract declared it when the recipe was made."""
        return table_of_format(self.table, self.format)

    def document(self) -> dict[str, Any]:
        """This recipe as a dict ready for ``json.dumps``."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Recipe":
        """The recipe that ``document()`` described."""
        return cls(**document)


@dataclass(frozen=True)
class Feed:
    """One file of a known export: recognised by its headers, and its name where that is needed.

    A file whose content has no place in the contract has no recipes; it says why in both languages.
    """

    name: str
    headers: tuple[str, ...]
    file_name: str
    recipes: tuple[Recipe, ...]
    why_zh: str = ""
    why_en: str = ""

    def fits(self, file_name: str, header: Sequence[str]) -> bool:
        present = {fold(cell) for cell in header}
        return fnmatchcase(file_name.casefold(), self.file_name.casefold()) and all(
            fold(name) in present for name in self.headers
        )


class Conflict(NamedTuple):
    """A repeat of a key that differs: ``row`` counts kept rows, ``other_row`` those of the file."""

    row: int
    column: str
    value: str
    other_value: str
    other_row: int


class Shaped(NamedTuple):
    """Text cells under contract names, what is left of the file, and the source rows kept."""

    cells: pd.DataFrame
    extra: list[str | None]
    kept: np.ndarray
    conflicts: list[Conflict]


@cache
def feeds() -> tuple[Feed, ...]:
    """All feeds, in the order of their files."""
    return tuple(
        _feed(source, file)
        for source, feed in sorted(load_settings().feeds.items())
        for file in feed.files
    )


def _feed(source: str, file: FeedFile) -> Feed:
    name = f"{source}.{file.name}"
    recipes = tuple(
        Recipe(feed=name, **recipe.model_dump(exclude_unset=True)) for recipe in file.recipes
    )
    return Feed(name, tuple(file.headers), file.file_name, recipes, file.why_zh, file.why_en)


def plan(
    file_name: str,
    header: Sequence[str],
    table: str | None = None,
    answers: Overrides | None = None,
    recall: Recall | None = None,
    sample: Rows = (),
) -> list[Recipe]:
    """How to read this file, one recipe for each table it holds.

    As its feed says, else by the names the contract knows; over that is laid what a person
    confirmed earlier for these headers (``recall``), and over that what is answered now.
    ``sample`` are some rows of the file: what its headers do not tell, a score on an unknown scale
    or personal data, shows in them.
    """
    wanted = table or (answers.table if answers else None)
    said = _said(answers, recalled(file_name, header, wanted, recall))
    recipes = base_recipes(file_name, header, table, said)
    for heard in said:
        recipes = recipes_with(recipes, heard, header)
    for recipe in recipes:
        mapping.require(tables()[recipe.table], recipe.given, header)
    spoken_for = {heard.table for heard in said if heard.left_out is not None}
    recipes = [
        recipe
        if spoken_for & {recipe.table, None}
        else _without_personal_data(recipe, header, sample)
        for recipe in (_with_units(recipe, header) for recipe in recipes)
    ]
    names = unique_names(header)
    recipes = [_with_decimals(recipe, names, sample) for recipe in recipes]
    recipes = [_with_currency(recipe, names, sample) for recipe in recipes]
    for recipe in recipes:
        inference.refuse_unknown_scales(recipe.table, recipe.columns, recipe.scales, names, sample)
    return [_pinned(recipe) for recipe in recipes]


def _said(answers: Overrides | None, remembered: Sequence[Overrides]) -> list[Overrides]:
    """What is said now over what was confirmed before about the same table."""
    if answers is None:
        return list(remembered)
    older = [heard for heard in remembered if answers.table in (None, heard.table)]
    others = [heard for heard in remembered if heard not in older]
    return [answers.over(older[0]), *others] if len(older) == 1 else [answers, *others]


def recalled(
    file_name: str, header: Sequence[str], table: str | None, recall: Recall | None
) -> list[Overrides]:
    """What was confirmed for these headers: for each table of their feed, else for one table.

    Where a file without a feed was confirmed for several tables, its name must say which is meant.
    """
    if recall is None:
        return []
    documents = {name: recall(header_key(header, name)) for name in tables()}
    known = {
        name: replace(read_overrides(document), table=name)
        for name, document in documents.items()
        if document is not None and table in (None, name)
    }
    feed = feed_of(file_name, header)
    of_feed = [known[r.table] for r in feed.recipes if r.table in known] if feed else []
    if of_feed or len(known) <= 1:
        return of_feed or list(known.values())
    named = mapping.table_named_by(file_name)
    if named not in known:
        raise KamError("unknown_table", file=file_name, header=list(header))
    return [known[named]]


def feed_of(file_name: str, header: Sequence[str]) -> Feed | None:
    """The feed that knows this file; of several the one that names most of its headers."""
    fitting = [feed for feed in feeds() if feed.fits(file_name, header)]
    return max(fitting, key=lambda feed: len(feed.headers)) if fitting else None


def base_recipes(
    file_name: str,
    header: Sequence[str],
    table: str | None,
    said: Sequence[Overrides] = (),
    is_strict: bool = True,
) -> list[Recipe]:
    """The recipes by feed or by names, before any answer is laid over them.

    What answers settle is left out of the search. Where several headers name one column it is
    refused, or left open without ``is_strict``.
    """
    answered = next((heard.table for heard in said if heard.table), None)
    for name in (table, answered):
        if name is not None and name not in tables():
            raise KamError("answers_unknown_table", name=name, tables=list(tables()))
    recipes = _feed_recipes(file_name, header, table, answered)
    if answered in (None, *(recipe.table for recipe in recipes)) and recipes:
        return recipes
    table = table or answered or mapping.guess_table(file_name, header)
    if not is_strict:
        found = mapping.candidates(table, header)
        columns = {name: cells[0] for name, cells in found.items() if len(cells) == 1}
        return [Recipe(table=table, columns=columns)]
    settled: dict[str, str] | None = None
    for heard in said:
        settled = {**dict.fromkeys([*heard.constants, *heard.joined], ""), **heard.columns}
    return [Recipe(table=table, columns=mapping.match(table, header, settled))]


def _feed_recipes(
    file_name: str, header: Sequence[str], table: str | None, answered: str | None
) -> list[Recipe]:
    feed = feed_of(file_name, header)
    if feed is None:
        return []
    if not feed.recipes and table is None and answered is None:
        raise KamError(
            "no_place_for_file", feed=feed.name, why={"zh": feed.why_zh, "en": feed.why_en}
        )
    return [_spelt(recipe, header) for recipe in feed.recipes if table in (None, recipe.table)]


def _spelt(recipe: Recipe, header: Sequence[str]) -> Recipe:
    """The recipe with headers spelt as in the file; optional columns it lacks are dropped."""
    present = {fold(cell) for cell in header}
    columns = {name: cell for name, cell in recipe.columns.items() if fold(cell) in present}

    def spell(name: str) -> str:
        return _only_cell(recipe.table, name, header)

    def spell_keys(conditions: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        return {spell(name): allowed for name, allowed in conditions.items()}

    def spell_all(parts: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        return {column: list(map(spell, names)) for column, names in parts.items()}

    return replace(
        recipe,
        columns={column: spell(name) for column, name in columns.items()},
        where=spell_keys(recipe.where),
        filled=[spell(name) for name in recipe.filled],
        when={c: spell_keys(rule) for c, rule in recipe.when.items() if c in columns},
        joined=spell_all(recipe.joined),
        multiplied=spell_all(recipe.multiplied),
        left_out=[spell(name) for name in recipe.left_out if fold(name) in present],
    )


def _only_cell(table: str, name: str, header: Sequence[str]) -> str:
    """The one header cell that a feed means by a name."""
    named = zip(unique_names(header), header, strict=True)
    cells = [own for own, cell in named if fold(cell) == fold(name)]
    if len(cells) > 1:
        raise KamError("ambiguous_columns", table=table, column=name, headers=cells)
    return cells[0]


def _with_units(recipe: Recipe, header: Sequence[str]) -> Recipe:
    """A unit in a header counts, unless feed or person say what the figures are multiplied by."""
    scaled = {*recipe.factors, *recipe.scales}
    written = dict(zip(unique_names(header), header, strict=True))
    columns = {c: written.get(cell, cell) for c, cell in recipe.columns.items() if c not in scaled}
    return replace(recipe, factors={**recipe.factors, **mapping.factors(recipe.table, columns)})


def _with_decimals(recipe: Recipe, names: Sequence[str], sample: Rows) -> Recipe:
    """What ends the whole part of a figure, where its column proves it and nobody has said it."""
    marks = {
        column: inference.decimal_mark(inference.cells_of(cell, names, sample))
        for column, cell in recipe.columns.items()
        if tables()[recipe.table].column(column).type in mapping.MEASURED
    }
    proven = {column: mark for column, mark in marks.items() if mark}
    return replace(recipe, decimals={**proven, **recipe.decimals})


def _with_currency(recipe: Recipe, names: Sequence[str], sample: Rows) -> Recipe:
    """The one column that names the currency of each row, where the table has none for it."""
    if tables()[recipe.table].currency:
        return recipe
    amounts = [c for c in recipe.columns if tables()[recipe.table].column(c).type == "money"]
    telling = [
        cell
        for cell, texts in inference.columns_of(names, sample)
        if amounts and currencies.names_currencies(cell, inference.filled(texts))
    ]
    return replace(recipe, currency=telling[0] if len(telling) == 1 else None)


def _without_personal_data(recipe: Recipe, header: Sequence[str], sample: Rows) -> Recipe:
    """Columns nobody asked for that look like data about private persons are not kept."""
    used = {*recipe.columns.values(), *recipe.left_out}
    personal = {
        cell: kind
        for cell, texts in inference.columns_of(unique_names(header), sample)
        if cell not in used and (kind := inference.personal_kind(cell, texts))
    }
    return replace(recipe, left_out=[*recipe.left_out, *personal], personal=personal)


def _pinned(recipe: Recipe) -> Recipe:
    """The recipe with today's settings written into it: tomorrow's change no past upload."""
    return replace(
        recipe,
        format=FORMAT,
        timezone=recipe.timezone or load_settings().reading.reporting_timezone,
        values=name_map.with_names(
            recipe.table, recipe.given, {**recipe.values, **_meanings(recipe)}
        ),
    )


def _meanings(recipe: Recipe) -> dict[str, dict[str, str]]:
    return {
        column.name: {
            **{alias: value for value, aliases in column.values.items() for alias in aliases},
            **recipe.values.get(column.name, {}),
        }
        for column in tables()[recipe.table].columns
        if column.values and column.name in {**recipe.columns, **recipe.constants}
    }


def shape(source: pd.DataFrame, recipe: Recipe) -> Shaped:
    """The rows the recipe asks for, with its columns under their contract names, still text."""
    kept = np.flatnonzero(_asked_for(source, recipe))
    rows = source.iloc[kept].reset_index(drop=True)
    cells = _cells(rows, recipe)
    conflicts: list[Conflict] = []
    if recipe.distinct:
        first = _first_of_key(cells, recipe)
        firsts = np.unique(first)
        conflicts = _conflicts(cells, first, kept)
        cells, rows = (frame.iloc[firsts].reset_index(drop=True) for frame in (cells, rows))
        kept = kept[firsts]
    return Shaped(cells, _extra(rows, recipe), kept, conflicts)


def _asked_for(source: pd.DataFrame, recipe: Recipe) -> np.ndarray:
    asked = np.ones(len(source), dtype=bool)
    for header, allowed in recipe.where.items():
        asked &= _is_one_of(source[header], allowed)
    for header in recipe.filled:
        asked &= (source[header].str.strip() != "").to_numpy(bool)
    return asked


def _is_one_of(texts: pd.Series, allowed: Sequence[str]) -> np.ndarray:
    """Compares folded, each distinct text once."""
    wanted = {fold(text) for text in allowed}
    codes, distinct = pd.factorize(texts)
    return np.array([fold(text) in wanted for text in distinct], dtype=bool)[codes]


def _cells(rows: pd.DataFrame, recipe: Recipe) -> pd.DataFrame:
    table = tables()[recipe.table]
    cells: dict[str, Any] = {}
    for column in table.columns:
        if column.name in recipe.constants:
            cells[column.name] = pd.Series([recipe.constants[column.name]] * len(rows), dtype="str")
        elif column.name in recipe.joined:
            cells[column.name] = _joined(rows[list(recipe.joined[column.name])])
        elif column.name in recipe.made:
            cells[column.name] = composite_keys.joined(rows, recipe, recipe.made[column.name])
        elif column.name in recipe.multiplied:
            cells[column.name] = _multiplied(rows[list(recipe.multiplied[column.name])])
        elif column.name in recipe.columns:
            cells[column.name] = rows[recipe.columns[column.name]]
        for header, allowed in recipe.when.get(column.name, {}).items():
            cells[column.name] = cells[column.name].where(_is_one_of(rows[header], allowed), "")
    return pd.DataFrame(cells, index=rows.index)


def _joined(cells: pd.DataFrame) -> pd.Series:
    parts = cells.apply(lambda column: column.str.strip())
    joined = parts.iloc[:, 0].str.cat(parts.iloc[:, 1:], sep=" | ")
    return joined.where((parts != "").any(axis=1), "")


def _multiplied(cells: pd.DataFrame) -> pd.Series:
    """The exact product of several figures; where one is none the text shows them all, unread."""
    names = list(cells.columns)
    distinct = cells.drop_duplicates()
    products = {parts: _product(parts) for parts in distinct.itertuples(index=False, name=None)}
    rows = zip(*(cells[name] for name in names), strict=True)
    return pd.Series([products[parts] for parts in rows], index=cells.index, dtype="str")


def _product(parts: Sequence[str]) -> str:
    texts = [part.strip() for part in parts]
    if not all(texts):
        return ""
    try:
        figures = [to_decimal(text, "number") for text in texts]
    except Bad:
        return " × ".join(texts)
    return format(reduce(EXACT.multiply, figures), "f")


def _first_of_key(cells: pd.DataFrame, recipe: Recipe) -> np.ndarray:
    """For each row the position of the first row with its key."""
    names = [name for name in tables()[recipe.table].key if name in cells]
    keys = cells[names].apply(lambda column: column.str.strip())
    group = keys.groupby(list(keys.columns), sort=False, dropna=False).ngroup().to_numpy()
    _, first, inverse = np.unique(group, return_index=True, return_inverse=True)
    return first[inverse]


def _conflicts(cells: pd.DataFrame, first: np.ndarray, kept: np.ndarray) -> list[Conflict]:
    """For each key and column the first repeat that says otherwise than the row kept."""
    found = []
    firsts = np.unique(first)
    for column in cells:
        values = cells[column].str.strip().to_numpy()
        others = np.flatnonzero(values != values[first])
        _, position = np.unique(first[others], return_index=True)
        for row in others[position]:
            kept_row = int(np.searchsorted(firsts, first[row]))
            value, other = values[first[row]], values[row]
            found.append(Conflict(kept_row, str(column), value, other, int(kept[row])))
    return found


def _extra(rows: pd.DataFrame, recipe: Recipe) -> list[str | None]:
    """The columns that have no place in the contract, as JSON; empty cells are no information."""
    used = {*recipe.columns.values(), *recipe.left_out}
    names = [name for name in rows.columns if name not in used]
    if not names:
        return [None] * len(rows)
    texts = (rows[name].tolist() for name in names)
    return [_json_object(names, values) for values in zip(*texts, strict=True)]


def _json_object(names: list[str], values: tuple[str, ...]) -> str | None:
    filled = {name: value for name, value in zip(names, values, strict=True) if value.strip()}
    return to_json(filled) if filled else None
