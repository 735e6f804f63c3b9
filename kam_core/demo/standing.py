"""What is known of an account only once it has bought: second manager, budget, relationship."""

import random
from datetime import date

from kam_core.demo.accounts import person_names
from kam_core.demo.chance import draw_sample, pick, round_half
from kam_core.demo.dates import DAY
from kam_core.demo.orders import TEN_THOUSAND_YUAN, revenue_before
from kam_core.demo.rows import Account
from kam_core.demo.world import World, is_key

EXPERTS = 5
USUALLY_CONTRACTED = 0.9  # of what an account buys in a year
LEVELS = ("basic", "preferred", "partner", "strategic")
LEVEL_CUTS_CENTS = (100_000_000, 400_000_000, 1_200_000_000)


def settle_standing(world: World) -> None:
    chance = world.stream("standing")
    as_of = world.story.as_of
    revenue = revenue_before(world, as_of + DAY)
    _appoint_experts(world, chance)
    for account in world.accounts:
        bought = revenue[account.account_id]
        account.annual_purchase_budget = _draw_budget(chance, account, bought)
        if bought:
            account.annual_contract_value = _in_ten_thousands(bought * USUALLY_CONTRACTED)
        if not account.relationship_level:
            _set_relationship(chance, account, bought)
    _agree_standards(world, chance)
    budget = world.story["cases"]["G"]["annual_purchase_budget"]
    world.case("G").annual_purchase_budget = budget


def top_accounts(world: World, day: date) -> set[str]:
    """The active accounts with the highest revenue of the twelve months ending on a day."""
    revenue = revenue_before(world, day + DAY)
    active = {account.account_id for account in world.customers if account.lost_on is None}
    ranked = sorted(active, key=lambda account_id: (-revenue[account_id], account_id))
    return set(ranked[: world.story["top_accounts"]])


def _appoint_experts(world: World, chance: random.Random) -> None:
    """Second managers for some of the top accounts and some others.

    The top accounts at the review quarter's end and at the as-of date may differ by a few: those in
    only one of the two lists get none, so that the story's share holds on both days.
    """
    story = world.story
    ends = top_accounts(world, story.review_quarter.span.last)
    now = top_accounts(world, story.as_of)
    pilot = world.case("H").account_id
    count = story["top_accounts_with_both_managers"] - (pilot in ends & now)
    chosen = draw_sample(chance, sorted(ends & now - {pilot}), count, lambda _: 1.0)
    others = _key_accounts_outside(world, ends | now | {pilot})
    more = story["further_accounts_with_both_managers"]
    chosen += [pilot, *draw_sample(chance, others, more, lambda _: 1.0)]
    experts = _choose_experts(world, chance)
    for number, account_id in enumerate(chosen):
        world.account(account_id).expert_manager = experts[number % EXPERTS]


def _key_accounts_outside(world: World, excluded: set[str]) -> list[str]:
    day = world.story.review_quarter.span.first
    keys = [each for each in world.customers if is_key(each, day) and each.lost_on is None]
    return [each.account_id for each in keys if each.account_id not in excluded]


def _choose_experts(world: World, chance: random.Random) -> list[str]:
    names = person_names(world)
    managers = {account.account_manager for account in world.accounts}
    unused = (name for name in names if name not in managers)
    experts = [next(unused) for _ in range(EXPERTS)]
    for expert in experts:
        world.diligence[expert] = chance.uniform(1.0, 1.3)
    return experts


def _agree_standards(world: World, chance: random.Random) -> None:
    """Some key accounts have hours of their own for the first answer of support."""
    spec, hours = world.story, world.words["standards"]["hours"]
    keys = [each for each in world.customers if is_key(each, spec.as_of)]
    for account in draw_sample(chance, keys, spec["accounts_with_own_standard"], lambda _: 1.0):
        account.response_standard_hours = int(pick(chance, hours))


def _draw_budget(chance: random.Random, account: Account, bought: int) -> int | None:
    """What the account buys of our kind a year; some never told us."""
    if account.status == "prospect":
        return chance.randrange(80, 1500) * TEN_THOUSAND_YUAN
    if chance.random() < 0.12 or not bought:
        return None
    share_of_wallet = 0.12 + chance.betavariate(2.2, 2.6) * 0.75
    return _in_ten_thousands(bought / share_of_wallet)


def _in_ten_thousands(cents: float) -> int:
    return max(1, round_half(cents / TEN_THOUSAND_YUAN)) * TEN_THOUSAND_YUAN


def _set_relationship(chance: random.Random, account: Account, bought: int) -> None:
    reached = sum(bought >= cut for cut in LEVEL_CUTS_CENTS)
    level = min(3, max(0, reached + chance.choice((-1, 0, 0, 0, 1))))
    account.relationship_level = LEVELS[level]
    account.relationship_target = LEVELS[min(3, level + chance.choice((0, 1, 1)))]
