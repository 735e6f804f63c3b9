"""A bar against its target and a small line of past values, as SVGs that need no chart library.

Four of each stand on most pages; a library would take longer to draw them than all the rest.
"""

from collections.abc import Sequence
from itertools import groupby

from kam_core.text.formats import is_missing

WIDTH, HEIGHT, EDGE = 240, 40, 4
# Of a bar, and how much longer its scale is than the larger of value and target.
BAR, ROOM = 16, 1.2


NAMESPACE = "http://www.w3.org/2000/svg"


def standalone(drawing: str) -> str:
    """A drawing as an image of its own; within a page it needs no namespace, and no address."""
    return drawing.replace("<svg ", f'<svg xmlns="{NAMESPACE}" ', 1)


def spark(values: Sequence[float], colour: str) -> str:
    """Values from left to right on a scale from the least to the largest; a missing one is a gap.

    Fewer than two values make no line: the drawing is empty.
    """
    numbers = [value for value in values if not is_missing(value)]
    if len(numbers) < 2:
        return ""
    points = [_locate(number, value, values, numbers) for number, value in enumerate(values)]
    runs = [list(run) for is_known, run in groupby(points, key=bool) if is_known]
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs)
    first, *_, last = (spot.split(",") for spot in points if spot)
    dots = "".join(
        f'<circle cx="{x}" cy="{y}" r="3" fill="{colour}" stroke="none" opacity="{opacity}"/>'
        for (x, y), opacity in ((first, 0.45), (last, 1))
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="{colour}" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{lines}{dots}</svg>'
    )


def bullet(value: float, target: float, fill: str, mark: str, track: str, is_open: bool) -> str:
    """A value as a bar with its target as a mark across; hatched where its period is open."""
    low, high = min(0.0, value, target), max(0.0, value, target) * ROOM
    zero, end, at = (WIDTH * (number - low) / ((high - low) or 1) for number in (0, value, target))
    # Drawings of one page that hatch in one colour share their pattern.
    name = "hatch" + "".join(filter(str.isalnum, fill))
    hatch = (
        f'<pattern id="{name}" width="6" height="6" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="3" height="6" fill="{fill}"/></pattern>'
    )
    return (
        f'<svg viewBox="0 0 {WIDTH} {BAR}" '
        f'width="{WIDTH}" height="{BAR}"><defs>{hatch}</defs>'
        f'<rect y="3" width="{WIDTH}" height="10" fill="{track}"/>'
        f'<rect x="{min(zero, end):.1f}" y="5" width="{abs(end - zero):.1f}" height="6" '
        f'fill="{f"url(#{name})" if is_open else fill}"/>'
        f'<rect x="{min(max(at - 1.5, 0), WIDTH - 3):.1f}" width="3" height="{BAR}" '
        f'fill="{mark}"/></svg>'
    )


def _locate(number: int, value: float, values: Sequence[float], numbers: Sequence[float]) -> str:
    if is_missing(value):
        return ""
    least, span = min(numbers), max(numbers) - min(numbers)
    x = EDGE + (WIDTH - 2 * EDGE) * number / (len(values) - 1)
    y = HEIGHT / 2 if not span else HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - least) / span
    return f"{x:.1f},{y:.1f}"
