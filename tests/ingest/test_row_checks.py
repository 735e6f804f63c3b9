"""Checking: values are exact or named as wrong, and every problem of every row is told."""

from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

import pandas as pd
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from kam_core.contract.declaration import Column, tables
from kam_core.ingest.validate.cast import Bad, ColumnRule, Noted, caster, proven_order
from kam_core.ingest.validate.decimals import mark_of
from kam_core.ingest.validate.row_checks import CheckedRows, Origin, arrow_type, check_rows


def cast(column_type: str, text: str, manner: ColumnRule | None = None, **column: object) -> object:
    kind = Column(name="c", type=column_type, zh="", en="", **column)  # type: ignore[arg-type]
    return caster(kind, [text], manner or ColumnRule())(text)


def fault(column_type: str, text: str, manner: ColumnRule | None = None, **column: object) -> str:
    with pytest.raises(Bad) as bad:
        cast(column_type, text, manner, **column)
    return bad.value.code


def checked(table: str, *rows: dict[str, str], manners: dict | None = None) -> CheckedRows:
    names = list(dict.fromkeys(name for row in rows for name in row))
    texts = [[row.get(name, "") for name in names] for row in rows]
    cells = pd.DataFrame(texts, columns=names, dtype="str")
    origin = Origin([number + 2 for number in range(len(rows))], texts)
    return check_rows(cells, tables()[table], origin, manners)


def problems(result: CheckedRows) -> list[tuple[int, str, str]]:
    return [(f.row, f.code, f.details["column"]) for f in result.findings]


# numbers


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1200000", "1200000"),
        ("1,200,000", "1200000"),
        ("¥1,200,000.00", "1200000"),
        ("￥ 1,200", "1200"),
        ("$7,450,000.00", "7450000"),
        ("-$500", "-500"),
        ("$-500", "-500"),
        ("500-", "-500"),
        ("(500)", "-500"),
        ("($1,500.25)", "-1500.25"),
        ("（500）", "-500"),
        ("120万", "1200000"),
        ("120 万元", "1200000"),
        ("1.2亿", "120000000"),
        ("3千万", "30000000"),
        ("１２０．５０", "120.50"),
        ("500元", "500"),
        ("USD 12.30", "12.30"),
        (".5", "0.5"),
        ("1000.500", "1000.5"),
        ("0", "0"),
    ],
)
def test_money_is_read_as_people_write_it(text: str, amount: str) -> None:
    assert cast("money", text) == Decimal(amount)


@pytest.mark.parametrize(
    "text",
    [
        "about 5",
        "1,2",
        "12,34,567",
        "1 200",
        "5%",
        "--5",
        "(-5)",
        "(5",
        "5)",
        "1e5",
        "NaN",
        "-",
        "N/A",
    ]
    + ["1" * 41],
)
def test_what_is_no_amount_is_not_made_one(text: str) -> None:
    assert fault("money", text) == "bad_number"


@given(
    st.integers(-(10**17), 10**17),
    st.sampled_from(["{:.2f}", "{:,.2f}", "¥{:,.2f}", "{:,.2f} 元"]),
)
def test_every_amount_of_cents_survives_every_way_of_writing(cents: int, style: str) -> None:
    amount = Decimal(cents).scaleb(-2)
    assert cast("money", style.format(amount)) == amount


@given(st.decimals(0, 10**9, places=4))
def test_ten_thousands_multiply_without_rounding(number: Decimal) -> None:
    read = cast("number", f"{number}万")
    value = read.value if isinstance(read, Noted) else read
    assert Fraction(value) == Fraction(number) * 10_000


def test_money_is_never_rounded() -> None:
    assert fault("money", "10.005") == "too_precise_money"
    assert fault("money", "0.1", ColumnRule(factor="1/60")) == "too_precise_money"
    assert cast("money", "1.23", ColumnRule(factor="1000")) == Decimal(1230)


@pytest.mark.parametrize(
    ("texts", "mark"),
    [
        (["1.234,56", "1.500"], "comma"),
        (["1.234.567", "999"], "comma"),
        (["0,75", "12,5", "1 500,00"], "comma"),
        (["1,234.56", "1,500"], "point"),
        (["1,234,567", "0.750"], "point"),
        (["1500.000", "12.500"], "point"),
        (["1.500", "1,500", "999", "1.125"], None),
        (["12,5", "12.5"], "open"),
        (["12,5", "1,500"], "open"),
    ],
)
def test_a_column_proves_whether_a_point_or_a_comma_ends_the_whole_part(
    texts: list[str], mark: str | None
) -> None:
    assert mark_of(texts) == mark


