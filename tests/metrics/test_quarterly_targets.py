"""Targets: which one holds and why, copies with a step, typed cells, the file, who changed what."""

import re
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas as pd
import pytest

from kam_core.metrics import periods, quarterly_targets, scorecard, target_grid, target_history
from kam_core.metrics.quarterly_targets import QuarterlyTarget, TargetKey, TargetStep
from kam_core.metrics.target_grid import EVERY, CellProblem
from kam_core.text.sentences import target_sentences
from kam_core.text.writer import Text
from kam_core.uploads.load import load, restore_version
from kam_core.warehouse.scope import Scope
from kam_core.warehouse.store import Warehouse, cursor, open_version, regions
from tests.support.worlds import Row, Snapshots, account, ask_of, interaction, order, snapshots

Q3 = periods.quarter("2024-Q3")


def goal(metric: str, target: str, quarter: str = "2024-Q3", **parts: str) -> QuarterlyTarget:
    key = TargetKey(metric, quarter, parts.get("region"), parts.get("tier"))
    return QuarterlyTarget(key, Decimal(target))


def company(*targets: Row) -> Snapshots:
    """Two regions, one order of 100 in each, three matched calls of four in the north."""
    return snapshots(
        "2024-09-30",
        accounts=[account("A1"), account("A2", region="South")],
        orders=[order(f"O{n}", f"A{n}", "2024-08-01", 100) for n in (1, 2)],
        interactions=[
            interaction(f"I{n}", "A1", "2024-08-01", need_id="N1" if n else None) for n in range(4)
        ],
        needs=[{"need_id": "N1", "account_id": "A1", "raised_at": "2024-07-01"}],
        **({"targets": list(targets)} if targets else {}),
    )


def row(metric: str, target: object, **parts: object) -> Row:
    return {"metric": metric, "quarter": "2024-Q3", "target": target} | parts


def standing(world: Snapshots, name: str, **scope: object) -> quarterly_targets.Standing:
    found = quarterly_targets.standings(ask_of(world, "2024-09-30", **scope), Q3)
    return next(standing for standing in found if standing.score.metric == name)


# which target holds


@pytest.mark.parametrize(
    ("scope", "origin", "target"),
    [
        ({}, "all", 0.5),
        ({"regions": ["North"]}, "region", 0.6),
        ({"tiers": ["unrated"]}, "tier", 0.7),
        ({"regions": ["North"], "tiers": ["unrated"]}, "region_tier", 0.8),
        ({"regions": ["South"]}, "all", 0.5),
    ],
)
def test_a_figure_says_which_target_it_is_held_against(
    scope: dict, origin: str, target: float
) -> None:
    world = company(
        row("match_rate", 0.5),
        row("match_rate", 0.6, region="North"),
        row("match_rate", 0.7, tier="unrated"),
        row("match_rate", 0.8, region="North", tier="unrated"),
    )
    found = standing(world, "match_rate", **scope)
    assert (found.origin, found.score.target) == (origin, target)


def test_without_any_upload_of_targets_the_defaults_hold() -> None:
    found = standing(company(), "match_rate")
    assert (found.origin, found.score.target, found.score.value) == ("default", 0.75, 0.75)
    assert standing(company(), "revenue").origin == "none"


def test_what_the_whole_must_sell_is_no_target_of_a_part_and_the_page_can_say_so() -> None:
    world = company(row("revenue", 200))
    assert standing(world, "revenue").origin == "all"
    part = standing(world, "revenue", regions=["North"])
    assert (part.origin, part.score.target, part.score.status) == ("whole_only", None, "no_target")


@pytest.mark.parametrize(
    ("scope", "origin", "target"),
    [
        ({}, "all", 200),
        ({"regions": ["North"]}, "region", 110),
        ({"tiers": ["unrated"]}, "tier", 120),
        ({"regions": ["North"], "tiers": ["unrated"]}, "region_tier", 130),
        # What a region must sell is no target of one of its tiers, nor that of a tier of a region.
        ({"regions": ["South"], "tiers": ["unrated"]}, "whole_only", None),
        ({"regions": ["North"], "tiers": ["VIP"]}, "whole_only", None),
        ({"regions": ["North"], "tiers": ["VIP", "unrated"]}, "whole_only", None),
        ({"regions": ["South"]}, "whole_only", None),
        ({"tiers": ["VIP"]}, "whole_only", None),
    ],
)
def test_what_must_be_sold_in_total_holds_for_exactly_what_it_was_set_for(
    scope: dict, origin: str, target: float | None
) -> None:
    world = company(
        row("revenue", 200),
        row("revenue", 110, region="North"),
        row("revenue", 120, tier="unrated"),
        row("revenue", 130, region="North", tier="unrated"),
    )
    found = standing(world, "revenue", **scope)
    assert (found.origin, found.score.target) == (origin, target)


