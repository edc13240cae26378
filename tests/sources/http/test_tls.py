"""Certificates of cameras: those that are accepted, and what is said of the others."""

import contextlib
import os
import socket
import ssl
import threading
import time
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from edgeclassify.errors import AbsentError, SourceSetupError
from edgeclassify.http.address import parse_address
from edgeclassify.http.connection import connect
from edgeclassify.http.deadline import Patience
from edgeclassify.http.tls import check_ca, refusal_of
from edgeclassify.http.trust import Trust
from edgeclassify.sources.http.client import RequestOptions, get
from edgeclassify.sources.network.source import HttpSource
from edgeclassify.sources.network.stream import StreamSource
from edgeclassify.sources.support.image_by_url import Access, fetch
from tests.sources.dialects import DIALECTS, PICTURES
from tests.sources.raw_server import OK, RawServer, always, make_certificate, picture, raw_server, redirect
from tests.support.optional import present

MJPEG = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n" + DIALECTS["as it should be"][1]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("certificates")


@pytest.fixture(scope="module")
def named(folder: Path) -> Path:
    """For this address, as it should be."""
    return make_certificate(folder, "named", "IP:127.0.0.1")


@pytest.fixture(scope="module")
def nameless(folder: Path) -> Path:
    """As most cameras have it."""
    return make_certificate(folder, "camera")


def read_stream(url: str, trust: Trust) -> int:
    source = HttpSource("front", url, trust=trust)
    source.open()
    try:
        return present(source.read(2)).width
    finally:
        source.close()


WAYS = {"picture": lambda url, trust: len(fetch(url, Access(trust))), "stream": read_stream}


@pytest.mark.parametrize("way", WAYS)
class TestPicturesAndStreamsAlike:
    def serve(self, way: str, certificate: Path) -> AbstractContextManager[RawServer]:
        return raw_server(always(picture(PICTURES[0]) if way == "picture" else MJPEG), certificate)

    @pytest.mark.parametrize("which", ["named", "nameless"])
    def test_one_that_signs_for_itself_is_allowed_by_the_config_alone(
        self, way: str, which: str, request: pytest.FixtureRequest
    ) -> None:
        certificate = request.getfixturevalue(which)
        public = certificate.with_suffix(".crt")
        with self.serve(way, certificate) as server:
            with pytest.raises(AbsentError, match=r"signed by itself \(self-signed\)") as caught:
                WAYS[way](server.url(who="bob:hunter2@"), Trust())
            assert 'tls = { ca = "FILE" } with that certificate, or tls = { verify = false }' in str(caught.value)
            assert "hunter2" not in str(caught.value)
            assert caught.value.retry_s == 60
            assert WAYS[way](server.url(), Trust(verify=False)) > 0
            assert WAYS[way](server.url(), Trust(ca=public)) > 0

    def test_another_one_than_the_config_names(self, way: str, named: Path, nameless: Path) -> None:
        with self.serve(way, nameless) as server, pytest.raises(AbsentError, match="signed by itself"):
            WAYS[way](server.url(), Trust(ca=named.with_suffix(".crt")))

    def test_a_file_that_holds_no_certificate(self, way: str, named: Path, tmp_path: Path) -> None:
        file = tmp_path / "camera.der"
        file.write_bytes(b"0\x82 no PEM")
        with self.serve(way, named) as server:
            with pytest.raises(SourceSetupError, match=r"tls\.ca: .*camera\.der: expected certificates in PEM"):
                WAYS[way](server.url(), Trust(ca=file))
            with pytest.raises(SourceSetupError, match="can't be read: No such file"):
                WAYS[way](server.url(), Trust(ca=tmp_path / "none"))

    def test_from_http_to_https(self, way: str, named: Path) -> None:
        with self.serve(way, named) as there, raw_server(redirect(there.url())) as server:
            with pytest.raises(AbsentError, match=r"http://.*redirected to https://127.*signed by itself"):
                WAYS[way](server.url(), Trust())
            assert WAYS[way](server.url(), Trust(verify=False)) > 0


