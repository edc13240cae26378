"""What attacks on the page cost the daemon: `python -m tests.bench.page_attacks`.

The daemon runs in a process of its own, on a camera of 10 frames a second. Each attack goes on for some seconds in
this one: frames per second, milliseconds of processor time per second, and memory, against none.

silent: connections that say nothing, 200 at a time. drip: heads that come byte by byte. deaf: streams of pictures
that nobody reads. upload: bodies of a gigabyte. guess: logins, as fast as they are answered. flood: requests, so
as well.
stop: seconds to the end of the page's server with 50 streams open.
"""

import itertools
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

from edgeclassify.config import WebConfig
from edgeclassify.web.serving.server import Server
from tests.bench.page import Served
from tests.support.broker import free_port
from tests.web.serving.served import Scenes

SECONDS = 8.0
FPS = 10.0
HEAD = "{} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Edgeclassify: page\r\n"
Attack = Callable[[int, int], None]


def silent(port: int, _: int) -> None:
    """200 connections, held until the other side ends them."""
    with ExitStack() as stack:
        for _ in range(200):
            stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
        time.sleep(1.0)


def drip(port: int, _: int) -> None:
    """A head, byte by byte."""
    with socket.create_connection(("127.0.0.1", port), 5) as browser:
        for byte in (HEAD.format("GET /") + "X-A: b\r\n" * 100).encode():
            browser.sendall(bytes([byte]))
            time.sleep(0.005)


def deaf(port: int, _: int) -> None:
    """A stream that is not read."""
    with socket.create_connection(("127.0.0.1", port), 5) as browser:
        browser.sendall((HEAD.format("GET /api/cameras/front/stream.mjpeg") + "\r\n").encode())
        time.sleep(2.0)


def upload(port: int, _: int) -> None:
    """A gigabyte, in pieces."""
    head = HEAD.format("POST /api/classify") + "Content-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n"
    piece = b"10000\r\n" + b"\xff" * 65536 + b"\r\n"
    with socket.create_connection(("127.0.0.1", port), 5) as browser:
        browser.sendall(head.encode())
        for _ in range(16_000):
            browser.sendall(piece)


def guess(port: int, number: int) -> None:
    """A login."""
    body = f'{{"password": "guess {number}"}}'
    head = (
        HEAD.format("POST /api/login") + f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    _asked(port, head + body)


def flood(port: int, _: int) -> None:
    """The session, again and again."""
    _asked(port, HEAD.format("GET /api/session") + "Connection: close\r\n\r\n")


def _asked(port: int, request: str) -> None:
    with socket.create_connection(("127.0.0.1", port), 5) as browser:
        browser.sendall(request.encode())
        browser.recv(10_000)


ATTACKS: dict[str, tuple[Attack, int]] = {
    "silent": (silent, 4),
    "drip": (drip, 60),
    "deaf": (deaf, 60),
    "upload": (upload, 2),
    "guess": (guess, 2),
    "flood": (flood, 2),
}
"""Each with the threads that carry it out."""


@contextmanager
def attacked(attack: Attack, port: int, threads: int) -> Iterator[None]:
    """It goes on within the block."""
    over, numbers = threading.Event(), itertools.count()

    def go_on() -> None:
        while not over.is_set():
            with suppress(OSError):
                attack(port, next(numbers))

    workers = [threading.Thread(target=go_on, daemon=True) for _ in range(threads)]
    for worker in workers:
        worker.start()
    time.sleep(1.0)
    yield
    over.set()
    for worker in workers:
        worker.join(10)


def stop_s(streams: int) -> float:
    """Seconds that the server takes to end."""
    scenes, port = Scenes(), free_port()
    server = Server(WebConfig(port=port), scenes)
    server.start()
    with ExitStack() as stack:
        for _ in range(streams):
            browser = stack.enter_context(socket.create_connection(("127.0.0.1", port), 5))
            browser.sendall(b"GET /quiet-stream HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
            browser.recv(100)
        begun = time.monotonic()
        server.stop(5.0)
        return time.monotonic() - begun


def main() -> None:
    """A line each."""
    print(f"stop with 50 streams open: {stop_s(50):.2f} s")
    with Served({}, FPS) as served:
        for name, (attack, threads) in {"none": (silent, 0), **ATTACKS}.items():
            with attacked(attack, served.port, threads):
                frames, begun, processor = served.figure("frames_total"), time.monotonic(), served.processor_s
                time.sleep(SECONDS)
                passed = time.monotonic() - begun
                spent = (served.processor_s - processor) / passed * 1000
                fps = (served.figure("frames_total") - frames) / passed
            print(f"{name:8} {fps:5.1f} frames/s  {spent:6.0f} ms/s  {served.memory_mb:6.1f} MB", flush=True)


if __name__ == "__main__":
    main()
