"""Pictures: taken while somebody looks, once for all who do."""

import asyncio
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import cv2
import numpy as np
import pytest

from edgeclassify.config.web import WebConfig
from edgeclassify.types import FULL_FRAME, Frame, PixelFormat, Pixels, Roi
from edgeclassify.web.pictures.interface import Picture, Size
from edgeclassify.web.pictures.mjpeg import mjpeg
from edgeclassify.web.pictures.onlookers import JUST_BEFORE_S, PictureTaker
from tests.support.waiting import patient, wait_for
from tests.web.page_node import RecordedNode


def frame(value: int = 128, *, camera: str = "front", width: int = 400, height: int = 200) -> Frame:
    pixels = np.full((height, width, 3), value, np.uint8)
    return Frame(pixels, PixelFormat.BGR, width, height, camera, 0, time.monotonic_ns(), time.time())


def decoded(picture: Picture | bytes) -> Pixels:
    data = picture if isinstance(picture, bytes) else picture.jpeg
    return np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR), np.uint8)


class Camera:
    """A taker, and a thread that offers it frames as inference does."""

    def __init__(self, *, fps: float = 30, labels_only: bool = False, longest_side: int = 200) -> None:
        self.node = RecordedNode(labels_only=labels_only)
        self.looked: list[tuple[str, Roi]] = []
        config = WebConfig(fps=fps, longest_side=longest_side)
        self.taker = PictureTaker(config, self.node, lambda view, region: self.looked.append((view, region)))
        self.offered = 0
        self.make: Callable[[], Frame] = frame
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="offering")

    @contextmanager
    def running(self) -> Iterator["Camera"]:
        self._thread.start()
        try:
            yield self
        finally:
            self._stopping.set()
            self._thread.join()
            self.taker.close()

    def _run(self) -> None:
        while not self._stopping.wait(0.005):
            self.taker.offer(self.make())
            self.offered += 1


@pytest.fixture
def camera() -> Iterator[Camera]:
    with Camera().running() as made:
        yield made


def asked(work: Callable[[], Awaitable[Picture | None]]) -> Picture | None:
    async def run() -> Picture | None:
        return await asyncio.wait_for(work(), patient(10))

    return asyncio.run(run())


async def newest(taker: PictureTaker, size: Size = Size.LARGE, patience_s: float = 5.0) -> Picture | None:
    with taker.viewing("front", size, 0.0) as viewer:
        return await taker.newest(viewer, 0, patience_s)


def test_while_nobody_looks_nothing_is_taken(camera: Camera) -> None:
    wait_for(lambda: camera.offered > 20)
    assert camera.taker.coded == 0
    assert not any(thread.name == "page pictures" for thread in threading.enumerate())


def test_who_looks_sees_what_the_camera_shows_in_the_size_that_is_wanted(camera: Camera) -> None:
    taker = camera.taker
    camera.make = lambda: frame(200)
    large, small = asked(lambda: newest(taker)), asked(lambda: newest(taker, Size.SMALL))
    assert large is not None
    assert small is not None
    assert decoded(large).shape == (100, 200, 3)
    assert decoded(small).shape == (50, 100, 3)
    assert abs(float(decoded(large).mean()) - 200) < 3
    assert (taker.size_of(None), taker.size_of(101), taker.size_of(100)) == (Size.LARGE, Size.LARGE, Size.SMALL)


def test_a_frame_is_coded_once_for_all_who_look(camera: Camera) -> None:
    async def run() -> None:
        with camera.taker.viewing("front", Size.LARGE, 0.0) as first:
            await camera.taker.newest(first, 0, 2)
            before = camera.taker.coded
            streams = [mjpeg(camera.taker, "front", Size.LARGE, 0.0) for _ in range(20)]
            for _ in range(3):
                await asyncio.gather(*(anext(stream) for stream in streams))
            assert camera.taker.viewers == 21
            assert camera.taker.coded - before <= 8
            for stream in streams:
                await stream.aclose()
        assert camera.taker.viewers == 0

    asyncio.run(run())


