"""Headers of a file to columns of the contract, in both languages; what is in doubt is refused."""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import PurePath

from kam_core.contract import Column, Table, tables
from kam_core.errors import KamError
from kam_core.ingest.conventions import fold

EXACT, TITLE, ALIAS = range(3)


def match(table: str, header: Sequence[str]) -> dict[str, str]:
    """Contract column -> header cell; refuses what is missing or fits twice."""
    chosen = _claims(header)[table]
    for column, headers in chosen.items():
        if len(headers) > 1:
            raise KamError("ambiguous_columns", table=table, column=column, headers=headers)
    require(tables()[table], chosen, header)
    return {column: headers[0] for column, headers in chosen.items()}


def require(table: Table, present: Mapping[str, object], header: Sequence[str]) -> None:
    """Refuse a file that lacks a required column."""
    missing = [column.name for column in table.required if column.name not in present]
    if missing:
        raise KamError("missing_columns", table=table.name, columns=missing, header=list(header))


def guess_table(file_name: str, header: Sequence[str]) -> str:
    """The table a file is for: the headers decide, the file name where several fit."""
    matched = {name: set(chosen) for name, chosen in _claims(header).items()}
    named = table_named_by(file_name)
    complete = [name for name in matched if _lacking(name, matched[name]) == 0]
    if named in complete or (named and not complete):
        return named
    ranked = sorted((_evidence(name, matched[name]), name) for name in complete or matched)
    # With equal or little evidence the person is asked, never the order of the tables.
    is_tie = len(ranked) > 1 and ranked[-1][0] == ranked[-2][0]
    best = ranked[-1][1]
    if is_tie or 2 * _lacking(best, matched[best]) >= len(tables()[best].required):
        raise KamError("unknown_table", file=file_name, header=list(header))
    return best


def table_named_by(file_name: str) -> str | None:
    """The table whose name, title or alias is the longest found in a file name."""
    stem = fold(PurePath(file_name).stem)
    found = [
        (len(name), table.name)
        for table in tables().values()
        for name in map(fold, (table.name, table.zh, table.en, *table.aliases))
        if name in stem
    ]
    return max(found)[1] if found else None


def _claims(header: Sequence[str]) -> dict[str, dict[str, list[str]]]:
    """For each table the header cells of each column; without any it is no header."""
    claims = {name: _candidates(name, header) for name in tables()}
    if not any(claims.values()):
        raise KamError("no_header", header=list(header))
    return claims


def _lacking(table: str, matched: set[str]) -> int:
    return sum(column.name not in matched for column in tables()[table].required)


def _evidence(table: str, matched: set[str]) -> tuple[int, int]:
    return -_lacking(table, matched), len(matched)


def _candidates(table: str, header: Sequence[str]) -> dict[str, list[str]]:
    """Column -> header cells that name it best; every header cell serves one column only."""
    claims: dict[str, dict[int, list[str]]] = {}
    for cell in header:
        claim = _names(table).get(fold(cell))
        if claim:
            rank, column = claim
            claims.setdefault(column, {}).setdefault(rank, []).append(cell)
    return {
        column.name: claims[column.name][min(claims[column.name])]
        for column in tables()[table].columns
        if column.name in claims
    }


@cache
def _names(table: str) -> dict[str, tuple[int, str]]:
    """Folded name -> (rank, column); of two columns with one name the better rank has it."""
    names: dict[str, tuple[int, str]] = {}
    for column in tables()[table].columns:
        for rank, name in _ranked_names(column):
            if fold(name) not in names or rank < names[fold(name)][0]:
                names[fold(name)] = (rank, column.name)
    return names


def _ranked_names(column: Column) -> list[tuple[int, str]]:
    titles = [(TITLE, column.zh), (TITLE, column.en)]
    return [(EXACT, column.name), *titles, *((ALIAS, alias) for alias in column.aliases)]
