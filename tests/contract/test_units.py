"""Figures of every unit as a reader of each language sees them."""

from decimal import Decimal
from fractions import Fraction

import pytest

from kam_core.metrics import catalogue
from kam_core.text import formats


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (0.40496, "percent", "40.5%", "40.5%"),
        (Decimal("6000000.00"), "money", "600万", "6M"),
        (48.0, "hours", "48.0 小时", "48.0 h"),
        (Fraction(1, 3), "hours", "0.3 小时", "0.3 h"),
        (6.888, "days", "6.9 天", "6.9 d"),
        (1112.0, "count", "1,112", "1,112"),
        (79.27, "points", "79.3 分", "79.3 pts"),
        (0.02868, "index", "0.029", "0.029"),
        (None, "points", "–", "–"),
        (None, "index", "–", "–"),
    ],
)
def test_a_value_carries_the_unit_of_its_metric(value: object, unit: str, zh: str, en: str) -> None:
    assert (formats.quantity(value, unit, "zh"), formats.quantity(value, unit, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (-0.35, "percent", "−35.0 个百分点", "−35.0 pp"),
        (-10.73, "points", "−10.7 分", "−10.7 pts"),
        (36.0, "hours", "+36.0 小时", "+36.0 h"),
        (12.0, "count", "+12", "+12"),
        (Fraction(-1, 100), "index", "−0.010", "−0.010"),
        (0.0001, "index", "0.000", "0.000"),
        (-6_000_000, "money", "−600万", "−6M"),
    ],
)
def test_a_difference_carries_the_unit_and_a_sign(
    value: object, unit: str, zh: str, en: str
) -> None:
    assert formats.difference(value, unit, "zh") == zh
    assert formats.difference(value, unit, "en") == en


def test_every_unit_of_the_catalogue_has_its_own_writing() -> None:
    assert {metric.unit for metric in catalogue.load_metrics().values()} <= set(formats.WRITERS)
