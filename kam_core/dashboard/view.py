"""What a pack looks at: one day of a version, one scope, one quarter; and how it asks."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

import pandas as pd

from kam_core.errors import KamError
from kam_core.metrics import availability, catalogue, periods, queries, run, scorecard
from kam_core.metrics.day_cache import Day
from kam_core.metrics.periods import Period
from kam_core.metrics.scorecard import Score
from kam_core.settings.page_layout import layout
from kam_core.text.marked_text import Marked
from kam_core.warehouse import version_settings
from kam_core.warehouse.scope import Scope


@dataclass(frozen=True)
class View:
    """The answers of the pages, for the same scope, quarter and day."""

    day: Day
    scope: Scope
    period: Period
    quarters: tuple[Period, ...]
    data: availability.Data
    text: Marked

    @property
    def window(self) -> tuple[Period, ...]:
        """The quarters of a trend; the one of the pack is the last."""
        until = self.quarters.index(self.period) + 1
        return self.quarters[max(0, until - layout()["quarters_back"]) : until]

    @property
    def is_running(self) -> bool:
        return self.period.ends_on > self.scope.as_of

    @property
    def sees_everything(self) -> bool:
        return set(self.day.regions) <= set(self.scope.regions)

    def ask(self, question: str, **parameters: object) -> pd.DataFrame:
        with self.day.cursor(self.scope) as cursor:
            return queries.run_query(cursor, question, **parameters)

    def metric(self, name: str, asked: Sequence[Period], by: Sequence[str] = ()) -> pd.DataFrame:
        with self.day.cursor(self.scope) as cursor:
            return run.run_metric(cursor, name, asked, by, self.data, self.day.facts)

    def scores(self, names: Sequence[str] | None = None, region: str | None = None) -> list[Score]:
        """Figures judged for the quarter of the pack, in one of its regions or in all."""
        scope = self.scope if region is None else replace(self.scope, regions=(region,))
        with self.day.cursor(scope) as cursor:
            return scorecard.scorecard(cursor, self.period, names, self.data, self.day.facts)

    def targets(self, asked: Sequence[Period]) -> dict[str, dict[str, Decimal]]:
        """By period and metric."""
        with self.day.cursor(self.scope) as cursor:
            return scorecard.targets(cursor, asked)

    def threshold(self, name: str) -> Decimal:
        with self.day.cursor() as cursor:
            return version_settings.threshold(cursor, name)

    def worklist_months(self) -> list[Period]:
        """The months whose obligations the worklist looks at."""
        back, ahead = (
            timedelta(days=int(self.threshold(f"worklist.{name}")))
            for name in ("lookback_days", "horizon_days")
        )
        return periods.months_between(self.scope.as_of - back, self.scope.as_of + ahead)


def look(day: Day, scope: Scope, quarter: str | None, lang: str) -> View:
    """A view of a quarter, by default the last one that has ended."""
    quarters = _quarters(day)
    with day.cursor(scope) as cursor:
        data = availability.survey_data(cursor, catalogue.load_metrics().values())
    return View(day, scope, _chosen(quarters, quarter, scope), quarters, data, Marked(lang))


def _quarters(day: Day) -> tuple[Period, ...]:
    """The quarters with data up to the as-of day."""
    with day.cursor() as cursor:
        start_month = int(version_settings.threshold(cursor, "fiscal_year_start_month"))
        covered = queries.run_query(cursor, "available")["covers_from"].dropna()
    first = min(covered, default=day.as_of)
    return tuple(periods.quarters_between(first, day.as_of, start_month))


def _chosen(quarters: Sequence[Period], label: str | None, scope: Scope) -> Period:
    by_name = {quarter.period: quarter for quarter in quarters}
    if label is not None and label not in by_name:
        raise KamError("quarter_without_data", quarter=label, first=min(by_name), last=max(by_name))
    ended = [quarter for quarter in quarters if quarter.ends_on <= scope.as_of]
    return by_name[label] if label else (ended or quarters)[-1]