def test_a_decimal_comma_is_read_where_the_column_proves_it() -> None:
    german = ColumnRule(decimals="comma")
    assert cast("money", "1.234,50 €", german) == Decimal("1234.50")
    assert cast("money", "1.500", german) == Decimal(1500)
    assert cast("money", "12\u202f000,5", german) == Decimal("12000.5")
    assert cast("number", "0,75", german) == Decimal("0.75")
    assert fault("money", "1,500", german) == "ambiguous_number"


def test_thousands_are_never_silently_taken_for_decimals() -> None:
    for kind in ("money", "number", "integer"):
        assert fault(kind, "1.500") == "ambiguous_number"
    assert cast("money", "1,500") == cast("money", "1'500.00") == Decimal(1500)
    assert cast("number", "1.125") == Decimal("1.125")
    assert cast("money", "1.500", ColumnRule(decimals="point")) == Decimal("1.50")


def test_figures_that_contradict_each_other_are_taken_only_where_they_are_plain() -> None:
    mixed = ColumnRule(decimals="open")
    assert fault("number", "1,250", mixed) == fault("number", "1,5", mixed) == "ambiguous_number"
    assert (cast("number", "(7)", mixed), cast("number", "1.5", mixed)) == (-7, Decimal("1.5"))


def test_a_target_of_ninety_for_a_share_is_not_nine_thousand_per_cent() -> None:
    said = {"match_rate": "75", "key_churn": "3%", "satisfaction": "90", "revenue_yoy": "15"}
    rows = [
        {"metric": metric, "quarter": "2026-Q3", "target": target}
        for metric, target in said.items()
    ]
    assert problems(checked("targets", *rows)) == [
        (0, "target_above_whole", "target"),
        (3, "target_above_whole", "target"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "2024/7/5 下午 9:05:00",
        "2024/7/5 下午9:05",
        "2024年7月5日下午9点05分",
        "2024年7月5日21:05",
        "2024-07-05周五 21:05",
        "2024-07-05 21:05 (星期五)",
        "Friday, July 5, 2024 9:05 p.m.",
        "Jul 5, 2024, 9:05 PM",
        "2024-07-05 13:05:00 UTC",
        "2024-07-05 21:05 GMT+08:00",
        "20240705210500",
    ],
)
def test_a_time_is_read_as_programs_of_both_languages_write_it(text: str) -> None:
    assert cast("timestamp", text) == datetime(2024, 7, 5, 21, 5)


def test_noon_and_midnight_are_told_apart_in_chinese_too() -> None:
    assert cast("timestamp", "2024/7/5 上午 12:05") == datetime(2024, 7, 5, 0, 5)
    assert cast("timestamp", "2024/7/5 下午 12:05") == datetime(2024, 7, 5, 12, 5)
    assert fault("timestamp", "2024/7/5 下午 21:05") == "bad_date"


def test_ninety_hours_of_one_call_are_kept_with_a_note() -> None:
    call = {"interaction_id": "I", "account_id": "A", "kind": "call", "status": "planned"}
    rows = [call | {"interaction_id": f"I{h}", "duration_hours": h} for h in ("1.5", "24", "90")]
    assert problems(checked("interactions", *rows)) == [(2, "long_duration", "duration_hours")]


def test_ten_dimes_make_a_dollar() -> None:
    rows = [
        {"order_id": f"O{i}", "account_id": "A", "ordered_on": "2024-07-01", "amount": "0.10"}
        for i in range(10)
    ]
    amounts = checked("orders", *rows).columns["amount"].to_pylist()
    assert sum(amounts) == Decimal("1.00")


def test_numbers_beyond_their_type_are_refused() -> None:
    assert cast("money", "9" * 16) == Decimal("9" * 16)
    assert fault("money", "9" * 17) == "number_out_of_range"
    assert fault("integer", "9" * 19) == "number_out_of_range"


def test_per_cent_is_a_part_of_one_but_a_score_keeps_its_points() -> None:
    assert cast("number", "45%") == Decimal("0.45")
    assert cast("score", "72%") == Decimal(72)


def test_minutes_become_hours_and_scales_become_0_to_100() -> None:
    assert cast("number", "90", ColumnRule(factor="1/60")) == Decimal("1.5")
    assert cast("number", "41", ColumnRule(factor="1/60")) == Decimal("0.683333")
    five_points = ColumnRule(scale=("1", "5"))
    assert [cast("score", text, five_points) for text in "135"] == [0, 50, 100]
    assert fault("score", "6", five_points) == "score_out_of_range"
    assert fault("score", "0", five_points) == "score_out_of_range"


