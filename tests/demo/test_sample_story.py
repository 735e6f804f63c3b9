"""The sample data tell the story: section 6 of the domain, counted from the CSV rows alone."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import holidays
import pandas as pd
import pytest

from kam_core import demo
from kam_core.contract.declaration import Column, tables

SAMPLE = Path(__file__).parents[2] / "data" / "sample"
OTHER_SEED = 7
HISTORY = (date(2021, 10, 16), date(2024, 10, 15))
Q3 = (pd.Timestamp(2024, 7, 1), pd.Timestamp(2024, 10, 1))  # half open
Q3_OF_LAST_YEAR = (pd.Timestamp(2023, 7, 1), pd.Timestamp(2023, 10, 1))
MONTHS_OF_Q3 = [pd.Period(month, "M") for month in ("2024-07", "2024-08", "2024-09")]
REGIONS = ["东北", "华东", "华中", "华北", "华南", "西北", "西南"]

# Tables and columns of the contract that the company has.
TABLES = {name: table for name, table in tables().items() if (SAMPLE / f"{name}.csv").exists()}
NO_MAINTENANCE = ("invitation", "greeting")

Tables = dict[str, pd.DataFrame]


@pytest.fixture(scope="module")
def other_directory(tmp_path_factory: pytest.TempPathFactory) -> Path:
    directory = tmp_path_factory.mktemp("other_seed")
    demo.write_files(directory, seed=OTHER_SEED)
    return directory


@pytest.fixture(scope="module", params=["the sample in git", "another seed"])
def sample(request: pytest.FixtureRequest, other_directory: Path) -> Tables:
    directory = SAMPLE if request.param == "the sample in git" else other_directory
    return {name: read(directory, name) for name in TABLES}


@pytest.fixture(scope="module")
def case(sample: Tables) -> Callable[[str, str], pd.DataFrame]:
    """case("A", "orders"): the rows of one table that belong to a case's account."""

    def rows(letter: str, table: str) -> pd.DataFrame:
        return sample[table][sample[table].account_id == demo.CASES[letter]]

    return rows


def read(directory: Path, name: str) -> pd.DataFrame:
    """A table with dates as timestamps, money as Decimal, scores as int; empty cells as None."""
    frame = pd.read_csv(directory / f"{name}.csv", dtype=str, keep_default_na=False)
    parsers = {
        "date": pd.Timestamp,
        "timestamp": pd.Timestamp,
        "money": Decimal,
        "number": Decimal,
        "score": int,
        "integer": int,
        "bool": {"true": True, "false": False}.__getitem__,
    }
    for column in written_columns(name, frame):
        parse = parsers.get(column.type, str)
        values = [parse(cell) if cell else None for cell in frame[column.name]]
        is_time = column.type in ("date", "timestamp")
        frame[column.name] = pd.to_datetime(values) if is_time else pd.Series(values, dtype=object)
    return frame


def written_columns(name: str, frame: pd.DataFrame) -> list[Column]:
    return [column for column in TABLES[name].columns if column.name in frame]


def within(moments: pd.Series, period: tuple[pd.Timestamp, pd.Timestamp]) -> pd.Series:
    return (moments >= period[0]) & (moments < period[1])


def is_active(accounts: pd.DataFrame, day: pd.Timestamp) -> pd.Series:
    return (
        (accounts.status != "prospect")
        & (accounts.customer_since <= day)
        & (accounts.lost_on.isna() | (accounts.lost_on >= day))
    )


def key_ids(accounts: pd.DataFrame, day: pd.Timestamp) -> set[str]:
    """VIP and growth of value_potential: active, potential of 60 or more, whatever the value."""
    has_potential = accounts.growth_potential.map(lambda score: score is not None and score >= 60)
    return set(accounts[is_active(accounts, day) & has_potential].account_id)


def maintenance(sample: Tables, period: tuple[pd.Timestamp, pd.Timestamp]) -> pd.DataFrame:
    rows = sample["interactions"]
    done = rows[(rows.status == "completed") & ~rows.kind.isin(NO_MAINTENANCE)]
    return done[within(done.occurred_at, period)]


