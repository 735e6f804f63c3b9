"""A small line of past values, as an SVG that a page can show without a chart library.

Four of them stand on most pages; a library for each would take longer to draw than all the rest.
"""

from collections.abc import Sequence
from itertools import groupby

from kam_core.text.formats import is_missing

WIDTH, HEIGHT, EDGE = 240, 40, 4


def spark(values: Sequence[float], colour: str) -> str:
    """Values from left to right on a scale from the least to the largest; a missing one is a gap.

    Fewer than two values make no line: the drawing is empty.
    """
    numbers = [value for value in values if not is_missing(value)]
    if len(numbers) < 2:
        return ""
    places = [_place(number, value, values, numbers) for number, value in enumerate(values)]
    runs = [list(run) for is_known, run in groupby(places, key=bool) if is_known]
    lines = "".join(f'<polyline points="{" ".join(run)}"/>' for run in runs)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" '
        f'width="{WIDTH}" height="{HEIGHT}" fill="none" stroke="{colour}" '
        f'stroke-width="2" stroke-linecap="round" stroke-linejoin="round">{lines}</svg>'
    )


def _place(number: int, value: float, values: Sequence[float], numbers: Sequence[float]) -> str:
    if is_missing(value):
        return ""
    least, span = min(numbers), max(numbers) - min(numbers)
    x = EDGE + (WIDTH - 2 * EDGE) * number / (len(values) - 1)
    y = HEIGHT / 2 if not span else HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - least) / span
    return f"{x:.1f},{y:.1f}"
