"""Targets being edited: whose may be changed, what an edit changes, what others did meanwhile."""

from decimal import Decimal

from kam_core.metrics import target_draft
from kam_core.metrics.quarterly_targets import QuarterlyTarget, TargetChange, TargetKey
from kam_core.metrics.target_draft import TargetDraft
from kam_core.metrics.target_grid import EVERY

QUARTERS = ("2024-Q3", "2024-Q4")


def target(value: str, quarter: str = "2024-Q3", region: str | None = None) -> QuarterlyTarget:
    return QuarterlyTarget(TargetKey("match_rate", quarter, region, None), Decimal(value))


WHOLE, NORTH, SOUTH = target("0.75"), target("0.8", region="North"), target("0.6", region="South")


def start(*regions: str) -> TargetDraft:
    return TargetDraft(1, (WHOLE, NORTH, SOUTH), regions or None, QUARTERS)


def type_cell(draft: TargetDraft, line: int, text: str, quarter: str = "2024-Q3") -> None:
    draft.edited = draft.edited.copy()
    draft.edited.loc[line, quarter] = text


def values(targets: tuple[QuarterlyTarget, ...]) -> list[tuple[str | None, str]]:
    return [(one.key.region, f"{one.target.normalize():f}") for one in targets]


def test_who_sees_some_regions_edits_their_targets_and_keeps_the_others() -> None:
    draft = start("North")
    assert values(draft.targets) == [("North", "0.8")]
    assert not draft.changes()
    type_cell(draft, 0, "85%")
    (change,) = draft.changes()
    assert (change.key, change.before, change.after) == (NORTH.key, Decimal("0.8"), Decimal("0.85"))
    assert values(draft.whole()) == [(None, "0.75"), ("North", "0.85"), ("South", "0.6")]


def test_a_target_of_another_region_is_not_removed_by_an_empty_table() -> None:
    draft = start("North")
    type_cell(draft, 0, "")
    assert [change.change for change in draft.changes()] == ["removed"]
    assert values(draft.whole()) == [(None, "0.75"), ("South", "0.6")]


def test_what_others_changed_meanwhile_clashes_only_where_both_did() -> None:
    draft = start()
    type_cell(draft, 0, "70%")
    theirs = (target("0.5"), target("0.9", region="North"), SOUTH)
    assert [change.key for change in draft.clashes(theirs)] == [WHOLE.key]
    assert draft.clashes((WHOLE, target("0.9", region="North"), SOUTH)) == []
    draft.carry_over(2, theirs)
    assert draft.version == 2
    assert values(draft.whole()) == [(None, "0.7"), ("North", "0.9"), ("South", "0.6")]
    assert [(change.before, change.after) for change in draft.changes()] == [
        (Decimal("0.5"), Decimal("0.7"))
    ]


def test_other_quarters_are_shown_once_the_table_can_be_read() -> None:
    draft = start()
    type_cell(draft, 0, "much")
    assert not draft.turn_to(("2024-Q4",)) and draft.quarters == QUARTERS
    type_cell(draft, 0, "70%")
    assert draft.turn_to(("2024-Q4",)) and draft.frame.empty
    assert values(draft.whole())[0] == (None, "0.7")


def test_every_new_table_has_a_number_of_its_own() -> None:
    draft = start()
    before = draft.number
    draft.add([TargetChange(target("0.9", "2024-Q4").key, None, Decimal("0.9"))])
    assert draft.number == before + 1
    assert draft.frame["2024-Q4"].tolist() == ["90%", "", ""]


def test_a_target_is_for_regions_that_the_person_sees_or_that_a_target_names() -> None:
    regions, tiers = start().choices(["East", "North"], ["VIP"])
    assert regions == [EVERY, "East", "North", "South"] and tiers == [EVERY, "VIP"]
    assert start("North").choices(["East", "North"], [])[0] == ["North"]


def test_a_copy_goes_from_the_quarter_before_to_the_first_free_one() -> None:
    assert target_draft.first_free(QUARTERS, {"2024-Q3"}) == "2024-Q4"
    assert target_draft.first_free(QUARTERS, set(QUARTERS)) == "2024-Q3"
    assert target_draft.last_before(["2024-Q4", "2024-Q2", "2024-Q1"], "2024-Q3") == "2024-Q2"
    assert target_draft.last_before(["2024-Q4"], "2024-Q3") == "2024-Q4"
    assert target_draft.of_quarter([WHOLE, target("0.1", "2024-Q4")], "2024-Q3") == [WHOLE]
    assert target_draft.from_defaults({"match_rate": Decimal("0.75")}, "2024-Q3") == [WHOLE]
