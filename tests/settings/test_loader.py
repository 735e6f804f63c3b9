"""Settings: every file has a schema, an installation's own lies over them, and a slip is told."""

import ast
import os
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from kam_core.errors import KamError
from kam_core.ingest.mapping.feeds import Recipe
from kam_core.settings.loader import DOCUMENTS, copy_version_settings, load_settings
from kam_core.settings.schemas.mapping import FeedRecipe
from kam_core.text.writer import Text
from tests.conftest import ROOT
from tests.support.overlay import Overlay

SETTINGS = ROOT / "kam_core" / "settings"


def refusal() -> KamError:
    with pytest.raises(KamError) as refused:
        load_settings()
    return refused.value


def test_every_settings_file_has_a_schema() -> None:
    in_headers = {"targets", "target_bounds"}
    assert {path.stem for path in SETTINGS.glob("*.toml")} | in_headers == set(DOCUMENTS)
    assert set(load_settings().feeds) == {path.stem for path in SETTINGS.glob("feeds/*.toml")}


def test_only_the_loader_reads_toml() -> None:
    readers = [
        str(path.relative_to(ROOT))
        for path in [*(ROOT / "kam_core").rglob("*.py"), *(ROOT / "pages").rglob("*.py")]
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Import) and any(name.name == "tomllib" for name in node.names)
    ]
    assert readers == ["kam_core/settings/loader.py"]


def test_a_feed_can_say_all_that_a_recipe_holds_but_what_is_found_out() -> None:
    found_out = {"feed", "format", "unused", "personal"}
    assert set(FeedRecipe.model_fields) == {field.name for field in fields(Recipe)} - found_out


def test_tables_are_merged_key_by_key_and_lists_are_replaced(overlay: Overlay) -> None:
    before = load_settings()
    overlay("reading.toml", 'separators = [";"]\n[limits]\nlines = 3\n')
    after = load_settings()
    assert after.reading.separators == [";"]
    assert after.reading.limits == before.reading.limits.model_copy(update={"lines": 3})
    assert after.mapping == before.mapping


def test_of_two_folders_the_later_one_holds(overlay: Overlay) -> None:
    overlay("watch.toml", "poll_seconds = 2\npatience_seconds = 30")
    overlay("watch.toml", "poll_seconds = 1")
    watch = load_settings().watch
    assert (watch.poll_seconds, watch.patience_seconds) == (1, 30)


def test_an_own_feed_is_added_or_takes_the_place_of_ours(overlay: Overlay) -> None:
    own = '[[files]]\nname = "deals"\nheaders = ["Deal"]\n'
    overlay("feeds/acme.toml", own)
    overlay("feeds/retail.toml", own)
    feeds = load_settings().feeds
    assert {"acme", "maven", "retail"} <= set(feeds)
    assert [file.name for file in feeds["retail"].files] == ["deals"]


def test_what_a_version_is_built_with_follows_the_overlay(overlay: Overlay) -> None:
    overlay("thresholds.toml", "[service]\nresponse_standard_hours = 8")
    document = copy_version_settings()
    assert document["thresholds"]["service"]["response_standard_hours"] == 8
    document["thresholds"].clear()
    assert copy_version_settings()["thresholds"]


