"""What the product says and shows: both languages, numbers, exports, nothing that can act."""

import io
import re
import string
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import pandas as pd
import pytest

from kam_core.dashboard.charts import Columns, Point
from kam_core.dashboard.sections.scorecards import score_cells, target_lines
from kam_core.dashboard.tables import answer_table, cell_words
from kam_core.errors import KamError
from kam_core.ingest.stage import CellExample
from kam_core.metrics import catalogue
from kam_core.metrics.compare import KpiChange
from kam_core.metrics.scorecard import Score
from kam_core.render import csv_export
from kam_core.render.html.sparkline import bullet, spark
from kam_core.render.plotly import charts
from kam_core.render.terminal.section import render_scores
from kam_core.render.xlsx import workbook
from kam_core.text import formats
from kam_core.text.marks import judged_words, rests_on
from kam_core.text.sentences import figure_sentences, value_sentences
from kam_core.text.word_catalogue import LANGUAGES, load_words
from kam_core.text.writer import Text, escape, plotly_escape

ZH, EN = Text("zh"), Text("en")

# A plural noun, before it perhaps an adjective, or the verb of one: right behind a count.
AFTER_A_COUNT = re.compile(
    r"\{\w+:\+?count\} (?:more )?"
    r"(?:(?!(?:of|in|and|with|for|at|has|is|was|this)\b)[a-z-]+ )?"
    r"(?:(?!(?:does|has|is|was|this)\b)[a-z-]*s|are|were|have)(?![\w-])"
)


def placeholders(text: str) -> set[tuple[str, str]]:
    """What a text fills in and how it is written; where it chooses words, each has its own."""
    parts = string.Formatter().parse(text)
    return {(name, spec or "") for _, name, spec, _ in parts if name and "|" not in (spec or "")}


def test_both_languages_fill_the_same_placeholders() -> None:
    zh, en = load_words("zh"), load_words("en")
    assert {key for key in zh if placeholders(zh[key]) != placeholders(en[key])} == set()


def test_every_english_noun_behind_a_count_has_a_singular() -> None:
    words = load_words("en")
    # What is chosen after one number is chosen after every other, also one without a form.
    chosen = re.findall(r"\|[^}]*?\b(\w+s)\b", " ".join(words.values()))
    after_a_number = re.compile(rf"\{{\w+\}} (?:{'|'.join(chosen)})\b")
    found = [AFTER_A_COUNT.search(text) or after_a_number.search(text) for text in words.values()]
    assert [match.group() for match in found if match] == []


@pytest.mark.parametrize(
    ("spec", "value", "written"),
    [
        ("count", 1234, "1,234"),
        ("+count", 3, "+3"),
        ("percent", Decimal("0.125"), "12.5%"),
        ("percent0", 0.95, "95%"),
        ("pp", -0.021, "−2.1 pp"),
        ("decimal4", 0.0625, "0.0625"),
        ("period", "2024-Q3", "Q3 2024"),
        ("period", ("2024-07", "2024-08"), "Jul 2024, Aug 2024"),
        ("day", date(2024, 9, 3), "Sep 3, 2024"),
        ("tier", ["growth"], "Growth"),
        ("unit", 36, "36.0 h"),
        ("+unit", None, "–"),
        ("", "as it is", "as it is"),
    ],
)
def test_a_placeholder_says_how_its_value_is_written(
    spec: str, value: object, written: str
) -> None:
    template, values = f"{{value:{spec}}}", {"value": value, "unit": "hours"}
    assert EN.filled(template, values) == written


@pytest.mark.parametrize(
    ("value", "zh", "en"),
    [
        (Decimal("120000000.00"), "1.2亿", "120M"),
        (Decimal("8401234.50"), "840.1万", "8.4M"),
        (-3_400_000, "−340万", "−3.4M"),
        (950, "950", "950"),
        (0, "0", "0"),
        (None, "–", "–"),
        (float("nan"), "–", "–"),
    ],
)
def test_money_is_short_in_the_units_of_the_language(value: object, zh: str, en: str) -> None:
    assert (formats.money(value, "zh"), formats.money(value, "en")) == (zh, en)


