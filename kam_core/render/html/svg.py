"""Charts of a pack as still SVG: crisp on paper, and nothing in them can run or call out."""

import re
from collections.abc import Sequence

from markupsafe import Markup

from kam_core.dashboard.charts import Columns, Field, Matrix, Point
from kam_core.text import formats
from kam_core.text.marked_text import strip_marks
from kam_core.text.writer import Text

# The charts that have a drawing here.
Still = Columns | Matrix

# Characters that no document may hold; a name from a file can.
UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff\ufffe\uffff]")

WIDTH, HEIGHT = 340.0, 178.0
TOP, BOTTOM = 30.0, 152.0
LABEL_GAP, LABEL_HEIGHT = 4.0, 11.0
BAR_SHARE, TARGET_SHARE = 0.62, 0.86
FIELD_WIDTH, FIELD_HEIGHT, AXIS = 210.0, 74.0, 18.0

# Drawn once for a whole page; a hatched column is one whose period has not ended.
HATCH = Markup(
    '<svg class="defs" aria-hidden="true" width="0" height="0"><defs>'
    '<pattern id="hatch" width="5" height="5" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect class="paper" width="5" height="5"/>'
    '<rect class="actual" width="2" height="5"/></pattern></defs></svg>'
)


def make_printable(text: object) -> str:
    """Text from anywhere with a mark in place of every character that no document may hold."""
    return UNPRINTABLE.sub("\ufffd", str(text))


def draw(chart: Still, lang: str) -> Markup:
    """A chart as an image that says to a screen reader what it shows."""
    return columns(chart, lang) if isinstance(chart, Columns) else matrix(chart, lang)


def columns(chart: Columns, lang: str) -> Markup:
    """A column per point with its value written at its end, the target as a bar across."""
    scale = _Scale(chart.points, chart.highest)
    slot = WIDTH / max(len(chart.points), 1)
    drawn = [
        _column(point, slot * (position + 0.5), slot, scale, chart.unit, lang)
        for position, point in enumerate(chart.points)
    ]
    line = _line(0, WIDTH, scale.y(0), "axis")
    return _image(strip_marks(chart.sentence), WIDTH, HEIGHT, [*drawn, line])


class _Scale:
    """Values to heights; zero is always on it."""

    def __init__(self, points: Sequence[Point], highest: float | None) -> None:
        values = [v for point in points for v in (point.value, point.target) if v is not None]
        self.low = min([0.0, *values])
        self.high = max([0.0, *values, highest or 0.0])
        # Room for what is written below a negative column.
        self.bottom = BOTTOM - (LABEL_HEIGHT if self.low < 0 else 0)

    def y(self, value: float) -> float:
        span = (self.high - self.low) or 1.0
        return self.bottom - (value - self.low) / span * (self.bottom - TOP)


def _column(
    point: Point, middle: float, slot: float, scale: _Scale, unit: str, lang: str
) -> Markup:
    label = _label(point.label, middle)
    target = Markup()
    if point.target is not None:
        half = slot * TARGET_SHARE / 2
        target = _line(middle - half, middle + half, scale.y(point.target), "target")
    if point.value is None:
        return Markup().join(
            [target, _text(formats.NOTHING, middle, scale.y(0) - LABEL_GAP), label]
        )
    top, bottom = sorted((scale.y(point.value), scale.y(0)))
    width = slot * BAR_SHARE
    kind = "running" if point.is_running else "actual"
    bar = _rect(kind, middle - width / 2, top, width, bottom - top)
    written = formats.quantity(point.value, unit, lang)
    value = _text(written, middle, _locate_label(point, scale), "value")
    return Markup().join([bar, target, value, label])


def _label(words: str, middle: float) -> Markup:
    """What a column stands for, below it: up to two lines, the last at the foot of the chart."""
    lines = reversed(words.split("\n"))
    return Markup().join(
        _text(line, middle, HEIGHT - 6 - LABEL_HEIGHT * above, "tick")
        for above, line in enumerate(lines)
    )


def _locate_label(point: Point, scale: _Scale) -> float:
    """Where a value is written: past the end of its column, and not across the target."""
    assert point.value is not None
    if point.value < 0:
        return scale.y(point.value) + LABEL_HEIGHT
    height = scale.y(point.value) - LABEL_GAP
    if point.target is not None:
        target = scale.y(point.target)
        if height - LABEL_HEIGHT < target < height + LABEL_GAP:
            height = target - LABEL_GAP
    return height


def matrix(chart: Matrix, lang: str) -> Markup:
    """The cells of the tier scheme by its two axes, each with what it holds."""
    across = max((field.x for field in chart.fields), default=0) + 1
    rows = max((field.y for field in chart.fields), default=0) + 1
    width, height = AXIS + across * FIELD_WIDTH, rows * FIELD_HEIGHT + AXIS
    drawn = [_field(field, rows, Text(lang)) for field in chart.fields]
    up = Markup(
        '<text class="tick" transform="translate({} {}) rotate(-90)" text-anchor="middle">{}</text>'
    ).format(_number(AXIS - 6), _number(rows * FIELD_HEIGHT / 2), chart.y.arrow)
    along = _text(chart.x.arrow, AXIS + across * FIELD_WIDTH / 2, height - 4, "tick")
    return _image(strip_marks(chart.sentence), width, height, [*drawn, up, along])


def _field(field: Field, rows: int, text: Text) -> Markup:
    left, top = AXIS + field.x * FIELD_WIDTH, (rows - 1 - field.y) * FIELD_HEIGHT
    kind = "key-field" if field.is_key else "field"
    box = _rect(kind, left + 1, top + 1, FIELD_WIDTH - 2, FIELD_HEIGHT - 2)
    lines = (
        text.value("tier", field.tier),
        text("pack.accounts", **vars(field)),
        text("pack.revenue_share", **vars(field)),
    )
    kinds = ("field-name", "field-count", "tick")
    words = [
        _text(line, left + FIELD_WIDTH / 2, top + 22 + 20 * position, kind)
        for position, (line, kind) in enumerate(zip(lines, kinds, strict=True))
    ]
    return Markup().join([box, *words])


def _image(sentence: str, width: float, height: float, drawn: Sequence[Markup]) -> Markup:
    size = f"0 0 {_number(width)} {_number(height)}"
    image = Markup('<svg viewBox="{}" role="img" aria-label="{}">{}</svg>')
    return image.format(size, make_printable(sentence), Markup().join(drawn))


def _rect(kind: str, x: float, y: float, width: float, height: float) -> Markup:
    rect = Markup('<rect class="{}" x="{}" y="{}" width="{}" height="{}"/>')
    return rect.format(kind, *map(_number, (x, y, width, height)))


def _line(left: float, right: float, y: float, kind: str) -> Markup:
    line = Markup('<line class="{}" x1="{}" x2="{}" y1="{}" y2="{}"/>')
    return line.format(kind, *map(_number, (left, right, y, y)))


def _text(words: str, x: float, y: float, kind: str = "value") -> Markup:
    text = Markup('<text class="{}" x="{}" y="{}" text-anchor="middle">{}</text>')
    return text.format(kind, _number(x), _number(y), make_printable(words))


def _number(value: float) -> str:
    """Coordinates with one decimal: finer than any printer here, and the same on every machine."""
    return f"{value:.1f}".removesuffix(".0")
