"""Revenue, whose it is, and how much of it stays."""

from collections.abc import Callable
from fractions import Fraction
from math import ceil

from kam_core.verify.cases import Asked, Parts, alone, over, shares
from kam_core.verify.company import Amounts, total
from kam_core.verify.days import trailing

YEAR = 12
SIGNS = {
    "base_profit": 1,
    "cross_sell_profit": 1,
    "cost_saving": 1,
    "referral_profit": 1,
    "acquisition_cost": -1,
    "price_concession": -1,
    "referral_damage": -1,
}


def revenue(asked: Asked) -> Parts:
    return alone(asked.company.revenue(asked.period))


def revenue_by_account(asked: Asked) -> Amounts:
    return asked.company.revenue(asked.period)


def revenue_yoy(asked: Asked) -> Parts:
    company, period = asked.company, asked.period
    return over(company.revenue(period), company.revenue(period.year_before()))


def key_revenue_share(asked: Asked) -> Parts:
    return _part_of(asked.company.revenue(asked.period), asked.tiers.key(asked.period.first))


def key_profit_share(asked: Asked) -> Parts:
    profit = total(asked.rows("orders", "ordered_on"), "gross_profit")
    return _part_of(profit, asked.tiers.key(asked.period.first))


def top_share(asked: Asked) -> Parts:
    revenue = asked.company.revenue(asked.period)
    return _part_of(revenue, top(asked, revenue))


def top(asked: Asked, revenue: Amounts) -> set[str]:
    """The accounts with the highest positive revenue of the whole company; ties by number."""
    ranked = sorted((-amount, a) for a, amount in revenue.items() if amount > 0)
    wanted: Fraction = asked.company.settings.limit("top.accounts")
    count = ceil(wanted * len(ranked)) if wanted < 1 else int(wanted)
    return {account_id for _, account_id in ranked[:count]}


def share_of_wallet(asked: Asked) -> Parts:
    revenue = asked.company.revenue(trailing(YEAR, asked.until))
    there = asked.company.accounts[asked.company.is_active(asked.until)]
    budgets = {a: b for a, b in total(there, "annual_purchase_budget").items() if b > 0}
    return {account_id: (revenue.get(account_id, 0), b) for account_id, b in budgets.items()}


def lifetime_profit(asked: Asked) -> Parts:
    """Every item up to the day the state is read: the profit of a lifetime, not of a quarter."""
    items = asked.company.table("value_items")
    items = items[items["dated_on"] <= asked.until]
    found: Amounts = {}
    for component, sign in SIGNS.items():
        for account_id, amount in total(items[items["component"] == component], "amount").items():
            found[account_id] = found.get(account_id, 0) + sign * amount
    return alone(found)


def retention(is_capped: bool) -> Callable[[Asked], Parts]:
    """Revenue of twelve months against the twelve before, of the accounts of then.

    Capped, what an account grew does not make up for what another lost.
    """

    def cases(asked: Asked) -> Parts:
        now = asked.company.revenue(trailing(YEAR, asked.until))
        then = asked.company.revenue(trailing(YEAR, asked.until, skipped=YEAR))
        found = {}
        for account_id, before in then.items():
            if before > 0:
                kept = now.get(account_id, 0)
                found[account_id] = (max(0, min(kept, before)) if is_capped else kept, before)
        return found

    return cases


def key_churn(asked: Asked) -> Parts:
    return _lost(asked, asked.tiers.key(asked.period.first), months=0)


def churn_annual(asked: Asked) -> Parts:
    return _lost(asked, set(asked.company.accounts.index), months=YEAR)


def _lost(asked: Asked, of: set[str], months: int) -> Parts:
    """Accounts active on the first day of the months that end with the period, or of itself."""
    window = trailing(months, asked.period.last) if months else asked.period
    accounts = asked.company.accounts
    there = accounts[asked.company.is_active(window.first) & accounts.index.isin(of)]
    return shares(there, window.holds(there["lost_on"]))


def _part_of(amounts: Amounts, chosen: set[str]) -> Parts:
    return {a: (amount if a in chosen else 0, amount) for a, amount in amounts.items()}