def test_in_the_only_region_a_total_of_a_tier_holds_though_the_region_has_its_own() -> None:
    world = company(row("revenue", 110, region="North"), row("revenue", 120, tier="unrated"))
    del world["accounts"][0][1][1]
    found = standing(world, "revenue", regions=["North"], tiers=["unrated"])
    assert (found.origin, found.score.target) == ("tier", 120)


def test_half_a_quarter_says_where_it_would_end() -> None:
    # 100 in the 46 days from 1 July to 15 August, of 92.
    cursor = ask_of(company(), "2024-08-15")
    found = {one.score.metric: one for one in quarterly_targets.standings(cursor, Q3)}
    assert found["revenue"].score.reason == "partial"
    assert found["revenue"].score.paced == 400.0
    assert found["match_rate"].score.paced is None


# copies with a step


@pytest.mark.parametrize(
    ("metric", "target", "step", "expected"),
    [
        ("match_rate", "0.75", TargetStep("none", Decimal(9)), "0.75"),
        ("match_rate", "0.75", TargetStep("points", Decimal(2)), "0.77"),
        ("match_rate", "0.75", TargetStep("percent", Decimal(5)), "0.7875"),
        ("key_churn", "0.03", TargetStep("points", Decimal(1)), "0.02"),
        ("key_churn", "0.03", TargetStep("points", Decimal(1), improves=False), "0.04"),
        ("key_churn", "0.03", TargetStep("percent", Decimal(10)), "0.027"),
        ("revenue", "111400000", TargetStep("percent", Decimal(5)), "116970000"),
        ("revenue", "111400000", TargetStep("points", Decimal(5)), "111400000"),
        ("revenue", "0.333333", TargetStep("percent", Decimal("0.5")), "0.335"),
    ],
)
def test_a_step_is_exact_and_goes_to_the_better_side(
    metric: str, target: str, step: TargetStep, expected: str
) -> None:
    assert quarterly_targets.stepped(metric, Decimal(target), step) == Decimal(expected)


def test_a_copy_leaves_what_is_there_unless_told_otherwise() -> None:
    sources = [goal("match_rate", "0.75"), goal("revenue", "100", region="North")]
    there = [goal("match_rate", "0.5", "2024-Q4")]
    (added,) = quarterly_targets.copies(
        sources, "2024-Q4", there, TargetStep("none"), overwrite=False
    )
    assert added.result == goal("revenue", "100", "2024-Q4", region="North")
    both = quarterly_targets.copies(sources, "2024-Q4", there, TargetStep("none"), overwrite=True)
    assert [(copy.present, copy.result.target) for copy in both] == [
        (None, Decimal(100)),
        (Decimal("0.5"), Decimal("0.75")),
    ]


def test_a_copy_stops_at_the_most_a_figure_can_be() -> None:
    (copy,) = quarterly_targets.copies(
        [goal("match_rate", "0.99")],
        "2024-Q4",
        [],
        TargetStep("points", Decimal(2)),
        overwrite=False,
    )
    assert (copy.result.target, copy.limit) == (Decimal(1), Decimal(1))
    (churn,) = quarterly_targets.copies(
        [goal("key_churn", "0.01")],
        "2024-Q4",
        [],
        TargetStep("points", Decimal(2)),
        overwrite=False,
    )
    assert (churn.result.target, churn.limit) == (Decimal(0), Decimal(0))


# what is typed


@pytest.mark.parametrize(
    ("metric", "text", "expected"),
    [
        ("match_rate", "75%", "0.75"),
        ("match_rate", "75", "0.75"),
        ("match_rate", "７５％", "0.75"),
        ("match_rate", "0.5%", "0.005"),
        ("match_rate", "0", "0"),
        ("match_rate", "100", "1"),
        ("complaints_yoy", "-10%", "-0.1"),
        ("revenue_yoy", "150%", "1.5"),
        ("nrr", "110%", "1.1"),
        ("revenue", "120,000,000", "120000000"),
        ("revenue", "1.2亿", "120000000"),
        ("revenue", "120M", "120000000"),
        ("revenue", "1.2 billion", "1200000000"),
        ("revenue", "1.2345670M", "1234567"),
        ("clv", "-5", "-5"),
        ("response_hours", "12", "12"),
        ("satisfaction", "90", "90"),
    ],
)
def test_a_target_is_typed_in_the_unit_people_think_in(
    metric: str, text: str, expected: str
) -> None:
    assert target_grid.read_cell(text, metric) == Decimal(expected)


