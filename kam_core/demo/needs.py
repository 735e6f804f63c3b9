"""What customers asked for: when, how long the answer took, whether it was met."""

import random
from datetime import date, datetime, timedelta

from kam_core.demo.cases import case_needs
from kam_core.demo.dates import Span
from kam_core.demo.rows import Account, Need
from kam_core.demo.story import Quarter
from kam_core.demo.wording import write_text
from kam_core.demo.world import World, customer_days, has_key_potential

ANSWER_SPREAD = 0.85
NEVER_ANSWERED = 0.006
NEVER_RESOLVED = 0.012
MEDIAN_DAYS_TO_RESOLVE = 38
RESOLVE_SPREAD = 0.6
KEY_WEIGHT = 2.6


def add_needs(world: World) -> None:
    chance = world.stream("needs")
    of_cases = case_needs(world)
    quiet = {need.account_id for need in of_cases} - {world.case("B").account_id}
    askers = [account for account in world.customers if account.account_id not in quiet]
    needs = list(of_cases)
    for quarter in world.story.quarters:
        needs += _quarter_needs(world, chance, quarter, askers)
    needs.sort(key=lambda need: (need.raised_at, need.account_id))
    for number, need in enumerate(needs, start=1):
        need.need_id = f"XQ{number:05d}"
    world.needs = needs


def _quarter_needs(
    world: World, chance: random.Random, quarter: Quarter, askers: list[Account]
) -> list[Need]:
    present = [
        account
        for account in askers
        if world.calendar.workdays(customer_days(account, quarter.span))
    ]
    weights = [KEY_WEIGHT if has_key_potential(account) else 1.0 for account in present]
    chosen = chance.choices(present, weights, k=quarter.needs)
    return [_draw_need(world, chance, quarter, account) for account in chosen]


def _draw_need(world: World, chance: random.Random, quarter: Quarter, account: Account) -> Need:
    day = world.calendar.workday(chance, customer_days(account, quarter.span))
    category = chance.choice(list(world.words["need_categories"]))
    text = write_text(world, chance, world.words["need_categories"][category], day)
    need = Need("", account.account_id, world.calendar.moment(chance, day), category, text)
    _answer_need(world, chance, need, quarter.need_answer_days, _last_day(world, account))
    return need


def _last_day(world: World, account: Account) -> date:
    return account.lost_on or world.story.as_of


def _answer_need(
    world: World, chance: random.Random, need: Need, median_days: float, until: date
) -> None:
    """Answer and resolve the need where that happens before the history ends."""
    if chance.random() < NEVER_ANSWERED:
        return
    waited = timedelta(days=median_days * chance.lognormvariate(0, ANSWER_SPREAD))
    need.responded_at = _before(_in_hours(world, chance, need.raised_at + waited), until)
    if need.responded_at is None or chance.random() < NEVER_RESOLVED:
        return
    worked = timedelta(days=MEDIAN_DAYS_TO_RESOLVE * chance.lognormvariate(0, RESOLVE_SPREAD))
    need.resolved_at = _before(_in_hours(world, chance, need.responded_at + worked), until)


def _in_hours(world: World, chance: random.Random, moment: datetime) -> datetime:
    opened = world.calendar.next_open(moment)
    delay = timedelta(minutes=chance.randrange(5, 90)) if opened != moment else timedelta()
    return (opened + delay).replace(second=0, microsecond=0)


def _before(moment: datetime, until: date) -> datetime | None:
    return moment if moment.date() <= until else None


def heard_window(world: World, account: Account, need: Need, span: Span) -> Span:
    """The days of a span on which an interaction can name the need: raised before, not yet met."""
    first = need.raised_at.date() + timedelta(days=1)
    last = need.resolved_at.date() - timedelta(days=1) if need.resolved_at else span.last
    return customer_days(account, span).overlap(Span(first, last))
