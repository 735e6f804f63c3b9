"""What ``inspect``, ``preview``, ``load`` and ``compare`` print as JSON, and read back from it.

The names of the fields are the keys of the JSON, the same in every record wherever it is declared.
Who renders a record or reads one back imports it from here.
"""

from dataclasses import dataclass, field
from functools import cache
from typing import Any, TypeVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from kam_core.errors import ErrorRecord, KamError
from kam_core.ingest.mapping.name_map import NameNote

# Renderers know nothing of ingest: they take its records from here.
from kam_core.ingest.mapping.proposal_model import (  # noqa: F401
    ColumnProposal,
    HeaderProposal,
    NameProposal,
    OpenProposal,
    Proposal,
    Question,
    ValueProposal,
)
from kam_core.ingest.progress import Listener, Progress  # noqa: F401
from kam_core.ingest.read.sources import Glimpse
from kam_core.ingest.stage import CellExample
from kam_core.metrics.compare import VersionComparison
from kam_core.warehouse.row_diff import QuarantineChange

Record = TypeVar("Record")


@dataclass(frozen=True)
class InspectedPart:
    """One table-like part of a file: how it reads, what it seems to mean, or why it cannot be read.

    ``glimpse`` is None where the file itself cannot be opened. ``unused_names`` are entries of the
    map of names that the part does not need; None where nothing could be proposed.
    """

    file: str
    glimpse: Glimpse | None
    proposals: list[Proposal] = field(default_factory=list)
    unused_names: list[str] | None = None
    error: ErrorRecord | None = None

    def document(self) -> dict[str, object]:
        """The part as it is printed, without ``unused_names`` where that is None."""
        is_told = {"unused_names": self.unused_names is not None}
        return {name: value for name, value in vars(self).items() if is_told.get(name, True)}


@dataclass(frozen=True)
class EarlierUpload:
    """The last upload of the same bytes to the same table: who, when (UTC), for which day."""

    by: str
    at: str
    as_of: str
    version: int


@dataclass(frozen=True)
class Confirmation:
    """One reason why an upload needs a second yes; ``code`` names its words under ``[questions]``.

    live_damaged: the live version cannot be read, so nobody knows what would go.
    removes_rows: of ``rows`` in force in ``table``, ``gone`` would not be there any more.
    older_as_of: ``table`` was last loaded as of ``in_force``, later than this upload's ``as_of``.
    older_rows: rows sent back come from an upload that a later full file of ``table`` replaced.
    """

    code: str
    table: str
    files: tuple[str, ...]
    rows: int | None = None
    gone: int | None = None
    as_of: str | None = None
    in_force: str | None = None


@dataclass(frozen=True)
class VersionLine:
    """One version as ``versions`` prints it; ``file``: whether its file is there."""

    version: int
    live: bool
    as_of: str
    created_at: str
    created_by: str
    file: bool
    content_hash: str


@dataclass(frozen=True)
class FileReport:
    """What became of one file in one table; ``received == accepted + quarantined``.

    ``problems`` counts rows by code, notes included; ``first_lines`` names up to five of each, and
    ``examples`` up to three cells that it shows in. ``cells_set_apart``: those that could not be
    read and without which their rows were accepted.
    ``names`` are regions and persons that the live version did not know, or has and this lacks.
    ``elsewhere`` counts rows of earlier uploads that the call sets apart or lets in; it stands with
    the first file only. ``confirm`` are the reasons why the file needs a second yes, or had one.
    ``as_of_from`` says where the day comes from (the names in warehouse.ledger; None where an older
    release loaded the file), ``version_as_of`` is the newest day of any table. ``unanswered`` is
    what was proposed of the file and stayed unused, as nobody confirmed it.
    """

    file: str
    table: str
    received: int
    accepted: int
    quarantined: int
    blank: int
    problems: dict[str, int]
    version: int | None
    mode: str
    as_of: str
    set_aside: int
    already_loaded: bool
    first_lines: dict[str, tuple[int, ...]]
    earlier: EarlierUpload | None
    names: list[NameNote] = field(default_factory=list)
    elsewhere: list[QuarantineChange] = field(default_factory=list)
    confirm: list[Confirmation] = field(default_factory=list)
    examples: dict[str, list[CellExample]] = field(default_factory=dict)
    as_of_from: str | None = None
    version_as_of: str | None = None
    cells_set_apart: int = 0
    unanswered: list[OpenProposal] = field(default_factory=list)


@dataclass(frozen=True)
class Tried:
    """What a load would do with each file, and ``confirm``: what it refuses to do without a yes.

    ``version`` is the live one it was tried against (0: none): hand it to ``load`` as
    ``expect_version``, so that nothing else is published than what was seen.
    """

    files: list[FileReport]
    confirm: list[Confirmation]
    version: int


@dataclass(frozen=True)
class Preview(VersionComparison, Tried):
    """What a load would do and, compared with the live version, what that would change."""


@cache
def _adapter(kind: Any) -> TypeAdapter:
    # In an optional type the configuration reaches the records within.
    return TypeAdapter(kind | None, config=ConfigDict(extra="forbid"))


def read_document(kind: type[Record], printed: bytes | str) -> Record:
    """The record, or list of records, that a command printed as JSON.

    KamError("other_program") where keys are missing, unknown or of another type.
    """
    shape: Any = kind
    try:
        return _adapter(shape).validate_json(printed)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        where = ".".join(map(str, first["loc"]))
        raise KamError("other_program", detail=f"{where}: {first['msg']}") from error
