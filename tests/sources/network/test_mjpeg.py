"""MJPEG over HTTP by our own reader, against a real server on loopback."""

import contextlib
import socket
import statistics
import struct
import time
import zlib
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from edgeclassify.errors import AbsentError, SourceError, SourceSetupError
from edgeclassify.sources.capture.capture_rules import CaptureRules
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.ladder import Waits
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.http import jpeg_stream
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.interface import BrokenFrameError, NoFrameInTimeError, StalledError
from edgeclassify.sources.network import source as source_module
from edgeclassify.sources.network.mjpeg import MjpegSource, boundary_of
from edgeclassify.sources.network.source import ASKED_AGAIN_S, HttpSource
from edgeclassify.sources.rotation import RotatedSource
from edgeclassify.types import CameraState
from tests.sources.capture.taking import take_frame
from tests.sources.dialects import DIALECTS, wanted_of
from tests.sources.http.test_client import asks
from tests.sources.image_files import encode, noise, two_halves
from tests.sources.raw_server import OK, always, dripping, raw_server
from tests.sources.servers import Handler, PlainServer, body, mjpeg, serving
from tests.support.optional import present
from tests.support.waiting import wait_for

PICTURES = [encode(two_halves(), "JPEG"), encode(two_halves().rotate(180), "JPEG")]


def source_of(server: PlainServer, **options: Any) -> HttpSource:
    return HttpSource(
        "front", f"http://user:hunter2@127.0.0.1:{server.server_port}/video?token=hunter2", **options
    )


@pytest.mark.parametrize(
    ("parameters", "boundary"),
    [
        (" boundary=frame", "frame"),
        ('boundary="--my boundary"; charset=x', "--my boundary"),
        (' charset=x; BOUNDARY = "a;b"', "a;b"),
        ("boundary=--x;charset=y", "--x"),
        ("", ""),
        ("boundary=", ""),
    ],
)
def test_the_boundary_of_a_content_type(parameters: str, boundary: str) -> None:
    assert boundary_of(parameters) == boundary


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("chunked", [False, True])
def test_every_dialect_from_a_server(name: str, chunked: bool) -> None:
    boundary, data = DIALECTS[name]
    head = OK + f'Content-Type: multipart/x-mixed-replace; boundary="{boundary}"\r\n'.encode()
    if chunked:
        head += b"Transfer-Encoding: chunked\r\n"
        pieces = [data[at : at + 999] for at in range(0, len(data), 999)]
        data = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    with raw_server(always(head, b"\r\n", data)) as server:
        source = HttpSource("front", server.url())
        source.open()
        assert present(source.read(5)).width == wanted_width(name)
        source.close()


def wanted_width(name: str) -> int:
    return decode_image(wanted_of(name)[-1], name).full_width


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("multipart/x-mixed-replace", "no boundary announced"),
        ("Multipart/Mixed; boundary=frame", "as it should be"),
        ("video/x-motion-jpeg", "no boundary and no lengths"),
        ("image/jpeg", "no boundary and no lengths"),
        ("image/jpeg", "as it should be"),
        ("application/octet-stream", "as it should be"),
        ("text/plain", "no boundary and no lengths"),
        ("", "line feeds alone"),
    ],
)
def test_types_that_cameras_give_a_stream(kind: str, name: str) -> None:
    _, data = DIALECTS[name]
    with raw_server(always(OK + f"Content-Type: {kind}\r\n\r\n".encode(), data, data)) as server:
        source = HttpSource("front", server.url())
        source.open()
        assert isinstance(source.source, MjpegSource)
        assert present(source.read(5)).width == wanted_width(name)
        source.close()


@pytest.mark.parametrize("flood", [b"--frame\r\nContent-Length: 0\r\n\r\n\r\n", bytes(1000)])
def test_a_flood_without_a_picture_ends(flood: bytes, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jpeg_stream, "MOST_BETWEEN", 4 << 20)
    head = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    with raw_server(dripping(head, flood * 1000, 0.0)) as server:
        source = HttpSource("front", server.url())
        source.open()
        with pytest.raises(SourceError, match="found no JPEG in"):
            read_on(source)
        source.close()


def read_on(source: HttpSource) -> None:
    for _ in range(200):
        with contextlib.suppress(NoFrameInTimeError):
            source.read(0.2)


