"""What the headers of the metric files set: the names, the default and the bounds of a target."""

from pathlib import Path
from typing import Any

from kam_core.settings.sql_header import header

METRICS = Path(__file__).parents[1] / "sql" / "metrics"


def list_metric_files() -> list[Path]:
    """The metric files in the order in which metrics are shown."""
    order = {path: read_values(path)["order"] for path in METRICS.glob("*.sql")}
    return sorted(order, key=lambda path: (int(order[path]), path.stem))


def read_values(path: Path) -> dict[str, str]:
    """The header of a metric file, key by key."""
    return header(path.read_text("utf-8"))[0]


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
