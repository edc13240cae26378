"""The test pattern and its options."""

import itertools
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify import demo
from edgeclassify.errors import AbsentError, ConfigError, MissingInputError, SourceError
from edgeclassify.pixels import to_bgr
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.synthetic.faults import Cure, Fault, FaultKind
from edgeclassify.sources.synthetic.pattern import draw_pattern
from edgeclassify.sources.synthetic.source import SyntheticOptions, SyntheticSource, parse_options
from edgeclassify.types import PixelFormat
from tests.support.optional import present

PHOTO = Path(demo.__file__).parent / "photos" / "cat.jpg"


def test_options() -> None:
    assert parse_options("") == SyntheticOptions()
    assert parse_options("?size=640x480&fps=2.5&frames=100&faults=stall@3,slow@9:4&every=50") == SyntheticOptions(
        size=(640, 480),
        fps=2.5,
        frames=100,
        faults=(Fault(FaultKind.STALL, 3), Fault(FaultKind.SLOW, 9, Cure.NEVER, frames=4)),
        every=50,
    )
    assert parse_options("?fps=1", SyntheticOptions(size=(64, 48), fps=9)) == SyntheticOptions(
        size=(64, 48), fps=1
    )


@pytest.mark.parametrize(
    ("target", "part"),
    [
        ("?fsp=3", "'fsp'"),
        ("?size=640", "size=640x480"),
        ("?size=4x4", "'4x4'"),
        ("?fps=fast", "'fast'"),
        ("?fps=nan", "'nan'"),
        ("?frames=-1", "'-1'"),
        ("?frames=", "''"),
        ("?faults=stall", "stall@100"),
        ("?faults=melt@3", "'melt@3'"),
        ("?faults=stall@3:sometimes", "restart, reopen, never"),
    ],
)
def test_bad_options(target: str, part: str) -> None:
    with pytest.raises(ConfigError) as caught:
        parse_options(target)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pattern_moves() -> None:
    pictures = [draw_pattern((64, 48), n) for n in range(3)]
    assert pictures[0].shape == (48, 64, 3)
    assert pictures[0].dtype == np.uint8
    assert not np.array_equal(pictures[0], pictures[1])
    assert np.array_equal(pictures[2], draw_pattern((64, 48), 2))
    draw_pattern((16, 16), 10**6)


def test_frames_and_end() -> None:
    source = SyntheticSource("front", SyntheticOptions(size=(64, 48), fps=0, frames=3))
    source.open()
    frames = [source.read(1) for _ in range(3)]
    assert [present(frame).sequence for frame in frames] == [0, 1, 2]
    assert (present(frames[0]).width, present(frames[0]).height, present(frames[0]).pixels.shape) == (
        64,
        48,
        (48, 64, 3),
    )
    assert source.read(1) is None
    assert source.live


def test_pace() -> None:
    source = SyntheticSource("front", SyntheticOptions(size=(64, 48), fps=50))
    source.open()
    started = time.monotonic()
    for _ in range(11):
        source.read(1)
    assert time.monotonic() - started > 0.19


def test_a_frame_that_is_not_due_yet_comes_later() -> None:
    source = SyntheticSource("front", SyntheticOptions(size=(64, 48), fps=0.5))
    source.open()
    assert present(source.read(0.0)).sequence == 0
    with pytest.raises(NoFrameInTimeError):
        source.read(0.0)
    assert present(source.read(10)).sequence == 1


def scripted(faults: str, **options: Any) -> SyntheticSource:
    target = f"?size=64x48&fps=0&faults={faults}"
    source = SyntheticSource("front", parse_options(target, SyntheticOptions(**options)))
    source.open()
    return source


