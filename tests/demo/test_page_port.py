import socket

from edgeclassify.demo.page_port import free_page_port, is_free
from tests.support.broker import free_port


def test_the_next_free_one() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        assert not is_free(port)
        found = free_page_port(port, port)
        assert found not in (0, port)


def test_one_that_is_free_is_taken() -> None:
    port = free_port()
    assert is_free(port)
    assert free_page_port(port, port) == port
