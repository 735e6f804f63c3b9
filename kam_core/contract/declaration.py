"""The data contract as Python values, read from settings/contract.toml."""

import tomllib
from dataclasses import dataclass
from functools import cache

from kam_core.settings.loader import SETTINGS

SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "enum": "VARCHAR",
    "quarter": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "money": "DECIMAL(18,2)",
    "score": "DECIMAL(9,4)",
    "number": "DECIMAL(24,6)",
    "integer": "BIGINT",
    "bool": "BOOLEAN",
}


@dataclass(frozen=True)
class Column:
    """One column: ``type`` is a key of SQL_TYPES; ``values`` holds enum values with aliases."""

    name: str
    type: str
    zh: str
    en: str
    required: bool = False
    aliases: tuple[str, ...] = ()
    values: tuple[tuple[str, tuple[str, ...]], ...] = ()
    minimum: float | None = None

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]

    def title(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@dataclass(frozen=True)
class Table:
    """One table of the contract; ``key`` identifies a row when a file updates the table."""

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)

    def title(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@cache
def tables() -> dict[str, Table]:
    """All tables by name, accounts first: what others refer to stands before what refers to it."""
    document = tomllib.loads((SETTINGS / "contract.toml").read_text("utf-8"))
    enums = {
        name: tuple((value, tuple(aliases)) for value, aliases in values.items())
        for name, values in document["enums"].items()
    }
    return {name: _table(name, spec, enums) for name, spec in document["tables"].items()}


def _table(name: str, spec: dict, enums: dict) -> Table:
    columns = tuple(
        Column(
            name=column,
            type=fields["type"],
            zh=fields["zh"],
            en=fields["en"],
            required=fields.get("required", False),
            aliases=tuple(fields.get("aliases", ())),
            values=enums[fields["enum"]] if fields["type"] == "enum" else (),
            minimum=fields.get("minimum"),
        )
        for column, fields in spec["columns"].items()
    )
    return Table(
        name, spec["zh"], spec["en"], tuple(spec["key"]), columns, tuple(spec.get("aliases", ()))
    )
