"""Errors that a user can cause and mend; everything else is a defect and keeps its traceback."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass, is_dataclass
from typing import Any


class KamError(Exception):
    """A refusal with a code, so that every language can say it.

    ``code`` names the entry under ``[errors]`` in text/zh and text/en; ``details``
    fill its placeholders.
    """

    def __init__(self, code: str, **details: object) -> None:
        self.code = code
        self.details = details
        super().__init__(f"{code}: {details}" if details else code)

    @property
    def each(self) -> "list[KamError]":
        """The refusals that this one tells together; itself where it stands alone."""
        refusals = self.details.get("refusals")
        return refusals if isinstance(refusals, list) else [self]

    def record(self) -> "ErrorRecord":
        """Code and details as plain JSON values."""
        return ErrorRecord(self.code, {name: _to_json_value(v) for name, v in self.details.items()})


@dataclass(frozen=True)
class ErrorRecord:
    """A KamError as it is printed as JSON and read back."""

    code: str
    details: dict[str, Any]

    def as_error(self) -> KamError:
        return KamError(self.code, **self.details)


def together(refusals: Sequence[KamError], code: str = "several_refused") -> KamError:
    """One refusal for all that is wrong, so that a person need not try again for each."""
    if len(refusals) == 1:
        return refusals[0]
    return KamError(code, refusals=list(refusals))


def _to_json_value(value: object) -> object:
    match value:
        case KamError():
            return asdict(value.record())
        case dict():
            return {name: _to_json_value(part) for name, part in value.items()}
        case list() | tuple():
            return [_to_json_value(part) for part in value]
        case str() | int() | float() | None:
            return value
    if is_dataclass(value) and not isinstance(value, type):
        return _to_json_value(asdict(value))
    return str(value)
