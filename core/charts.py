"""Where the bars and lines of a chart stand: pure geometry, drawn by templates as SVG.

Across, places are percents of the plot, so that text keeps its size on every screen; down, they
are pixels. Bars start at zero. In a right-to-left language time runs from right to left.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

HEIGHT = 200
TOP = 10
BOTTOM = 26
GRID_LINES = 4
BAR_SHARE = 0.68
SPARK_WIDTH = 128
SPARK_HEIGHT = 32


@dataclass(frozen=True, slots=True)
class Point:
    """One bar: its row in the table and its value, in minor units or as a count.

    `short` is written under the axis (leave most empty); `before` is the period compared with;
    `note` says what happened then: the bar gets a mark.
    """

    label: str
    value: int
    text: str
    short: str = ""
    before: int | None = None
    before_text: str = ""
    is_unfinished: bool = False
    note: str = ""


@dataclass(frozen=True, slots=True)
class Bar:
    """Percents across, pixels down."""

    x: str
    y: int
    width: str
    height: int
    middle: str
    point: Point


@dataclass(frozen=True, slots=True)
class Segment:
    x1: str
    y1: int
    x2: str
    y2: int


@dataclass(frozen=True, slots=True)
class GridLine:
    y: int
    value: int


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything a template needs to draw one chart."""

    bars: tuple[Bar, ...]
    grid: tuple[GridLine, ...]
    before: tuple[Segment, ...]
    height: int = HEIGHT
    base: int = HEIGHT - BOTTOM


def plan_bars(points: Sequence[Point], *, is_rtl: bool) -> Plan:
    """Place one bar a point, the grid, and the dashed line of the period before."""
    step = nice_step(max([0, *(max(point.value, point.before or 0) for point in points)]))
    scale = _Scale(count=max(1, len(points)), top=step * GRID_LINES, is_rtl=is_rtl)
    bars = tuple(scale.bar(index, point) for index, point in enumerate(points))
    compared = [
        (scale.middle(index), scale.y(point.before))
        for index, point in enumerate(points)
        if point.before is not None
    ]
    before = tuple(Segment(x1, y1, x2, y2) for (x1, y1), (x2, y2) in pairwise(compared))
    grid = tuple(GridLine(scale.y(step * i), step * i) for i in range(GRID_LINES + 1))
    return Plan(bars, grid, before)


def plan_sparkline(values: Sequence[int], *, is_rtl: bool) -> str:
    """Return the points of a line without axes, `x,y x,y …`; its ends touch the sides."""
    top = max([1, *values])
    gaps = max(1, len(values) - 1)
    room, depth = SPARK_WIDTH - 4, SPARK_HEIGHT - 6
    ordered = values[::-1] if is_rtl else values
    return " ".join(
        f"{2 + room * i // gaps},{SPARK_HEIGHT - 3 - max(0, value) * depth // top}"
        for i, value in enumerate(ordered)
    )


def nice_step(highest: int) -> int:
    """Return the smallest of 1, 2, 5, 10, 20, 25, 50, 100, 200, 250 … to reach it in four lines."""
    least = max(1, -(-highest // GRID_LINES))
    power = 1
    while True:
        for step in (power, 2 * power, 5 * power // 2, 5 * power):
            if step >= least:
                return step
        power *= 10


@dataclass(frozen=True, slots=True)
class _Scale:
    count: int
    top: int
    is_rtl: bool

    def y(self, value: int) -> int:
        base = HEIGHT - BOTTOM
        return base - max(0, value) * (base - TOP) // self.top

    def bar(self, index: int, point: Point) -> Bar:
        slot = 100 / self.count
        left = slot * self._place(index) + slot * (1 - BAR_SHARE) / 2
        y = self.y(point.value)
        height = HEIGHT - BOTTOM - y
        return Bar(
            _percent(left),
            y,
            _percent(slot * BAR_SHARE),
            height,
            self.middle(index),
            point,
        )

    def middle(self, index: int) -> str:
        return _percent(100 / self.count * (self._place(index) + 0.5))

    def _place(self, index: int) -> int:
        return self.count - 1 - index if self.is_rtl else index


def _percent(value: float) -> str:
    return f"{value:.3f}%"
