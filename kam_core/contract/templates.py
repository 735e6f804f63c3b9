"""A file to fill in for each table of the contract: its headers and two example rows."""

import csv
import io

from kam_core.contract.declaration import Column, Table, tables
from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.base import Bilingual

# With the mark a spreadsheet opens Chinese as Chinese.
BYTE_ORDER_MARK = "\ufeff"
# Of a column that an installation added itself and gave no examples for.
NONE = ("", "")


def rows(table: str, lang: str) -> list[dict[str, str]]:
    """The example rows of a table by column, in the words of a language."""
    columns = _require_table(table).columns
    templates = load_settings().templates
    cells = templates.tables.get(table, {}) | templates.every_table
    return [
        {
            column.name: _write_cell(column, cells.get(column.name, NONE)[number], lang)
            for column in columns
        }
        for number in range(2)
    ]


def csv_bytes(table: str, lang: str) -> bytes:
    """The template as a CSV file: headers in the language, then the example rows."""
    columns = _require_table(table).columns
    file = io.StringIO(newline="")
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow([column.text(lang) for column in columns])
    writer.writerows([row[column.name] for column in columns] for row in rows(table, lang))
    return (BYTE_ORDER_MARK + file.getvalue()).encode()


def _require_table(table: str) -> Table:
    if table not in tables():
        raise KamError("unknown_template", table=table, known=list(tables()))
    return tables()[table]


def _write_cell(column: Column, cell: str | Bilingual, lang: str) -> str:
    if isinstance(cell, Bilingual):
        return cell.text(lang)
    if column.type == "enum":
        return column.word(cell, lang)
    if column.type == "bool" and cell:
        return load_settings().templates.words[cell].text(lang)
    return cell
