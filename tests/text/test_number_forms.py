"""One number, one form: rounded half away from zero, and the same wherever it stands."""

from datetime import date
from decimal import ROUND_HALF_UP, Decimal, localcontext
from fractions import Fraction

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as some

from kam_core.dashboard.charts import Columns, Compared, Heat, Point, Terms
from kam_core.dashboard.model import FigureColumn, FigureTable, Quantity
from kam_core.dashboard.tables import cell_words
from kam_core.metrics.compare import KpiChange, VersionComparison
from kam_core.render.html import svg
from kam_core.render.plotly import charts
from kam_core.render.plotly.draw import draw_chart
from kam_core.render.terminal.changes import render_comparison
from kam_core.render.terminal.section import table_text
from kam_core.render.xlsx import workbook
from kam_core.text import formats
from kam_core.text.sentences import resource_sentences
from kam_core.text.word_catalogue import LANGUAGES
from kam_core.text.writer import Text

ZH, EN = Text("zh"), Text("en")
amounts = some.decimals(-(10**12), 10**12, places=4, allow_nan=False)
shares = some.fractions(-3, 3, max_denominator=10_000)
UNITS = ("percent", "money", "hours", "days", "count", "points", "index")


# Rounding


@pytest.mark.parametrize(
    ("value", "digits", "shown"),
    [
        (0.0625, 3, "0.063"),  # half even: 0.062
        (Fraction(1, 16), 3, "0.063"),
        (2.675, 2, "2.68"),  # as a binary number a little less than 2.675
        (1.005, 2, "1.01"),
        (12.25, 1, "12.3"),
        (0.5, 0, "1"),
        (1.5, 0, "2"),
        (2.5, 0, "3"),
        (-2.5, 0, "-3"),
        (Decimal("-0.0625"), 3, "-0.063"),
        (0.1 + 0.0625 - 0.1, 3, "0.063"),  # 0.06250000000000001 or a bit less
        (0.00049999999999, 3, "0.000"),
        (Fraction(1, 3), 1, "0.3"),
        (-0.04, 1, "0.0"),
        (1250, 0, "1250"),
    ],
)
def test_a_number_is_rounded_half_away_from_zero(
    value: formats.Number, digits: int, shown: str
) -> None:
    assert str(formats.rounded(value, digits)) == shown


@given(amounts, some.integers(0, 4))
def test_an_amount_is_rounded_as_decimal_does_half_up(amount: Decimal, digits: int) -> None:
    assert formats.rounded(amount, digits) == amount.quantize(
        Decimal(1).scaleb(-digits), ROUND_HALF_UP
    )


@given(shares, some.integers(0, 6))
def test_a_fraction_is_rounded_from_its_exact_value(share: Fraction, digits: int) -> None:
    with localcontext(prec=60):
        whole = Decimal(share.numerator) / Decimal(share.denominator)
        expected = whole.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)
    assert formats.rounded(share, digits) == expected


@given(some.integers(-(10**6), 10**6), some.integers(0, 4))
def test_a_float_is_rounded_as_the_decimal_that_it_is_written_as(steps: int, digits: int) -> None:
    tie = Decimal(2 * steps + 1) / (2 * 10**digits)
    assert formats.rounded(float(tie), digits) == formats.rounded(tie, digits)


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize(
    ("unit", "value", "shown"),
    [
        ("percent", 0.0625, "6.3%"),
        ("percent", -0.0625, "−6.3%"),
        ("percent", -0.0004, "0.0%"),
        ("index", 0.0005, "0.001"),
        ("count", 2.5, "3"),
        ("count", -1234.5, "−1,235"),
    ],
)
def test_a_rounded_value_is_written_alike_in_both_languages(
    lang: str, unit: str, value: float, shown: str
) -> None:
    assert formats.quantity(value, unit, lang) == shown


@given(some.sampled_from(UNITS), some.floats(-1e9, 1e9), some.sampled_from(LANGUAGES))
def test_no_number_has_a_hyphen_or_a_negative_zero(unit: str, value: float, lang: str) -> None:
    for written in (formats.quantity(value, unit, lang), formats.difference(value, unit, lang)):
        assert "-" not in written
        assert any(digit in written for digit in "123456789") or written[0] == "0"


# Money


