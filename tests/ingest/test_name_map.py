"""Names of regions and persons: replaced only as the map says, and everything else is told."""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from kam_core.errors import KamError
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.ingest.mapping.name_map import KnownNames, entries, names_file, nearest, notes, unused
from kam_core.ingest.stage import plan_recipes, stage_bytes
from kam_core.text.writer import Text
from kam_core.uploads.known_names import load_known_names
from kam_core.uploads.load import load, rebuild_version
from kam_core.uploads.report_sentences import describe_report
from kam_core.warehouse.store import Warehouse, open_version
from tests.conftest import SAMPLE
from tests.support.overlay import Overlay

HEADER = "kind,written,use,reason,date"
SetMap = Callable[..., Path]


@pytest.fixture
def names(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> SetMap:
    """Sets the map of names: ``names("region,华东区,华东,same,2024-07-01")``."""
    monkeypatch.setenv("KAM_REFERENCE", str(tmp_path))

    def write(*lines: str, header: str = HEADER) -> Path:
        path = tmp_path / "names.csv"
        path.write_text("\n".join([header, *lines]) + "\n", "utf-8")
        return path

    return write


def accounts(*lines: str) -> bytes:
    return "\n".join(["account_id,account_name,region,account_manager", *lines, ""]).encode()


def regions(data: bytes) -> list[str]:
    (recipe,) = plan_recipes(data, "accounts.csv")
    return stage_bytes(data, recipe).accepted["region"].to_pylist()


def test_the_map_of_the_sample_is_sound() -> None:
    delivered = entries(SAMPLE / "settings" / "names.csv")
    uses = {(entry.kind, entry.written): entry.use for entry in delivered}
    assert uses[("region", "华东区")] == uses[("region", "East China")] == "华东"
    assert all(entry.reason and entry.date for entry in delivered)


def test_names_of_the_sample_never_touch_other_data(overlay: Overlay) -> None:
    data = accounts("1,A,华东区,", "2,B,East China,")
    assert names_file() is None
    assert regions(data) == ["华东区", "East China"]
    overlay("names.csv", f"{HEADER}\nregion,East China,East,shorter,2024-07-01\n")
    assert regions(data) == ["华东区", "East"]


def test_names_are_replaced_as_the_map_says_and_no_others(names: SetMap) -> None:
    names("region,East China,华东,English name,2024-07-01", "region,华东区,华东,suffix,2024-07-01")
    data = accounts("1,A,East China,", "2,B,华东区,", "3,C, 华东 ,", "4,D,华东大区,")
    assert regions(data) == ["华东", "华东", "华东", "华东大区"]


def test_a_region_and_a_person_of_one_name_are_two_things(names: SetMap) -> None:
    names("person,East,Ester,typo,2024-07-01")
    data = accounts("1,A,East,East")
    (recipe,) = plan_recipes(data, "accounts.csv")
    accepted = stage_bytes(data, recipe).accepted
    assert accepted["region"].to_pylist() == ["East"]
    assert accepted["account_manager"].to_pylist() == ["Ester"]


def test_no_map_is_no_change(names: SetMap, tmp_path: Path) -> None:
    assert not (tmp_path / "names.csv").exists()
    assert regions(accounts("1,A,华东区,")) == ["华东区"]


@pytest.mark.parametrize(
    ("lines", "line"),
    [
        (["region,a,b,,2024-07-01"], 2),
        (["city,a,b,r,2024-07-01"], 2),
        (["region,a,b,r,yesterday"], 2),
        (["region,a,b,r,2024-07-01", "region,a,c,r,2024-07-01"], 3),
        (["region,a,b,r,2024-07-01", "region,b,c,r,2024-07-01"], 2),
        (["region,a,b,r,2024-07-01,more"], 2),
    ],
)
def test_a_map_that_could_mean_two_things_is_refused(
    names: SetMap, lines: list[str], line: int
) -> None:
    path = names(*lines)
    with pytest.raises(KamError, match="bad_names_map") as refused:
        entries(path)
    assert refused.value.details["line"] == line


def test_a_map_with_other_columns_is_refused(names: SetMap) -> None:
    with pytest.raises(KamError, match="bad_names_map"):
        entries(names("region,a,b", header="kind,from,to"))


def test_a_recipe_keeps_the_entries_it_was_made_with(names: SetMap) -> None:
    names("region,East,华东,English,2024-07-01")
    data = accounts("1,A,East,")
    (recipe,) = plan_recipes(data, "accounts.csv")
    stored = json.loads(json.dumps(recipe.document()))
    names("region,East,东部,changed our mind,2024-08-01")
    assert stage_bytes(data, Recipe.of(stored)).accepted["region"].to_pylist() == ["华东"]
    assert regions(data) == ["东部"]


def test_a_rebuild_repeats_the_map_of_its_day(
    names: SetMap, warehouse: Warehouse, tmp_path: Path
) -> None:
    names("region,East,华东,English,2024-07-01")
    path = tmp_path / "accounts.csv"
    path.write_bytes(accounts("1,A,East,"))
    load(warehouse, [path], as_of=date(2024, 7, 1))
    names()
    version = warehouse.live_version()
    assert version is not None
    assert rebuild_version(warehouse, version.version).content_hash == version.content_hash
    with open_version(warehouse.file(version.version)) as connection:
        assert connection.execute("select region from accounts").fetchall() == [("华东",)]


def accepted(*rows: tuple[str, str]) -> pa.Table:
    return pa.table(
        {
            "region": [region for region, _ in rows],
            "account_manager": [person for _, person in rows],
            "expert_manager": pa.nulls(len(rows), pa.string()),
            "line_no": list(range(2, 2 + len(rows))),
        }
    )


KNOWN = KnownNames(
    ever={"region": frozenset({"华东", "华南"}), "person": frozenset({"John Smith"})},
    in_force={
        "accounts.region": frozenset({"华东", "华南"}),
        "accounts.account_manager": frozenset({"John Smith"}),
        "accounts.expert_manager": frozenset(),
    },
)


def test_names_that_are_new_or_have_vanished_are_told_with_the_nearest() -> None:
    rows = accepted(("华东", "Smith John"), ("华东大区", "Smith John"), ("华东大区", "Smith John"))
    found = [
        (note.code, note.column, note.name, note.nearest, note.rows, note.first_line)
        for note in notes("accounts", rows, KNOWN, "full")
    ]
    assert found == [
        ("new_region", "region", "华东大区", "华东", 2, 3),
        ("new_person", "account_manager", "Smith John", "John Smith", 3, 2),
        ("vanished_region", "region", "华南", None, 0, None),
        ("vanished_person", "account_manager", "John Smith", "Smith John", 0, None),
    ]


def test_an_update_makes_nothing_vanish_and_without_live_data_nothing_is_new() -> None:
    rows = accepted(("华东", "John Smith"))
    assert notes("accounts", rows, KNOWN, "update") == []
    assert notes("accounts", rows, KnownNames(), "full") == []


def test_the_names_of_a_version_are_those_it_ever_had_and_those_in_force(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_bytes(accounts("1,A,North,Ann", "2,B,South,Bob"))
    load(warehouse, [path], as_of=date(2024, 7, 1))
    path.write_bytes(accounts("1,A,North,Ann", "3,C,West,Cid"))
    load(warehouse, [path], as_of=date(2024, 8, 1), confirmed=True)
    version = warehouse.live_version()
    assert version is not None
    known = load_known_names(warehouse.file(version.version))
    assert known.ever["region"] == {"North", "South", "West"}
    assert known.in_force["accounts.region"] == {"North", "West"}
    assert known.ever["person"] == {"Ann", "Bob", "Cid"}


def test_a_load_tells_of_new_and_vanished_names_in_both_languages(
    warehouse: Warehouse, tmp_path: Path
) -> None:
    path = tmp_path / "accounts.csv"
    path.write_bytes(accounts("1,A,North,Ann", "2,B,South,Ann"))
    assert load(warehouse, [path], as_of=date(2024, 7, 1))[0].names == []
    path.write_bytes(accounts("1,A,North,Ann", "2,B,Northern,Ann"))
    (report,) = load(warehouse, [path], as_of=date(2024, 8, 1), dry_run=True)
    assert [(note.code, note.name, note.nearest) for note in report.names] == [
        ("new_region", "Northern", "North"),
        ("vanished_region", "South", None),
    ]
    assert "has not been seen before: Northern (like North)" in describe_report(report, Text("en"))
    assert "没有出现过：Northern（近似 North）" in describe_report(report, Text("zh"))


def test_entries_that_no_name_needs_are_listed(names: SetMap) -> None:
    names("region,East,华东,English,2024-07-01", "region,West,华西,English,2024-07-01")
    assert [entry.written for entry in unused({"region": {"East", "华南"}})] == ["West"]


def test_nearest_is_alike_or_nothing() -> None:
    assert nearest("华东大区", ["华南", "华东"]) == "华东"
    assert nearest("Kenya", ["Korea", "France"]) is None
    assert nearest("华东", ["华东"]) is None
    assert nearest("Smith John", ["John Smith", "Ann Smith"]) == "John Smith"
