"""Sessions of browsers."""

from pathlib import Path

import pytest

from edgeclassify.web.safety.sessions import LASTS_S, MOST, RENEWED_S, Sessions
from tests.support.clock import Clock


@pytest.fixture
def clock() -> Clock:
    return Clock(1_000_000.0)


def test_one_lasts_for_its_time_and_under_its_password(tmp_path: Path, clock: Clock) -> None:
    sessions = Sessions(tmp_path, clock)
    secret = sessions.begin("p")
    assert sessions.is_valid(secret, "p")
    assert not sessions.is_valid(secret, "other")
    assert not sessions.is_valid("guessed", "p")
    clock.now += LASTS_S - 1
    assert sessions.is_valid(secret, "p")
    clock.now += 1
    assert not sessions.is_valid(secret, "p")


def test_it_outlives_the_process_and_the_file_opens_nothing(tmp_path: Path, clock: Clock) -> None:
    sessions = Sessions(tmp_path, clock)
    secret = sessions.begin("p")
    sessions.write()
    assert Sessions(tmp_path, clock).is_valid(secret, "p")
    text = (tmp_path / "web-sessions.json").read_text()
    assert secret not in text
    assert not Sessions(tmp_path, clock).is_valid(text.split('"')[3], "p")


def test_who_logs_out_is_out_also_after_a_restart(tmp_path: Path, clock: Clock) -> None:
    sessions = Sessions(tmp_path, clock)
    secret = sessions.begin("p")
    sessions.write()
    assert sessions.end(secret)
    assert not sessions.end(secret)
    sessions.write()
    assert not Sessions(tmp_path, clock).is_valid(secret, "p")


def test_one_that_is_used_is_renewed_once_a_day(clock: Clock) -> None:
    sessions = Sessions(None, clock)
    secret = sessions.begin("p")
    assert not sessions.renew(secret)
    clock.now += RENEWED_S
    assert sessions.renew(secret)
    assert not sessions.renew(secret)
    clock.now += LASTS_S - 1
    assert sessions.is_valid(secret, "p")


def test_there_are_not_too_many(tmp_path: Path, clock: Clock) -> None:
    sessions = Sessions(tmp_path, clock)
    secrets = []
    for _ in range(MOST + 3):
        secrets.append(sessions.begin("p"))
        clock.now += 1
    assert [sessions.is_valid(secret, "p") for secret in secrets] == [False] * 3 + [True] * MOST


@pytest.mark.parametrize("content", ["", "{", "[1]", "[[]]", '{"a": 1}', '[{"sha256": "x", "until": "?"}]'])
def test_a_damaged_file_means_to_log_in_again(content: str, tmp_path: Path, clock: Clock) -> None:
    (tmp_path / "web-sessions.json").write_text(content)
    sessions = Sessions(tmp_path, clock)
    assert not sessions.is_valid("x", "p")
    secret = sessions.begin("p")
    sessions.write()
    assert Sessions(tmp_path, clock).is_valid(secret, "p")
