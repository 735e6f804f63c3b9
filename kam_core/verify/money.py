"""Revenue, whose it is, and how much of it stays."""

from fractions import Fraction
from math import ceil

from kam_core.verify.cases import (
    Context,
    Parts,
    as_parts,
    count_hits,
    count_rows,
    leave_open,
    pair_amounts,
)
from kam_core.verify.company import Amounts, sum_column
from kam_core.verify.days import DayRange, trailing_months

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
    return leave_open(as_parts(context.company.revenue(context.period)), without_rate(context))


def revenue_by_account(context: Context) -> Amounts:
    return context.company.revenue(context.period)


def revenue_yoy(context: Context) -> Parts:
    company, period = context.company, context.period
    sold = pair_amounts(company.revenue(period), company.revenue(context.year_before("orders")))
    return leave_open(sold, without_rate(context))


def key_revenue_share(context: Context) -> Parts:
    key_ids = context.tiers.key_ids(context.period.first)
    waiting = {a: n for a, n in without_rate(context).items() if a in key_ids}
    return leave_open(_share_of(context.company.revenue(context.period), key_ids), waiting)


def key_profit_share(context: Context) -> Parts:
    profit = sum_column(context.rows("orders", "ordered_on"), "gross_profit")
    key_ids = context.tiers.key_ids(context.period.first)
    silent = {a: n for a, n in without_profit(context).items() if a in key_ids}
    return leave_open(_share_of(profit, key_ids), silent)


def top_share(context: Context) -> Parts:
    revenue = context.company.revenue(context.period)
    return leave_open(_share_of(revenue, top_accounts(context, revenue)), without_rate(context))


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
    parts: Parts = {a: (revenue.get(a, 0), budget) for a, budget in budgets.items()}
    return leave_open(parts, wallets_without_rate(context))


def wallets_without_rate(context: Context) -> Amounts:
    """Orders without a rate of the accounts that have a wallet, in its twelve months."""
    day = context.state_day("orders")
    active = context.company.accounts[context.company.is_active(day)]
    budgets = sum_column(active, "annual_purchase_budget")
    waiting = _count_waiting(context, trailing_months(YEAR, day))
    return {a: n for a, n in waiting.items() if budgets.get(a, 0) > 0}


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
    waiting = _count_waiting(context, trailing_months(YEAR, day))
    amounts: Parts = {}
    for account_id, before in then.items():
        if before > 0:
            kept = now.get(account_id, 0)
            is_open = not kept and account_id in waiting
            capped = max(0, min(kept, before)) if is_capped else kept
            amounts[account_id] = (None if is_open else capped, before)
    return amounts


def without_rate(context: Context) -> Amounts:
    """Orders of the period whose amount has no rate."""
    return _count_waiting(context, context.period)


def both_years_without_rate(context: Context) -> Amounts:
    """The same, and those of the days of last year that are compared."""
    then = _count_waiting(context, context.year_before("orders"))
    now = without_rate(context)
    return {a: now.get(a, 0) + then.get(a, 0) for a in {*now, *then}}


def two_years_without_rate(context: Context) -> Amounts:
    """Those of the twenty-four months that retention reads."""
    return _count_waiting(context, trailing_months(2 * YEAR, context.state_day("orders")))


def without_profit(context: Context) -> Amounts:
    orders = context.rows("orders", "ordered_on")
    return count_rows(orders[orders["gross_profit"].isna()])


def _count_waiting(context: Context, span: DayRange) -> Amounts:
    orders = context.company.rows_within("orders", "ordered_on", span)
    return count_rows(orders[orders["amount"].isna()])


def key_churn(context: Context) -> Parts:
    return _lost_accounts(context, context.tiers.key_ids(context.period.first), months=0)


def churn_annual(context: Context) -> Parts:
    return _lost_accounts(context, set(context.company.accounts.index), months=YEAR)


def _lost_accounts(context: Context, of: set[str], months: int) -> Parts:
    """Accounts active on the first day of the months that end with the period, or of itself."""
    window = trailing_months(months, context.period.last) if months else context.period
    accounts = context.company.accounts
    active = accounts[context.company.is_active(window.first) & accounts.index.isin(of)]
    parts = count_hits(active, window.contains(active["lost_on"]))
    return leave_open(parts, lost_some_day(context))


def lost_some_day(context: Context) -> Amounts:
    """Accounts that are lost and do not say when: it may have been in the period."""
    a = context.company.accounts
    has_begun = a["customer_since"].isna() | (a["customer_since"] <= context.period.last)
    is_silent = (a["status"] == "lost").fillna(False) & a["lost_on"].isna() & has_begun
    return dict.fromkeys(a.index[is_silent], 1)


def _share_of(amounts: Amounts, chosen: set[str]) -> Parts:
    return {a: (amount if a in chosen else 0, amount) for a, amount in amounts.items()}
