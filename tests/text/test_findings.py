"""Quarantined rows told: which cell, what is wrong with it, what to do, in both languages."""

import json

import pandas as pd
import pytest

from kam_core.text.findings import findings, in_one_cell, table, unknown_ids
from kam_core.text.writer import Text

BAD_DATE = {"code": "bad_date", "column": "ordered_on", "value": "someday"}
UNKNOWN = {"code": "unknown_account", "column": "account_id", "value": "A-09"}
RAGGED = {"code": "ragged_row", "column": None, "value": None, "expected": 6, "found": 7}


@pytest.mark.parametrize(
    ("lang", "where"),
    [
        ("en", ["Ordered on = someday", "Account ID = A-09", "7 cells instead of 6"]),
        ("zh", ["下单日期 = someday", "客户编号 = A-09", "7 格，应为 6 格"]),
    ],
)
def test_a_finding_names_the_cell_by_its_title_and_shows_what_stands_in_it(
    lang: str, where: list[str]
) -> None:
    told = findings([BAD_DATE, UNKNOWN, RAGGED, RAGGED], "orders", Text(lang), {})
    assert [finding.where for finding in told] == where


def test_what_to_do_asks_for_the_account_that_may_be_meant() -> None:
    (told,) = findings([UNKNOWN], "orders", Text("en"), {"A-09": "A9 Larch"})
    assert told.todo.endswith("Did you mean A9 Larch?")
    assert in_one_cell([told], Text("en")).startswith(
        "[Account ID = A-09] The account is not among the accounts. Upload the account"
    )


def test_the_table_has_a_line_for_each_row_with_all_its_faults() -> None:
    rows = pd.DataFrame(
        {
            "file_name": ["orders.csv"],
            "table_name": ["orders"],
            "line_no": [5],
            "detail": [json.dumps([BAD_DATE, UNKNOWN])],
            "state": ["open"],
            "raw": ["O4,A-09,someday,5"],
        }
    )
    (line,) = table(rows, Text("en"), {}).to_dict("records")
    assert line["where"] == "Ordered on = someday | Account ID = A-09"
    assert line["problem"].startswith("This is not a date that can be read | The account is not")
    assert (line["line_no"], line["quarantine_state"]) == (5, "to do")


def test_unknown_accounts_are_named_once_each() -> None:
    details = [json.dumps(found) for found in ([UNKNOWN], [BAD_DATE], [UNKNOWN, BAD_DATE])]
    assert unknown_ids(details) == ["A-09"]
