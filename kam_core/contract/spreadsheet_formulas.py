"""Which texts a spreadsheet would run as a formula, and a way to stop it that can be undone."""

from decimal import Decimal

STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "＝", "＋", "－", "＠")
MARK = "'"


def is_formula(cell: str) -> bool:
    """Whether a spreadsheet would run the cell; a plain number such as -5 it would not."""
    return cell.lstrip(" ").startswith(STARTS) and not _is_number(cell)


def defused(cell: str) -> str:
    """The cell with a quote before what would run; ``undefused`` gives back exactly the cell."""
    return f"{MARK}{cell}" if _is_marked(cell) or is_formula(cell) else cell


def undefused(cell: str) -> str:
    """What ``defused`` was given."""
    return cell.removeprefix(MARK) if _is_marked(cell) else cell


def _is_marked(cell: str) -> bool:
    return cell.startswith(MARK) and cell.lstrip(f"{MARK} ").startswith(STARTS)


def _is_number(cell: str) -> bool:
    try:
        return Decimal(cell).is_finite()
    except ArithmeticError:
        return False