@pytest.mark.parametrize(
    ("metric", "text", "code"),
    [
        ("match_rate", "soon", "not_a_number"),
        ("match_rate", "0.75", "say_percent"),
        ("match_rate", "1", "say_percent"),
        ("match_rate", "101%", "too_high"),
        ("match_rate", "-1%", "too_low"),
        ("match_rate", "12.34567%", "too_fine"),
        ("complaints_yoy", "-101%", "too_low"),
        ("satisfaction", "101", "too_high"),
        ("revenue", "-5", "too_low"),
        ("revenue", "5%", "no_share"),
        ("revenue", "12 hours", "not_a_number"),
        ("revenue", "9" * 19, "too_high"),
        ("revenue", "1.2.3", "not_a_number"),
        ("clv", "-" + "9" * 19, "too_low"),
        ("revenue", "1.2345678901234M", "too_fine"),
    ],
)
def test_a_slip_is_told_by_name(metric: str, text: str, code: str) -> None:
    with pytest.raises(CellProblem) as found:
        target_grid.read_cell(text, metric)
    assert found.value.code == code


def line(metric: object, region: object = EVERY, tier: object = EVERY, **cells: object) -> dict:
    named = {name.replace("_", "-"): text for name, text in cells.items()}
    return {"metric": metric, "region": region, "tier": tier} | named


def test_a_table_says_the_same_before_and_after_it_is_read() -> None:
    held = quarterly_targets.in_order(
        [
            goal("revenue", "128900000.5", "2024-Q4"),
            goal("match_rate", "0.755"),
            goal("match_rate", "0.5", region="North", tier="VIP"),
            goal("response_hours", "12", "2023-Q1"),
        ]
    )
    lines = target_grid.write_lines(held, ["2024-Q3", "2024-Q4"])
    assert lines == [
        line("revenue", **{"2024_Q3": "", "2024_Q4": "128,900,000.5"}),
        line("match_rate", **{"2024_Q3": "75.5%", "2024_Q4": ""}),
        line("match_rate", "North", "VIP", **{"2024_Q3": "50%", "2024_Q4": ""}),
    ]
    assert target_grid.read_lines(lines, ["2024-Q3", "2024-Q4"], held) == target_grid.GridReading(
        held, ()
    )


def test_every_problem_of_a_table_is_told_with_its_line() -> None:
    held = [goal("match_rate", "0.75")]
    said = target_grid.read_lines(
        [
            line("match_rate", **{"2024_Q3": "much"}),
            line(float("nan"), None, **{"2024_Q3": "5%"}),
            line("fortune", **{"2024_Q3": "5%"}),
            line("key_churn", **{"2024_Q3": "3%"}),
            line("key_churn", None, **{"2024_Q3": "4%"}),
            line(None, None, None, **{"2024_Q3": None}),
        ],
        ["2024-Q3"],
        held,
    )
    assert [(problem.line, problem.code) for problem in said.problems] == [
        (1, "not_a_number"),
        (2, "no_metric"),
        (3, "unknown_metric"),
        (5, "twice"),
    ]
    # What cannot be read is as it was, and not gone.
    assert said.targets == (goal("match_rate", "0.75"), goal("key_churn", "0.03"))


def test_a_change_is_an_addition_another_value_or_a_removal() -> None:
    before = [goal("revenue", "1"), goal("match_rate", "0.5"), goal("key_churn", "0.03")]
    after = [goal("revenue", "2"), goal("match_rate", "0.5"), goal("hhi", "0.1")]
    made = quarterly_targets.changes(before, after)
    assert {(change.change, change.key.metric) for change in made} == {
        ("changed", "revenue"),
        ("removed", "key_churn"),
        ("added", "hhi"),
    }
    assert quarterly_targets.applied(before, made) == quarterly_targets.in_order(after)


# the file, and what versions remember

TARGETS = """metric,quarter,region,tier,target,decided in
match_rate,2024-Q3,,,75%,board
revenue,2024-Q3,East,,120万,"a, b"
"""


@pytest.fixture
def filled(
    warehouse: Warehouse, company: list[Path], file: Callable[[str, str], Path]
) -> Warehouse:
    load(warehouse, [*company, file("targets.csv", TARGETS)], by="Ann")
    return warehouse


@pytest.fixture
def save(filled: Warehouse, tmp_path: Path) -> Callable[..., None]:
    """Save targets as the page does: the whole table, on the day of the newest data."""

    def run(edited: tuple[QuarterlyTarget, ...], by: str) -> None:
        path = tmp_path / "targets.csv"
        path.write_bytes(quarterly_targets.csv_bytes(edited))
        live = filled.live_version()
        assert live is not None
        load(filled, [path], table="targets", as_of=live.as_of, by=by, confirmed=True)

    return run


def in_force(warehouse: Warehouse) -> tuple[QuarterlyTarget, ...]:
    live = warehouse.live_version()
    assert live is not None
    with open_version(warehouse.file(live.version)) as connection:
        return quarterly_targets.in_force(
            cursor(connection, Scope(regions(connection), live.as_of))
        )


