"""MJPEG over HTTP by our own reader, against a real server on loopback."""

import contextlib
import time

import numpy as np
import pytest

from edgeclassify.errors import AbsentError, SourceError, SourceSetupError
from edgeclassify.sources.capture import ladder
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.sources.capture.rules import CaptureRules
from edgeclassify.sources.capture.thread import CaptureThread
from edgeclassify.sources.http import picture_stream
from edgeclassify.sources.images.decode import decode_image
from edgeclassify.sources.interface import BrokenPictureError, NoFrameInTimeError, StalledError
from edgeclassify.sources.network.mjpeg import MjpegSource, boundary_of
from edgeclassify.sources.network.source import HttpSource
from edgeclassify.sources.turned import TurnedSource
from edgeclassify.types import CameraState
from tests.fakes import wait_for
from tests.sources.dialects import DIALECTS, wanted_of
from tests.sources.http.test_client import asks
from tests.sources.pictures import encode, noise, two_halves
from tests.sources.raw_server import OK, always, dripping, raw_server
from tests.sources.servers import body, mjpeg, serving

PICTURES = [encode(two_halves(), "JPEG"), encode(two_halves().rotate(180), "JPEG")]


def source_of(server, **options):
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
def test_the_boundary_of_a_content_type(parameters, boundary):
    assert boundary_of(parameters) == boundary


@pytest.mark.parametrize("name", DIALECTS)
@pytest.mark.parametrize("chunked", [False, True])
def test_every_dialect_from_a_server(name, chunked):
    boundary, data = DIALECTS[name]
    head = OK + f'Content-Type: multipart/x-mixed-replace; boundary="{boundary}"\r\n'.encode()
    if chunked:
        head += b"Transfer-Encoding: chunked\r\n"
        pieces = [data[at : at + 999] for at in range(0, len(data), 999)]
        data = b"".join(b"%x\r\n%s\r\n" % (len(piece), piece) for piece in pieces)
    with raw_server(always(head, b"\r\n", data)) as server:
        source = HttpSource("front", server.url())
        source.open()
        assert source.read(5).width == wanted_width(name)
        source.close()


def wanted_width(name):
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
def test_types_that_cameras_give_a_stream(kind, name):
    _, data = DIALECTS[name]
    with raw_server(always(OK + f"Content-Type: {kind}\r\n\r\n".encode(), data, data)) as server:
        source = HttpSource("front", server.url())
        source.open()
        assert isinstance(source.source, MjpegSource)
        assert source.read(5).width == wanted_width(name)
        source.close()


@pytest.mark.parametrize("flood", [b"--frame\r\nContent-Length: 0\r\n\r\n\r\n", bytes(1000)])
def test_a_flood_without_a_picture_ends(flood, monkeypatch):
    monkeypatch.setattr(picture_stream, "MOST_BETWEEN", 4 << 20)
    head = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    with raw_server(dripping(head, flood * 1000, 0.0)) as server:
        source = HttpSource("front", server.url())
        source.open()
        with pytest.raises(SourceError, match="found no JPEG in"):
            read_on(source)
        source.close()


def read_on(source):
    for _ in range(200):
        with contextlib.suppress(NoFrameInTimeError):
            source.read(0.2)


def test_a_slow_flood_without_a_picture_is_no_frame_in_time():
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


def test_pictures_faster_than_they_are_read_hold_nobody_up():
    head = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    with raw_server(dripping(head, DIALECTS["as it should be"][1] * 20, 0.0)) as server:
        source = HttpSource("front", server.url())
        source.open()
        started = time.monotonic()
        assert source.read(5) is not None
        assert time.monotonic() - started < 3
        source.close()


def test_one_picture_where_a_stream_belongs_is_told_from_a_stream_without_a_length():
    """Its body ends with it."""
    answer = always(OK, b"Content-Type: image/jpeg\r\n\r\n", encode(two_halves(), "JPEG"))
    with raw_server(answer) as server, pytest.raises(SourceSetupError, match='"images:http://127') as caught:
        HttpSource("front", server.url(who="bob:hunter2@")).open()
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("algorithm", ["MD5", "SHA-256"])
def test_digest(algorithm):
    head = OK + b"Content-Type: multipart/x-mixed-replace; boundary=frame\r\n\r\n"
    stream = always(head, DIALECTS["as it should be"][1])
    challenge = f'Digest realm="c", nonce="n", qop="auth", algorithm={algorithm}'
    with raw_server(asks([challenge], then=stream)) as server:
        source = HttpSource("front", server.url(who="cam:p%40%3A%2F%23@"))
        source.open()
        assert source.read(5).width > 0
        source.close()


def test_digest_that_ffmpeg_can_not_answer():
    """What is no MJPEG goes to FFmpeg: the password is right, and the message says so."""
    stream = always(OK, b"Content-Type: video/mp2t\r\n\r\n", bytes(188))
    answer = asks(['Digest realm="c", nonce="n", algorithm=SHA-256'], then=stream)
    with raw_server(answer) as server, pytest.raises(AbsentError, match="SHA-256, which FFmpeg can't") as caught:
        HttpSource("front", server.url(who="cam:p%40%3A%2F%23@")).open()
    assert "p@" not in str(caught.value)


