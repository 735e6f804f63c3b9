"""Contracts that ended and opportunities that were decided."""

import pandas as pd

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

FURTHER_SALES = ("cross_sell", "upsell")


def renewal_rate(context: Context) -> Parts:
    ended = _ended_contracts(context)
    decided = ended[_is_decided(context, ended)]
    return count_hits(decided, decided["renewed"].fillna(False))


def undecided(context: Context) -> Amounts:
    """Contracts that ended lately and do not say whether they were renewed."""
    ended = _ended_contracts(context)
    return count_rows(ended[~_is_decided(context, ended)])


def renewal_uplift(context: Context) -> Parts:
    ended = _ended_contracts(context)
    renewed = ended[ended["renewed"].fillna(False) & ended["renewal_amount"].notna()]
    return pair_amounts(sum_column(renewed, "renewal_amount"), sum_column(renewed, "amount"))


def lost_projects(context: Context) -> Parts:
    return as_parts(count_rows(_decided_opportunities(context, "lost")))


def lost_amount(context: Context) -> Parts:
    lost = as_parts(sum_column(_decided_opportunities(context, "lost"), "amount"))
    return leave_open(lost, lost_without_amount(context))


def lost_without_amount(context: Context) -> Amounts:
    lost = _decided_opportunities(context, "lost")
    return count_rows(lost[lost["amount"].isna()])


def lost_share(context: Context) -> Parts:
    lost, orders = _compared(context)
    amounts = pair_amounts(sum_column(lost, "amount"), sum_column(orders, "amount"))
    return leave_open(amounts, count_rows(lost[lost["amount"].isna()]))


def compared_without_amount(which: int, context: Context) -> Amounts:
    """Lost projects (0) or orders (1) that say no amount, or one without a rate."""
    rows = _compared(context)[which]
    return count_rows(rows[rows["amount"].isna()])


def _compared(context: Context) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Projects lost and orders of the period, of the days that both tables speak of."""
    company, orders = context.company, context.rows("orders", "ordered_on")
    lost = _decided_opportunities(context, "lost")
    lost = lost[company.is_told(lost["closed_on"], "orders")]
    return lost, orders[company.is_told(orders["ordered_on"], "opportunities")]


def cross_sell_conversion(context: Context) -> Parts:
    decided = _decided_opportunities(context, "won", "lost")
    decided = decided[decided["kind"].isin(FURTHER_SALES)]
    return count_hits(decided, decided["outcome"] == "won")


def _ended_contracts(context: Context) -> pd.DataFrame:
    """Contracts are known ahead: those that end after the day of their table have not ended."""
    contracts = context.rows("contracts", "ends_on")
    return contracts[context.company.is_told(contracts["ends_on"], "contracts")]


def _is_decided(context: Context, contracts: pd.DataFrame) -> pd.Series:
    company = context.company
    after = pd.Timedelta(days=int(company.settings.limit("renewals.decided_after_days")))
    spoken_until = company.day_of("contracts")
    return contracts["renewed"].notna() | (contracts["ends_on"] + after < spoken_until)


def _decided_opportunities(context: Context, *outcomes: str) -> pd.DataFrame:
    closed = context.rows("opportunities", "closed_on")
    return closed[closed["outcome"].isin(outcomes)]
