"""The data contract as Python values, read from settings/contract.toml."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache

from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.contract import ColumnSettings, TableSettings

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
    contract = load_settings().contract
    return {name: _table(name, spec, contract.enums) for name, spec in contract.tables.items()}


def refuse_unknown(table: str, columns: Iterable[str]) -> None:
    """KamError("contract_too_narrow") for columns that the contract of today has no place for."""
    present = {column.name for column in tables()[table].columns} if table in tables() else set()
    if unknown := sorted(set(columns) - present):
        raise KamError("contract_too_narrow", names=[f"{table}.{name}" for name in unknown])


def _table(name: str, spec: TableSettings, enums: Mapping[str, Mapping[str, list[str]]]) -> Table:
    columns = tuple(_column(column, fields, enums) for column, fields in spec.columns.items())
    return Table(name, spec.zh, spec.en, tuple(spec.key), columns, tuple(spec.aliases))


def _column(
    name: str, spec: ColumnSettings, enums: Mapping[str, Mapping[str, list[str]]]
) -> Column:
    values = enums[spec.enum] if spec.enum else {}
    return Column(
        name=name,
        type=spec.type,
        zh=spec.zh,
        en=spec.en,
        required=spec.required,
        aliases=tuple(spec.aliases),
        values=tuple((value, tuple(aliases)) for value, aliases in values.items()),
        minimum=spec.minimum,
    )
