"""All settings files together: a field is a file, ``feeds`` the files of that folder."""

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
    target_bounds: TargetBoundSettings
    targets: TargetSettings
    templates: TemplateSettings
    thresholds: ThresholdSettings
    tier_schemes: TierSchemeSettings
    warehouse: WarehouseSettings
    watch: WatchSettings
