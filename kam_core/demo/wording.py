"""Fills the templates of words.toml."""

import random
from collections.abc import Sequence
from datetime import date

from kam_core.demo.world import World

NUMBERS = (2, 3, 4, 5, 6, 8, 10, 12)


def write_text(
    world: World, chance: random.Random, templates: Sequence[str] | str, day: date, **values: object
) -> str:
    """One of the templates with a product on sale that day, a site and a number filled in."""
    template = templates if isinstance(templates, str) else chance.choice(templates)
    filling = {
        "product": chance.choice(_devices_on_sale(world, day)),
        "site": chance.choice(world.words["sites"]["words"]),
        "n": chance.choice(NUMBERS),
    }
    return template.format(**(filling | values))


def _devices_on_sale(world: World, day: date) -> list[str]:
    is_new_on_sale = day >= world.story["new_product_on_sale_from"]
    return world.words["devices"]["names"] + [world.words["new_product"]["name"]] * is_new_on_sale
