"""Headers of a file to columns of the contract, in both languages; what is in doubt is refused."""

import re
import unicodedata
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction
from functools import cache
from pathlib import PurePath
from typing import NamedTuple

from kam_core.contract.declaration import Column, Table, tables
from kam_core.errors import KamError
from kam_core.ingest.text_folding import (
    fold,
    simplify,
    strip_marks,
    unique_names,
)
from kam_core.ingest.validate import currencies
from kam_core.settings.loader import load_settings

EXACT, TITLE, ALIAS, UNIT, GENERIC = range(5)
FOUND = ("exact", "title", "alias", "alias", "alias")
MEASURED = ("money", "score", "number", "integer")


# Two characters with no end of a word between them.
LETTERS_OF_A_WORD = re.compile("[a-z]{2}|[A-Z]{2}|[A-Z][a-z]")
# Pipedrive writes "Deal - Value", Salesforce "Account: Account Name".
PREFIXED = re.compile(r"(?P<table>[^-–—:：]+?)(?:\s+[-–—]\s+|\s*[:：]\s*)(?P<name>\S.*)")


class Claim(NamedTuple):
    """How a header names a column: ``rank`` is the better the lower."""

    rank: int
    column: str


class NameOfTable(NamedTuple):
    """Where in the name of a file a word for a table stands."""

    start: int
    end: int
    table: str
    ends_word: bool

    def is_within(self, other: "NameOfTable") -> bool:
        """Whether the other one holds this one and more."""
        is_inside = other.start <= self.start and self.end <= other.end
        return is_inside and self[:2] != other[:2]


class Unit(NamedTuple):
    """A unit in a header: as written, and what it multiplies the figures by ("10000")."""

    text: str
    factor: str


