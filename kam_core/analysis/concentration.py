"""What the value page works out from rows: who brings how much, how many losses are allowed."""

from collections.abc import Sequence
from decimal import Decimal
from fractions import Fraction
from math import floor


def allowed_losses(target: Decimal, accounts: int) -> int:
    """So many of the accounts may be lost without missing the target: 3 % of 20 is none."""
    return floor(Fraction(target) * accounts)


def cumulative_shares(revenues: Sequence[Decimal]) -> list[Fraction]:
    """The share of the first, of the first two, ... in the whole; the largest first."""
    ranked = sorted((Fraction(revenue) for revenue in revenues if revenue > 0), reverse=True)
    whole, so_far, shares = sum(ranked), Fraction(0), []
    for revenue in ranked:
        so_far += revenue
        shares.append(so_far / whole)
    return shares


def needed_for(share: Fraction, shares: Sequence[Fraction]) -> int:
    """How many of the first accounts bring at least a share of the whole."""
    return next((n for n, reached in enumerate(shares, start=1) if reached >= share), len(shares))
