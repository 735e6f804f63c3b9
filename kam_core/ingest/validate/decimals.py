"""Whether a point or a comma ends the whole part of a figure: 1.500 is much, or little."""

import re
import unicodedata
from collections.abc import Iterable

POINT, COMMA, OPEN = "point", "comma", "open"
MARKS = {".": POINT, ",": COMMA}
SWAPPED = str.maketrans(".,", ",.")
# What else stands between thousands. A plain blank may as well part two figures.
GROUPED = re.compile(r"(?<=[0-9])['’\u00a0\u2009\u202f](?=[0-9]{3}(?![0-9]))")
BLANK = re.compile(r"(?<=[0-9]) (?=[0-9]{3}(?![0-9]))")
DIGITS = re.compile(r"[0-9](?:[0-9.,]*[0-9])?|[.,][0-9]+")
BEFORE_THOUSANDS = re.compile(r"[1-9][0-9]{0,2}")


def strip_grouping(text: str) -> str:
    """The text without the marks that can only group its digits, in characters of common width."""
    return unicodedata.normalize("NFKC", GROUPED.sub("", text))


def with_point(text: str) -> str:
    """A text whose comma ends the whole part, written as if a point did."""
    return BLANK.sub("", strip_grouping(text)).translate(SWAPPED)


def shown_mark(text: str) -> str | None:
    """The mark that must end the whole part of this figure; None where both readings are sound."""
    digits = _extract_digits(text)
    last = max(digits.rfind("."), digits.rfind(","))
    if last < 0:
        return None
    mark, whole, fraction = digits[last], digits[:last], digits[last + 1 :]
    if mark in whole:
        return MARKS[mark.translate(SWAPPED)]
    is_grouping = len(fraction) == 3 and BEFORE_THOUSANDS.fullmatch(whole)
    return None if is_grouping else MARKS[mark]


def is_open(text: str, column_type: str, mark: str | None) -> bool:
    """Whether nothing tells the thousands of this figure from its decimals.

    ``mark`` is what is known of its column: see ``mark_of``. With nothing known 1,500 is read as
    the contract says and 1.125 as programs write it; but one and a half is not written 1.500.
    """
    digits, shown = _extract_digits(text), shown_mark(text)
    if mark == OPEN:
        return shown != POINT and not digits.isdecimal()
    if shown is not None:
        return False
    if mark == COMMA:
        # Amounts have no three decimals, so this comma is another one than that before the cents.
        return column_type == "money" and "," in digits
    return mark is None and column_type != "score" and "." in digits and digits.endswith("0")


def _extract_digits(text: str) -> str:
    match = DIGITS.search(BLANK.sub("", strip_grouping(text)))
    return match[0] if match else ""


def mark_of(texts: Iterable[str]) -> str | None:
    """The mark that the figures of a column prove.

    OPEN where some prove the one and some the other, or where commas do and the thousands of
    others may be commas as well; None where nothing speaks against the contract's way.
    """
    proofs = {text: shown_mark(text) for text in texts}
    proven = {mark for mark in proofs.values() if mark}
    if COMMA not in proven:
        return POINT if proven else None
    has_open_comma = any("," in text for text, mark in proofs.items() if mark is None)
    return OPEN if len(proven) > 1 or has_open_comma else COMMA