def matched(sample: Tables, interactions: pd.DataFrame) -> pd.Series:
    needs = sample["needs"].set_index("need_id")

    def is_matched(row: pd.Series) -> bool:
        if row.need_id is None:
            return False
        need = needs.loc[row.need_id]
        is_open = pd.isna(need.resolved_at) or need.resolved_at >= row.occurred_at
        return need.account_id == row.account_id and need.raised_at <= row.occurred_at and is_open

    return interactions.apply(is_matched, axis=1)


def callbacks(sample: Tables, months: list[pd.Period]) -> Fraction:
    """Done over owed: one callback per key account and month it was active all through."""
    accounts, rows = sample["accounts"], sample["interactions"]
    calls = rows[(rows.kind == "monthly_callback") & (rows.status == "completed")]
    made = set(zip(calls.account_id, calls.occurred_at.dt.to_period("M"), strict=True))
    owed = [
        (account_id, month)
        for month in months
        for account_id in key_ids(accounts, month.start_time)
        & set(accounts[is_active(accounts, month.end_time.normalize())].account_id)
    ]
    return Fraction(sum(duty in made for duty in owed), len(owed))


def twelve_months(sample: Tables, last_day: pd.Timestamp) -> pd.Series:
    orders = sample["orders"]
    day_after = last_day + timedelta(days=1)
    year = (day_after - pd.DateOffset(years=1), day_after)
    return orders[within(orders.ordered_on, year)].groupby("account_id").amount.sum()


# Section 6, figure by figure


def test_revenue_of_the_quarter_is_120_million_to_the_cent(sample: Tables) -> None:
    orders = sample["orders"]
    assert orders[within(orders.ordered_on, Q3)].amount.sum() == Decimal("120000000.00")


def test_revenue_grew_by_15_percent_on_the_year(sample: Tables) -> None:
    orders = sample["orders"]
    now = Fraction(orders[within(orders.ordered_on, Q3)].amount.sum())
    then = Fraction(orders[within(orders.ordered_on, Q3_OF_LAST_YEAR)].amount.sum())
    assert Fraction("0.15") <= now / then - 1 < Fraction("0.150001")


def test_key_accounts_bring_78_percent(sample: Tables) -> None:
    orders = sample["orders"]
    quarter = orders[within(orders.ordered_on, Q3)]
    is_key = quarter.account_id.isin(key_ids(sample["accounts"], Q3[0]))
    assert Fraction(quarter[is_key].amount.sum()) / Fraction(quarter.amount.sum()) == Fraction(
        78, 100
    )


def test_east_china_brings_75_million(sample: Tables) -> None:
    orders = sample["orders"].merge(sample["accounts"][["account_id", "region"]])
    quarter = orders[within(orders.ordered_on, Q3)]
    by_region = quarter.groupby("region").amount.sum()
    assert by_region["华东"] == Decimal("75000000.00")
    assert sorted(by_region.index) == REGIONS


def test_complaints_rose_by_12_percent_mostly_about_new_products(sample: Tables) -> None:
    tickets = sample["tickets"]
    complaints = tickets[tickets.kind == "complaint"]
    now = complaints[within(complaints.opened_at, Q3)]
    then = complaints[within(complaints.opened_at, Q3_OF_LAST_YEAR)]
    assert Fraction(len(now), len(then)) - 1 == Fraction(12, 100)
    assert (now.topic == "新产品上线").sum() > len(now) / 2
    assert (then.topic == "新产品上线").sum() < len(then) / 2


def test_68_percent_of_monthly_callbacks_are_done(sample: Tables) -> None:
    assert callbacks(sample, MONTHS_OF_Q3) == Fraction(68, 100)


def test_callback_completion_falls_over_the_year(sample: Tables) -> None:
    quarters = [[f"{year}-{month:02d}" for month in (4, 5, 6)] for year in (2023, 2024)]
    before, later = (callbacks(sample, [pd.Period(m, "M") for m in q]) for q in quarters)
    assert before > later > Fraction(68, 100)


def test_45_percent_of_contacts_match_a_need_and_55_are_routine(sample: Tables) -> None:
    contacts = maintenance(sample, Q3)
    share = Fraction(int(matched(sample, contacts).sum()), len(contacts))
    assert (share, 1 - share) == (Fraction(45, 100), Fraction(55, 100))


