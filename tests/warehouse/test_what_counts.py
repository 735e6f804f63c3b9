"""Void rows, drafts, returns, other currencies and order lines: kept, told, and counted rightly."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from kam_core.errors import KamError
from kam_core.uploads.load import load, rebuild_version
from kam_core.uploads.report_model import FileReport
from kam_core.warehouse.store import Warehouse, open_version
from kam_core.warehouse.view_sql import set_lookups

ACCOUNTS = """account_id,account_name,region,customer_since,IsDeleted
A1,Alder,East,2022-01-01,false
A2,Birch,South,2022-01-01,
A3,Cedar,East,2022-01-01,true
"""
DAY = date(2024, 10, 1)

WriteFile = Callable[[str, str], Path]
Load = Callable[..., FileReport]


@pytest.fixture
def put(warehouse: Warehouse, file: WriteFile) -> Load:
    """Load one more file, after the accounts."""
    load(warehouse, [file("accounts.csv", ACCOUNTS)], as_of=DAY)

    def put(name: str, text: str, mode: str = "full") -> FileReport:
        (report,) = load(warehouse, [file(name, text)], mode=mode, as_of=DAY, confirmed=True)
        return report

    return put


def select(warehouse: Warehouse, query: str) -> list[tuple]:
    live = warehouse.live_version()
    assert live
    with open_version(warehouse.file(live.version)) as connection:
        connection.execute("set variable as_of = date '2024-10-01'")
        set_lookups(connection)
        connection.execute("set variable regions = ['East', 'South']")
        return connection.execute(query).fetchall()


@pytest.mark.parametrize(
    ("header", "yes"),
    [
        ("IsDeleted", "true"),
        ("已删除", "是"),
        ("是否作废", "1"),
        ("Voided", "yes"),
        ("已合并", "Y"),
    ],
)
def test_a_void_row_is_accepted_and_counts_nowhere(
    put: Load, warehouse: Warehouse, header: str, yes: str
) -> None:
    needs = f"need_id,account_id,raised_at,{header}\nN1,A1,2024-07-01,{yes}\nN2,A1,2024-07-02,\n"
    report = put("needs.csv", needs)
    assert (report.received, report.accepted, report.quarantined) == (2, 2, 0)
    assert report.problems == {"not_counted": 1}
    assert report.first_lines == {"not_counted": (2,)}
    for schema in ("main", "as_of", "scoped"):
        assert select(warehouse, f"select need_id from {schema}.needs") == [("N2",)]
    assert select(warehouse, "select need_id from history.needs order by 1") == [("N1",), ("N2",)]


def test_a_void_account_is_no_account(put: Load, warehouse: Warehouse) -> None:
    assert select(warehouse, "select account_id from scoped.accounts") == [("A1",), ("A2",)]


def test_drafts_and_cancelled_ones_count_nowhere(put: Load, warehouse: Warehouse) -> None:
    contracts = "合同编号,客户编号,生效日期,到期日期,合同金额,合同状态\n" + "".join(
        f"C{number},A1,2024-01-01,2024-12-31,100,{status}\n"
        for number, status in enumerate(("已签署", "草稿", "作废", "", "Activated"))
    )
    report = put("合同.csv", contracts)
    assert report.problems == {"not_counted": 2}
    assert [(e.column, e.value, e.rows) for e in report.examples["not_counted"]] == [
        ("status", "draft", 1),
        ("status", "cancelled", 1),
    ]
    rows = select(warehouse, "select contract_id from as_of.contracts order by 1")
    assert rows == [("C0",), ("C3",), ("C4",)]


def test_a_return_is_negative_whatever_its_sign(put: Load, warehouse: Warehouse) -> None:
    put(
        "orders.csv",
        "订单编号,客户编号,订单日期,订单金额,毛利,单据方向\n"
        "O1,A1,2024-07-10,1000,300,销售\n"
        "O2,A1,2024-07-11,400,100,退货\n"
        "O3,A1,2024-07-12,-50,-10,红字\n"
        "O4,A1,2024-07-13,30,-5,退货\n",
    )
    for schema in ("main", "as_of"):
        rows = select(
            warehouse, f"select amount, gross_profit from {schema}.orders order by order_id"
        )
        assert rows == [(1000, 300), (-400, -100), (-50, -10), (-30, 5)]


ORDERS = """order_id,account_id,ordered_on,amount,gross_profit,currency
O1,A1,2024-06-30,100,10,USD
O2,A1,2024-07-01,0.05,,us$
O3,A1,2024-07-02,100,10,EUR
O4,A1,2024-07-03,100,10,
O5,A1,2024-07-04,$1,,
O6,A1,2024-07-05,7,,人民币
"""


def test_amounts_in_another_currency_need_a_rate(put: Load, warehouse: Warehouse) -> None:
    report = put("orders.csv", ORDERS)
    assert report.problems == {"other_currency": 4}
    query = "select order_id, amount, gross_profit from as_of.orders order by 1"
    unconverted = [(f"O{number}", None, None) for number in (1, 2, 3)]
    own = [("O4", 100, 10), ("O5", None, None), ("O6", 7, None)]
    assert select(warehouse, query) == unconverted + own
    put("rates.csv", "币种,生效日期,汇率\n美元,2024-01-01,7.1\nUSD,2024-07-01,7.3\n")
    assert select(warehouse, query) == [
        ("O1", 710, 71),
        # 0.365 is rounded half away from zero.
        ("O2", Decimal("0.37"), None),
        ("O3", None, None),
        ("O4", 100, 10),
        ("O5", Decimal("7.30"), None),
        ("O6", 7, None),
    ]
    assert select(warehouse, "select distinct currency from orders order by 1") == [
        ("CNY",),
        ("EUR",),
        ("USD",),
        (None,),
    ]


LINES = "order_id,account_id,ordered_on,product,amount{line}\n"


def test_lines_of_an_order_are_told_apart_by_their_number(put: Load, warehouse: Warehouse) -> None:
    rows = (
        "SO1,A1,2024-07-10,Pump,1000,1\nSO1,A1,2024-07-10,Pump,1000,2\nSO2,A1,2024-07-11,Seal,5,1\n"
    )
    report = put("orders.csv", LINES.format(line=",line no") + rows)
    assert (report.accepted, report.quarantined) == (3, 0)
    assert select(warehouse, "select sum(amount) from orders") == [(2005,)]


def test_lines_without_a_number_are_told_apart_by_their_content(
    put: Load, warehouse: Warehouse
) -> None:
    pump, seal = "SO1,A1,2024-07-10,Pump,1000\n", "SO1,A1,2024-07-10,Seal,5\n"
    report = put("orders.csv", LINES.format(line="") + pump + seal + seal)
    assert (report.accepted, report.problems) == (2, {"duplicate_row": 1})
    # An update brings all lines of its orders.
    put("orders.csv", LINES.format(line="") + "SO1,A1,2024-07-10,Pump,900\n", mode="update")
    assert select(warehouse, "select product, amount from orders") == [("Pump", 900)]
    live = warehouse.live_version()
    assert live and rebuild_version(warehouse, live.version).content_hash == live.content_hash


def test_two_files_of_one_call_do_not_share_an_order(
    warehouse: Warehouse, file: WriteFile, put: Load
) -> None:
    first = file("orders_a.csv", LINES.format(line=",line") + "SO1,A1,2024-07-10,Pump,1000,1\n")
    second = file("orders_b.csv", LINES.format(line=",line") + "SO1,A1,2024-07-10,Seal,5,2\n")
    with pytest.raises(KamError, match="clashing_rows"):
        load(warehouse, [first, second], as_of=DAY)
    load(warehouse, [first, file("orders_c.csv", first.read_text())], as_of=DAY)
    assert select(warehouse, "select count(*) from orders") == [(1,)]


def test_a_decision_counts_from_its_day(put: Load, warehouse: Warehouse) -> None:
    put(
        "key_list.csv",
        "account_id,effective_on,decision\nA1,2024-07-01,nominated\nA1,2024-10-01,确认\n"
        "A2,2024-10-02,nominated\n",
    )
    rows = select(warehouse, "select account_id, decision from as_of.key_list order by 1, 2")
    assert rows == [("A1", "confirmed"), ("A1", "nominated")]


def test_a_link_is_seen_with_its_interaction(put: Load, warehouse: Warehouse) -> None:
    put(
        "interactions.csv",
        "interaction_id,account_id,kind,status,occurred_at\n"
        "I1,A1,call,completed,2024-07-03 10:00\nI2,A2,call,completed,2024-07-03 10:00\n",
    )
    put("need_links.csv", "interaction_id,need_id,decision\nI1,N1,confirmed\nI2,N2,refused\n")
    assert select(warehouse, "select need_id from scoped.need_links order by 1") == [
        ("N1",),
        ("N2",),
    ]
    south = "select need_id from scoped.need_links"
    live = warehouse.live_version()
    assert live
    with open_version(warehouse.file(live.version)) as connection:
        connection.execute("set variable as_of = date '2024-10-01'")
        set_lookups(connection)
        connection.execute("set variable regions = ['South']")
        assert connection.execute(south).fetchall() == [("N2",)]
