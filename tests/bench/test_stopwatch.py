"""Stages within stages are counted once, and each frame has what was done for it."""

import threading

from edgeclassify.bench.stopwatch import Stage, Stopwatch


class Clock:
    """Nanoseconds that the test lets go by."""

    def __init__(self) -> None:
        self.now = 0

    def __call__(self) -> int:
        return self.now

    def pass_ms(self, ms: float) -> None:
        self.now += round(ms * 1e6)


def test_a_stage_has_its_own_time_and_not_that_of_stages_within() -> None:
    clock = Clock()
    watch = Stopwatch(clock)

    def publish() -> str:
        clock.pass_ms(2)
        watch.timed(Stage.SPOOL, clock.pass_ms, 5)
        watch.timed(Stage.SPOOL, clock.pass_ms, 1)
        clock.pass_ms(1)
        return "done"

    assert watch.timed(Stage.PUBLISH, publish) == "done"
    watch.timed(Stage.DECIDE, clock.pass_ms, 4)
    watch.lap()
    assert list(watch.laps[Stage.PUBLISH]) == [3.0]
    assert list(watch.laps[Stage.SPOOL]) == [6.0]
    assert list(watch.laps[Stage.DECIDE]) == [4.0]


def test_a_stage_that_fails_has_taken_its_time() -> None:
    clock = Clock()
    watch = Stopwatch(clock)

    def fail() -> None:
        clock.pass_ms(7)
        raise KeyError

    def outer() -> None:
        try:
            watch.timed(Stage.SPOOL, fail)
        except KeyError:
            clock.pass_ms(1)

    watch.timed(Stage.PUBLISH, outer)
    watch.lap()
    assert (list(watch.laps[Stage.SPOOL]), list(watch.laps[Stage.PUBLISH])) == ([7.0], [1.0])


def test_each_frame_has_what_was_done_for_it_and_no_more() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    for wait, decide in ((1, 2), (3, 4)):
        watch.timed(Stage.CAPTURE_WAIT, clock.pass_ms, wait)
        watch.decided(clock.now)
        watch.timed(Stage.DECIDE, clock.pass_ms, decide)
        watch.lap()
    assert list(watch.laps[Stage.CAPTURE_WAIT]) == [1.0, 3.0]
    assert list(watch.laps[Stage.DECIDE]) == [2.0, 4.0]
    assert list(watch.laps[Stage.SPOOL]) == []
    assert list(watch.waits_ns) == [1_000_000, 3_000_000]
    assert list(watch.ends_ns) == [3_000_000, 10_000_000]
    assert list(watch.ages_ms) == [2.0, 4.0]


def test_threads_have_stages_of_their_own() -> None:
    clock = Clock()
    watch = Stopwatch(clock)

    def publish() -> None:
        other = threading.Thread(target=watch.timed, args=(Stage.PREPROCESS, clock.pass_ms, 5))
        other.start()
        other.join()
        clock.pass_ms(1)

    watch.timed(Stage.PUBLISH, publish)
    watch.lap()
    assert list(watch.laps[Stage.PREPROCESS]) == [5.0]
    assert list(watch.laps[Stage.PUBLISH]) == [6.0], "it waited for the other: that is no stage within"


def test_forgotten_is_what_was_begun_too() -> None:
    clock = Clock()
    watch = Stopwatch(clock)
    watch.timed(Stage.DECIDE, clock.pass_ms, 4)
    watch.lap()
    watch.timed(Stage.DECIDE, clock.pass_ms, 4)
    watch.forget()
    watch.timed(Stage.SCORES, clock.pass_ms, 1)
    watch.lap()
    assert {stage: list(laps) for stage, laps in watch.laps.items() if laps} == {Stage.SCORES: [1.0]}
    assert len(watch.ends_ns) == len(watch.waits_ns) == 1
