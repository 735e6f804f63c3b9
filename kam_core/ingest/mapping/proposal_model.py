"""What is proposed and asked about a file: plain values, and the answers that say yes to them."""

from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from kam_core.ingest.mapping.overrides import Overrides

# A load refuses the file while one of these questions is open; for the others it quarantines rows.
BLOCKING = ("scale", "several", "key", "joined")


@dataclass(frozen=True)
class ColumnProposal:
    """Where a contract column could come from.

    ``found``: feed, remembered, exact, title, alias, constant (certain: a load takes them),
    similar, content (only proposed) or none. ``unit`` as the header writes it, ``factor`` its
    effect.
    """

    column: str
    required: bool
    header: str | None
    found: str
    confidence: float
    unit: str | None = None
    factor: str | None = None

    @property
    def is_certain(self) -> bool:
        return self.found not in ("similar", "content", "none")


@dataclass(frozen=True)
class HeaderProposal:
    """What becomes of a header: ``becomes`` is column, part, extra or left_out.

    ``part``: the feed reads it without storing it as a column. ``personal`` says what a column
    that is left out looks like.
    """

    header: str
    becomes: str
    columns: tuple[str, ...]
    examples: tuple[str, ...]
    personal: str | None = None


@dataclass(frozen=True)
class ValueProposal:
    """A text of an enumerated column that nothing explains, and its likeliest meaning, if any."""

    column: str
    header: str
    text: str
    rows: int
    meaning: str | None
    confidence: float
    allowed: tuple[str, ...]


@dataclass(frozen=True)
class OpenProposal:
    """What a load left alone, as nobody confirmed it: that a header is a column, or a text a value.

    ``text`` and its likely ``meaning`` are None where the header itself is proposed.
    """

    column: str
    header: str
    text: str | None = None
    meaning: str | None = None


@dataclass(frozen=True)
class NameProposal:
    """A region or person not seen before, with the known or other name most like it."""

    kind: str
    column: str
    name: str
    rows: int
    nearest: str | None


@dataclass(frozen=True)
class Option:
    """A possible answer: ``value`` as Answers take it, and how the ``example`` then reads.

    Where the answer is a column of the file, ``example`` is its position, and ``reading`` are its
    first values.
    """

    value: Any
    example: str
    reading: str


@dataclass(frozen=True)
class Question:
    """Something only a person can decide.

    ``kind`` is date_order, mixed_dates, decimals, scale, own_unit, several, key, joined or
    blanks.

    ``suggested`` is the value that other columns of the file speak for, if they do. ``headers`` are
    those that compete, for ``several``, and those that make the id, for ``joined``.
    """

    kind: str
    column: str
    header: str
    options: tuple[Option, ...]
    suggested: Any = None
    headers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """All that is known and asked about one file and one table; plain values, as for JSON.

    ``tables`` are those the file is for (several by a feed); empty where nobody can tell, and then
    ``table`` is the likeliest. ``ready``: a load would take the file as it is, without answers.
    """

    table: str
    tables: tuple[str, ...]
    feed: str | None
    columns: tuple[ColumnProposal, ...]
    headers: tuple[HeaderProposal, ...]
    values: tuple[ValueProposal, ...] = ()
    names: tuple[NameProposal, ...] = ()
    questions: tuple[Question, ...] = ()
    missing: tuple[str, ...] = ()
    ready: bool = False
    left_out: Mapping[str, str] = field(default_factory=dict)
    answers: Overrides | None = None

    def with_answers(self) -> "Proposal":
        """This proposal with the answers that would say yes to it all."""
        return replace(self, answers=answers_to(self))


def list_open(proposal: Proposal, given: Collection[str]) -> list[OpenProposal]:
    """What is proposed and not confirmed, where ``given`` are the columns that a load reads."""
    columns = [
        OpenProposal(column.column, column.header)
        for column in proposal.columns
        if column.header and not column.is_certain and column.column not in given
    ]
    values = [
        OpenProposal(value.column, value.header, value.text, value.meaning)
        for value in proposal.values
        if value.meaning and value.column in given
    ]
    return columns + values


def answers_to(proposal: Proposal) -> Overrides:
    """The answers that say yes to everything proposed; questions stay open unless suggested."""
    proposed = [c for c in proposal.columns if c.header and not c.is_certain]
    used = Counter(column.header for column in proposal.columns if column.header)
    values: dict[str, dict[str, str]] = {}
    for value in proposal.values:
        if value.meaning:
            values.setdefault(value.column, {})[value.text] = value.meaning
    return Overrides(
        table=proposal.table,
        columns={column.column: column.header or "" for column in proposed},
        values=values,
        joined=_suggested(proposal, "joined"),
        dates=_suggested(proposal, "date_order", "mixed_dates"),
        decimals=_suggested(proposal, "decimals"),
        factors={c.column: c.factor for c in proposed if c.factor},
        blanks=_suggested(proposal, "blanks"),
        shared=[str(header) for header, count in used.items() if count > 1],
    )


def _suggested(proposal: Proposal, *kinds: str) -> dict[str, Any]:
    """What is suggested as the answers to questions of some kinds, by column."""
    return {
        question.column: question.suggested
        for question in proposal.questions
        if question.kind in kinds and question.suggested
    }