@pytest.mark.parametrize(
    ("file", "text", "code", "key", "words"),
    [
        ("pages.toml", "quarter_back = 8", "settings_unknown_key", "quarter_back", "spelt"),
        ("thresholds.toml", "[needs]\nx = 1", "settings_unknown_key", "needs.x", "spelt"),
        ("watch.toml", 'poll_seconds = "5"', "settings_wrong_value", "poll_seconds", '"5"'),
        ("reading.toml", "[limits]\nlines = 0.5", "settings_wrong_value", "limits.lines", "whole"),
        ("thresholds.toml", "confidence = 95", "settings_wrong_value", "confidence", "at most 1"),
        (
            "cadences.toml",
            '[tiers.VIP]\nvisit = "week"',
            "settings_wrong_value",
            "tiers.VIP.visit",
            "one of month, quarter, year",
        ),
        (
            "feeds/acme.toml",
            '[[files]]\nname = "a"\nheaders = ["b"]\n[[files.recipes]]\ncolums = {}',
            "settings_refused",
            None,
            "files[1].recipes[1].table is missing",
        ),
        (
            "contract.toml",
            '[tables.orders.columns]\nchannel = { type = "enum", zh = "a", en = "b", enum = "no" }',
            "settings_wrong_value",
            "tables.orders.columns.channel.enum",
            "[enums]",
        ),
        (
            "contract.toml",
            "[tables.orders]\nfacts = { paid_on = {} }",
            "settings_wrong_value",
            "tables.orders.facts.paid_on",
            "paid_on",
        ),
        (
            "contract.toml",
            '[tables.orders]\nin_order = [["ordered_on", "amount"]]',
            "settings_wrong_value",
            "tables.orders.in_order[1][2]",
            "a date or a time",
        ),
        ("reading.toml", 'reporting_timezone = "Mars"', "settings_wrong_value", None, "time zone"),
        ("reading.toml", '[rows_set_apart]\nunit = "("', "settings_wrong_value", None, "regular"),
        ("targets.toml", "targets = 3", "settings_wrong_value", "targets", "a table"),
        ("targets.toml", "targets", "settings_unreadable", None, "TOML"),
        ("tier_schemes.toml", 'active = "acme"', "settings_wrong_value", "active", "[schemes]"),
        (
            "templates.toml",
            '[tables.orders]\norder_id = ["a", { zh = "a", en = 3 }]',
            "settings_wrong_value",
            "tables.orders.order_id[2].en",
            "a text in quotation marks",
        ),
        (
            "templates.toml",
            '[tables.orders]\norder_id = ["a", { zh = "a" }]',
            "settings_missing_key",
            "tables.orders.order_id[2].en",
            "is missing",
        ),
        (
            "templates.toml",
            '[tables.orders]\norder_id = ["a", 3]',
            "settings_wrong_value",
            "tables.orders.order_id[2]",
            "a text in quotation marks",
        ),
        ("warehouse.toml", 'memory_limit = "lots"', "settings_wrong_value", None, "2GB or 80%"),
        ("reading.toml", '[bulk]\nmemory_limit = "1"', "settings_wrong_value", None, "2GB or 80%"),
        ("thresholds.toml", "[top]\naccounts = 0", "settings_wrong_value", "top.accounts", "0"),
        ("thresholds.toml", "[top]\naccount = 5", "settings_unknown_key", "top.account", "top"),
    ],
)
def test_a_slip_is_told_with_file_and_key(
    overlay: Overlay, file: str, text: str, code: str, key: str | None, words: str
) -> None:
    folder = overlay(file, text)
    error = refusal()
    assert error.code == code
    assert key is None or error.details["key"] == key
    in_english, in_chinese = (Text(lang).error(error) for lang in ("en", "zh"))
    assert words in in_english
    assert in_english != in_chinese
    assert str(folder / file) in in_english and str(folder / file) in in_chinese