@pytest.mark.parametrize(
    ("amount", "zh", "en"),
    [
        (112_100_000, "1.121亿", "112.1M"),
        (110_100_000, "1.101亿", "110.1M"),
        (1_121_000_000, "11.21亿", "1.121B"),
        (999_960_000, "10亿", "1B"),  # 1,000.0M is 1B
        (999_949_999, "9.999亿", "999.9M"),
        (99_999_999, "1亿", "100M"),  # 10000.0万 is 1亿
        (Decimal("104347826.08"), "1.043亿", "104.3M"),
        (Decimal("1121250"), "112.1万", "1.1M"),
        (1_250_000, "125万", "1.3M"),
        (112_150, "11.2万", "112.2K"),
        (11_249, "1.1万", "11.2K"),
        (10_000, "1万", "10K"),
        (Decimal("9999.5"), "1万", "10K"),
        (Decimal("9999.49"), "9,999", "9,999"),
        (9_960, "9,960", "9,960"),
        (Decimal("-2084000"), "−208.4万", "−2.1M"),
        (Decimal("-0.4"), "0", "0"),
    ],
)
def test_an_amount_is_short_from_a_scale_on_and_whole_below(
    amount: formats.Number, zh: str, en: str
) -> None:
    assert (formats.money(amount, "zh"), formats.money(amount, "en")) == (zh, en)


def test_the_parts_of_a_growth_read_as_the_growth_does() -> None:
    # 112.7 % of 3.8亿 would be 4.3亿; the amounts are finer than the share.
    assert [formats.money(n, "zh") for n in (120_000_000, 104_347_826)] == ["1.2亿", "1.043亿"]
    assert round(1.2 / 1.043 - 1, 2) == 0.15


@given(amounts, some.sampled_from(LANGUAGES))
def test_an_amount_as_shown_is_the_number_that_is_read(amount: Decimal, lang: str) -> None:
    marks = {"万": 4, "亿": 8, "K": 3, "M": 6, "B": 9}
    written = formats.money(amount, lang).replace("−", "-").replace(",", "")
    power = marks.get(written[-1], 0)
    number = Decimal(written[:-1] if power else written)
    assert number.scaleb(power) == formats.as_shown(amount, "money", lang)


# Two values side by side, parts and their total


@pytest.mark.parametrize(
    ("before", "after", "unit", "zh"),
    [
        (120_000_000, 122_084_000, "money", ("1.2亿", "1.221亿")),
        (120_000_000, 120_031_234, "money", ("120,000,000", "120,031,234")),
        (Decimal("100.50"), 101, "money", ("100.50", "101.00")),
        (0.1496, 0.1504, "percent", ("14.96%", "15.04%")),
        (0.15010, 0.15045, "percent", ("15.0%", "15.0%")),  # 0.0 points apart
        (6.88, 6.94, "days", ("6.88 天", "6.94 天")),
        (None, 5, "count", ("–", "5")),
        (float("nan"), None, "money", ("–", "–")),
    ],
)
def test_two_values_that_differ_as_shown_never_read_alike(
    before: formats.Number | None, after: formats.Number | None, unit: str, zh: tuple[str, str]
) -> None:
    assert formats.pair(before, after, unit, "zh") == zh


@given(amounts, amounts, some.sampled_from(UNITS), some.sampled_from(LANGUAGES))
def test_a_difference_that_is_shown_can_be_read_from_its_two_values(
    before: Decimal, after: Decimal, unit: str, lang: str
) -> None:
    written = formats.pair(before, after, unit, lang)
    difference = formats.as_shown(formats.subtract(after, before), unit, lang)
    assert written[0] != written[1] or not difference


@given(some.lists(amounts, min_size=1), some.sampled_from(UNITS), some.sampled_from(LANGUAGES))
def test_parts_as_shown_and_their_rounding_make_the_total_as_shown(
    parts: list[Decimal], unit: str, lang: str
) -> None:
    total = sum(parts, Decimal(0))
    lacking = formats.rounding(total, parts, unit, lang)
    shown = sum((formats.as_shown(part, unit, lang) for part in parts), lacking)
    assert shown == formats.as_shown(total, unit, lang)


def test_terms_that_do_not_add_up_as_shown_have_a_bar_for_the_rounding() -> None:
    # 1.1万 + 1.1万 + 1.1万 are 3.3万, and 3 x 11,450 are 3.4万.
    drawn = draw_chart(Terms(dict.fromkeys("abc", Decimal(11_450)), "sum"), ZH, charts.LIGHT)
    (bars,) = drawn.data
    assert list(bars.text) == ["+1.1万", "+1.1万", "+1.1万", "+1,000", "<b>3.4万</b>"]
    assert list(bars.x) == [11_000, 11_000, 11_000, 1_000, 34_000]
    assert drawn.layout.yaxis.ticktext[3] == "四舍五入差额"


