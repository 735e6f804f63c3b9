"""The views of a version as SQL: what follows from the declaration of each table, and the rest.

The texts lie in ``sql/tables`` (for each table, and what only one of them has) and ``sql/views``
(what reads them).
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from string import Template

from kam_core.contract.declaration import (
    EVENT_DATE,
    Fact,
    NotedOrder,
    Revealed,
    Table,
    tables,
)
from kam_core.warehouse.ledger import OF_TABLE, OWN_DAYS

SQL = Path(__file__).parents[1] / "sql"
TABLES = SQL / "tables"
ACCOUNTS, AND = "accounts.", "\n    and "


def view_statements() -> Iterator[str]:
    """What reads ``history``, in the order in which it can be created: macros, tables, the rest."""
    macros, *others = sorted((SQL / "views").glob("*.sql"))
    yield _table_days()
    yield macros.read_text("utf-8")
    for table in tables().values():
        yield _table_views(table)
        if (own := TABLES / f"{table.name}.sql").exists():
            yield own.read_text("utf-8")
    yield _event_days()
    yield from (file.read_text("utf-8") for file in others)


def current_statements() -> Iterator[str]:
    """The views of the rows in force, and one of the cells that no column of theirs holds."""
    for table in tables().values():
        names = ", ".join(column.name for column in table.columns)
        conditions = ["valid_to is null", *_counts(table)]
        if table.is_of_accounts:
            conditions.append("account_id in (select account_id from history.accounts)")
        yield (
            f"create view main.{table.name} as select {names}, extra, snapshot_id, line_no "
            f"from history.{table.name} where {' and '.join(conditions)}; "
            f"comment on view main.{table.name} is "
            f"'{_title(table)}: the rows in force, one per {', '.join(table.key)}'"
        )
    # A table without accounts has no column of theirs.
    query = " union all by name ".join(
        f"select '{table.name}' as table_name, "
        f"columns('^(snapshot_id|line_no|account_id|extra)$') from main.{table.name}"
        for table in tables().values()
    )
    yield (
        f"create view main.further_cells as {query}; "
        "comment on view main.further_cells is 'What the files say beside the columns, as JSON'"
    )


def order_query(table: Table, order: NotedOrder) -> str:
    """The rows whose moments are in the other order, as a check gives them.

    Beside a moment of the account, which is a day, that of the row counts by its day.
    """
    names = (order.earlier, order.later)
    has_account = any(name.startswith(ACCOUNTS) for name in names)
    earlier, later = (_moment_sql(table, name, has_account) for name in names)
    own, other = (earlier, later) if order.later.startswith(ACCOUNTS) else (later, earlier)
    conditions = [f"{earlier[1]} > {later[1]}"]
    for fact in table.facts:
        if fact.column in names:
            conditions += [f"r.{column} in {_texts(values)}" for column, values in fact.only]
    return Template((TABLES / "noted_order.sql").read_text("utf-8")).substitute(
        table=table.name,
        accounts="\njoin main.accounts a using (account_id)" if has_account else "",
        column=own[0],
        value=own[1],
        other_column=other[0],
        other_value=other[1],
        conditions=AND.join(conditions),
    )


def after_day_query(table: Table, fact: Fact) -> str:
    """The rows in force whose moment lies after the day up to which their table speaks.

    Those that an older release loaded are left alone: their versions keep their hashes.
    """
    conditions = [
        f"r.{_day(table, fact.column)} > day_of('{table.name}')",
        "r.snapshot_id in (select snapshot_id from meta.snapshots where as_of_from is not null)",
        *(f"r.{column} in {_texts(values)}" for column, values in fact.only),
    ]
    return Template((TABLES / "after_day.sql").read_text("utf-8")).substitute(
        table=table.name, column=fact.column, conditions=AND.join(conditions)
    )


def _table_days() -> str:
    """A view of the days that snapshots of files set for their tables; null: that of the version.

    What moves no day, such as a correction, or a file of a table of facts that holds none, is left
    out. An older release gave a day to every table; only that of a table of facts is its own.
    """
    of_facts = _texts(table.name for table in tables().values() if table.sets_day)
    own = _texts(OWN_DAYS)
    return (
        "create view meta.table_days as\n"
        "select snapshot_id, table_name, as_of,\n"
        f"    case when coalesce(as_of_from in {own}, table_name in {of_facts}) then as_of end\n"
        "        as day\n"
        "from meta.snapshots\n"
        f"where as_of_from is null or as_of_from in {own}\n"
        f"    or (as_of_from <> '{OF_TABLE}' and table_name not in {of_facts});\n"
        "comment on view meta.table_days is 'Up to which day each upload lets its table speak; "
        "null: up to that of the version'"
    )


def in_force_conditions(table: Table) -> list[str]:
    """When a row of history is in force on the as-of day, whatever it says of days to come."""
    conditions = [f"is_in_force(valid_from, valid_to, '{table.name}')", *_counts(table)]
    if table.is_of_accounts:
        conditions.append("account_id in (select account_id from as_of.lives)")
    return conditions


def _table_views(table: Table) -> str:
    replaced = ",\n    ".join(f"{value} as {name}" for name, value in _replaced(table).items())
    conditions = [_has_happened(table, fact) for fact in table.event_facts]
    if table.counts_from:
        conditions.append(f"({table.counts_from} is null or {table.counts_from} <= as_of())")
    conditions = [*in_force_conditions(table), *conditions]
    return Template((TABLES / "each_table.sql").read_text("utf-8")).substitute(
        table=table.name,
        title=_title(table),
        replaced=f" replace (\n    {replaced}\n)" if replaced else "",
        conditions=AND.join(conditions),
        in_scope=_in_scope(table),
        meaning=_meaning(table),
    )


def _counts(table: Table) -> Iterator[str]:
    """The conditions that a row says nothing by which it counts nowhere."""
    for name, values in table.not_counted:
        # A yes or no is compared as itself, so that a scan passes by blocks that hold none.
        if table.column(name).type == "bool":
            yield f"{name} is not {values[0]}"
        else:
            yield f"({name} is null or {name} not in {_texts(values)})"


def _has_happened(table: Table, fact: Fact) -> str:
    """The event is past; days are compared as days, so that a scan passes by later blocks."""
    is_day = table.column(fact.column).type == "date"
    day = f"day_of('{table.name}')"
    is_past = f"{fact.column} <= {day}" if is_day else f"is_told({fact.column}, '{table.name}')"
    others = [f"{column} not in {_texts(values)}" for column, values in fact.only]
    return f"({' or '.join([*others, is_past])})" if others else is_past


def _replaced(table: Table) -> dict[str, str]:
    """What stands for a column: nothing for what lies ahead, and for a blank part of the key."""
    optional = (c for c in table.columns if c.name in table.key and not c.required)
    replaced = {c.name: f"nullif(trim({c.name}), '')" for c in optional if c.type == "text"}
    for moment in table.known_from:
        is_told = f"is_told({moment.column}, '{table.name}')"
        replaced[moment.column] = f"case when {is_told} then {moment.column} end"
        for column in moment.reveals:
            replaced[column.column] = _before(is_told, column)
    return replaced


def _before(is_told: str, revealed: Revealed) -> str:
    name, is_ahead = revealed.column, f"not {is_told}"
    if revealed.instead_of:
        is_ahead += f" and {name} in {_texts(revealed.instead_of)}"
    value = "null" if revealed.before is None else f"'{revealed.before}'"
    return f"case when {is_ahead} then {value} else {name} end"


def _in_scope(table: Table) -> str:
    if table.is_of_accounts:
        return "account_id in (select account_id from scoped.account_ids)"
    if table.name == "accounts":
        return "is_region_in_scope(region)"
    if table.part_of:
        key = tables()[table.part_of].id_column
        return f"{key} in (select {key} from scoped.{table.part_of})"
    has_region = any(column.name == "region" for column in table.columns)
    return f"is_for_scope({'region' if has_region else 'null'})"


def _event_days() -> str:
    query = "\nunion all\n".join(
        f"select '{table.name}' as table_name, {_event_day(table)} as day, valid_from, valid_to, "
        f"account_id, {_is_fact(table)} as is_fact\nfrom history.{table.name}\n"
        f"where {AND.join(_counts(table))}"
        for table in tables().values()
        if table.event_date
    )
    meaning = "The day of every row that was ever in force, where it has one; plans are no facts"
    return (
        f"create view history.event_days as\n{query};\n"
        f"comment on view history.event_days is '{meaning}'"
    )


def _is_fact(table: Table) -> str:
    only = [f"{column} in {_texts(values)}" for f in table.event_facts for column, values in f.only]
    return " and ".join(only) or "true"


def _event_day(table: Table, row: str = "") -> str:
    days = [f"{row}{_day(table, name)}" for name in table.event_date]
    return days[0] if len(days) == 1 else f"coalesce({', '.join(days)})"


def _day(table: Table, column: str) -> str:
    return column if table.column(column).type == "date" else f"{column}::date"


def _moment_sql(table: Table, name: str, by_day: bool) -> tuple[str, str]:
    """Name and value of a moment, each as SQL, of a row ``r`` or its account ``a``."""
    if name.startswith(ACCOUNTS):
        column = name.removeprefix(ACCOUNTS)
        return f"'{column}'", f"a.{column}"
    if name == EVENT_DATE:
        filled = (f"when r.{name} is not null then '{name}'" for name in table.event_date)
        return f"case {' '.join(filled)} end", _event_day(table, "r.")
    return f"'{name}'", f"r.{_day(table, name) if by_day else name}"


def _texts(values: Iterable[str]) -> str:
    return "(" + ", ".join(f"'{value}'" for value in values) + ")"


def _meaning(table: Table) -> str:
    parts = [f"{_title(table)} as known on the as-of day"]
    parts += [f"{fact.column} is past" for fact in table.event_facts]
    parts += [f"a later {moment.column} is unknown" for moment in table.known_from]
    return ", ".join(parts)


def _title(table: Table) -> str:
    return f"{table.zh} / {table.en}".replace("'", "''")
