"""Who is asked when, and what came of it; without a broker, by a clock of the test's own."""

import pytest

from edgeclassify.fleet.interface import Answer, Outcome, Result, Target
from edgeclassify.fleet.round import Pace, Round

OK, NO = Answer({"value": 1}), Answer({}, "value: expected less")
A, B, C, D = (Target(name) for name in "abcd")


class Asked:
    """A round of a to d. `away`: who is offline; `unknown`: of whom nobody knows."""

    def __init__(self, pace: Pace, away: str = "", unknown: str = "") -> None:
        self.online: dict[str, bool | None] = {
            name: False if name in away else None if name in unknown else True for name in "abcd"
        }
        self.round = Round([A, B, C, D], pace, self.online.__getitem__, 100.0)

    def outcomes(self) -> str:
        """The first letter of each."""
        return "".join(one.outcome[0] for one in self.round.results())

    def presence(self, target: Target, online: bool, now: float) -> None:
        self.online[target.node] = online
        self.round.presence(target.node, online, now)


def test_at_most_so_many_are_asked_at_a_time() -> None:
    asked = Asked(Pace(at_once=2))
    assert asked.round.due(100.0) == [A, B]
    assert asked.round.due(100.0) == []
    asked.round.answered(B, OK, 100.5)
    assert asked.round.due(100.5) == [C]
    asked.round.answered(A, OK, 101.0)
    asked.round.answered(C, NO, 101.0)
    assert asked.round.due(101.0) == [D]
    assert not asked.round.finished
    asked.round.answered(D, OK, 103.0)
    assert asked.round.finished
    assert asked.round.settled == 4
    assert asked.round.results() == (
        Result(A, Outcome.DONE, "", OK.data, 1.0),
        Result(B, Outcome.DONE, "", OK.data, 0.5),
        Result(C, Outcome.REFUSED, "value: expected less", {}, 0.5),
        Result(D, Outcome.DONE, "", OK.data, 2.0),
    )


def test_who_says_nothing_in_time_is_silent() -> None:
    asked = Asked(Pace(answer_s=5.0))
    asked.round.due(100.0)
    asked.round.tick(104.9)
    assert asked.round.settled == 0
    asked.round.tick(105.0)
    assert asked.round.finished
    assert {one.why for one in asked.round.results()} == {"no answer within 5 s"}
    assert asked.outcomes() == "ssss"


def test_an_answer_counts_however_late_and_once() -> None:
    asked = Asked(Pace(at_once=2, answer_s=5.0, stop_after=3))
    asked.round.due(100.0)
    asked.round.tick(105.0)
    asked.round.answered(A, OK, 105.5)
    asked.round.answered(A, NO, 105.6)
    assert asked.round.due(106.0) == [C, D]
    asked.round.answered(C, NO, 106.0)
    asked.round.answered(C, OK, 106.1)
    asked.round.tick(111.0)
    assert asked.outcomes() == "dsrs"
    assert asked.round.stopped == "3 have failed"
    asked.round.answered(D, OK, 112.0)
    assert asked.round.stopped == ""


def test_who_was_not_asked_can_not_answer() -> None:
    asked = Asked(Pace(at_once=1))
    asked.round.due(100.0)
    asked.round.answered(B, OK, 100.1)
    asked.round.answered(Target("a", "gate"), OK, 100.1)
    asked.round.answered(Target("z"), OK, 100.1)
    assert asked.outcomes() == "snnn"
    assert asked.round.results()[0].why == "it was asked, and had not answered yet"


def test_who_is_offline_is_not_asked() -> None:
    asked = Asked(Pace(), away="b", unknown="c")
    assert asked.round.due(100.0) == [A, C, D]
    for target in (A, C, D):
        asked.round.answered(target, OK, 101.0)
    assert asked.round.finished
    assert asked.outcomes() == "dodd"
    assert asked.round.results()[1].why == ""


