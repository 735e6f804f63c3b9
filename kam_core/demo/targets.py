"""Targets of the year, by quarter, some by region or tier."""

from decimal import Decimal

from kam_core.demo.rows import Target
from kam_core.demo.world import World


def aim(world: World) -> None:
    told = world.story["targets"]
    rows = []
    for quarter, revenue in told["revenue"].items():
        rows += _revenue(told, quarter, Decimal(revenue))
        for metric, target in told["all_quarters"].items():
            rows.append(Target(metric, quarter, "", "", Decimal(target)))
        for metric, regions in told["regional"].items():
            rows += [Target(metric, quarter, name, "", Decimal(t)) for name, t in regions.items()]
        for metric, tiers in told["tiers"].items():
            rows += [Target(metric, quarter, "", name, Decimal(t)) for name, t in tiers.items()]
    world.targets = rows


def _revenue(told: dict, quarter: str, revenue: Decimal) -> list[Target]:
    regions = [
        Target("revenue", quarter, region, "", (revenue * Decimal(str(share))).quantize(1))
        for region, share in told["regional_revenue_share"].items()
    ]
    return [Target("revenue", quarter, "", "", revenue), *regions]
