"""The interactions of all quarters, invitations and plans included, put into words."""

import random
from datetime import date, timedelta

from kam_core.demo import duties
from kam_core.demo.cases import case_interactions
from kam_core.demo.chance import draw_sample, pick
from kam_core.demo.contacts_of_quarter import QuarterPlan
from kam_core.demo.dates import quarter_name
from kam_core.demo.rows import Account, Interaction, Need, number_rows
from kam_core.demo.wording import write_text
from kam_core.demo.world import QuarterDraw, World, has_key_potential

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
    case_rows = case_interactions(world)
    rows: list[Interaction] = []
    for draw in world.draws("follow_up"):
        name = draw.quarter["name"]
        of_quarter = [each for each in case_rows if quarter_name(each.occurred_at) == name]
        rows += QuarterPlan(world, draw.chance, draw.quarter, of_quarter).rows()
    rows += _make_invitations(world) + _make_greetings(world)
    rows += duties.plan_diary(world.draws("planned")[-1], rows)
    _describe_rows(world, world.stream("describe"), rows)
    world.interactions = number_rows(
        rows,
        "interaction_id",
        "HD{:06d}",
        lambda row: (_day_of(row), row.account_id, row.kind, str(row.occurred_at)),
    )


def _make_invitations(world: World) -> list[Interaction]:
    """Customers invite us; most get an answer within days, a few of this year none."""
    excluded = {spec["account_id"] for spec in world.story["cases"].values()}
    draws, rows = world.draws("invitations"), []
    for draw in draws:
        hosts = [account for account in draw.clients if account.account_id not in excluded]
        weights = [3.0 if has_key_potential(each) else 1.0 for each in hosts]
        chosen = draw.chance.choices(hosts, weights, k=draw.quarter["invitations"])
        rows += [_draw_invite(draw, account) for account in chosen]
    year = world.story.as_of.year
    this_year = [row for row in rows if row.occurred_at.year == year and row.responded_at]
    count = world.story["unanswered_invitations_of_the_year"]
    for row in draw_sample(draws[-1].chance, this_year, count, lambda _: 1.0):
        row.responded_at = None
    return rows


def _draw_invite(draw: QuarterDraw, account: Account) -> Interaction:
    row = Interaction(
        account.account_id,
        "invitation",
        "completed",
        draw.moment(account),
        owner=account.account_manager,
        contact_level=pick(draw.chance, {"executive": 0.3, "management": 0.7}),
        initiated_by="customer",
    )
    waited = timedelta(days=min(LATEST_ANSWER_DAYS, draw.chance.lognormvariate(0.6, 0.7)))
    answered = draw.world.calendar.answer(row.occurred_at, waited)
    as_of = draw.world.story.as_of
    if answered.date() <= min(account.lost_on or as_of, as_of):
        row.responded_at = answered
    return row


def _make_greetings(world: World) -> list[Interaction]:
    """Wishes and gifts, most to key accounts."""
    rows = []
    for draw in world.draws("greetings"):
        weights = [3.0 if has_key_potential(each) else 1.0 for each in draw.clients]
        for account in draw.chance.choices(draw.clients, weights, k=draw.quarter["greetings"]):
            moment, owner = draw.moment(account), account.account_manager
            rows.append(
                Interaction(account.account_id, "greeting", "completed", moment, owner=owner)
            )
    return rows


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
