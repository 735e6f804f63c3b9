"""Packs as files: names that any disk takes and that never change, written whole or not at all."""

import hashlib
import os
import unicodedata
from collections.abc import Collection, Sequence
from contextlib import suppress
from datetime import date
from pathlib import Path

LONGEST = 30
LONGEST_PART_BYTES = 120
HASH = 8


def stem(
    quarter: str,
    regions: Sequence[str] | None,
    every_region: Collection[str],
    tiers: Sequence[str] | None,
    as_of: date | None,
    lang: str,
) -> str:
    """The name of a pack without its ending, from what was asked for and nothing else.

    None is all regions (of those ``known``), all tiers, the newest day. Parts are joined by an
    underscore, which no part holds.
    """
    parts = ["pack", quarter]
    if regions is not None:
        parts.append(f"region-{_list_names(regions, every_region)}")
    if tiers is not None:
        parts.append(f"tier-{_list_names(tiers, tiers)}")
    if as_of is not None:
        parts.append(f"as-of-{as_of.isoformat()}")
    return "_".join([*parts, lang])


def _list_names(names: Sequence[str], every_name: Collection[str]) -> str:
    listed = "+".join(_safe(name, every_name) for name in names)
    if len(listed.encode()) <= LONGEST_PART_BYTES:
        return listed
    return f"{len(names)}~{_hash(listed)}"


def _safe(name: str, every_name: Collection[str]) -> str:
    """Letters, digits and hyphens as they are; a hash where that is not the whole name.

    Also where another name differs in its capitals only, which some disks do not tell apart.
    """
    plain = unicodedata.normalize("NFC", name)
    kept = "".join(c if c.isalnum() or c == "-" else "-" for c in plain)[:LONGEST].strip("-")
    twins = [other for other in every_name if other.casefold() == name.casefold()]
    if kept == name and len(twins) < 2:
        return kept
    return f"{kept}~{_hash(name)}"


def _hash(name: str) -> str:
    return hashlib.sha256(name.encode()).hexdigest()[:HASH]


def write(folder: Path, name: str, content: bytes) -> Path:
    """A file under its name only when all of it is on the disk; what was there stays until then."""
    folder.mkdir(parents=True, exist_ok=True)
    target, temporary = folder / name, folder / f".{os.getpid()}.part"
    try:
        with temporary.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(temporary, target)
    except BaseException:
        with suppress(OSError):
            temporary.unlink()
        raise
    return target
