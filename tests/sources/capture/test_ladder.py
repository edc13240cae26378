"""The order of the rungs and the waits before them: pure, nothing waits."""

from edgeclassify.errors import AbsentError, SourceError
from edgeclassify.sources.capture.ladder import Ladder, NextAttempt, Rung, Waits

LOST = SourceError("lost")


def steps(ladder: Ladder, count: int, error: SourceError = LOST, *, running: bool = True) -> list[NextAttempt]:
    return [ladder.lost(error, running=running) for _ in range(count)]


def test_restart_then_reopen_with_growing_waits_then_the_end() -> None:
    ladder = Ladder(attempts=3, keeps_device=True)
    assert steps(ladder, 5) == [
        NextAttempt(Rung.RESTART, 0.0),
        NextAttempt(Rung.REOPEN, 0.5),
        NextAttempt(Rung.REOPEN, 1.0, thorough=True),
        NextAttempt(Rung.REOPEN, 2.0, thorough=True),
        NextAttempt(Rung.REOPEN, 60.0, thorough=True),
    ]
    assert ladder.given_up


def test_no_restart_where_the_source_can_only_be_opened_again() -> None:
    ladder = Ladder(attempts=3, keeps_device=False)
    assert steps(ladder, 1) == [NextAttempt(Rung.REOPEN, 0.5)]


def test_no_restart_where_it_could_not_be_opened() -> None:
    ladder = Ladder(attempts=3, keeps_device=True)
    assert steps(ladder, 1, running=False) == [NextAttempt(Rung.REOPEN, 0.5)]


def test_frames_for_a_minute_lead_back_to_the_foot() -> None:
    ladder = Ladder(attempts=1, keeps_device=True, waits=Waits(settled_s=60))
    steps(ladder, 3)
    assert not ladder.well(100.0)
    assert not ladder.well(159.0)
    assert ladder.given_up
    assert ladder.well(160.0)
    assert not ladder.given_up
    assert steps(ladder, 1) == [NextAttempt(Rung.RESTART, 0.0)]


def test_a_loss_before_that_climbs_on() -> None:
    ladder = Ladder(attempts=5, keeps_device=True, waits=Waits(settled_s=60))
    steps(ladder, 2)
    ladder.well(100.0)
    assert steps(ladder, 1) == [NextAttempt(Rung.REOPEN, 1.0, thorough=True)]
    assert not ladder.well(200.0)


def test_what_is_absent_has_no_end() -> None:
    ladder = Ladder(attempts=1, keeps_device=True)
    waits = [step.wait_s for step in steps(ladder, 40, AbsentError("gone"), running=False)]
    assert waits[:6] == [0.5, 1, 2, 4, 8, 10]
    assert set(waits[6:]) == {10}
    assert not ladder.given_up


def test_what_cannot_heal_is_given_up_at_once() -> None:
    ladder = Ladder(attempts=5, keeps_device=True)
    assert ladder.give_up() == NextAttempt(Rung.REOPEN, 60.0, thorough=True)
    assert ladder.given_up
