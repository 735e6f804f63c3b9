"""Amounts as figures add them up: returns are negative, other currencies at the rate of the day."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import pandas as pd

from kam_core.contract.declaration import Table

# Rates are whole numbers of the last digit, as all figures of a version here.
DIGITS_OF_RATE = 6


def signed_amounts(rows: pd.DataFrame, table: Table) -> pd.DataFrame:
    """The rows with the amounts of returns negative; the first amount says which way all turn."""
    for column, values in table.negative.items():
        first, *others = table.amounts
        is_negative = rows[column].isin(values)
        turns = is_negative & (rows[first] > 0).fillna(False)
        for name in (first, *others):
            rows[name] = rows[name].where(~turns, -rows[name])
    return rows


def in_reporting_currency(
    rows: pd.DataFrame, table: Table, currency: str | None, rates: pd.DataFrame, as_of: pd.Timestamp
) -> pd.DataFrame:
    """The rows with amounts of other currencies converted to cents, or empty without a rate."""
    if table.currency is None:
        return rows
    is_other = rows[table.currency].notna() & (rows[table.currency] != currency)
    for position in rows.index[is_other]:
        day = _first_day(rows.loc[position], table, as_of)
        rate = _rate_on(rates, rows.at[position, table.currency], day)
        for name in table.amounts:
            rows.at[position, name] = _convert_cents(rows.at[position, name], rate)
    return rows


def _first_day(row: pd.Series, table: Table, as_of: pd.Timestamp) -> pd.Timestamp:
    days = [row[name] for name in table.event_date if pd.notna(row[name])]
    return days[0] if days else as_of


def _rate_on(rates: pd.DataFrame, currency: str, day: pd.Timestamp) -> int | None:
    applicable = rates[(rates["currency"] == currency) & (rates["applies_from"] <= day)]
    if applicable.empty:
        return None
    return int(applicable.sort_values("applies_from")["rate"].iloc[-1])


def _convert_cents(amount: Any, rate: int | None) -> Any:
    """Cents at a rate, rounded half away from zero."""
    if rate is None or pd.isna(amount):
        return pd.NA
    exact = (Decimal(int(amount)) * rate).scaleb(-DIGITS_OF_RATE)
    return int(exact.quantize(Decimal(1), rounding=ROUND_HALF_UP))