def test_no_more_are_taken_than_are_wanted() -> None:
    async def run(taker: PictureTaker) -> int:
        with taker.viewing("front", Size.LARGE, 0.0) as viewer:
            await taker.newest(viewer, 0, 2)
            before = taker.coded
            await asyncio.sleep(0.5)
            return taker.coded - before

    with Camera(fps=10).running() as camera:
        assert 2 <= asyncio.run(run(camera.taker)) <= 6


def test_nothing_more_is_taken_once_nobody_looks(camera: Camera) -> None:
    assert asked(lambda: newest(camera.taker)) is not None
    time.sleep(0.05)
    before, offered = camera.taker.coded, camera.offered
    wait_for(lambda: camera.offered > offered + 20)
    assert camera.taker.coded == before


def test_other_cameras_are_left_alone(camera: Camera) -> None:
    camera.make = lambda: frame(camera="back")
    assert asked(lambda: newest(camera.taker, patience_s=0.3)) is None
    assert camera.taker.coded == 0


def test_a_lent_frame_is_copied_before_it_goes_back() -> None:
    camera = Camera()
    buffer = frame(200)
    lent = replace(buffer, lent=True)

    async def run() -> Picture | None:
        with camera.taker.viewing("front", Size.LARGE, 0.0) as viewer:
            camera.taker.offer(lent)
            buffer.pixels[:] = 0
            return await camera.taker.newest(viewer, 0, 2)

    try:
        picture = asyncio.run(run())
    finally:
        camera.taker.close()
    assert picture is not None
    assert abs(float(decoded(picture).mean()) - 200) < 3


def test_the_frame_for_people_is_shown_where_there_is_one(camera: Camera) -> None:
    camera.make = lambda: replace(frame(0, width=64, height=32), main=lambda: frame(250))
    picture = asked(lambda: newest(camera.taker))
    assert picture is not None
    assert decoded(picture).shape == (100, 200, 3)
    assert float(decoded(picture).mean()) > 240


def test_a_camera_that_gives_frames_rarely_is_hurried() -> None:
    camera = Camera()
    try:
        assert asked(lambda: newest(camera.taker, patience_s=0.3)) is None
    finally:
        camera.taker.close()
    assert set(camera.node.hurried) == {"front"}
    assert 2 < len(camera.node.hurried) <= 10  # 30 per second at most


def test_one_that_gives_enough_is_not(camera: Camera) -> None:
    async def run() -> None:
        with camera.taker.viewing("front", Size.LARGE, 0.2) as viewer:
            number = 0
            for _ in range(3):
                picture = await camera.taker.newest(viewer, number, 2)
                assert picture is not None
                number = picture.number

    asyncio.run(run())
    assert len(camera.node.hurried) <= 1  # before the first frame was offered to anybody


def test_an_old_picture_is_not_shown_as_the_newest(camera: Camera) -> None:
    first = asked(lambda: newest(camera.taker))
    assert first is not None
    camera.make = lambda: frame(camera="back")
    time.sleep(0.1)
    assert asked(lambda: newest(camera.taker, patience_s=0.3)) is None


def test_a_frame_that_is_none_is_said_once(camera: Camera, caplog: pytest.LogCaptureFixture) -> None:
    camera.make = lambda: replace(frame(), width=7)
    assert asked(lambda: newest(camera.taker, patience_s=0.3)) is None
    assert caplog.text.count("camera front: no picture for the page") == 1


def test_a_node_that_shows_labels_only_takes_none_whoever_asks() -> None:
    with Camera(labels_only=True).running() as camera:
        with pytest.raises(AssertionError):
            asked(lambda: newest(camera.taker))
        wait_for(lambda: camera.offered > 10)
        assert camera.taker.coded == 0


def test_which_part_a_view_is_shown_is_passed_on() -> None:
    camera = Camera()
    camera.taker.looked("gate", frame(), FULL_FRAME)
    assert camera.looked == [("gate", FULL_FRAME)]


# --- streams --------------------------------------------------------------------------------------------


