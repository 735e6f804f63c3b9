"""What is looked at: one version, one scope, one quarter. Every answer is asked for here.

A page, a pack, the command line and a notebook ask the same object the same question and get the
same value.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from functools import wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar, cast

import pandas as pd

from kam_core.analysis import renewal_model
from kam_core.dashboard.company import (
    Company,
    checked_names,
    open_company,
    quarter_shown_first,
)
from kam_core.errors import KamError
from kam_core.metrics import (
    availability,
    catalogue,
    change,
    explain,
    pacing,
    quarterly_targets,
    queries,
    run,
    scorecard,
)
from kam_core.metrics import periods as months_and_quarters
from kam_core.metrics.change import FigureChange
from kam_core.metrics.periods import Period
from kam_core.metrics.quarterly_targets import Standing
from kam_core.metrics.scorecard import Score
from kam_core.settings.loader import load_settings
from kam_core.text.marked_text import Marked
from kam_core.text.word_catalogue import OTHERWISE
from kam_core.warehouse.as_of_day import read_day, refuse_unusable_day
from kam_core.warehouse.scope import Scope

if TYPE_CHECKING:
    from kam_core.analysis.forecast import Foresight

REGION = ("region",)
Method = TypeVar("Method", bound=Callable)


def kept(method: Method) -> Method:
    """A method of View whose answers its company keeps."""

    @wraps(method)
    def answer(view: "View", *arguments: object) -> Any:
        return view.company.keep(method, view, *arguments)

    return cast(Method, answer)


@dataclass(frozen=True)
class View:
    """One version, one scope and one quarter, and the language in which they are spoken of.

    ``regions_chosen`` are those that somebody chose: none where all that may be seen are shown.
    """

    company: Company
    scope: Scope
    period: Period
    text: Marked
    regions_chosen: tuple[str, ...] = ()

    @property
    def quarters(self) -> tuple[Period, ...]:
        """The quarters with data up to the as-of day."""
        return self.company.quarters(self.scope.as_of)

    @property
    def window(self) -> tuple[Period, ...]:
        """The quarters of a trend; the chosen one is the last."""
        until = self.quarters.index(self.period) + 1
        return self.quarters[max(0, until - load_settings().pages.quarters_back) : until]

    @property
    def is_running(self) -> bool:
        """Whether the quarter ends after the as-of day."""
        return self.period.ends_on > self.scope.as_of

    @property
    def least_cases(self) -> int:
        """With fewer, a part is not called highest, lowest, best or weakest."""
        return int(self.company.threshold("least_cases"))

    @property
    def sees_everything(self) -> bool:
        """Whether every region is in scope: a file as received cannot be cut to a region."""
        return set(self.company.holdings().regions) <= set(self.scope.regions)

    def has(self, table: str) -> bool:
        """Whether the version holds a table."""
        return table in self.company.holdings().tables

    def in_region(self, region: str) -> "View":
        """The same view of one region."""
        return replace(self, scope=replace(self.scope, regions=(region,)))

    def in_quarter(self, period: Period) -> "View":
        """The same view of another quarter."""
        return replace(self, period=period)

    def query(self, name: str, **parameters: object) -> pd.DataFrame:
        """The rows that a query of sql/queries answers within the scope; money stays Decimal.

        In English an account goes by its English name, where the file has one.
        """
        rows = self._keep(_query, name, tuple(sorted(parameters.items())))
        if self.text.lang != OTHERWISE or "account_name" not in rows:
            return rows
        names = self._keep(_english_names)
        english = rows["account_id"].map(names)
        return rows.assign(account_name=english.fillna(rows["account_name"])) if names else rows

    def metric(
        self, name: str, periods: Sequence[Period], dimensions: tuple[str, ...] = ()
    ) -> pd.DataFrame:
        """A metric for some periods: period, dimensions, numerator, denominator, value.

        Of quarters all are asked for at once, so that another quarter costs no other query.
        """
        every = self.quarters
        if not set(periods) <= set(every) or dimensions not in ((), REGION):
            return self._keep(_metric, name, tuple(periods), dimensions)
        rows = self._keep(_metric, name, every, dimensions)
        names = [period.period for period in periods]
        return rows[rows["period"].isin(names)].reset_index(drop=True)

    def targets(self, periods: Sequence[Period]) -> tuple[dict[str, Decimal], ...]:
        """The targets, by metric, that hold for the scope in each of some periods."""
        every = self.quarters
        by_period = self._keep(_targets, every if set(periods) <= set(every) else tuple(periods))
        return tuple(by_period[period.period] for period in periods)

    def target(self, name: str) -> Decimal | None:
        """The target of a metric in the quarter."""
        return self.targets([self.period])[0].get(name)

    @kept
    def score(self, name: str, period: Period | None = None) -> Score:
        """A metric judged for a period, by default the quarter of the view."""
        period = period or self.period
        rows = self.metric(name, [period]).to_dict("records")
        return scorecard.score(
            catalogue.metric(name),
            period,
            rows[0] if rows else scorecard.NOTHING,
            self.targets([period])[0].get(name),
            self.survey(),
            self.company.rules(),
            self._count_beside(name, period),
            self._shares_of_last_year(name, period),
        )

    def earlier(self, score: Score) -> tuple[float | None, float | None]:
        """A figure of the quarter as it was in the quarter before, and in that of last year.

        Of an open amount: what it had come to by the same day of last year.
        """
        day_before = self.period.starts_on - timedelta(days=1)
        start_month = self.company.holdings().fiscal_year_start_month
        before, last_year = (
            self._value_in(score.metric, period)
            for period in (
                months_and_quarters.quarter_of(day_before, start_month),
                months_and_quarters.a_year_earlier(self.period),
            )
        )
        if score.paced is None or last_year is None:
            return before, last_year
        share = self._shares_of_last_year(score.metric, self.period).get(())
        return None, None if share is None else float(Fraction(last_year) * share)

    def _value_in(self, name: str, period: Period) -> float | None:
        rows = self.metric(name, [period])
        return None if rows.empty else rows["value"].iloc[0]

    def _shares_of_last_year(
        self, name: str, period: Period, dimensions: tuple[str, ...] = ()
    ) -> dict[tuple, Fraction]:
        metric, data = catalogue.metric(name), self.survey()
        if not pacing.is_paced(metric, period, data):
            return {}
        with self.company.day(self.scope.as_of).cursor(self.scope) as cursor:
            return pacing.shares_of_last_year(cursor, metric, period, data, dimensions)

    def _count_beside(self, name: str, period: Period) -> dict[str, int] | None:
        with self.company.day(self.scope.as_of).cursor(self.scope) as cursor:
            return run.count_beside(cursor, catalogue.metric(name), period, self.survey())

    def scores(self, names: Sequence[str] | None = None) -> list[Score]:
        """Some metrics, by default all, judged for the quarter."""
        return [self.score(name) for name in (catalogue.load_metrics() if names is None else names)]

    def region_scores(self, names: Sequence[str]) -> list[tuple[str, Score]]:
        """Each region with a value judged against the target that holds for it, by metric."""
        shares = {n: self._shares_of_last_year(n, self.period, REGION) for n in names}
        return [
            (row["region"], self._judged_in_region(name, row, shares[name]))
            for name in names
            for row in self.metric(name, [self.period], REGION).to_dict("records")
            if row["region"] in self.scope.regions and row["value"] is not None
        ]

    def _judged_in_region(self, name: str, row: dict, shares: dict[tuple, Fraction]) -> Score:
        region = row["region"]
        return scorecard.score(
            catalogue.metric(name),
            self.period,
            row,
            self.in_region(region).target(name),
            self.survey(),
            self.company.rules(),
            shares=shares,
            part=(region,),
        )

    def history(self, name: str, periods: Sequence[Period] | None = None) -> pd.DataFrame:
        """The quarters up to the chosen one, or other periods: period, value, target.

        A month has the target of its quarter.
        """
        periods = self.window if periods is None else periods
        rows = self.table_of([name], periods).rename(columns={name: "value"})
        rows["target"] = [self._target_on(name, period.starts_on) for period in periods]
        return rows

    def _target_on(self, name: str, day: date) -> float:
        for quarter, targets in zip(self.window, self.targets(self.window), strict=True):
            if quarter.starts_on <= day <= quarter.ends_on and name in targets:
                return float(targets[name])
        return float("nan")

    def table_of(self, names: Sequence[str], periods: Sequence[Period]) -> pd.DataFrame:
        """One row per period, one column per metric."""
        rows = pd.DataFrame({"period": [period.period for period in periods]})
        for name in names:
            values = self.metric(name, periods).set_index("period")["value"]
            rows[name] = rows["period"].map(values).astype(float)
        return rows

    def months(self, back: int | None = None) -> tuple[Period, ...]:
        """The months of the quarters of a trend, as far as they have begun; the last so many."""
        every = [
            month for quarter in self.window for month in months_and_quarters.months_of(quarter)
        ]
        begun = tuple(month for month in every if month.starts_on <= self.scope.as_of)
        return begun if back is None else begun[-back:]

    def ended_months(self, back: int) -> tuple[Period, ...]:
        """The last so many months up to the end of the quarter that have ended."""
        until = self.quarters.index(self.period) + 1
        months = [m for q in self.quarters[:until] for m in months_and_quarters.months_of(q)]
        return tuple([month for month in months if month.ends_on <= self.scope.as_of][-back:])

    def survey(self) -> availability.Data:
        """What the version holds as of the day: needed by every metric."""
        return self._keep(_survey)

    @kept
    def standings(self) -> tuple[Standing, ...]:
        """Every figure against the target that holds for the scope, and where that comes from."""
        with self.company.day(self.scope.as_of).cursor(self.scope) as cursor:
            return quarterly_targets.standings(cursor, self.period, self.scores())

    @kept
    def changed(self, name: str, before: Period | None, split: str | None) -> FigureChange:
        """Why a metric moved from a period to the quarter, split by what its definition allows."""
        return change.explain(self.metric, name, before, self.period, split)

    @kept
    def changed_by_account(self, name: str, before: Period | None) -> FigureChange:
        """The same with one part per account."""
        return change.by_account(self.metric, name, before, self.period)

    def explanation(self, name: str, before: Period | None, most: int) -> explain.Explanation:
        """Everything behind a metric; of accounts and rows the first few."""
        return explain.explain(self, name, before, most)

    @kept
    def renewal_model(self) -> tuple[renewal_model.Estimate, pd.DataFrame]:
        """What an hour of personalised time goes together with, and the renewal rate by band."""
        contracts = self.query("personalised_hours_of_contracts")
        rules = self.company.renewal_rules()
        return renewal_model.estimate(contracts, rules), renewal_model.bands(contracts, rules)

    @kept
    def forecast(self) -> "Foresight":
        """What the seasons of accounts let expect of the quarters after the last month known."""
        # Loading its library takes longer than most pages, and only this answer needs it.
        from kam_core.analysis import forecast

        orders, threshold = self.query("monthly_orders"), self.company.threshold
        until = orders["known_until"].max() if len(orders) else self.scope.as_of.replace(day=1)
        start_month = self.company.holdings().fiscal_year_start_month
        ahead = forecast.quarters_ahead(until, start_month)
        kinds = forecast.ForecastRules.__annotations__
        rules = forecast.ForecastRules(
            **{name: kind(threshold(f"foresight.{name}")) for name, kind in kinds.items()}
        )
        return forecast.look_ahead(orders[["account_id", "month", "revenue"]], until, ahead, rules)

    def worklist(self) -> pd.DataFrame:
        """Whom to call next and why, ranked."""
        return self.query("worklist", periods=self.company.worklist_months(self.scope.as_of))

    def _keep(self, function: Callable, *arguments: object) -> Any:
        """What depends on neither quarter nor language is kept for all of them."""
        return self.company.keep(function, self.company, self.scope, *arguments)


def choose_view(
    company: Company,
    lang: str,
    quarter: str | None = None,
    regions: Sequence[str] = (),
    tiers: Sequence[str] = (),
    as_of: date | str | None = None,
) -> View:
    """A view by the words of a person; without a word: the newest day, the last quarter ended.

    ``as_of`` as text is written 2024-09-30. KamError for a region, a tier or a quarter that is not
    there, and for a day to come.
    """
    holdings = company.holdings()
    named = checked_names(regions, holdings.regions, "unknown_region")
    shown_tiers = checked_names(tiers, holdings.tiers, "unknown_tier") or None
    day = company.as_of if as_of is None else read_day(as_of)
    if as_of is not None:
        refuse_unusable_day(day, company.as_of)
    scope = Scope(named or holdings.regions, day, shown_tiers)
    period = choose_quarter(company, quarter, scope.as_of)
    return View(company, scope, period, company.words(lang), named)


def choose_quarter(company: Company, quarter: str | None, as_of: date) -> Period:
    """The quarter named, or the last one that has ended; KamError where there is no data of it."""
    among = company.quarters(as_of)
    by_name = {period.period: period for period in among}
    if quarter is None:
        return quarter_shown_first(among, as_of)
    if quarter not in by_name:
        names = {"first": min(by_name), "last": max(by_name)}
        raise KamError("quarter_without_data", quarter=quarter, **names)
    return by_name[quarter]


def _query(company: Company, scope: Scope, name: str, parameters: tuple) -> pd.DataFrame:
    with company.day(scope.as_of).cursor(scope) as cursor:
        return queries.run_query(cursor, name, **dict(parameters))


def _english_names(company: Company, scope: Scope) -> dict[str, str]:
    rows = _query(company, scope, "account_names", ())
    return rows.set_index("account_id")["account_name_en"].dropna().to_dict()


def _survey(company: Company, scope: Scope) -> availability.Data:
    with company.day(scope.as_of).cursor(scope) as cursor:
        return availability.survey_data(cursor, catalogue.load_metrics().values())


def _metric(
    company: Company, scope: Scope, name: str, periods: tuple[Period, ...], dimensions: tuple
) -> pd.DataFrame:
    day = company.day(scope.as_of)
    data = company.keep(_survey, company, scope)
    # What is in memory ends a year beyond the data.
    facts = day.facts if all(map(day.knows, periods)) else None
    with day.cursor(scope) as cursor:
        return run.run_metric(cursor, name, periods, dimensions, data, facts)


def _targets(
    company: Company, scope: Scope, periods: tuple[Period, ...]
) -> dict[str, dict[str, Decimal]]:
    with company.day(scope.as_of).cursor(scope) as cursor:
        return scorecard.targets(cursor, periods)


@dataclass(frozen=True)
class Dashboard:
    """The live version of a warehouse, to be looked at from a notebook or a script."""

    company: Company

    def view(
        self,
        quarter: str | None = None,
        regions: Sequence[str] = (),
        tiers: Sequence[str] = (),
        as_of: date | str | None = None,
        lang: str = "en",
    ) -> View:
        """A view of some regions and tiers (by default all) in a quarter (the last one ended).

        ``as_of``: a day, or its text as 2024-09-30. KamError for a region, a tier or a quarter that
        the data does not have, for a day to come, and for a language without words.
        """
        return choose_view(self.company, lang, quarter, regions, tiers, as_of)


def open_dashboard(folder: Path | str) -> Dashboard:
    """The live version of a warehouse folder; KamError("empty_warehouse") where there is none."""
    return Dashboard(open_company(folder))