def test_who_comes_back_in_time_is_asked() -> None:
    asked = Asked(Pace(wait_s=60.0), away="ab")
    assert asked.round.due(100.0) == [C, D]
    for target in (C, D):
        asked.round.answered(target, OK, 101.0)
    asked.round.tick(159.9)
    assert not asked.round.finished
    asked.presence(B, True, 159.9)
    assert asked.round.due(159.9) == [B]
    asked.round.tick(160.0)
    assert not asked.round.finished
    assert asked.round.results()[0] == Result(A, Outcome.OFFLINE, "")
    asked.round.answered(B, OK, 161.0)
    assert asked.round.finished
    assert asked.outcomes() == "oddd"


def test_who_goes_offline_while_it_is_asked_is_waited_for() -> None:
    asked = Asked(Pace(wait_s=60.0))
    asked.round.due(100.0)
    for target in (B, C, D):
        asked.round.answered(target, OK, 101.0)
    asked.presence(A, False, 102.0)
    asked.round.tick(120.0)
    assert asked.outcomes() == "oddd"
    assert not asked.round.finished
    asked.presence(A, True, 121.0)
    assert asked.round.due(121.0) == [A]
    asked.presence(A, False, 161.0)
    assert asked.round.results()[0].why == "it went offline before it answered"
    assert asked.round.finished


def test_without_time_to_wait_who_goes_offline_is_done_with() -> None:
    asked = Asked(Pace())
    asked.round.due(100.0)
    asked.presence(A, False, 101.0)
    assert asked.round.results()[0] == Result(A, Outcome.OFFLINE, "it went offline before it answered")
    asked.round.answered(A, OK, 102.0)  # it had it already when it went
    assert asked.outcomes() == "dsss"


def test_the_silent_are_asked_again_while_there_is_time() -> None:
    asked = Asked(Pace(answer_s=5.0, wait_s=8.0))
    asked.round.due(100.0)
    for target in (B, C, D):
        asked.round.answered(target, OK, 101.0)
    asked.round.tick(105.0)
    assert asked.round.due(105.0) == [A]
    asked.round.tick(110.0)
    assert asked.round.finished
    assert asked.outcomes() == "sddd"
    asked.round.answered(A, OK, 110.5)
    assert asked.round.results()[0].took_s == pytest.approx(10.5)


def test_enough_failures_end_it() -> None:
    asked = Asked(Pace(at_once=2, stop_after=2), away="d")
    asked.round.due(100.0)
    asked.round.answered(A, NO, 100.5)
    assert asked.round.stopped == ""
    assert asked.round.due(100.5) == [C]
    asked.round.answered(B, NO, 101.0)
    assert asked.round.due(101.0) == []
    assert not asked.round.finished  # C has been asked
    asked.round.answered(C, OK, 102.0)
    assert asked.round.finished
    assert asked.round.stopped == "2 have failed"
    assert asked.outcomes() == "rrdn"


def test_what_is_awaited_is_given_up_when_it_is_stopped() -> None:
    asked = Asked(Pace(stop_after=1, wait_s=1000.0), away="a")
    asked.round.due(100.0)
    for target in (B, C):
        asked.round.answered(target, OK, 101.0)
    asked.round.answered(D, NO, 101.0)
    asked.round.tick(101.0)
    assert asked.round.finished
    assert asked.outcomes() == "oddr"


def test_time_when_nobody_could_be_heard_does_not_count() -> None:
    asked = Asked(Pace(answer_s=5.0, wait_s=6.0), away="b")
    asked.round.due(100.0)
    asked.round.pause(30.0)
    asked.round.tick(134.9)
    assert asked.outcomes() == "soss"
    assert asked.round.settled == 0
    asked.round.tick(135.0)
    assert asked.round.due(135.0) == [A, C, D]
    asked.round.tick(136.0)
    assert asked.round.results()[1] == Result(B, Outcome.OFFLINE, "")
    assert asked.round.settled == 1


def test_when_answers_may_be_lost_they_are_asked_for_again() -> None:
    asked = Asked(Pace(at_once=2))
    asked.round.due(100.0)
    asked.round.ask_again()
    assert asked.round.due(101.0) == [A, B]


def test_the_same_target_twice_is_asked_once() -> None:
    asked = Round([A, A, Target("a", "gate")], Pace(), lambda _: True, 0.0)
    assert asked.due(0.0) == [A, Target("a", "gate")]
    asked.presence("a", False, 1.0)
    assert [str(one.target) for one in asked.results()] == ["a", "a/gate"]
    assert asked.finished
