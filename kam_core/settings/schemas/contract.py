"""contract.toml, templates.toml, problems.toml, corrections.toml and characters.toml."""

from itertools import chain
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from kam_core.settings.schemas.base import Bilingual, Names, Settings

Figure = Literal["money", "score", "number", "integer"]
Plain = Literal["id", "text", "enum", "quarter", "currency", "date", "timestamp", "bool"]
ColumnType = Plain | Figure


class ColumnSettings(Bilingual):
    type: ColumnType
    enum: str | None = None
    required: bool = False
    minimum: float | None = None
    aliases: Names = []


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
    def check_names(self) -> Self:
        """What the declaration names is a column of the table, and where time is meant a moment."""
        orders = [*self.in_order, *self.noted_order.values()]
        moments = [*self.event_date, *self.facts, *self.known_from, *self.time_may_lack]
        moments += [self.counts_from] if self.counts_from else []
        moments += [name for name in chain(*orders) if name != "event_date" and "." not in name]
        revealed = [column.column for column in chain(*self.known_from.values())]
        account = ["account_id"] if self.event_date else []
        names = [*self.key, *self.essential, *moments, *chain(*self.facts.values()), *revealed]
        names += [*self.not_counted, *self.negative, *self.replaced_by]
        for name in [*names, *account]:
            if name not in self.columns:
                raise PydanticCustomError("unknown_column", "no such column", {"value": name})
        for name in moments:
            if self.columns[name].type not in ("date", "timestamp"):
                raise PydanticCustomError("no_moment", "no moment", {"value": name})
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

    @model_validator(mode="after")
    def check_enums(self) -> Self:
        for table, spec in self.tables.items():
            if spec.part_of is not None and spec.part_of not in self.tables:
                fault = {"key": f"tables.{table}.part_of", "value": spec.part_of}
                raise PydanticCustomError("unknown_table", "no such table", fault)
            for name, column in spec.columns.items():
                if (column.type == "enum") != (column.enum in self.enums):
                    key = f"tables.{table}.columns.{name}.enum"
                    fault = {"key": key, "value": column.enum or "none"}
                    raise PydanticCustomError("unknown_enum", "no such enum", fault)
        return self


Examples = Annotated[list[str | Bilingual], Field(min_length=2, max_length=2)]


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
