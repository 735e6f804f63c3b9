"""contract.toml, templates.toml, problems.toml, corrections.toml and characters.toml."""

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator
from pydantic_core import PydanticCustomError

from kam_core.settings.schemas.base import Bilingual, Names, Settings

Figure = Literal["money", "score", "number", "integer"]
ColumnType = Literal["id", "text", "enum", "quarter", "date", "timestamp", "bool"] | Figure


class ColumnSettings(Bilingual):
    type: ColumnType
    enum: str | None = None
    required: bool = False
    minimum: float | None = None
    aliases: Names = []


class TableSettings(Bilingual):
    key: Names
    aliases: Names = []
    columns: dict[str, ColumnSettings]


class ContractSettings(Settings):
    enums: dict[str, dict[str, Names]]
    tables: dict[str, TableSettings]

    @model_validator(mode="after")
    def check_enums(self) -> Self:
        for table, spec in self.tables.items():
            for name, column in spec.columns.items():
                if (column.type == "enum") != (column.enum in self.enums):
                    key = f"tables.{table}.columns.{name}.enum"
                    fault = {"key": key, "value": column.enum or "none"}
                    raise PydanticCustomError("unknown_enum", "no such enum", fault)
        return self


Examples = Annotated[list[str | Bilingual], Field(min_length=2, max_length=2)]


class TemplateSettings(Settings):
    """Two example cells by table and column, and how a yes and a no are written."""

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
