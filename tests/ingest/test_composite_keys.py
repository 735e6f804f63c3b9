"""Files without ids: columns make the id if a person says so, and the same row makes it again."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from streamlit.testing.v1 import AppTest

from kam_core.__main__ import main
from kam_core.errors import KamError
from kam_core.ingest.mapping.feeds import Recipe, plan
from kam_core.ingest.mapping.overrides import Overrides, read_overrides
from kam_core.ingest.mapping.proposal_model import Proposal, answers_to
from kam_core.ingest.mapping.proposals import propose
from kam_core.ingest.stage import Staged, plan_recipes, stage_bytes
from kam_core.uploads.load import load
from kam_core.uploads.report_model import InspectedPart
from kam_core.warehouse.store import Warehouse, open_version

Write = Callable[[str, str], Path]
HEADER = ["客户编号", "拜访日期", "拜访类型", "状态", "主题"]
LOG = [
    "A1,2024/7/1,拜访,已完成,报价",
    "A1,2024/7/1,电话,已完成,回款",
    "A2,2024/7/2,拜访,已完成,报价",
]
PARTS = HEADER[:3]
SAID = Overrides("interactions", joined={"interaction_id": PARTS})


def proposed(*log: str, header: list[str] = HEADER, table: str = "interactions") -> Proposal:
    return propose(header, [line.split(",") for line in log], table)


def key_of(proposal: Proposal) -> list[str] | None:
    return next((q.suggested for q in proposal.questions if q.kind == "joined"), None)


def staged(*log: str, said: Overrides = SAID) -> Staged:
    data = "\n".join([",".join(HEADER), *log, ""]).encode()
    (recipe,) = plan_recipes(data, "拜访.csv", overrides=said)
    return stage_bytes(data, recipe)


def ids(found: Staged) -> list[str]:
    return found.accepted["interaction_id"].to_pylist()


def test_a_log_without_ids_is_refused_unless_a_person_says_what_makes_them() -> None:
    with pytest.raises(KamError, match="missing_columns"):
        plan("拜访.csv", HEADER)
    proposal = proposed(*LOG)
    assert (key_of(proposal), proposal.ready) == (PARTS, False)
    assert answers_to(proposal).joined == {"interaction_id": PARTS}
    assert ids(staged(*LOG)) == ["A1 | 2024-07-01 | 拜访", "A1 | 2024-07-01 | 电话",
                                 "A2 | 2024-07-02 | 拜访"]  # fmt: skip


def test_account_day_and_kind_always_belong_to_the_id_though_a_sample_needs_less() -> None:
    assert key_of(proposed(*LOG[1:])) == PARTS


def test_a_further_column_is_proposed_only_where_rows_need_it() -> None:
    second = "A1,2024/7/1,拜访,已完成,交付"
    assert key_of(proposed(*LOG, second)) == [*PARTS, "主题"]
    orders = ["客户编号", "下单日期", "产品", "金额", "行号"]
    alike = ["A1,2024-07-01,泵,10,1", "A1,2024-07-01,泵,10,2"]
    assert key_of(proposed(*alike, header=orders, table="orders")) == [
        "客户编号",
        "下单日期",
        "行号",
    ]
    contacts = ["客户编号", "姓名", "层级"]
    people = ["A1,王芳,高层", "A1,李雷,高层"]
    assert key_of(proposed(*people, header=contacts, table="contacts")) == ["客户编号", "姓名"]


def test_a_row_that_stands_twice_is_no_reason_for_a_longer_id() -> None:
    proposal = proposed(*LOG, LOG[0])
    assert key_of(proposal) == PARTS
    (asked,) = (q for q in proposal.questions if q.kind == "joined")
    assert asked.options[0].example == "3"


def test_nothing_is_proposed_where_no_columns_tell_the_rows_apart_or_ids_are_there() -> None:
    short, changed = HEADER[:4], "A1,2024/7/1,拜访,取消"
    assert key_of(proposed("A1,2024/7/1,拜访,已完成", changed, header=short)) is None
    with_ids = ["记录编号", *short]
    assert key_of(proposed("1,A1,2024/7/1,拜访,已完成", header=with_ids)) is None


def test_rows_that_make_the_same_id_are_quarantined_but_the_first() -> None:
    found = staged(*LOG, LOG[0], "A2,2024/7/2,拜访,取消,报价")
    assert found.problems == {"duplicate_key": 1, "duplicate_row": 1}
    assert found.rejected["line_no"].to_pylist() == [5, 6]


def test_the_way_a_date_is_written_does_not_change_the_id() -> None:
    spelt = [line.replace("2024/7/", "2024年7月").replace(",拜访", "日,拜访") for line in LOG[::2]]
    assert ids(staged(*spelt)) == ids(staged(*LOG[::2]))


def test_a_recipe_with_a_made_id_can_be_written_down() -> None:
    (recipe,) = plan("拜访.csv", HEADER, answers=SAID)
    assert Recipe.of(json.loads(json.dumps(recipe.document()))) == recipe


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("bad_answers", {"joined": {"interaction_id": []}}),
        ("bad_answers", {"joined": {"interaction_id": "客户编号"}}),
        ("answers_unknown_header", {"joined": {"interaction_id": ["编号"]}}),
        ("answers_unknown_column", {"joined": {"visit": PARTS}}),
        ("answers_not_possible", {"joined": {"kind": PARTS}}),
        (
            "answers_column_and_constant",
            {"joined": {"interaction_id": PARTS}, "columns": {"interaction_id": "主题"}},
        ),
    ],
)
def test_ids_made_of_what_cannot_be_are_refused(code: str, said: dict[str, Any]) -> None:
    with pytest.raises(KamError, match=code):
        plan("拜访.csv", HEADER, "interactions", read_overrides(said))


def test_a_column_of_ids_that_is_named_later_takes_the_place_of_the_made_id() -> None:
    newer = Overrides("interactions", columns={"interaction_id": "主题"})
    assert newer.over(SAID).joined == {}
    assert SAID.over(newer).columns == {}
    (recipe,) = plan("拜访.csv", HEADER, answers=newer.over(SAID))
    assert (recipe.columns["interaction_id"], recipe.made) == ("主题", {})


def test_the_log_of_next_week_adds_only_its_new_rows(warehouse: Warehouse, file: Write) -> None:
    accounts = file("accounts.csv", "account_id,account_name,region\nA1,甲,东\nA2,乙,西\n")
    first = file("拜访.csv", "\n".join([",".join(HEADER), *LOG, ""]))
    document = {"files": {"拜访.csv": SAID.document()}}
    load(warehouse, [accounts, first], answers=document)
    again = [line.replace("/7/", "-07-0") for line in LOG]
    new = "A2,2024-07-09,电话,已完成,报价"
    second = file("拜访二.csv", "\n".join([",".join(HEADER), *again, new, ""]))
    (report,) = load(warehouse, [second], mode="update")
    assert (report.accepted, report.quarantined) == (4, 0)
    live = warehouse.live_version()
    assert live
    with open_version(warehouse.file(live.version)) as connection:
        found = connection.execute("select count(*) from interactions")
        assert found.fetchone() == (4,)


@pytest.mark.parametrize(
    ("lang", "told"),
    [
        ("zh", "客户编号、拜访日期、拜访类型（3 行各不相同，第一行是“A1 | 2024/7/1 | 拜访”）"),
        ("en", "客户编号, 拜访日期, 拜访类型 (3 rows, all different; the first is “A1 | 2024/7/1"),
    ],
)
def test_inspect_asks_in_words_which_columns_make_the_id(
    warehouse: Warehouse, file: Write, capsys: pytest.CaptureFixture[str], lang: str, told: str
) -> None:
    path = file("拜访.csv", "\n".join([",".join(HEADER), *LOG, ""]))
    assert main(["inspect", "--warehouse", str(warehouse.path), "--lang", lang, str(path)]) == 0
    assert told in capsys.readouterr().out


PAGE = """
import json
import streamlit as st
from kam_core.text.writer import Text
from kam_core.uploads.report_model import InspectedPart, read_document
from pages.parts.uploads import column_mapping

part = read_document(InspectedPart, {part!r})
st.code(json.dumps(column_mapping.ask_about_part(part, "key", Text("zh")), ensure_ascii=False))
"""


def test_the_page_asks_which_columns_make_the_id_and_takes_the_answer() -> None:
    proposal = proposed(*LOG).with_answers()
    part = orjson.dumps(InspectedPart("拜访.csv", None, [proposal])).decode()
    app = AppTest.from_string(PAGE.format(part=part), default_timeout=300).run()
    assert not app.exception
    assert json.loads(app.code[0].value) is None
    (question,) = app.radio
    assert "编号由哪几列组成" in question.label
    question.set_value(0).run()
    assert json.loads(app.code[0].value)["joined"] == {"interaction_id": PARTS}
