"""Why a figure moved: parts counted by hand, and parts that always add up exactly."""

import re
from fractions import Fraction as F
from functools import partial

import duckdb
import pandas as pd
import plotly.graph_objects as go
import pytest
from hypothesis import given
from hypothesis import strategies as some

from kam_core.dashboard.charts import Limited, Waterfall
from kam_core.dashboard.sections.metric_detail import change_table
from kam_core.errors import KamError
from kam_core.metrics import catalogue, change, periods, run
from kam_core.metrics.change import Figures, Movement, group_of, groups, mix_and_rate
from kam_core.metrics.control_limits import limits
from kam_core.render.plotly import change_charts, charts
from kam_core.text import formats
from kam_core.text.sentences import change_sentences
from kam_core.text.writer import Text
from tests.support.worlds import account, ask_of, contract_row, interaction, need, order, snapshots

Q2, Q3 = (periods.quarter(f"2024-Q{number}") for number in (2, 3))


def explained(
    cursor: duckdb.DuckDBPyConnection,
    name: str,
    by: str | None = None,
    before: periods.Period | None = Q2,
) -> change.FigureChange:
    return change.explain(partial(run.run_metric, cursor), name, before, Q3, by)


def halves(before: dict, after: dict) -> dict[str, tuple[F, F]]:
    slices = [
        {name: Figures(F(n), F(d)) for name, (n, d) in side.items()} for side in (before, after)
    ]
    return {part.name: (part.mix, part.rate) for part in mix_and_rate(*slices)}


# Mix and rate


def test_rates_alone_move_a_figure_when_the_cases_stay_where_they_were() -> None:
    # East 5/10 to 7/10 at half the weight: +1/10; West as it was.
    found = halves({"East": (5, 10), "West": (8, 10)}, {"East": (7, 10), "West": (8, 10)})
    assert found == {"East": (0, F(1, 10))}


def test_mix_alone_moves_a_figure_when_every_slice_does_as_before() -> None:
    # East stays at 1/2, West at 1; East's weight falls from 1/2 to 1/4. Totals 3/4 and 7/8.
    found = halves({"East": (5, 10), "West": (10, 10)}, {"East": (5, 10), "West": (30, 30)})
    middle = F(13, 16)
    assert found["East"] == (F(-1, 4) * (F(1, 2) - middle), 0)
    assert found["West"] == (F(1, 4) * (1 - middle), 0)
    assert sum(mix for mix, _ in found.values()) == F(1, 8)


def test_mix_and_rate_together_follow_the_worked_example_of_the_documentation() -> None:
    # docs/explained-change.md: East 40/80 to 30/40, West 16/20 to 54/60; 56 % to 84 %.
    found = halves({"East": (40, 80), "West": (16, 20)}, {"East": (30, 40), "West": (54, 60)})
    assert found["East"] == (F(3, 100), F(15, 100))
    assert found["West"] == (F(6, 100), F(4, 100))


def test_a_slice_that_is_new_or_gone_is_mix_and_nothing_else() -> None:
    found = halves({"East": (5, 10), "West": (9, 10)}, {"East": (5, 10), "North": (1, 10)})
    assert found["West"][1] == found["North"][1] == 0
    assert sum(mix + rate for mix, rate in found.values()) == F(6, 20) - F(14, 20)


def test_a_numerator_without_a_denominator_is_rate() -> None:
    # Lost projects of a region without revenue: 4 over a whole of 10.
    found = halves({"East": (1, 10)}, {"East": (1, 10), "West": (4, 0)})
    assert found == {"West": (0, F(4, 10))}


figures = some.dictionaries(
    some.sampled_from(["East", "West", "North", None, ""]),
    some.tuples(some.integers(-50, 50), some.integers(0, 50)),
    min_size=1,
)
positive = figures.filter(lambda slices: sum(d for _, d in slices.values()) > 0)


@given(positive, positive)
def test_mix_and_rate_of_any_slices_add_up_exactly(before: dict, after: dict) -> None:
    totals = [
        F(sum(n for n, _ in side.values()), sum(d for _, d in side.values()))
        for side in (before, after)
    ]
    found = halves(before, after)
    assert sum(mix + rate for mix, rate in found.values()) == totals[1] - totals[0]


