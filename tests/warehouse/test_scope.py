"""Scope is in the connection and fails closed: no region, no row; no region of others, ever."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import duckdb
import pytest

from kam_core.contract import declaration
from kam_core.metrics import catalogue, periods, queries, run, scorecard
from tests.support.worlds import (
    Row,
    account,
    connect,
    contact,
    contract_row,
    cursor,
    interaction,
    need,
    opportunity,
    order,
    snapshots,
    survey,
    ticket,
    value_item,
)

D = "2024-09-30"
Q3 = periods.quarter("2024-Q3")
PARAMETERS = {
    "periods": [Q3],
    "target": "0.9",
    "from_day": date(2024, 6, 30),
    "to_day": date(2024, 9, 30),
    "account": None,
    "most": 1000,
}


# Views of what goes wrong, which the company below has none of.
SHOWN_BY_TROUBLE = {
    "scoped.lost_accounts", "scoped.falling_revenue", "scoped.unheard_needs", "scoped.need_answers",
    "scoped.obligations_to_come", "scoped.lost_some_day",
}  # fmt: skip


@pytest.fixture(scope="module")
def company() -> duckdb.DuckDBPyConnection:
    """Two regions; rows carry the region's name in every text and its prime in every amount."""
    accounts, orders, interactions, needs = [], [], [], []
    others: dict[str, list[Row]] = {}
    for region, amount in (("North", 7), ("South", 11)):
        for number in range(1, 4):
            key = f"{region}-{number}"
            accounts.append(account(key, region=region, growth_potential=90, industry=region))
            for table, row in rows_of_every_table(key, region, amount).items():
                others.setdefault(table, []).append(row)
            orders.append(order(f"O-{key}", key, "2024-07-01", amount, product=region))
            invited = {"kind": "invitation", "initiated_by": "customer", "subject": region}
            interactions.append(interaction(f"V-{key}", key, "2024-07-02", **invited))
            interactions.append(interaction(f"I-{key}", key, "2024-07-02", need_id=f"N-{key}"))
            met = {"need_id": "N-South-1", "contact_id": f"K-{key}"}
            interactions.append(interaction(f"W-{key}", key, "2024-07-03", **met))
            needs.append(need(f"N-{key}", key, "2024-07-01", description=region))
    targets = [
        {"metric": "revenue", "quarter": "2024-Q3", "region": "South", "target": 11},
        {"metric": "revenue", "quarter": "2024-Q3", "region": "North", "target": 7},
    ]
    return connect(
        snapshots(
            D, accounts=accounts, orders=orders, interactions=interactions, needs=needs,
            targets=targets, **others,
        )
    )  # fmt: skip


def rows_of_every_table(key: str, region: str, amount: int) -> dict[str, Row]:
    """A row of every further table that belongs to an account, with what its views ask for."""
    day, text = "2024-07-02", {"owner": region, "note": region}
    decided = {"account_id": key, "effective_on": day}
    return {
        "contracts": contract_row(f"C-{key}", key, day, amount=amount),
        "opportunities": opportunity(
            f"P-{key}", key, day, closed_on=day, outcome="lost", amount=amount, lost_reason=region
        ),
        "tickets": ticket(f"T-{key}", key, "2024-07-02 10:00", topic=region),
        "surveys": survey(f"S-{key}", key, day, comment=region, respondent_level="working"),
        "contacts": contact(f"K-{key}", key, "working", name=region),
        "value_items": value_item(key, day, "base_profit", amount),
        "key_list": decided | {"decision": "nominated", "reason": region},
        "account_outcomes": decided | {"outcome": "forgotten", "lost_to": region},
        "need_links": {
            "interaction_id": f"I-{key}", "need_id": f"N-{key}", "decision": "confirmed",
            "effective_on": day,
        },
        "planned_actions": decided | text
        | {"action_id": f"A-{key}", "kind": "visit", "planned_for": day},
        "playbook_ticks": decided | {"item": region, "done": True},
        "plan_items": decided | {"item_id": f"M-{key}", "kind": "goal", "title": region},
    }  # fmt: skip


