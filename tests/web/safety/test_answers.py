"""The layers that look at answers: failures, and pixels where there are none to be."""

import asyncio
import logging
from collections.abc import AsyncIterator
from http import HTTPStatus

import httpx
import pytest
from starlette.exceptions import HTTPException
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from edgeclassify.errors import ConfigError
from edgeclassify.web.safety.failures import Failures
from edgeclassify.web.safety.pixels import NoPixels
from edgeclassify.web.safety.refusals import RefusedAtDoorError


def ask(app: ASGIApp, path: str = "/api/x") -> httpx.Response:
    async def asked() -> httpx.Response:
        transport = httpx.ASGITransport(app)
        async with httpx.AsyncClient(transport=transport, base_url="http://node") as client:
            return await client.get(path)

    return asyncio.run(asked())


def failing(error: Exception, *, begun: bool = False) -> ASGIApp:
    async def app(scope: Scope, receive: Receive, send: Send) -> None:
        if begun:
            await send({"type": "http.response.start", "status": 200, "headers": []})
        raise error

    return Failures(app)


@pytest.mark.parametrize(
    ("error", "status", "said"),
    [
        (ConfigError("web.port: expected that"), 400, "web.port: expected that"),
        (HTTPException(HTTPStatus.NOT_FOUND), 404, "there is nothing here"),
        (HTTPException(HTTPStatus.METHOD_NOT_ALLOWED), 405, "method not allowed"),
        (RefusedAtDoorError(HTTPStatus.FORBIDDEN, "no"), 403, "no"),
        (ZeroDivisionError("secret detail"), 500, "the node failed at this: its log says of what"),
    ],
)
def test_what_fails_is_one_sentence(error: Exception, status: int, said: str) -> None:
    answer = ask(failing(error))
    assert (answer.status_code, answer.json()) == (status, {"error": said})


def test_a_fault_is_logged_once_with_its_traceback(caplog: pytest.LogCaptureFixture) -> None:
    app = failing(ZeroDivisionError("x"))
    with caplog.at_level(logging.ERROR):
        for _ in range(5):
            ask(app, "/api/a%1b[31m")
    assert len(caplog.records) == 1
    assert caplog.records[0].exc_info
    assert "\x1b" not in caplog.messages[0]


def test_half_an_answer_does_not_look_like_a_whole_one() -> None:
    with pytest.raises(ConnectionAbortedError):
        ask(failing(ZeroDivisionError("x"), begun=True))


async def pieces() -> AsyncIterator[bytes]:
    yield b"\xff\xd8"


@pytest.mark.parametrize(
    "kind",
    ["image/jpeg", "IMAGE/PNG", "multipart/x-mixed-replace; boundary=frame", "video/mp4",
     "application/octet-stream"],
)  # fmt: skip
@pytest.mark.parametrize("streamed", [True, False])
def test_no_picture_gets_out(kind: str, streamed: bool) -> None:
    answer = StreamingResponse(pieces(), media_type=kind) if streamed else Response(b"\xff\xd8", media_type=kind)
    found = ask(Failures(NoPixels(answer)))
    assert (found.status_code, found.json()) == (404, {"error": "no pictures: node.labels_only is true"})


def test_text_does_and_so_do_the_pages_own_pictures() -> None:
    assert ask(NoPixels(PlainTextResponse("open"))).text == "open"
    assert ask(NoPixels(Response(b"x", media_type="image/svg+xml")), "/icons.svg").content == b"x"
