"""The rows of cases A to I, as cases.toml tells them; the ordinary parts are built around them."""

from collections.abc import Callable
from decimal import Decimal
from typing import TypeVar

from kam_core.demo.rows import Interaction
from kam_core.demo.story import load_case_rows
from kam_core.demo.world import World

CaseRow = TypeVar("CaseRow")


def case_rows(world: World, table: str, row_type: Callable[..., CaseRow]) -> list[CaseRow]:
    """The rows of a table that tell a case."""
    return [
        row_type(account_id=world.story.case_id(group["case"]), **group.get("shared", {}), **row)
        for group in load_case_rows()[table]
        for row in group["rows"]
    ]


def case_interactions(world: World) -> list[Interaction]:
    """Interactions of the cases, with the people and needs of this company."""
    rows = case_rows(world, "interactions", Interaction)
    for row in rows:
        account = world.account(row.account_id)
        is_expert = row.owner == "expert"
        row.owner = account.expert_manager if is_expert else account.account_manager
        if row.duration_hours:
            row.duration_hours = Decimal(str(row.duration_hours))
        if row.need_id:
            row.need_id = _open_need(world, row, category=row.need_id)
    return rows


def _open_need(world: World, row: Interaction, category: str) -> str:
    """The first need of this category that the account had and that was open then."""
    assert row.occurred_at is not None
    return next(
        need.need_id
        for need in world.needs
        if (need.account_id, need.category) == (row.account_id, category)
        and need.raised_at <= row.occurred_at
        and (not need.resolved_at or row.occurred_at < need.resolved_at)
    )


def unnamed_needs(world: World) -> set[str]:
    """Needs that nobody may name: the story is that they were not heard."""
    silent = {world.story.case_id(letter) for letter in "ACD"}
    return {need.need_id for need in world.needs if need.account_id in silent}


def reserved_kinds(world: World) -> dict[str, str]:
    """By account, the kind of interaction of which a case has only its own."""
    cases = world.story["cases"].values()
    return {case["account_id"]: case["reserved_kind"] for case in cases if "reserved_kind" in case}


def forced_callbacks(world: World) -> dict[tuple[str, str], bool]:
    """(account, month) -> whether the case says that the callback was made."""
    return {
        (case["account_id"], month): is_made
        for case in world.story["cases"].values()
        for month, is_made in case.get("callbacks", {}).items()
    }