@given(positive, positive)
def test_the_way_back_is_the_same_with_the_other_sign(before: dict, after: dict) -> None:
    there, back = halves(before, after), halves(after, before)
    assert {name: (-mix, -rate) for name, (mix, rate) in back.items()} == there


@given(positive, positive)
def test_slices_that_do_the_same_have_no_rate(before: dict, after: dict) -> None:
    alike = [{name: (d, 2 * d) for name, (_, d) in side.items()} for side in (before, after)]
    assert all(rate == 0 for _, rate in halves(*alike).values())


# Gained, lost, grown, shrunk


def test_accounts_are_gained_lost_grown_or_shrunk() -> None:
    before = {"new": F(0), "gone": F(30), "up": F(10), "down": F(9), "same": F(5)}
    after = {"new": F(20), "gone": F(0), "up": F(14), "down": F(8), "same": F(5)}
    assert groups(before, after) == (
        Movement("gained", F(0), F(20), 1),
        Movement("lost", F(30), F(0), 1),
        Movement("grown", F(10), F(14), 1),
        Movement("shrunk", F(9), F(8), 1),
    )


@pytest.mark.parametrize(
    ("was", "now", "group"),
    [(0, 0, None), (-5, 8, "gained"), (8, -5, "lost"), (0, -5, "shrunk"), (-5, 0, "grown")],
)
def test_returns_count_as_having_nothing(was: int, now: int, group: str | None) -> None:
    assert group_of(F(was), F(now)) == group


amounts = some.dictionaries(
    some.text("abc", max_size=2), some.decimals(-100, 100, places=2).map(F), min_size=1
)


@given(amounts, amounts)
def test_groups_of_any_amounts_add_up_exactly(before: dict, after: dict) -> None:
    moved = sum(after.values(), F(0)) - sum(before.values(), F(0))
    found = groups(before, after)
    assert sum((group.difference for group in found), F(0)) == moved
    assert all(group.difference >= 0 for group in found if group.name in ("gained", "grown"))
    assert all(group.difference <= 0 for group in found if group.name in ("lost", "shrunk"))


# Metrics of a company


def company(**more: object) -> duckdb.DuckDBPyConnection:
    accounts = [
        account("A1", region="East", industry="Steel"),
        account("A2", region="North"),
        account("A3", region="North", industry="Steel"),
    ]
    orders = [
        order("O1", "A1", "2023-07-01", "50"),
        order("O2", "A1", "2024-04-01", "100.10"),
        order("O3", "A1", "2024-07-01", "130.20"),
        order("O4", "A2", "2024-05-01", "40"),
        order("O5", "A3", "2024-08-01", "7.05"),
    ]
    return ask_of(snapshots("2024-09-30", accounts=accounts, orders=orders, **more), "2024-09-30")


def test_revenue_moves_by_its_accounts() -> None:
    moved = explained(company(), "revenue")
    assert (moved.before, moved.after, moved.dimension) == (F("140.10"), F("137.25"), "account_id")
    assert [(part.name, part.accounts, part.difference) for part in moved.parts] == [
        ("gained", 1, F("7.05")),
        ("lost", 1, F(-40)),
        ("grown", 1, F("30.10")),
        ("shrunk", 0, F(0)),
    ]
    assert moved.difference == F("-2.85") == sum(part.difference for part in moved.parts)


def test_revenue_moves_by_region_and_an_industry_nobody_stated() -> None:
    by_region = explained(company(), "revenue", "region")
    assert [(p.name, p.difference) for p in by_region.parts] == [
        ("North", F("-32.95")),
        ("East", F("30.10")),
    ]
    by_industry = explained(company(), "revenue", "industry")
    assert {p.name for p in by_industry.parts} == {"Steel", None}
    assert by_industry.difference == sum(p.difference for p in by_industry.parts)


def test_growth_by_itself_is_explained_by_the_revenue_it_compares() -> None:
    moved = explained(company(), "revenue_yoy", before=None)
    assert (moved.unit, moved.before, moved.after) == ("money", F(50), F("137.25"))
    assert (moved.periods, moved.is_on_the_year) == (("2023-Q3", "2024-Q3"), True)
    assert {p.name: p.difference for p in moved.parts if p.accounts} == {
        "gained": F("7.05"),
        "grown": F("80.20"),
    }


