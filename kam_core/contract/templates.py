"""A file to fill in for each table of the contract: its headers and two example rows."""

import csv
import io
import tomllib
from functools import cache

from kam_core.contract.declaration import Column, Table, tables
from kam_core.errors import KamError
from kam_core.settings.loader import SETTINGS

# With the mark a spreadsheet opens Chinese as Chinese.
BYTE_ORDER_MARK = "\ufeff"


def rows(table: str, lang: str) -> list[dict[str, str]]:
    """The example rows of a table by column, in the words of a language."""
    cells = _examples()[_known(table).name]
    return [
        {c.name: _written(c, cells[c.name][number], lang) for c in _known(table).columns}
        for number in range(2)
    ]


def csv_bytes(table: str, lang: str) -> bytes:
    """The template as a CSV file: headers in the language, then the example rows."""
    columns = _known(table).columns
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([column.title(lang) for column in columns])
    writer.writerows([row[column.name] for column in columns] for row in rows(table, lang))
    return (BYTE_ORDER_MARK + file.getvalue()).encode()


def _known(table: str) -> Table:
    if table not in tables():
        raise KamError("unknown_template", table=table, known=list(tables()))
    return tables()[table]


def _written(column: Column, cell: str | dict[str, str], lang: str) -> str:
    if isinstance(cell, dict):
        return cell[lang]
    if column.type == "enum":
        return _value_in_words(column, cell, lang)
    if column.type == "bool" and cell:
        return _examples()["words"][cell][lang]
    return cell


def _value_in_words(column: Column, value: str, lang: str) -> str:
    """The first name of a value in the language; in English the value itself names it."""
    if lang != "zh":
        return value.replace("_", " ")
    names = dict(column.values).get(value, ())
    return next((name for name in names if not name.isascii()), value)


@cache
def _examples() -> dict:
    return tomllib.loads((SETTINGS / "templates.toml").read_text("utf-8"))
