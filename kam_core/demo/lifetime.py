"""Lifetime profit items and the people to talk to."""

import random
from collections import defaultdict
from datetime import date

from kam_core.demo.accounts import person_names
from kam_core.demo.chance import pick, round_half
from kam_core.demo.dates import quarter_name, quarter_span
from kam_core.demo.rows import Account, Contact, ValueItem
from kam_core.demo.world import World, has_key_potential

PROFIT_OF_ORDERS = {
    "base": "base_profit",
    "cross_sell": "cross_sell_profit",
    "upsell": "cross_sell_profit",
}
OCCASIONAL = {  # component -> (how often a quarter, share of the quarter's revenue it comes to)
    "cost_saving": (0.10, 0.012),
    "referral_profit": (0.04, 0.03),
    "price_concession": (0.22, 0.018),
    "referral_damage": (0.03, 0.015),
}
ACQUISITION_SHARE = (0.03, 0.12)
LEVELS = ("executive", "management", "working")
MORE_CONTACTS = {"management": 0.5, "working": 0.5}
SECOND_CONTACT_SHARE = 0.25


def add_value_items(world: World) -> None:
    chance = world.stream("value_items")
    rows = _order_profits(world) + _occasional_items(world, chance) + _acquisitions(world, chance)
    rows.sort(key=lambda row: (row.dated_on, row.account_id, row.component))
    world.value_items = rows


def _closing_day(world: World, account_id: str, quarter: str) -> date:
    lost_on = world.account(account_id).lost_on or world.story.as_of
    return min(quarter_span(quarter).last, lost_on, world.story.as_of)


def _order_profits(world: World) -> list[ValueItem]:
    """The gross profit of a quarter's orders, booked on its last day."""
    profits: dict[tuple[str, str, str], int] = defaultdict(int)
    for order in world.orders:
        component = PROFIT_OF_ORDERS[order.kind]
        profits[order.account_id, quarter_name(order.ordered_on), component] += order.gross_profit
    return [
        ValueItem(account_id, _closing_day(world, account_id, quarter), component, cents)
        for (account_id, quarter, component), cents in profits.items()
    ]


def _occasional_items(world: World, chance: random.Random) -> list[ValueItem]:
    revenue: dict[tuple[str, str], int] = defaultdict(int)
    for order in world.orders:
        revenue[order.account_id, quarter_name(order.ordered_on)] += order.amount
    rows = []
    for (account_id, quarter), cents in revenue.items():
        for component, (likelihood, share) in OCCASIONAL.items():
            if chance.random() < likelihood:
                amount = round_half(cents * share * chance.uniform(0.4, 1.8))
                day = _closing_day(world, account_id, quarter)
                rows.append(ValueItem(account_id, day, component, amount))
    return rows


def _acquisitions(world: World, chance: random.Random) -> list[ValueItem]:
    """What winning the customers of these three years has cost."""
    return [
        ValueItem(
            account.account_id,
            account.customer_since,
            "acquisition_cost",
            round_half((account.annual_contract_value or 0) * chance.uniform(*ACQUISITION_SHARE)),
        )
        for account in world.customers
        if account.customer_since in world.story.history
    ]


def add_contacts(world: World) -> None:
    """Contacts of every account: all three levels at key accounts, not always at the others."""
    chance = world.stream("contacts")
    names = [name for name in person_names(world) if name not in world.diligence]
    for account in world.accounts:
        for level in _contact_levels(chance, account):
            _add_contact(world, chance, account, level, chance.choice(names))
    _name_contacts_met(world, world.stream("contacts met"))


def _name_contacts_met(world: World, chance: random.Random) -> None:
    """Whom each interaction met: one contact of its level, at times a second one."""
    of_level: dict[tuple[str, str], list[str]] = defaultdict(list)
    for contact in world.contacts:
        of_level[contact.account_id, contact.level].append(contact.contact_id)
    for row in world.interactions:
        ids = of_level[row.account_id, row.contact_level]
        if row.status == "completed" and ids:
            several = 1 + (chance.random() < SECOND_CONTACT_SHARE)
            row.contact_id = ";".join(sorted(chance.sample(ids, min(len(ids), several))))


def _contact_levels(chance: random.Random, account: Account) -> list[str]:
    if account.customer_since and has_key_potential(account):
        return [*LEVELS, *(pick(chance, MORE_CONTACTS) for _ in range(chance.randrange(4)))]
    levels = ["working", "management"] + ["executive"] * (chance.random() < 0.4)
    return levels + ["working"] * chance.randrange(2)


def _add_contact(
    world: World, chance: random.Random, account: Account, level: str, name: str
) -> None:
    number = len(world.contacts) + 1
    domain = chance.choice(("example.com", "example.cn"))
    world.contacts.append(
        Contact(
            f"LX{number:05d}",
            account.account_id,
            level,
            name,
            chance.choice(world.words["titles"][level]),
            f"lx{number:05d}@{account.account_id.lower()}.{domain}",
            f"000-5550-{number:04d}",
        )
    )
