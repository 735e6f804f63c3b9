"""Contacts promised by the cadences: which were kept, which missed, which are planned."""

import random
from datetime import date, timedelta

from kam_core.demo.cases import forced_callbacks
from kam_core.demo.chance import rounded, sample
from kam_core.demo.dates import DAY, Span, months
from kam_core.demo.rows import Account, Interaction
from kam_core.demo.story import Quarter
from kam_core.demo.world import World, customer_days, is_active, is_key

CALLBACK_DILIGENCE = 1.3  # how strongly a manager's diligence decides whose callbacks are made
VIP_SHARE = 0.35  # of the key accounts, by what they buy


def kept_and_missed(
    world: World, chance: random.Random, quarter: Quarter, told: list[Interaction]
) -> list[Interaction]:
    return [
        *_callbacks(world, chance, quarter, told),
        *_reviews(world, chance, quarter),
        *_evaluations(world, chance, quarter),
        *_executive_visits(world, chance, quarter),
    ]


def _callbacks(
    world: World, chance: random.Random, quarter: Quarter, told: list[Interaction]
) -> list[Interaction]:
    """One a month and key account: exactly the told share of them is made."""
    owed = callbacks_owed(world, quarter)
    forced = forced_callbacks(world)
    free = [duty for duty in owed if _name(duty) not in forced]
    kept_by_case = sum(forced.get(_name(duty), False) for duty in owed)
    count = rounded(quarter.callbacks_done * len(owed)) - kept_by_case
    kept = {_name(duty) for duty in sample(chance, free, count, lambda d: _diligence(world, d[0]))}
    rows = []
    for account, month in owed:
        days = month.overlap(quarter.span)
        if _name((account, month)) in kept:
            rows.append(_kept(world, chance, account, "monthly_callback", days))
        elif quarter.is_closed and not forced.get(_name((account, month)), False):
            rows += _missed(world, chance, account, "monthly_callback", days)
    return rows


def callbacks_owed(world: World, quarter: Quarter) -> list[tuple[Account, Span]]:
    """(key account, month) for each month of the quarter it was a customer all through."""
    as_of = world.story.as_of
    return [
        (account, month)
        for month in months(quarter.span)
        for account in world.customers
        if is_key(account, month.first) and is_active(account, min(month.last, as_of))
    ]


def _name(duty: tuple[Account, Span]) -> tuple[str, str]:
    account, month = duty
    return account.account_id, f"{month.first:%Y-%m}"


def _diligence(world: World, account: Account) -> float:
    return world.diligence[account.account_manager] ** CALLBACK_DILIGENCE


def _reviews(world: World, chance: random.Random, quarter: Quarter) -> list[Interaction]:
    rates = world.story["cadence"]["review_rate"]
    rows = []
    for account in _present(world, quarter):
        rate = rates["key" if is_key(account, quarter.calendar_span.first) else "other"]
        rate = rate if quarter.is_closed else rates["open_quarter"]
        rows += _by_luck(world, chance, account, "quarterly_review", quarter, rate)
    return rows


def _evaluations(world: World, chance: random.Random, quarter: Quarter) -> list[Interaction]:
    rates = world.story["cadence"]["evaluation_rate"]
    is_year_end = quarter.name.endswith("Q4")
    rate = rates["year_end"] if is_year_end else rates["other"]
    rate = rate if quarter.is_closed else rates["open_quarter"]
    rows = []
    for account in _present(world, quarter):
        if is_key(account, quarter.calendar_span.first) and chance.random() < rate:
            rows.append(_kept(world, chance, account, "annual_evaluation", quarter.span))
    return rows


def _executive_visits(world: World, chance: random.Random, quarter: Quarter) -> list[Interaction]:
    rates = world.story["cadence"]["executive_visit_rate"]
    rate = rates["closed" if quarter.is_closed else "open_quarter"]
    large = _large_key_accounts(world, quarter)
    rows = []
    for account in _present(world, quarter):
        if account.account_id in large:
            rows += _by_luck(world, chance, account, "executive_visit", quarter, rate)
    return rows


