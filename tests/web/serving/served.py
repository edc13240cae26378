"""An app on the real server, asked over real sockets."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from typing import Any

from starlette.responses import Response, StreamingResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from edgeclassify.config import WebConfig
from edgeclassify.web.serving.server import Server
from tests.support.broker import free_port
from tests.support.waiting import patient

TIMEOUT_S = patient(10.0)
HEAD = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"


class Scenes:
    """An ASGI app: /ok answers, /stream never ends, /hang answers nothing, /body gives back the body's length."""

    def __init__(self) -> None:
        self.begun = self.ended = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.begun += 1
        try:
            await self._answer(scope, receive, send)
        finally:
            self.ended += 1

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["path"] == "/hang":
            await asyncio.sleep(3600)
        if scope["path"] == "/stream":
            await StreamingResponse(_endless())(scope, receive, send)
            return
        if scope["path"] == "/quiet-stream":
            await send({"type": "http.response.start", "status": 200, "headers": []})
            await send({"type": "http.response.body", "body": b"begun", "more_body": True})
            await asyncio.sleep(3600)
        count = 0
        while scope["path"] == "/body":
            message = await receive()
            count += len(message.get("body", b""))
            if not message.get("more_body"):
                break
        await Response(f"ok {count}")(scope, receive, send)


async def _endless() -> AsyncIterator[bytes]:
    while True:
        yield b"x" * 10_000
        await asyncio.sleep(0)


@contextmanager
def serving(app: ASGIApp, **settings: Any) -> Iterator[Server]:
    """A server that runs."""
    server = Server(WebConfig(port=free_port(), **settings), app)
    server.start()
    try:
        yield server
    finally:
        server.stop(5.0)


def connected(server: Server) -> socket.socket:
    """A connection to it."""
    host, port = server.address.rpartition("//")[2].rsplit(":", 1)
    return socket.create_connection((host.strip("[]"), int(port)), TIMEOUT_S)


def answer(connection: socket.socket, request: bytes) -> bytes:
    """The answer, of which the length is known; "" where there is none."""
    connection.sendall(request)
    found = b""
    while b"\r\n\r\n" not in found:
        if not (piece := connection.recv(10_000)):
            return found
        found += piece
    length = re.search(rb"content-length: (\d+)", found.lower())
    wanted = found.index(b"\r\n\r\n") + 4 + (int(length[1]) if length else 0)
    while len(found) < wanted:
        found += connection.recv(10_000)
    return found


def rest(connection: socket.socket) -> bytes:
    """All until the other side closes, or tears down."""
    found = b""
    try:
        while piece := connection.recv(100_000):
            found += piece
    except ConnectionError:
        pass
    return found


def is_over(connection: socket.socket) -> bool:
    """Whether the other side ends it, before long; what comes meanwhile is thrown away."""
    rest(connection)
    return True