def test_pictures_and_their_pace(capfd):
    with serving(mjpeg(PICTURES)) as server:
        source = source_of(server)
        source.open()
        assert isinstance(source.source, MjpegSource)
        frames = [source.read(5) for _ in range(5)]
        assert source.skip(5)
        deadline = time.monotonic() + 2.2
        while time.monotonic() < deadline:
            source.skip(5)
        assert source.frame_interval_s == pytest.approx(1 / 50, rel=0.5)
        source.close()
        source.close()
    assert [frame.sequence for frame in frames] == list(range(5))
    assert frames[0].pixels.shape == (32, 64, 3)
    assert capfd.readouterr().err == ""


def test_only_the_newest_counts():
    """A reader that was away gets the picture of now, not those that came meanwhile."""

    def numbered(handler):
        mjpeg([encode(two_halves(16 * (number + 1), 32), "JPEG") for number in range(100)], fps=20)(handler)

    with serving(numbered) as server:
        source = source_of(server)
        source.open()
        first = source.read(5).width // 16
        time.sleep(1.0)
        assert source.read(5).width // 16 - first >= 15
        source.close()


def test_another_size_midway():
    big = encode(two_halves(128, 96), "JPEG")
    with serving(mjpeg([*PICTURES[:1] * 5, *[big] * 5])) as server:
        source = source_of(server)
        source.open()
        sizes = {source.read(5).pixels.shape for _ in range(20)}
        source.close()
    assert sizes == {(32, 64, 3), (96, 128, 3)}


def test_decoded_no_larger_than_needed_and_in_full_for_people():
    picture = encode(two_halves(640, 480), "JPEG")
    with serving(mjpeg([picture])) as server:
        source = source_of(server, wanted_side=200)
        source.open()
        frame = source.read(5)
        source.close()
    assert frame.pixels.shape == (240, 320, 3)
    assert frame.main().pixels.shape == (480, 640, 3)
    assert frame.main().captured_at_ns == frame.captured_at_ns


def test_a_broken_picture_is_passed_over():
    whole = encode(noise(), "JPEG")
    with serving(mjpeg([whole[: len(whole) // 2] + b"\xff\xd9", PICTURES[1]])) as server:
        source = source_of(server)
        source.open()
        outcomes = []
        for _ in range(10):
            try:
                outcomes.append(source.read(5).width)
            except NoFrameInTimeError as error:
                outcomes.append(isinstance(error, BrokenPictureError))
        source.close()
    assert {64, True} == set(outcomes)


def test_silence_and_end():
    def one_then_silence(handler):
        handler.send_response(200)
        handler.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
        handler.end_headers()
        part = b"--frame\r\nContent-Length: %d\r\n\r\n%s\r\n" % (len(PICTURES[0]), PICTURES[0])
        handler.wfile.write(part)
        handler.server.stopping.wait(1.0)

    with serving(one_then_silence) as server:
        source = source_of(server)
        source.open()
        source.read(2)
        started = time.monotonic()
        with pytest.raises(NoFrameInTimeError):
            source.read(0.2)
        assert time.monotonic() - started < 0.5
        with pytest.raises(StalledError, match="ended"):
            source.read(5)
        source.close()
        with pytest.raises(SourceError, match="not open"):
            source.read(1)


@pytest.mark.parametrize(
    ("answer", "kind", "words"),
    [
        (body(PICTURES[0]), SourceSetupError, "images:URL"),
        (body(b"", 404), AbsentError, "nothing at this path"),
        (body(b"no stream", kind="text/html"), SourceError, "not with video"),
    ],
)
def test_no_stream(answer, kind, words, capfd):
    with serving(answer) as server, pytest.raises(kind, match=words) as caught:
        source_of(server).open()
    assert "hunter2" not in str(caught.value)
    assert capfd.readouterr().err == ""


def test_killed_and_started_again_under_the_capture_thread(monkeypatch, caplog):
    monkeypatch.setattr(ladder, "BACK_OFF_S", 0.05)
    monkeypatch.setattr(ladder, "MAX_BACK_OFF_S", 0.1)
    frames, told = LatestFrames(), []
    with serving(mjpeg(PICTURES)) as server:
        port = server.server_port
        thread = CaptureThread(source_of(server), frames, CaptureRules(), lambda *args: told.append(args))
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


def test_the_picture_is_right():
    with serving(mjpeg(PICTURES[:1])) as server:
        source = source_of(server)
        source.open()
        pixels = source.read(5).pixels
        source.close()
    assert np.abs(pixels[16, 16].astype(int) - (50, 100, 200)).max() < 12


@pytest.mark.parametrize("turned", [False, True])
def test_a_camera_that_rests_between_its_pictures(turned):
    """Each rest ends the connection, and the next picture asks for it again: that is no loss."""
    asked = []

    def answer(handler):
        asked.append(handler.path)
        mjpeg(PICTURES)(handler)

    with serving(answer) as server:
        source = source_of(server)
        source = TurnedSource(source, 90, False, False) if turned else source
        rules = CaptureRules(interval_s=0.4, least_rest_s=0.05, settle_s=0.1)
        told = []
        frames = LatestFrames()
        thread = CaptureThread(source, frames, rules, lambda *args: told.append(args))
        thread.start()
        try:
            wait_for(lambda: thread.state is CameraState.RESTING)
            taken = [frames.take(5) for _ in range(4)]
        finally:
            thread.stop()
    assert all(taken)
    assert len(asked) >= 4
    health = thread.health(0)
    assert (health.reopens, health.stalls, health.error) == (0, 0, None)
    assert told == [("front", True)]