@pytest.mark.parametrize(
    ("value", "unit", "zh", "en"),
    [
        (-0.22, "percent", "−22.0 个百分点", "−22.0 pp"),
        (0.009, "percent", "+0.9 个百分点", "+0.9 pp"),
        (7.6e-11, "percent", "0.0 个百分点", "0.0 pp"),
        (-0.00001, "percent", "0.0 个百分点", "0.0 pp"),
        (1.5, "days", "+1.5 天", "+1.5 d"),
    ],
)
def test_a_gap_has_a_sign_only_where_a_digit_is_shown(
    value: float, unit: str, zh: str, en: str
) -> None:
    assert formats.difference(value, unit, "zh") == zh
    assert formats.difference(value, unit, "en") == en


def test_days_and_periods_are_written_as_the_language_does() -> None:
    assert formats.day(date(2024, 9, 3), "zh") == "2024年9月3日"
    assert formats.day("2024-09-03", "en") == "Sep 3, 2024"
    assert formats.moment(datetime(2024, 9, 3, 8, 5, 59), "en") == "Sep 3, 2024 08:05"
    assert formats.day(pd.NaT, "en") == "–"
    assert formats.period("2024-Q3", "zh") == "2024年第3季度"
    assert formats.period("2024-Q3", "en") == "Q3 2024"
    assert formats.period("2024-07", "zh") == "2024年7月"
    assert formats.short_period("2024-07", "en") == "Jul 24"


def test_a_name_that_is_markup_shows_as_itself() -> None:
    assert escape("[x](http://evil) **b** $a$ :red[c]") == (
        r"\[x\]\(http\:\/\/evil\) \*\*b\*\* \$a\$ \:red\[c\]"
    )
    assert escape("two\n\n# lines") == r"two \# lines"
    assert plotly_escape('<a href="x">&') == '&lt;a href="x"&gt;&amp;'


def test_values_in_a_sentence_stand_out_and_cannot_act() -> None:
    said = EN.rich("value.season_account", account_name="*1* ![](http://evil)")
    assert said.startswith(r"**\*1\* \!\[\]\(http\:\/\/evil\)**")


@pytest.mark.parametrize("cell", ["=1+1", "+cmd", "-2+3", "@SUM(A1)", " =1", "\t=1", "＝1"])
def test_a_formula_in_a_download_is_text(cell: str) -> None:
    assert csv_export.neutral(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["-3.5", "+7", "plain", -3.5, None, ""])
def test_numbers_and_words_are_left_as_they_are(cell: object) -> None:
    assert csv_export.neutral(cell) == cell


def test_a_download_has_words_for_headings_and_codes_and_keeps_every_row() -> None:
    rows = pd.DataFrame({"tier": ["growth", "=evil"], "revenue_12m": [Decimal("0.10"), None]})
    content = csv_export.csv_bytes(answer_table("t", rows, ZH))
    assert content.startswith(b"\xef\xbb\xbf")
    read = pd.read_csv(io.BytesIO(content), encoding="utf-8-sig", dtype=str, keep_default_na=False)
    assert list(read.columns) == ["层级", "近 12 个月收入"]
    assert read.values.tolist() == [["成长型", "0.10"], ["'=evil", ""]]


def test_the_name_of_a_download_changes_with_its_content() -> None:
    assert csv_export.file_name("a", b"1") != csv_export.file_name("a", b"2")


@pytest.mark.parametrize(
    ("before", "after", "unit", "is_moved"),
    [
        ("0.1501", "0.1504", "percent", False),  # 15.0 %, 15.0 %, 0.0 points
        ("0.1501", "0.1510", "percent", True),  # 15.0 %, 15.1 %
        ("0.15010", "0.15045", "percent", False),  # 0.035 points are written as 0.0
        ("0.1496", "0.1504", "percent", True),  # 15.0 %, 15.0 %, +0.1 points
        ("6.91", "6.94", "days", False),
        ("112", "110", "count", True),
        (None, "0.5", "percent", True),
        (None, None, "percent", False),
    ],
)
def test_a_figure_moves_by_what_is_shown(
    before: str | None, after: str | None, unit: str, is_moved: bool
) -> None:
    values = (value and float(value) for value in (before, after))
    figure = KpiChange("2024-Q3", "revenue", unit, *values, "met", "met", None, None)
    assert [figure_sentences.is_moved(figure, lang) for lang in LANGUAGES] == [is_moved, is_moved]
    assert figure_sentences.is_moved(replace(figure, after_status="missed"), "en")


def test_what_to_do_about_two_problems_is_two_sentences() -> None:
    problems = {"bad_date": 1, "bad_quarter": 1}
    details = {"table": "targets", "received": 2, "rejected": 2, "problems": problems}
    told = Text("en").error(KamError("too_many_broken_rows", **details, first_lines={}))
    assert told.endswith("Write it like 2024-07-01. Write it like 2026-Q3.")


