"""A camera's web server to the byte: answers are written on the socket, with or without TLS."""

import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.waiting import patient

OK = b"HTTP/1.1 200 OK\r\n"


class RawServer:
    """`heads`: what was asked so far, as text. `stopping` is set when the test is over."""

    def __init__(self, answer: Callable[..., Any], context: ssl.SSLContext | None) -> None:
        self.answer, self.context = answer, context
        self.heads: list[str] = []
        self.stopping = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def url(self, path: str = "x.jpg", who: str = "", scheme: str | None = None) -> str:
        return f"{scheme or ('https' if self.context else 'http')}://{who}127.0.0.1:{self.port}/{path}"

    def close(self) -> None:
        self.stopping.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join()

    def _accept(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._listener.accept()
                connection.settimeout(patient(10))
                thread = threading.Thread(target=self._serve, args=(connection,))
                self._threads.append(thread)
                thread.start()

    def _serve(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ssl.SSLError):
            if self.context is not None:
                connection = self.context.wrap_socket(connection, server_side=True)
            data = b""
            while b"\r\n\r\n" not in data:
                received = connection.recv(4096)
                if not received:
                    break
                data += received
            if data:
                self.heads.append(data.decode("latin-1"))
                self.answer(self, connection, self.heads[-1])
        with contextlib.suppress(OSError):
            connection.close()


Answer = Callable[[RawServer, socket.socket, str], None]


@contextlib.contextmanager
def raw_server(answer: Answer, certificate: Path | None = None) -> Iterator[RawServer]:
    """`certificate`: a PEM file with a key and its certificate, for TLS."""
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    server = RawServer(answer, context)
    try:
        yield server
    finally:
        server.close()


def always(*parts: bytes) -> Answer:
    """Answer with these bytes, and hang up."""

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        connection.sendall(b"".join(parts))

    return answer


def dripping(first: bytes, drip: bytes = b"x", every_s: float = 0.05) -> Answer:
    """Answer with `first`, and then bit by bit without an end."""

    def answer(server: RawServer, connection: socket.socket, head: str) -> None:
        connection.sendall(first)
        while not server.stopping.wait(every_s):
            connection.sendall(drip)

    return answer


def picture(data: bytes, more: bytes = b"") -> bytes:
    """A whole answer with one JPEG."""
    return OK + b"Content-Type: image/jpeg\r\n" + more + b"Content-Length: %d\r\n\r\n" % len(data) + data


def redirect(location: str) -> Answer:
    return always(f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n".encode())


def make_certificate(folder: Path, name: str, alternative: str = "") -> Path:
    """A certificate that signs for itself, with its key in one file; skips where openssl is not installed."""
    if shutil.which("openssl") is None:
        pytest.skip("openssl is not installed (Debian: apt-get install openssl)")
    more = ["-addext", f"subjectAltName={alternative}"] if alternative else []
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", "2",
         "-subj", f"/CN={name}", "-keyout", f"{name}.key", "-out", f"{name}.crt", *more],
        cwd=folder, check=True, capture_output=True,
    )  # fmt: skip
    both = folder / f"{name}.pem"
    both.write_bytes((folder / f"{name}.key").read_bytes() + (folder / f"{name}.crt").read_bytes())
    return both
