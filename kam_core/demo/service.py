"""Support tickets, complaints and satisfaction surveys."""

from collections.abc import Sequence
from datetime import timedelta

from kam_core.demo.cases import case_rows
from kam_core.demo.chance import draw_sample, pick, round_half
from kam_core.demo.dates import DAY, quarter_name
from kam_core.demo.rows import Account, Survey, Ticket, number_rows
from kam_core.demo.world import QuarterDraw, World, has_key_potential

MINUTE = timedelta(minutes=1)
RESPONSE_SPREAD = 0.95
LONGEST_RESPONSE = timedelta(days=9)
SCALING_ROUNDS = 12
CONTACTS_TO_RESOLVE = {1: 38, 2: 30, 3: 18, 4: 9, 5: 5}
RESPONDENTS = {"executive": 0.12, "management": 0.48, "working": 0.4}
ROLLOUT_WEIGHT = 3.0
SCORE_SPREAD = 6.5


def add_service(world: World) -> None:
    tickets, surveys = case_rows(world, "tickets", Ticket), case_rows(world, "surveys", Survey)
    of_cases, told_surveys = list(tickets), list(surveys)
    for draw in world.draws("tickets"):
        name = draw.quarter["name"]
        fixed = [each for each in of_cases if quarter_name(each.opened_at) == name]
        tickets += _draw_support(draw, fixed) + _draw_complaints(draw)
    for draw in world.draws("surveys"):
        name = draw.quarter["name"]
        answered = [each for each in told_surveys if quarter_name(each.surveyed_on) == name]
        surveys += _draw_surveys(draw, answered)
    world.tickets = number_rows(
        tickets, "ticket_id", "FW{:05d}", lambda row: (row.opened_at, row.account_id, row.kind)
    )
    world.surveys = number_rows(
        surveys, "survey_id", "MY{:05d}", lambda row: (row.surveyed_on, row.account_id)
    )


def _draw_support(draw: QuarterDraw, of_cases: list[Ticket]) -> list[Ticket]:
    """Tickets whose mean first response, those of cases included, is the story's."""
    topics, quarter = draw.world.words["support"]["topics"], draw.quarter
    avoided = draw.world.story.case_id("E")
    clients = [each for each in draw.clients if each.account_id != avoided]
    chosen = _choose_weighted(draw, clients, quarter["support_tickets"] - len(of_cases))
    tickets = [_draw_ticket(draw, each, "support", pick(draw.chance, topics)) for each in chosen]
    total = round_half(quarter["response_hours"] * 60) * quarter["support_tickets"]
    _respond_to_tickets(draw, tickets, total - _waited_minutes(of_cases))
    for ticket in tickets:
        _resolve(draw, ticket, median_days=2.5)
    return tickets


def _draw_complaints(draw: QuarterDraw) -> list[Ticket]:
    words, quarter = draw.world.words["complaints"], draw.quarter
    rollouts = round_half(quarter["rollout_share"] * quarter["complaints"])
    others = range(quarter["complaints"] - rollouts)
    topics = [words["rollout_topic"]] * rollouts
    topics += [pick(draw.chance, words["topics"]) for _ in others]
    tickets = []
    chosen = _choose_weighted(draw, draw.clients, len(topics))
    for account, topic in zip(chosen, topics, strict=True):
        ticket = _draw_ticket(draw, account, "complaint", topic)
        wait = timedelta(hours=quarter["response_hours"] * draw.chance.lognormvariate(-0.9, 0.7))
        ticket.first_response_at = draw.world.calendar.answer(ticket.opened_at, wait)
        _resolve(draw, ticket, median_days=6.0)
        tickets.append(ticket)
    return tickets


def _choose_weighted(draw: QuarterDraw, accounts: list[Account], count: int) -> list[Account]:
    weights = [1 + 1.5 * ((each.growth_potential or 0) / 100) for each in accounts]
    return draw.chance.choices(accounts, weights, k=count)


def _draw_ticket(draw: QuarterDraw, account: Account, kind: str, topic: str) -> Ticket:
    opened_at = draw.moment(account) + MINUTE * draw.chance.randrange(5)
    return Ticket(account.account_id, kind, opened_at, topic=topic)


