"""Kind of work and duration of the contacts of a quarter, adding up to the hours told."""

import random
from decimal import Decimal
from fractions import Fraction

from kam_core.demo.chance import pick, rounded, split
from kam_core.demo.rows import Interaction
from kam_core.demo.story import Quarter
from kam_core.demo.world import World

TENTHS = 10  # hours are kept in tenths
SHORTEST_TENTHS = 2
WORK_TYPES = ("personalised", "legacy_issue", "standard")
PERSONALISED_ABOUT_NEED = 2.0  # times as likely as without a need


def spend(world: World, chance: random.Random, quarter: Quarter, held: list[Interaction]) -> None:
    for row in held:
        row.work_type = row.work_type or _work_type(world, chance, quarter, row)
    for work_type, tenths in _told_tenths(world, quarter, held).items():
        rows = [row for row in held if row.work_type == work_type]
        _share_out(world, chance, rows, tenths)


def _work_type(world: World, chance: random.Random, quarter: Quarter, row: Interaction) -> str:
    personalised = quarter.personalised * (PERSONALISED_ABOUT_NEED if row.need_id else 0.5)
    if row.account_id == world.story.case_id("F"):
        personalised = 0.0
    standard = 1 - quarter.personalised - quarter.legacy
    return pick(
        chance, dict(zip(WORK_TYPES, (personalised, quarter.legacy, standard), strict=True))
    )


def _told_tenths(world: World, quarter: Quarter, held: list[Interaction]) -> dict[str, int]:
    """Tenths of hours by kind of work, from hours per owner and week."""
    owners = len({row.owner for row in held})
    weeks = Fraction(quarter.span.days, world.story["reporting_week_days"])
    total = Fraction(str(quarter.hours_per_week)) * owners * weeks * TENTHS
    personalised = rounded(total * Fraction(str(quarter.personalised)))
    legacy = rounded(total * Fraction(str(quarter.legacy)))
    parts = (personalised, legacy, rounded(total) - personalised - legacy)
    return dict(zip(WORK_TYPES, parts, strict=True))


def _share_out(world: World, chance: random.Random, rows: list[Interaction], tenths: int) -> None:
    usual = world.story["cadence"]["hours"]
    told = sum(int(row.duration_hours * TENTHS) for row in rows if row.duration_hours)
    free = [row for row in rows if not row.duration_hours]
    weights = [usual[row.kind] * chance.lognormvariate(0, 0.35) for row in free]
    for row, part in zip(free, split(tenths - told, weights, SHORTEST_TENTHS), strict=True):
        row.duration_hours = Decimal(part) / TENTHS
