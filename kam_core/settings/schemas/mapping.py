"""mapping.toml, and the feeds in feeds/*.toml."""

from typing import Literal

from kam_core.settings.schemas.base import Count, Names, Settings, Share
from kam_core.settings.schemas.reading import Encoding, TimeZone

Factors = dict[str, str]


class TemplateMarks(Settings):
    signs: Names
    words: Names


class SimilaritySettings(Settings):
    least: Share
    piece_least: Count
    piece_weight: Share
    hint: Share
    wrong_kind: Share
    unknown_kind: Share
    name_least: Share


class ContentSettings(Settings):
    rows: Count
    least_share: Share
    least_values: Count
    weight: Share
    id_distinct_share: Share


class ScaleSettings(Settings):
    suspect_below: Count
    least_values: Count
    most_outside: Share
    points: Names
    offered: list[Names]


class KeyColumns(Settings):
    always: Names = []
    then: Names = []


class MadeKeySettings(Settings):
    least_columns: Count
    least_rows: Count
    most_more: Count
    most_others: Count
    tables: dict[str, KeyColumns]


class DurationSettings(Settings):
    most_hours_on_the_clock: Count
    units: Factors
    words: Factors


class PersonalWords(Settings):
    contains: Names
    equals: Names


class NameColumns(Settings):
    region: Names
    person: Names


class MappingSettings(Settings):
    generic_keys: Names
    unit_introductions: Names
    template_marks: TemplateMarks
    similar: SimilaritySettings
    content: ContentSettings
    scales: ScaleSettings
    units: dict[Literal["hours"], Factors]
    made_keys: MadeKeySettings
    durations: DurationSettings
    measured_in: dict[str, Literal["hours"]]
    personal: dict[str, PersonalWords]
    names: NameColumns
    never: dict[str, Names]
    hints: dict[str, dict[str, Names]]


class FeedRecipe(Settings):
    """How one table is read from the file; what each key means: ``ingest.mapping.feeds.Recipe``."""

    table: str
    columns: dict[str, str] = {}
    encoding: Encoding | None = None
    delimiter: str | None = None
    header_line: int | None = None
    member: str | None = None
    sheet: str | None = None
    timezone: TimeZone | None = None
    constants: dict[str, str] = {}
    values: dict[str, dict[str, str]] = {}
    where: dict[str, Names] = {}
    filled: Names = []
    when: dict[str, dict[str, Names]] = {}
    joined: dict[str, Names] = {}
    made: dict[str, Names] = {}
    multiplied: dict[str, Names] = {}
    elapsed: dict[str, dict[Literal["since", "unit"], str]] = {}
    factors: Factors = {}
    scales: dict[str, Names] = {}
    decimals: dict[str, Literal["point", "comma", "open"]] = {}
    dates: dict[str, Literal["dmy", "mdy"]] = {}
    blanks: dict[str, Literal["above", "empty"]] = {}
    distinct: bool = False
    left_out: Names = []
    currency: str | None = None


class FeedFile(Settings):
    """One file of an export, known by its headers; one without recipes says why it has none."""

    name: str
    headers: Names
    file_name: str = "*"
    recipes: list[FeedRecipe] = []
    why_zh: str = ""
    why_en: str = ""


class FeedSettings(Settings):
    files: list[FeedFile]
