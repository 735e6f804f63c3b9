"""Cells in columns of a terminal, where a Chinese character takes two places."""

from collections.abc import Sequence

from kam_core.text.formats import display_width


def align_columns(lines: Sequence[Sequence[str]]) -> str:
    """Lines of cells as columns of a terminal."""
    widths = [max(map(display_width, cells)) for cells in zip(*lines, strict=True)]
    return "\n".join("  ".join(map(_pad, line, widths)).rstrip() for line in lines)


def _pad(cell: str, width: int) -> str:
    return cell + " " * (width - display_width(cell))
