"""Viewers of a page, for `tests.bench.page`: `python tests/bench/page_viewers.py PORT NUMBER`, until it is killed.

Each has the stream of events and that of pictures open, and throws away what it reads. The standard library alone,
so that it is there at once.
"""

import selectors
import socket
import sys

STREAMS = ("/api/stream", "/api/cameras/front/stream.mjpeg")


def view(port: int, viewers: int) -> None:
    """So many viewers."""
    selector = selectors.DefaultSelector()
    for path in STREAMS * viewers:
        connection = socket.create_connection(("127.0.0.1", port))
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n".encode())
        selector.register(connection, selectors.EVENT_READ)
    into = bytearray(1 << 20)
    while selector.get_map():
        for key, _ in selector.select():
            assert isinstance(key.fileobj, socket.socket)
            if not key.fileobj.recv_into(into):
                selector.unregister(key.fileobj)


if __name__ == "__main__":
    view(int(sys.argv[1]), int(sys.argv[2]))
