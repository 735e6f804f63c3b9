"""Contacts promised by the cadences: which were kept, which missed, which are planned."""

from datetime import date, timedelta

from kam_core.demo.cases import forced_callbacks
from kam_core.demo.chance import draw_sample, round_half
from kam_core.demo.dates import DAY, Span, list_months
from kam_core.demo.rows import Account, Interaction
from kam_core.demo.world import QuarterDraw, is_active, is_key

CALLBACK_DILIGENCE = 1.3  # how strongly a manager's diligence decides whose callbacks are made
VIP_SHARE = 0.35  # of the key accounts, by what they buy


def make_owed_contacts(draw: QuarterDraw) -> list[Interaction]:
    return [
        *_make_callbacks(draw),
        *_make_reviews(draw),
        *_make_evaluations(draw),
        *_make_visits(draw),
    ]


def _make_callbacks(draw: QuarterDraw) -> list[Interaction]:
    """One a month and key account: exactly the quarter's share of them is made."""
    owed, forced = callbacks_owed(draw), forced_callbacks(draw.world)
    decided = [forced.get((account.account_id, f"{month.first:%Y-%m}")) for account, month in owed]
    free = [duty for duty, is_made in zip(owed, decided, strict=True) if is_made is None]
    count = round_half(draw.quarter["callbacks_done"] * len(owed)) - decided.count(True)
    kept = set(draw_sample(draw.chance, free, count, lambda duty: _diligence(draw, duty[0])))
    rows = []
    for (account, month), is_made in zip(owed, decided, strict=True):
        days = month.overlap(draw.quarter.span)
        if (account, month) in kept:
            rows.append(_kept_contact(draw, account, "monthly_callback", days))
        elif draw.quarter.is_closed and not is_made:
            rows += _missed_contacts(draw, account, "monthly_callback", days)
    return rows


def _diligence(draw: QuarterDraw, account: Account) -> float:
    return draw.world.diligence[account.account_manager] ** CALLBACK_DILIGENCE


def callbacks_owed(draw: QuarterDraw) -> list[tuple[Account, Span]]:
    """(key account, month) for each month of the quarter it was a customer all through."""
    as_of = draw.world.story.as_of
    return [
        (account, month)
        for month in list_months(draw.quarter.span)
        for account in draw.world.customers
        if is_key(account, month.first) and is_active(account, min(month.last, as_of))
    ]


def _make_reviews(draw: QuarterDraw) -> list[Interaction]:
    first = draw.quarter.calendar_span.first
    return [
        row
        for account in _present_accounts(draw)
        for row in _by_luck(
            draw, account, "quarterly_review", "key" if is_key(account, first) else "other"
        )
    ]


def _make_evaluations(draw: QuarterDraw) -> list[Interaction]:
    first, is_year_end = draw.quarter.calendar_span.first, draw.quarter["name"].endswith("Q4")
    rate = _rate(draw, "annual_evaluation", "year_end" if is_year_end else "other")
    return [
        _kept_contact(draw, account, "annual_evaluation", draw.quarter.span)
        for account in _present_accounts(draw)
        if is_key(account, first) and draw.chance.random() < rate
    ]


def _make_visits(draw: QuarterDraw) -> list[Interaction]:
    large = _large_key_accounts(draw)
    return [
        row
        for account in _present_accounts(draw)
        if account.account_id in large
        for row in _by_luck(draw, account, "executive_visit", "large_key")
    ]


def _rate(draw: QuarterDraw, kind: str, case: str) -> float:
    rates = draw.world.story["cadence"]["rate"][kind]
    return rates[case if draw.quarter.is_closed else "open_quarter"]


def _present_accounts(draw: QuarterDraw) -> list[Account]:
    span = draw.quarter.span
    customers = draw.world.customers
    return [
        each for each in customers if is_active(each, span.first) and is_active(each, span.last)
    ]