def test_shares_that_do_not_add_up_to_the_others_as_shown_are_told_with_the_rounding() -> None:
    work = {"personalised": 0.5, "standard": 0.25 - 0.0005, "legacy_issue": 0.25 + 0.0005}
    said = resource_sentences.work_types("2024-Q3", work, 100, EN)
    assert "the other **50\\.0%** is not (**Standard 25\\.0%, Legacy issues 25\\.1%, " in said
    assert "Rounding −0\\.1 pp" in said


# The same form wherever a number stands


MONEY = (FigureColumn("name", "Name"), FigureColumn("sum", "Sum", "money"))
MONEY_TABLE = FigureTable("t", MONEY, pd.DataFrame({"name": ["a"], "sum": [Decimal(112_149_999)]}))


@pytest.mark.parametrize(("lang", "form"), [("zh", "1.121亿"), ("en", "112.1M")])
def test_an_amount_has_one_form_on_label_tooltip_paper_terminal_and_in_a_cell(
    lang: str, form: str
) -> None:
    text, amount = Text(lang), 112_149_999
    columns = Columns("t", "s", "money", (Point("p", amount, amount),))
    bars, marks = draw_chart(columns, text, charts.LIGHT).data
    assert list(bars.text) == list(marks.hovertext) == [form]
    assert "%{text}" in bars.hovertemplate and "%{hovertext}" in marks.hovertemplate
    assert f">{form}</text>" in svg.draw(columns, lang)
    compared = draw_chart(Compared(["a"], {"b": [amount]}, "money"), text, charts.LIGHT)
    assert list(compared.data[0].text) == [form]
    assert cell_words(Quantity(amount, "money"), "own", lang) == form
    assert form in table_text(MONEY_TABLE, text)


def test_a_share_in_a_cell_of_a_heat_map_has_the_digits_that_it_has_elsewhere() -> None:
    rows = pd.DataFrame({"2024-07": [0.0625]}, index=["East"])
    drawn = draw_chart(Heat(rows), EN, charts.LIGHT)
    assert drawn.data[0].text[0][0] == "6.3%"


def compared(before: float, after: float) -> VersionComparison:
    """Two versions that differ in the revenue of one quarter."""
    revenue = KpiChange("2024-Q3", "revenue", "money", before, after, "met", "met", None, None)
    return VersionComparison(None, date(2024, 9, 30), (), (), (revenue,), (), (), True)


def test_a_comparison_never_says_that_an_amount_moved_to_itself() -> None:
    assert "1.2亿 → 1.221亿" in render_comparison(compared(120e6, 122.084e6), ZH)
    assert "120,000,000 → 120,031,234" in render_comparison(compared(120e6, 120_031_234), ZH)


@pytest.mark.parametrize(
    ("cell", "pattern"),
    [
        (Quantity(0.0625, "percent"), '0.0%;"−"0.0%;0.0%'),
        (Quantity(-0.0004, "percent", True), "0.0%;0.0%"),
        (Quantity(-0.2, "percent", True), '+0.0%;"−"0.0%;0.0%'),
        (Quantity(12.0, "hours"), '0.0" h";"−"0.0" h";0.0" h"'),
        (Quantity(3, "exact"), '#,##0;"−"#,##0;#,##0'),
        (Quantity(4.25, "text"), '0.0;"−"0.0;0.0'),
        (Quantity(7, "text"), "General"),
        (Quantity(None, "money"), "General"),
    ],
)
def test_a_cell_of_a_workbook_has_a_true_minus_its_unit_once_and_no_negative_zero(
    cell: Quantity, pattern: str
) -> None:
    assert workbook._pattern(cell, EN) == pattern


@pytest.mark.parametrize(("lang", "form"), [("zh", "2024年第3季度"), ("en", "Q3 2024")])
def test_a_quarter_has_one_form_in_a_language(lang: str, form: str) -> None:
    assert formats.period("2024-Q3", lang) == form
    assert formats.short_period("2024-Q3", lang) == form
    assert formats.axis_period("2024-Q3", lang).replace("\n", "") == form
    assert cell_words("2024-Q3", "period", lang) == form
    drawn = svg.draw(Columns("t", "s", "count", (Point("2024年\n第3季度", 1),)), "zh")
    assert ">2024年</text>" in drawn and ">第3季度</text>" in drawn
