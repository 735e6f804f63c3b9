"""Every figure of the catalogue, recounted for a period, a scope and slices."""

from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from typing import Any

import pandas as pd

from kam_core.verify import aggregations, deals, follow_up, money, needs, resources, service
from kam_core.verify.aggregations import Figure, Way
from kam_core.verify.availability import Demand, tells
from kam_core.verify.cases import Asked
from kam_core.verify.company import Company
from kam_core.verify.days import Span, stamp
from kam_core.verify.settings import Settings
from kam_core.verify.tables import Rows
from kam_core.verify.tiers import Tiers

ONE, CENT, SCORE, HOUR = (Fraction(1, units) for units in (1, 100, 10_000, 1_000_000))
PER_HOUR, PER_DAY = Fraction(1, 3_600_000_000), Fraction(1, 86_400_000_000)
HALF, NINE_TENTHS = Fraction(1, 2), Fraction(9, 10)


@dataclass(frozen=True)
class Rule:
    """How the cases of accounts make the figure, which they are, and what one unit of each is."""

    way: Way
    cases: Callable[[Asked], Mapping[str, Any]]
    unit: Fraction = ONE
    below_unit: Fraction = ONE


def _completion(kind: str) -> Rule:
    return Rule(aggregations.divided, follow_up.completion(kind))


def _money_share(cases: Callable[[Asked], Mapping[str, Any]]) -> Rule:
    return Rule(aggregations.divided, cases, CENT, CENT)


def _hours_share(cases: Callable[[Asked], Mapping[str, Any]]) -> Rule:
    return Rule(aggregations.divided, cases, HOUR, HOUR)


RULES: dict[str, Rule] = {
    "revenue": Rule(aggregations.added, money.revenue, CENT),
    "revenue_yoy": Rule(aggregations.less_one, money.revenue_yoy, CENT, CENT),
    "key_revenue_share": _money_share(money.key_revenue_share),
    "key_profit_share": _money_share(money.key_profit_share),
    "top20_share": _money_share(money.top_share),
    "hhi": Rule(aggregations.concentrated, money.revenue_by_account, CENT),
    "share_of_wallet": _money_share(money.share_of_wallet),
    "clv": Rule(aggregations.added, money.lifetime_profit, CENT),
    "nrr": _money_share(money.retention(is_capped=False)),
    "grr": _money_share(money.retention(is_capped=True)),
    "key_churn": Rule(aggregations.divided, money.key_churn),
    "churn_annual": Rule(aggregations.divided, money.churn_annual),
    "followup_completion": _completion("monthly_callback"),
    "followup_completion_quarterly_review": _completion("quarterly_review"),
    "followup_completion_annual_evaluation": _completion("annual_evaluation"),
    "followup_completion_executive_visit": _completion("executive_visit"),
    "match_rate": Rule(aggregations.divided, needs.match_rate),
    "routine_share": Rule(aggregations.divided, needs.routine_share),
    "match_rate_hours": _hours_share(needs.match_rate_hours),
    "need_coverage": Rule(aggregations.divided, needs.coverage),
    "need_response_median": Rule(aggregations.quantile(HALF, PER_DAY), needs.response_times),
    "need_response_p90": Rule(aggregations.quantile(NINE_TENTHS, PER_DAY), needs.response_times),
    "need_response_within_standard": Rule(aggregations.divided, needs.within_standard),
    "renewal_rate": Rule(aggregations.divided, deals.renewal_rate),
    "renewal_uplift": Rule(aggregations.less_one, deals.renewal_uplift, CENT, CENT),
    "lost_projects": Rule(aggregations.added, deals.lost_projects),
    "lost_projects_amount": Rule(aggregations.added, deals.lost_amount, CENT),
    "lost_projects_share": _money_share(deals.lost_share),
    "cross_sell_conversion": Rule(aggregations.divided, deals.cross_sell_conversion),
    "response_hours": Rule(aggregations.divided, service.response_mean, PER_HOUR),
    "response_hours_median": Rule(aggregations.quantile(HALF, PER_HOUR), service.response_times),
    "response_hours_p90": Rule(
        aggregations.quantile(NINE_TENTHS, PER_HOUR), service.response_times
    ),
    "response_within_sla": Rule(aggregations.divided, service.within_standard),
    "first_contact_resolution": Rule(aggregations.divided, service.first_contact_resolution),
    "complaints": Rule(aggregations.added, service.complaints),
    "complaints_yoy": Rule(aggregations.less_one, service.complaints_yoy),
    "satisfaction": Rule(aggregations.divided, service.satisfaction, SCORE),
    "feels_personalised": Rule(aggregations.divided, service.feels("personalised_enough")),
    "feels_effective": Rule(aggregations.divided, service.feels("effective")),
    "hours_per_manager_week": Rule(aggregations.per_head, resources.hours_of_managers, HOUR),
    "personalised_share": _hours_share(resources.share_of_hours("personalised")),
    "legacy_share": _hours_share(resources.share_of_hours("legacy_issue")),
    "dual_manager_coverage": Rule(aggregations.divided, resources.dual_managers),
    "contact_coverage": Rule(aggregations.divided, resources.contact_coverage),
}


