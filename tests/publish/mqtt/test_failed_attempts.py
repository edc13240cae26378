"""What is said of a round of attempts: each server that fails, and not what lies idle behind a name that works."""

import pytest

from edgeclassify.broker.servers import Server
from edgeclassify.publish.mqtt.connection_log import ConnectionLog
from edgeclassify.publish.mqtt.failed_attempts import FailedAttempts
from edgeclassify.publish.mqtt.link.failures import LinkError, UnreachableError

REFUSED = UnreachableError("connection refused")
WRONG = LinkError("wrong password")
SIX, FOUR = Server("localhost", 1883, "::1"), Server("localhost", 1883, "127.0.0.1")
OTHER = Server("b", 1883, "10.0.0.2")


class Attempts:
    def __init__(self) -> None:
        self.failed = FailedAttempts()
        self.logs: dict[Server, ConnectionLog] = {}

    def add(self, server: Server, error: LinkError) -> None:
        log = self.logs.setdefault(server, ConnectionLog(f"{server.host} {server.address}", "porch"))
        self.failed.add(server, log, error)


def said(caplog: pytest.LogCaptureFixture) -> list[str]:
    return [record.getMessage().removesuffix("; trying again") for record in caplog.records]


def test_an_address_at_which_nobody_listens_is_no_news_where_its_name_works(
    caplog: pytest.LogCaptureFixture,
) -> None:
    attempts = Attempts()
    attempts.add(SIX, REFUSED)
    attempts.failed.connected(FOUR)
    attempts.failed.say()
    assert said(caplog) == []
    attempts.add(SIX, WRONG)  # somebody listens, and says no
    attempts.failed.connected(FOUR)
    assert said(caplog) == ["localhost ::1: wrong password"]


def test_another_server_that_works_is_no_excuse(caplog: pytest.LogCaptureFixture) -> None:
    attempts = Attempts()
    attempts.add(OTHER, REFUSED)
    attempts.failed.connected(FOUR)
    assert said(caplog) == ["b 10.0.0.2: connection refused"]


def test_the_same_of_several_addresses_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    attempts = Attempts()
    for _ in range(3):
        attempts.add(SIX, REFUSED)
        attempts.add(FOUR, REFUSED)
        attempts.failed.say()
    assert said(caplog) == ["localhost ::1: connection refused"]
    attempts.add(SIX, REFUSED)
    attempts.add(FOUR, WRONG)
    attempts.failed.say()
    assert said(caplog)[1:] == ["localhost 127.0.0.1: wrong password"]


def test_a_name_is_said_as_soon_as_the_next_one_fails(caplog: pytest.LogCaptureFixture) -> None:
    attempts = Attempts()
    attempts.add(SIX, REFUSED)
    attempts.add(FOUR, WRONG)
    assert said(caplog) == []
    attempts.add(OTHER, REFUSED)
    assert said(caplog) == ["localhost ::1: connection refused", "localhost 127.0.0.1: wrong password"]
    attempts.failed.say()
    attempts.failed.say()
    assert said(caplog)[2:] == ["b 10.0.0.2: connection refused"]