def test_need_coverage_is_about_half_and_not_the_match_rate(sample: Tables) -> None:
    needs, contacts = sample["needs"], maintenance(sample, Q3)
    is_resolved_before = needs.resolved_at < Q3[0]
    is_open = needs[(needs.raised_at < Q3[1]) & ~is_resolved_before]
    named = is_open.need_id.isin(contacts[matched(sample, contacts)].need_id)
    assert round(float(named.mean()), 2) == 0.52


def test_few_contacts_name_a_need_of_another_account(sample: Tables) -> None:
    linked = sample["interactions"].merge(sample["needs"], on="need_id", suffixes=("", "_asking"))
    assert (linked.account_id != linked.account_id_asking).sum() == 3


def test_needs_wait_some_days_for_an_answer(sample: Tables) -> None:
    needs = sample["needs"][within(sample["needs"].raised_at, Q3)]
    waited = needs.responded_at - needs.raised_at
    assert timedelta(days=3) < waited.median() < timedelta(days=9)


def test_85_percent_miss_personalisation_and_35_find_the_work_effective(sample: Tables) -> None:
    surveys = sample["surveys"][within(sample["surveys"].surveyed_on, Q3)]
    assert len(surveys) == 100
    assert (surveys.personalised_enough == False).sum() == 85  # noqa: E712
    assert (surveys.effective == True).sum() == 35  # noqa: E712


def test_a_manager_spends_4_and_a_half_hours_a_week(sample: Tables) -> None:
    contacts = maintenance(sample, Q3)
    weeks = Fraction(92, 7)
    hours = Fraction(contacts.duration_hours.sum())
    assert hours / (contacts.owner.nunique() * weeks) == Fraction("4.5")


def test_hours_are_65_percent_legacy_and_12_percent_personalised(sample: Tables) -> None:
    contacts = maintenance(sample, Q3)
    hours = contacts.groupby("work_type").duration_hours.sum()
    shares = {kind: Fraction(part) / Fraction(hours.sum()) for kind, part in hours.items()}
    assert shares == {
        "legacy_issue": Fraction(65, 100),
        "personalised": Fraction(12, 100),
        "standard": Fraction(23, 100),
    }


def test_support_answers_after_48_hours_on_average(sample: Tables) -> None:
    tickets = sample["tickets"]
    support = tickets[(tickets.kind == "support") & within(tickets.opened_at, Q3)]
    waited = support.first_response_at - support.opened_at
    assert waited.notna().all()
    assert waited.sum() / len(support) == timedelta(hours=48)
    assert (waited <= timedelta(hours=12)).mean() < 0.3


def test_key_account_churn_is_above_3_percent(sample: Tables) -> None:
    accounts = sample["accounts"]
    keys = accounts[accounts.account_id.isin(key_ids(accounts, Q3[0]))]
    assert (len(keys), int(within(keys.lost_on, Q3).sum())) == (102, 4)


@pytest.mark.parametrize("day", ["2024-09-30", "2024-10-15"])
def test_13_of_the_top_20_accounts_have_both_managers(sample: Tables, day: str) -> None:
    revenue = twelve_months(sample, pd.Timestamp(day))
    accounts = sample["accounts"].set_index("account_id")
    active = accounts[accounts.status == "active"].index
    top = accounts.loc[revenue.loc[revenue.index.isin(active)].astype(float).nlargest(20).index]
    has_both = top.account_manager.notna() & top.expert_manager.notna()
    assert (has_both & (top.account_manager != top.expert_manager)).sum() == 13


def test_both_managers_of_an_account_are_two_people(sample: Tables) -> None:
    accounts = sample["accounts"].dropna(subset=["expert_manager"])
    assert len(accounts) == 25
    assert (accounts.account_manager != accounts.expert_manager).all()


def test_three_contracts_that_ended_are_undecided(sample: Tables) -> None:
    contracts = sample["contracts"]
    ended = contracts[contracts.ends_on <= pd.Timestamp(HISTORY[1])]
    undecided = ended[ended.renewed.isna()]
    assert len(undecided) == 3
    assert (undecided.ends_on > pd.Timestamp(HISTORY[1]) - timedelta(days=30)).all()
    assert not set(undecided.account_id) & {demo.CASES["B"], demo.CASES["F"]}
    later = contracts.merge(undecided[["account_id", "ends_on"]], on="account_id")
    assert (later.starts_on <= later.ends_on_y).all()
    assert ended[ended.renewed == True].renewal_amount.notna().all()  # noqa: E712