def growing() -> duckdb.DuckDBPyConnection:
    """Q2: East 100 to 150, North 100 to 90: 20 %. Q3: East 100 to 160, North 300 to 360: 30 %."""
    sold = {
        "2023-04-01": (100, 100),
        "2023-08-01": (100, 300),
        "2024-04-01": (150, 90),
        "2024-08-01": (160, 360),
    }
    orders = [
        order(f"{day} {account_id}", account_id, day, amount)
        for day, amounts in sold.items()
        for account_id, amount in zip(("A1", "A2"), amounts, strict=True)
    ]
    accounts = [account("A1", region="East"), account("A2", region="North")]
    return ask_of(snapshots("2024-09-30", accounts=accounts, orders=orders), "2024-09-30")


def test_growth_of_two_periods_is_explained_by_mix_and_rate() -> None:
    moved = explained(growing(), "revenue_yoy")
    assert (moved.unit, moved.before, moved.after) == ("percent", F(20, 100), F(30, 100))
    assert (moved.periods, moved.is_on_the_year) == (("2024-Q2", "2024-Q3"), False)
    # East weighs a half, then a quarter; it grew by 50 %, then 60 %; the whole by 25 % on the way.
    assert {part.name: (part.mix, part.rate) for part in moved.parts} == {
        "East": (F(-1, 4) * F(30, 100), F(10, 100) * F(3, 8)),
        "North": (F(1, 4) * F(-20, 100), F(30, 100) * F(5, 8)),
    }
    assert moved.mix + moved.rate == F(10, 100)


def test_growth_is_split_by_accounts_gained_and_lost_only_on_the_year() -> None:
    wanted = catalogue.metric("revenue_yoy")
    assert change.splits(wanted, None)[0] == "account_id"
    assert change.splits(wanted, Q2) == ("region", "tier", "account_manager", "industry")


def test_growth_of_a_period_without_a_year_before_it_has_no_difference_to_another() -> None:
    moved = explained(company(), "revenue_yoy")
    assert (moved.before, moved.after) == (None, F("137.25") / 50 - 1)
    said = change_sentences.why(moved, Text("en")).replace("*", "")
    assert said.startswith("Revenue growth vs last year has no value in Q2 2024")


def renewed(contract_id: str, account_id: str, ends_on: str, before: int, after: int) -> dict:
    fields = {"amount": before, "renewed": "true", "renewal_amount": after}
    return contract_row(contract_id, account_id, ends_on, **fields)


def renewals() -> duckdb.DuckDBPyConnection:
    """Q2: East 100 to 110, North 100 to 100. Q3: East 200 to 230, North 100 to 100."""
    contracts = [
        renewed("C1", "A1", "2024-05-01", 100, 110),
        renewed("C2", "A2", "2024-05-01", 100, 100),
        renewed("C3", "A1", "2024-08-01", 200, 230),
        renewed("C4", "A2", "2024-08-01", 100, 100),
    ]
    return company(contracts=contracts)


def test_an_uplift_moves_by_mix_and_rate_as_the_ratio_does_of_which_one_is_taken() -> None:
    moved = explained(renewals(), "renewal_uplift")
    assert (moved.unit, moved.dimension, moved.before, moved.after) == (
        "percent",
        "region",
        F(5, 100),
        F(10, 100),
    )
    # East: half to two thirds of the amounts, from 110 % to 115 %; the middle of 105 % and 110 %.
    assert {part.name: (part.mix, part.rate) for part in moved.parts} == {
        "East": (F(1, 6) * (F(1125, 1000) - F(1075, 1000)), F(5, 100) * F(7, 12)),
        "North": (F(-1, 6) * (1 - F(1075, 1000)), 0),
    }
    assert moved.mix + moved.rate == F(5, 100)


def test_an_uplift_is_told_as_two_values_and_never_as_growth_on_the_year() -> None:
    moved = explained(renewals(), "renewal_uplift")
    said = change_sentences.why(moved, Text("en"))
    words = said.replace("*", "").replace("\\", "")
    assert words.startswith("Renewal uplift: 5.0% in Q2 2024, 10.0% in Q3 2024: +5.0 pp.")


def test_the_table_of_an_uplift_shows_uplifts_and_not_the_ratios_under_them() -> None:
    rows = change_table(explained(renewals(), "renewal_uplift"), Text("en"))
    shown = rows.set_index("region")[["value_before", "value_after"]]
    assert shown.loc["East"].tolist() == pytest.approx([0.10, 0.15])
    assert shown.loc["North"].tolist() == [0, 0]


