"""Every figure of the catalogue, recounted for a period, a scope and dimensions."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction
from functools import partial
from typing import Any

import pandas as pd

from kam_core.verify import aggregations as agg
from kam_core.verify import deals, follow_up, money, needs, resources, service
from kam_core.verify.aggregations import Aggregate, Figure
from kam_core.verify.availability import Demand, has_data, is_told_whole, known_until
from kam_core.verify.cases import Context
from kam_core.verify.company import Amounts, CompanyOnDay
from kam_core.verify.days import DayRange, to_timestamp
from kam_core.verify.settings import RecountSettings
from kam_core.verify.tables import VersionRows
from kam_core.verify.tiers import Tiers

ONE, CENT, SCORE, HOUR = (Fraction(1, units) for units in (1, 100, 10_000, 1_000_000))
WITHOUT_RATE = {"without_rate": money.without_rate}
LOST_SOME_DAY = {"lost_some_day": money.lost_some_day}
UNDECIDED = {"undecided": deals.undecided}
NO_TIME = {"time_not_recorded": service.time_not_recorded}
PER_HOUR, PER_DAY = Fraction(1, 3_600_000_000), Fraction(1, 86_400_000_000)


@dataclass(frozen=True)
class Rule:
    """How the cases of accounts make the figure, which they are, and what one unit of each is.

    ``beside``: how many cases of each account are told beside the figure, by what they are.
    """

    aggregate: Aggregate
    cases: Callable[[Context], Mapping[str, Any]]
    unit: Fraction = ONE
    below_unit: Fraction = ONE
    beside: Mapping[str, Callable[[Context], Amounts]] = field(default_factory=dict)


def _completion(kind: str) -> Rule:
    return Rule(agg.divide_sums, partial(follow_up.followup_completion, kind))


def _money_share(
    cases: Callable[[Context], Mapping[str, Any]], **beside: Callable[[Context], Amounts]
) -> Rule:
    return Rule(agg.divide_sums, cases, CENT, CENT, beside)


def _hours_share(
    cases: Callable[[Context], Mapping[str, Any]], **beside: Callable[[Context], Amounts]
) -> Rule:
    return Rule(agg.divide_sums, cases, HOUR, HOUR, beside)


def _retention(is_capped: bool) -> Rule:
    cases = partial(money.revenue_retention, is_capped)
    return _money_share(cases, without_rate=money.two_years_without_rate)


def _share_of_hours(work_type: str) -> Rule:
    cases = partial(resources.share_of_hours, work_type)
    return _hours_share(cases, without_work_type=resources.without_work_type)


def _response_quantile(aggregate: Aggregate) -> Rule:
    return Rule(aggregate, service.response_times, PER_HOUR, beside=NO_TIME)


RULES: dict[str, Rule] = {
    "revenue": Rule(agg.add_up, money.total_revenue, CENT, beside=WITHOUT_RATE),
    "revenue_yoy": Rule(
        agg.subtract_one,
        money.revenue_yoy,
        CENT,
        CENT,
        {"without_rate": money.both_years_without_rate},
    ),
    "key_revenue_share": _money_share(money.key_revenue_share, **WITHOUT_RATE),
    "key_profit_share": _money_share(money.key_profit_share, without_profit=money.without_profit),
    "top20_share": _money_share(money.top_share, **WITHOUT_RATE),
    "hhi": Rule(agg.concentrate, money.revenue_by_account, CENT, beside=WITHOUT_RATE),
    "share_of_wallet": _money_share(money.share_of_wallet, without_rate=money.wallets_without_rate),
    "clv": Rule(agg.add_up, money.lifetime_profit, CENT),
    "nrr": _retention(False),
    "grr": _retention(True),
    "key_churn": Rule(agg.divide_sums, money.key_churn, beside=LOST_SOME_DAY),
    "churn_annual": Rule(agg.divide_sums, money.churn_annual, beside=LOST_SOME_DAY),
    "followup_completion": _completion("monthly_callback"),
    "followup_completion_quarterly_review": _completion("quarterly_review"),
    "followup_completion_annual_evaluation": _completion("annual_evaluation"),
    "followup_completion_executive_visit": _completion("executive_visit"),
    "match_rate": Rule(agg.divide_sums, needs.match_rate),
    "routine_share": Rule(agg.divide_sums, needs.routine_share),
    "match_rate_hours": _hours_share(needs.match_rate_hours),
    "need_coverage": Rule(agg.divide_sums, needs.need_coverage),
    "need_response_median": Rule(agg.median, needs.response_times, PER_DAY),
    "need_response_p90": Rule(agg.ninth_decile, needs.response_times, PER_DAY),
    "need_response_within_standard": Rule(agg.divide_sums, needs.within_standard),
    "renewal_rate": Rule(agg.divide_sums, deals.renewal_rate, beside=UNDECIDED),
    "renewal_uplift": Rule(agg.subtract_one, deals.renewal_uplift, CENT, CENT, beside=UNDECIDED),
    "lost_projects": Rule(agg.add_up, deals.lost_projects),
    "lost_projects_amount": Rule(
        agg.add_up, deals.lost_amount, CENT, beside={"without_amount": deals.lost_without_amount}
    ),
    "lost_projects_share": _money_share(
        deals.lost_share,
        without_amount=partial(deals.compared_without_amount, 0),
        without_rate=partial(deals.compared_without_amount, 1),
    ),
    "cross_sell_conversion": Rule(agg.divide_sums, deals.cross_sell_conversion),
    "response_hours": Rule(agg.divide_sums, service.response_mean, PER_HOUR, beside=NO_TIME),
    "response_hours_median": _response_quantile(agg.median),
    "response_hours_p90": _response_quantile(agg.ninth_decile),
    "response_within_sla": Rule(agg.divide_sums, service.within_standard),
    "first_contact_resolution": Rule(
        agg.divide_sums,
        service.first_contact_resolution,
        beside={"without_contacts": service.without_contacts},
    ),
    "complaints": Rule(agg.add_up, service.complaint_count),
    "complaints_yoy": Rule(agg.subtract_one, service.complaints_yoy),
    "satisfaction": Rule(agg.divide_sums, service.satisfaction_score, SCORE),
    "feels_personalised": Rule(
        agg.divide_sums, partial(service.share_of_yes, "personalised_enough")
    ),
    "feels_effective": Rule(agg.divide_sums, partial(service.share_of_yes, "effective")),
    "hours_per_manager_week": Rule(agg.divide_by_weeks, resources.hours_of_managers, HOUR),
    "personalised_share": _share_of_hours("personalised"),
    "legacy_share": _share_of_hours("legacy_issue"),
    "dual_manager_coverage": Rule(agg.divide_sums, resources.dual_managers),
    "contact_coverage": Rule(agg.divide_sums, resources.contact_coverage),
}


class Recount:
    """The figures of a company as of a day, for some regions and tiers."""

    def __init__(
        self,
        rows: VersionRows,
        settings: RecountSettings,
        as_of: date,
        regions: Iterable[str],
        tiers: Iterable[str] | None = None,
    ) -> None:
        self.company = CompanyOnDay(rows, settings, as_of)
        self.tiers = Tiers(self.company)
        self.regions = set(regions)
        self.chosen_tiers = None if tiers is None else set(tiers)
        self._cases: dict[tuple[Any, DayRange], Mapping[str, Any]] = {}
        self._groups: dict[tuple[DayRange, tuple[str, ...]], dict[tuple, list[str]]] = {}

    def compute_figures(
        self, metric: str, starts_on: date, ends_on: date, dimensions: tuple[str, ...] = ()
    ) -> dict[tuple, Figure]:
        """Numerator, denominator and value of every combination of dimensions in one period."""
        rule, period = RULES[metric], DayRange(to_timestamp(starts_on), to_timestamp(ends_on))
        cases = self._cases_by_account(rule, period)
        return {
            key: rule.aggregate([cases[a] for a in ids if a in cases], rule.unit, rule.below_unit)
            for key, ids in self._ids_by_group(period, dimensions).items()
        }

    def count_beside(self, metric: str, starts_on: date, ends_on: date) -> dict[str, int]:
        """How many cases are told beside a figure of one period, by what they are."""
        period = DayRange(to_timestamp(starts_on), to_timestamp(ends_on))
        context = Context(self.company, self.tiers, period)
        ids = [account["account_id"] for account in self._accounts_in_scope(period.first)]
        counts = {code: count(context) for code, count in RULES[metric].beside.items()}
        return {code: sum(of.get(a, 0) for a in ids) for code, of in counts.items()}

    def shares_due(
        self, metric: str, demand: Demand, starts_on: date, ends_on: date, by: tuple[str, ...] = ()
    ) -> dict[tuple, Fraction]:
        """What had come of an amount by the same day of last year, as a share of that period.

        Where last year tells no such share, it is that of the days.
        """
        period = DayRange(to_timestamp(starts_on), to_timestamp(ends_on))
        gone = DayRange(period.first, known_until(self.company, demand.known_by))
        whole, part = (
            self.compute_figures(metric, days.first.date(), days.last.date(), by)
            for days in (period.year_before(), gone.year_before())
        )
        is_told = is_told_whole(self.company, demand.dated, period.year_before())
        shares = {}
        for key, (amount, *_) in whole.items():
            by_then, in_all = (figure or Fraction(0) for figure in (part[key][0], amount))
            is_share = is_told and 0 < by_then <= in_all
            shares[key] = by_then / in_all if is_share else Fraction(gone.days, period.days)
        return shares

    def has_data(self, demand: Demand, starts_on: date, ends_on: date) -> bool:
        """Whether the data can say anything about a figure with these demands in a period."""
        if self.chosen_tiers is not None and not demand.is_by_tier:
            return False
        period = DayRange(to_timestamp(starts_on), to_timestamp(ends_on))
        return has_data(Context(self.company, self.tiers, period), demand)

    def _cases_by_account(self, rule: Rule, period: DayRange) -> Mapping[str, Any]:
        """The cases of all accounts, kept for all figures that share them."""
        if (rule.cases, period) not in self._cases:
            context = Context(self.company, self.tiers, period)
            self._cases[rule.cases, period] = rule.cases(context)
        return self._cases[rule.cases, period]

    def _ids_by_group(self, period: DayRange, names: tuple[str, ...]) -> dict[tuple, list[str]]:
        """The accounts in scope by their values of the dimensions: all as of today but the tier."""
        if (period, names) not in self._groups:
            groups: dict[tuple, list[str]] = {}
            for account in self._accounts_in_scope(period.first):
                key = tuple(None if pd.isna(account[name]) else account[name] for name in names)
                groups.setdefault(key, []).append(account["account_id"])
            self._groups[period, names] = groups
        return self._groups[period, names]

    def _accounts_in_scope(self, day: pd.Timestamp) -> Iterator[dict[Hashable, Any]]:
        for row in self.company.accounts.to_dict("records"):
            tier = self.tiers.tier_on(row["account_id"], day)
            is_chosen = self.chosen_tiers is None or tier in self.chosen_tiers
            if is_chosen and row["region"] in self.regions:
                yield row | {"tier": tier}
