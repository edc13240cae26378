"""A real HTTP server of files for the fetch tests: ranges, and the ways in which a server or network fails."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass
class FileServer:
    """What is served, how it fails, and what was asked for."""

    url: str
    files: dict[str, bytes] = field(default_factory=dict)
    ranges: bool = True
    """Whether Range headers are honoured."""
    drops: list[int] = field(default_factory=list)
    """For each of the next answers with a body: close the connection after so many bytes of it."""
    statuses: list[int] = field(default_factory=list)
    """For each of the next answers: this status instead of the file."""
    wrong_range: bool = False
    """Answer ranges with another part of the file than was asked for."""
    authorizations: list[str | None] = field(default_factory=list)
    """Authorization header of every request."""
    requests: list[tuple[str, str | None]] = field(default_factory=list)
    """Path and Range header of every request."""


def _handler(server: FileServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            server.requests.append((self.path, wanted))
            server.authorizations.append(self.headers.get("Authorization"))
            status = server.statuses.pop(0) if server.statuses else 200
            content = server.files.get(self.path.lstrip("/"))
            if status != 200 or content is None:
                self.send_error(status if status != 200 else 404)
                return
            self._send(content, wanted if server.ranges else None)

        def _send(self, content: bytes, wanted: str | None) -> None:
            start = int(wanted.removeprefix("bytes=").partition("-")[0]) if wanted else 0
            if start >= len(content) and wanted:
                self.send_error(416)
                return
            self.send_response(206 if wanted else 200)
            body = content[start:]
            if wanted:
                said = start + 1 if server.wrong_range else start
                self.send_header("Content-Range", f"bytes {said}-{len(content) - 1}/{len(content)}")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            if server.drops:
                self.wfile.write(body[: server.drops.pop(0)])
                self.close_connection = True
                return
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the base class's name
            pass

    return Handler


@contextmanager
def serving() -> Iterator[FileServer]:
    """A server on a free port of this machine, until the end of the block."""
    state = FileServer("")
    http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(state))
    http.daemon_threads = False
    state.url = f"http://127.0.0.1:{http.server_port}"
    thread = threading.Thread(target=http.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield state
    finally:
        http.shutdown()
        http.server_close()
        thread.join()
