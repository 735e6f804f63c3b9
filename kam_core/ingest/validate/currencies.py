"""Which currency an amount is in, and which amounts of a column are in another than the others."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from kam_core.ingest.text_folding import fold, simplify
from kam_core.settings.loader import load_settings

# What a figure holds beside words.
NO_WORD = re.compile(r"[\d\s.,()'’+\-−%]+")

ISO_CODE = re.compile(r"[A-Za-z]{3}")


@cache
def currency_words() -> dict[str, str]:
    """Every word or sign for a currency, in small letters of common width, and its code."""
    named = load_settings().reading.currencies
    return {_fold_text(word): code for code, words in named.items() for word in words}


def currency_of(text: str) -> str | None:
    """The currency that an amount names; None where it names none."""
    word = NO_WORD.sub("", _fold_text(text))
    for multiplier in sorted(load_settings().reading.multipliers.cells, key=len, reverse=True):
        word = word.removeprefix(multiplier)
    return currency_words().get(word)


def names_currencies(header: str, texts: Sequence[str]) -> bool:
    """Whether a column tells the currency of the amounts beside it: a word or code in each row."""
    folded = fold(header)
    is_called_so = any(word in folded for word in load_settings().reading.currency_headers)
    return is_called_so and bool(texts) and all(map(code_of, texts))


def find_odd(amounts: Iterable[str], beside: Iterable[str]) -> tuple[str | None, Mapping[int, str]]:
    """The currency most amounts are in, and the rows that name another one.

    ``beside`` is what another column says of each row; the amount's own word goes before it.
    """
    named = {text: currency_of(text) for text in set(amounts)}
    codes = [
        named[amount] or code_of(word) or word.strip().upper() or None if amount.strip() else None
        for amount, word in zip(amounts, beside, strict=True)
    ]
    counts = Counter(filter(None, codes))
    if len(counts) < 2:
        return None, {}
    usual = counts.most_common(1)[0][0]
    return usual, {row: code for row, code in enumerate(codes) if code not in (None, usual)}


def code_of(text: str) -> str | None:
    """The code that a word for a currency means, or that it is; None where it is neither."""
    word = _fold_text(text).strip()
    return currency_words().get(word) or (word.upper() if ISO_CODE.fullmatch(word) else None)


def _fold_text(text: str) -> str:
    return simplify(unicodedata.normalize("NFKC", text).casefold())
