"""Contacts promised by the cadences: which were kept, which missed, which are planned."""

import random
from datetime import date, timedelta

from kam_core.demo.cases import forced_callbacks
from kam_core.demo.chance import draw_sample, round_half
from kam_core.demo.dates import DAY, Span, list_months
from kam_core.demo.rows import Account, Interaction
from kam_core.demo.story import Quarter
from kam_core.demo.world import World, customer_days, is_active, is_key

CALLBACK_DILIGENCE = 1.3  # how strongly a manager's diligence decides whose callbacks are made
VIP_SHARE = 0.35  # of the key accounts, by what they buy


def make_owed_contacts(
    world: World, chance: random.Random, quarter: Quarter, case_rows: list[Interaction]
) -> list[Interaction]:
    return [
        *_make_callbacks(world, chance, quarter, case_rows),
        *_make_reviews(world, chance, quarter),
        *_make_evaluations(world, chance, quarter),
        *_make_visits(world, chance, quarter),
    ]


def _make_callbacks(
    world: World, chance: random.Random, quarter: Quarter, case_rows: list[Interaction]
) -> list[Interaction]:
    """One a month and key account: exactly the quarter's share of them is made."""
    owed = callbacks_owed(world, quarter)
    forced = forced_callbacks(world)
    free = [duty for duty in owed if _duty_key(duty) not in forced]
    kept_by_case = sum(forced.get(_duty_key(duty), False) for duty in owed)
    count = round_half(quarter.callbacks_done * len(owed)) - kept_by_case
    drawn = draw_sample(chance, free, count, lambda duty: _diligence(world, duty[0]))
    kept = {_duty_key(duty) for duty in drawn}
    rows = []
    for account, month in owed:
        days = month.overlap(quarter.span)
        if _duty_key((account, month)) in kept:
            rows.append(_kept_contact(world, chance, account, "monthly_callback", days))
        elif quarter.is_closed and not forced.get(_duty_key((account, month)), False):
            rows += _missed_contacts(world, chance, account, "monthly_callback", days)
    return rows


def callbacks_owed(world: World, quarter: Quarter) -> list[tuple[Account, Span]]:
    """(key account, month) for each month of the quarter it was a customer all through."""
    as_of = world.story.as_of
    return [
        (account, month)
        for month in list_months(quarter.span)
        for account in world.customers
        if is_key(account, month.first) and is_active(account, min(month.last, as_of))
    ]


def _duty_key(duty: tuple[Account, Span]) -> tuple[str, str]:
    account, month = duty
    return account.account_id, f"{month.first:%Y-%m}"


def _diligence(world: World, account: Account) -> float:
    return world.diligence[account.account_manager] ** CALLBACK_DILIGENCE


def _make_reviews(world: World, chance: random.Random, quarter: Quarter) -> list[Interaction]:
    rates = world.story["cadence"]["review_rate"]
    rows = []
    for account in _present_accounts(world, quarter):
        rate = rates["key" if is_key(account, quarter.calendar_span.first) else "other"]
        rate = rate if quarter.is_closed else rates["open_quarter"]
        rows += _by_luck(world, chance, account, "quarterly_review", quarter, rate)
    return rows


def _make_evaluations(world: World, chance: random.Random, quarter: Quarter) -> list[Interaction]:
    rates = world.story["cadence"]["evaluation_rate"]
    is_year_end = quarter.name.endswith("Q4")
    rate = rates["year_end"] if is_year_end else rates["other"]
    rate = rate if quarter.is_closed else rates["open_quarter"]
    rows = []
    for account in _present_accounts(world, quarter):
        if is_key(account, quarter.calendar_span.first) and chance.random() < rate:
            rows.append(_kept_contact(world, chance, account, "annual_evaluation", quarter.span))
    return rows


def _make_visits(world: World, chance: random.Random, quarter: Quarter) -> list[Interaction]:
    rates = world.story["cadence"]["executive_visit_rate"]
    rate = rates["closed" if quarter.is_closed else "open_quarter"]
    large = _large_key_accounts(world, quarter)
    rows = []
    for account in _present_accounts(world, quarter):
        if account.account_id in large:
            rows += _by_luck(world, chance, account, "executive_visit", quarter, rate)
    return rows


def _present_accounts(world: World, quarter: Quarter) -> list[Account]:
    return [
        account
        for account in world.customers
        if is_active(account, quarter.span.first) and is_active(account, quarter.span.last)
    ]


def _large_key_accounts(world: World, quarter: Quarter) -> set[str]:
    keys = [each for each in world.customers if is_key(each, quarter.calendar_span.first)]
    keys.sort(key=lambda account: -(account.annual_contract_value or 0))
    return {account.account_id for account in keys[: round_half(len(keys) * VIP_SHARE)]}


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
        return [_kept_contact(world, chance, account, kind, quarter.span)]
    return _missed_contacts(world, chance, account, kind, quarter.span) if quarter.is_closed else []


def _kept_contact(
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


def _missed_contacts(
    world: World, chance: random.Random, account: Account, kind: str, span: Span
) -> list[Interaction]:
    cadence = world.story["cadence"]
    luck = chance.random()
    if luck > cadence["missed_row_share"] + cadence["cancelled_row_share"]:
        return []
    status = "missed" if luck < cadence["missed_row_share"] else "cancelled"
    day = world.calendar.workday(chance, customer_days(account, span))
    return [_open_contact(account, kind, status, day)]


def _open_contact(account: Account, kind: str, status: str, day: date) -> Interaction:
    owner = account.account_manager
    return Interaction("", account.account_id, kind, status, planned_for=day, owner=owner)


def plan_diary(world: World, chance: random.Random, rows: list[Interaction]) -> list[Interaction]:
    """What stands in the diary after the as-of date."""
    as_of = world.story.as_of
    tomorrow = as_of + DAY
    ends = {
        "monthly_callback": list_months(Span(as_of, as_of))[0].last,
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
                diary.append(_open_contact(account, kind, "planned", day))
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
    present = [account for account in _present_accounts(world, quarter) if account.lost_on is None]
    return [account for account in present if account.account_id in owing - done]


def _planned_visits(world: World, chance: random.Random, span: Span) -> list[Interaction]:
    open_accounts = [account for account in world.accounts if account.lost_on is None]
    return [
        _open_contact(
            account,
            chance.choice(("visit", "meeting", "training")),
            "planned",
            world.calendar.workday(chance, span),
        )
        for account in chance.choices(open_accounts, k=world.story["cadence"]["planned_visits"])
    ]
