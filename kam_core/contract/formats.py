"""The format of what is stored: a number in the ledger, version files, settings and recipes.

What has no number is of format 0. A newer format than FORMAT is refused, an older one is read as
what it is. Whoever changes what is stored, or checks rows that were accepted so far, raises FORMAT
and says how the older one is read: hashes of what is there must come out the same when it is
rebuilt.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass

from kam_core.errors import KamError

FORMAT = 2

# The columns of the tables of format 0, in the order in which they are hashed.
FIRST_COLUMNS = {
    table: tuple(columns.split())
    for table, columns in {
        "accounts": "account_id account_name region industry account_manager expert_manager "
        "customer_since status lost_on annual_contract_value annual_purchase_budget "
        "growth_potential industry_influence strategic_fit relative_advantage financial_risk "
        "compliance_risk industry_risk declared_tier relationship_level relationship_target",
        "interactions": "interaction_id account_id kind status occurred_at planned_for owner "
        "duration_hours work_type contact_level need_id initiated_by responded_at subject notes",
        "needs": "need_id account_id raised_at category description responded_at resolved_at",
        "orders": "order_id account_id ordered_on amount gross_profit product kind",
        "contracts": "contract_id account_id starts_on ends_on amount renewed renewal_amount",
        "opportunities": "opportunity_id account_id opened_on closed_on outcome amount kind "
        "lost_reason",
        "tickets": "ticket_id account_id kind opened_at first_response_at resolved_at "
        "contacts_to_resolve topic",
        "surveys": "survey_id account_id surveyed_on score personalised_enough effective "
        "respondent_level",
        "contacts": "contact_id account_id level name title email phone",
        "value_items": "account_id dated_on component amount",
        "targets": "metric quarter region tier target",
    }.items()
}


@dataclass(frozen=True)
class LaterParts:
    """What format 2 brought to a table: parts of its key, and values of its columns."""

    key: tuple[str, ...] = ()
    values: tuple[str, ...] = ()


# Since format 2 a cell that is not essential costs no row: before, every one did.
CELLS_SET_APART_SINCE = 2
LATER_PARTS = {
    "orders": LaterParts(key=("line",)),
    "targets": LaterParts(key=("scheme", "owner")),
    "interactions": LaterParts(
        values=(
            "knowledge_sharing",
            "value_report",
            "health_check",
            "technical_review",
            "event",
            "greeting",
        )
    ),
}


def later_parts(table: str, number: int) -> LaterParts | None:
    """What a table lacked under an older format; None under one that lacked nothing."""
    if number >= CELLS_SET_APART_SINCE:
        return None
    return LATER_PARTS.get(table, LaterParts())


def refuse_newer(number: int, file: object) -> None:
    """KamError("newer_format") for what a later release wrote."""
    if number > FORMAT:
        raise KamError("newer_format", file=str(file), number=number, newest=FORMAT)


def in_hash_order(tables: Iterable[str]) -> list[str]:
    """The tables of format 0 as they were hashed, then those that came later."""
    later = sorted(set(tables) - FIRST_COLUMNS.keys())
    return [*(table for table in FIRST_COLUMNS if table in tables), *later]


def fingerprint_sql(table: str, columns: Collection[str]) -> str:
    """SQL for what the file says in a row, not where: on another line it is the same.

    ``columns`` are those that the rows have. A column that format 0 does not know enters only where
    it is filled, with its name: so a wider contract changes no fingerprint. No cell holds a NUL,
    which stands between the values, and none is empty but a missing one.
    """
    first = FIRST_COLUMNS.get(table, ())
    values = [f'"{name}"' if name in columns else "null" for name in first]
    # Of all ways to join texts this one, which passes NULL by, is the quickest.
    parts = [", chr(0), ".join([*values, "extra"])]
    parts += [f"chr(0) || '{name}=' || \"{name}\"" for name in sorted(set(columns) - set(first))]
    return f"md5_number(concat({', '.join(parts)}))"
