"""Columns of text to typed columns at once, where a cell can mean one thing only."""

from collections.abc import Callable
from functools import lru_cache
from itertools import groupby
from typing import NamedTuple

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from kam_core.contract.declaration import Column
from kam_core.ingest.text_folding import GUARDED, strip_guard
from kam_core.ingest.validate.cast import Bad, ColumnRule, Noted, caster, is_nothing, names_time
from kam_core.ingest.validate.currencies import currency_of
from kam_core.ingest.validate.decimals import POINT
from kam_core.ingest.validate.row_checks import arrow_type
from kam_core.settings.loader import load_settings

# What str.strip removes; Arrow's own idea of white space is another one.
WHITE_SPACE = "".join(c for c in map(chr, range(0x3001)) if c.isspace())
# An id with one of these may be what a spreadsheet made of a number, or marked as a text.
ID_IN_DOUBT = ".+'"
# In place of a value: the cell is for the strict path.
DOUBTFUL = object()
MOST_REMEMBERED = 1 << 18
DAY = (
    r"(?:{years})-(?:(?:0[1-9]|1[0-2])-(?:0[1-9]|1[0-9]|2[0-8])"
    r"|(?:0[13-9]|1[0-2])-(?:29|30)|(?:0[13578]|1[02])-31)"
)
TIME = r"(?:[ T](?:[01][0-9]|2[0-3]):[0-5][0-9](?::[0-5][0-9])?)?"
# Spellings that Arrow and the strict caster read alike, whatever stands in other rows.
OBVIOUS = {
    "id": rf"[^{ID_IN_DOUBT}]*",
    "date": DAY,
    "timestamp": DAY + TIME,
    "money": r"[0-9]{1,16}(?:\.[0-9]{1,2})?",
    "score": r"[0-9]{1,2}(?:\.[0-9]{1,4})?",
    # Three decimals of which the last is 0 may be thousands.
    "number": r"[0-9]{1,18}(?:\.(?:[0-9]{1,2}|[0-9]{2}[1-9]|[0-9]{4,6}))?",
    "integer": r"[0-9]{1,18}",
}
# How many characters the obvious spellings of days and times have; None where there is no text.
MOMENT, DAY_LENGTH = pa.timestamp("us"), len("2024-01-31")
DAY_LENGTHS = {None, DAY_LENGTH}
TIME_LENGTHS = {*DAY_LENGTHS, len("2024-01-31 12:00"), len("2024-01-31 12:00:00")}
LENGTHS = {pa.date32(): DAY_LENGTHS, MOMENT: TIME_LENGTHS}


class Values(NamedTuple):
    """Values of a column, NULL where the cell is empty or in doubt.

    ``is_day``: of a moment, the cells that name no time.
    """

    values: pa.Array
    is_doubtful: np.ndarray
    is_day: np.ndarray | None = None


