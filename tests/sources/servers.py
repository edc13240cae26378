"""HTTP servers on a port of their own: scripted answers, and an MJPEG stream that can be stopped."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class PlainServer(ThreadingHTTPServer):
    """`stopping` is set when the test is over."""

    daemon_threads = False
    allow_reuse_address = True

    def __init__(self, port: int, handler: "type[Handler]") -> None:
        self.stopping = threading.Event()
        super().__init__(("127.0.0.1", port), handler)

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hung up is no news."""


class Handler(BaseHTTPRequestHandler):
    """One connection of a PlainServer."""

    server: PlainServer

    def log_message(self, *_: object) -> None:
        pass


Answer = Callable[[Handler], None]


@contextmanager
def serving(answer: Answer, port: int = 0) -> Iterator[PlainServer]:
    """A server on 127.0.0.1 whose every GET is answered by `answer`."""

    class Answering(Handler):
        def do_GET(self) -> None:
            answer(self)

    server = PlainServer(port, Answering)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    try:
        yield server
    finally:
        server.stopping.set()
        server.shutdown()
        server.server_close()
        thread.join()


def body(data: bytes, status: int = 200, kind: str = "image/jpeg") -> Answer:
    """Answer with these bytes."""

    def answer(handler: Handler) -> None:
        handler.send_response(status)
        handler.send_header("Content-Type", kind)
        handler.send_header("Content-Length", str(len(data)))
        handler.end_headers()
        handler.wfile.write(data)

    return answer


def mjpeg(pictures: list[bytes], fps: float = 50) -> Answer:
    """Answer with an endless multipart stream of these JPEGs, as network cameras do."""

    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        handler.end_headers()
        number = 0
        while not handler.server.stopping.is_set():
            data = pictures[number % len(pictures)]
            part = b"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: %d\r\n\r\n" % len(data)
            handler.wfile.write(part + data + b"\r\n")
            number += 1
            time.sleep(1 / fps)

    return answer