def test_twenty_accounts_have_a_response_standard_of_their_own(sample: Tables) -> None:
    accounts = sample["accounts"].dropna(subset=["response_standard_hours"])
    assert len(accounts) == 20
    assert set(accounts.response_standard_hours) <= {4, 8, 24, 48}
    support = sample["tickets"].query("kind == 'support'").merge(accounts, on="account_id")
    within_own = support.first_response_at - support.opened_at <= pd.to_timedelta(
        support.response_standard_hours.astype(int), unit="h"
    )
    assert within_own.any() and not within_own.all()


def test_every_table_of_facts_speaks_up_to_the_same_day(sample: Tables) -> None:
    facts = {
        name: [column for column in table.facts if column in sample[name]]
        for name, table in TABLES.items()
        if table.sets_day and table.facts
    }
    assert len(facts) == 7
    for name, columns in facts.items():
        newest = max(sample[name][column].max() for column in columns)
        assert newest.date() == HISTORY[1], name


def test_targets_name_every_quarter_of_the_year(sample: Tables) -> None:
    targets = sample["targets"]
    everywhere = targets[targets.region.isna() & targets.tier.isna()]
    of_q3 = everywhere[everywhere.quarter == "2024-Q3"].set_index("metric").target
    assert everywhere.groupby("metric").quarter.nunique().eq(4).all()
    assert of_q3["match_rate"] == Decimal("0.75")
    assert of_q3["key_churn"] == Decimal("0.03")
    assert of_q3["dual_manager_coverage"] == 1
    assert of_q3["key_revenue_share"] == Decimal("0.78")
    assert of_q3["response_hours"] == 12


# The nine cases


def test_case_a_lost_6_million_after_silence(sample: Tables, case: Callable) -> None:
    lost = case("A", "opportunities").query("outcome == 'lost'")
    lost = lost[within(lost.closed_on, Q3)]
    assert (len(lost), lost.amount.sum()) == (2, Decimal("6000000.00"))
    assert lost.amount.sum() / Decimal("75000000") == Decimal("0.08")
    assert lost.amount.sum() / Decimal("120000000") == Decimal("0.05")
    invitations = case("A", "interactions").query("kind == 'invitation'")
    unanswered = invitations[invitations.responded_at.isna()]
    assert len(unanswered) == 3
    assert set(unanswered.initiated_by) == {"customer"}
    assert unanswered.occurred_at.max() < lost.closed_on.min()
    waited = case("A", "needs").responded_at - case("A", "needs").raised_at
    assert timedelta(days=30) <= waited.max() <= timedelta(days=32)


def test_case_a_explains_the_whole_lost_amount_of_the_quarter(sample: Tables) -> None:
    opportunities = sample["opportunities"]
    lost = opportunities[opportunities.outcome.eq("lost") & within(opportunities.closed_on, Q3)]
    assert lost.amount.dropna().sum() == Decimal("6000000.00")
    assert len(lost) > 2


def test_case_b_grew_from_8_to_12_million_with_six_workshops(case: Callable) -> None:
    orders = case("B", "orders")
    revenue = orders.groupby(orders.ordered_on.dt.to_period("Q")).amount.sum()
    assert revenue[pd.Period("2024Q2")] == Decimal("8000000.00")
    assert revenue[pd.Period("2024Q3")] == Decimal("12000000.00")
    workshops = case("B", "interactions").query("kind == 'workshop' and status == 'completed'")
    months = list(workshops.occurred_at.dt.to_period("M"))
    assert months == list(pd.period_range("2024-04", "2024-09", freq="M"))


def test_case_b_renewed_its_contract_up_20_percent(case: Callable) -> None:
    contracts = case("B", "contracts").set_index("ends_on")
    ended = contracts.loc[pd.Timestamp(2024, 10, 8)]
    assert (ended.amount, ended.renewed, ended.renewal_amount) == (25_050_000, True, 30_060_000)
    assert ended.renewal_amount == ended.amount * Decimal("1.2")
    assert contracts.iloc[-1].amount == 30_060_000


