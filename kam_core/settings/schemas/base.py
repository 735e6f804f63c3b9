"""What all settings have in common: no key that is not known, no value of another type."""

import re
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic_core import PydanticCustomError

AMOUNT_OF_MEMORY = re.compile(r"\d+(\.\d+)?\s*(%|[kmgt]i?b)", re.IGNORECASE)

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Names = list[str]


def _check_memory(text: str) -> str:
    if not AMOUNT_OF_MEMORY.fullmatch(text):
        raise PydanticCustomError("memory", "no amount of memory")
    return text


Memory = Annotated[str, AfterValidator(_check_memory)]


class Settings(BaseModel):
    """One table of a settings file; its fields are the keys that it may have."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Bilingual(Settings):
    """One text in both languages."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en
