"""Orders that add up, to the cent, to the revenue by quarter, region and kind of account."""

import math
import random
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from kam_core.demo.chance import pick, round_half, split_total
from kam_core.demo.dates import DAY, Span, quarter_name
from kam_core.demo.rows import Account, Order
from kam_core.demo.story import Quarter
from kam_core.demo.world import World, customer_days, has_key_potential, is_key

ORDER_KINDS = {"base": 0.76, "cross_sell": 0.14, "upsell": 0.10}
PARETO_SLOPE = 0.9
RANK_SHIFT = 1.5  # without it a region hangs on its first account
SMALL_WEIGHT = 0.07
SKIPPED_QUARTERS_OF_SMALL_ACCOUNTS = 0.25
DECLINE_BEFORE_LOSS = (0.2, 0.45, 0.7)  # of the usual volume: last quarter, the one before, ...
MOST_ORDERS = 24  # of an account in a quarter
TEN_THOUSAND_YUAN = 1_000_000  # in cents


@dataclass
class Appetite:
    """How much an account buys: its weight in its region and how that changes with the years."""

    weight: float
    yearly_growth: float


def add_orders(world: World) -> None:
    chance = world.stream("orders")
    orders = _case_orders(world, chance)
    case_ids = {order.account_id for order in orders}
    appetites = _draw_appetites(world, world.stream("appetites"))
    sold = _sum_sold(world, orders)
    for quarter in world.story.quarters:
        for (region, key), cents in _revenue_cells(world, quarter).items():
            buyers = [
                account
                for account in world.customers
                if account.region == region
                and is_key(account, quarter.calendar_span.first) == key
                and account.account_id not in case_ids
            ]
            rest = cents - sold[quarter.name, region, key]
            orders += _cell_orders(world, chance, quarter, buyers, appetites, rest)
    world.orders = _number_orders(orders)


def _case_orders(world: World, chance: random.Random) -> list[Order]:
    """Orders of the case accounts whose sales the story gives to the cent."""
    orders = []
    for sales in world.story["sales"]:
        account = world.case(sales["case"])
        for first, last, cents in sales["spans"]:
            orders += _draw_orders(world, chance, account, Span(first, last), cents)
    return orders


def _sum_sold(world: World, orders: Iterable[Order]) -> dict[tuple[str, str, bool], int]:
    regions = {account.account_id: account.region for account in world.accounts}
    sold: dict[tuple[str, str, bool], int] = defaultdict(int)
    for order in orders:
        sold[quarter_name(order.ordered_on), regions[order.account_id], True] += order.amount
    return sold


def _revenue_cells(world: World, quarter: Quarter) -> dict[tuple[str, bool], int]:
    """Revenue of a quarter by region and whether key accounts bring it."""
    if quarter == world.story.review_quarter:
        regions = world.story["story_revenue"]
        keys = {name: region["key"] for name, region in regions.items()}
        totals = {name: region["total"] for name, region in regions.items()}
    else:
        totals, keys = _draw_cells(world, quarter)
    cells = {}
    for region in totals:
        cells[region, True] = keys[region]
        cells[region, False] = totals[region] - keys[region]
    return cells


def _draw_cells(world: World, quarter: Quarter) -> tuple[dict[str, int], dict[str, int]]:
    chance = world.stream(f"regions/{quarter.name}")
    regions = world.story["regions"]
    weights = [region["revenue_share"] * chance.uniform(0.96, 1.04) for region in regions.values()]
    totals = dict(zip(regions, split_total(quarter.revenue, weights), strict=True))
    keys = {
        name: round_half(totals[name] * region["key_share"] * chance.uniform(0.98, 1.02))
        for name, region in regions.items()
    }
    return totals, keys


def _draw_appetites(world: World, chance: random.Random) -> dict[str, Appetite]:
    """Pareto weights by region and role; accounts that will leave stand in the lower ranks."""
    appetites = {}
    for region in world.story["regions"]:
        for key in (True, False):
            accounts = [
                account
                for account in world.customers
                if account.region == region and has_key_potential(account) == key
            ]
            ranks = {each.account_id: chance.random() + bool(each.lost_on) for each in accounts}
            accounts.sort(key=lambda account: ranks[account.account_id])
            _rank_cases(world, accounts)
            for rank, account in enumerate(accounts, start=1):
                weight = (rank + RANK_SHIFT) ** -PARETO_SLOPE * chance.uniform(0.8, 1.25)
                appetites[account.account_id] = Appetite(weight, chance.gauss(0.0, 0.12))
    return appetites


