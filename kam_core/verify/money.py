"""Revenue, whose it is, and how much of it stays."""

from fractions import Fraction
from math import ceil

from kam_core.verify.cases import Context, Parts, as_parts, count_hits, pair_amounts
from kam_core.verify.company import Amounts, sum_column
from kam_core.verify.days import trailing_months

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


def total_revenue(context: Context) -> Parts:
    return as_parts(context.company.revenue(context.period))


def revenue_by_account(context: Context) -> Amounts:
    return context.company.revenue(context.period)


def revenue_yoy(context: Context) -> Parts:
    company, period = context.company, context.period
    return pair_amounts(company.revenue(period), company.revenue(context.year_before("orders")))


def key_revenue_share(context: Context) -> Parts:
    key_ids = context.tiers.key_ids(context.period.first)
    return _share_of(context.company.revenue(context.period), key_ids)


def key_profit_share(context: Context) -> Parts:
    profit = sum_column(context.rows("orders", "ordered_on"), "gross_profit")
    return _share_of(profit, context.tiers.key_ids(context.period.first))


def top_share(context: Context) -> Parts:
    revenue = context.company.revenue(context.period)
    return _share_of(revenue, top_accounts(context, revenue))


def top_accounts(context: Context, revenue: Amounts) -> set[str]:
    """The accounts with the highest positive revenue of the whole company; ties by number."""
    ranked = sorted((-amount, a) for a, amount in revenue.items() if amount > 0)
    limit: Fraction = context.company.settings.limit("top.accounts")
    count = ceil(limit * len(ranked)) if limit < 1 else int(limit)
    return {account_id for _, account_id in ranked[:count]}


def share_of_wallet(context: Context) -> Parts:
    day = context.state_day("orders")
    revenue = context.company.revenue(trailing_months(YEAR, day))
    active = context.company.accounts[context.company.is_active(day)]
    budgets = {a: b for a, b in sum_column(active, "annual_purchase_budget").items() if b > 0}
    return {account_id: (revenue.get(account_id, 0), b) for account_id, b in budgets.items()}


def lifetime_profit(context: Context) -> Parts:
    """Every item up to the day the state is read: the profit of a lifetime, not of a quarter."""
    items = context.company.table("value_items")
    items = items[items["dated_on"] <= context.state_day("value_items")]
    profit: Amounts = {}
    for component, sign in SIGNS.items():
        amounts = sum_column(items[items["component"] == component], "amount")
        for account_id, amount in amounts.items():
            profit[account_id] = profit.get(account_id, 0) + sign * amount
    return as_parts(profit)


def revenue_retention(is_capped: bool, context: Context) -> Parts:
    """Revenue of twelve months against the twelve before, of the accounts of then.

    Capped, what an account grew does not make up for what another lost.
    """
    day = context.state_day("orders")
    now = context.company.revenue(trailing_months(YEAR, day))
    then = context.company.revenue(trailing_months(YEAR, day, skipped=YEAR))
    amounts = {}
    for account_id, before in then.items():
        if before > 0:
            kept = now.get(account_id, 0)
            amounts[account_id] = (max(0, min(kept, before)) if is_capped else kept, before)
    return amounts


def key_churn(context: Context) -> Parts:
    return _lost_accounts(context, context.tiers.key_ids(context.period.first), months=0)


def churn_annual(context: Context) -> Parts:
    return _lost_accounts(context, set(context.company.accounts.index), months=YEAR)


def _lost_accounts(context: Context, of: set[str], months: int) -> Parts:
    """Accounts active on the first day of the months that end with the period, or of itself."""
    window = trailing_months(months, context.period.last) if months else context.period
    accounts = context.company.accounts
    active = accounts[context.company.is_active(window.first) & accounts.index.isin(of)]
    return count_hits(active, window.contains(active["lost_on"]))


def _share_of(amounts: Amounts, chosen: set[str]) -> Parts:
    return {a: (amount if a in chosen else 0, amount) for a, amount in amounts.items()}