class CellReader:
    """Reads the cells of one column; each distinct text is cast once."""

    def __init__(self, column: Column, rule: ColumnRule) -> None:
        self.type = arrow_type(column)
        self.pattern = _obvious_pattern(column, rule)
        self.is_verbatim = column.type == "text" and not rule.meanings
        self.is_id = column.type == "id" and not rule.meanings
        # Without the other texts of the column a day before or after its month stays in doubt.
        cast = caster(column, (), rule)
        # Whether an amount is in another currency than the others, only all of them show.
        is_money = column.type == "money"

        @lru_cache(MOST_REMEMBERED)
        def judge(text: str) -> object:
            """What the strict caster says; DOUBTFUL where it remarks something or refuses it."""
            if is_nothing(text, column, rule):
                return DOUBTFUL
            try:
                value = cast(text) if text else None
            except Bad:
                return DOUBTFUL
            is_doubtful = isinstance(value, Noted) or (is_money and currency_of(text))
            return DOUBTFUL if is_doubtful else value

        self.judge: Callable[[str], object] = judge

    def read_cells(self, cells: pa.Array) -> Values:
        """The values of texts, which may be a dictionary."""
        if isinstance(cells, pa.DictionaryArray):
            return self._judge_distinct(cells)
        texts = _trim_texts(cells)
        if self.is_verbatim or (self.is_id and not _holds_any(texts, ID_IN_DOUBT)):
            return Values(texts, np.zeros(len(texts), dtype=bool))
        if not self.pattern:
            return self._judge_distinct(texts.dictionary_encode())
        return self._cast_obvious(texts, self.pattern)

    def _cast_obvious(self, texts: pa.Array, pattern: str) -> Values:
        is_day = pc.equal(pc.binary_length(texts), DAY_LENGTH).fill_null(False).to_numpy(False)
        if (moments := self._cast_moments(texts)) is not None:
            return Values(moments, np.zeros(len(texts), dtype=bool), is_day)
        is_other = pc.invert(pc.match_substring_regex(texts, pattern)).fill_null(False)
        is_doubtful = is_other.to_numpy(zero_copy_only=False)
        if not is_doubtful.any():
            return Values(texts.cast(self.type), is_doubtful, is_day)
        values = pc.if_else(is_other, None, texts).cast(self.type)
        others = self._judge_distinct(texts.filter(is_other).dictionary_encode())
        is_doubtful = is_doubtful.copy()
        is_day = is_day.copy()
        is_day[is_doubtful] = others.is_day
        is_doubtful[is_doubtful] = others.is_doubtful
        values = pc.replace_with_mask(values, is_other, _decode(others.values))
        return Values(values, is_doubtful, is_day)

    def _cast_moments(self, texts: pa.Array) -> pa.Array | None:
        """All texts as days or times, if each is an obvious one; by far the quickest way to see.

        Of the spellings that Arrow reads, their length tells the obvious ones from others.
        """
        lengths = LENGTHS.get(self.type)
        if not lengths or not set(pc.unique(pc.binary_length(texts)).to_pylist()) <= lengths:
            return None
        try:
            moments = texts.cast(self.type)
        except pa.ArrowInvalid:
            return None
        years = {moment.as_py().year for moment in pc.min_max(moments).values() if moment.is_valid}
        return moments if years <= set(_plausible_years()) else None

    def _judge_distinct(self, cells: pa.DictionaryArray) -> Values:
        """Each distinct text is judged once."""
        judged = [self.judge(strip_guard(text or "")) for text in cells.dictionary.to_pylist()]
        is_doubtful = np.array([value is DOUBTFUL for value in judged], dtype=bool)
        values = pa.array([None if value is DOUBTFUL else value for value in judged], self.type)
        codes = cells.indices
        doubts = np.zeros(len(cells), dtype=bool)
        if is_doubtful.any():
            doubts = is_doubtful[codes.fill_null(0).to_numpy(zero_copy_only=False)]
            doubts &= codes.is_valid().to_numpy(zero_copy_only=False)
        if not pa.types.is_string(self.type):
            is_day = np.zeros(len(cells), dtype=bool)
            if self.type == MOMENT:
                texts = cells.dictionary.to_pylist()
                days = np.array([not names_time(text or "") for text in texts], dtype=bool)
                is_day = days[codes.fill_null(0).to_numpy(False)] & codes.is_valid().to_numpy(False)
            return Values(values.take(codes), doubts, is_day)
        meanings = values.dictionary_encode()
        return Values(
            pa.DictionaryArray.from_arrays(meanings.indices.take(codes), meanings.dictionary),
            doubts,
        )


def _trim_texts(cells: pa.Array) -> pa.Array:
    """The texts without white space around them; NULL where nothing is left."""
    content = np.frombuffer(cells.buffers()[2] or b"", np.uint8)
    # Space is the last of the ASCII characters that can be white; others have higher bytes.
    may_be_white = len(content) and (content.min() <= ord(" ") or content.max() > ord("~"))
    texts = pc.utf8_trim(cells, characters=WHITE_SPACE) if may_be_white else cells
    if (content == ord("=")).any():
        texts = pc.replace_substring_regex(texts, GUARDED, r"\1")
        texts = pc.utf8_trim(texts, characters=WHITE_SPACE)
    is_empty = pc.equal(texts, "")
    if not pc.any(is_empty).as_py():
        return texts
    return pc.if_else(is_empty, pa.scalar(None, pa.string()), texts)


def _holds_any(texts: pa.Array, characters: str) -> bool:
    content = np.frombuffer(texts.buffers()[2] or b"", np.uint8)
    return any((content == ord(character)).any() for character in characters)


def _decode(values: pa.Array) -> pa.Array:
    return values.dictionary_decode() if isinstance(values, pa.DictionaryArray) else values


def _obvious_pattern(column: Column, rule: ColumnRule) -> str | None:
    """The spellings of this column that need no second look; None where every one does."""
    if rule.meanings or rule.factor or rule.scale or rule.decimals not in (None, POINT):
        return None
    if column.type not in OBVIOUS:
        return None
    if column.minimum is not None and column.minimum > 0:
        return None
    return "^(?:" + OBVIOUS[column.type].replace("{years}", _years_pattern()) + ")$"


def _plausible_years() -> range:
    return range(load_settings().reading.earliest_year, load_settings().reading.latest_year + 1)


def _years_pattern() -> str:
    """A short pattern, because it is compiled for every piece."""
    decades = groupby(map(str, _plausible_years()), key=lambda year: year[:3])
    return "|".join(f"{decade}[{''.join(y[3] for y in own)}]" for decade, own in decades)
