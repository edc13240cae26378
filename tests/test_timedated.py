"""What systemd-timedated says of the clock, asked seldom."""

import threading
from pathlib import Path

import pytest

from edgeclassify import machine, timedated
from edgeclassify.timedated import SET_S, UNSET_S, AskedClock
from tests.support.waiting import patient, wait_for


class Timedated:
    """Gives the answers in turn, the last one again and again."""

    def __init__(self, *answers: bool | None) -> None:
        self.answers, self.asked, self.now = list(answers), 0, 0.0
        self.clock = AskedClock(self.ask, lambda: self.now)

    def ask(self) -> bool | None:
        self.asked += 1
        return self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]


@pytest.mark.parametrize("answer", [True, False, None])
def test_the_first_answer_is_waited_for(answer: bool | None) -> None:
    assert Timedated(answer).clock.synchronised() is answer


def test_an_unset_clock_is_asked_for_twice_a_minute_and_a_set_one_once_an_hour() -> None:
    service = Timedated(False, True)
    assert service.clock.synchronised() is False
    service.now = UNSET_S - 1
    assert service.clock.synchronised() is False
    service.now = UNSET_S
    service.clock.synchronised()
    wait_for(lambda: service.clock.synchronised() is True)
    service.now += SET_S - 1
    assert service.clock.synchronised() is True
    assert service.asked == 2


def test_who_asks_later_does_not_wait() -> None:
    answering, asked = threading.Event(), 0

    def ask() -> bool | None:
        nonlocal asked
        asked += 1
        return asked > 1 and answering.wait(patient(60))

    now = 0.0
    clock = AskedClock(ask, lambda: now)
    assert clock.synchronised() is False
    now = UNSET_S
    assert clock.synchronised() is False, "though the answer is not there yet"
    answering.set()
    wait_for(lambda: clock.synchronised() is True)


def test_where_the_kernel_refuses_timedated_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    class Refusing:
        def adjtimex(self, _: object) -> int:
            return -1

    monkeypatch.setattr(machine, "_libc", Refusing)
    monkeypatch.setattr(machine, "_ASKED", Timedated(True).clock)
    assert machine.clock_synchronised() is True


def test_without_systemd_nobody_is_asked(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(timedated, "_RUNNING", tmp_path / "none")
    assert timedated.ask() is None
