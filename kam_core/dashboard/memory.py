"""A memory for answers, to be handed to a company: it asks nothing twice.

(version, scope, question, parameters) determines an answer, for ever: nothing is ever outdated.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd


@dataclass(frozen=True, eq=False)
class Call:
    """A function of its arguments alone, and these: told apart by every field of all of them."""

    function: Callable
    arguments: tuple

    @property
    def key(self) -> str:
        """Arguments as text: taking them apart would take longer than answering."""
        return f"{self.function.__module__}.{self.function.__qualname__}{self.arguments!r}"

    def __hash__(self) -> int:
        return hash(self.key)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and self.key == other.key


class AnswerMemory:
    """Keeps the last so many answers; ``memory(function, *arguments)`` answers as the function.

    Rows are handed out as copies on write: whoever changes them changes only their own.
    """

    def __init__(self, entries: int) -> None:
        self._answer = lru_cache(maxsize=entries)(lambda call: call.function(*call.arguments))

    def __call__(self, function: Callable, *arguments: object) -> Any:
        answer = self._answer(Call(function, arguments))
        return answer.copy(deep=False) if isinstance(answer, pd.DataFrame) else answer
