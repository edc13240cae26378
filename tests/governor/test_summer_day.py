"""Heat, over a day: a board in a box in the sun, by its model."""

import pytest

from edgeclassify.config import GovernorConfig
from edgeclassify.governor.interface import Reason
from tests.governor.closed_loop import changes, run, turns
from tests.governor.plant import PI_4, ZERO_2, Board, Plant, Weather, clear_sky, summer_air

SUMMER = Weather(summer_air, clear_sky)
LIMIT_C = 75.0


def plant(board: Board = PI_4) -> Plant:
    return Plant(board, SUMMER, interval_s=board.invoke_s, sun_w=2.0)


def test_without_a_governor_it_is_slowed_down_for_hours() -> None:
    left_alone = plant()
    run(left_alone, None, 24)
    assert left_alone.slowed_s > 6 * 3600


@pytest.mark.parametrize("board", [PI_4, ZERO_2], ids=["a Pi 4", "a Zero 2"])
def test_it_stays_below_the_limit_and_does_not_swing(board: Board) -> None:
    governed = plant(board)
    moments = run(governed, GovernorConfig(enabled=True), 24)
    assert max(one.temperature_c for one in moments) <= LIMIT_C
    assert governed.slowed_s == 0
    # It goes up with the sun and down with it; what is more is a swing.
    assert turns(moments) <= 8
    assert changes(moments) < 120


def test_it_works_as_often_as_the_heat_allows() -> None:
    moments = run(plant(), GovernorConfig(enabled=True), 24)
    hot = [one for one in moments if one.verdict.factor > 1.2 and one.at_h > 1]
    assert min(one.temperature_c for one in hot) > LIMIT_C - 7
    assert {reason for one in moments for reason in one.verdict.reasons} == {Reason.TEMPERATURE}


def test_it_comes_back_when_the_heat_has_gone() -> None:
    cools_down = Plant(PI_4, Weather(lambda at_s: 45.0 if at_s < 3 * 3600 else 10.0, lambda _: 0.0))
    moments = run(cools_down, GovernorConfig(enabled=True), 8)
    assert max(one.verdict.factor for one in moments) > 2
    assert moments[-1].verdict.factor == 1
    assert moments[-1].verdict.reasons == ()


def test_a_cool_board_is_left_alone() -> None:
    moments = run(Plant(PI_4, Weather(lambda _: 5.0, lambda _: 0.0)), GovernorConfig(enabled=True), 4)
    assert {one.verdict.factor for one in moments} == {1.0}


def test_where_less_work_does_not_help_it_goes_as_far_as_it_may() -> None:
    moments = run(Plant(PI_4, Weather(lambda _: 70.0, lambda _: 0.0)), GovernorConfig(enabled=True), 6)
    assert moments[-1].verdict.least_s(0.1, 0.1) == pytest.approx(60.0)