HOURS = tables()["interactions"].column("duration_hours")


def hours(text: str, manner: ColumnRule | None = None) -> object:
    return caster(HOURS, [text], manner or ColumnRule())(text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.5", "1.5"),
        ("1:30", "1.5"),
        ("1：30", "1.5"),
        ("0:45", "0.75"),
        ("01:30:00", "1.5"),
        ("36:00:00", "36"),
        ("90分钟", "1.5"),
        ("90 分", "1.5"),
        ("1.5小时", "1.5"),
        ("2個小時", "2"),
        ("1小时30分", "1.5"),
        ("半小时", "0.5"),
        ("1h30m", "1.5"),
        ("1 h 30 min", "1.5"),
        ("1 hour, 15 minutes", "1.25"),
        ("90 min", "1.5"),
        ("2 hrs.", "2"),
        ("20min", "0.333333"),
    ],
)
def test_a_duration_with_its_unit_is_read_as_hours(text: str, expected: str) -> None:
    assert hours(text) == Decimal(expected)


@pytest.mark.parametrize(
    "text", ["半天", "90:00", "1:75", "about 2h", "30m 1h", "1h 1h", "2 days", "1-2小时", "h", "2x"]
)
def test_a_duration_that_cannot_be_told_is_not_guessed(text: str) -> None:
    with pytest.raises(Bad, match="bad_duration"):
        hours(text)


def test_a_duration_with_a_unit_under_a_header_with_a_unit_is_not_multiplied_twice() -> None:
    minutes = ColumnRule(factor="1/60")
    assert hours("90", minutes) == Decimal("1.5")
    with pytest.raises(Bad, match="unit_twice"):
        hours("90分钟", minutes)
    assert hours("90分钟", ColumnRule(factor="1")) == Decimal("1.5")
    assert cast("money", "120万", ColumnRule(factor="1")) == 1_200_000


def test_a_duration_with_a_decimal_comma_is_read_where_its_column_has_them() -> None:
    assert hours("1,5小时", ColumnRule(decimals="comma")) == Decimal("1.5")


def test_only_a_duration_is_read_as_one() -> None:
    assert fault("number", "90 min") == "bad_number"


def test_a_score_may_name_its_points_and_other_words_are_no_score() -> None:
    assert [cast("score", text) for text in ("95分", "95 分", "88.5 points", "95%")] == [
        95, 95, Decimal("88.5"), 95
    ]  # fmt: skip
    assert cast("score", "4分", ColumnRule(scale=("1", "5"))) == 75
    for text in ("4/5", "非常满意", "A", "满分", "95分钟", "分", "九十五"):
        assert fault("score", text) == "bad_score"


def test_too_many_decimals_of_a_number_are_rounded_half_up_and_noted() -> None:
    assert cast("number", "0.3333335") == Noted(Decimal("0.333334"), "rounded_number")
    assert cast("number", "0.3333330") == Decimal("0.333333")


def test_integers_are_whole() -> None:
    assert cast("integer", "3.0") == 3
    assert fault("integer", "3.5") == "bad_number"


def test_a_minimum_is_kept() -> None:
    assert cast("money", "0", minimum=0) == 0
    assert fault("money", "-0.01", minimum=0) == "below_minimum"


