"""The data contract as Python values, read from settings/contract.toml."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cache

from kam_core.contract import formats
from kam_core.errors import KamError
from kam_core.settings.loader import load_settings
from kam_core.settings.schemas.contract import (
    ColumnSettings,
    EveryTableSettings,
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


# Columns, each with some of its values.
ValuesByColumn = tuple[tuple[str, tuple[str, ...]], ...]


@dataclass(frozen=True)
class Fact:
    """A moment that says something happened, in rows with one of the values of each column."""

    column: str
    only: ValuesByColumn = ()


@dataclass(frozen=True)
class Revealed:
    """What a column says before its moment: ``before``, where it says one of ``instead_of``.

    Without ``before`` it is empty then; without ``instead_of`` whatever it says.
    """

    column: str
    before: str | None = None
    instead_of: tuple[str, ...] = ()


@dataclass(frozen=True)
class Moment:
    """A moment after that of the event; while it lies ahead, neither it nor these are known."""

    column: str
    reveals: tuple[Revealed, ...] = ()


@dataclass(frozen=True)
class NotedOrder:
    """A problem of rows whose ``earlier`` moment comes after the ``later`` one.

    A moment is a column, ``accounts.`` and a column of the account, or EVENT_DATE.
    """

    problem: str
    earlier: str
    later: str


@dataclass(frozen=True)
class Table:
    """One table of the contract; settings/contract.toml says what each part of it means.

    ``key`` identifies a row when a file updates the table. A row stands for the first of the days
    of ``event_date`` that is filled. ``currency`` is the column that says which currency the
    amounts of a row are in.
    """

    name: str
    zh: str
    en: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]
    aliases: tuple[str, ...] = ()
    event_date: tuple[str, ...] = ()
    facts: tuple[Fact, ...] = ()
    known_from: tuple[Moment, ...] = ()
    in_order: tuple[tuple[str, str], ...] = ()
    noted_order: tuple[NotedOrder, ...] = ()
    essential: tuple[str, ...] = ()
    not_counted: ValuesByColumn = ()
    negative: ValuesByColumn = ()
    replaced_by: tuple[str, ...] = ()
    counts_from: str | None = None
    part_of: str | None = None
    sets_day: bool = True
    currency: str | None = None
    retention: str = ""
    time_may_lack: tuple[str, ...] = ()
    says_how_far: bool = False

    def column(self, name: str) -> Column:
        return next(column for column in self.columns if column.name == name)

    @property
    def required(self) -> tuple[Column, ...]:
        return tuple(column for column in self.columns if column.required)

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
    def event_facts(self) -> tuple[Fact, ...]:
        """The facts among the days of the event: before them the row is not known."""
        return tuple(fact for fact in self.facts if fact.column in self.event_date)

    @property
    def is_of_accounts(self) -> bool:
        """Whether each row belongs to an account, which must be known for the row to count."""
        return self.key != ("account_id",) and any(c.name == "account_id" for c in self.columns)

    def title(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en


@cache
def tables() -> dict[str, Table]:
    """All tables by name, accounts first: what others refer to stands before what refers to it."""
    contract = load_settings().contract
    return {
        name: _table(name, spec, contract.every_table, contract.enums)
        for name, spec in contract.tables.items()
    }


@cache
def table_of_format(name: str, number: int) -> Table:
    """A table as what was accepted under a format was read: key, values, and what was essential."""
    table = tables()[name]
    later = formats.later_parts(name, number)
    if later is None:
        return table
    columns = tuple(
        replace(column, values=tuple(v for v in column.values if v[0] not in later.values))
        for column in table.columns
    )
    key = tuple(part for part in table.key if part not in later.key)
    essential = tuple(column.name for column in columns)
    return replace(
        table,
        key=key,
        columns=columns,
        essential=essential,
        replaced_by=(),
        currency=None,
        time_may_lack=(),
    )


def refuse_unknown(table: str, columns: Iterable[str]) -> None:
    """KamError("contract_too_narrow") for columns that the contract of today has no place for."""
    present = {column.name for column in tables()[table].columns} if table in tables() else set()
    if unknown := sorted(set(columns) - present):
        raise KamError("contract_too_narrow", names=[f"{table}.{name}" for name in unknown])


def _table(
    name: str,
    spec: TableSettings,
    every: EveryTableSettings,
    enums: Mapping[str, Mapping[str, list[str]]],
) -> Table:
    columns = tuple(
        _column(column, fields, enums) for column, fields in (spec.columns | every.columns).items()
    )
    return Table(
        name=name,
        zh=spec.zh,
        en=spec.en,
        key=tuple(spec.key),
        columns=columns,
        aliases=tuple(spec.aliases),
        event_date=tuple(spec.event_date),
        facts=tuple(Fact(name, _values_by_column(only)) for name, only in spec.facts.items()),
        known_from=tuple(
            Moment(name, tuple(Revealed(r.column, r.before, tuple(r.instead_of)) for r in reveals))
            for name, reveals in spec.known_from.items()
        ),
        in_order=tuple((earlier, later) for earlier, later in spec.in_order),
        noted_order=tuple(NotedOrder(name, *pair) for name, pair in spec.noted_order.items()),
        essential=(*spec.essential, *every.essential),
        not_counted=_values_by_column(spec.not_counted | every.not_counted),
        negative=_values_by_column(spec.negative),
        replaced_by=tuple(spec.replaced_by),
        counts_from=spec.counts_from,
        part_of=spec.part_of,
        sets_day=spec.sets_day,
        currency=next((column.name for column in columns if column.type == "currency"), None),
        retention=spec.retention,
        time_may_lack=tuple(spec.time_may_lack),
        says_how_far=spec.says_how_far,
    )


def _values_by_column(values: Mapping[str, list[str]]) -> ValuesByColumn:
    return tuple((column, tuple(each)) for column, each in values.items())


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
