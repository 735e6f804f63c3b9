"""reading.toml."""

import codecs
import re
from collections.abc import Callable
from typing import Annotated, LiteralString
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field
from pydantic_core import PydanticCustomError

from kam_core.settings.schemas.base import Count, Memory, Names, Settings, Share


def _readable_by(read: Callable[[str], object], code: LiteralString) -> AfterValidator:
    """What lets a text pass only if ``read`` takes it."""

    def check(text: str) -> str:
        try:
            read(text)
        except (LookupError, ValueError, re.error) as error:
            raise PydanticCustomError(code, "unreadable", {"problem": str(error)}) from error
        return text

    return AfterValidator(check)


Pattern = Annotated[str, _readable_by(re.compile, "pattern")]
TimeZone = Annotated[str, _readable_by(ZoneInfo, "time_zone")]
Encoding = Annotated[str, _readable_by(codecs.lookup, "encoding")]


class LimitSettings(Settings):
    """What is refused before anything is made of it; sizes in bytes."""

    file_bytes: Count
    workbook_bytes: Count
    unpacked_bytes: Count
    workbook_unpacked_bytes: Count
    members: Count
    packing_ratio: Count
    packing_ratio_from: Count
    cells: Count
    sparse_cells: Count
    sparse_share: Share
    lines: Count
    cell_characters: Count
    glimpse_rows: Count


class BlockSettings(Settings):
    least_rows: Count
    least_share: Share


class RowPatterns(Settings):
    """Regular expressions for rows that are no data."""

    totals: Pattern
    taken_together: Pattern
    figure: Pattern
    footer: Pattern
    unit: Pattern


class MultiplierSettings(Settings):
    """Word -> factor as text, by where the word may stand; see reading.toml."""

    cells: dict[str, str]
    headers: dict[str, str]
    typed: dict[str, str]


class NothingSettings(Settings):
    words: Names
    except_in_figures: Names


class BoolSettings(Settings):
    true: Names
    false: Names


class FastPathSettings(Settings):
    least_bytes: Count
    piece_bytes: Count
    workers: Count
    held_bytes: Count
    head_bytes: Count
    memory_limit: Memory
    most_doubtful_rows: Count
    coded_share: Share


class DaysInNamesSettings(Settings):
    """How days and periods are written in names of files; see reading.toml."""

    months: Annotated[Names, Field(min_length=12, max_length=12)]
    patterns: list[Pattern]
    numbers: dict[str, Count]


class ReadingSettings(Settings):
    longest_hours: Count
    reporting_timezone: TimeZone
    separators: Names
    header_search_lines: Count
    header_fill_share: Share
    common_share: dict[Encoding, Share]
    fewest_chinese_characters: Count
    encoding_sample: Count
    utf16_text_share: Share
    damaged_share: Share
    proposal_sample: Count
    most_proposals: Count
    sample_rows: Count
    encodings: list[Encoding]
    earliest_year: Count
    latest_year: Count
    excel_serial_first: Count
    excel_serial_last: Count
    relative_dates: Names
    currency_headers: Names
    currencies: dict[str, Names]
    limits: LimitSettings
    no_tables: dict[str, Names]
    blocks: BlockSettings
    rows_set_apart: RowPatterns
    multipliers: MultiplierSettings
    nothing: NothingSettings
    bool: BoolSettings
    bulk: FastPathSettings
    days_in_names: DaysInNamesSettings