def match(
    table: str, header: Sequence[str], settled: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Contract column -> name of a header cell; refuses what is missing or fits twice.

    ``settled`` are columns that a person has decided on, with their header or "" for none; they and
    their headers are left out of the search. Of cells that are written alike each has its own name
    (``conventions.unique_names``).
    """
    chosen = candidates(table, header, settled or {})
    for column, headers in chosen.items():
        if len(headers) > 1:
            raise KamError("ambiguous_columns", table=table, column=column, headers=headers)
    matched = {column: headers[0] for column, headers in chosen.items()}
    if settled is None:
        require(tables()[table], matched, header)
    return matched


def require(table: Table, present: Mapping[str, object], header: Sequence[str]) -> None:
    """Refuse a file that lacks a required column."""
    missing = [column.name for column in table.required if column.name not in present]
    if missing:
        raise KamError("missing_columns", table=table.name, columns=missing, header=list(header))


def guess_table(file_name: str, header: Sequence[str]) -> str:
    """The table a file is for: the headers decide, the file name where several fit or none."""
    matched = {name: set(chosen) for name, chosen in _claims(header).items()}
    named = table_named_by(file_name)
    complete = [name for name in matched if _lacking(name, matched[name]) == 0]
    if named in complete:
        return named
    best = _best_table(complete or matched, matched, header)
    if named and not complete and not (best and _is_clearly_better(best, named, matched)):
        return named
    if best is None:
        raise KamError("unknown_table", file=file_name, header=list(header))
    return best


def _best_table(
    among: Collection[str], matched: Mapping[str, set[str]], header: Sequence[str]
) -> str | None:
    """The table the headers fit best; None where the person is to be asked."""
    ranked = sorted((_evidence(name, matched[name]), name) for name in among)
    # With equal or little evidence the person is asked, never the order of the tables.
    is_tie = len(ranked) > 1 and ranked[-1][0] == ranked[-2][0]
    best = ranked[-1][1]
    if is_tie or 2 * _lacking(best, matched[best]) >= len(tables()[best].required):
        return None
    if _lacking(best, matched[best]) and not _lacking(best, set(candidates(best, header))):
        # Only the bare word "id" would complete it, and that is the key of any table.
        return None
    return best


def _is_clearly_better(best: str, named: str, matched: Mapping[str, set[str]]) -> bool:
    """Whether the headers speak against the name of the file, by what is there and what is not."""
    fewer = _lacking(best, matched[best]) < _lacking(named, matched[named])
    return fewer and len(matched[best]) > len(matched[named])


def table_named_by(file_name: str) -> str | None:
    """The table whose name, title or alias says most of a file's name.

    A word within a longer one says nothing of its own, the beginning of another word little
    (Salesforce), and of several the last one counts. All tables are about accounts: their name says
    least.
    """
    found = _table_names_in(PurePath(file_name).stem)
    whole = [named for named in found if not any(named.is_within(other) for other in found)]
    best = max(whole, key=lambda n: (n.ends_word, n.table != "accounts", n.end), default=None)
    return best.table if best else None


def _table_names_in(stem: str) -> list[NameOfTable]:
    joined = (LETTERS_OF_A_WORD.fullmatch(stem[i - 1 : i + 1]) for i in range(1, len(stem) + 1))
    ends = {len(fold(stem[:i])) for i, inside in enumerate(joined, start=1) if not inside}
    return [
        NameOfTable(found.start(), found.end(), table.name, found.end() in ends)
        for table in tables().values()
        for name in map(fold, (table.name, table.zh, table.en, *table.aliases))
        for found in re.finditer(re.escape(name), fold(stem))
    ]


def _claims(header: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """For each table the header cells of each column; without any it is no header."""
    cells = _named(header)
    claims = {name: _best(name, _ranked(name, cells, use_generic=False)) for name in tables()}
    if not any(claims.values()):
        raise KamError("no_header", header=list(header))
    return claims


def _lacking(table: str, matched: Collection[str]) -> int:
    return sum(column.name not in matched for column in tables()[table].required)


def _evidence(table: str, matched: set[str]) -> tuple[int, int]:
    return -_lacking(table, matched), len(matched)


def candidates(
    table: str,
    header: Sequence[str],
    settled: Mapping[str, str] | None = None,
    taken: Collection[str] = (),
) -> dict[str, list[str]]:
    """Column -> names of the header cells that name it best; each serves one column only.

    The columns and cells of ``settled``, and the cells ``taken``, are left out.
    """
    settled = settled or {}
    used = {*settled.values(), *taken}
    free = {name: cell for name, cell in _named(header).items() if name not in used}
    found = _best(table, _ranked(table, free))
    return {column: cells for column, cells in found.items() if column not in settled}


def _named(header: Sequence[str]) -> dict[str, str]:
    """The name of each header cell, and the cell as it is written."""
    return dict(zip(unique_names(header), header, strict=True))


def claim(table: str, cell: str, use_generic: bool = True) -> Claim | None:
    """The column of a table that a header cell names, by itself or followed by a unit."""
    names = _names(table)
    known = names.get(fold(cell)) or names.get(fold(strip_marks(cell)))
    if known:
        return known if use_generic or known.rank != GENERIC else None
    bare = without_table(table, strip_marks(cell))
    if known := names.get(fold(bare)):
        # The word for the table also says which key a bare "ID" is.
        return Claim(ALIAS, known.column)
    split = _name_and_unit(table, bare)
    return Claim(UNIT, split[0]) if split else None


def without_table(table: str, cell: str) -> str:
    """A header without the word for its table that some exports put in front: "Deal - Value"."""
    found = PREFIXED.fullmatch(cell.strip())
    return found["name"] if found and fold(found["table"]) in _table_words(table) else cell


@cache
def _table_words(table: str) -> frozenset[str]:
    named = tables()[table]
    return frozenset(map(fold, (named.name, named.zh, named.en, *named.aliases)))


def unit_of(table: str, column: str, cell: str) -> Unit | None:
    """The unit that a header cell states for the figures of a column, if it is understood."""
    measured = tables()[table].column(column)
    if measured.type not in MEASURED:
        return None
    plain = _plain(cell)
    for start in range(1, len(plain)):
        factor = _factor(plain[start:], measured)
        if factor and _is_separate(plain, start):
            return Unit(_without_separators(plain[start:]), factor)
    return None


def factors(table: str, columns: Mapping[str, str]) -> dict[str, str]:
    """Column -> what the unit in its header multiplies the figures by, where it does."""
    units = {column: unit_of(table, column, cell) for column, cell in columns.items()}
    return {column: unit.factor for column, unit in units.items() if unit and unit.factor != "1"}


def _ranked(
    table: str, cells: Mapping[str, str], use_generic: bool = True
) -> dict[str, dict[int, list[str]]]:
    claims: dict[str, dict[int, list[str]]] = {}
    for name, cell in cells.items():
        found = claim(table, cell, use_generic)
        if found:
            claims.setdefault(found.column, {}).setdefault(found.rank, []).append(name)
    return claims


def _best(table: str, claims: dict[str, dict[int, list[str]]]) -> dict[str, list[str]]:
    return {
        column.name: claims[column.name][min(claims[column.name])]
        for column in tables()[table].columns
        if column.name in claims
    }


@cache
def _names(table: str) -> dict[str, Claim]:
    """Folded name -> claim; of two columns with one name the better rank has it."""
    names: dict[str, Claim] = {}
    for column in tables()[table].columns:
        for rank, name in _ranked_names(table, column):
            if fold(name) not in names or rank < names[fold(name)].rank:
                names[fold(name)] = Claim(rank, column.name)
    return names


def _ranked_names(table: str, column: Column) -> list[tuple[int, str]]:
    titles = [(TITLE, column.zh), (TITLE, column.en)]
    aliases = [(ALIAS, alias) for alias in column.aliases]
    is_own_key = tables()[table].key == [column.name]
    generic = load_settings().mapping.generic_keys if is_own_key else ()
    return [(EXACT, column.name), *titles, *aliases, *((GENERIC, name) for name in generic)]


# units

SEPARATORS = re.compile(r"[()\[\]{}【】〔〕\s/_,:;.\-]+")


def _name_and_unit(table: str, cell: str) -> tuple[str, str] | None:
    """(column, factor) of a cell that is a known name followed by a known unit; longest name."""
    plain = _plain(cell)
    for start in range(len(plain) - 1, 0, -1):
        known = _names(table).get(fold(plain[:start]))
        if known and known.rank <= ALIAS and _is_separate(plain, start):
            factor = _factor(plain[start:], tables()[table].column(known.column))
            if factor:
                return known.column, factor
    return None


def _plain(cell: str) -> str:
    """A header as units are looked for in it: CallDurationInSeconds is three words and a unit."""
    words = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", unicodedata.normalize("NFKC", strip_marks(cell)))
    return simplify(words.casefold().strip())


def _is_separate(plain: str, start: int) -> bool:
    """Whether a unit can begin here: a Latin word is not cut in two."""
    before, after = plain[start - 1], plain[start]
    both_latin = before.isascii() and before.isalnum() and after.isascii() and after.isalnum()
    return not both_latin


def _factor(text: str, column: Column) -> str | None:
    """The factor of a unit, if the text is nothing else: currency and multiplier, or a duration."""
    words = _without_separators(text).replace(" ", "")
    if column.type == "money":
        return _money_factor(words)
    measured_in = load_settings().mapping.measured_in.get(column.name)
    return load_settings().mapping.units[measured_in].get(words) if measured_in else None


def _without_separators(text: str) -> str:
    words = SEPARATORS.sub(" ", text).strip()
    for introduction in load_settings().mapping.unit_introductions:
        words = words.removeprefix(introduction).strip()
    return words


def _money_factor(words: str) -> str | None:
    found = _money_unit().fullmatch(words) if words else None
    if not found:
        return None
    multiplier = found["multiplier"]
    return str(Fraction(_multipliers()[multiplier])) if multiplier else "1"


@cache
def _multipliers() -> dict[str, str]:
    multipliers = load_settings().reading.multipliers
    return multipliers.cells | multipliers.headers


@cache
def _money_unit() -> re.Pattern[str]:
    currency, multiplier = _any_of(currencies.currency_words()), _any_of(_multipliers())
    return re.compile(rf"(?:{currency})?(?P<multiplier>{multiplier})?(?:{currency})?")


def _any_of(words: Collection[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))
