"""Contracts that renew or not, and opportunities won and lost."""

import random
from collections import defaultdict
from datetime import date, datetime, time, timedelta

from kam_core.demo.cases import case_rows
from kam_core.demo.chance import pick, round_half
from kam_core.demo.dates import DAY, Span, quarter_name
from kam_core.demo.orders import TEN_THOUSAND_YUAN
from kam_core.demo.rows import Account, Contract, Opportunity, number_rows
from kam_core.demo.world import QuarterDraw, World, has_key_potential

YEAR = timedelta(days=365)
CONTRACT_SHARE = {True: 0.92, False: 0.5}  # of key and other accounts
FIRST_STARTS = Span(date(2021, 1, 4), date(2022, 3, 31))
PAUSE_DAYS = (25, 110)
OPPORTUNITY_KINDS = {"new": 0.12, "cross_sell": 0.38, "upsell": 0.3, "renewal": 0.2}
WON_SHARE = 0.56
DAYS_TO_CLOSE = (18, 170)


def add_contracts(world: World) -> None:
    chance = world.stream("contracts")
    rows = case_rows(world, "contracts", Contract)
    hours = _personalised_hours(world)
    in_cases = {row.account_id for row in rows}
    for account in world.customers:
        is_case = account.account_id in in_cases
        if not is_case and chance.random() < CONTRACT_SHARE[has_key_potential(account)]:
            rows += _contract_chain(world, chance, account, hours[account.account_id])
    world.contracts = number_rows(
        _leave_undecided(world, chance, rows, in_cases),
        "contract_id",
        "HT{:04d}",
        lambda row: (row.starts_on, row.account_id),
    )
    # The annual contract value is that of the contract in force, else what the account buys.
    for row in world.contracts:
        if row.starts_on <= world.story.as_of <= row.ends_on:
            world.account(row.account_id).annual_contract_value = row.amount


def _leave_undecided(
    world: World, chance: random.Random, rows: list[Contract], in_cases: set[str]
) -> list[Contract]:
    """The rows with some contracts that ended of late neither renewed nor given up yet."""
    spec = world.story["undecided_contracts"]
    ended = Span(spec["ended_from"], world.story.as_of)
    of_late = [
        row
        for row in rows
        if row.ends_on in ended
        and row.account_id not in in_cases
        and world.account(row.account_id).lost_on is None
    ]
    # Of one that ends with the day nothing is known anyway.
    of_late.sort(key=lambda row: (row.renewed is not None, chance.random()))
    chosen = of_late[: spec["count"]]
    for row in chosen:
        row.renewed = row.renewal_amount = None
    ends = {row.account_id: row.ends_on for row in chosen}
    return [row for row in rows if row.starts_on <= ends.get(row.account_id, date.max)]


def _personalised_hours(world: World) -> dict[str, list[tuple[date, float]]]:
    hours: dict[str, list[tuple[date, float]]] = defaultdict(list)
    for row in world.interactions:
        if row.work_type == "personalised" and row.occurred_at:
            hours[row.account_id].append((row.occurred_at.date(), float(row.duration_hours)))
    return hours


def _contract_chain(
    world: World, chance: random.Random, account: Account, hours: list[tuple[date, float]]
) -> list[Contract]:
    """Yearly contracts one after the other; where one does not renew, a pause or the end."""
    as_of = world.story.as_of
    ends_for_good = account.lost_on or date.max
    first = FIRST_STARTS.first + DAY * chance.randrange(FIRST_STARTS.days)
    starts_on = max(first, account.customer_since + DAY * chance.randrange(5, 30))
    rows: list[Contract] = []
    while starts_on <= as_of and starts_on < ends_for_good:
        ends_on = min(starts_on + YEAR - DAY, ends_for_good)
        row = Contract(account.account_id, starts_on, ends_on, 0)
        row.amount = _contract_amount(world, chance, row)
        if rows and rows[-1].renewed:
            rows[-1].renewal_amount = row.amount
        rows.append(row)
        starts_on = ends_on + DAY
        if ends_on < as_of:
            row.renewed = ends_on != ends_for_good and _renews(world, chance, row, hours)
            pause = chance.randrange(*PAUSE_DAYS)
            starts_on += DAY * (0 if row.renewed else pause)
    return rows


