"""Support tickets, complaints and satisfaction surveys."""

import random
from collections.abc import Sequence
from datetime import timedelta

from kam_core.demo.cases import case_surveys, case_tickets
from kam_core.demo.chance import draw_sample, pick, round_half
from kam_core.demo.dates import DAY, quarter_name
from kam_core.demo.rows import Account, Survey, Ticket
from kam_core.demo.story import Quarter
from kam_core.demo.world import World, customer_days, has_key_potential

MINUTE = timedelta(minutes=1)
RESPONSE_SPREAD = 0.95
LONGEST_RESPONSE = timedelta(days=9)
SCALING_ROUNDS = 12
CONTACTS_TO_RESOLVE = {1: 38, 2: 30, 3: 18, 4: 9, 5: 5}
RESPONDENTS = {"executive": 0.12, "management": 0.48, "working": 0.4}
ROLLOUT_WEIGHT = 3.0
SCORE_SPREAD = 6.5


def add_service(world: World) -> None:
    chance = world.stream("tickets")
    of_cases = case_tickets(world)
    tickets = list(of_cases)
    for quarter in world.story.quarters:
        of_quarter = [each for each in of_cases if quarter_name(each.opened_at) == quarter.name]
        tickets += _add_support(world, chance, quarter, of_quarter)
        tickets += _add_complaints(world, chance, quarter)
    tickets.sort(key=lambda ticket: (ticket.opened_at, ticket.account_id, ticket.kind))
    for number, ticket in enumerate(tickets, start=1):
        ticket.ticket_id = f"FW{number:05d}"
    world.tickets = tickets
    world.surveys = _add_surveys(world, world.stream("surveys"))


def _add_support(
    world: World, chance: random.Random, quarter: Quarter, of_cases: list[Ticket]
) -> list[Ticket]:
    """Tickets whose mean first response, those of cases included, is the story's."""
    topics = world.words["support"]["topics"]
    avoided = {world.story.case_id("E")}
    clients = [each for each in _active_clients(world, quarter) if each.account_id not in avoided]
    tickets = [
        _draw_ticket(world, chance, quarter, account, "support", pick(chance, topics))
        for account in _choose_weighted(chance, clients, quarter.support_tickets - len(of_cases))
    ]
    total = round_half(quarter.response_hours * 60) * quarter.support_tickets
    for ticket in of_cases:
        total -= (ticket.first_response_at - ticket.opened_at) // MINUTE
    _respond_to_tickets(world, chance, tickets, total)
    for ticket in tickets:
        _resolve(world, chance, ticket, median_days=2.5)
        _forget_the_future(world, ticket)
    return tickets


def _add_complaints(world: World, chance: random.Random, quarter: Quarter) -> list[Ticket]:
    words = world.words["complaints"]
    rollouts = round_half(quarter.rollout_share * quarter.complaints)
    topics = [words["rollout_topic"]] * rollouts + [
        pick(chance, words["topics"]) for _ in range(quarter.complaints - rollouts)
    ]
    tickets = []
    for account, topic in zip(
        _choose_weighted(chance, _active_clients(world, quarter), len(topics)), topics, strict=True
    ):
        ticket = _draw_ticket(world, chance, quarter, account, "complaint", topic)
        waited = timedelta(hours=quarter.response_hours * chance.lognormvariate(-0.9, 0.7))
        ticket.first_response_at = world.calendar.next_open(ticket.opened_at + waited).replace(
            second=0, microsecond=0
        )
        _resolve(world, chance, ticket, median_days=6.0)
        _forget_the_future(world, ticket)
        tickets.append(ticket)
    return tickets


def _active_clients(world: World, quarter: Quarter) -> list[Account]:
    return [
        account
        for account in world.customers
        if world.calendar.workdays(customer_days(account, quarter.span))
    ]


def _choose_weighted(chance: random.Random, accounts: list[Account], count: int) -> list[Account]:
    weights = [1 + 1.5 * ((each.growth_potential or 0) / 100) for each in accounts]
    return chance.choices(accounts, weights, k=count)


def _draw_ticket(
    world: World, chance: random.Random, quarter: Quarter, account: Account, kind: str, topic: str
) -> Ticket:
    day = world.calendar.workday(chance, customer_days(account, quarter.span))
    opened_at = world.calendar.moment(chance, day) + MINUTE * chance.randrange(5)
    return Ticket("", account.account_id, kind, opened_at, topic=topic)


def _respond_to_tickets(
    world: World, chance: random.Random, tickets: Sequence[Ticket], total_minutes: int
) -> None:
    """First responses inside working hours whose waiting times add up to the total."""
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


def _resolve(world: World, chance: random.Random, ticket: Ticket, median_days: float) -> None:
    ticket.contacts_to_resolve = pick(chance, CONTACTS_TO_RESOLVE)
    worked = timedelta(days=median_days * chance.lognormvariate(0, 0.6))
    resolved_at = world.calendar.next_open(ticket.first_response_at + worked)
    ticket.resolved_at = resolved_at.replace(second=0, microsecond=0) + (
        MINUTE * chance.randrange(45)
    )


def _forget_the_future(world: World, ticket: Ticket) -> None:
    as_of = world.story.as_of
    if ticket.resolved_at.date() > as_of:
        ticket.resolved_at = ticket.contacts_to_resolve = None
    if ticket.first_response_at.date() > as_of:
        ticket.first_response_at = None


def _add_surveys(world: World, chance: random.Random) -> list[Survey]:
    of_cases = case_surveys(world)
    surveys = list(of_cases)
    for quarter in world.story.quarters:
        of_quarter = [each for each in of_cases if quarter_name(each.surveyed_on) == quarter.name]
        surveys += _quarter_surveys(world, chance, quarter, of_quarter)
    surveys.sort(key=lambda survey: (survey.surveyed_on, survey.account_id))
    for number, survey in enumerate(surveys, start=1):
        survey.survey_id = f"MY{number:05d}"
    return surveys


def _quarter_surveys(
    world: World, chance: random.Random, quarter: Quarter, fixed: list[Survey]
) -> list[Survey]:
    """Scores by manager, and answers of which exactly the story's shares are yes."""
    pilot = world.story.case_id("H")
    clients = [each for each in _active_clients(world, quarter) if each.account_id != pilot]
    chosen = draw_sample(chance, clients, quarter.surveys - len(fixed), _survey_weight)
    surveys = [_draw_survey(world, chance, quarter, account) for account in chosen]
    missing = round_half(quarter.not_personalised * quarter.surveys) - sum(
        not survey.personalised_enough for survey in fixed
    )
    helped = round_half(quarter.effective * quarter.surveys) - sum(each.effective for each in fixed)
    for survey in draw_sample(chance, surveys, missing, lambda each: 101 - each.score):
        survey.personalised_enough = False
    for survey in draw_sample(chance, surveys, helped, lambda each: max(1, each.score - 50)):
        survey.effective = True
    return surveys


def _survey_weight(account: Account) -> float:
    return 2.0 if has_key_potential(account) else 1.0


def _draw_survey(world: World, chance: random.Random, quarter: Quarter, account: Account) -> Survey:
    mood = 8 * (world.diligence[account.account_manager] - 1)
    score = round(chance.gauss(quarter.satisfaction + mood, SCORE_SPREAD))
    day = world.calendar.workday(chance, customer_days(account, quarter.span))
    respondent = pick(chance, RESPONDENTS)
    return Survey("", account.account_id, day, min(99, max(42, score)), True, False, respondent)
