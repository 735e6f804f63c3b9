"""Return on personalised time: estimates that can be counted by hand, and why there is none."""

from dataclasses import replace
from decimal import Decimal
from math import log

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kam_core.analysis import renewal_model
from kam_core.analysis.renewal_model import RenewalRules

RULES = RenewalRules(
    min_contracts=30,
    min_of_each_outcome=10,
    min_accounts=10,
    confidence=0.95,
    band_starts=(2.0, 6.0),
)


def contracts(*groups: tuple[object, int, int]) -> pd.DataFrame:
    """Contracts of one account each: (hours, how many, how many of them renewed)."""
    rows = [
        {"personalised_hours": hours, "renewed": number < renewed}
        for hours, many, renewed in groups
        for number in range(many)
    ]
    return pd.DataFrame(rows).assign(account_id=[f"A{number}" for number in range(len(rows))])


def half_and_three_quarters() -> pd.DataFrame:
    return contracts((0, 40, 20), (1, 40, 30))


def test_the_effect_of_an_hour_is_the_mean_slope_of_the_curve() -> None:
    # Two groups are fitted exactly: odds 1 and 3, a slope of log 3, steepest where half renew.
    found = renewal_model.estimate(half_and_three_quarters(), RULES)
    assert found.reason is None
    assert found.effect == pytest.approx(log(3) * (0.5 * 0.5 + 0.75 * 0.25) / 2, abs=1e-6)
    assert found.low < found.effect < found.high
    assert renewal_model.curve(found, [0, 1]) == pytest.approx([0.5, 0.75], abs=1e-6)
    assert (found.contracts, found.renewed, found.accounts, found.unknown) == (80, 50, 80, 0)


def test_exact_hours_and_another_unit_of_time_change_nothing_else() -> None:
    hours = renewal_model.estimate(half_and_three_quarters(), RULES)
    exact = renewal_model.estimate(contracts((Decimal(0), 40, 20), (Decimal("1.0"), 40, 30)), RULES)
    assert exact.effect == pytest.approx(hours.effect)
    minutes = renewal_model.estimate(contracts((0, 40, 20), (60_000_000, 40, 30)), RULES)
    assert minutes.effect * 60_000_000 == pytest.approx(hours.effect)
    assert minutes.low * 60_000_000 == pytest.approx(hours.low)


def test_a_second_contract_of_the_same_account_is_no_further_evidence() -> None:
    once = half_and_three_quarters()
    twice = pd.concat([once, once])
    one, two = renewal_model.estimate(once, RULES), renewal_model.estimate(twice, RULES)
    assert two.effect == pytest.approx(one.effect)
    assert two.high - two.low == pytest.approx(one.high - one.low, rel=0.02)
    strangers = twice.assign(account_id=[f"A{number}" for number in range(len(twice))])
    apart = renewal_model.estimate(strangers, RULES)
    assert apart.high - apart.low == pytest.approx((one.high - one.low) / 2**0.5, rel=0.02)


def test_more_confidence_asks_for_a_wider_interval() -> None:
    narrow = renewal_model.estimate(half_and_three_quarters(), RULES)
    wide = renewal_model.estimate(half_and_three_quarters(), replace(RULES, confidence=0.99))
    assert wide.effect == narrow.effect
    assert (wide.high - wide.low) / (narrow.high - narrow.low) == pytest.approx(2.576 / 1.960, 1e-3)


def test_a_known_effect_lies_within_its_interval_about_as_often_as_promised() -> None:
    chance = np.random.default_rng(20240930)
    hours = chance.gamma(1.0, 5.0, 400)
    likely = 1 / (1 + np.exp(-(0.1 + 0.25 * hours)))
    truth = float(np.mean(0.25 * likely * (1 - likely)))
    accounts = [f"A{number}" for number in range(400)]
    held = 0
    for _ in range(100):
        drawn = pd.DataFrame(
            {
                "account_id": accounts,
                "personalised_hours": hours,
                "renewed": chance.random(400) < likely,
            }
        )
        found = renewal_model.estimate(drawn, RULES)
        held += found.low <= truth <= found.high
    # 95 of 100 on average; fewer than 88 or all of them would be a wrong interval.
    assert 88 <= held <= 99