def _present(world: World, quarter: Quarter) -> list[Account]:
    return [
        account
        for account in world.customers
        if is_active(account, quarter.span.first) and is_active(account, quarter.span.last)
    ]


def _large_key_accounts(world: World, quarter: Quarter) -> set[str]:
    keys = [each for each in world.customers if is_key(each, quarter.calendar_span.first)]
    keys.sort(key=lambda account: -(account.annual_contract_value or 0))
    return {account.account_id for account in keys[: rounded(len(keys) * VIP_SHARE)]}


def _by_luck(
    world: World,
    chance: random.Random,
    account: Account,
    kind: str,
    quarter: Quarter,
    rate: float,
) -> list[Interaction]:
    """Kept at the rate, better by diligent managers; a missed one leaves a row only at times."""
    if chance.random() < min(0.97, rate * world.diligence[account.account_manager] ** 0.4):
        return [_kept(world, chance, account, kind, quarter.span)]
    return _missed(world, chance, account, kind, quarter.span) if quarter.is_closed else []


def _kept(
    world: World, chance: random.Random, account: Account, kind: str, span: Span
) -> Interaction:
    day = world.calendar.workday(chance, customer_days(account, span))
    planned_for = max(span.first, day - DAY * chance.choice((0, 0, 0, 1, 2, 5)))
    return Interaction(
        "",
        account.account_id,
        kind,
        "completed",
        world.calendar.moment(chance, day),
        planned_for=planned_for,
        owner=account.account_manager,
    )


def _missed(
    world: World, chance: random.Random, account: Account, kind: str, span: Span
) -> list[Interaction]:
    cadence = world.story["cadence"]
    luck = chance.random()
    if luck > cadence["missed_row_share"] + cadence["cancelled_row_share"]:
        return []
    status = "missed" if luck < cadence["missed_row_share"] else "cancelled"
    day = world.calendar.workday(chance, customer_days(account, span))
    return [_row(account, kind, status, day)]


def _row(account: Account, kind: str, status: str, day: date) -> Interaction:
    owner = account.account_manager
    return Interaction("", account.account_id, kind, status, planned_for=day, owner=owner)


def planned(world: World, chance: random.Random, rows: list[Interaction]) -> list[Interaction]:
    """What stands in the diary after the as-of date."""
    as_of = world.story.as_of
    tomorrow = as_of + DAY
    ends = {
        "monthly_callback": months(Span(as_of, as_of))[0].last,
        "quarterly_review": world.story.quarters[-1].calendar_span.last,
        "annual_evaluation": date(as_of.year, 12, 20),
        "executive_visit": world.story.quarters[-1].calendar_span.last,
    }
    shares = world.story["cadence"]["planned_share"]
    diary = []
    for kind, last in ends.items():
        for account in _still_owed(world, kind, rows):
            if chance.random() < shares[kind]:
                day = world.calendar.workday(chance, Span(tomorrow, last))
                diary.append(_row(account, kind, "planned", day))
    return diary + _planned_visits(world, chance, Span(tomorrow, as_of + timedelta(days=45)))


def _still_owed(world: World, kind: str, rows: list[Interaction]) -> list[Account]:
    quarter = world.story.quarters[-1]
    first = quarter.span.first
    since = first.replace(month=1) if kind == "annual_evaluation" else first
    done = {
        row.account_id
        for row in rows
        if row.kind == kind and row.status == "completed" and row.occurred_at.date() >= since
    }
    owing = {
        "quarterly_review": {account.account_id for account in world.customers},
        "executive_visit": _large_key_accounts(world, quarter),
    }.get(kind, {account.account_id for account in world.customers if is_key(account, first)})
    present = [account for account in _present(world, quarter) if account.lost_on is None]
    return [account for account in present if account.account_id in owing - done]


def _planned_visits(world: World, chance: random.Random, span: Span) -> list[Interaction]:
    open_accounts = [account for account in world.accounts if account.lost_on is None]
    return [
        _row(
            account,
            chance.choice(("visit", "meeting", "training")),
            "planned",
            world.calendar.workday(chance, span),
        )
        for account in chance.choices(open_accounts, k=world.story["cadence"]["planned_visits"])
    ]
