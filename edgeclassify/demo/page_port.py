"""The port that the demo's page gets where none is asked for: a known one, or one that is free."""

import errno
import socket

FIRST, LAST = 8080, 8099
HOST = "127.0.0.1"


def free_page_port(first: int = FIRST, last: int = LAST) -> int:
    """The first free port of these, else any."""
    for port in (*range(first, last + 1), 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
            except OSError as error:
                if error.errno not in (errno.EADDRINUSE, errno.EACCES):
                    raise
                continue
            return int(probe.getsockname()[1])
    raise AssertionError("unreachable: port 0 is any that is free")


def is_free(port: int) -> bool:
    """False where something listens there, or this user may not."""
    return free_page_port(port, port) == port