def test_no_association_has_an_effect_of_zero_and_an_interval_around_it() -> None:
    found = renewal_model.estimate(contracts((0, 40, 20), (1, 40, 20)), RULES)
    assert found.effect == pytest.approx(0, abs=1e-9)
    assert found.low < 0 < found.high


@pytest.mark.parametrize(
    ("groups", "reason"),
    [
        ([(0, 14, 7), (1, 15, 10)], "too_few_contracts"),
        ([(0, 40, 40), (1, 40, 40)], "outcome_one_sided"),
        ([(0, 40, 0), (1, 40, 9)], "outcome_one_sided"),
        ([(3, 40, 20)], "hours_all_alike"),
        ([(0, 40, 0), (1, 40, 40)], "outcome_separated"),
        ([(0, 40, 40), (1, 40, 0)], "outcome_separated"),
        ([(0, 40, 0), (1, 40, 20), (2, 40, 40)], "outcome_separated"),
    ],
)
def test_what_cannot_be_estimated_says_why(groups: list, reason: str) -> None:
    found = renewal_model.estimate(contracts(*groups), RULES)
    assert (found.reason, found.effect, found.low, found.high) == (reason, None, None, None)
    assert renewal_model.curve(found, [0, 1]) == []


def test_contracts_of_a_few_accounts_are_too_few_whatever_their_number() -> None:
    rows = half_and_three_quarters()
    few = rows.assign(account_id=[f"A{number % 9}" for number in range(len(rows))])
    assert renewal_model.estimate(few, RULES).reason == "too_few_accounts"


def test_a_search_that_does_not_end_gives_no_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renewal_model, "MOST_STEPS", 1)
    found = renewal_model.estimate(half_and_three_quarters(), RULES)
    assert (found.reason, found.effect) == ("not_converged", None)


def test_contracts_whose_hours_are_unknown_are_left_out_and_counted() -> None:
    rows = pd.concat([half_and_three_quarters(), contracts((None, 5, 5))])
    found = renewal_model.estimate(rows, RULES)
    assert (found.contracts, found.unknown) == (80, 5)
    assert found.effect == pytest.approx(
        renewal_model.estimate(half_and_three_quarters(), RULES).effect
    )
    assert renewal_model.bands(rows, RULES)["contracts"].sum() == 80


def test_no_contract_at_all_is_an_answer_too() -> None:
    nothing = half_and_three_quarters().head(0)
    assert renewal_model.estimate(nothing, RULES).reason == "too_few_contracts"
    assert renewal_model.bands(nothing, RULES).empty


def test_a_band_begins_with_its_number_of_hours_and_has_a_wilson_interval() -> None:
    rows = contracts((0, 4, 1), (Decimal("1.99"), 6, 4), (2, 3, 3), (6, 1, 0), (80, 1, 1))
    banded = renewal_model.bands(rows, RULES)
    counted = banded[["from_hours", "contracts", "renewed", "rate"]].values.tolist()
    assert counted == [[0, 10, 5, 0.5], [2, 3, 3, 1], [6, 2, 1, 0.5]]
    assert banded.loc[0, ["low", "high"]].tolist() == pytest.approx([0.2366, 0.7634], abs=1e-4)
    assert banded["mean_hours"].tolist() == pytest.approx([1.194, 2, 43])


def test_a_band_without_a_contract_is_not_shown() -> None:
    assert renewal_model.bands(contracts((9, 2, 1)), RULES)["from_hours"].tolist() == [6]


@settings(max_examples=60)
@given(
    st.lists(
        st.tuples(st.sampled_from([0.0, 0.5, 1.0, 3.0, 1e6]), st.booleans(), st.integers(0, 12)),
        max_size=45,
    )
)
def test_any_contracts_have_an_effect_within_its_interval_or_a_reason(rows: list) -> None:
    drawn = pd.DataFrame(rows, columns=["personalised_hours", "renewed", "account_id"])
    drawn["account_id"] = drawn["account_id"].astype(str)
    found = renewal_model.estimate(drawn, replace(RULES, min_of_each_outcome=1, min_accounts=2))
    if found.effect is None:
        assert found.reason
    else:
        assert found.reason is None and found.low <= found.effect <= found.high
        assert all(0 <= likely <= 1 for likely in renewal_model.curve(found, [0, 1, 1e9]))
