"""Teaching as a part of the daemon."""

import sys

import pytest

from edgeclassify.daemon.teaching.classroom import Classroom
from edgeclassify.types import Command, Request, Response
from edgeclassify.types.teaching import Fit
from tests.daemon.running_parts import Whole, config_of
from tests.support.waiting import wait_for


class Heard:
    """Who asked."""

    def __init__(self) -> None:
        self.responses: list[Response] = []

    def answer(self, response: Response) -> None:
        self.responses.append(response)


def test_where_its_files_were_replaced_under_the_daemon_who_asks_is_told(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(sys.modules, "edgeclassify.daemon.teaching.orders", None)
    whole, heard = Whole(config_of()), Heard()
    classroom = Classroom(whole.running, lambda: None)
    classroom.requests.begin(Request(Command.TEACH_FIT, 7, teaching=Fit(), asker=heard))
    wait_for(lambda: heard.responses)
    classroom.close(5.0)
    answer = heard.responses[0]
    assert answer.transaction == 7
    assert answer.error is not None
    assert answer.error.startswith("expected the files that edgeclassify was started with, found others")
    assert not caplog.records
