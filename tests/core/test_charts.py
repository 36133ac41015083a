import pytest

from core.charts import GRID_LINES, Point, nice_step, plan_bars, plan_sparkline


def points(*values: int) -> list[Point]:
    return [Point(label=str(i), value=value, text=str(value)) for i, value in enumerate(values)]


@pytest.mark.parametrize(
    ("highest", "step"), [(0, 1), (4, 1), (5, 2), (85, 25), (312, 100), (120_410, 50_000)]
)
def test_the_grid_steps_by_round_numbers_and_reaches_the_top(highest: int, step: int) -> None:
    assert nice_step(highest) == step
    assert step * GRID_LINES >= highest


def test_bars_stand_on_zero_and_grow_with_their_value() -> None:
    plan = plan_bars(points(0, 50, 100), is_rtl=False)
    heights = [bar.height for bar in plan.bars]
    assert heights[0] == 0
    assert heights[2] == 2 * heights[1]
    assert {bar.y + bar.height for bar in plan.bars} == {plan.grid[0].y}


def test_time_runs_from_right_to_left_in_a_right_to_left_language() -> None:
    ltr, rtl = plan_bars(points(1, 2), is_rtl=False), plan_bars(points(1, 2), is_rtl=True)
    assert [bar.x for bar in ltr.bars] == [bar.x for bar in reversed(rtl.bars)]
    assert plan_sparkline([1, 2, 3], is_rtl=True) != plan_sparkline([1, 2, 3], is_rtl=False)


def test_the_period_before_is_a_line_of_one_segment_less_than_its_points() -> None:
    compared = [Point(label="a", value=1, text="1", before=2) for _ in range(5)]
    assert len(plan_bars(compared, is_rtl=False).before) == 4
    assert plan_bars(points(1, 2), is_rtl=False).before == ()


def test_nothing_to_draw_is_an_empty_plan_with_a_grid() -> None:
    plan = plan_bars([], is_rtl=False)
    assert plan.bars == ()
    assert len(plan.grid) == GRID_LINES + 1
    assert plan_sparkline([], is_rtl=False) == ""
