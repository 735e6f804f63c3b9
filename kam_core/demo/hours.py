"""Kind of work and duration of the contacts of a quarter, adding up to the story's hours."""

from decimal import Decimal
from fractions import Fraction

from kam_core.demo.chance import pick, round_half, split_total
from kam_core.demo.rows import Interaction
from kam_core.demo.world import QuarterDraw

TENTHS = 10  # hours are kept in tenths
SHORTEST_TENTHS = 2
WORK_TYPES = ("personalised", "legacy_issue", "standard")
PERSONALISED_ABOUT_NEED = 2.0  # times as likely as without a need


def spend_hours(draw: QuarterDraw, rows: list[Interaction]) -> None:
    for row in rows:
        row.work_type = row.work_type or _draw_work_type(draw, row)
    for work_type, tenths in _tenths_by_work_type(draw, rows).items():
        _share_out(draw, [row for row in rows if row.work_type == work_type], tenths)


def _draw_work_type(draw: QuarterDraw, row: Interaction) -> str:
    personalised, legacy = draw.quarter["personalised"], draw.quarter["legacy"]
    standard = 1 - personalised - legacy
    personalised *= PERSONALISED_ABOUT_NEED if row.need_id else 0.5
    if row.account_id == draw.world.story.case_id("F"):
        personalised = 0.0
    return pick(draw.chance, dict(zip(WORK_TYPES, (personalised, legacy, standard), strict=True)))


def _tenths_by_work_type(draw: QuarterDraw, rows: list[Interaction]) -> dict[str, int]:
    """Tenths of hours by kind of work, from hours per owner and week."""
    quarter, owners = draw.quarter, len({row.owner for row in rows})
    weeks = Fraction(quarter.span.days, draw.world.story["reporting_week_days"])
    total = Fraction(str(quarter["hours_per_week"])) * owners * weeks * TENTHS
    personalised = round_half(total * Fraction(str(quarter["personalised"])))
    legacy = round_half(total * Fraction(str(quarter["legacy"])))
    parts = (personalised, legacy, round_half(total) - personalised - legacy)
    return dict(zip(WORK_TYPES, parts, strict=True))


def _share_out(draw: QuarterDraw, rows: list[Interaction], tenths: int) -> None:
    usual = draw.world.story["cadence"]["hours"]
    fixed = sum(int(row.duration_hours * TENTHS) for row in rows if row.duration_hours)
    free = [row for row in rows if not row.duration_hours]
    weights = [usual[row.kind] * draw.chance.lognormvariate(0, 0.35) for row in free]
    for row, part in zip(free, split_total(tenths - fixed, weights, SHORTEST_TENTHS), strict=True):
        row.duration_hours = Decimal(part) / TENTHS