RECIPE = '[[files]]\nname = "a"\nheaders = ["b"]\n[[files.recipes]]\n'
SCHEME = "[schemes.value_potential"
# File, the text with a misspelt name, and the key at which it is refused.
MISSPELT = [
    ("cadences.toml", '[tiers.VIP]\nmonthly_calback = "month"', "tiers.VIP.monthly_calback"),
    ("cadences.toml", '[tiers.VPI]\nvisit = "month"', "tiers.VPI"),
    ("cadences.toml", '[default]\nvist = "month"', "default.vist"),
    ("thresholds.toml", "[worklist.tier_points]\ngrowht = 3", "worklist.tier_points.growht"),
    ("targets.toml", "[targets]\nmatch_rat = 0.9", "targets.match_rat"),
    ("targets.toml", "[targets]\nmatch_rate = 90", "targets.match_rate"),
    ("targets.toml", '[targets]\nmatch_rate = "0.9"', "targets.match_rate"),
    ("target_bounds.toml", "[highest]\nrevenu = 3", "highest.revenu"),
    ("target_bounds.toml", "[lowest]\nmatch_rate = 0.99", "targets.match_rate"),
    ("tier_schemes.toml", f'{SCHEME}]\nneeds = ["ordres|accounts.region"]', "needs[1]"),
    ("tier_schemes.toml", f'{SCHEME}.cells]\n"1,1" = "VPI"', "cells.1,1"),
    ("tier_schemes.toml", f'{SCHEME}.cells]\n"2,0" = "VIP"', "cells"),
    ("tier_schemes.toml", f"{SCHEME}.axes.x]\ncuts = [60, 80]", "cells"),
    ("tier_schemes.toml", f"{SCHEME}.axes.x]\ncuts = [60, 50]", "axes.x.cuts"),
    ("tier_schemes.toml", f'{SCHEME}.axes.y]\nscale = "z"', "axes.y.scale"),
    ("pages.toml", '[overview]\ncards = ["revenue", "revenu"]', "overview.cards[2]"),
    ("pages.toml", '[service.parts]\nresponse = ["x"]', "service.parts.response[1]"),
    ("pages.toml", '[value.parts]\nloss = ["revenue"]', "value.parts.loss"),
    ("pages.toml", '[pack]\nparts = ["regions"]', "pack.parts[1]"),
    ("contract.toml", '[tables.orders.noted_order]\nx = ["ordered_on", "event_date"]', ".x"),
    ("contract.toml", '[tables.orders]\nkey = ["order"]', "tables.orders.key[1]"),
    ("contract.toml", '[tables.orders.columns.amount]\ntype = "mony"', "columns.amount.type"),
    ("templates.toml", '[tables.ordres]\namount = ["1", "2"]', "tables.ordres"),
    ("templates.toml", '[tables.orders]\namout = ["1", "2"]', "tables.orders.amout"),
    ("templates.toml", '[tables.orders]\nkind = ["bas", ""]', "tables.orders.kind[1]"),
    ("mapping.toml", '[hints.orders]\namout = ["x"]', "hints.orders.amout"),
    ("mapping.toml", '[names]\nregion = ["accounts.regon"]', "names.region[1]"),
    ("reading.toml", 'encodings = ["utf-8", "utf-88"]', "encodings[2]"),
    ("feeds/a.toml", RECIPE + 'table = "acounts"', "files[1].recipes[1].table"),
    ("feeds/a.toml", RECIPE + 'table = "orders"\ncolumns = { x = "b" }', "columns.x"),
    ("feeds/a.toml", RECIPE + 'table = "orders"\nconstants = { kind = "x" }', "constants.kind"),
    ("feeds/a.toml", RECIPE + 'table = "orders"\nvalues.kin = { b = "base" }', "values.kin"),
    ("feeds/a.toml", RECIPE + 'table = "orders"\nvalues.kind = { b = "bas" }', "values.kind.b"),
    ("feeds/a.toml", RECIPE + 'table = "orders"\nencoding = "utf-88"', "encoding"),
    ("feeds/a.toml", RECIPE + 'table = "orders"\ntimezone = "Mars"', "timezone"),
    ("feeds/a.toml", RECIPE + 'table = "orders"\ndates = { ordered_on = "ymd" }', "ordered_on"),
]


@pytest.mark.parametrize(("file", "text", "key"), MISSPELT)
def test_a_name_that_refers_to_nothing_is_told_with_file_and_key(
    overlay: Overlay, file: str, text: str, key: str
) -> None:
    holder = overlay(file, text) / file
    error = refusal()
    if file == "target_bounds.toml" and key.startswith("targets."):
        holder = SETTINGS.parent / "sql" / "metrics" / "match_rate.sql"
    assert error.details["file"] == holder
    assert str(error.details["key"]).endswith(key)
    for lang in ("en", "zh"):
        message = Text(lang).error(error)
        assert str(holder) in message and key in message
        assert "?" not in message and "{" not in message.replace(str(error.details["value"]), "")


