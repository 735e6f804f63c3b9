"""What all settings have in common: no key that is not known, no value of another type."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

Share = Annotated[float, Field(ge=0, le=1)]
Count = Annotated[int, Field(ge=0)]
Positive = Annotated[float, Field(gt=0)]
Names = list[str]


class Settings(BaseModel):
    """One table of a settings file; its fields are the keys that it may have."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Bilingual(Settings):
    """One text in both languages."""

    zh: str
    en: str

    def text(self, lang: str) -> str:
        return self.zh if lang == "zh" else self.en
