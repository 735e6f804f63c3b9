"""The accounts: who they are, where, since when, until when, and who looks after them."""

import random
from collections.abc import Iterator
from datetime import date

from kam_core.demo.chance import draw_sample, pick, split_total
from kam_core.demo.dates import DAY, Span, list_months
from kam_core.demo.rows import Account
from kam_core.demo.story import Quarter
from kam_core.demo.world import KEY_POTENTIAL, World

OLDEST_CUSTOMER = date(2012, 3, 1)


def add_accounts(world: World) -> None:
    """Fill the world with accounts and the people who look after them."""
    chance = world.stream("accounts")
    cases = [_case_account(world, chance, spec) for spec in world.story["cases"].values()]
    others = _other_accounts(world, chance, [account.lost_on for account in cases])
    world.accounts = sorted(cases + others, key=lambda account: account.account_id)
    for account in world.accounts:
        account.region_en = world.story["regions"][account.region]["english"]
        _rate_account(world, chance, account)
    _assign_managers(world, chance)
    _explain_losses(world, world.stream("losses"))


def _other_accounts(
    world: World, chance: random.Random, cases_lost_on: list[date | None]
) -> list[Account]:
    lives = list(_account_lives(world, chance, cases_lost_on))
    ids = _free_ids(world, len(lives), chance)
    regions = _assign_regions(world, chance, lives)
    accounts = [
        Account(
            account_id,
            name,
            region,
            industry,
            customer_since=since,
            status="prospect" if role == "prospect" else "lost" if lost_on else "active",
            lost_on=lost_on,
            growth_potential=_draw_potential(chance, role == "key"),
            account_name_en=english,
        )
        for account_id, region, (role, since, lost_on), (industry, name, english) in zip(
            ids, regions, lives, _invent_names(world, chance), strict=False
        )
    ]
    prospects = [account for account in accounts if account.status == "prospect"]
    for account in prospects[: world.story["unrated_prospects"]]:
        account.growth_potential = None
    return accounts


def _account_lives(
    world: World, chance: random.Random, cases_lost_on: list[date | None]
) -> Iterator[tuple[str, date | None, date | None]]:
    """(role, customer since, lost on) of each account that is no case, long-standing first.

    The cases are key accounts.
    """
    story = world.story
    for role, in_cases in (("key", cases_lost_on.count(None)), ("other", 0)):
        joined = sum(quarter[f"new_{role}"] for quarter in story.quarters)
        for _ in range(story["accounts_active_at_end"][role] - joined - in_cases):
            yield role, _early_day(world, chance), None
    for role in ("key", "other"):
        for quarter in story.quarters:
            for number in _other_losses(quarter, role, cases_lost_on):
                yield role, _early_day(world, chance), _change_day(world, chance, quarter, number)
            for number in range(quarter[f"new_{role}"]):
                yield role, _change_day(world, chance, quarter, number), None
    for _ in range(story["prospects"]):
        yield "prospect", None, None


def _other_losses(quarter: Quarter, role: str, cases_lost_on: list[date | None]) -> Iterator[int]:
    """The losses of a quarter by number, but for the place a case takes: that of its month."""
    taken = {(day.month - 1) % 3 for day in cases_lost_on if day and day in quarter.span}
    for number in range(quarter[f"lost_{role}"]):
        if role != "key" or number not in taken:
            yield number


def _early_day(world: World, chance: random.Random) -> date:
    reach = (world.story.history.first - OLDEST_CUSTOMER).days
    return OLDEST_CUSTOMER + DAY * chance.randrange(reach)


def _change_day(world: World, chance: random.Random, quarter: Quarter, number: int) -> date:
    """A day inside a month, the first change of a quarter in its first month and so on.

    Never a month's first or last day: the number of months an account owes a callback in is then
    known from the month alone.
    """
    in_quarter = list_months(quarter.span)
    month = in_quarter[number % len(in_quarter)]
    inside = Span(month.first + 2 * DAY, month.last - 3 * DAY).overlap(quarter.span)
    return world.calendar.workday(chance, inside)


def _free_ids(world: World, count: int, chance: random.Random) -> list[str]:
    taken = {spec["account_id"] for spec in world.story["cases"].values()}
    numbered = (f"KH{number:04d}" for number in range(1, count + len(taken) + 1))
    ids = [account_id for account_id in numbered if account_id not in taken]
    chance.shuffle(ids)
    return ids


def _assign_regions(world: World, chance: random.Random, lives: list[tuple]) -> list[str]:
    """Long-standing key and other accounts spread over all regions by size, the rest at random."""
    sizes = {name: region["accounts"] for name, region in world.story["regions"].items()}
    for spec in world.story["cases"].values():
        sizes[spec["region"]] -= 1
    placed: list[str] = []
    for role in ("key", "other"):
        count = sum(1 for life in lives if life[0] == role and _is_long_standing(world, life))
        for name, share in zip(sizes, split_total(count, list(sizes.values())), strict=True):
            placed += [name] * share
    rest = [name for name, size in sizes.items() for _ in range(size - placed.count(name))]
    chance.shuffle(rest)
    return placed + rest