def test_a_refusal_names_the_file_and_says_what_to_do_in_both_languages() -> None:
    error = KamError(
        "missing_columns", file="f.csv", table="accounts", columns=["region"], header=[]
    )
    assert ZH.error(error).startswith("f.csv：") and "区域 (region)" in ZH.error(error)
    assert EN.error(error).startswith("f.csv: ") and "Region (region)" in EN.error(error)


def test_an_unknown_code_is_shown_rather_than_hidden() -> None:
    assert EN.error(KamError("never_heard_of")) == "never_heard_of"
    assert EN.value("tier", "platinum") == "platinum"


def test_what_a_figure_waits_for_is_said_in_words() -> None:
    assert ZH.need("orders") == "订单"
    assert EN.need("accounts.growth_potential") == "Accounts · Growth potential"


def completion(status: str, reason: str | None = None) -> Score:
    """A callback completion of 68 % against 90 %, and what became of it."""
    target = None if status == "no_target" else 0.9
    gap = None if target is None else 0.68 - target
    return Score(
        "followup_completion", "percent", 0.68, 68, 100, None, None, target, gap, status, None,
        reason,
    )  # fmt: skip


def plain(said: str) -> str:
    """A sentence without its Markdown."""
    return said.replace("*", "").replace("\\", "")


def test_the_sentence_of_a_trend_names_value_target_and_status() -> None:
    rows = pd.DataFrame(
        {"period": ["2024-Q2", "2024-Q3"], "value": [0.7, 0.68], "target": [0.9, 0.9]}
    )
    changes = ("−2.0 pp vs last quarter", "– vs last year")
    said = figure_sentences.trend("Completion", rows, completion("missed"), changes, EN)
    assert plain(said) == (
        "Completion in Q3 2024: 68.0% against a target of 90.0%, missed. "
        "−2.0 pp vs last quarter, – vs last year."
    )


def test_the_sentence_of_a_running_quarter_says_that_it_runs() -> None:
    rows = pd.DataFrame({"period": ["2024-Q3"], "value": [0.68], "target": [0.9]})
    said = figure_sentences.trend("Completion", rows, completion("behind_pace", "partial"), (), EN)
    assert plain(said) == (
        "Completion in Q3 2024: 68.0% against a target of 90.0%, "
        "behind pace (period still running)."
    )
    without = rows.assign(target=float("nan"))
    said = figure_sentences.trend("Completion", without, completion("no_target", "partial"), (), EN)
    assert plain(said) == "Completion in Q3 2024: 68.0%; no target (period still running)."


def test_one_sentence_counts_every_status_and_what_of_it_is_undecided() -> None:
    few = replace(completion("missed"), decidable=False, reason="not_decidable:10")
    judged = [completion("met"), completion("missed"), completion("missed"), few]
    open_ones = [completion("on_pace", "partial"), completion("behind_pace", "partial")]
    none = replace(completion("no_target", "partial"), target=None)
    silent = replace(completion("no_data", "no_cases"), value=None)
    sentence = figure_sentences.on_target([*judged, *open_ones, none, silent], "2024-Q3", EN)
    assert plain(sentence) == (
        "Q3 2024: 7 figures with a target: 1 met, 3 missed (1 of them undecided), 1 on pace, "
        "1 behind pace, 1 without a value."
    )
    chinese = figure_sentences.on_target(judged, "2024-Q3", Text("zh"))
    assert plain(chinese) == (
        "2024年第3季度有 4 项有目标的指标：1 项达标、3 项未达标（其中 1 项未定）。"
    )
    assert plain(figure_sentences.on_target([none], "2024-Q3", EN)) == (
        "Q3 2024: no figure has both data and a target yet."
    )


def test_the_furthest_figure_is_decided_and_not_the_only_one() -> None:
    near, far = (replace(completion("missed"), attainment=part) for part in (0.9, 0.5))
    few = replace(far, decidable=False, attainment=0.1)

    def tail(*scores: Score) -> str:
        return plain(figure_sentences.on_target(scores, "2024-Q3", EN)).partition(". ")[2]

    assert tail(near, few) == (
        "Furthest from its target: Monthly callback completion with 68.0% against 90.0%."
    )
    assert tail(far) == ""
    assert tail(few, completion("met")) == ""


