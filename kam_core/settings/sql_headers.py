"""Headers of documented SQL files, and what those of the metrics set: names, default and bounds.

A header is comment lines ``-- key: value`` above the query.
"""

from pathlib import Path
from typing import Any

METRICS = Path(__file__).parents[1] / "sql" / "metrics"


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
