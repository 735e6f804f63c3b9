"""The tier of every active account on a day, by the scheme of the version."""

from bisect import bisect_left
from fractions import Fraction

import pandas as pd

from kam_core.verify.company import CompanyOnDay
from kam_core.verify.days import DAY, DayRange, months_later
from kam_core.verify.settings import UNRATED, SchemeAxis

# How many of its last digits make one, for each measure.
UNIT = {"value": 100, "annual_contract_value": 100}
SCORE_UNIT = 10_000


class Tiers:
    """Tiers of one company, each day computed once."""

    def __init__(self, company: CompanyOnDay) -> None:
        self.company = company
        self._tiers: dict[pd.Timestamp, dict[str, str]] = {}

    def tiers_on(self, day: pd.Timestamp) -> dict[str, str]:
        """The tier of each account active on a day; those of no measure are unrated."""
        if day not in self._tiers:
            self._tiers[day] = self._compute_tiers(day)
        return self._tiers[day]

    def tier_on(self, account_id: str, day: pd.Timestamp) -> str:
        return self.tiers_on(day).get(account_id, UNRATED)

    def key_ids(self, day: pd.Timestamp) -> set[str]:
        """The key accounts of a day."""
        key_tiers = self.company.settings.key_tiers
        return {account_id for account_id, tier in self.tiers_on(day).items() if tier in key_tiers}

    def _compute_tiers(self, day: pd.Timestamp) -> dict[str, str]:
        settings = self.company.settings
        rows = self._account_attributes(day)
        rows["value"] = pd.Series(self._account_values(rows, day), dtype=object)
        axes = settings.axes.items()
        level = {name: _count_cuts(axis, _measure_axis(rows, axis)) for name, axis in axes}
        return {
            account_id: settings.cells[level["x"][account_id], level["y"][account_id]]
            if account_id in level["x"] and account_id in level["y"]
            else UNRATED
            for account_id in rows.index
        }

    def _account_attributes(self, day: pd.Timestamp) -> pd.DataFrame:
        """Each active account's row in force on the day, else its first one."""
        company = self.company
        rows, first = company.rows.history["accounts"], company.rows.first_upload("accounts")
        entries = rows[(rows["valid_from"] <= company.as_of) | (rows["valid_from"] == first)]
        entries = entries[entries["account_id"].isin(company.active_ids(day))]
        entries = entries.sort_values("valid_from")
        earliest = entries.drop_duplicates("account_id", keep="first")
        by_then = entries[entries["valid_from"] <= day].drop_duplicates("account_id", keep="last")
        chosen = pd.concat([by_then, earliest]).drop_duplicates("account_id", keep="first")
        return chosen.set_index("account_id")

    def _account_values(self, rows: pd.DataFrame, day: pd.Timestamp) -> dict[str, int | None]:
        """Revenue of the twelve months before, else the contract value, else nothing or unknown."""
        revenue = self.company.revenue(DayRange(months_later(day, -12), day - DAY))
        otherwise = None if self.company.rows.first_upload("orders") is None else 0
        return {
            account_id: revenue.get(account_id, otherwise if pd.isna(contract) else int(contract))
            for account_id, contract in rows["annual_contract_value"].items()
        }


def _measure_axis(rows: pd.DataFrame, axis: SchemeAxis) -> dict[str, Fraction]:
    unit = UNIT.get(axis.measure, SCORE_UNIT)
    filled = rows[axis.measure].dropna()
    return {str(key): Fraction(int(units), unit) for key, units in filled.items()}


def _count_cuts(axis: SchemeAxis, measures: dict[str, Fraction]) -> dict[str, int]:
    """How many of its cuts each account reaches."""
    ranked = sorted(measures.values())
    return {
        account_id: sum(_score_measure(axis.scale, measure, ranked) >= cut for cut in axis.cuts)
        for account_id, measure in measures.items()
    }


def _score_measure(scale: str, measure: Fraction, ranked: list[Fraction]) -> Fraction:
    """A measure on its scale, among all of them in rising order."""
    if scale == "percentile":
        others = len(ranked) - 1
        return Fraction(bisect_left(ranked, measure), others) if others else Fraction(0)
    if scale == "minmax":
        spread = ranked[-1] - ranked[0]
        return (measure - ranked[0]) / spread if spread else Fraction(0)
    return measure