def test_one_part_per_account_says_which_account_moved_a_share() -> None:
    meetings = [
        interaction("I1", "A1", "2024-04-10", need_id="N1"),
        interaction("I2", "A2", "2024-04-11"),
        interaction("I3", "A1", "2024-07-10"),
        interaction("I4", "A2", "2024-07-11"),
    ]
    cursor = company(interactions=meetings, needs=[need("N1", "A1", "2024-04-01")])
    moved = change.by_account(partial(run.run_metric, cursor), "match_rate", Q2, Q3)
    assert (moved.before, moved.after) == (F(1, 2), 0)
    assert [(p.name, p.mix, p.rate) for p in moved.parts] == [("A1", 0, F(-1, 2))]


def test_a_quantile_cannot_be_split_and_says_so() -> None:
    needs = [
        need("N1", "A1", "2024-04-01 00:00", responded_at="2024-04-03 00:00"),
        need("N2", "A1", "2024-07-01 00:00", responded_at="2024-07-02 00:00"),
    ]
    moved = explained(company(needs=needs), "need_response_median")
    assert (moved.before, moved.after, moved.parts) == (2, 1, ())
    assert moved.unsplit == "quantile"


def test_a_period_without_data_has_no_difference() -> None:
    cursor = company()
    early = periods.quarter("2022-Q3")
    moved = change.explain(partial(run.run_metric, cursor), "revenue", early, Q3)
    assert (moved.before, moved.difference, moved.unsplit) == (None, None, "no_value")
    assert moved.frame().empty


def test_a_split_the_definition_does_not_allow_is_refused() -> None:
    with pytest.raises(KamError) as refused:
        explained(company(), "churn_annual", "tier")
    assert refused.value.code == "slice_not_defined"


def test_every_metric_of_the_sample_moves_by_parts_that_add_up(
    sample: duckdb.DuckDBPyConnection,
) -> None:
    ask = partial(run.run_metric, sample)
    for name, metric in catalogue.load_metrics().items():
        values = run.run_metric(sample, name, [Q2, Q3])
        told = {row["period"]: row for row in values.to_dict("records")}
        for way in change.splits(metric, Q2):
            moved = change.explain(ask, name, Q2, Q3, way)
            if moved.difference is None:
                continue
            assert sum((p.difference for p in moved.parts), F(0)) == moved.difference, (name, way)
            assert float(moved.after) == told["2024-Q3"]["value"], (name, way)


@pytest.mark.parametrize("name", ["revenue_yoy", "complaints_yoy"])
def test_growth_of_the_sample_moves_on_the_year_by_parts_that_add_up(
    sample: duckdb.DuckDBPyConnection, name: str
) -> None:
    (told,) = run.run_metric(sample, name, [Q3]).to_dict("records")
    for way in change.splits(catalogue.metric(name), None):
        moved = change.explain(partial(run.run_metric, sample), name, None, Q3, way)
        assert (moved.before, moved.after) == (F(told["denominator"]), F(told["numerator"]))
        assert sum((p.difference for p in moved.parts), F(0)) == moved.difference


# Pictures and sentences


def many_regions() -> change.FigureChange:
    before = {f"R{number}": Figures(F(number), F(10)) for number in range(1, 9)}
    after = {f"R{number}": Figures(F(9 - number), F(10 + number)) for number in range(1, 9)}
    totals = [F(36, 80), F(36, 116)]
    parts = mix_and_rate(before, after)
    names = ("2024-Q2", "2024-Q3")
    return change.FigureChange("match_rate", "percent", "region", names, *totals, parts)


@pytest.mark.parametrize("shown", [0, 2, 8])
def test_the_bars_of_a_waterfall_add_up_however_few_are_shown(shown: int) -> None:
    moved = many_regions()
    drawn = change_charts.draw_waterfall(Waterfall(moved, shown), Text("en"), charts.LIGHT)
    (bars,) = drawn.data
    assert bars.measure[-1] == "total"
    assert sum(bars.x[:-1]) == pytest.approx(bars.x[-1]) == pytest.approx(-0.14)
    labels = [
        float(re.search("<b>(.*) pp</b>", name)[1].replace("−", "-")) for name in names(drawn)
    ]
    assert labels == pytest.approx([100 * x for x in bars.x[1:-1]])
    has_rounding = "Rounding" in names(drawn)[-1]
    assert len(bars.x) == 3 + min(shown, 8) + (shown < 8) + has_rounding


