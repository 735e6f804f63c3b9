"""What a person confirmed about a file: checked against its headers, laid over its recipe, kept."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields, replace
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kam_core.contract.declaration import Column, Table, tables
from kam_core.errors import KamError
from kam_core.ingest.corrections import resubmission
from kam_core.ingest.read.fill_down import MEANINGS
from kam_core.ingest.text_folding import fold, fold_letters, unique_names
from kam_core.ingest.validate.decimals import COMMA, OPEN, POINT

if TYPE_CHECKING:
    from kam_core.ingest.mapping.feeds import Recipe

ORDERS = ("dmy", "mdy")
DECIMALS = (POINT, COMMA)
# What can be said about a column depends on its type.
SAYABLE = {
    "values": ("enum", "bool", "text"),
    "joined": ("id",),
    "dates": ("date", "timestamp"),
    "scales": ("score",),
    "factors": ("money", "number", "integer", "score"),
    "decimals": ("money", "number", "integer", "score"),
}
# The words that some parts of an answer are made of.
WORDS = {"dates": ORDERS, "decimals": (*DECIMALS, OPEN), "blanks": MEANINGS}
SETTINGS_OF_COLUMNS = ("factors", "scales", *WORDS)
BY_COLUMN = ("values", "when", "joined", "made", "multiplied", "elapsed", *SETTINGS_OF_COLUMNS)


@dataclass(frozen=True)
class Overrides:
    """What a person said about one file and one table; plain values, so that it can be JSON.

    - ``table``: the table the file is for; None leaves it to the headers.
    - ``columns``: contract column -> header of the file, or "" where the file has none.
    - ``constants``: contract column -> the value of every row.
    - ``joined``: contract column of ids -> headers that make the id where the file has none.
    - ``values``: contract column -> {text of the file: what it means}.
    - ``dates``: contract column -> "dmy" or "mdy".
    - ``scales``: contract column -> [lowest, highest] score.
    - ``factors``: contract column -> what its figures are multiplied by; "1" ignores a unit.
    - ``blanks``: contract column -> what an empty cell means: "above" (the value above) or "empty".
    - ``decimals``: contract column -> "point" or "comma", which ends the whole part of figures.
    - ``left_out``: headers that are not kept at all; None: those that look like personal data.
    - ``shared``: headers that are meant to serve several columns.
    """

    table: str | None = None
    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    joined: Mapping[str, Sequence[str]] = field(default_factory=dict)
    values: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    dates: Mapping[str, str] = field(default_factory=dict)
    scales: Mapping[str, Sequence[str]] = field(default_factory=dict)
    factors: Mapping[str, str] = field(default_factory=dict)
    blanks: Mapping[str, str] = field(default_factory=dict)
    decimals: Mapping[str, str] = field(default_factory=dict)
    left_out: Sequence[str] | None = None
    shared: Sequence[str] = field(default_factory=list)

    def document(self) -> dict[str, Any]:
        """These answers as a dict ready for ``json.dumps``."""
        return asdict(self)

    def over(self, older: "Overrides") -> "Overrides":
        """These answers, and of older ones about the same headers what they leave as it was.

        A column that now comes from elsewhere keeps nothing that was said of its old header.
        """
        taken = {cell for cell in self.columns.values() if cell} - {*self.shared, *older.shared}
        moved = {*self.columns, *self.constants, *self.joined} | {
            column for column, cell in older.columns.items() if cell in taken
        }
        moved -= {c for c, cell in self.columns.items() if older.columns.get(c) == cell}

        def merged(part: str) -> dict[str, Any]:
            return without(getattr(older, part), moved) | dict(getattr(self, part))

        values = without(older.values, moved)
        for column, meanings in self.values.items():
            values[column] = {**values.get(column, {}), **meanings}
        parts = ("columns", "constants", "joined", *SETTINGS_OF_COLUMNS)
        return Overrides(
            table=self.table or older.table,
            values=values,
            **{part: merged(part) for part in parts},
            left_out=older.left_out if self.left_out is None else self.left_out,
            shared=sorted({*self.shared, *older.shared}),
        )


def bad_answers(detail: object) -> KamError:
    """The refusal of answers that are not as they should be, with the parts they may have."""
    parts = [part.name for part in fields(Overrides)]
    return KamError("bad_answers", detail=detail, parts=parts)


def read_overrides(document: object) -> Overrides:
    """The answers that a JSON document holds; KamError("bad_answers") says what it should not."""
    if not isinstance(document, Mapping):
        raise bad_answers(type(document).__name__)
    known = {spec.name for spec in fields(Overrides)}
    strange = [str(name) for name in document if name not in known]
    if strange:
        raise bad_answers(strange)
    for name, value in document.items():
        if not _has_shape(name, value):
            raise bad_answers(f"{name}: {value!r}")
    return Overrides(**document)


def overrides_for(document: object, file_name: str) -> Overrides | None:
    """The answers for one file: those under its name in ``{"files": {...}}``, else all of it.

    Those in ``{"headers": {...}}`` are for no file but for a header set: see ``by_headers``.
    ``{"reading": {...}}`` may stand beside any of them: see ``reading_for``.
    """
    if isinstance(document, Mapping) and "reading" in document:
        document = {name: said for name, said in document.items() if name != "reading"} or None
    if document is None or (isinstance(document, Mapping) and "headers" in document):
        return None
    if isinstance(document, Mapping) and "files" in document:
        files = document["files"]
        if not isinstance(files, Mapping):
            raise bad_answers("files")
        return read_overrides(files[file_name]) if file_name in files else None
    return read_overrides(document)


def by_headers(document: object) -> dict[str, Overrides]:
    """The answers in ``{"headers": {header_key: {...}}}``, for files of several sheets."""
    if not isinstance(document, Mapping) or "headers" not in document:
        return {}
    if not isinstance(document["headers"], Mapping):
        raise bad_answers("headers")
    return {key: read_overrides(said) for key, said in document["headers"].items()}


def reading_for(document: object, path: Path) -> dict[str, Any]:
    """How one file is to be read: what ``{"reading": {...}}`` says of its path or its name.

    Each may have an ``encoding``, a ``delimiter``, a ``header_line`` and the ``parts`` to use.
    """
    files = document.get("reading", {}) if isinstance(document, Mapping) else {}
    if not isinstance(files, Mapping):
        raise bad_answers("reading")
    said = files.get(str(path), files.get(path.name, {}))
    if not isinstance(said, Mapping):
        raise bad_answers(f"reading: {path.name}")
    for name, value in said.items():
        if name not in READABLE or not READABLE[name](value):
            raise bad_answers(f"reading: {name}: {value!r}")
    return dict(said)


def header_key(header: Sequence[str], table: str) -> str:
    """What a confirmed mapping is remembered by: SHA-256 (hex) of table and headers.

    Neither the order of the columns nor case, width, blanks or punctuation change it, nor do the
    columns that we add to rows sent back for correction.
    """
    ours = resubmission.own_columns(header)
    folded = "\n".join([table, *sorted(fold_letters(cell) for cell in header if cell not in ours)])
    return hashlib.sha256(folded.encode()).hexdigest()


def recipes_with(
    recipes: Sequence["Recipe"], answers: Overrides, header: Sequence[str] | None = None
) -> list["Recipe"]:
    """The recipes as they are after a person's answers; what was answered wins.

    The answers concern one table. Recipes of other tables stay as they are; where there are several
    and the answers name none, KamError("answers_need_table"). Without ``header`` the headers named
    are taken on trust.
    """
    concerned = [recipe for recipe in recipes if answers.table in (None, recipe.table)]
    if len(concerned) != 1:
        raise KamError("answers_need_table", tables=[recipe.table for recipe in recipes])
    checked = validated(answers, concerned[0].table, header)
    return [_laid_over(recipe, checked) if recipe is concerned[0] else recipe for recipe in recipes]


def validated(answers: Overrides, table: str, header: Sequence[str] | None = None) -> Overrides:
    """The answers with headers spelt as in the file; KamError names what is impossible."""
    _refuse_unknown_columns(answers, tables()[table])
    _refuse_impossible(answers, tables()[table])
    if header is not None:
        answers = _spelt(answers, table, header)
    _refuse_headers_used_twice(answers, table)
    return answers


def _has_shape(name: str, value: object) -> bool:
    if name == "table":
        return value is None or isinstance(value, str)
    if name in ("left_out", "shared"):
        return (name == "left_out" and value is None) or _are_texts(value)
    if not isinstance(value, Mapping) or not _are_texts(list(value)):
        return False
    if name == "values":
        return all(
            isinstance(meanings, Mapping) and _are_texts([*meanings, *meanings.values()])
            for meanings in value.values()
        )
    if name == "joined":
        return all(_are_texts(headers) and headers for headers in value.values())
    if name == "scales":
        return all(_are_texts(scale) and len(scale) == 2 for scale in value.values())
    return _are_texts(list(value.values()))


def _are_texts(value: Any) -> bool:
    return isinstance(value, list | tuple) and all(isinstance(text, str) for text in value)


def _is_text(value: object) -> bool:
    return isinstance(value, str)


def _is_line(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


READABLE = {
    "encoding": _is_text,
    "delimiter": _is_text,
    "header_line": _is_line,
    "parts": lambda value: bool(value) and _are_texts(value),
}


def _refuse_unknown_columns(answers: Overrides, table: Table) -> None:
    known = [column.name for column in table.columns]
    parts = ("columns", "constants", "joined", "values", *SETTINGS_OF_COLUMNS)
    named = {column for part in parts for column in getattr(answers, part)}
    strange = sorted(named - set(known))
    if strange:
        raise KamError("answers_unknown_column", table=table.name, named=strange, known=known)
    from_file = [column for column, cell in answers.columns.items() if cell]
    sources = (answers.constants, answers.joined, from_file)
    twice = sorted(name for name in named if sum(name in source for source in sources) > 1)
    if twice:
        raise KamError("answers_column_and_constant", table=table.name, columns=twice)


def _refuse_impossible(answers: Overrides, table: Table) -> None:
    """Refuse what a column of its type cannot be told, and meanings it does not have."""
    for part in ("joined", "values", *SETTINGS_OF_COLUMNS):
        for name, said in getattr(answers, part).items():
            column = table.column(name)
            is_sayable = part not in SAYABLE or column.type in SAYABLE[part]
            wrong = _wrong_part(part, said, column) if is_sayable else said
            if wrong is not None:
                raise KamError(
                    "answers_not_possible",
                    table=table.name,
                    column=name,
                    value=wrong if isinstance(wrong, str) else str(wrong),
                    allowed=_allowed(part, column),
                )
    for name, value in answers.constants.items():
        if _not_a_value(value, table.column(name)):
            allowed = _allowed("values", table.column(name))
            raise KamError(
                "answers_not_possible", table=table.name, column=name, value=value, allowed=allowed
            )


def _wrong_part(part: str, said: Any, column: Column) -> str | None:
    if part in WORDS:
        return None if said in WORDS[part] else said
    if part == "joined":
        return None
    if part == "factors":
        return None if _number(said) else said
    if part == "scales":
        lowest, highest = _number(said[0]), _number(said[1])
        is_scale = lowest is not None and highest is not None and lowest < highest
        return None if is_scale else " - ".join(said)
    return next((value for value in said.values() if _not_a_value(value, column)), None)


def _not_a_value(text: str, column: Column) -> bool:
    return column.type in ("enum", "bool") and text not in _allowed("values", column)


def _allowed(part: str, column: Column) -> list[str]:
    if part in WORDS:
        return list(WORDS[part])
    if part == "values":
        return list(column.values) or ["true", "false"]
    return []


def _number(text: str) -> Fraction | None:
    """An exact number such as "10000" or "1/60"; None for anything else."""
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError):
        return None


def _spelt(answers: Overrides, table: str, header: Sequence[str]) -> Overrides:
    names = unique_names(header)

    def spell(name: str) -> str:
        if not name or name in names:
            return name
        cells = [cell for cell in names if fold(cell) == fold(name) and fold(name)]
        if len(cells) != 1:
            raise KamError("answers_unknown_header", table=table, name=name, header=names)
        return cells[0]

    return replace(
        answers,
        columns={column: spell(cell) for column, cell in answers.columns.items()},
        joined={column: list(map(spell, cells)) for column, cells in answers.joined.items()},
        left_out=None if answers.left_out is None else [spell(cell) for cell in answers.left_out],
        shared=[spell(cell) for cell in answers.shared],
    )


def _refuse_headers_used_twice(answers: Overrides, table: str) -> None:
    used: dict[str, list[str]] = {}
    for column, cell in answers.columns.items():
        if cell:
            used.setdefault(cell, []).append(column)
    for cell, columns in used.items():
        if len(columns) > 1 and cell not in answers.shared:
            raise KamError("answers_header_twice", table=table, name=cell, columns=columns)


def _laid_over(recipe: "Recipe", answers: Overrides) -> "Recipe":
    """The recipe with the answers on top; a header that moved takes no old settings along."""
    chosen = {column: cell for column, cell in answers.columns.items() if cell}
    settled = {*answers.columns, *answers.constants, *answers.joined}
    moved = {column for column in settled if recipe.columns.get(column) != chosen.get(column)}
    taken = {chosen[column] for column in moved if column in chosen}
    kept = {
        column: cell
        for column, cell in recipe.columns.items()
        if column not in settled and cell not in taken
    }
    columns = {**kept, **chosen}
    lost = moved | {column for column in recipe.columns if column not in columns}
    parts: dict[str, Any] = {name: without(getattr(recipe, name), lost) for name in BY_COLUMN}
    for name in SETTINGS_OF_COLUMNS:
        parts[name] |= getattr(answers, name)
    parts["made"] |= answers.joined
    for column, meanings in answers.values.items():
        parts["values"][column] = {**parts["values"].get(column, {}), **meanings}
    constants = {**without(recipe.constants, settled), **answers.constants}
    left_out = recipe.left_out if answers.left_out is None else answers.left_out
    return replace(recipe, columns=columns, constants=constants, left_out=left_out, **parts)


def without(part: Mapping[str, Any], columns: Collection[str]) -> dict[str, Any]:
    """What is said by column, less these columns."""
    return {column: value for column, value in part.items() if column not in columns}
