"""The SQL files: statements by name, headers, and what the headers of metrics set.

A header is comment lines ``-- key: value`` above the query.
"""

from functools import cache
from pathlib import Path
from string import Template
from typing import Any

SQL = Path(__file__).parents[1] / "sql"
METRICS = SQL / "metrics"
NAME_LINE = "\n-- name: "


def load_sql(name: str, /, **values: object) -> str:
    """A statement by FOLDER/NAME below ``sql``: a file, or what stands under ``-- name:`` in one.

    Of its ``$words`` those that ``values`` name are filled; others are parameters.
    """
    folder, _, statement = name.rpartition("/")
    return Template(read_sql(folder)[statement]).safe_substitute(values)


def list_sql(folder: str) -> list[str]:
    """The statements of a folder, in the order of its files."""
    return list(read_sql(folder).values())


@cache
def read_sql(folder: str) -> dict[str, str]:
    """The statements of a folder by name, in the order of its files."""
    statements = {}
    for path in sorted((SQL / folder).glob("*.sql")):
        text = path.read_text("utf-8")
        named = f"\n{text}".split(NAME_LINE)[1:]
        for block in named:
            name, _, statement = block.partition("\n")
            statements[name] = statement.strip()
        if not named:
            statements[path.stem] = text
    return statements


def split_header(text: str) -> tuple[dict[str, str], str]:
    """Split a documented SQL file into header and query; an indented line continues a value."""
    values: dict[str, str] = {}
    lines = text.splitlines()
    key = ""
    for number, line in enumerate(lines):
        if not line.startswith("--"):
            return values, "\n".join(lines[number:])
        if line.startswith("--  "):
            values[key] += " " + line[2:].strip()
        else:
            key, _, value = line[2:].strip().partition(":")
            values[key] = value.strip()
    return values, ""


def list_metric_files() -> list[Path]:
    """The metric files in the order in which metrics are shown."""
    order = {path: read_values(path)["order"] for path in METRICS.glob("*.sql")}
    return sorted(order, key=lambda path: (int(order[path]), path.stem))


def read_values(path: Path) -> dict[str, str]:
    """The header of a metric file, key by key."""
    return split_header(path.read_text("utf-8"))[0]


def read_metric_settings(path: Path) -> dict[str, Any]:
    """The settings in the header of a metric file, as a settings file would hold them."""
    values = read_values(path)
    name = values["metric"]
    also = [alias.strip() for alias in values.get("also", "").split(";") if alias.strip()]
    highest = "highest_share" if values["unit"] == "percent" else "highest"
    bounds = {"lowest": "target-least", highest: "target-most"}
    given = {table: {name: _number(values[key])} for table, key in bounds.items() if key in values}
    defaults = {name: _number(values["target"])} if "target" in values else {}
    return {
        "contract": {"enums": {"metric": {name: [values["zh"], values["en"], *also]}}},
        "target_bounds": given,
        "targets": {"targets": defaults},
    }


def _number(text: str) -> int | float:
    return int(text) if text.lstrip("-").isdigit() else float(text)
