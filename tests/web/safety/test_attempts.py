"""Wrong passwords are counted."""

import logging

import pytest

from edgeclassify.web.safety.attempts import MOST_ADDRESSES, PER_ADDRESS, STRANGERS, WINDOW_S, Attempts
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def attempts(clock: Clock) -> Attempts:
    return Attempts(clock)


def guess(attempts: Attempts, address: str, times: int = PER_ADDRESS) -> None:
    for _ in range(times):
        attempts.tries(address)
        attempts.was_wrong(address)


def test_who_guesses_waits_and_others_do_not(attempts: Attempts, clock: Clock) -> None:
    guess(attempts, "10.0.0.1", PER_ADDRESS - 1)
    assert attempts.wait_s("10.0.0.1") == 0
    guess(attempts, "10.0.0.1", 1)
    assert attempts.wait_s("10.0.0.1") == WINDOW_S
    assert attempts.wait_s("10.0.0.2") == 0
    clock.now += WINDOW_S - 1
    assert attempts.wait_s("10.0.0.1") == 1
    clock.now += 1
    assert attempts.wait_s("10.0.0.1") == 0


def test_who_knew_it_begins_anew(attempts: Attempts) -> None:
    guess(attempts, "10.0.0.1", PER_ADDRESS - 1)
    attempts.tries("10.0.0.1")
    attempts.was_right("10.0.0.1")
    assert attempts.wait_s("10.0.0.1") == 0


def test_many_who_guess_together_wait_and_who_is_known_does_not(attempts: Attempts) -> None:
    attempts.was_right("10.0.0.1")
    for i in range(STRANGERS):
        guess(attempts, f"10.1.0.{i}", 1)
    assert attempts.wait_s("10.2.0.1") == WINDOW_S
    assert attempts.wait_s("10.0.0.1") == 0
    guess(attempts, "10.0.0.1")
    assert attempts.wait_s("10.0.0.1") == WINDOW_S


@pytest.mark.parametrize(
    ("one", "other", "is_same"),
    [
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("::ffff:10.0.0.1", "::ffff:10.0.0.2", False),
        ("", "", True),
    ],
)
def test_who_counts_as_one(one: str, other: str, is_same: bool, attempts: Attempts) -> None:
    guess(attempts, one)
    assert (attempts.wait_s(other) > 0) is is_same


def test_memory_is_bounded(attempts: Attempts, clock: Clock) -> None:
    for i in range(MOST_ADDRESSES + 50):
        attempts.was_right(f"10.{i % 250}.{i // 250}.1")
        guess(attempts, f"10.{i % 250}.{i // 250}.1", 7)
    sizes = [len(value) for value in vars(attempts).values() if hasattr(value, "__len__")]
    assert max(sizes) <= MOST_ADDRESSES


def test_it_is_said_once_in_a_while(attempts: Attempts, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        guess(attempts, "10.0.0.1", PER_ADDRESS - 1)
        assert caplog.text == ""
        guess(attempts, "10.0.0.1", 1)
    assert caplog.messages == ["page: 5 wrong passwords from 10.0.0.1: it waits for 60 s"]