class TestFaults:
    def test_stall_until_the_stream_is_restarted(self) -> None:
        source = scripted("stall@2")
        source.read(1)
        source.read(1)
        for _ in range(3):
            with pytest.raises(NoFrameInTimeError):
                source.read(0.01)
        source.pause()
        source.resume()
        assert present(source.read(1)).sequence == 2

    def test_stall_until_it_is_opened_again(self) -> None:
        source = scripted("stall@0:reopen")
        for _ in range(2):
            source.pause()
            source.resume()
            with pytest.raises(NoFrameInTimeError):
                source.read(0.01)
        source.close()
        source.open()
        source.read(1)

    def test_freeze_repeats_picture_and_clock(self) -> None:
        source = scripted("freeze@1:2")
        first = present(source.read(1))
        clock = source.clock
        for _ in range(2):
            again = present(source.read(1))
            assert (source.clock, again.sequence > 0) == (clock, True)
            assert np.array_equal(again.pixels, first.pixels)
        assert not np.array_equal(present(source.read(1)).pixels, first.pixels)
        assert present(source.clock) > present(clock)

    def test_repeat_repeats_the_picture_alone(self) -> None:
        source = scripted("repeat@1:2")
        first = present(source.read(1))
        clock = source.clock
        again = present(source.read(1))
        assert present(source.clock) > present(clock)
        assert np.array_equal(again.pixels, first.pixels)

    def test_errors(self) -> None:
        with pytest.raises(SourceError, match="as it was told"):
            scripted("error@0").read(1)
        with pytest.raises(RuntimeError, match="as it was told"):
            scripted("exception@0").read(1)

    def test_unplugged(self) -> None:
        source = scripted("unplug@1:0.1s")
        source.read(1)
        with pytest.raises(SourceError):
            source.read(1)
        source.close()
        with pytest.raises(AbsentError):
            source.open()
        time.sleep(0.12)
        source.open()
        source.read(1)

    def test_block_returns_when_it_is_closed(self) -> None:
        source = scripted("block@0:never")
        closed: list[int] = []

        def close() -> None:
            closed.append(1)
            source.close()

        threading.Timer(0.05, close).start()
        started = time.monotonic()
        source.read(1)
        assert closed
        assert time.monotonic() - started < 2

    def test_hang_keeps_the_other_threads_from_running(self) -> None:
        source = scripted("hang@0:0.2s")
        ticks = []
        done = threading.Event()

        def tick() -> None:
            while not done.is_set():
                ticks.append(time.monotonic())
                time.sleep(0.005)

        thread = threading.Thread(target=tick)
        thread.start()
        source.read(1)
        done.set()
        thread.join()
        assert max(b - a for a, b in itertools.pairwise(ticks)) > 0.15

    def test_slow(self) -> None:
        source = SyntheticSource("front", parse_options("?size=64x48&fps=100&faults=slow@1:3"))
        source.open()
        times = []
        for _ in range(6):
            source.read(1)
            times.append(time.monotonic())
        gaps = [b - a for a, b in itertools.pairwise(times)]
        assert min(gaps[:3]) > 0.05
        assert gaps[4] < 0.05

    def test_stride_and_format_show_the_same_picture(self) -> None:
        source = scripted("stride@1:1,format@2:1")
        plain, padded, small = (source.read(1) for _ in range(3))
        assert (present(padded).pixel_format, present(padded).pixels.shape) == (PixelFormat.YUV420, (72, 70))
        assert (present(small).pixel_format, present(small).width, present(small).height) == (
            PixelFormat.NV12,
            32,
            24,
        )
        expected = draw_pattern((64, 48), 1)
        assert np.abs(to_bgr(present(padded)).astype(int) - expected).mean() < 6
        assert to_bgr(present(small)).shape == (24, 32, 3)
        assert present(plain).pixel_format is PixelFormat.BGR

    def test_rounds(self) -> None:
        source = scripted("error@1", every=3)
        seen: list[int | str] = []
        while len(seen) < 9:
            try:
                seen.append(present(source.read(1)).sequence)
            except SourceError:
                seen.append("error")
                source.pause()
                source.resume()
        assert seen == [0, "error", 1, 2, 3, "error", 4, 5, 6]


def test_a_picture_with_noise() -> None:
    source = SyntheticSource("front", SyntheticOptions(size=(64, 48), fps=0, picture=str(PHOTO)))
    source.open()
    first, second = present(source.read(1)).pixels, present(source.read(1)).pixels
    assert first.shape == (48, 64, 3)
    assert not np.array_equal(first, second)
    assert np.abs(first.astype(int) - second).max() <= 4


def test_a_picture_that_is_not_there() -> None:
    with pytest.raises(MissingInputError, match=r"nowhere\.jpg"):
        SyntheticSource("front", SyntheticOptions(picture="/nowhere.jpg")).open()
