"""Contracts that ended and opportunities that were decided."""

import pandas as pd

from kam_core.verify.cases import Asked, Parts, alone, counts, is_text, over, shares
from kam_core.verify.company import total

FURTHER_SALES = ("cross_sell", "upsell")


def renewal_rate(asked: Asked) -> Parts:
    ended = _ended(asked)
    return shares(ended, ended["renewed"].fillna(False))


def renewal_uplift(asked: Asked) -> Parts:
    ended = _ended(asked)
    renewed = ended[ended["renewed"].fillna(False) & ended["renewal_amount"].notna()]
    return over(total(renewed, "renewal_amount"), total(renewed, "amount"))


def lost_projects(asked: Asked) -> Parts:
    return alone(counts(_decided(asked, "lost")))


def lost_amount(asked: Asked) -> Parts:
    return alone(total(_decided(asked, "lost"), "amount"))


def lost_share(asked: Asked) -> Parts:
    lost = total(_decided(asked, "lost"), "amount")
    return over(lost, asked.company.revenue(asked.period))


def cross_sell_conversion(asked: Asked) -> Parts:
    decided = _decided(asked, "won", "lost")
    decided = decided[is_text(decided["kind"], *FURTHER_SALES)]
    return shares(decided, decided["outcome"] == "won")


def _ended(asked: Asked) -> pd.DataFrame:
    """Contracts are known ahead: those that end after the as-of day have not ended."""
    contracts = asked.rows("contracts", "ends_on")
    return contracts[contracts["ends_on"] <= asked.company.as_of]


def _decided(asked: Asked, *outcomes: str) -> pd.DataFrame:
    closed = asked.rows("opportunities", "closed_on")
    return closed[is_text(closed["outcome"], *outcomes)]