def _large_key_accounts(draw: QuarterDraw) -> set[str]:
    first = draw.quarter.calendar_span.first
    keys = [each for each in draw.world.customers if is_key(each, first)]
    keys.sort(key=lambda account: -(account.annual_contract_value or 0))
    return {account.account_id for account in keys[: round_half(len(keys) * VIP_SHARE)]}


def _by_luck(draw: QuarterDraw, account: Account, kind: str, case: str) -> list[Interaction]:
    """Kept at the rate, better by diligent managers; a missed one leaves a row only at times."""
    diligence = draw.world.diligence[account.account_manager] ** 0.4
    if draw.chance.random() < min(0.97, _rate(draw, kind, case) * diligence):
        return [_kept_contact(draw, account, kind, draw.quarter.span)]
    is_closed = draw.quarter.is_closed
    return _missed_contacts(draw, account, kind, draw.quarter.span) if is_closed else []


def _kept_contact(draw: QuarterDraw, account: Account, kind: str, span: Span) -> Interaction:
    day = draw.day(account, span)
    planned_for = max(span.first, day - DAY * draw.chance.choice((0, 0, 0, 1, 2, 5)))
    moment = draw.world.calendar.moment(draw.chance, day)
    manager = account.account_manager
    return Interaction(account.account_id, kind, "completed", moment, planned_for, manager)


def _missed_contacts(
    draw: QuarterDraw, account: Account, kind: str, span: Span
) -> list[Interaction]:
    cadence, luck = draw.world.story["cadence"], draw.chance.random()
    if luck > cadence["missed_row_share"] + cadence["cancelled_row_share"]:
        return []
    status = "missed" if luck < cadence["missed_row_share"] else "cancelled"
    return [_open_contact(account, kind, status, draw.day(account, span))]


def _open_contact(account: Account, kind: str, status: str, day: date) -> Interaction:
    return Interaction(account.account_id, kind, status, None, day, account.account_manager)


def plan_diary(draw: QuarterDraw, rows: list[Interaction]) -> list[Interaction]:
    """What stands in the diary after the as-of date, which lies in the quarter."""
    world, as_of = draw.world, draw.world.story.as_of
    tomorrow = as_of + DAY
    ends = {
        "monthly_callback": list_months(Span(as_of, as_of))[0].last,
        "quarterly_review": draw.quarter.calendar_span.last,
        "annual_evaluation": date(as_of.year, 12, 20),
        "executive_visit": draw.quarter.calendar_span.last,
    }
    diary = []
    for kind, last in ends.items():
        for account in _still_owed(draw, kind, rows):
            if draw.chance.random() < world.story["cadence"]["planned_share"][kind]:
                day = world.calendar.workday(draw.chance, Span(tomorrow, last))
                diary.append(_open_contact(account, kind, "planned", day))
    return diary + _planned_visits(draw, Span(tomorrow, as_of + timedelta(days=45)))


def _still_owed(draw: QuarterDraw, kind: str, rows: list[Interaction]) -> list[Account]:
    first = draw.quarter.span.first
    since = first.replace(month=1) if kind == "annual_evaluation" else first
    done = {
        row.account_id
        for row in rows
        if row.kind == kind and row.status == "completed" and row.occurred_at.date() >= since
    }
    customers = draw.world.customers
    owing = {
        "quarterly_review": {account.account_id for account in customers},
        "executive_visit": _large_key_accounts(draw),
    }.get(kind, {account.account_id for account in customers if is_key(account, first)})
    present = [account for account in _present_accounts(draw) if account.lost_on is None]
    return [account for account in present if account.account_id in owing - done]


def _planned_visits(draw: QuarterDraw, span: Span) -> list[Interaction]:
    chance, calendar = draw.chance, draw.world.calendar
    open_accounts = [account for account in draw.world.accounts if account.lost_on is None]
    count = draw.world.story["cadence"]["planned_visits"]
    return [
        _open_contact(
            account,
            chance.choice(("visit", "meeting", "training")),
            "planned",
            calendar.workday(chance, span),
        )
        for account in chance.choices(open_accounts, k=count)
    ]
