"""What is sent to the page: not more of it than is wanted, and not as slowly as somebody likes."""

import asyncio
import time
from http import HTTPStatus

from starlette.datastructures import Headers
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from edgeclassify.web.safety.refusals import refusal

CHUNK_S = 15.0
"""How long the next piece of a body may take."""
WHOLE_S = 30.0
SLOWEST = 20_000
"""Bytes per second, of a body that takes longer than WHOLE_S."""
DRAINED = 2_000_000
DRAIN_S = 2.0
"""What of a body that nobody wants is thrown away, so that its sender gets to read the answer."""


class TooLargeError(HTTPException):
    """More than is wanted."""

    def __init__(self, most_bytes: int) -> None:
        super().__init__(
            HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"expected at most {_size(most_bytes)}, found more: send less"
        )


class TooSlowError(HTTPException):
    """It does not come."""

    def __init__(self) -> None:
        super().__init__(HTTPStatus.REQUEST_TIMEOUT, "expected the whole of what was announced, found it too slow")


class Bodies:
    """An ASGI layer: around all that answers. `most_bytes`: of any body."""

    def __init__(self, app: ASGIApp, most_bytes: int) -> None:
        self._app, self._most = app, most_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on, with what is received counted and timed."""
        headers = Headers(scope=scope)
        body = _Incoming(receive, headers, self._most)
        answer = _Outgoing(send, body)
        if body.is_too_large:
            error = TooLargeError(self._most)
            await refusal(HTTPStatus(error.status_code), error.detail)(scope, body.receive, answer.send)
        else:
            await self._app(scope, body.receive, answer.send)


class _Incoming:
    """What comes. `is_whole`: there is no more of it, or there was none."""

    def __init__(self, receive: Receive, headers: Headers, most: int) -> None:
        self._receive, self._most = receive, most
        self._count, self._began = 0, 0.0
        announced = headers.get("content-length", "0")
        self.is_too_large = announced.isdecimal() and (len(announced) > 15 or int(announced) > most)
        self.is_whole = announced == "0" and "transfer-encoding" not in headers
        self._waits = "expect" in headers

    async def receive(self) -> Message:
        # Behind its end there is only the news that the other one has gone: that may take as long as it likes.
        if self.is_whole:
            return await self._receive()
        self._began = self._began or time.monotonic()
        try:
            async with asyncio.timeout(CHUNK_S):
                message = await self._receive()
        except TimeoutError:
            raise TooSlowError from None
        self._count += len(message.get("body", b""))
        self.is_whole = not message.get("more_body", False)
        if self._count > self._most:
            raise TooLargeError(self._most)
        if not self.is_whole and time.monotonic() - self._began > WHOLE_S + self._count / SLOWEST:
            raise TooSlowError
        return message

    async def throw_away(self) -> None:
        """Read on, for a while."""
        if self._waits and not self._count:
            return  # it does not come before it is asked for
        thrown_away = 0
        try:
            async with asyncio.timeout(DRAIN_S):
                while not self.is_whole and thrown_away < DRAINED:
                    message = await self._receive()
                    thrown_away += len(message.get("body", b""))
                    self.is_whole = not message.get("more_body", False)
        except TimeoutError:
            pass


class _Outgoing:
    """The answer. Of a refusal the end is held back until the body was thrown away, and the connection ends then:
    at once it would be torn down, and the sender, who still sends, would not read why."""

    def __init__(self, send: Send, body: _Incoming) -> None:
        self._send, self._body = send, body
        self._is_refusal = False

    async def send(self, message: Message) -> None:
        """Pass on."""
        if message["type"] == "http.response.start" and not self._body.is_whole:
            self._is_refusal = message["status"] >= HTTPStatus.BAD_REQUEST
            headers = [pair for pair in message.get("headers", ()) if pair[0].lower() != b"connection"]
            message = {**message, "headers": [*headers, (b"connection", b"close")]}
        is_end = message["type"] == "http.response.body" and not message.get("more_body", False)
        if is_end and self._is_refusal and not self._body.is_whole:
            await self._send({**message, "more_body": True})
            await self._body.throw_away()
            message = {"type": "http.response.body", "body": b"", "more_body": False}
        await self._send(message)


def _size(most_bytes: int) -> str:
    return f"{most_bytes / 1e6:.3g} MB" if most_bytes >= 1e6 else f"{most_bytes / 1e3:.3g} kB"