@pytest.mark.parametrize(
    ("file", "text", "words"),
    [
        ("targets.toml", '[targets]\nmatch_rate = "0.9"', "must be a number"),
        ("contract.toml", '[tables.orders.columns.amount]\ntype = "mony"', "text, enum, quarter"),
        ("contract.toml", '[tables.orders.columns.amount]\ntype = "mony"', "money, score"),
    ],
)
def test_a_refusal_names_all_that_may_stand_there(
    overlay: Overlay, file: str, text: str, words: str
) -> None:
    overlay(file, text)
    assert words in Text("en").error(refusal())


def test_misspelt_names_are_told_beside_other_slips(overlay: Overlay) -> None:
    overlay("watch.toml", 'poll_seconds = "5"')
    overlay("cadences.toml", '[tiers.VPI]\nvist = "month"')
    overlay("pages.toml", '[overview]\ncards = ["x", "y"]')
    keys = {str(each.details["key"]) for each in refusal().each}
    names = {"tiers.VPI", "tiers.VPI.vist", "overview.cards[1]", "overview.cards[2]"}
    assert keys == {"poll_seconds", *names}


def test_all_slips_are_told_at_once_each_with_its_own_file(overlay: Overlay) -> None:
    first = overlay("watch.toml", "poll_second = 5")
    second = overlay("watch.toml", "most_attempts = -1")
    third = overlay("tier_schemes.toml", '[schemes.acme]\nzh = "a"\nen = "b"')
    assert [(each.details["file"], each.details["key"]) for each in refusal().each] == [
        (third / "tier_schemes.toml", "schemes.acme.needs"),
        (third / "tier_schemes.toml", "schemes.acme.axes"),
        (third / "tier_schemes.toml", "schemes.acme.cells"),
        (third / "tier_schemes.toml", "schemes.acme.tiers"),
        (second / "watch.toml", "most_attempts"),
        (first / "watch.toml", "poll_second"),
    ]


def test_a_file_that_is_no_setting_is_refused_but_not_a_remark(overlay: Overlay) -> None:
    folder = overlay("README.md", "What is ours")
    (folder / ".gitignore").write_text("*.bak")
    load_settings()
    folder = overlay("treshold.toml", "")
    error = refusal()
    assert (error.code, error.details["file"]) == (
        "settings_unknown_file",
        folder / "treshold.toml",
    )


def test_a_folder_that_is_not_there_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KAM_SETTINGS", os.pathsep.join([str(tmp_path), "nowhere"]))
    assert str(refusal().details["folder"]) == "nowhere"


def run(overlay: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env={**os.environ, "KAM_SETTINGS": str(overlay)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_the_command_line_refuses_wrong_settings_in_the_language_asked_for(
    overlay: Overlay, tmp_path: Path
) -> None:
    folder = overlay("watch.toml", "poll_second = 5")
    call = ["-m", "kam_core", "versions", "--warehouse", str(tmp_path / "none"), "--lang"]
    for lang, words in (("zh", "没有“poll_second”这个键"), ("en", "The key poll_second is not")):
        ended = run(folder, *call, lang)
        assert (ended.returncode, ended.stdout) == (1, "")
        assert words in ended.stderr and "Traceback" not in ended.stderr
    assert not (tmp_path / "none").exists()


def test_a_tier_is_called_as_its_scheme_calls_it(overlay: Overlay) -> None:
    folder = overlay(
        "tier_schemes.toml",
        '[schemes.value_potential.tiers]\nVIP = { zh = "贵宾", en = "Gold", key = true }\n',
    )
    asked = "from kam_core.text.writer import Text; print(Text('en').value('tier', 'VIP'))"
    assert run(folder, "-c", asked).stdout == "Gold\n"
    assert (Text("zh").value("tier", "growth"), Text("en").value("tier", "unrated")) == (
        "成长型",
        "Unrated",
    )
