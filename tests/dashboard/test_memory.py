"""Answers are kept for all of their arguments, and nobody changes what another one gets."""

from datetime import date
from typing import Any

import pandas as pd

from kam_core.dashboard.company import Company
from kam_core.dashboard.memory import AnswerMemory
from kam_core.warehouse.scope import Scope

DAY = date(2024, 9, 30)


def company(version: int, file: str) -> Company:
    nothing: Any = None
    return Company(version, file, DAY, nothing, nothing)


def test_an_answer_is_kept_for_all_of_its_arguments_and_each_caller_has_a_copy() -> None:
    memory, calls = AnswerMemory(100), []

    def rows_of(company: Company, scope: Scope) -> pd.DataFrame:
        calls.append((company, scope))
        return pd.DataFrame({"n": [len(calls)]})

    companies = [company(1, "a"), company(2, "a"), company(1, "b")]
    scopes = [Scope((), DAY), Scope(("East",), DAY), Scope(("East",), DAY, ("VIP",))]
    questions = [(company, scope) for company in companies for scope in scopes]
    for _ in range(2):
        for number, question in enumerate(questions, start=1):
            answer = memory(rows_of, *question)
            assert answer["n"].tolist() == [number]
            answer["n"] = -1
    assert calls == questions


def test_two_functions_of_the_same_arguments_are_not_mistaken_for_each_other() -> None:
    memory = AnswerMemory(100)
    assert memory(len, "abc") == 3
    assert memory(sorted, "abc") == ["a", "b", "c"]


def test_what_was_answered_longest_ago_is_forgotten_first() -> None:
    memory, calls = AnswerMemory(2), []

    def square(number: int) -> int:
        calls.append(number)
        return number * number

    assert [memory(square, number) for number in (1, 2, 3, 3, 1)] == [1, 4, 9, 9, 1]
    assert calls == [1, 2, 3, 1]