def test_regions_are_not_called_furthest_from_a_target_before_the_quarter_has_ended() -> None:
    def sentence(*scores: Score) -> str:
        rows = [(f"R{number}", score) for number, score in enumerate(scores)]
        return plain(figure_sentences.regions(rows, 10, EN))

    missed = replace(completion("missed"), attainment=0.7)
    assert sentence(completion("met"), missed) == (
        "2 regions, 1 figure: 1 met, 1 missed. "
        "Furthest from target: Monthly callback completion in R1, 68.0% against 90.0%."
    )
    assert sentence(completion("met"), replace(missed, denominator=9)) == (
        "2 regions, 1 figure: 1 met, 1 missed."
    )
    assert sentence(missed) == "1 region, 1 figure: 1 missed."
    assert sentence(completion("on_pace", "partial"), completion("behind_pace", "partial")) == (
        "2 regions, 1 figure: 1 on pace, 1 behind pace."
    )


@pytest.mark.parametrize(
    ("done", "open_", "missed", "words"),
    [
        (6, 4, 0, "3 more are needed for the target of 90.0%"),
        (6, 1, 3, "out of reach even if all are done"),
        (6, 0, 4, "has ended: 6 of 10 callbacks done, 60.0%"),
    ],
)
def test_the_outlook_says_what_can_still_be_reached(
    done: int, open_: int, missed: int, words: str
) -> None:
    figures = {"owed": 10, "done": done, "still_open": open_, "missed": missed, "needed": 9 - done}
    said = figure_sentences.outlook(figures | {"to_come": 0}, "2024-Q4", 0.9, EN)
    assert words in said.replace("*", "").replace("\\", "")
    assert "months to come" not in said


def test_the_outlook_says_how_much_of_it_rests_on_months_to_come() -> None:
    figures = {"owed": 6, "done": 1, "still_open": 5, "to_come": 4, "missed": 0, "needed": 5}
    said = figure_sentences.outlook(figures, "2024-Q3", 0.9, EN).replace("*", "").replace("\\", "")
    assert said == (
        "Q3 2024 holds 6 monthly callbacks: 1 done, 0 missed, 5 still open. 4 of these lie in "
        "months to come, if customers and tiers stay as they are. At best 100.0% can be reached. "
        "5 more are needed for the target of 90.0%."
    )


def test_money_marks_on_an_axis_are_round_and_in_words() -> None:
    ticks = charts.whole_ticks("money", 120_000_000, ZH)
    assert ticks["ticktext"] == ["0", "5000万", "1亿", "1.5亿"]
    below = charts.whole_ticks("money", 2_000_000, EN, -1_000_000)
    assert below["ticktext"] == ["−1M", "0", "1M", "2M", "3M"]
    assert charts.whole_ticks("count", 3, EN)["ticktext"] == ["0", "1", "2", "3", "4"]
    assert charts.whole_ticks("money", 0, ZH) == {}


def test_a_period_without_a_value_stays_on_the_axis() -> None:
    points = (Point("2024 Q2", None), Point("2024 Q3", 0.5))
    drawn = charts.draw_columns(Columns("t", "s", "percent", points), EN, charts.LIGHT)
    assert list(drawn.data[0].x) == ["2024 Q2", "2024 Q3"]
    assert list(drawn.data[0].text) == ["–", "50.0%"]


@pytest.mark.parametrize(
    ("metric", "numerator", "denominator", "zh", "en"),
    [
        ("match_rate", 9, 20, "9 / 20", "9 / 20"),
        (
            "key_revenue_share",
            Decimal("8401234.50"),
            Decimal(12_000_000),
            "840.1万 / 1200万",
            "8.4M / 12M",
        ),
        (
            "personalised_share",
            Decimal("2106.5"),
            Decimal(17_554),
            "2,106.5 小时 / 17,554.0 小时",
            "2,106.5 h / 17,554.0 h",
        ),
        ("satisfaction", Decimal(180), 2, "样本 2", "n = 2"),
        ("revenue", Decimal(180), None, "", ""),
    ],
)
def test_what_a_figure_rests_on_is_written_as_what_it_is(
    metric: str, numerator: Decimal, denominator: Decimal | None, zh: str, en: str
) -> None:
    score = Score(metric, "", None, numerator, denominator, *[None] * 4, "no_target", None, None)
    assert [rests_on(score, catalogue.metric(metric), text) for text in (ZH, EN)] == [zh, en]


