"""Bytes to text: the encoding is told by evidence, and a guess says that it is one."""

import codecs
import re
from collections.abc import Iterable
from typing import NamedTuple

import charset_normalizer
import numpy as np

from kam_core.errors import KamError
from kam_core.settings.loader import load_settings

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
# Chinese characters that a standard calls common, by the first byte it gives them; and punctuation.
COMMON = {
    "gb18030": ("gb2312", [(0xA1, 0xA1), (0xA3, 0xA3), (0xB0, 0xD7)]),
    "big5": ("big5", [(0xA1, 0xC6)]),
}
ASCII = re.compile(r"[\x00-\x7f]+")
PLAIN = re.compile(r"[\t\r\n -~\xa0-\u017f]")
# What a decoder puts where bytes are no text.
REPLACEMENT = "\ufffd"


class Decoded(NamedTuple):
    """``is_guess``: another encoding reads well too; ``is_damaged``: U+FFFD marks bad bytes."""

    text: str
    encoding: str
    is_guess: bool = False
    is_damaged: bool = False


def decode_bytes(data: bytes, encoding: str | None = None) -> Decoded:
    """The text of a file; an encoding is never guessed against the evidence.

    Raises KamError("undecodable_file") naming what it may be, or KamError("unknown_encoding").
    """
    decoded = _decode_as(data, encoding) if encoding else _decode_by_evidence(data)
    if decoded is None:
        raise KamError("undecodable_file", encoding=encoding, proposals=_propose_encodings(data))
    return decoded._replace(text=decoded.text.removeprefix("\ufeff"))


def _decode_as(data: bytes, encoding: str) -> Decoded | None:
    return _try_decode(data, encoding) or _decode_damaged(data, [encoding])


def _decode_by_evidence(data: bytes) -> Decoded | None:
    marked = [name for mark, name in BYTE_ORDER_MARKS if data.startswith(mark)]
    for name in marked[:1] or [*_utf16_without_mark(data), "utf-8"]:
        if decoded := _try_decode(data, name):
            return decoded
    return _decode_chinese(data) or _decode_damaged(data, marked[:1] or ["utf-8", "gb18030"])


def _try_decode(data: bytes, encoding: str) -> Decoded | None:
    try:
        text = data.decode(encoding)
    except LookupError:
        raise KamError("unknown_encoding", encoding=encoding) from None
    except UnicodeError:
        return None
    rivals = _rival_encodings(data, encoding, text)
    return Decoded(text, encoding, is_guess=bool(rivals))


def _rival_encodings(data: bytes, encoding: str, text: str) -> list[str]:
    """Other encodings of Chinese that the bytes prove no less than this one."""
    if encoding not in COMMON:
        return []
    sample = text[: load_settings().reading.encoding_sample]
    is_short = len(ASCII.sub("", sample)) < load_settings().reading.fewest_chinese_characters
    rivals = [name for name in COMMON if name != encoding]
    return [name for name in rivals if _share(data, name) >= _least_share(name) * (not is_short)]


def _decode_chinese(data: bytes) -> Decoded | None:
    """The likelier of the two encodings in use for Chinese, if either reads like Chinese."""
    shares = [(_share(data, name), name) for name in COMMON]
    # Of equals the one in wider use.
    plausible = [(share, name) for share, name in shares if share >= _least_share(name)]
    if not plausible:
        return None
    return _try_decode(data, max(plausible, key=lambda candidate: candidate[0])[1])


def _least_share(encoding: str) -> float:
    return load_settings().reading.common_share[encoding]


def _share(data: bytes, encoding: str) -> float:
    """Share of common characters among those beyond ASCII; negative if it cannot be decoded."""
    try:
        text = data.decode(encoding)
    except UnicodeError:
        return -1.0
    return _common_share(text, encoding)


def _common_share(text: str, encoding: str) -> float:
    standard, common = COMMON[encoding]
    beyond = ASCII.sub("", text[: load_settings().reading.encoding_sample]) or ASCII.sub("", text)
    leads = np.frombuffer(beyond.encode(standard, "ignore"), dtype=np.uint8)[::2]
    common_count = sum(int(((leads >= first) & (leads <= last)).sum()) for first, last in common)
    return common_count / max(len(beyond), 1)


def _utf16_without_mark(data: bytes) -> list[str]:
    """UTF-16 has zero bytes, and read the right way round it is plain letters or common Chinese."""
    sample = data[: load_settings().reading.encoding_sample // 2 * 2]
    if b"\0" not in sample or len(data) % 2:
        return []
    shares = []
    for encoding in ("utf-16-le", "utf-16-be"):
        text = sample.decode(encoding, "replace")
        plain = len(PLAIN.findall(text)) + _common_share(text, "gb18030") * len(ASCII.sub("", text))
        has_parts = any(mark in text for mark in "\n\r,;\t|")
        shares.append((plain / len(text) * has_parts, encoding))
    share, encoding = max(shares)
    return [encoding] if share >= load_settings().reading.utf16_text_share else []


def _decode_damaged(data: bytes, encodings: Iterable[str]) -> Decoded | None:
    """A file that is sound but for a few bytes: the lines that hold them can be told apart."""
    most = load_settings().reading.damaged_share
    for encoding in encodings:
        text = data.decode(encoding, "replace")
        bad = text.count(REPLACEMENT)
        sound = len(ASCII.sub("", text)) - bad
        reads_well = encoding not in COMMON or _common_share(text, encoding) >= _least_share(
            encoding
        )
        if bad <= most * sound and reads_well:
            return Decoded(text, encoding, is_damaged=True)
    return None


def _propose_encodings(data: bytes) -> list[str]:
    """What the encoding may be, for a person to choose from."""
    sample = data[: load_settings().reading.proposal_sample]
    likely = [match.encoding for match in charset_normalizer.from_bytes(sample)]
    western = ["cp1252", "latin-1"]
    return list(dict.fromkeys([*likely[: load_settings().reading.most_proposals], *western]))