# dates and times


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2024-07-01", datetime(2024, 7, 1)),
        ("2024/7/1", datetime(2024, 7, 1)),
        ("2024.7.1", datetime(2024, 7, 1)),
        ("2024年7月1日", datetime(2024, 7, 1)),
        ("20240701", datetime(2024, 7, 1)),
        ("２０２４－０７－０１", datetime(2024, 7, 1)),
        ("2024-07-01 14:30", datetime(2024, 7, 1, 14, 30)),
        ("2024-07-01T14:30:05.25", datetime(2024, 7, 1, 14, 30, 5, 250_000)),
        ("2024/7/1 9:05:00", datetime(2024, 7, 1, 9, 5)),
        ("2024年7月1日 14时30分", datetime(2024, 7, 1, 14, 30)),
        ("2024-07-01T20:00:00Z", datetime(2024, 7, 2, 4)),
        ("2024-01-23T17:50:51.000+0000", datetime(2024, 1, 24, 1, 50, 51)),
        ("2024-07-01T14:30:00+08:00", datetime(2024, 7, 1, 14, 30)),
        ("13/7/2024", datetime(2024, 7, 13)),
        ("7/13/2024 12:05 AM", datetime(2024, 7, 13, 0, 5)),
        ("27-07-2023 03:00", datetime(2023, 7, 27, 3)),
        ("5/5/2024", datetime(2024, 5, 5)),
        ("01-Jan-2025", datetime(2025, 1, 1)),
        ("January 5, 2025", datetime(2025, 1, 5)),
    ],
)
def test_moments_are_read_in_the_reporting_time_zone(text: str, moment: datetime) -> None:
    manner = ColumnRule(timezone="Asia/Shanghai")
    assert cast("timestamp", text, manner) == moment
    assert cast("date", text, manner) == moment.date()


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("2024-02-30", "bad_date"),
        ("2024-13-01", "bad_date"),
        ("2024-07-01 24:00", "bad_date"),
        ("2024-07-01 10:30+99:00", "bad_date"),
        ("32/01/2024", "bad_date"),
        ("Jan-2024", "bad_date"),
        ("01-Foo-2024", "bad_date"),
        ("12345", "bad_date"),
        ("2024", "bad_date"),
        ("soon", "bad_date"),
        ("1/4/2024", "ambiguous_date"),
        ("13/07/24", "two_digit_year"),
        ("24-07-01", "two_digit_year"),
        ("01-Jan-25", "two_digit_year"),
        ("23 days ago", "relative_date"),
        ("昨天", "relative_date"),
        ("0001-01-01", "date_out_of_range"),
        ("9999-12-31", "date_out_of_range"),
    ],
)
def test_dates_that_cannot_be_read_for_certain_are_named(text: str, code: str) -> None:
    assert fault("date", text) == code


def test_excel_day_numbers_are_dates_and_noted() -> None:
    assert cast("date", "45474") == Noted(date(2024, 7, 1), "excel_serial")
    assert cast("timestamp", "45474.75") == Noted(datetime(2024, 7, 1, 18), "excel_serial")


def test_a_column_proves_its_order_by_a_part_above_twelve() -> None:
    assert proven_order(["1/4/2024", "13/4/2024"]) == "dmy"
    assert proven_order(["1/4/2024", "4/13/2024"]) == "mdy"
    assert proven_order(["1/1/2024", "1/4/2024", "1/7/2024", "1/10/2024"]) is None
    assert proven_order(["13/4/2024", "4/13/2024"]) is None


def test_one_proof_settles_the_whole_column() -> None:
    texts = ["1/4/2024", "13/4/2024"]
    read = caster(Column(name="c", type="date", zh="", en=""), texts, ColumnRule())
    assert [read(text) for text in texts] == [date(2024, 4, 1), date(2024, 4, 13)]


def test_a_stated_order_holds_even_against_the_look_of_a_date() -> None:
    assert cast("date", "1/4/2024", ColumnRule(date_order="dmy")) == date(2024, 4, 1)
    assert fault("date", "13/4/2024", ColumnRule(date_order="mdy")) == "bad_date"


# the other types


def test_yes_and_no_are_known_in_both_languages_and_blank_is_neither() -> None:
    assert [cast("bool", text) for text in ("是", "YES", "1", "√")] == [True] * 4
    assert [cast("bool", text) for text in ("否", "False", "0")] == [False] * 3
    row = {"survey_id": "S", "account_id": "A", "surveyed_on": "2024-07-01", "score": "1"}
    assert checked("surveys", row | {"effective": ""}).columns["effective"].to_pylist() == [None]


@pytest.mark.parametrize("text", ["2026-Q3", "2026Q3", "2026q3", "2026年第3季度", "2026年三季度"])
def test_quarters_are_written_one_way(text: str) -> None:
    assert cast("quarter", text) == "2026-Q3"


def test_enumerated_values_are_folded_and_a_recipe_may_redefine_them() -> None:
    kind = tables()["interactions"].column("kind")
    read = caster(kind, [], ColumnRule())
    assert [read(text) for text in ("月度回访", "Phone Call", "QBR", "monthly_callback")] == [
        "monthly_callback",
        "call",
        "quarterly_review",
        "monthly_callback",
    ]
    redefined = caster(kind, [], ColumnRule(meanings={"Prep": "meeting"}))
    assert redefined("prep") == "meeting"
    with pytest.raises(Bad, match="unknown_value"):
        redefined("QBR")


