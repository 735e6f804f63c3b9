"""All settings files together: a field is a file, ``feeds`` the files of that folder."""

from math import inf
from typing import Self

from pydantic import ValidationError, model_validator
from pydantic_core import InitErrorDetails, PydanticCustomError

from kam_core.settings.schemas.base import Settings
from kam_core.settings.schemas.contract import (
    CharacterSettings,
    ContractSettings,
    CorrectionSettings,
    ProblemSettings,
    TemplateSettings,
)
from kam_core.settings.schemas.mapping import FeedSettings, MappingSettings
from kam_core.settings.schemas.numbers import (
    CadenceSettings,
    CalendarSettings,
    TargetBoundSettings,
    TargetSettings,
    ThresholdSettings,
    TierSchemeSettings,
)
from kam_core.settings.schemas.product import PageSettings, WarehouseSettings, WatchSettings
from kam_core.settings.schemas.reading import ReadingSettings
from kam_core.settings.schemas.review import ReviewSettings


class InstallationSettings(Settings):
    cadences: CadenceSettings
    calendar: CalendarSettings
    characters: CharacterSettings
    contract: ContractSettings
    corrections: CorrectionSettings
    feeds: dict[str, FeedSettings]
    mapping: MappingSettings
    pages: PageSettings
    problems: dict[str, ProblemSettings]
    reading: ReadingSettings
    review: ReviewSettings
    target_bounds: TargetBoundSettings
    targets: TargetSettings
    templates: TemplateSettings
    thresholds: ThresholdSettings
    tier_schemes: TierSchemeSettings
    warehouse: WarehouseSettings
    watch: WatchSettings

    @model_validator(mode="after")
    def check_defaults(self) -> Self:
        """Each default target lies between the bounds of its metric."""
        bounds, kind = self.target_bounds, PydanticCustomError("out_of_bounds", "out of bounds")
        highest = bounds.highest | bounds.highest_share
        faults = [
            InitErrorDetails(type=kind, loc=("targets", "targets", metric), input=value)
            for metric, value in self.targets.targets.items()
            if not bounds.lowest.get(metric, -inf) <= value <= highest.get(metric, inf)
        ]
        if faults:
            raise ValidationError.from_exception_data("settings", faults)
        return self
