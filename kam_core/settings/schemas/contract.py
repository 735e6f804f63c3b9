"""contract.toml, templates.toml, problems.toml, corrections.toml and characters.toml."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator
from pydantic_core import PydanticCustomError

from kam_core.settings.schemas.base import Bilingual, Names, Settings

Figure = Literal["money", "score", "number", "integer"]
ColumnType = Literal[
    "id", "text", "enum", "quarter", "currency", "date", "timestamp", "bool", Figure
]


class ColumnSettings(Bilingual):
    type: ColumnType
    enum: str | None = None
    required: bool = False
    minimum: float | None = None
    aliases: Names = []

    @model_validator(mode="after")
    def check_enum(self) -> Self:
        if (self.type == "enum") != (self.enum is not None):
            fault = {"within": ["enum"], "value": self.enum or "none"}
            raise PydanticCustomError("unknown_enum", "no such enum", fault)
        return self


class RevealedColumn(Settings):
    """What a column says before its moment: ``before``, where it says one of ``instead_of``.

    Without ``before`` it is empty then; without ``instead_of`` whatever it says.
    """

    column: str
    before: str | None = None
    instead_of: Names = []


Pair = Annotated[Names, Field(min_length=2, max_length=2)]


class TableDeclaration(Bilingual):
    """What is declared of a table beside its columns; contract.toml says what each part means.

    ``key`` identifies a row when a file updates the table. A row stands for the first of the days
    of ``event_date`` that is filled. ``facts`` are moments that say something happened, in rows
    with one of the values of each column. While a moment of ``known_from`` lies ahead, neither it
    nor what it reveals is known. ``noted_order`` has a problem of rows whose first moment comes
    after the second: a column, ``accounts.`` and a column of the account, or ``event_date``.
    """

    key: Names
    aliases: Names = []
    event_date: Names = []
    facts: dict[str, dict[str, Names]] = {}
    known_from: dict[str, list[RevealedColumn]] = {}
    in_order: list[Pair] = []
    noted_order: dict[str, Pair] = {}
    essential: Names = []
    not_counted: dict[str, Names] = {}
    negative: dict[str, Names] = {}
    replaced_by: Names = []
    counts_from: str | None = None
    part_of: str | None = None
    sets_day: bool = True
    retention: Literal["master", "activity", "money", "personal", "plan", "decision"]
    time_may_lack: Names = []
    says_how_far: bool = False


class TableSettings(TableDeclaration):
    columns: dict[str, ColumnSettings]

    @model_validator(mode="after")
    def check_account(self) -> Self:
        if self.event_date and "account_id" not in self.columns:
            raise PydanticCustomError("columns", "no account", {"value": "account_id", "of": "it"})
        return self


class EveryTableSettings(Settings):
    """What every table has beside its own columns."""

    columns: dict[str, ColumnSettings] = {}
    essential: Names = []
    not_counted: dict[str, Names] = {}


class ContractSettings(Settings):
    enums: dict[str, dict[str, Names]]
    every_table: EveryTableSettings
    tables: dict[str, TableSettings]


# A cell is told of as what it looks like: a text, or a table of both languages.
ExampleCell = Annotated[
    Annotated[str, Tag("(text)")] | Annotated[Bilingual, Tag("(table)")],
    Discriminator(lambda cell: "(table)" if isinstance(cell, dict) else "(text)"),
]
Examples = Annotated[list[ExampleCell], Field(min_length=2, max_length=2)]


class TemplateSettings(Settings):
    """Two example cells by table and column, and how a yes and a no are written.

    ``every_table`` holds those of the columns that every table has.
    """

    every_table: dict[str, Examples]
    tables: dict[str, dict[str, Examples]]
    words: dict[str, Bilingual]


class ProblemSettings(Bilingual):
    """``severity``: note (row kept), quarantine (row set apart) or refuse (file not taken).

    ``beside_others``: the fault shows only beside other rows, or in how the line is written; the
    cells of the row alone look sound. ``since``: the format in which it was first looked for; what
    was accepted before stays accepted.
    """

    severity: Literal["note", "quarantine", "refuse"]
    todo_zh: str
    todo_en: str
    beside_others: bool = False
    since: int = 0

    def todo(self, lang: str) -> str:
        return self.todo_zh if lang == "zh" else self.todo_en


class CorrectionSettings(Settings):
    """The headings of our own columns in a download of quarantined rows."""

    line: Bilingual
    codes: Bilingual
    messages: Bilingual
    raw: Bilingual
    reference: Bilingual


class CharacterSettings(Settings):
    traditional: str
    simplified: str
