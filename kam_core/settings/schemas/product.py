"""pages.toml, warehouse.toml and watch.toml: what changes no number."""

from kam_core.settings.schemas.base import Count, Memory, Names, Positive, Settings, Share


class OverviewPage(Settings):
    cards: Names
    trend: Names
    regions: Names


class FollowUpPage(Settings):
    cards: Names


class NeedsPage(Settings):
    cards: Names
    rates: Names
    response: Names
    age_limits_days: list[Count]


class TargetsPage(Settings):
    quarters_ahead: Count


class UploadsPage(Settings):
    minutes_allowed: Positive


class PackSettings(Settings):
    worklist_rows: Count
    parts: Names


class PartedPage(Settings):
    """A page of parts, each with its figures; the cards of the open part come first."""

    cards: Count
    of_every_part: Names
    parts: dict[str, Names]


class ServicePage(PartedPage):
    response: Names
    feelings: Names
    months_back: Count
    age_limits_hours: list[Count]
    topics_shown: Count


class ResourcesPage(PartedPage):
    months_back: Count
    claimed_effect_per_hour: float


class ValuePage(PartedPage):
    most_of_it: Share
    wallets_shown: Count


class FigurePage(Settings):
    months_back: Count
    moving_range_factor: Positive
    enough_points: Count
    parts_shown: Count
    rows_shown: Count
    overlapping: Names


class PageSettings(Settings):
    quarters_back: Count
    months_back: Count
    overview: OverviewPage
    follow_up: FollowUpPage
    needs: NeedsPage
    targets: TargetsPage
    uploads: UploadsPage
    pack: PackSettings
    service: ServicePage
    resources: ResourcesPage
    figure: FigurePage
    value: ValuePage


class WarehouseSettings(Settings):
    keep_versions: Count
    memory_limit: Memory
    max_quarantined_share: Share
    confirm_removed_share: Share


class WatchSettings(Settings):
    poll_seconds: Positive
    settle_seconds: Positive
    patience_seconds: Positive
    most_attempts: Count
    ignored: Names
