"""Where the bars and lines of a chart stand: pure integer geometry, drawn by a template as SVG.

Bars start at zero. In a right-to-left language time runs from right to left and the value axis
stands on the right, so x is mirrored here and text is not.
"""

from collections.abc import Sequence
from dataclasses import dataclass

WIDTH = 720
HEIGHT = 220
TOP = 12
BOTTOM = 28
AXIS = 64
GRID_LINES = 4


@dataclass(frozen=True, slots=True)
class Point:
    """One bar: its row in the table and its value, in minor units or as a count.

    `short` is written under the axis (leave most empty); `before` is the period compared with.
    """

    label: str
    value: int
    text: str
    short: str = ""
    before: int | None = None
    before_text: str = ""
    is_unfinished: bool = False


@dataclass(frozen=True, slots=True)
class Bar:
    x: int
    y: int
    width: int
    height: int
    middle: int
    point: Point


@dataclass(frozen=True, slots=True)
class GridLine:
    y: int
    value: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a template needs to draw one chart."""

    bars: tuple[Bar, ...]
    grid: tuple[GridLine, ...]
    before: str
    left: int
    right: int
    text_x: int
    base: int
    width: int = WIDTH
    height: int = HEIGHT


def plan_bars(points: Sequence[Point], *, is_rtl: bool) -> Plan:
    """Place one bar a point, the grid, and the dashed line of the period before."""
    step = nice_step(max([0, *(max(p.value, p.before or 0) for p in points)]))
    top_value = step * GRID_LINES
    left, right = (8, WIDTH - AXIS) if is_rtl else (AXIS, WIDTH - 8)
    room, base = right - left, HEIGHT - BOTTOM
    count = max(1, len(points))
    slot = room / count
    width = max(2, int(slot * 0.7))

    def x_of(index: int) -> int:
        place = count - 1 - index if is_rtl else index
        return left + round(slot * place + (slot - width) / 2)

    def y_of(value: int) -> int:
        return base - max(0, value) * (base - TOP) // top_value

    bars = tuple(
        Bar(x_of(i), y_of(p.value), width, base - y_of(p.value), x_of(i) + width // 2, p)
        for i, p in enumerate(points)
    )
    before = [(bar.middle, y_of(bar.point.before)) for bar in bars if bar.point.before is not None]
    grid = tuple(GridLine(y_of(step * i), step * i) for i in range(GRID_LINES + 1))
    text_x = right + 8 if is_rtl else left - 8
    return Plan(bars, grid, _polyline(before), left, right, text_x, base)


def plan_sparkline(
    values: Sequence[int], *, is_rtl: bool, width: int = 128, height: int = 32
) -> str:
    """Return the points of a line without axes; its ends touch the sides."""
    top = max([1, *values])
    gaps = max(1, len(values) - 1)
    places = [
        width - 2 - (width - 4) * i // gaps if is_rtl else 2 + (width - 4) * i // gaps
        for i in range(len(values))
    ]
    return _polyline(
        [
            (x, height - 3 - max(0, v) * (height - 6) // top)
            for x, v in zip(places, values, strict=True)
        ]
    )


def nice_step(highest: int) -> int:
    """Return the smallest 1, 2, 2.5 or 5 times a power of ten that reaches the top in four lines."""
    least = max(1, -(-highest // GRID_LINES))
    power = 1
    while True:
        for factor in (10, 20, 25, 50):
            step = factor * power
            if step % 10 == 0 and step // 10 >= least:
                return step // 10
        power *= 10


def _polyline(places: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in places)
