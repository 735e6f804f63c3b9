"""The company as it was known at the end of a day: later facts, answers and losses are unknown."""

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cached_property

import pandas as pd

from kam_core.contract.day_origins import OF_TABLE, OWN_DAYS
from kam_core.contract.declaration import Table, tables
from kam_core.verify.absences import apply_outcomes, list_absences
from kam_core.verify.amounts import in_reporting_currency, signed_amounts
from kam_core.verify.days import DAY, DayRange, to_timestamp
from kam_core.verify.settings import RecountSettings
from kam_core.verify.tables import VersionRows

NEVER = pd.Timestamp("1000-01-01").as_unit("us")
# Whole numbers of the last digit by account.
Amounts = dict[str, int]


class CompanyOnDay:
    """All regions of a version as of one day."""

    def __init__(self, rows: VersionRows, settings: RecountSettings, as_of: date) -> None:
        self.rows, self.settings, self.as_of = rows, settings, to_timestamp(as_of)
        self._tables: dict[str, pd.DataFrame] = {}
        self._revenue: dict[DayRange, Amounts] = {}

    def table(self, name: str) -> pd.DataFrame:
        """A table's rows of known accounts, as far as the day knows them."""
        if name not in self._tables:
            self._tables[name] = self._rows_known(tables()[name])
        return self._tables[name]

    @cached_property
    def accounts(self) -> pd.DataFrame:
        """Every account by its number; one whose loss lies ahead is active."""
        accounts = self._rows_without_future(tables()["accounts"])
        accounts = accounts.set_index("account_id", drop=False).rename_axis(index=None)
        return apply_outcomes(accounts, self._outcomes)

    @cached_property
    def absences(self) -> pd.DataFrame:
        """When which account was not in the file of accounts."""
        return list_absences(self.rows, self.as_of)

    @cached_property
    def _outcomes(self) -> pd.DataFrame:
        """What became of accounts that are not in the file any more, as decided by the day."""
        rows = self.rows_in_force("account_outcomes")
        is_away = rows["account_id"].isin(self._away["account_id"])
        decided = rows[is_away & (rows["effective_on"] <= self.as_of)]
        return decided.sort_values("effective_on").groupby("account_id").tail(1)

    @property
    def _away(self) -> pd.DataFrame:
        return self.absences[self.absences["back_on"].isna()]

    @cached_property
    def completed(self) -> pd.DataFrame:
        """Interactions that took place."""
        rows = self.table("interactions")
        return rows[rows["status"] == "completed"]

    @cached_property
    def maintenance(self) -> pd.DataFrame:
        """Those that are maintenance."""
        return self.completed[~self.completed["kind"].isin(self.settings.not_maintenance)]

    def is_active(self, day: pd.Timestamp) -> pd.Series:
        """Whether each account is a customer on a day; the day of loss is the last such day.

        While it is not in the file an account is none, unless it was lost: up to the loss it is.
        """
        a, gaps = self.accounts, self.absences
        lost = self._outcomes.loc[self._outcomes["outcome"] == "lost", "account_id"]
        gaps = gaps[gaps["back_on"].notna() | ~gaps["account_id"].isin(lost)]
        on_day = (gaps["left_on"] <= day) & (gaps["back_on"].isna() | (gaps["back_on"] > day))
        is_absent = a.index.isin(gaps.loc[on_day, "account_id"])
        has_begun = a["customer_since"].isna() | (a["customer_since"] <= day)
        stays = (a["lost_on"] >= day).where(a["lost_on"].notna(), a["status"] != "lost")
        return (a["status"] != "prospect") & has_begun & stays.astype(bool) & ~is_absent

    def active_ids(self, day: pd.Timestamp) -> set[str]:
        return set(self.accounts.index[self.is_active(day)])

    def revenue(self, span: DayRange) -> Amounts:
        """The orders of a run of days added up by account; an account without one is left out."""
        if span not in self._revenue:
            orders = self.rows_within("orders", "ordered_on", span)
            self._revenue[span] = sum_column(orders, "amount")
        return self._revenue[span]

    def rows_within(self, table: str, column: str, span: DayRange) -> pd.DataFrame:
        """The rows of a table whose day or moment lies in a run of days."""
        rows = self.table(table)
        return rows[span.contains(rows[column])]

    def day_of(self, table: str) -> pd.Timestamp:
        """The day up to which a table speaks: that of its newest upload which sets one.

        A table of facts has one only of such uploads; any other speaks up to the as-of day, unless
        its day was said. What says nothing at all ends before every day.
        """
        uploads, has_facts = self.rows.uploads, tables()[table].sets_day
        uploads = uploads[uploads["table_name"] == table]
        is_own = uploads["as_of_from"].isin(OWN_DAYS) | (uploads["as_of_from"].isna() & has_facts)
        kept = uploads[is_own if has_facts else uploads["as_of_from"] != OF_TABLE]
        if kept.empty:
            return NEVER
        by_then = kept[kept["as_of"] <= self.as_of].sort_values(["as_of", "snapshot_id"])
        if by_then.empty or not is_own[by_then.index[-1]]:
            return self.as_of
        return min(self.as_of, by_then["as_of"].iloc[-1])

    def is_told(self, moments: pd.Series, table: str) -> pd.Series:
        """Which days or moments lie within what a table speaks of."""
        return moments < self.day_of(table) + DAY

    def has_time(self, rows: pd.DataFrame, column: str) -> pd.Series:
        """Which moments are more than a day: a midnight is one where its upload names all times."""
        timed = self.rows.timed
        uploads = timed.loc[timed["column_name"] == column, "snapshot_id"]
        is_midnight = rows[column] == rows[column].dt.normalize()
        return rows[column].notna() & (~is_midnight | rows["snapshot_id"].isin(uploads))

    def _rows_known(self, table: Table) -> pd.DataFrame:
        rows = self._rows_without_future(table)
        for moment, only in table.event_facts.items():
            rows = rows[~is_fact(rows, only) | self.is_told(rows[moment], table.name)]
        return rows[rows["account_id"].isin(self.accounts.index)]

    def _rows_without_future(self, table: Table) -> pd.DataFrame:
        """The rows in force, without what came of them after the day."""
        rows = self.rows_in_force(table.name)
        for moment, reveals in table.known_from.items():
            is_ahead = rows[moment].notna() & ~self.is_told(rows[moment], table.name)
            for each in reveals:
                values = rows[each.column]
                is_hidden = is_ahead & (values.isin(each.instead_of) | (not each.instead_of))
                rows[each.column] = values.mask(is_hidden, each.before)
            rows[moment] = rows[moment].where(~is_ahead)
        rows, rates = signed_amounts(rows, table), self.rows_in_force("rates")
        return in_reporting_currency(rows, table, self.settings.currency, rates, self.as_of)

    def rows_in_force(self, name: str) -> pd.DataFrame:
        """A day before the first upload of a table is shown the rows of that first upload."""
        rows, first = self.rows.history[name], self.rows.first_upload(name)
        has_come = (rows["valid_from"] <= self.as_of) | (rows["valid_from"] == first)
        stays = rows["valid_to"].isna() | (rows["valid_to"] > self.as_of)
        if name == "accounts":
            last = self._away.set_index(["account_id", "valid_from"]).index
            stays |= pd.MultiIndex.from_frame(rows[["account_id", "valid_from"]]).isin(last)
        return rows[has_come & stays & _counts(rows, name)].copy()


def sum_column(rows: pd.DataFrame, column: str) -> Amounts:
    """A column of whole numbers added up by account; missing ones add nothing."""
    sums = rows[rows[column].notna()].groupby("account_id")[column].sum()
    return {str(account_id): int(value) for account_id, value in sums.items()}


def _counts(rows: pd.DataFrame, table: str) -> pd.Series:
    """Whether nothing that a row says of itself takes it out: void, a draft, cancelled."""
    counts = pd.Series(True, rows.index)
    for column, values in tables()[table].not_counted.items():
        counts &= ~rows[column].astype("string").str.lower().isin(values)
    return counts


def is_fact(rows: pd.DataFrame, only: Mapping[str, Sequence[str]]) -> pd.Series:
    holds = pd.Series(True, rows.index)
    for column, values in only.items():
        holds &= rows[column].isin(values)
    return holds
