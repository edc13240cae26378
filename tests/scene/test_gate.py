"""When a view may pass a frame over: nothing moves, nothing is in question, and it is not time yet."""

import pytest
from hypothesis import given, strategies as st

from edgeclassify.scene.gate import Gate, GateRules

RULES = GateRules(open_s=2.0, max_interval_s=10.0)


class Bench:
    def __init__(self, rules: GateRules = RULES) -> None:
        self.gate = Gate(rules)

    def shut(self, at_s: float, *, moved: bool = False, settled: bool = True) -> bool:
        return self.gate.is_shut(round(at_s * 1e9), moved=moved, settled=settled)

    def over(self, *moments_s: float) -> list[bool]:
        """At each of them, with nothing going on."""
        return [self.shut(at_s) for at_s in moments_s]


def begun() -> Bench:
    """The first frame is behind it, at 0 s, and shut at 3 s."""
    bench = Bench()
    assert bench.over(0.0, 3.0) == [False, True]
    return bench


def test_the_first_frame_opens_it_for_as_long_as_a_decision_takes() -> None:
    assert Bench().over(100.0, 101.0, 102.0, 102.001, 103.0) == [False, False, False, True, True]


def test_motion_opens_it_and_more_motion_keeps_it_open() -> None:
    bench = begun()
    assert not bench.shut(5.0, moved=True)
    assert bench.over(6.0, 7.0) == [False, False]
    assert not bench.shut(7.0, moved=True)
    assert bench.over(9.0, 9.001) == [False, True]


def test_one_frame_is_classified_when_it_is_time() -> None:
    bench = begun()
    # The last one that was classified is the first one.
    assert bench.over(9.999, 10.0, 10.5, 19.999, 20.0) == [True, False, True, True, False]


def test_what_comes_into_question_opens_it_once() -> None:
    bench = begun()
    opened = [bench.shut(at_s, settled=False) for at_s in (4.0, 5.0, 6.0, 6.001, 8.0)]
    assert opened == [False, False, False, True, True]


def test_what_has_come_into_question_gets_its_time_though_it_seems_settled_meanwhile() -> None:
    bench = begun()
    assert not bench.shut(4.0, settled=False)
    assert bench.over(5.0, 6.0, 6.001) == [False, False, True]
    assert not bench.shut(7.0, settled=False)


def test_what_stays_in_question_gets_frames_again_when_it_is_time() -> None:
    bench = begun()
    assert [bench.shut(at_s, settled=False) for at_s in (4.0, 6.0, 6.5)] == [False, False, True]
    opened = [bench.shut(at_s, settled=False) for at_s in (15.999, 16.0, 17.0, 18.0, 18.001)]
    assert opened == [True, False, False, False, True]


@pytest.mark.parametrize("at_s", [0.0, -50.0])
def test_where_time_goes_back_it_begins_anew(at_s: float) -> None:
    """A film that begins again."""
    bench = Bench()
    assert bench.over(100.0, 103.0) == [False, True]
    assert bench.over(at_s, at_s + 2.0, at_s + 2.001) == [False, False, True]
    assert bench.over(at_s + 11.999, at_s + 12.0) == [True, False]


def test_a_second_frame_of_the_same_time_is_no_step_back() -> None:
    assert begun().over(10.0, 10.0) == [False, True]


def test_what_is_in_question_from_the_first_frame_on_opens_it_no_second_time() -> None:
    bench = Bench()
    opened = [bench.shut(at_s, settled=False) for at_s in (0.0, 1.5, 2.001, 2.5)]
    assert opened == [False, False, True, True]


def test_each_one_is_classified_where_frames_come_more_rarely_than_that() -> None:
    assert not any(Bench().over(*range(0, 600, 10)))


steps = st.lists(st.tuples(st.floats(0.01, 4.0), st.booleans(), st.booleans()), max_size=60)


@given(steps)
def test_nothing_that_moves_is_passed_over_and_no_time_is_exceeded(
    frames: list[tuple[float, bool, bool]],
) -> None:
    bench, now, classified, last_motion = Bench(), 0.0, -100.0, 0.0
    assert not bench.shut(now)
    classified = now
    for apart_s, moved, settled in frames:
        now += apart_s
        if moved:
            last_motion = now
        if bench.shut(now, moved=moved, settled=settled):
            assert not moved
            assert now - classified < 10.0
            assert now - last_motion > 2.0 - 1e-6
        else:
            classified = now