def test_a_name_that_is_another_of_a_known_issuer(folder: Path, named: Path) -> None:
    """Signed by the CA of the file, and for somebody else: only the very certificate counts without its name."""
    other = make_certificate(folder, "elsewhere", "DNS:elsewhere.example")
    both = folder / "both.pem"
    both.write_bytes(named.with_suffix(".crt").read_bytes() + other.with_suffix(".crt").read_bytes())
    with raw_server(always(picture(PICTURES[0])), other) as server:
        assert fetch(server.url(), Access(Trust(ca=both)))
        with pytest.raises(AbsentError):
            fetch(server.url(), Access(Trust(ca=named.with_suffix(".crt"))))


def test_a_file_that_was_replaced_counts_at_once(
    folder: Path, named: Path, nameless: Path, tmp_path: Path
) -> None:
    file = tmp_path / "camera.pem"
    with raw_server(always(picture(PICTURES[0])), named) as server:
        for number, (certificate, fits) in enumerate([(named, True), (nameless, False), (named, True)]):
            file.write_bytes(certificate.with_suffix(".crt").read_bytes())
            os.utime(file, (number, number))
            with contextlib.nullcontext() if fits else pytest.raises(AbsentError):
                assert fetch(server.url(), Access(Trust(ca=file)))


def test_no_tls_where_some_is_expected() -> None:
    def answer() -> None:
        connection, _ = listener.accept()
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        connection.recv(1000)
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(AbsentError, match="expected TLS at port"):
            fetch(f"https://127.0.0.1:{listener.getsockname()[1]}/x.jpg")
        thread.join()


def test_rtsps_is_looked_at_before_ffmpeg_has_it(named: Path) -> None:
    with raw_server(always(b""), named) as server:
        url = f"rtsps://bob:hunter2@127.0.0.1:{server.port}/x"
        with pytest.raises(AbsentError, match="signed by itself") as caught:
            StreamSource("front", url).open()
        assert "hunter2" not in str(caught.value)
        connect(parse_address(url), 2.0, Trust(verify=False)).close()


def test_a_handshake_that_drips_ends_in_time() -> None:
    def drip() -> None:
        connection, _ = listener.accept()
        with contextlib.suppress(OSError):
            for byte in b"\x16\x03\x03\x40\x00" + bytes(100):
                connection.sendall(bytes([byte]))
                time.sleep(0.05)
        connection.close()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=drip)
        thread.start()
        started = time.monotonic()
        with pytest.raises(AbsentError, match="begins no TLS in time"):
            get(f"https://127.0.0.1:{listener.getsockname()[1]}/", RequestOptions(Patience(0.4, 5, 5)))
        assert time.monotonic() - started < 3
        thread.join()


def test_the_file_of_a_config_is_checked(named: Path, tmp_path: Path) -> None:
    check_ca(named.with_suffix(".crt"))
    with pytest.raises(SourceSetupError):
        check_ca(tmp_path)


@pytest.mark.parametrize(
    ("code", "words"),
    [
        (9, "not valid yet. Check the host name and the clocks"),
        (10, "has expired. Check the host name and the clocks"),
        (18, "signed by itself (self-signed)"),
        (19, "signed by itself (self-signed)"),
        (20, "of an issuer that is not known here. If it is your camera's"),
        (21, "of an issuer that is not known here. If it is your camera's"),
        (62, "for another host. If it is your camera's"),
        (64, "for another address. If it is your camera's"),
        (99, "that is refused (too odd). If it is your camera's"),
    ],
)
def test_what_is_wrong_with_a_certificate(code: int, words: str) -> None:
    error = ssl.SSLCertVerificationError()
    error.verify_code, error.verify_message = code, "too odd"
    text = str(refusal_of(parse_address("https://bob:hunter2@camera/x"), error, Trust(remedy="--insecure")))
    assert words in text
    assert text.endswith("--insecure.")
    assert text.startswith("https://camera/x: expected a certificate that is known here, found one ")