def _contract_amount(world: World, chance: random.Random, contract: Contract) -> int:
    """About what the account orders in such a year; a running contract looks at the year before."""
    span = Span(contract.starts_on, contract.ends_on)
    if contract.ends_on > world.story.as_of or span.first < world.story.history.first:
        last = min(world.story.as_of, max(span.first, world.story.history.first + YEAR))
        span = Span(last - YEAR + DAY, last)
    bought = world.bought(contract.account_id, span) * 365 / max(60, span.days)
    amount = round_half(bought * chance.uniform(0.72, 1.02) / TEN_THOUSAND_YUAN) * TEN_THOUSAND_YUAN
    return max(3 * TEN_THOUSAND_YUAN, amount)


def _renews(
    world: World, chance: random.Random, contract: Contract, hours: list[tuple[date, float]]
) -> bool:
    """Likelier with personalised hours in the twelve months before the end."""
    logit = world.story["contract_renewal_logit"]
    year = Span(contract.ends_on - YEAR + DAY, contract.ends_on)
    spent = sum(amount for day, amount in hours if day in year)
    odds = 2.718281828 ** (logit["base"] + logit["per_personalised_hour"] * spent)
    return chance.random() < odds / (1 + odds)


def add_opportunities(world: World) -> None:
    rows = case_rows(world, "opportunities", Opportunity)
    told_in_full = {row.account_id for row in rows}
    draws = world.draws("opportunities")
    for draw in draws:
        clients = [each for each in draw.clients if each.account_id not in told_in_full]
        weights = [2.5 if has_key_potential(account) else 1.0 for account in clients]
        chosen = draw.chance.choices(clients, weights, k=draw.quarter["opportunities"])
        rows += [_draw_opportunity(draw, account) for account in chosen]
    prospects = [account for account in world.accounts if account.status == "prospect"]
    rows += [_draw_prospect(world, draws[-1].chance, account) for account in prospects]
    world.opportunities = number_rows(
        rows,
        "opportunity_id",
        "SJ{:04d}",
        lambda row: (row.opened_on, row.account_id, row.amount or 0),
    )


def _draw_opportunity(draw: QuarterDraw, account: Account) -> Opportunity:
    world, chance, opened_on = draw.world, draw.chance, draw.day(account)
    amount, kind = _project_amount(chance, account), pick(chance, OPPORTUNITY_KINDS)
    row = Opportunity(account.account_id, opened_on, None, "open", amount, kind)
    closed = opened_on + DAY * chance.randrange(*DAYS_TO_CLOSE)
    closed = world.calendar.next_open(datetime.combine(closed, time())).date()
    if account.lost_on and closed > account.lost_on:
        _lose_opportunity(world, chance, row, account.lost_on)
    elif closed <= world.story.as_of:
        row.outcome, row.closed_on = "won", closed
        if chance.random() >= WON_SHARE:
            _lose_opportunity(world, chance, row, closed)
    return row


def _project_amount(chance: random.Random, account: Account) -> int:
    usual = max(20 * TEN_THOUSAND_YUAN, (account.annual_contract_value or 0) // 8)
    amount = usual * chance.lognormvariate(-0.3, 0.6)
    return max(1, round_half(amount / TEN_THOUSAND_YUAN)) * TEN_THOUSAND_YUAN


def _lose_opportunity(world: World, chance: random.Random, row: Opportunity, day: date) -> None:
    """Many are lost before a quote; in the review quarter all are, but for those of case A."""
    row.outcome, row.closed_on = "lost", day
    words = world.words["opportunities"]
    is_review_quarter = quarter_name(day) == world.story["story_quarter"]
    if is_review_quarter or chance.random() < world.story["unquoted_loss_share"]:
        row.amount, row.lost_reason = None, chance.choice(words["unquoted_reasons"])
    else:
        row.lost_reason = chance.choice(words["lost_reasons"])


def _draw_prospect(world: World, chance: random.Random, account: Account) -> Opportunity:
    span = Span(date(world.story.as_of.year, 3, 1), world.story.as_of)
    opened_on = world.calendar.workday(chance, span)
    amount = _project_amount(chance, account)
    return Opportunity(account.account_id, opened_on, None, "open", amount, "new")
