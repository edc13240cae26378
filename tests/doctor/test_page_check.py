"""The page: asked where it runs, and its port tried where it does not."""

import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from edgeclassify.doctor.interface import Standing
from edgeclassify.doctor.page_check import look_at_page
from tests.doctor.looked_at import CAMERA, around, config_of
from tests.support.broker import HOST, deaf_port, free_port

RUNS = {"ActiveState": "active"}


def of_page(port: int, **more: Any) -> Standing:
    text = f"[web]\nenabled = true\nport = {port}\n{CAMERA}"
    (finding,) = look_at_page(around(config_of(text), **more))
    return finding.standing


class Fine(BaseHTTPRequestHandler):
    said = b'{"status": "down"}'

    def do_GET(self) -> None:
        self.send_response(503)
        self.end_headers()
        self.wfile.write(self.said)

    def log_message(self, format: str, *arguments: object) -> None:  # noqa: A002 - the library's name
        """Nothing."""


class Another(Fine):
    said = b"<html>not found</html>"


@pytest.mark.parametrize(("page", "standing"), [(Fine, Standing.OK), (Another, Standing.FAULT)])
def test_it_answers(page: type[Fine], standing: Standing, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    with HTTPServer((HOST, 0), page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert of_page(server.server_port, shown=RUNS) is standing
        server.shutdown()


def test_it_does_not_answer() -> None:
    with deaf_port() as port:
        assert of_page(port, shown=RUNS) is Standing.FAULT


def test_its_port_is_free_or_taken_while_the_daemon_is_away() -> None:
    assert of_page(free_port()) is Standing.OK
    with socket.create_server((HOST, 0)) as other:
        assert of_page(other.getsockname()[1]) is Standing.WARNING


def test_none_is_wanted() -> None:
    assert look_at_page(around(config_of()))[0].standing is Standing.OK
