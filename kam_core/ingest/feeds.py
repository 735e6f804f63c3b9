"""Recipes: how one file becomes rows of one table, written down so that it can be repeated.

Exports whose names or grain differ from the contract have a feed in settings/feeds/*.toml.
"""

import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from fnmatch import fnmatchcase
from functools import cache
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from kam_core.contract import SETTINGS, tables
from kam_core.errors import KamError
from kam_core.ingest import map as mapping
from kam_core.ingest.conventions import conventions, fold

to_json = json.JSONEncoder(ensure_ascii=False).encode


@dataclass(frozen=True)
class Recipe:
    """How to read a file into one table; plain values only, so that ``document`` is JSON.

    Keys of ``columns``, ``constants``, ``values``, ``when``, ``joined``, ``elapsed``, ``factors``,
    ``scales`` and ``dates`` are contract columns; all other names are headers of the file.

    - ``columns``: the header a column is taken from.
    - ``constants``: the same value in every row.
    - ``values``: what a text of the file means; for an enumerated column nothing else is accepted.
    - ``where``, ``filled``: rows with one of these values, with any value; others are set aside.
    - ``when``: the cell counts only in rows with one of these values, and is empty elsewhere.
    - ``joined``: several headers make one id where the source has none.
    - ``elapsed``: a duration after another column, {"since": column, "unit": minutes|hours|days}.
    - ``factors``: what a figure is multiplied by ("1/60").
    - ``scales``: the lowest and highest score, which become 0 and 100.
    - ``dates``: order of the parts of a date, "dmy" or "mdy", where the file does not show it.
    - ``distinct``: the first row of each key; repeats are set aside.
    - ``left_out``: columns that are not kept at all, not even as extra ones.
    """

    table: str
    columns: Mapping[str, str] = field(default_factory=dict)
    feed: str | None = None
    encoding: str | None = None
    delimiter: str | None = None
    header_line: int | None = None
    timezone: str | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    where: Mapping[str, Sequence[str]] = field(default_factory=dict)
    filled: Sequence[str] = field(default_factory=list)
    when: Mapping[str, Mapping[str, Sequence[str]]] = field(default_factory=dict)
    joined: Mapping[str, Sequence[str]] = field(default_factory=dict)
    elapsed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    factors: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, Sequence[str]] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    distinct: bool = False
    left_out: Sequence[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """This recipe as a dict ready for ``json.dumps``."""
        return asdict(self)

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "Recipe":
        """The recipe that ``document()`` described."""
        return cls(**document)


@dataclass(frozen=True)
class Feed:
    """One file of a known export: recognised by its headers, and its name where that is needed."""

    name: str
    headers: tuple[str, ...]
    file_name: str
    recipes: tuple[Recipe, ...]

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
        _feed(path.stem, file)
        for path in sorted((SETTINGS / "feeds").glob("*.toml"))
        for file in tomllib.loads(path.read_text("utf-8"))["files"]
    )


def _feed(source: str, file: Mapping[str, Any]) -> Feed:
    name = f"{source}.{file['name']}"
    recipes = tuple(Recipe(feed=name, **recipe) for recipe in file["recipes"])
    return Feed(name, tuple(file["headers"]), file.get("file_name", "*"), recipes)


def plan(file_name: str, header: Sequence[str], table: str | None = None) -> list[Recipe]:
    """How to read this file: as its feed says, else by the names the contract knows."""
    recipes = _feed_recipes(file_name, header, table)
    if not recipes:
        table = table or mapping.guess_table(file_name, header)
        recipes = [Recipe(table=table, columns=mapping.match(table, header))]
    return [_pinned(recipe) for recipe in recipes]


def _feed_recipes(file_name: str, header: Sequence[str], table: str | None) -> list[Recipe]:
    fitting = [feed for feed in feeds() if feed.fits(file_name, header)]
    if not fitting:
        return []
    feed = max(fitting, key=lambda feed: len(feed.headers))
    return [_spelt(recipe, header) for recipe in feed.recipes if table in (None, recipe.table)]


def _spelt(recipe: Recipe, header: Sequence[str]) -> Recipe:
    """The recipe with headers spelt as in the file; optional columns it lacks are dropped."""
    present = {fold(cell) for cell in header}
    columns = {name: cell for name, cell in recipe.columns.items() if fold(cell) in present}
    given = {**columns, **recipe.constants, **recipe.joined}
    mapping.require(tables()[recipe.table], given, header)

    def spell(name: str) -> str:
        return _only_cell(recipe.table, name, header)

    def spell_keys(conditions: Mapping[str, Sequence[str]]) -> dict[str, Sequence[str]]:
        return {spell(name): allowed for name, allowed in conditions.items()}

    return replace(
        recipe,
        columns={column: spell(name) for column, name in columns.items()},
        where=spell_keys(recipe.where),
        filled=[spell(name) for name in recipe.filled],
        when={c: spell_keys(rule) for c, rule in recipe.when.items() if c in columns},
        joined={column: list(map(spell, names)) for column, names in recipe.joined.items()},
        left_out=[spell(name) for name in recipe.left_out if fold(name) in present],
    )


def _only_cell(table: str, name: str, header: Sequence[str]) -> str:
    """The one header cell that a feed means by a name."""
    cells = [cell for cell in header if fold(cell) == fold(name)]
    if len(cells) > 1:
        raise KamError("ambiguous_columns", table=table, column=name, headers=cells)
    return cells[0]


def _pinned(recipe: Recipe) -> Recipe:
    """The recipe with today's settings written into it: tomorrow's change no past upload."""
    return replace(
        recipe,
        timezone=recipe.timezone or conventions()["reporting_timezone"],
        values={**recipe.values, **_meanings(recipe)},
    )


def _meanings(recipe: Recipe) -> dict[str, dict[str, str]]:
    return {
        column.name: {
            **{alias: value for value, aliases in column.values for alias in aliases},
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
        elif column.name in recipe.columns:
            cells[column.name] = rows[recipe.columns[column.name]]
        for header, allowed in recipe.when.get(column.name, {}).items():
            cells[column.name] = cells[column.name].where(_is_one_of(rows[header], allowed), "")
    return pd.DataFrame(cells, index=rows.index)


def _joined(cells: pd.DataFrame) -> pd.Series:
    parts = cells.apply(lambda column: column.str.strip())
    joined = parts.iloc[:, 0].str.cat(parts.iloc[:, 1:], sep=" | ")
    return joined.where((parts != "").any(axis=1), "")


def _first_of_key(cells: pd.DataFrame, recipe: Recipe) -> np.ndarray:
    """For each row the position of the first row with its key."""
    keys = cells[list(tables()[recipe.table].key)].apply(lambda column: column.str.strip())
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
