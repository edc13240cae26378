"""Who gets what a webhook posts: a real HTTP server whose answers the test chooses."""

import contextlib
import json
import socket
import ssl
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

HOST = "127.0.0.1"


@dataclass(frozen=True)
class Reply:
    """`status` 0: the connection ends without an answer. `delay_s`: before it, cut short where the test is over.

    `raw`: bytes to write in place of an answer.
    """

    status: int = 204
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    delay_s: float = 0.0
    raw: bytes | None = None


@dataclass(frozen=True)
class Post:
    """One request. `connection`: counts the connections; `headers` have lower-case names."""

    connection: int
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def event(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.body)
        return found

    @property
    def seq(self) -> int:
        return int(self.event["seq"])


class Receiver:
    """`answer(post)` is asked for each; `posts` are all, `taken` those that were answered with 2xx."""

    def __init__(self, answer: Callable[[Post], Reply], certificate: Path | None = None, port: int = 0) -> None:
        self.answer = answer
        self.posts: list[Post] = []
        self.taken: list[Post] = []
        self.stopping = threading.Event()
        self.connections = 0
        self.lock = threading.Lock()
        self.open: set[socket.socket] = set()
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def setup(self) -> None:
                super().setup()
                with receiver.lock:
                    receiver.connections += 1
                    self.number = receiver.connections
                    receiver.open.add(self.connection)

            def finish(self) -> None:
                with contextlib.suppress(OSError):
                    super().finish()
                receiver.open.discard(self.connection)

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                receiver.serve(self, Post(self.number, self.command, self.path, headers, body))

            do_GET = do_POST  # noqa: N815 - http.server's name

            def log_message(self, *_: object) -> None:
                """Quiet."""

        class Server(ThreadingHTTPServer):
            daemon_threads = False
            request_queue_size = 64

            def handle_error(self, *_: object) -> None:
                """A client that goes away is what the tests are about."""

        self._server = Server((HOST, port), Handler)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self._scheme = "http" if certificate is None else "https"
        self.port: int = self._server.server_address[1]
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    def url(self, path: str = "/hook", who: str = "") -> str:
        return f"{self._scheme}://{who}{HOST}:{self.port}{path}"

    @property
    def seqs(self) -> list[int]:
        """Of what it has taken, in order."""
        return [post.seq for post in self.taken]

    def hang_up(self) -> None:
        """End each connection that is open."""
        for connection in list(self.open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        self.stopping.set()
        self._server.shutdown()
        self.hang_up()
        self._server.server_close()
        self._thread.join()

    def serve(self, handler: BaseHTTPRequestHandler, post: Post) -> None:
        reply = self.answer(post)
        self.posts.append(post)
        self.stopping.wait(reply.delay_s)
        if 200 <= reply.status < 300 and reply.raw is None:
            self.taken.append(post)
        with contextlib.suppress(OSError):
            if reply.raw is not None or not reply.status:
                handler.wfile.write(reply.raw or b"")
                handler.close_connection = True
                return
            handler.send_response(reply.status)
            for name, value in reply.headers.items():
                handler.send_header(name, value)
            if reply.status != 204 and "Transfer-Encoding" not in reply.headers:
                handler.send_header("Content-Length", str(len(reply.body)))
            handler.end_headers()
            handler.wfile.write(reply.body)


@contextlib.contextmanager
def receiver(
    answer: Callable[[Post], Reply] = lambda _: Reply(), certificate: Path | None = None
) -> Iterator[Receiver]:
    """`certificate`: a PEM file with a key and its certificate, for TLS."""
    running = Receiver(answer, certificate)
    try:
        yield running
    finally:
        running.close()


def in_turn(*replies: Reply) -> Callable[[Post], Reply]:
    """These, one after the other, and 204 from then on."""
    left = list(replies)
    return lambda _: left.pop(0) if left else Reply()
