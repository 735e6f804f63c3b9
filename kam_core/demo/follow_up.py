"""The interactions of all quarters, invitations and plans included, put into words."""

import random
from collections.abc import Iterator
from datetime import date, timedelta

from kam_core.demo import duties
from kam_core.demo.cases import case_interactions
from kam_core.demo.chance import draw_sample, pick
from kam_core.demo.contacts_of_quarter import QuarterPlan
from kam_core.demo.dates import quarter_name
from kam_core.demo.rows import Account, Interaction, Need
from kam_core.demo.wording import write_text
from kam_core.demo.world import World, customer_days, has_key_potential

LEVELS = {
    "executive_visit": {"executive": 1.0},
    "annual_evaluation": {"executive": 0.5, "management": 0.5},
    "quarterly_review": {"executive": 0.12, "management": 0.75, "working": 0.13},
    "meeting": {"executive": 0.06, "management": 0.54, "working": 0.4},
    "visit": {"executive": 0.05, "management": 0.4, "working": 0.55},
    "workshop": {"management": 0.5, "working": 0.5},
}
OTHER_LEVELS = {"management": 0.28, "working": 0.72}
LATEST_ANSWER_DAYS = 12


def add_interactions(world: World) -> None:
    chance = world.stream("follow_up")
    case_rows = case_interactions(world)
    rows: list[Interaction] = []
    for quarter in world.story.quarters:
        of_quarter = [each for each in case_rows if quarter_name(each.occurred_at) == quarter.name]
        rows += QuarterPlan(world, chance, quarter, of_quarter).rows()
    rows += _add_invitations(world, world.stream("invitations"))
    rows += duties.plan_diary(world, world.stream("planned"), rows)
    _describe_rows(world, world.stream("describe"), rows)
    world.interactions = _number_interactions(rows)


def _add_invitations(world: World, chance: random.Random) -> Iterator[Interaction]:
    """Customers invite us; most get an answer within days, a few of this year none."""
    as_of = world.story.as_of
    excluded = {spec["account_id"] for spec in world.story["cases"].values()}
    rows = []
    for quarter in world.story.quarters:
        hosts = [
            account
            for account in world.customers
            if account.account_id not in excluded
            and world.calendar.workdays(customer_days(account, quarter.span))
        ]
        weights = [3.0 if has_key_potential(each) else 1.0 for each in hosts]
        for account in chance.choices(hosts, weights, k=quarter.invitations):
            day = world.calendar.workday(chance, customer_days(account, quarter.span))
            rows.append(_draw_invite(world, chance, account, day))
    this_year = [row for row in rows if row.occurred_at.year == as_of.year and row.responded_at]
    count = world.story["unanswered_invitations_of_the_year"]
    for row in draw_sample(chance, this_year, count, lambda _: 1.0):
        row.responded_at = None
    return iter(rows)


def _draw_invite(world: World, chance: random.Random, account: Account, day: date) -> Interaction:
    row = Interaction(
        "",
        account.account_id,
        "invitation",
        "completed",
        world.calendar.moment(chance, day),
        owner=account.account_manager,
        contact_level=pick(chance, {"executive": 0.3, "management": 0.7}),
        initiated_by="customer",
    )
    waited = timedelta(days=min(LATEST_ANSWER_DAYS, chance.lognormvariate(0.6, 0.7)))
    answered = world.calendar.next_open(row.occurred_at + waited).replace(second=0, microsecond=0)
    if answered.date() <= min(account.lost_on or world.story.as_of, world.story.as_of):
        row.responded_at = answered
    return row


def _describe_rows(world: World, chance: random.Random, rows: list[Interaction]) -> None:
    """Levels, subjects and notes of every row that has none yet."""
    needs = {need.need_id: need for need in world.needs}
    for row in rows:
        need = needs.get(row.need_id)
        if row.status == "completed" and not row.contact_level:
            row.contact_level = pick(chance, LEVELS.get(row.kind, OTHER_LEVELS))
        row.subject = row.subject or _write_subject(world, chance, row, need)
        row.notes = row.notes or _write_note(world, chance, row)


def _write_subject(world: World, chance: random.Random, row: Interaction, need: Need | None) -> str:
    templates, day = world.words["subjects"], _day_of(row)
    if need and need.account_id == row.account_id and chance.random() < 0.7:
        return write_text(world, chance, templates["answering"], day, category=need.category)
    return write_text(world, chance, templates[row.kind], day)


def _write_note(world: World, chance: random.Random, row: Interaction) -> str:
    notes = world.words["notes"]
    templates = notes.get(row.work_type or row.status)
    if not templates or chance.random() > notes["written_share"]:
        return ""
    return write_text(world, chance, templates, _day_of(row))


def _day_of(row: Interaction) -> date:
    return row.occurred_at.date() if row.occurred_at else row.planned_for


def _number_interactions(rows: list[Interaction]) -> list[Interaction]:
    rows.sort(key=lambda row: (_day_of(row), row.account_id, row.kind, str(row.occurred_at)))
    for number, row in enumerate(rows, start=1):
        row.interaction_id = f"HD{number:06d}"
    return rows