def _respond_to_tickets(draw: QuarterDraw, tickets: Sequence[Ticket], total_minutes: int) -> None:
    """First responses inside working hours whose waiting times add up to the total."""
    world, chance = draw.world, draw.chance
    waits = [chance.lognormvariate(0, RESPONSE_SPREAD) for _ in tickets]
    delays = [MINUTE * chance.randrange(5, 150) for _ in tickets]
    scale = total_minutes / sum(waits)
    for _ in range(SCALING_ROUNDS):
        for ticket, wait, delay in zip(tickets, waits, delays, strict=True):
            due = ticket.opened_at + min(LONGEST_RESPONSE, MINUTE * round_half(wait * scale))
            opened = world.calendar.next_open(due)
            ticket.first_response_at = opened if opened == due else opened + delay
        scale *= total_minutes / _waited_minutes(tickets)
    _absorb_days(world, tickets, total_minutes - _waited_minutes(tickets))
    _absorb_minutes(world, tickets, total_minutes - _waited_minutes(tickets))


def _waited_minutes(tickets: Sequence[Ticket]) -> int:
    return sum((ticket.first_response_at - ticket.opened_at) // MINUTE for ticket in tickets)


def _absorb_days(world: World, tickets: Sequence[Ticket], minutes: int) -> None:
    """Move answers by a day, working day to working day, while more than a day is left over."""
    step = DAY if minutes > 0 else -DAY
    for ticket in tickets:
        moved = ticket.first_response_at + step
        is_open = moved > ticket.opened_at and world.calendar.next_open(moved) == moved
        if abs(minutes) >= DAY // MINUTE and is_open:
            ticket.first_response_at = moved
            minutes -= step // MINUTE


def _absorb_minutes(world: World, tickets: Sequence[Ticket], minutes: int) -> None:
    """Move answers within their working day until the minutes left over are used up."""
    for ticket in tickets:
        opens, closes = world.calendar.open_hours(ticket.first_response_at.date())
        earliest = max(opens, ticket.opened_at + 5 * MINUTE)
        latest = max(closes, ticket.first_response_at)
        wished = ticket.first_response_at + MINUTE * minutes
        moved = max(min(wished, latest), min(earliest, ticket.first_response_at))
        minutes -= (moved - ticket.first_response_at) // MINUTE
        ticket.first_response_at = moved
    assert minutes == 0, f"{minutes} minutes of waiting left over"


def _resolve(draw: QuarterDraw, ticket: Ticket, median_days: float) -> None:
    """When the ticket is solved and by how many contacts, unless that is still to come."""
    as_of, chance = draw.world.story.as_of, draw.chance
    ticket.contacts_to_resolve = pick(chance, CONTACTS_TO_RESOLVE)
    worked = timedelta(days=median_days * chance.lognormvariate(0, 0.6))
    resolved_at = draw.world.calendar.answer(ticket.first_response_at, worked)
    ticket.resolved_at = resolved_at + MINUTE * chance.randrange(45)
    if ticket.resolved_at.date() > as_of:
        ticket.resolved_at = ticket.contacts_to_resolve = None
    if ticket.first_response_at.date() > as_of:
        ticket.first_response_at = None


def _draw_surveys(draw: QuarterDraw, fixed: list[Survey]) -> list[Survey]:
    """Scores by manager, and answers of which exactly the story's shares are yes."""
    quarter, pilot = draw.quarter, draw.world.story.case_id("H")
    clients = [each for each in draw.clients if each.account_id != pilot]
    count = quarter["surveys"]
    chosen = draw_sample(draw.chance, clients, count - len(fixed), _survey_weight)
    surveys = [_draw_survey(draw, account) for account in chosen]
    missing = round_half(quarter["not_personalised"] * count)
    missing -= sum(not each.personalised_enough for each in fixed)
    helped = round_half(quarter["effective"] * count) - sum(each.effective for each in fixed)
    for survey in draw_sample(draw.chance, surveys, missing, lambda each: 101 - each.score):
        survey.personalised_enough = False
    for survey in draw_sample(draw.chance, surveys, helped, lambda each: max(1, each.score - 50)):
        survey.effective = True
    return surveys


def _survey_weight(account: Account) -> float:
    return 2.0 if has_key_potential(account) else 1.0


def _draw_survey(draw: QuarterDraw, account: Account) -> Survey:
    mood = 8 * (draw.world.diligence[account.account_manager] - 1)
    score = round(draw.chance.gauss(draw.quarter["satisfaction"] + mood, SCORE_SPREAD))
    day, respondent = draw.day(account), pick(draw.chance, RESPONDENTS)
    return Survey(account.account_id, day, min(99, max(42, score)), True, False, respondent)
