"""What customers asked for: when, how long the answer took, whether it was met."""

from datetime import date, datetime, timedelta

from kam_core.demo.cases import case_rows
from kam_core.demo.dates import DAY, Span
from kam_core.demo.rows import Account, Need, number_rows
from kam_core.demo.wording import write_text
from kam_core.demo.world import QuarterDraw, World, customer_days, has_key_potential

ANSWER_SPREAD = 0.85
NEVER_ANSWERED = 0.006
NEVER_RESOLVED = 0.012
MEDIAN_DAYS_TO_RESOLVE = 38
RESOLVE_SPREAD = 0.6
KEY_WEIGHT = 2.6


def add_needs(world: World) -> None:
    needs = case_rows(world, "needs", Need)
    quiet = {need.account_id for need in needs} - {world.case("B").account_id}
    for draw in world.draws("needs"):
        askers = [account for account in draw.clients if account.account_id not in quiet]
        weights = [KEY_WEIGHT if has_key_potential(account) else 1.0 for account in askers]
        chosen = draw.chance.choices(askers, weights, k=draw.quarter["needs"])
        needs += [_draw_need(draw, account) for account in chosen]
    world.needs = number_rows(
        needs, "need_id", "XQ{:05d}", lambda need: (need.raised_at, need.account_id)
    )


def _draw_need(draw: QuarterDraw, account: Account) -> Need:
    world, chance, day = draw.world, draw.chance, draw.day(account)
    category = chance.choice(list(world.words["need_categories"]))
    text = write_text(world, chance, world.words["need_categories"][category], day)
    need = Need(account.account_id, world.calendar.moment(chance, day), category, text)
    _answer_need(draw, need, account.lost_on or world.story.as_of)
    return need


def _answer_need(draw: QuarterDraw, need: Need, until: date) -> None:
    """Answer and resolve the need where that happens before the history ends."""
    chance = draw.chance
    if chance.random() < NEVER_ANSWERED:
        return
    usual = draw.quarter["need_answer_days"]
    waited = timedelta(days=usual * chance.lognormvariate(0, ANSWER_SPREAD))
    need.responded_at = _in_hours(draw, need.raised_at + waited, until)
    if need.responded_at is None or chance.random() < NEVER_RESOLVED:
        return
    worked = timedelta(days=MEDIAN_DAYS_TO_RESOLVE * chance.lognormvariate(0, RESOLVE_SPREAD))
    need.resolved_at = _in_hours(draw, need.responded_at + worked, until)


def _in_hours(draw: QuarterDraw, moment: datetime, until: date) -> datetime | None:
    """The moment, or some time after the next opening; None where that is too late."""
    opened = draw.world.calendar.next_open(moment)
    if opened != moment:
        opened += timedelta(minutes=draw.chance.randrange(5, 90))
    return opened.replace(second=0, microsecond=0) if opened.date() <= until else None


def heard_window(world: World, account: Account, need: Need, span: Span) -> Span:
    """The days of a span on which an interaction can name the need: raised before, not yet met."""
    first = need.raised_at.date() + DAY
    last = need.resolved_at.date() - DAY if need.resolved_at else span.last
    return customer_days(account, span).overlap(Span(first, last))
