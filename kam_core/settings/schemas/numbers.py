"""thresholds.toml, cadences.toml, tier_schemes.toml, and what the headers of metrics set."""

from decimal import Decimal
from math import inf, isfinite
from typing import Annotated, Literal, Self

from pydantic import Field, field_validator, model_validator
from pydantic_core import PydanticCustomError

from kam_core.settings.schemas.base import Bilingual, Count, Names, Positive, Settings, Share

Promises = dict[str, Literal["month", "quarter", "year"]]


class CalendarSettings(Settings):
    """``days``: of a version, the days that are worked, or not, unlike their day of the week."""

    country: str
    first_year: Count
    last_year: Count
    days: dict[str, bool] = {}


class TopAccounts(Settings):
    accounts: Positive


class CoverageThresholds(Settings):
    first_days: Count


class ServiceStandard(Settings):
    response_standard_hours: Positive
    standard_hours_by_tier: dict[str, Positive] = {}


class NeedThresholds(Settings):
    response_standard_working_days: Count
    unheard_after_callbacks: Count


class InvitationStandard(Settings):
    response_standard_working_days: Count


class WarningThresholds(Settings):
    revenue_drop: Share


class WorklistPoints(Settings):
    lookback_days: Count
    horizon_days: Count
    overdue_points: float
    overdue_full_days: Count
    revenue_points: float
    warning_points: float
    warning_points_limit: float
    tier_points: dict[str, float]


class ShareThresholds(Settings):
    near_rows: Share
    whole_from: float
    whole_to: float


class HourBands(Settings):
    second: Positive
    third: Positive
    fourth: Positive


class ReturnThresholds(Settings):
    min_contracts: Count
    min_of_each_outcome: Count
    min_accounts: Count
    band_from_hours: HourBands


class RenewalThresholds(Settings):
    decided_after_days: Count
    soon_days: Count
    ahead_days: Count


class ForesightThresholds(Settings):
    months_with_orders: Count
    harmonics: Count
    significance: Share
    trained_months: Count
    held_back_months: Count
    held_back_times: Count
    interval: Share
    peak_factor: Positive


class ThresholdSettings(Settings):
    reporting_currency: Annotated[str, Field(pattern="^[A-Z]{3}$")]
    fiscal_year_start_month: Annotated[int, Field(ge=1, le=12)]
    least_cases: Annotated[int, Field(ge=1)]
    near_tolerance: Share
    confidence: Share
    not_maintenance: Names
    top: TopAccounts
    coverage: CoverageThresholds
    service: ServiceStandard
    needs: NeedThresholds
    invitations: InvitationStandard
    warnings: WarningThresholds
    worklist: WorklistPoints
    shares: ShareThresholds
    returns: ReturnThresholds
    renewals: RenewalThresholds
    foresight: ForesightThresholds


class TargetSettings(Settings):
    """Default targets by metric, from the headers or an installation's own targets.toml."""

    targets: dict[str, float]


class TargetBoundSettings(Settings):
    """The least and most of a target by metric, from the headers or target_bounds.toml.

    A share that is written as 90 for 90 % stands out in ``highest_share``.
    """

    lowest: dict[str, float]
    highest: dict[str, float]
    highest_share: dict[str, float]

    def bounds_of(self, metric: str) -> tuple[Decimal | None, Decimal | None]:
        """The least and the most that a target can be, each None where there is none."""
        highest = self.highest | self.highest_share
        ends = self.lowest.get(metric, -inf), highest.get(metric, inf)
        least, most = (Decimal(str(end)) if isfinite(end) else None for end in ends)
        return least, most


class CadenceSettings(Settings):
    default: Promises
    tiers: dict[str, Promises]


class AxisSettings(Settings):
    measure: str
    scale: str
    cuts: list[float]

    @field_validator("cuts")
    @classmethod
    def check_cuts(cls, cuts: list[float]) -> list[float]:
        if cuts != sorted(set(cuts)):
            raise PydanticCustomError("not_rising", "not rising")
        return cuts


class AxisPair(Settings):
    x: AxisSettings
    y: AxisSettings


class TierSettings(Bilingual):
    key: bool


class SchemeSettings(Bilingual):
    needs: Names
    axes: AxisPair
    cells: dict[str, str]
    tiers: dict[str, TierSettings]

    @model_validator(mode="after")
    def check_cells(self) -> Self:
        x, y = (range(len(axis.cuts) + 1) for axis in (self.axes.x, self.axes.y))
        pairs = [f"{column},{row}" for column in x for row in y]
        if sorted(self.cells) != sorted(pairs):
            fault = {"within": ["cells"], "value": ", ".join(self.cells), "pairs": pairs}
            raise PydanticCustomError("cells", "not the levels", fault)
        return self


class TierSchemeSettings(Settings):
    active: str
    schemes: dict[str, SchemeSettings]