def test_a_slow_flood_without_a_picture_is_no_frame_in_time() -> None:
    head = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    with raw_server(dripping(head, b"--frame\r\n\r\n", 0.001)) as server:
        source = HttpSource("front", server.url())
        source.open()
        for call in (source.read, source.skip):
            started = time.monotonic()
            with pytest.raises(NoFrameInTimeError):
                call(0.3)
            assert time.monotonic() - started < 1.5
        source.close()


def test_pictures_faster_than_they_are_read_hold_nobody_up() -> None:
    head = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    with raw_server(dripping(head, DIALECTS["as it should be"][1] * 20, 0.0)) as server:
        source = HttpSource("front", server.url())
        source.open()
        started = time.monotonic()
        assert source.read(5) is not None
        assert time.monotonic() - started < 3
        source.close()


def test_one_picture_where_a_stream_belongs_is_told_from_a_stream_without_a_length() -> None:
    """Its body ends with it."""
    answer = always(OK, b"Content-Type: image/jpeg\r\n\r\n", encode(two_halves(), "JPEG"))
    with raw_server(answer) as server, pytest.raises(SourceSetupError, match='"images:http://127') as caught:
        HttpSource("front", server.url(who="bob:hunter2@")).open()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest(algorithm: str) -> None:
    head = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    stream = always(head, DIALECTS["as it should be"][1])
    challenge = f'Digest realm="c", nonce="n", qop="auth", algorithm={algorithm}'
    with raw_server(asks([challenge], then=stream)) as server:
        source = HttpSource("front", server.url(who="cam:p%40%3A%2F%23@"))
        source.open()
        assert present(source.read(5)).width > 0
        source.close()


def test_digest_that_ffmpeg_can_not_answer() -> None:
    """What is no MJPEG goes to FFmpeg: the password is right, and the message says so."""
    stream = always(OK, b"Content-Type: video/mp2t\r\n\r\n", bytes(188))
    answer = asks(['Digest realm="c", nonce="n", algorithm=SHA-256'], then=stream)
    with raw_server(answer) as server, pytest.raises(AbsentError, match="SHA-256, which FFmpeg can't") as caught:
        HttpSource("front", server.url(who="cam:p%40%3A%2F%23@")).open()
    assert "p@" not in str(caught.value)


def test_pictures_and_their_pace(capfd: pytest.CaptureFixture[str]) -> None:
    with serving(mjpeg(PICTURES, fps=10)) as server:
        source = source_of(server)
        source.open()
        assert isinstance(source.source, MjpegSource)
        frames = [source.read(5) for _ in range(5)]
        wait_for(lambda: source.skip(5) and source.frame_interval_s is not None)
        assert source.frame_interval_s == pytest.approx(1 / 10, rel=0.5)
        source.close()
        source.close()
    assert [present(frame).sequence for frame in frames] == list(range(5))
    assert present(frames[0]).pixels.shape == (32, 64, 3)
    assert capfd.readouterr().err == ""


def test_only_the_newest_counts() -> None:
    """A reader that was away gets the picture of now, not those that came meanwhile."""

    def numbered(handler: Handler) -> None:
        mjpeg([encode(two_halves(16 * (number + 1), 32), "JPEG") for number in range(100)], fps=20)(handler)

    with serving(numbered) as server:
        source = source_of(server)
        source.open()
        first = present(source.read(5)).width // 16
        time.sleep(1.0)
        assert present(source.read(5)).width // 16 - first >= 15
        source.close()


def test_another_size_midway() -> None:
    big = encode(two_halves(128, 96), "JPEG")
    with serving(mjpeg([*PICTURES[:1] * 5, *[big] * 5])) as server:
        source = source_of(server)
        source.open()
        sizes = {present(source.read(5)).pixels.shape for _ in range(20)}
        source.close()
    assert sizes == {(32, 64, 3), (96, 128, 3)}


def test_decoded_no_larger_than_needed_and_in_full_for_people() -> None:
    picture = encode(two_halves(640, 480), "JPEG")
    with serving(mjpeg([picture])) as server:
        source = source_of(server, wanted_side=200)
        source.open()
        frame = present(source.read(5))
        source.close()
    assert frame.pixels.shape == (240, 320, 3)
    assert present(frame.main)().pixels.shape == (480, 640, 3)
    assert present(frame.main)().captured_at_ns == frame.captured_at_ns