def test_case_c_ordered_30_percent_less_and_came_back_through_free_training(
    sample: Tables, case: Callable
) -> None:
    orders = case("C", "orders")
    revenue = orders.groupby(orders.ordered_on.dt.to_period("Q")).amount.sum()
    before, after = revenue[pd.Period("2022Q1")], revenue[pd.Period("2022Q2")]
    assert after == before * Decimal("0.7")
    (need,) = case("C", "needs").itertuples()
    assert pd.Timestamp(2022, 1, 1) <= need.raised_at < pd.Timestamp(2022, 4, 1)
    assert "定制" in need.description and pd.isna(need.responded_at)
    assert need.need_id not in set(sample["interactions"].need_id)
    low, now = revenue[pd.Period("2023Q2")], revenue[pd.Period("2024Q3")]
    assert low < Decimal("10000") and now > 50 * low
    trainings = case("C", "interactions").query("kind == 'training' and status == 'completed'")
    assert len(trainings) == 8
    assert trainings.subject.str.contains("免费").all()
    account = sample["accounts"].set_index("account_id").loc[demo.CASES["C"]]
    assert (account.region, account.relationship_level) == ("西北", "strategic")


def test_case_d_had_three_callbacks_that_never_named_its_need(case: Callable) -> None:
    (need,) = case("D", "needs").itertuples()
    assert "环保合规" in need.description and pd.isna(need.resolved_at)
    rows = case("D", "interactions")
    calls = rows[(rows.kind == "monthly_callback") & (rows.status == "completed")]
    assert (calls.occurred_at > need.raised_at).sum() == 3
    assert need.need_id not in set(rows.need_id)


def test_case_e_waits_48_hours_for_support(case: Callable) -> None:
    tickets = case("E", "tickets").query("kind == 'support'")
    tickets = tickets[within(tickets.opened_at, Q3)]
    assert len(tickets) == 4
    assert (tickets.first_response_at - tickets.opened_at).mean() == timedelta(hours=48)


def test_case_e_left_for_a_competitor_with_its_problem_unsolved(
    sample: Tables, case: Callable
) -> None:
    (account,) = case("E", "accounts").itertuples()
    last = case("E", "tickets").sort_values("opened_at").iloc[-1]
    assert last.first_response_at < account.lost_on and pd.isna(last.resolved_at)
    assert (account.status, account.lost_reason) == ("lost", "slow_response")
    assert account.lost_to is not None
    assert account.account_id in key_ids(sample["accounts"], Q3[0])
    assert within(pd.Series([account.lost_on]), Q3).all()


def test_case_f_renewed_at_8_million_after_two_more_personalised_hours(case: Callable) -> None:
    contracts = case("F", "contracts").set_index("ends_on")
    ended = contracts.loc[pd.Timestamp(2024, 8, 31)]
    assert (ended.amount, ended.renewed, ended.renewal_amount) == (5_000_000, True, 8_000_000)
    rows = case("F", "interactions").query("work_type == 'personalised'")

    def hours(year: int) -> Decimal:
        months = (pd.Timestamp(year - 1, 9, 1), pd.Timestamp(year, 9, 1))
        return rows[within(rows.occurred_at, months)].duration_hours.sum()

    assert hours(2024) - hours(2023) == 2


@pytest.mark.parametrize("day", ["2024-09-30", "2024-10-15"])
def test_case_g_buys_5_percent_of_its_budget_from_us(sample: Tables, day: str) -> None:
    account = sample["accounts"].set_index("account_id").loc[demo.CASES["G"]]
    assert account.annual_purchase_budget == Decimal("30000000.00")
    bought = twelve_months(sample, pd.Timestamp(day))[demo.CASES["G"]]
    assert Fraction(bought) / Fraction(account.annual_purchase_budget) == Fraction(5, 100)


def test_case_h_is_more_satisfied_under_two_managers(sample: Tables, case: Callable) -> None:
    account = sample["accounts"].set_index("account_id").loc[demo.CASES["H"]]
    rows = case("H", "interactions")
    pilot = rows[rows.owner == account.expert_manager].occurred_at.min()
    surveys = case("H", "surveys").sort_values("surveyed_on")
    assert list(surveys[surveys.surveyed_on < pilot].score)[-1] == 72
    assert list(surveys[surveys.surveyed_on > pilot].score)[-1] == 91


