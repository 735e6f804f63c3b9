"""Cells in columns of a terminal, where a Chinese character takes two places."""

import unicodedata
from collections.abc import Sequence


def align_columns(lines: Sequence[Sequence[str]]) -> str:
    """Lines of cells as columns of a terminal."""
    widths = [max(map(_width, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(_pad, line, widths)).rstrip() for line in lines)


def _width(cell: str) -> int:
    return sum(2 if unicodedata.east_asian_width(character) in "WF" else 1 for character in cell)


def _pad(cell: str, width: int) -> str:
    return cell + " " * (width - _width(cell))