def test_what_is_saved_is_what_was_typed_with_every_further_column(
    filled: Warehouse, save: Callable[..., None]
) -> None:
    held = in_force(filled)
    typed = QuarterlyTarget(TargetKey("match_rate", "2024-Q4", None, None), Decimal("0.123457"))
    save((*held, typed), "Bo")
    found = {one.key: one for one in in_force(filled)}
    assert found[typed.key] == typed
    assert found[TargetKey("revenue", "2024-Q3", "East", None)] == QuarterlyTarget(
        TargetKey("revenue", "2024-Q3", "East", None), Decimal(1_200_000), (("decided in", "a, b"),)
    )
    assert len(found) == 3


def test_a_target_of_a_region_nobody_has_accounts_in_is_carried_on(
    filled: Warehouse, save: Callable[..., None]
) -> None:
    save((*in_force(filled), goal("match_rate", "0.5", region="Atlantis")), "Bo")
    assert goal("match_rate", "0.5", region="Atlantis").key in {g.key for g in in_force(filled)}


def told(warehouse: Warehouse) -> list[tuple]:
    return [
        (edit.by, edit.reason, edit.version, edit.change.change, edit.change.before)
        for edit in target_history.history(warehouse)
        if edit.change.key.metric == "match_rate"
    ]


def test_the_history_names_every_edit_of_one_day_and_every_roll_back(
    filled: Warehouse, save: Callable[..., None]
) -> None:
    first = in_force(filled)
    for by, target in (("Bo", "0.8"), ("Cy", "0.9")):
        save(
            quarterly_targets.applied(
                first, quarterly_targets.changes(first, [goal("match_rate", target)])
            ),
            by,
        )
    restore_version(filled, 1, "Di")
    assert told(filled) == [
        ("Di", "rollback", 1, "changed", Decimal("0.9")),
        ("Cy", "load", 3, "changed", Decimal("0.8")),
        ("Bo", "load", 2, "changed", Decimal("0.75")),
        ("Ann", "load", 1, "added", None),
    ]


def test_an_upload_without_targets_leaves_no_trace_in_their_history(
    filled: Warehouse, file: Callable[[str, str], Path]
) -> None:
    before = target_history.history(filled)
    rows = "order_id,account_id,ordered_on,amount\nO9,A1,2024-09-11,5\n"
    load(filled, [file("orders.csv", rows)], mode="update", by="Bo")
    assert target_history.history(filled) == before


def test_an_update_changes_only_the_rows_it_names(
    filled: Warehouse, file: Callable[[str, str], Path]
) -> None:
    rows = "metric,quarter,region,tier,target\nmatch_rate,2024-Q3,,,0.9\n"
    load(filled, [file("targets.csv", rows)], mode="update", by="Bo")
    assert told(filled)[0] == ("Bo", "load", 2, "changed", Decimal("0.75"))
    assert len(target_history.history(filled)) == 3


# what the page says


def test_the_outlook_names_who_needs_the_most_calls_and_who_cannot_reach_the_target() -> None:
    rows = pd.DataFrame(
        [
            {"account_manager": "Lin", "needed": 2, "owed": 3, "is_reachable": True},
            {"account_manager": "Wu", "needed": 5, "owed": 6, "is_reachable": True},
            {"account_manager": "Xu", "needed": 6, "owed": 6, "is_reachable": False},
            {"account_manager": "Yu", "needed": 0, "owed": 3, "is_reachable": True},
        ]
    )
    said = target_sentences.owners(rows, Text("en")).replace("*", "").replace("\\", "")
    assert said == (
        "Most by Wu (5 more), Lin (2 more). "
        "Account managers who cannot reach it even if all of theirs are done: 1."
    )


def test_the_scorecard_sentence_counts_and_names_the_figure_furthest_from_its_target() -> None:
    world = company(row("revenue", 400), row("revenue_yoy", 0.1), row("need_coverage", 1))
    found = quarterly_targets.standings(ask_of(world, "2024-09-30"), Q3)
    said = target_sentences.scorecard(found, "2024-Q3", Text("en"))
    assert (
        said.replace("*", "")
        .replace("\\", "")
        .startswith(
            "Q3 2024: 5 figures with a target: 2 met (2 of them undecided), 2 missed, "
            "1 without a value. "
            "Furthest from its target: Quarterly review completion with 0.0% against 90.0%. "
        )
    )


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_problem_of_a_cell_and_every_origin_has_words(lang: str) -> None:
    text = Text(lang)
    for origin in (*scorecard.ORIGINS, "whole_only", "none"):
        assert text.get(f"targets.origin.{origin}", "")
    raised = re.findall(r'CellProblem\("(\w+)"', Path(target_grid.__file__).read_text("utf-8"))
    assert len(raised) == 9
    for code in raised:
        assert text.get(f"targets.problem.{code}", "")