def test_case_i_keeps_3_million_of_its_peak(case: Callable) -> None:
    orders = case("I", "orders")
    monthly = orders.groupby(orders.ordered_on.dt.to_period("M")).amount.sum()
    peak = monthly[pd.period_range("2024-08", "2024-09", freq="M")]
    assert peak.sum() == Decimal("3000000.00")
    for year in (2022, 2023, 2024):
        of_year = monthly[monthly.index.year == year]
        assert set(of_year.astype(float).nlargest(2).index.month) == {8, 9}
    need = case("I", "needs").sort_values("raised_at").iloc[-1]
    assert need.raised_at < need.responded_at < pd.Timestamp(2024, 8, 1)


def test_every_case_but_e_is_an_active_key_account(sample: Tables) -> None:
    assert sorted(demo.CASES) == list("ABCDEFGHI")
    assert set(demo.CASES.values()) - {demo.CASES["E"]} <= key_ids(
        sample["accounts"], pd.Timestamp(2024, 10, 15)
    )


# A company one can believe in


def test_there_are_300_accounts_in_seven_regions(sample: Tables) -> None:
    accounts = sample["accounts"]
    assert len(accounts) == 300
    assert sorted(accounts.region.unique()) == REGIONS
    assert accounts.account_name.is_unique
    assert accounts.account_manager.nunique() == 30


def test_names_have_an_english_form_and_regions_one_each(sample: Tables) -> None:
    accounts = sample["accounts"]
    assert accounts.account_name_en.is_unique and accounts.account_name_en.str.isascii().all()
    pairs = accounts[["region", "region_en"]].drop_duplicates()
    assert sorted(pairs.region) == REGIONS
    assert dict(pairs.itertuples(index=False))["华东"] == "East China"


def test_every_account_that_left_says_why_and_some_to_whom(sample: Tables) -> None:
    accounts = sample["accounts"]
    assert (accounts.lost_on.notna() == accounts.lost_reason.notna()).all()
    to_competitor = accounts[accounts.lost_reason == "competitor"]
    assert to_competitor.lost_to.notna().all() and len(to_competitor) > 3


def test_a_few_accounts_bring_most_of_the_revenue(sample: Tables) -> None:
    revenue = twelve_months(sample, pd.Timestamp(2024, 9, 30)).astype(float)
    share = revenue.nlargest(20).sum() / revenue.sum()
    assert 0.45 < share < 0.75


def test_every_kind_status_and_level_occurs(sample: Tables) -> None:
    for name, column in [
        ("interactions", "kind"),
        ("interactions", "status"),
        ("interactions", "contact_level"),
        ("interactions", "initiated_by"),
        ("orders", "kind"),
        ("opportunities", "kind"),
        ("opportunities", "outcome"),
        ("value_items", "component"),
        ("accounts", "status"),
        ("accounts", "relationship_level"),
    ]:
        allowed = set(tables()[name].column(column).values)
        assert set(sample[name][column].dropna()) == allowed, f"{name}.{column}"


def test_work_happens_on_working_days_inside_the_history(sample: Tables) -> None:
    first, last = (pd.Timestamp(day) for day in HISTORY)
    china = holidays.country_holidays("CN", years=range(2021, 2025))
    worked_weekends = set(china.weekend_workdays)
    for name, column in [
        ("interactions", "occurred_at"),
        ("orders", "ordered_on"),
        ("needs", "raised_at"),
        ("tickets", "opened_at"),
        ("surveys", "surveyed_on"),
    ]:
        moments = sample[name][column].dropna()
        days = set(moments.dt.date)
        assert not {day for day in days if day.weekday() < 5 and day in china}, name
        assert {day for day in days if day.weekday() >= 5} <= worked_weekends, name
        assert moments.min() >= first and moments.max() < last + timedelta(days=1)


def test_only_plans_and_contract_ends_lie_ahead(sample: Tables) -> None:
    end = pd.Timestamp(2024, 10, 16)
    ahead = {
        f"{name}.{column.name}"
        for name in TABLES
        for column in written_columns(name, sample[name])
        if column.type in ("date", "timestamp") and (sample[name][column.name] >= end).any()
    }
    assert ahead == {"interactions.planned_for", "contracts.ends_on"}
    rows = sample["interactions"]
    assert (rows[rows.status == "planned"].planned_for >= end).all()
    assert set(rows[rows.planned_for >= end].status) == {"planned"}