def _is_long_standing(world: World, life: tuple) -> bool:
    _, since, lost_on = life
    return since is not None and since < world.story.history.first and lost_on is None


def _invent_names(world: World, chance: random.Random) -> Iterator[tuple[str, str, str]]:
    """Industry, name and English name of one company after the other, no two alike."""
    taken = {spec["brand"] for spec in world.story["cases"].values()}
    companies = world.words["companies"]
    pairs = [
        (brand, industry, trade)
        for brand in companies["brands"]
        for industry, trades in companies["industries"].items()
        for trade in trades
        if brand not in taken
    ]
    for brand, industry, trade in draw_sample(chance, pairs, len(pairs), lambda _: 1.0):
        yield industry, *_company_names(companies, chance, brand, industry, trade)


def _company_names(
    companies: dict, chance: random.Random, brand: str, industry: str, trade: str
) -> tuple[str, str]:
    form, forms = companies["usual_form"], companies["forms"]
    if chance.random() > companies["usual_form_share"]:
        form = chance.choice(list(forms))
    english = (companies["brands"][brand], companies["industries"][industry][trade], forms[form])
    return f"{brand}{trade}{form}", " ".join(english)


def _case_account(world: World, chance: random.Random, spec: dict) -> Account:
    companies, industry = world.words["companies"], spec["industry"]
    trade = chance.choice(list(companies["industries"][industry]))
    name, english = _company_names(companies, chance, spec["brand"], industry, trade)
    return Account(
        spec["account_id"],
        name,
        spec["region"],
        industry,
        customer_since=_early_day(world, chance),
        status="lost" if "lost_on" in spec else "active",
        lost_on=spec.get("lost_on"),
        growth_potential=spec["potential"],
        relationship_level=spec["level"],
        relationship_target=spec["target"],
        lost_reason=spec.get("lost_reason", ""),
        lost_to=spec.get("lost_to", ""),
        account_name_en=english,
    )


def _draw_potential(chance: random.Random, is_key: bool) -> int:
    if is_key:
        return min(97, KEY_POTENTIAL + int(chance.betavariate(1.6, 2.2) * 38))
    return 8 + int(chance.betavariate(2.4, 1.8) * (KEY_POTENTIAL - 8))


def _rate_account(world: World, chance: random.Random, account: Account) -> None:
    """Scores that lean on the potential, and the tier the sales people say it has."""
    potential = account.growth_potential or 50
    account.industry_influence = _draw_score(chance, 0.5 * potential + 22, 15)
    account.strategic_fit = _draw_score(chance, 0.6 * potential + 20, 12)
    account.relative_advantage = _draw_score(chance, 56, 17)
    account.financial_risk = _draw_score(chance, 48 if account.lost_on else 30, 15)
    account.compliance_risk = _draw_score(chance, 26, 12)
    account.industry_risk = _draw_score(chance, 38, 15)
    role = "key" if potential >= KEY_POTENTIAL else "other"
    account.declared_tier = chance.choice(world.words["declared_tiers"][role])


def _draw_score(chance: random.Random, centre: float, spread: float) -> int:
    return min(98, max(3, round(chance.gauss(centre, spread))))


def _assign_managers(world: World, chance: random.Random) -> None:
    """Deal each region's accounts to its managers in turn, those that stay for good first."""
    people = person_names(world)
    for name, region in world.story["regions"].items():
        managers = [next(people) for _ in range(region["managers"])]
        for manager in managers:
            world.diligence[manager] = region["diligence"] * chance.uniform(0.8, 1.25)
        accounts = [account for account in world.accounts if account.region == name]
        chance.shuffle(accounts)
        accounts.sort(key=lambda account: account.status != "active")
        for number, account in enumerate(accounts):
            account.account_manager = managers[number % len(managers)]


def _explain_losses(world: World, chance: random.Random) -> None:
    """Why each account left that a case does not tell of, and to whom where that is known."""
    words = world.words["losses"]
    for account in world.accounts:
        if account.lost_on and not account.lost_reason:
            account.lost_reason = pick(chance, words["reasons"])
            is_named = chance.random() < words["named_share"]
            if account.lost_reason == "competitor" or is_named:
                account.lost_to = chance.choice(words["competitors"])


def person_names(world: World) -> Iterator[str]:
    """Invented names, no two alike; the managers take the first ones."""
    people = world.words["people"]
    names = [surname + given for surname in people["surnames"] for given in people["given"]]
    chance = world.stream("people")
    yield from draw_sample(chance, names, len(names), lambda _: 1.0)
