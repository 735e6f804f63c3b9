"""Seeded choices: exact splits, exact counts, weighted picks."""

import random
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import TypeVar

T = TypeVar("T")


def split_total(total: int, weights: Sequence[float], minimum: int = 0) -> list[int]:
    """Whole numbers in proportion to the weights, at least the minimum, adding up to the total."""
    free = total - minimum * len(weights)
    if free < 0 or not weights:
        raise ValueError(f"{total} cannot be split into {len(weights)} parts of {minimum} or more")
    scale = free / sum(weights)
    parts = [int(weight * scale) for weight in weights]
    rests = [weight * scale - part for weight, part in zip(weights, parts, strict=True)]
    largest_rest_first = sorted(range(len(parts)), key=lambda position: -rests[position])
    for step in range(free - sum(parts)):
        parts[largest_rest_first[step % len(parts)]] += 1
    return [part + minimum for part in parts]


def draw_sample(
    chance: random.Random, items: Sequence[T], count: int, weight: Callable[[T], float]
) -> list[T]:
    """Exactly ``count`` different items, the heavy ones more likely (Efraimidis and Spirakis)."""
    if count > len(items):
        raise ValueError(f"{count} of {len(items)} items asked for")
    keys = [chance.random() ** (1 / weight(item)) for item in items]
    ranked = sorted(range(len(items)), key=lambda position: -keys[position])
    return [items[position] for position in ranked[:count]]


def pick(chance: random.Random, weights: Mapping[T, float]) -> T:
    return chance.choices(list(weights), list(weights.values()))[0]


def round_half(value: float | Fraction) -> int:
    """The nearest whole number, halves upward; values are never negative here."""
    return int(value + Fraction(1, 2)) if isinstance(value, Fraction) else int(value + 0.5)