# Rows that fit together


def test_keys_are_unique_and_accounts_known(sample: Tables) -> None:
    known = set(sample["accounts"].account_id)
    for name, table in TABLES.items():
        key = [column for column in table.key if column in sample[name]]
        assert not sample[name].duplicated(key).any(), name
        if name not in ("accounts", "targets"):
            assert set(sample[name].account_id) <= known, name


def test_values_are_those_of_the_contract(sample: Tables) -> None:
    for name in TABLES:
        columns = written_columns(name, sample[name])
        assert list(sample[name].columns) == [column.name for column in columns]
        for column in columns:
            values = sample[name][column.name]
            if column.required:
                assert values.notna().all(), f"{name}.{column.name}"
            if column.values:
                assert set(values.dropna()) <= set(column.values)


@pytest.mark.parametrize(
    ("name", "column"),
    [
        ("interactions", "occurred_at"),
        ("orders", "ordered_on"),
        ("needs", "raised_at"),
        ("tickets", "opened_at"),
        ("surveys", "surveyed_on"),
        ("contracts", "starts_on"),
        ("value_items", "dated_on"),
    ],
)
def test_nothing_happens_before_or_after_the_cooperation(
    sample: Tables, name: str, column: str
) -> None:
    accounts = sample["accounts"][["account_id", "customer_since", "lost_on"]]
    rows = sample[name].dropna(subset=[column]).merge(accounts, on="account_id")
    days = rows[column].dt.normalize()
    assert (days >= rows.customer_since).all()
    assert (rows.lost_on.isna() | (days <= rows.lost_on)).all()


def test_lost_accounts_have_a_day_of_loss_and_no_plans(sample: Tables) -> None:
    accounts = sample["accounts"]
    assert ((accounts.status == "lost") == accounts.lost_on.notna()).all()
    plans = sample["interactions"].query("status == 'planned'").merge(accounts, on="account_id")
    assert (plans.status_y != "lost").all()


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        ("needs", ["raised_at", "responded_at", "resolved_at"]),
        ("tickets", ["opened_at", "first_response_at", "resolved_at"]),
        ("opportunities", ["opened_on", "closed_on"]),
        ("contracts", ["starts_on", "ends_on"]),
        ("interactions", ["occurred_at", "responded_at"]),
    ],
)
def test_steps_come_in_order(sample: Tables, name: str, steps: list[str]) -> None:
    rows = sample[name]
    for earlier, later in zip(steps, steps[1:], strict=False):
        both = rows.dropna(subset=[earlier, later])
        assert (both[earlier] <= both[later]).all()


def test_completed_interactions_say_when_who_and_how_long(sample: Tables) -> None:
    rows = sample["interactions"]
    done = rows[rows.status == "completed"]
    assert done.occurred_at.notna().all() and done.owner.notna().all()
    work = done[~done.kind.isin(NO_MAINTENANCE)]
    assert work.duration_hours.notna().all() and work.work_type.notna().all()
    assert work.duration_hours.min() > 0
    assert rows[rows.status != "completed"].occurred_at.isna().all()


def test_an_interaction_names_contacts_of_its_account_and_level(sample: Tables) -> None:
    rows = sample["interactions"].dropna(subset=["contact_id"])
    assert len(rows) > 10_000 and rows.contact_id.str.contains(";").any()
    met = rows.assign(contact_id=rows.contact_id.str.split(";")).explode("contact_id")
    met = met.merge(sample["contacts"], on="contact_id", suffixes=("", "_of_contact"))
    assert (met.account_id == met.account_id_of_contact).all()
    assert (met.contact_level == met.level).all()


# The generator


def test_the_same_seed_writes_the_files_in_git(tmp_path: Path) -> None:
    for path in demo.write_files(tmp_path):
        assert path.read_bytes() == (SAMPLE / path.name).read_bytes(), path.name


def test_another_seed_writes_other_rows(other_directory: Path) -> None:
    for name in set(TABLES) - {"targets"}:
        ours, theirs = (folder / f"{name}.csv" for folder in (SAMPLE, other_directory))
        assert ours.read_bytes() != theirs.read_bytes(), name


def test_the_files_are_small_enough_for_git() -> None:
    assert sum(path.stat().st_size for path in SAMPLE.glob("*.csv")) < 6_000_000