def test_a_stream_has_whole_pictures_each_behind_its_boundary(camera: Camera) -> None:
    async def run() -> bytes:
        stream = mjpeg(camera.taker, "front", Size.LARGE, 0.0)
        read = b"".join([await anext(stream) for _ in range(3)])
        await stream.aclose()
        return read

    read = asyncio.run(run())
    head = b"--frame\r\nContent-Type: image/jpeg\r\n\r\n"
    assert read.startswith(head)
    assert read.endswith(b"\r\n" + head)  # all of it, so that Chromium shows the last one at once
    parts = read.split(head)[1:-1]
    assert len(parts) == 3
    for part in parts:
        assert decoded(part.removesuffix(b"\r\n")).shape == (100, 200, 3)


def test_who_reads_slowly_gets_the_newest_picture_next(camera: Camera) -> None:
    values = iter(range(0, 250, 10))
    camera.make = lambda: frame(next(values, 250))

    async def run() -> float:
        stream = mjpeg(camera.taker, "front", Size.LARGE, 0.0)
        await anext(stream)
        await asyncio.sleep(0.5)  # it is all over by then
        part = await anext(stream)
        await stream.aclose()
        return float(decoded(part[part.index(b"\xff\xd8") :]).mean())

    assert asyncio.run(run()) > 240


def test_a_stream_of_a_camera_that_is_lost_ends(camera: Camera) -> None:
    async def run() -> int:
        parts = 0
        async for _ in mjpeg(camera.taker, "front", Size.LARGE, 0.0, patience_s=0.2):
            parts += 1
            camera.make = lambda: frame(camera="back")
        return parts

    assert 1 <= asyncio.run(run()) <= 3
    assert camera.taker.viewers == 0


def test_a_close_ends_every_stream(camera: Camera) -> None:
    async def run() -> None:
        stream = mjpeg(camera.taker, "front", Size.LARGE, 0.0)
        await anext(stream)
        await asyncio.to_thread(camera.taker.close)
        async for _ in stream:
            pass

    asyncio.run(run())
    assert not any(thread.name == "page pictures" for thread in threading.enumerate())


def of_file(*, width: int = 400, height: int = 200) -> Frame:
    return replace(frame(200, width=width, height=height), origin="photos/cat.jpg")


def taker_of_one(only: Frame) -> PictureTaker:
    """Nobody looked when it came, and no other one comes."""
    taker = PictureTaker(WebConfig(), RecordedNode(), lambda *_: None)
    taker.offer(only)
    return taker


def test_the_last_frame_of_a_file_is_seen_at_once() -> None:
    taker = taker_of_one(of_file())
    shown = asked(lambda: newest(taker))
    again = asked(lambda: newest(taker))
    taker.close()
    assert shown is not None
    assert abs(float(decoded(shown).mean()) - 200) < 3
    assert again is not None


def test_neither_a_cameras_frame_nor_a_huge_one_is_held_for_nobody() -> None:
    for only in (frame(200), of_file(width=2000, height=2000)):
        taker = taker_of_one(only)
        assert asked(partial(newest, taker, patience_s=0.2)) is None
        taker.close()


def test_who_looks_rarely_takes_no_pictures_from_others(camera: Camera) -> None:
    async def rarely_then_often() -> Picture | None:
        with camera.taker.viewing("front", Size.LARGE, 1000.0) as rare:
            await camera.taker.newest(rare, 0, 5.0)
            offered = camera.offered
            while camera.offered < offered + 5:
                await asyncio.sleep(0.01)
        return await newest(camera.taker)

    assert asked(rarely_then_often) is not None


def test_who_looks_rarely_sees_no_old_picture_first(camera: Camera) -> None:
    camera.make = lambda: frame(200)

    async def twice() -> tuple[Picture | None, Picture | None]:
        first = await newest(camera.taker)
        await asyncio.sleep(JUST_BEFORE_S + 0.1)
        with camera.taker.viewing("front", Size.LARGE, 1000.0) as rare:
            return first, await camera.taker.newest(rare, 0, 5.0)

    first, second = asyncio.run(twice())
    assert first is not None
    assert second is not None
    assert second.number > first.number