def test_a_spark_runs_from_the_least_to_the_largest_value_and_leaves_a_gap_for_a_missing_one() -> (
    None
):
    drawn = spark([0.0, 1.0, float("nan"), 0.5, 0.5], "#123456")
    assert re.findall('points="([^"]*)"', drawn) == ["4.0,36.0 62.0,4.0", "178.0,20.0 236.0,20.0"]
    assert 'stroke="#123456"' in drawn
    # The first value is marked faintly, the last in full.
    marks = re.findall('<circle cx="([^"]*)" cy="([^"]*)" .*?opacity="([^"]*)"', drawn)
    assert marks == [("4.0", "36.0", "0.45"), ("236.0", "20.0", "1")]


def bars(drawn: str) -> list[str]:
    """Where the value starts, how long it is, and where the target stands across it."""
    left, width = re.search(r'<rect x="([^"]*)" y="5" width="([^"]*)"', drawn).groups()
    return [left, width, re.search(r'<rect x="([^"]*)" width="3"', drawn).group(1)]


@pytest.mark.parametrize(
    ("value", "target", "drawn"),
    [
        # 240 wide; the scale ends a fifth beyond the larger of the two.
        (50, 100, ["0.0", "100.0", "198.5"]),
        (100, 50, ["0.0", "200.0", "98.5"]),
        (0, 0, ["0.0", "0.0", "0.0"]),
        # From -0.1 to 0.12: zero stands at 109.1, and the bar runs to the left of it.
        (-0.1, 0.1, ["0.0", "109.1", "216.7"]),
    ],
)
def test_a_bullet_runs_from_zero_to_the_value_with_the_target_across(
    value: float, target: float, drawn: list[str]
) -> None:
    assert bars(bullet(value, target, "#123456", "#b3691b", "#eee", False)) == drawn


def test_a_bullet_is_hatched_while_its_period_is_open() -> None:
    opened, closed = (bullet(1, 2, "var(--actual)", "#b3691b", "#eee", b) for b in (True, False))
    assert 'height="6" fill="url(#hatchvaractual)"' in opened and 'id="hatchvaractual"' in opened
    assert 'height="6" fill="var(--actual)"/>' in closed


def test_a_spark_of_one_value_is_none_and_of_equal_values_a_level_line() -> None:
    assert spark([0.3], "#000") == spark([0.3, float("nan")], "#000") == ""
    assert 'points="4.0,20.0 236.0,20.0"' in spark([0.3, 0.3], "#000")


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (1, "1 row received = 1 accepted + 0 quarantined."),
        (0, "0 rows received = 0 accepted + 0 quarantined."),
        (11, "11 rows received = 11 accepted + 0 quarantined."),
    ],
)
def test_one_row_is_not_called_rows(rows: int, told: str) -> None:
    counts = {"received": rows, "accepted": rows, "quarantined": 0}
    assert Text("en")("uploads.counts", **counts) == told
    bold = told.replace(f"{rows} row", f"**{rows}** row").replace(f"{rows} acc", f"**{rows}** acc")
    assert Text("en").rich("uploads.counts", **counts) == bold.replace("0 quar", "**0** quar")


def test_one_line_is_not_called_lines() -> None:
    def placed(*lines: int) -> str:
        problems, first_lines = {"bad_date": len(lines)}, {"bad_date": lines}
        return Text("en").describe_problems(None, problems, first_lines, {})[0]

    assert placed(9).endswith("× 1 (line 9)")
    assert placed(9, 12).endswith("× 2 (lines 9, 12)")


def test_more_cells_than_are_named_are_hinted_at() -> None:
    cells = [CellExample("status", "odd", 2)]
    assert Text("en").cells("accounts", cells, 2) == "Status = odd"
    assert Text("en").cells("accounts", cells, 3) == "Status = odd × 2 …"
    assert Text("zh").cells("accounts", cells, 3) == "客户状态 = odd × 2 等"


