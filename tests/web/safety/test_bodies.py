"""What is sent to the page."""

import asyncio
from collections.abc import Iterable
from typing import Any

import pytest
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgeclassify.web.safety import bodies
from edgeclassify.web.safety.bodies import Bodies
from edgeclassify.web.safety.failures import Failures
from tests.support.waiting import patient

MOST = 1000


async def reads_all(scope: Scope, receive: Receive, send: Send) -> None:
    count = 0
    while True:
        message = await receive()
        count += len(message.get("body", b""))
        if not message.get("more_body"):
            break
    await PlainTextResponse(f"read {count}")(scope, receive, send)


async def refuses(scope: Scope, receive: Receive, send: Send) -> None:
    await PlainTextResponse("no", 401)(scope, receive, send)


async def waits_for_the_end(scope: Scope, receive: Receive, send: Send) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
    await PlainTextResponse("gone")(scope, receive, send)


class Sender:
    """Sends `pieces`, each after its pause; then it is silent, or gone."""

    def __init__(self, pieces: Iterable[tuple[float, bytes]], *, ends: bool = True) -> None:
        self.pieces, self.ends, self.sent = list(pieces), ends, 0

    async def receive(self) -> Message:
        if not self.pieces:
            if not self.ends:
                await asyncio.sleep(3600)
            return {"type": "http.disconnect"}
        pause, piece = self.pieces.pop(0)
        await asyncio.sleep(pause)
        self.sent += len(piece)
        return {"type": "http.request", "body": piece, "more_body": bool(self.pieces) or not self.ends}


def answered(app: ASGIApp, sender: Sender, **headers: str) -> tuple[int, dict[str, str], bytes]:
    """Status, headers and body."""
    messages: list[Message] = []

    async def send(message: Message) -> None:
        messages.append(message)

    async def ask() -> None:
        named: list[Any] = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
        scope = {"type": "http", "method": "POST", "path": "/", "headers": named}
        await Bodies(Failures(app), MOST)(scope, sender.receive, send)

    asyncio.run(asyncio.wait_for(ask(), patient(20)))
    head, *rest = messages
    assert not rest[-1].get("more_body"), "it ends"
    found = {name.decode(): value.decode() for name, value in head["headers"]}
    return head["status"], found, b"".join(message.get("body", b"") for message in rest)


def test_what_is_wanted_is_passed_on() -> None:
    sender = Sender([(0, b"x" * 600), (0, b"x" * 400)])
    status, headers, body = answered(reads_all, sender, content_length="1000")
    assert (status, body) == (200, b"read 1000")
    assert "connection" not in headers


@pytest.mark.parametrize("announced", ["1001", "1000000000", "9" * 4000])
def test_what_announces_too_much_is_not_read_by_anybody(announced: str) -> None:
    async def nobody(scope: Scope, receive: Receive, send: Send) -> None:
        raise AssertionError("asked all the same")

    status, headers, body = answered(nobody, Sender([(0, b"x" * 500)]), content_length=announced)
    assert (status, headers["connection"]) == (413, "close")
    assert body == b'{"error":"expected at most 1 kB, found more: send less"}'


def test_what_turns_out_to_be_too_much_is_refused_at_the_bound() -> None:
    sender = Sender([(0, b"x" * 400)] * 10)
    status, headers, _ = answered(reads_all, sender, transfer_encoding="chunked")
    assert (status, headers["connection"]) == (413, "close")


def test_who_is_refused_may_send_on_for_a_while_so_that_it_reads_why(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DRAINED", 2000)
    sender = Sender([(0, b"x" * 500)] * 100)
    assert answered(refuses, sender, content_length="900")[::2] == (401, b"no")
    assert 2000 <= sender.sent < 4000


def test_for_as_long_as_it_takes_and_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DRAIN_S", 0.1)
    assert answered(refuses, Sender([(0, b"x")], ends=False), content_length="900")[0] == 401


def test_who_waits_for_leave_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "DRAIN_S", 3600)
    sender = Sender([], ends=False)
    assert answered(refuses, sender, content_length="900", expect="100-continue")[0] == 401


def test_who_has_sent_all_keeps_the_connection() -> None:
    assert "connection" not in answered(refuses, Sender([]), content_length="0")[1]
    assert "connection" not in answered(refuses, Sender([]))[1]


def test_a_piece_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "CHUNK_S", 0.1)
    monkeypatch.setattr(bodies, "DRAIN_S", 0.1)
    status, headers, body = answered(reads_all, Sender([(0, b"x")], ends=False), content_length="900")
    assert (status, headers["connection"]) == (408, "close")
    assert b"too slow" in body


def test_the_whole_has_its_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bodies, "WHOLE_S", 0.1)
    monkeypatch.setattr(bodies, "DRAIN_S", 0.05)
    sender = Sender([(0.02, b"x")] * 100)
    assert answered(reads_all, sender, content_length="900")[0] == 408
    assert sender.sent < 100


def test_who_looks_on_may_be_silent(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream waits for the news that its reader has gone."""
    monkeypatch.setattr(bodies, "CHUNK_S", 0.05)

    class Silent(Sender):
        async def receive(self) -> Message:
            message = await super().receive()
            if message["type"] == "http.disconnect":
                await asyncio.sleep(0.2)
            return message

    assert answered(waits_for_the_end, Silent([(0, b"")]))[2] == b"gone"