def test_a_broken_picture_is_passed_over() -> None:
    whole = encode(noise(), "JPEG")
    with serving(mjpeg([whole[: len(whole) // 2] + b"\xff\xd9", PICTURES[1]])) as server:
        source = source_of(server)
        source.open()
        outcomes = []
        for _ in range(10):
            try:
                outcomes.append(present(source.read(5)).width)
            except NoFrameInTimeError as error:
                outcomes.append(isinstance(error, BrokenFrameError))
        source.close()
    assert {64, True} == set(outcomes)


def multipart(handler: Handler, *pictures: bytes) -> None:
    """The head of a stream, and some parts with their lengths."""
    handler.send_response(200)
    handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
    handler.end_headers()
    for picture in pictures:
        handler.wfile.write(b"--frame\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(picture), picture))
    handler.wfile.flush()


def test_silence_and_end() -> None:
    def one_then_silence(handler: Handler) -> None:
        multipart(handler, PICTURES[0])
        handler.server.stopping.wait(1.0)

    with serving(one_then_silence) as server:
        source = source_of(server)
        source.open()
        source.read(2)
        started = time.monotonic()
        with pytest.raises(NoFrameInTimeError):
            source.read(0.2)
        assert time.monotonic() - started < 0.5
        source.close()
        with pytest.raises(SourceError, match="not open"):
            source.read(1)


def test_an_end_without_a_picture() -> None:
    with serving(multipart) as server:
        source = source_of(server)
        source.open()
        with pytest.raises(StalledError, match="the stream ended"):
            source.read(2)
        source.close()


@pytest.mark.parametrize("rudely", [False, True])
def test_a_picture_per_connection_is_asked_for_at_a_steady_pace(rudely: bool) -> None:
    """Some cameras hang up behind each picture, or after some seconds of them: that is no loss."""
    asked = []

    def one(handler: Handler) -> None:
        asked.append(time.monotonic())
        multipart(handler, PICTURES[len(asked) % 2])
        if rudely:
            reset = struct.pack("ii", 1, 0)
            handler.wfile.flush()
            time.sleep(0.1)
            handler.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, reset)

    with serving(one) as server:
        source = source_of(server)
        frames, told = LatestFrames(), []
        thread = CaptureThread(source, frames, CaptureRules(interval_s=0.0), lambda *args: told.append(args))
        thread.start()
        taken = [take_frame(frames) for _ in range(8)]
        assert thread.stop(5)
    frames.close()
    assert all(taken)
    assert len({present(frame).sequence for frame in taken}) == 8
    assert told == [("front", True)]
    health = thread.health(0)
    assert (health.reopens, health.stalls, health.error) == (0, 0, None)
    between = [after - before for before, after in pairwise(asked)]
    # The server may note one of them late, and then the next seems to come soon.
    assert statistics.median(between) >= ASKED_AGAIN_S - 0.05


def test_a_camera_that_is_gone_after_an_end_is_lost() -> None:
    with serving(lambda handler: multipart(handler, PICTURES[0])) as server:
        source = source_of(server)
        source.open()
        assert source.read(2) is not None
    with pytest.raises(AbsentError, match="can't connect"):
        source.read(2)
    source.close()


def test_a_wait_for_the_next_connection_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source_module, "ASKED_AGAIN_S", 60.0)
    with serving(lambda handler: multipart(handler, PICTURES[0])) as server:
        source = source_of(server)
        source.open()
        assert source.read(2) is not None
        started = time.monotonic()
        with pytest.raises(NoFrameInTimeError, match=r"no picture for 0\.3 s"):
            source.read(0.3)
        assert 0.25 < time.monotonic() - started < 1.5
        source.close()


@pytest.mark.parametrize(
    "kind", ["text/html", "application/json", "video/mp4", "application/x-mixed-replace;boundary=x"]
)
@pytest.mark.parametrize("with_parts", [False, True])
def test_what_a_stream_is_said_to_be_is_not_believed(kind: str, with_parts: bool) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", kind)
        handler.end_headers()
        for picture in PICTURES * 5:
            head = b"--b\r\nContent-Type: image/jpeg\r\n\r\n" if with_parts else b""
            handler.wfile.write(head + picture)
            time.sleep(0.02)

    with serving(answer) as server:
        source = source_of(server)
        source.open()
        assert isinstance(source.source, MjpegSource)
        assert present(source.read(5)).width == 64
        source.close()


@pytest.mark.parametrize(("encoding", "bits"), [("gzip", 31), ("deflate", 15), ("deflate", -15)])
def test_a_packed_stream(encoding: str, bits: int) -> None:
    def answer(handler: Handler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        handler.send_header("Content-Encoding", encoding)
        handler.end_headers()
        packer = zlib.compressobj(wbits=bits)
        while not handler.server.stopping.wait(0.02):
            part = b"--frame\r\n\r\n" + PICTURES[0] + b"\r\n"
            handler.wfile.write(packer.compress(part) + packer.flush(zlib.Z_SYNC_FLUSH))

    with serving(answer) as server:
        source = source_of(server)
        source.open()
        assert present(source.read(5)).width == 64
        source.close()


@pytest.mark.parametrize(
    "page", [b"<html><form>", b"\xef\xbb\xbf\r\n<!DOCTYPE  html>", b"<!-- camera --> <HEAD>", b"\n<Html lang=en>"]
)
@pytest.mark.parametrize("kind", ["text/html", "", "application/octet-stream"])
def test_a_login_page_where_a_stream_belongs(page: bytes, kind: str) -> None:
    with serving(body(page, kind=kind)) as server, pytest.raises(AbsentError, match=r"found a web page \(HTML\)"):
        source_of(server).open()


def test_an_empty_answer_is_waited_for() -> None:
    """Cameras that start give one: the config is not wrong."""
    with serving(body(b"", kind="image/jpeg")) as server, pytest.raises(AbsentError, match="an empty answer"):
        source_of(server).open()


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (body(PICTURES[0]), SourceSetupError, "images:URL"),
        (body(b"", 404), AbsentError, "nothing at this path"),
        (body(b"no stream", kind="text/html"), SourceError, "not with video"),
    ],
)
def test_no_stream(
    answer: Callable[[Handler], None],
    kind: type[SourceError],
    words: str,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with serving(answer) as server, pytest.raises(kind, match=words) as caught:
        source_of(server).open()
    assert "hunter2" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_killed_and_started_again_under_the_capture_thread(caplog: pytest.LogCaptureFixture) -> None:
    frames, told = LatestFrames(), []
    waits = Waits(back_off_s=0.05, max_back_off_s=0.1)
    with serving(mjpeg(PICTURES)) as server:
        port = server.server_port
        thread = CaptureThread(source_of(server), frames, CaptureRules(), lambda *args: told.append(args), waits)
        thread.start()
        assert frames.take(10) is not None
    wait_for(lambda: thread.state is CameraState.RESTARTING)
    time.sleep(0.5)
    assert thread.state is CameraState.RESTARTING  # it is waited for, however often it was in vain
    with serving(mjpeg(PICTURES), port):
        wait_for(lambda: thread.state is CameraState.RUNNING)
        assert thread.stop(5)
    frames.close()
    assert told == [("front", True), ("front", False), ("front", True)]
    assert "hunter2" not in caplog.text


def test_the_picture_is_right() -> None:
    with serving(mjpeg(PICTURES[:1])) as server:
        source = source_of(server)
        source.open()
        pixels = present(source.read(5)).pixels
        source.close()
    assert np.abs(pixels[16, 16].astype(int) - (50, 100, 200)).max() < 12


@pytest.mark.parametrize("turned", [False, True])
def test_a_camera_that_rests_between_its_pictures(turned: bool) -> None:
    """Each rest ends the connection, and the next picture asks for it again: that is no loss."""
    asked = []

    def answer(handler: Handler) -> None:
        asked.append(handler.path)
        mjpeg(PICTURES)(handler)

    with serving(answer) as server:
        plain = source_of(server)
        source = RotatedSource(plain, 90, False, False) if turned else plain
        rules = CaptureRules(interval_s=0.4, least_rest_s=0.05, settle_s=0.1)
        told = []
        frames = LatestFrames()
        thread = CaptureThread(source, frames, rules, lambda *args: told.append(args))
        thread.start()
        try:
            wait_for(lambda: thread.state is CameraState.RESTING)
            taken = [take_frame(frames) for _ in range(4)]
        finally:
            thread.stop()
    assert all(taken)
    assert len(asked) >= 4
    health = thread.health(0)
    assert (health.reopens, health.stalls, health.error) == (0, 0, None)
    assert told == [("front", True)]