@pytest.mark.parametrize(
    ("key", "words", "one", "two"),
    [
        (
            "service.moves_sentence",
            {"count": 2, "risen": 1, "fallen": 0},
            "1 account answered more than once in the 12 months up to the end of the quarter: "
            "1 rose, 0 fell.",
            "2 accounts answered more than once in the 12 months up to the end of the quarter: "
            "1 rose, 0 fell.",
        ),
        (
            "attention.key_accounts_lost",
            {"cases": 2, "account": "Acme", "amount": 50},
            "1 key account was lost this quarter: Acme; it brought 50 in the 12 months before.",
            "2 key accounts were lost this quarter, the largest being Acme; together they brought "
            "50 in the 12 months before.",
        ),
        (
            "attention.unanswered_invitations",
            {"cases": 2, "of_cases": 2, "days": 2, "account": "Acme"},
            "1 invitation by 1 customer is past the standard time unanswered, for 1 working day; "
            "it is Acme.",
            "2 invitations by 2 customers are past the standard time unanswered, the oldest for "
            "2 working days; Acme invited most often.",
        ),
        (
            "needs.ages_sentence",
            {"count": 2, "unanswered": 2, "days": 2},
            "1 need is open, 1 without a first answer; it has waited 1 day.",
            "2 needs are open, 2 of them without a first answer; the oldest has waited 2 days.",
        ),
        (
            "value.churn_revenue",
            {"every": 2, "revenue": 50, "key_revenue": 50},
            "The 1 account lost had brought 50 in the 12 months before; of this, key accounts 50.",
            "All 2 accounts lost had brought 50 in the 12 months before; the key accounts among "
            "them 50.",
        ),
        (
            "beside.undecided",
            {"count": 2},
            "1 more has ended and is not decided yet",
            "2 more have ended and are not decided yet",
        ),
    ],
)
def test_one_is_said_otherwise_than_two(
    key: str, words: dict[str, object], one: str, two: str
) -> None:
    assert EN(key, **words) == two
    # Numbers of a table with gaps are floats.
    assert EN(key, **{name: 1.0 if value == 2 else value for name, value in words.items()}) == one


def test_what_rounds_to_one_account_is_called_one() -> None:
    scores = {name: replace(completion("met"), value=0.8) for name in ("top20_share", "hhi")}
    told = plain(value_sentences.concentration("2024-Q3", 1, 1, 1.0, scores, EN))
    assert "In Q3 2024, 1 account had revenue; the first 1 brought 100.0%." in told
    assert told.endswith("as if 1 account had all revenue.")


def test_an_open_period_says_with_how_few_cases_it_is_undecided() -> None:
    # None lost of 100 in an open quarter has no pace, and is undecided like any other.
    none_lost = replace(
        completion("on_pace", "partial"), denominator=100, decidable=False, pace=None
    )
    assert EN.standing(none_lost) == ("on pace (period still running; undecided with 100 cases)")
    assert EN.standing(replace(none_lost, pace=1.2)) == EN.standing(none_lost)
    assert Text("zh").reason(none_lost).endswith("样本仅 100 个，未定")


def test_value_and_target_that_read_alike_are_told_apart_wherever_they_are_judged() -> None:
    # 15 of 248 is 6.048 %, a little more than the 6 % that are allowed.
    churn = Score(
        "churn_annual", "percent", 15 / 248, 15, 248, None, None, 0.06, 15 / 248 - 0.06, "missed"
    )
    header, line = render_scores([churn], EN).splitlines()
    assert re.split(" {2,}", line)[1:4] == ["6.05%", "6.00%", "+0.05 pp"]
    assert target_lines(churn, EN) == ["Target 6.00% · Gap +0.05 pp"]
    cells = score_cells(churn, EN)
    shown = {name: cell_words(cells[name], "own", "en") for name in ("value", "target", "gap")}
    assert shown == judged_words(churn, "en")
    # The cells of the workbook have as many digits.
    assert workbook._pattern(cells["value"], EN).startswith("0.00%;")
    apart = replace(churn, value=0.07, gap=0.01)
    assert judged_words(apart, "en") == {"value": "7.0%", "target": "6.0%", "gap": "+1.0 pp"}
    exact = replace(churn, value=0.06, gap=0.0)
    assert judged_words(exact, "en") == {"value": "6.0%", "target": "6.0%", "gap": "0.0 pp"}
    amount = Score("revenue", "money", 1.2e8 + 40, None, None, None, None, 1.2e8, 40.0, "met")
    assert list(judged_words(amount, "en").values()) == ["120,000,040", "120,000,000", "+40"]


def test_a_few_cases_among_one_are_not_some_of_them() -> None:
    few = replace(completion("missed"), decidable=False, reason="not_decidable:1")
    assert "1 missed (1 undecided)" in plain(figure_sentences.on_target([few], "2024-Q3", EN))
    assert EN.reason(few) == "undecided with 1 case"
