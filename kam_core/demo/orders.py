"""Orders that add up, to the cent, to the revenue by quarter, region and kind of account."""

import math
import random
from collections import defaultdict
from datetime import date
from typing import NamedTuple

from kam_core.demo.chance import pick, round_half, split_total
from kam_core.demo.dates import DAY, Span, quarter_name
from kam_core.demo.rows import Account, Order, number_rows
from kam_core.demo.story import Quarter
from kam_core.demo.world import QuarterDraw, World, customer_days, has_key_potential, is_key

ORDER_KINDS = {"base": 0.76, "cross_sell": 0.14, "upsell": 0.10}
PARETO_SLOPE = 0.9
RANK_SHIFT = 1.5  # without it a region hangs on its first account
SMALL_WEIGHT = 0.07
SKIPPED_QUARTERS_OF_SMALL_ACCOUNTS = 0.25
DECLINE_BEFORE_LOSS = (0.2, 0.45, 0.7)  # of the usual volume: last quarter, the one before, ...
MOST_ORDERS = 24  # of an account in a quarter
TEN_THOUSAND_YUAN = 1_000_000  # in cents


class Appetite(NamedTuple):
    """How much an account buys: its weight in its region and how that changes with the years."""

    weight: float
    yearly_growth: float


def add_orders(world: World) -> None:
    draws = world.draws("orders")
    orders = _case_orders(world, draws[0].chance)
    case_ids = {order.account_id for order in orders}
    appetites = _draw_appetites(world, world.stream("appetites"))
    sold: dict[tuple[str, str, bool], int] = defaultdict(int)
    for order in orders:
        region = world.account(order.account_id).region
        sold[quarter_name(order.ordered_on), region, True] += order.amount
    for draw in draws:
        first = draw.quarter.calendar_span.first
        buyers = [each for each in world.customers if each.account_id not in case_ids]
        for (region, key), cents in _revenue_cells(world, draw.quarter).items():
            of_cell = [b for b in buyers if b.region == region and is_key(b, first) == key]
            rest = cents - sold[draw.quarter["name"], region, key]
            orders += _cell_orders(draw, of_cell, appetites, rest)
    world.orders = number_rows(
        orders, "order_id", "DD{:06d}", lambda row: (row.ordered_on, row.account_id, row.amount)
    )


def _case_orders(world: World, chance: random.Random) -> list[Order]:
    """Orders of the case accounts whose sales the story gives to the cent."""
    return [
        order
        for sales in world.story["sales"]
        for first, last, cents in sales["spans"]
        for order in _draw_orders(
            world, chance, world.case(sales["case"]), Span(first, last), cents
        )
    ]


def _revenue_cells(world: World, quarter: Quarter) -> dict[tuple[str, bool], int]:
    """Revenue of a quarter by region and whether key accounts bring it."""
    is_told = quarter == world.story.review_quarter
    regions = world.story["story_revenue"] if is_told else _draw_regions(world, quarter)
    return {
        (name, is_key): cents["key"] if is_key else cents["total"] - cents["key"]
        for name, cents in regions.items()
        for is_key in (True, False)
    }


def _draw_regions(world: World, quarter: Quarter) -> dict[str, dict[str, int]]:
    """What the story tells of its own quarter, for another one: total and key sales by region."""
    chance = world.stream(f"regions/{quarter['name']}")
    regions = world.story["regions"]
    weights = [region["revenue_share"] * chance.uniform(0.96, 1.04) for region in regions.values()]
    totals = split_total(quarter["revenue"], weights)
    return {
        name: {
            "total": total,
            "key": round_half(total * region["key_share"] * chance.uniform(0.98, 1.02)),
        }
        for (name, region), total in zip(regions.items(), totals, strict=True)
    }


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
    cases = world.story["cases"].values()
    ranks = {spec["account_id"]: spec["rank"] for spec in cases if "rank" in spec}
    for case in [account for account in accounts if account.account_id in ranks]:
        accounts.remove(case)
        accounts.insert(ranks[case.account_id] - 1, case)


def _cell_orders(
    draw: QuarterDraw, buyers: list[Account], appetites: dict[str, Appetite], cents: int
) -> list[Order]:
    volumes = [_volume(draw, account, appetites[account.account_id]) for account in buyers]
    active = [(each, size) for each, size in zip(buyers, volumes, strict=True) if size > 0]
    parts = split_total(cents, [volume for _, volume in active])
    span = draw.quarter.span
    return [
        order
        for (account, _), part in zip(active, parts, strict=True)
        for order in _draw_orders(
            draw.world, draw.chance, account, customer_days(account, span), part
        )
    ]


def _volume(draw: QuarterDraw, account: Account, appetite: Appetite) -> float:
    world, chance, span = draw.world, draw.chance, draw.quarter.span
    days = customer_days(account, span)
    is_idle = chance.random() < SKIPPED_QUARTERS_OF_SMALL_ACCOUNTS
    if not world.calendar.workdays(days) or (is_idle and appetite.weight < SMALL_WEIGHT):
        return 0.0
    years = (span.first - world.story.history.first).days / 365
    mood = math.exp(appetite.yearly_growth * years + chance.gauss(0, 0.18))
    return appetite.weight * mood * days.days / span.days * _decline(account, draw.quarter)


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
    days, words = world.calendar.workdays(span), world.words["products"]
    on_sale = _products_on_sale(world, span.first)
    chosen = [pick(chance, on_sale) for _ in range(_order_count(chance, cents))]
    sizes = [words[product]["mean_order"] * chance.lognormvariate(0, 0.45) for product in chosen]
    orders = []
    for number, amount in enumerate(split_total(cents, sizes)):
        # One in each of as many equal parts: who orders often, orders regularly.
        day = days[int((number + chance.random()) / len(chosen) * len(days))]
        margin = words[chosen[number]]["margin"] * chance.uniform(0.82, 1.14)
        profit, kind = round_half(amount * margin), pick(chance, ORDER_KINDS)
        orders.append(Order(account.account_id, day, amount, profit, chosen[number], kind))
    return orders


def _order_count(chance: random.Random, cents: int) -> int:
    usual = math.sqrt(cents / TEN_THOUSAND_YUAN / 2.2)
    return max(1, min(MOST_ORDERS, round_half(usual * chance.uniform(0.6, 1.3))))


def _products_on_sale(world: World, day: date) -> dict[str, float]:
    new = world.words["new_product"]["name"]
    is_on_sale = day >= world.story["new_product_on_sale_from"]
    products = world.words["products"].items()
    return {name: each["weight"] for name, each in products if is_on_sale or name != new}


def revenue_before(world: World, day: date) -> dict[str, int]:
    """Revenue by account of the twelve months before a day, in cents."""
    first = day.replace(year=day.year - 1)
    year = Span(first, day - DAY)
    revenue: dict[str, int] = defaultdict(int)
    for order in world.orders:
        if order.ordered_on in year:
            revenue[order.account_id] += order.amount
    return revenue