class Recount:
    """The figures of a company as of a day, for some regions and tiers."""

    def __init__(
        self,
        rows: Rows,
        settings: Settings,
        as_of: date,
        regions: Iterable[str],
        tiers: Iterable[str] | None = None,
    ) -> None:
        self.company = Company(rows, settings, as_of)
        self.tiers = Tiers(self.company)
        self.regions = set(regions)
        self.wanted_tiers = None if tiers is None else set(tiers)
        self._cases: dict[tuple[Any, Span], Mapping[str, Any]] = {}
        self._slices: dict[tuple[Span, tuple[str, ...]], dict[tuple, list[str]]] = {}

    def figures(
        self, metric: str, starts_on: date, ends_on: date, by: tuple[str, ...] = ()
    ) -> dict[tuple, Figure]:
        """Numerator, denominator and value of every slice in one period."""
        rule, period = RULES[metric], Span(stamp(starts_on), stamp(ends_on))
        cases = self._cases_of(rule, period)
        return {
            key: rule.way([cases[a] for a in ids if a in cases], rule.unit, rule.below_unit)
            for key, ids in self._slices_of(period, by).items()
        }

    def tells(self, demand: Demand, starts_on: date, ends_on: date) -> bool:
        """Whether the data can say anything about a figure with these demands in a period."""
        if self.wanted_tiers is not None and not demand.is_by_tier:
            return False
        period = Span(stamp(starts_on), stamp(ends_on))
        return tells(Asked(self.company, self.tiers, period), demand)

    def _cases_of(self, rule: Rule, period: Span) -> Mapping[str, Any]:
        """The cases of all accounts, found once for all slices and for figures that share them."""
        if (rule.cases, period) not in self._cases:
            asked = Asked(self.company, self.tiers, period)
            self._cases[rule.cases, period] = rule.cases(asked)
        return self._cases[rule.cases, period]

    def _slices_of(self, period: Span, by: tuple[str, ...]) -> dict[tuple, list[str]]:
        """The accounts in scope by what they are sliced by: all as of today but the tier."""
        if (period, by) not in self._slices:
            found: dict[tuple, list[str]] = {}
            for account in self._in_scope(period.first):
                key = tuple(None if pd.isna(account[name]) else account[name] for name in by)
                found.setdefault(key, []).append(account["account_id"])
            self._slices[period, by] = found
        return self._slices[period, by]

    def _in_scope(self, day: pd.Timestamp) -> Iterator[dict[Hashable, Any]]:
        for row in self.company.accounts.to_dict("records"):
            tier = self.tiers.of(row["account_id"], day)
            is_wanted = self.wanted_tiers is None or tier in self.wanted_tiers
            if is_wanted and row["region"] in self.regions:
                yield row | {"tier": tier}