def _rank_cases(world: World, accounts: list[Account]) -> None:
    ranks = {
        spec["account_id"]: spec["rank"] for spec in world.story["cases"].values() if "rank" in spec
    }
    for case in [account for account in accounts if account.account_id in ranks]:
        accounts.remove(case)
        accounts.insert(ranks[case.account_id] - 1, case)


def _cell_orders(
    world: World,
    chance: random.Random,
    quarter: Quarter,
    buyers: list[Account],
    appetites: dict[str, Appetite],
    cents: int,
) -> list[Order]:
    volumes = {
        account.account_id: _volume(world, chance, quarter, account, appetites[account.account_id])
        for account in buyers
    }
    active = [account for account in buyers if volumes[account.account_id] > 0]
    parts = split_total(cents, [volumes[account.account_id] for account in active])
    orders = []
    for account, part in zip(active, parts, strict=True):
        orders += _draw_orders(world, chance, account, customer_days(account, quarter.span), part)
    return orders


def _volume(
    world: World, chance: random.Random, quarter: Quarter, account: Account, appetite: Appetite
) -> float:
    days = customer_days(account, quarter.span)
    is_idle = chance.random() < SKIPPED_QUARTERS_OF_SMALL_ACCOUNTS
    if not world.calendar.workdays(days) or (is_idle and appetite.weight < SMALL_WEIGHT):
        return 0.0
    years = (quarter.span.first - world.story.history.first).days / 365
    mood = math.exp(appetite.yearly_growth * years + chance.gauss(0, 0.18))
    return appetite.weight * mood * days.days / quarter.span.days * _decline(account, quarter)


def _decline(account: Account, quarter: Quarter) -> float:
    if account.lost_on is None:
        return 1.0
    quarters_left = (account.lost_on - quarter.span.first).days // 92
    is_near = quarters_left < len(DECLINE_BEFORE_LOSS)
    return DECLINE_BEFORE_LOSS[quarters_left] if is_near else 1.0


def _draw_orders(
    world: World, chance: random.Random, account: Account, span: Span, cents: int
) -> list[Order]:
    """A sum as orders of uneven amounts on working days of the span."""
    days = world.calendar.workdays(span)
    products = _products_on_sale(world, span.first)
    chosen = [pick(chance, products) for _ in range(_order_count(chance, cents))]
    sizes = [
        world.words["products"][product]["mean_order"] * chance.lognormvariate(0, 0.45)
        for product in chosen
    ]
    amounts = split_total(cents, sizes)
    return [
        _draw_order(
            world, chance, account, _spread_day(chance, days, number, len(chosen)), product, amount
        )
        for number, (product, amount) in enumerate(zip(chosen, amounts, strict=True))
    ]


def _spread_day(chance: random.Random, days: Sequence[date], number: int, count: int) -> date:
    """A day in the place-th of equal parts: who orders often, orders regularly."""
    return days[int((number + chance.random()) / count * len(days))]


def _order_count(chance: random.Random, cents: int) -> int:
    usual = math.sqrt(cents / TEN_THOUSAND_YUAN / 2.2)
    return max(1, min(MOST_ORDERS, round_half(usual * chance.uniform(0.6, 1.3))))


def _products_on_sale(world: World, day: date) -> dict[str, float]:
    new = world.words["new_product"]["name"]
    is_on_sale = day >= world.story["new_product_on_sale_from"]
    products = world.words["products"].items()
    return {name: each["weight"] for name, each in products if is_on_sale or name != new}


def _draw_order(
    world: World,
    chance: random.Random,
    account: Account,
    day: date,
    product: str,
    amount: int,
) -> Order:
    margin = world.words["products"][product]["margin"] * chance.uniform(0.82, 1.14)
    kind = pick(chance, ORDER_KINDS)
    return Order("", account.account_id, day, amount, round_half(amount * margin), product, kind)


def _number_orders(orders: list[Order]) -> list[Order]:
    orders.sort(key=lambda order: (order.ordered_on, order.account_id, order.amount))
    for number, order in enumerate(orders, start=1):
        order.order_id = f"DD{number:06d}"
    return orders


def revenue_before(world: World, day: date) -> dict[str, int]:
    """Revenue by account of the twelve months before a day, in cents."""
    first = day.replace(year=day.year - 1)
    year = Span(first, day - DAY)
    revenue: dict[str, int] = defaultdict(int)
    for order in world.orders:
        if order.ordered_on in year:
            revenue[order.account_id] += order.amount
    return revenue