def names(drawn: go.Figure) -> list[str]:
    """What stands beside the bars of a waterfall between its two ends."""
    return list(drawn.layout.yaxis.ticktext[1:-1])


def thirds() -> change.FigureChange:
    """Three regions that each moved by a third of a point: 0.3 + 0.3 + 0.3 are not 1.0."""
    before = {name: Figures(F(1), F(3)) for name in "abc"}
    after = {name: Figures(F(1) + F(3, 100), F(3)) for name in "abc"}
    totals = [F(1, 3), F(1, 3) + F(1, 100)]
    names = ("2024-Q2", "2024-Q3")
    parts = mix_and_rate(before, after)
    return change.FigureChange("match_rate", "percent", "region", names, *totals, parts)


def test_what_rounded_parts_lack_to_the_rounded_whole_is_shown_as_rounding() -> None:
    moved = thirds()
    drawn = change_charts.draw_waterfall(Waterfall(moved, 8), Text("en"), charts.LIGHT)
    assert [name.replace("<b>", "").replace("</b>", "") for name in names(drawn)] == [
        "Mix  0.0 pp", "a  +0.3 pp", "b  +0.3 pp", "c  +0.3 pp", "Rounding  +0.1 pp",
    ]  # fmt: skip
    assert drawn.data[0].text[-1] == "<b>+1.0 pp</b>"


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sentence_and_the_bar_of_one_part_say_one_number(lang: str) -> None:
    # East adds 18 points, of which its bar, the rate, is 15: docs/explained-change.md.
    sides = [
        {name: Figures(F(n), F(d)) for name, (n, d) in side.items()}
        for side in (
            {"East": (40, 80), "West": (16, 20)},
            {"East": (30, 40), "West": (54, 60)},
        )
    ]
    quarters = ("2024-Q2", "2024-Q3")
    moved = change.FigureChange(
        "match_rate", "percent", "region", quarters, F(56, 100), F(84, 100), mix_and_rate(*sides)
    )
    drawn = change_charts.draw_waterfall(Waterfall(moved, 8), Text(lang), charts.LIGHT)
    assert any("East" in bar and "+15.0" in bar for bar in names(drawn))
    said = change_sentences.why(moved, Text(lang)).replace("\\", "").replace("*", "")
    assert "East" in said and "+15.0" in said and "+18.0" not in said


def test_what_both_halves_lack_is_not_called_the_rounding_of_the_bars() -> None:
    # Mix and rate of a quarter of a thousandth each: 0.0 + 0.0 against 0.1 points.
    part = change.MixPart("East", Figures(), Figures(), F(1, 4000), F(1, 4000))
    moved = change.FigureChange(
        "match_rate", "percent", "region", ("2024-Q2", "2024-Q3"), F(0), F(1, 2000), (part,)
    )
    said = change_sentences.why(moved, Text("en")).replace("\\", "").replace("*", "")
    assert "Rounding of these two: +0.1 pp." in said


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_sentence_names_both_halves_and_the_largest_part(lang: str) -> None:
    moved = many_regions()
    said = change_sentences.why(moved, Text(lang)).replace("\\", "")
    assert max(moved.parts, key=lambda part: abs(part.rate)).name in said
    for number in (moved.difference, moved.mix, moved.rate):
        assert formats.difference(float(number), "percent", lang).split(" ")[0] in said


def test_a_signal_has_a_shape_and_its_word_once_for_neighbours() -> None:
    values = [10.0, 11.0] * 6 + [30.0, 31.0]
    months = [f"2024-{number:02}" for number in range(1, 13)] + ["2025-01", "2025-02"]
    found = limits(list(zip(months, values, strict=True)), 2.66, 12)
    rows = pd.DataFrame({"period": months, "value": values})
    rows = rows.assign(limit_low=found.low, limit_high=found.high)
    drawn = change_charts.draw_limited(Limited(rows, found, "count"), Text("en"), charts.LIGHT)
    marks = drawn.data[-1]
    assert list(marks.y) == [30.0, 31.0] and list(marks.text) == ["Signal", ""]
    assert marks.marker.symbol == "diamond"
