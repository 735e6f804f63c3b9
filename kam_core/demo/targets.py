"""Targets of the year, by quarter, some by region or tier."""

from decimal import Decimal

from kam_core.demo.rows import Target
from kam_core.demo.world import World


def add_targets(world: World) -> None:
    spec = world.story["targets"]
    rows = []
    for quarter, revenue in spec["revenue"].items():
        rows += _revenue_targets(spec, quarter, Decimal(revenue))
        for metric, target in spec["all_quarters"].items():
            rows.append(Target(metric, quarter, "", "", Decimal(target)))
        for metric, regions in spec["regional"].items():
            rows += [Target(metric, quarter, name, "", Decimal(t)) for name, t in regions.items()]
        for metric, tiers in spec["tiers"].items():
            rows += [Target(metric, quarter, "", name, Decimal(t)) for name, t in tiers.items()]
    world.targets = rows


def _revenue_targets(spec: dict, quarter: str, revenue: Decimal) -> list[Target]:
    regions = [
        Target("revenue", quarter, region, "", (revenue * Decimal(str(share))).quantize(1))
        for region, share in spec["regional_revenue_share"].items()
    ]
    return [Target("revenue", quarter, "", "", revenue), *regions]