def test_ids_keep_their_zeros_and_case() -> None:
    assert cast("id", "00123") == "00123"
    assert cast("id", "aB1") == "aB1"
    assert cast("id", "17850.0") == Noted("17850.0", "float_id")
    assert cast("id", "'00123") == "00123"
    assert cast("id", "'17850.0") == Noted("17850.0", "float_id")
    assert [cast("id", text) for text in ("'", "''", "'7'", "O'7")] == ["'", "''", "'7'", "O'7"]
    assert cast("text", "'s-Hertogenbosch") == "'s-Hertogenbosch"
    assert fault("id", "6.1E+17") == fault("id", "6.1e+17") == "scientific_id"


# rows and tables

ACCOUNT = {"account_id": "A1", "account_name": "Alpha", "region": "East"}


def test_every_column_has_the_type_of_the_contract_present_or_not() -> None:
    for table in tables().values():
        columns = checked(table.name, {column.name: "" for column in table.required}).columns
        assert list(columns) == [column.name for column in table.columns]
        assert [array.type for array in columns.values()] == list(map(arrow_type, table.columns))


def test_arrow_types_equal_the_sql_types() -> None:
    assert arrow_type(Column(name="c", type="money", zh="", en="")) == pa.decimal128(18, 2)
    assert arrow_type(Column(name="c", type="score", zh="", en="")) == pa.decimal128(9, 4)
    assert arrow_type(Column(name="c", type="number", zh="", en="")) == pa.decimal128(24, 6)
    assert arrow_type(Column(name="c", type="timestamp", zh="", en="")) == pa.timestamp("us")


def test_all_problems_of_a_row_are_told_at_once() -> None:
    row = {"account_id": "", "account_name": " ", "region": "East"}
    row |= {"status": "asleep", "customer_since": "soon", "growth_potential": "101"}
    assert sorted(problems(checked("accounts", row))) == [
        (0, "bad_date", "customer_since"),
        (0, "missing_value", "account_id"),
        (0, "missing_value", "account_name"),
        (0, "score_out_of_range", "growth_potential"),
        (0, "unknown_value", "status"),
    ]


def test_text_is_trimmed_and_a_region_called_na_stays() -> None:
    columns = checked("accounts", ACCOUNT | {"region": "\u3000NA ", "industry": "  "}).columns
    assert columns["region"].to_pylist() == ["NA"]
    assert columns["industry"].to_pylist() == [None]


def test_a_completed_interaction_needs_a_time_and_a_planned_one_does_not() -> None:
    row = {"account_id": "A", "kind": "call"}
    result = checked(
        "interactions",
        row | {"interaction_id": "1", "status": "done", "occurred_at": ""},
        row | {"interaction_id": "2", "status": "planned", "occurred_at": ""},
        row | {"interaction_id": "3", "status": "done", "occurred_at": "soon"},
    )
    assert problems(result) == [
        (2, "bad_date", "occurred_at"),
        (0, "completed_without_time", "occurred_at"),
    ]


def test_repeats_name_the_first_line_and_say_whether_they_differ() -> None:
    other = ACCOUNT | {"account_id": "A2"}
    result = checked("accounts", other, ACCOUNT, ACCOUNT, ACCOUNT | {"region": "West"}, other)
    assert problems(result) == [
        (2, "duplicate_row", "account_id"),
        (3, "duplicate_key", "account_id"),
        (4, "duplicate_row", "account_id"),
    ]
    assert [finding.details["first_line"] for finding in result.findings] == [3, 3, 2]


def test_a_key_may_have_empty_parts_where_they_are_not_required() -> None:
    target = {"metric": "match_rate", "quarter": "2026-Q3", "target": "0.75"}
    result = checked(
        "targets", target | {"region": ""}, target | {"region": "East"}, target | {"region": ""}
    )
    assert problems(result) == [
        (2, "duplicate_row", "metric, quarter, scheme, region, tier, owner")
    ]


def test_rows_without_a_key_are_missing_values_and_no_repeats() -> None:
    blank = ACCOUNT | {"account_id": ""}
    assert {code for _, code, _ in problems(checked("accounts", blank, blank))} == {"missing_value"}


def test_impossible_orders_of_time_are_noted_with_both_times() -> None:
    row = ACCOUNT | {"status": "lost", "customer_since": "2024-07-02", "lost_on": "2024-07-01"}
    (finding,) = checked("accounts", row).findings
    assert finding.code == "impossible_order"
    assert finding.details == {
        "column": "lost_on",
        "value": "2024-07-01",
        "other_column": "customer_since",
        "other_value": "2024-07-02",
    }
