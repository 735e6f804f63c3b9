"""Which account an unknown id may mean: proposed to a person, and only where one stands out."""

import pytest

from kam_core.ingest.corrections.account_suggestions import AccountRef, suggest_accounts

ACCOUNTS = [
    AccountRef("C-0012", "华东重工集团"),
    AccountRef("C-0013", "Queue Manager Technologies"),
    AccountRef("17850", "Larch & Sons"),
    AccountRef("17851", "Twin"),
    AccountRef("17852", "Twin"),
]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("c0012", "C-0012"),
        ("Ｃ－１２", "C-0012"),
        ("17850.0", "17850"),
        ("0017850", "17850"),
        ("华东重工集团", "C-0012"),
        ("华东重工", "C-0012"),
        ("QueueManager Technologies", "C-0013"),
        ("Larch and Sons", "17850"),
    ],
)
def test_an_id_in_another_writing_or_a_name_in_its_place_finds_the_account(
    written: str, meant: str
) -> None:
    assert suggest_accounts([written], ACCOUNTS)[written].account_id == meant


@pytest.mark.parametrize("written", ["C-0014", "17853", "Twin", "Nobody", "", "C-00120"])
def test_what_is_like_no_account_or_like_two_finds_none(written: str) -> None:
    assert suggest_accounts([written], ACCOUNTS) == {}
