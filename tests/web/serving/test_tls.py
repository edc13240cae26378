"""https by a certificate of one's own."""

import socket
import ssl
import subprocess
import warnings
from pathlib import Path

import pytest

from edgeclassify.config import WebConfig, WebTlsConfig
from edgeclassify.errors import PageError
from edgeclassify.web.serving import connections
from edgeclassify.web.serving.server import Server
from tests.web.serving.served import HEAD, Scenes, answer, connected, is_over, rest, serving


def settings(folder: Path, cert: str = "server.pem", key: str = "server.key") -> WebTlsConfig:
    return WebTlsConfig(cert=folder / cert, key=folder / key)


def trusting(folder: Path) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(folder / "ca.pem"))
    context.verify_flags &= ~ssl.VERIFY_X509_STRICT  # the CA of the tests is a plain one
    return context


def test_browsers_are_answered_over_it(certificates: Path) -> None:
    with serving(Scenes(), tls=settings(certificates)) as server:
        assert server.address.startswith("https://127.0.0.1:")
        with trusting(certificates).wrap_socket(connected(server), server_hostname="127.0.0.1") as browser:
            assert browser.version() in ("TLSv1.2", "TLSv1.3")
            assert b"200 OK" in answer(browser, HEAD % b"/ok")
        with connected(server) as plain:
            plain.sendall(HEAD % b"/ok")
            assert b"200 OK" not in rest(plain)


def test_old_versions_are_refused(certificates: Path) -> None:
    context = trusting(certificates)
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        context.maximum_version = ssl.TLSVersion.TLSv1_1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with serving(Scenes(), tls=settings(certificates)) as server, pytest.raises((ssl.SSLError, OSError)):
        context.wrap_socket(connected(server), server_hostname="127.0.0.1")


def test_a_handshake_has_its_time_and_counts_as_a_connection(
    certificates: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connections, "HANDSHAKE_S", 0.3)
    with serving(Scenes(), tls=settings(certificates), connections=4) as server:
        waiting = [connected(server) for _ in range(4)]
        with connected(server) as more:
            assert rest(more) == b""  # at once, while the others still have time
        for browser in waiting:
            assert is_over(browser)
            browser.close()
        with trusting(certificates).wrap_socket(connected(server), server_hostname="127.0.0.1") as browser:
            assert b"200 OK" in answer(browser, HEAD % b"/ok")


def test_a_stream_over_it_does_not_keep_the_server_from_its_end(certificates: Path) -> None:
    scenes = Scenes()
    with serving(scenes, tls=settings(certificates)) as server:
        browser = trusting(certificates).wrap_socket(connected(server), server_hostname="127.0.0.1")
        browser.sendall(HEAD % b"/stream")
        assert browser.recv(100)
    browser.close()
    assert scenes.ended == 1


@pytest.mark.parametrize(
    ("cert", "key", "expected"),
    [
        ("none.pem", "server.key", r"web\.tls\.cert: .*none\.pem: .*No such file"),
        ("server.pem", "none.key", r"web\.tls\.key: .*none\.key: .*No such file"),
        ("server.pem", ".", r"web\.tls\.key: .*Is a directory"),
        ("san", "server.key", r"web\.tls\.cert: .*san: expected PEM"),
        ("server.pem", "client.key", r"web\.tls: .*KEY_VALUES_MISMATCH"),
        ("server.pem", "server.pem", r"web\.tls: .*server\.pem and .*OpenSSL says"),
        ("broken.pem", "server.key", r"web\.tls: .*broken\.pem"),
        ("server.pem", "locked.key", r"web\.tls: .*without a passphrase"),
    ],
)
def test_files_that_can_not_be_used_are_one_message(
    cert: str, key: str, expected: str, certificates: Path, tmp_path: Path
) -> None:
    for file in certificates.iterdir():
        (tmp_path / file.name).write_bytes(file.read_bytes())
    (tmp_path / "broken.pem").write_text("-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n")
    subprocess.run(
        ["openssl", "ec", "-in", "server.key", "-aes256", "-passout", "pass:secret", "-out", "locked.key"],
        cwd=tmp_path, check=True, capture_output=True,
    )  # fmt: skip
    with pytest.raises(PageError, match=expected):
        Server(WebConfig(tls=settings(tmp_path, cert, key)), Scenes())


def test_a_stranger_who_speaks_something_else_is_no_news(
    certificates: Path, caplog: pytest.LogCaptureFixture
) -> None:
    with serving(Scenes(), tls=settings(certificates)) as server:
        for said in (b"\x16\x03\x01\x00\x05hello", b"GET / HTTP/1.1\r\n\r\n", b""):
            with connected(server) as browser:
                browser.sendall(said)
                browser.shutdown(socket.SHUT_WR)
                assert is_over(browser)
    assert caplog.text == ""