def parameters(question: queries.Query) -> dict[str, object]:
    own = PARAMETERS | {"account_id": "South-1"}
    return {name: own[name] for name in question.parameters}


def everything(shown: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """Every answer the product can give on a cursor, as text."""
    said = {
        name: queries.run_query(shown, name, **parameters(question)).to_csv()
        for name, question in queries.load_queries().items()
    }
    for name, metric in catalogue.load_metrics().items():
        for by in ((), *((column,) for column in metric.dimensions)):
            said[f"{name} {by}"] = run.run_metric(shown, name, [Q3], by).to_csv()
    said["scorecard"] = str(scorecard.scorecard(shown, Q3))
    return said


def views(company: duckdb.DuckDBPyConnection, schema: str) -> list[str]:
    rows = company.execute(
        "select view_name from duckdb_views() where schema_name = $schema and not internal",
        {"schema": schema},
    ).fetchall()
    return [f"{schema}.{name}" for (name,) in rows]


def test_there_is_a_scoped_view_of_every_table(company: duckdb.DuckDBPyConnection) -> None:
    names = views(company, "scoped")
    assert {f"scoped.{table}" for table in declaration.tables()} <= set(names)


def test_every_view_is_documented(company: duckdb.DuckDBPyConnection) -> None:
    silent = company.execute(
        "select schema_name, view_name from duckdb_views() "
        "where schema_name in ('as_of', 'scoped') and comment is null"
    ).fetchall()
    assert not silent


def test_without_variables_no_view_shows_a_row(company: duckdb.DuckDBPyConnection) -> None:
    bare = company.cursor()
    for view in [*views(company, "scoped"), *views(company, "as_of")]:
        assert bare.execute(f"select count(*) from {view}").fetchall() == [(0,)], view


@pytest.mark.parametrize("missing", ["regions", "as_of"])
def test_one_missing_variable_is_enough_to_see_nothing(
    company: duckdb.DuckDBPyConnection, missing: str
) -> None:
    shown = cursor(company, D)
    run.set_periods(shown, [Q3])
    shown.execute(f"reset variable {missing}")
    for view in views(company, "scoped"):
        assert shown.execute(f"select count(*) from {view}").fetchall() == [(0,)], view


def test_no_region_no_row_in_any_answer(company: duckdb.DuckDBPyConnection) -> None:
    said = everything(cursor(company, D, regions=()))
    about_the_data = {"available", "snapshots", "scorecard", "hour_bands"}
    assert all(
        len(text.splitlines()) <= 1 for name, text in said.items() if name not in about_the_data
    )
    assert "North" not in str(said) and "South" not in str(said)


def test_a_viewer_of_one_region_never_sees_a_row_of_the_other(
    company: duckdb.DuckDBPyConnection,
) -> None:
    said = everything(cursor(company, D, regions=("North",)))
    # The link to a foreign need is what the viewer's own file says; nothing else names the South.
    named = {name for name, text in said.items() if "South" in text.replace("N-South-1", "")}
    assert not named
    shown = cursor(company, D, regions=("North",))
    revenue = run.run_metric(shown, "revenue", [Q3])["numerator"][0]
    assert revenue % 7 == 0 and revenue % 11 != 0
    assert queries.run_query(shown, "account_history", account_id="South-1").empty


@pytest.mark.parametrize("table", declaration.tables())
def test_every_table_in_scope_shows_its_own_region_and_nothing_else(
    company: duckdb.DuckDBPyConnection, table: str
) -> None:
    """A need named by another account is no row of it; a rate belongs to no region."""
    for region, other in (("North", "South"), ("South", "North")):
        shown = cursor(company, D, regions=(region,))
        text = shown.sql(f"select * from scoped.{table}").df().to_csv()
        assert region in text or table == "rates"
        assert other not in text.replace("N-South-1", "")


def test_no_view_in_scope_names_an_account_of_another_region(
    company: duckdb.DuckDBPyConnection,
) -> None:
    shown = cursor(company, D, regions=("North",))
    run.set_periods(shown, [Q3])
    seen = {}
    for view in views(company, "scoped"):
        described = shown.execute(f"describe {view}").fetchall()
        if "account_id" in [column for column, *_ in described]:
            query = f"select distinct account_id from {view}"
            seen[view] = {name.partition("-")[0] for (name,) in shown.execute(query).fetchall()}
    assert {view for view, regions in seen.items() if regions - {"North"}} == set()
    assert {view for view, regions in seen.items() if not regions} <= SHOWN_BY_TROUBLE


def test_no_trouble_of_another_region_is_shown() -> None:
    """In each region one account was not heard and buys less, and two were lost, one some day."""
    calls, needs, orders, accounts = [], [], [], []
    for region in ("North", "South"):
        key = f"{region}-1"
        accounts += [account(key, region=region, annual_contract_value=100)]
        accounts += [account(f"{region}-2", region=region, status="lost", lost_on="2024-08-15")]
        accounts += [account(f"{region}-3", region=region, status="lost")]
        needs += [need(f"N-{key}", key, "2024-05-01", responded_at="2024-05-02")]
        calls += [interaction(f"{m}-{key}", key, f"2024-0{m}-10") for m in (6, 7, 8)]
        orders += [
            order(f"O-{key}", key, "2023-10-01", 100),
            order(f"P-{key}", key, "2024-07-01", 1),
        ]
    company = connect(
        snapshots(D, accounts=accounts, needs=needs, interactions=calls, orders=orders)
    )
    for region in ("North", "South"):
        shown = cursor(company, D, regions=(region,))
        run.set_periods(shown, [Q3, periods.quarter("2024-Q4")])
        for view in (*SHOWN_BY_TROUBLE, "scoped.warnings"):
            rows = shown.execute(f"select distinct account_id from {view}").fetchall()
            assert {name.partition("-")[0] for (name,) in rows} == {region}, view


def test_a_list_is_cut_to_the_tiers_that_were_chosen(company: duckdb.DuckDBPyConnection) -> None:
    """Three accounts of the South bring most and are VIP, the others have potential alone."""
    shown = {
        tiers: cursor(company, D, tiers=tiers).sql("from scoped.shown_accounts").df()["account_id"]
        for tiers in (("VIP", "growth"), ("basic",), ())
    }
    assert {tiers: len(ids) for tiers, ids in shown.items()} == {
        ("VIP", "growth"): 6, ("basic",): 0, (): 0
    }  # fmt: skip


def test_two_cursors_at_once_keep_their_scopes_apart(company: duckdb.DuckDBPyConnection) -> None:
    def revenue_of(region: str) -> object:
        shown = cursor(company, D, regions=(region,))
        return run.run_metric(shown, "revenue", [Q3])["numerator"][0]

    asked = ["North", "South"] * 20
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(revenue_of, asked))
    assert found == [21 if region == "North" else 33 for region in asked]


def test_periods_of_one_question_do_not_leak_into_the_next(
    company: duckdb.DuckDBPyConnection,
) -> None:
    shown = cursor(company, D)
    run.run_metric(shown, "revenue", [Q3])
    queries.run_query(shown, "open_needs")
    assert shown.execute("select count(*) from as_of.periods").fetchall() == [(0,)]


def test_a_metric_reads_only_what_is_cut_to_the_viewer() -> None:
    """as_of.* shows every region: a metric may take only calendars, tiers and settings besides."""
    calendars = {"as_of.periods", "as_of.period_months", "as_of.reading_days"}
    allowed = calendars | {"as_of.period_tiers", "settings.response_standards", "("}
    for metric in catalogue.load_metrics().values():
        both = f"{metric.sql}\n{metric.rows}"
        words = both.replace("(", " ( ").replace(")", " ) ").split()
        sources = {b for a, b in zip(words, words[1:], strict=False) if a in ("from", "join")}
        local = {a for a, b in zip(words, words[1:], strict=False) if b == "as"}
        unscoped = {s for s in sources - allowed - local if not s.startswith("scoped.")}
        assert not unscoped, metric.name
