"""A warehouse opened from a script: what a person writes is understood, or refused in words."""

from datetime import date, datetime
from pathlib import Path

import pytest

import kam_core
from kam_core.errors import KamError
from kam_core.text.writer import Text
from kam_core.warehouse.store import Warehouse
from tests.support.loading import load_shared


@pytest.mark.parametrize("as_of", [date(2024, 9, 5), datetime(2024, 9, 5, 12), "2024-09-05"])
def test_an_as_of_day_is_a_day_a_moment_or_its_text(company: list[Path], as_of: date | str) -> None:
    opened = kam_core.open(load_shared(company).path)
    assert opened.view(as_of=as_of).scope.as_of == date(2024, 9, 5)


@pytest.mark.parametrize(
    ("options", "code", "words"),
    [
        ({"as_of": "5 September"}, "not_a_day", "5 September is no day"),
        ({"as_of": 20240905}, "not_a_day", "2024-09-30"),
        ({"as_of": "2999-01-01"}, "as_of_ahead", "2999-01-01"),
        ({"lang": "xx"}, "unknown_language", "There are: zh, en"),
    ],
)
def test_what_cannot_be_looked_at_is_refused_in_words(
    company: list[Path], options: dict, code: str, words: str
) -> None:
    with pytest.raises(KamError) as refused:
        kam_core.open(load_shared(company).path).view(**options)
    assert refused.value.code == code
    assert words in Text("en").error(refused.value)


def test_the_folder_is_that_of_the_installation(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KAM_WAREHOUSE", raising=False)
    assert Warehouse.default_folder() == Path("data/warehouse")
    monkeypatch.setenv("KAM_WAREHOUSE", "/srv/kam")
    assert Warehouse.default_folder() == Path("/srv/kam")
