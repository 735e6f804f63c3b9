"""The views of a version as SQL: what follows from the declaration of each table, and the rest.

The texts lie in ``sql/tables`` (for each table, and what only one of them has) and ``sql/views``
(what reads them).
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress

from duckdb import CatalogException, DuckDBPyConnection

from kam_core.contract.day_origins import OF_TABLE, OWN_DAYS
from kam_core.contract.declaration import EVENT_DATE, Table, tables
from kam_core.settings.schemas.contract import RevealedColumn
from kam_core.settings.sql_files import load_sql, read_sql

RATES = "rates"
# What the views of tables look into, looked up once the as-of day is set; the second by the first.
LOOKUPS = ("days", "conversion")
ACCOUNTS, OF_ACCOUNT, AND = "accounts", "accounts.", "\n    and "


def set_lookups(connection: DuckDBPyConnection) -> None:
    """Set the session variables that views read beside the as-of day.

    Those of an older release look all of it up themselves.
    """
    with suppress(CatalogException):
        for name in LOOKUPS:
            connection.execute(load_sql("version/look_up", name=name))


def create_views(connection: DuckDBPyConnection) -> set[str]:
    """Create the views of a version, and after those of a name the tables that take their place.

    What comes later then reads tables: to bind views over views takes longer than to fill these.
    Returns the definitions of the views that were replaced.
    """
    marts, replaced = read_sql("marts"), set()
    connection.execute(load_sql("version/create_marts"))
    for name, statement in view_statements():
        connection.execute(statement)
        if name in marts:
            before = _list_views(connection)
            connection.execute(marts[name])
            replaced |= before - _list_views(connection)
    return replaced


def create_views_alone(connection: DuckDBPyConnection) -> None:
    """Create the views of a version: tables stand in for some of them only meanwhile."""
    for definition in create_views(connection):
        connection.execute(definition.replace("CREATE VIEW", "CREATE OR REPLACE VIEW", 1))
    connection.execute(load_sql("version/drop_marts"))


def _list_views(connection: DuckDBPyConnection) -> set[str]:
    return {sql for (sql,) in connection.execute(load_sql("version/list_views")).fetchall()}


def view_statements() -> Iterator[tuple[str, str]]:
    """What reads ``history``, each with its name, in the order in which it can be created.

    The macros come first, then the tables by their names, then what reads several of them.
    """
    macros, absences, *others = read_sql("views").items()
    yield "table_days", _table_days()
    yield macros
    yield absences
    # Amounts are converted by the rates, so that these come first.
    for table in sorted(tables().values(), key=lambda table: table.name != RATES):
        in_scope = {"title": _title(table), "in_scope": _in_scope(table)}
        own = read_sql("tables").get(table.name, "")
        yield table.name, _known_rows(table) + own
        yield f"scoped_{table.name}", load_sql("tables/in_scope", table=table.name, **in_scope)
    yield "event_days", _event_days()
    yield from others


def current_statements() -> Iterator[str]:
    """The views of the rows in force, and one of the cells that no column of theirs holds."""
    for table in tables().values():
        signed = {name: f"{value} as {name}" for name, value in _sign_amounts(table).items()}
        conditions = ["valid_to is null", *_counts(table)]
        if table.is_of_accounts:
            conditions.append(load_sql("tables/has_account", accounts="history.accounts"))
        yield load_sql(
            "tables/in_force",
            table=table.name,
            title=_title(table),
            columns=", ".join(signed.get(column.name, column.name) for column in table.columns),
            conditions=AND.join(conditions),
            key=", ".join(table.key),
        )
    cells = (load_sql("tables/cells_of_table", table=name) for name in tables())
    yield load_sql("tables/further_cells", query="\nunion all by name\n".join(cells))


def order_query(table: Table, names: Sequence[str]) -> str:
    """The rows whose two moments are in the other order, as a check gives them.

    Beside a moment of the account, which is a day, that of the row counts by its day.
    """
    has_account = any(name.startswith(OF_ACCOUNT) for name in names)
    earlier, later = (_moment_sql(table, name, has_account) for name in names)
    own, other = (earlier, later) if names[1].startswith(OF_ACCOUNT) else (later, earlier)
    conditions = [f"{earlier[1]} > {later[1]}"]
    for moment, only in table.facts.items():
        if moment in names:
            conditions += [f"r.{column} in {_texts(values)}" for column, values in only.items()]
    return load_sql(
        "tables/noted_order",
        table=table.name,
        accounts="\njoin main.accounts a using (account_id)" if has_account else "",
        column=own[0],
        value=own[1],
        other_column=other[0],
        other_value=other[1],
        conditions=AND.join(conditions),
    )


def after_day_query(table: Table, moment: str, only: Mapping[str, Iterable[str]]) -> str:
    """The rows in force whose moment lies after the day up to which their table speaks.

    A table without a fact up to that of the version has none of its own. Those that an older
    release loaded are left alone: their versions keep their hashes.
    """
    day = f"coalesce(day_of('{table.name}'), as_of())"
    conditions = [
        f"r.{_day(table, moment)} > {day}",
        load_sql("tables/has_day_of_its_own"),
        *(f"r.{column} in {_texts(values)}" for column, values in only.items()),
    ]
    return load_sql(
        "tables/after_day",
        table=table.name,
        column=moment,
        day=day,
        conditions=AND.join(conditions),
    )


def void_accounts_query(names: Iterable[str]) -> str:
    """The rows in force of accounts that are void, and the rows by which these are."""
    rows = (load_sql("tables/rows_of_account", table=name) for name in names)
    return load_sql(
        "tables/of_void_accounts",
        rows="\nunion all\n".join(rows),
        is_noted=load_sql("tables/has_day_of_its_own"),
    )


def _table_days() -> str:
    """A view of the day that each upload sets for its table; null: that of the version."""
    of_facts = _texts(table.name for table in tables().values() if table.sets_day)
    own = _texts(OWN_DAYS)
    return load_sql("tables/table_days", own=own, of_facts=of_facts, of_table=OF_TABLE)


def in_force_conditions(table: Table) -> list[str]:
    """When a row of history is in force on the as-of day, whatever it says of days to come."""
    is_in_force = f"is_in_force(valid_from, valid_to, '{table.name}')"
    if table.name == ACCOUNTS:
        is_in_force = f"({is_in_force} or (account_id, valid_from) in (from as_of.last_rows))"
    conditions = [is_in_force, *_counts(table)]
    if table.is_of_accounts:
        conditions.append(load_sql("tables/has_account", accounts="as_of.lives"))
    return conditions


def _known_rows(table: Table) -> str:
    times = (
        f"has_time({name}, snapshot_id, '{name}') as {name}_has_time"
        for name in table.time_may_lack
    )
    replaced = ",\n    ".join(f"{value} as {name}" for name, value in _mask_cells(table).items())
    conditions = in_force_conditions(table)
    conditions += [_has_happened(table, *fact) for fact in table.event_facts.items()]
    if table.counts_from:
        conditions.append(f"({table.counts_from} is null or {table.counts_from} <= as_of())")
    return load_sql(
        "tables/known_rows",
        table=table.name,
        view=f"listed_{ACCOUNTS}" if table.name == ACCOUNTS else table.name,
        title=_title(table),
        replaced=f" replace (\n    {replaced}\n)" if replaced else "",
        times="".join(f",\n    {time}" for time in times),
        conditions=AND.join(conditions),
        meaning=_meaning(table),
    )


def _counts(table: Table) -> Iterator[str]:
    """The conditions that a row says nothing by which it counts nowhere."""
    for name, values in table.not_counted.items():
        # A yes or no is compared as itself, so that a scan passes by blocks that hold none.
        if table.column(name).type == "bool":
            yield f"{name} is not {values[0]}"
        else:
            yield f"({name} is null or {name} not in {_texts(values)})"


def _has_happened(table: Table, moment: str, only: Mapping[str, Iterable[str]]) -> str:
    """The event is past; days are compared as days, so that a scan passes by later blocks."""
    is_day, day = table.column(moment).type == "date", f"day_of('{table.name}')"
    is_past = f"{moment} <= {day}" if is_day else f"is_told({moment}, '{table.name}')"
    others = [f"{column} not in {_texts(values)}" for column, values in only.items()]
    return f"({' or '.join([*others, is_past])})" if others else is_past


def _mask_cells(table: Table) -> dict[str, str]:
    """What stands for a column: nothing for what lies ahead, and for a blank part of the key."""
    optional = (c for c in table.columns if c.name in table.key and not c.required)
    replaced = {c.name: f"nullif(trim({c.name}), '')" for c in optional if c.type == "text"}
    for moment, reveals in table.known_from.items():
        is_told = f"is_told({moment}, '{table.name}')"
        replaced[moment] = f"case when {is_told} then {moment} end"
        for revealed in reveals:
            replaced[revealed.column] = _hide_before(is_told, revealed)
    return replaced | _in_reporting_currency(table)


def _sign_amounts(table: Table) -> dict[str, str]:
    """Amounts of rows that are negative whatever the file writes; the others turn with the first.

    ``table.amounts`` begins with the one whose sign decides.
    """
    causes = (f"{name} in {_texts(values)}" for name, values in table.negative.items())
    is_negative = " or ".join(causes)
    if not is_negative:
        return {}
    first, *others = table.amounts
    turned = {name: f"case when ({is_negative}) and {first} > 0 then -{name} else {name} end"
              for name in others}  # fmt: skip
    return {first: f"case when {is_negative} then -abs({first}) else {first} end"} | turned


def _in_reporting_currency(table: Table) -> dict[str, str]:
    """Amounts as the figures add them up; nothing where their currency has no rate on the day."""
    signed = _sign_amounts(table)
    if table.currency is None:
        return signed
    day = _event_day(table) if table.event_date else "as_of()"
    return {
        name: f"as_of.in_reporting_currency({signed.get(name, name)}, {table.currency}, {day})"
        for name in table.amounts
    }


def _hide_before(is_told: str, revealed: RevealedColumn) -> str:
    name, is_ahead = revealed.column, f"not {is_told}"
    if revealed.instead_of:
        is_ahead += f" and {name} in {_texts(revealed.instead_of)}"
    value = "null" if revealed.before is None else f"'{revealed.before}'"
    return f"case when {is_ahead} then {value} else {name} end"


def _in_scope(table: Table) -> str:
    if table.is_of_accounts:
        return load_sql("tables/has_account", accounts="scoped.account_ids")
    if table.name == ACCOUNTS:
        return "is_region_in_scope(region)"
    if table.part_of:
        key = tables()[table.part_of].id_column
        return load_sql("tables/is_part_of", key=key, whole=table.part_of)
    has_region = any(column.name == "region" for column in table.columns)
    return f"is_for_scope({'region' if has_region else 'null'})"


def _event_days() -> str:
    query = "\nunion all\n".join(
        load_sql(
            "tables/event_days_of_table",
            table=table.name,
            day=_event_day(table),
            is_fact=_is_fact(table),
            conditions=AND.join(_counts(table)),
        )
        for table in tables().values()
        if table.event_date
    )
    return load_sql("tables/event_days", query=query)


def _is_fact(table: Table) -> str:
    only = [
        f"{column} in {_texts(values)}"
        for only in table.event_facts.values()
        for column, values in only.items()
    ]
    return " and ".join(only) or "true"


def _event_day(table: Table, row: str = "") -> str:
    days = [f"{row}{_day(table, name)}" for name in table.event_date]
    return days[0] if len(days) == 1 else f"coalesce({', '.join(days)})"


def _day(table: Table, column: str) -> str:
    return column if table.column(column).type == "date" else f"{column}::date"


def _moment_sql(table: Table, name: str, by_day: bool) -> tuple[str, str]:
    """Name and value of a moment, each as SQL, of a row ``r`` or its account ``a``."""
    if name.startswith(OF_ACCOUNT):
        column = name.removeprefix(OF_ACCOUNT)
        return f"'{column}'", f"a.{column}"
    if name == EVENT_DATE:
        filled = (f"when r.{name} is not null then '{name}'" for name in table.event_date)
        return f"case {' '.join(filled)} end", _event_day(table, "r.")
    return f"'{name}'", f"r.{_day(table, name) if by_day else name}"


def _texts(values: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def _meaning(table: Table) -> str:
    parts = [f"{_title(table)} as known on the as-of day"]
    parts += [f"{moment} is past" for moment in table.event_facts]
    parts += [f"a later {moment} is unknown" for moment in table.known_from]
    return ", ".join(parts)


def _title(table: Table) -> str:
    return f"{table.zh} / {table.en}".replace("'", "''")
