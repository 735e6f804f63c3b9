"""The data contract as Python values, read from settings/contract.toml."""

from collections.abc import Collection, Iterable
from functools import cache

from kam_core.contract import formats
from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.base import Names
from kam_core.settings.schemas.contract import (
    ColumnSettings,
    ContractSettings,
    TableDeclaration,
    TableSettings,
)

# In an order of moments: the day on which the row stands.
EVENT_DATE = "event_date"
SQL_TYPES = {
    "id": "VARCHAR",
    "text": "VARCHAR",
    "enum": "VARCHAR",
    "quarter": "VARCHAR",
    "currency": "VARCHAR",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "money": "DECIMAL(18,2)",
    "score": "DECIMAL(9,4)",
    "number": "DECIMAL(24,6)",
    "integer": "BIGINT",
    "bool": "BOOLEAN",
}


class Column(ColumnSettings):
    """One column; ``values`` are those of its enum, each with its aliases."""

    name: str
    values: dict[str, Names] = {}

    @property
    def sql_type(self) -> str:
        return SQL_TYPES[self.type]

    def word(self, value: str, lang: str) -> str:
        """The first name of a value in the language; in English the value itself names it."""
        if lang != "zh":
            return value.replace("_", " ")
        return next((name for name in self.values.get(value, ()) if not name.isascii()), value)

    def without(self, codes: Collection[str]) -> "Column":
        """This column while its enum had none of some values."""
        values = {code: names for code, names in self.values.items() if code not in codes}
        return self.model_copy(update={"values": values})


class Table(TableDeclaration):
    """One table of the contract, with what settings/contract.toml declares of it.

    ``currency`` is the column that says which currency the amounts of a row are in.
    """

    name: str
    columns: list[Column]
    currency: str | None = None

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def required(self) -> list[Column]:
        return [column for column in self.columns if column.required]

    @property
    def amounts(self) -> tuple[str, ...]:
        """The columns that are amounts of money, the required one first."""
        money = (column for column in self.columns if column.type == "money")
        return tuple(c.name for c in sorted(money, key=lambda column: not column.required))

    @property
    def id_column(self) -> str | None:
        """The one column whose cells tell what a row is, beside an optional rest of the key."""
        required = [name for name in self.key if self.column(name).required]
        return required[0] if len(required) == 1 else None

    def is_essential(self, column: Column) -> bool:
        """Whether a row cannot stand without what a cell of the column says."""
        return column.required or column.name in (*self.key, *self.essential)

    @property
    def event_facts(self) -> dict[str, dict[str, Names]]:
        """The facts among the days of the event: before them the row is not known."""
        return {column: only for column, only in self.facts.items() if column in self.event_date}

    @property
    def is_of_accounts(self) -> bool:
        """Whether each row belongs to an account, which must be known for the row to count."""
        return self.key != ["account_id"] and any(c.name == "account_id" for c in self.columns)


@cache
def tables() -> dict[str, Table]:
    """All tables by name, accounts first: what others refer to stands before what refers to it."""
    contract = load_settings().contract
    return {name: _table(name, spec, contract) for name, spec in contract.tables.items()}


@cache
def table_of_format(name: str, number: int) -> Table:
    """A table as what was accepted under a format was read: key, values, and what was essential."""
    table = tables()[name]
    later = formats.later_parts(name, number)
    if later is None:
        return table
    columns = [column.without(later.values) for column in table.columns]
    key = [part for part in table.key if part not in later.key]
    essential = [column.name for column in columns]
    older: dict[str, object] = {"key": key, "columns": columns, "essential": essential}
    older |= {"replaced_by": [], "currency": None, "time_may_lack": []}
    return table.model_copy(update=older)


def refuse_unknown(table: str, columns: Iterable[str]) -> None:
    """KamError("contract_too_narrow") for columns that the contract of today has no place for."""
    present = {column.name for column in tables()[table].columns} if table in tables() else set()
    if unknown := sorted(set(columns) - present):
        raise KamError("contract_too_narrow", names=[f"{table}.{name}" for name in unknown])


def _table(name: str, spec: TableSettings, contract: ContractSettings) -> Table:
    every = contract.every_table
    columns = [
        Column(
            name=column,
            values=contract.enums[fields.enum] if fields.enum else {},
            **dict(fields),
        )
        for column, fields in (spec.columns | every.columns).items()
    ]
    made = {
        "essential": [*spec.essential, *every.essential],
        "not_counted": spec.not_counted | every.not_counted,
        "currency": next((column.name for column in columns if column.type == "currency"), None),
    }
    return Table(**{**dict(spec), **made, "name": name, "columns": columns})
