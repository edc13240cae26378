"""The test pattern and its options."""

import time

import numpy as np
import pytest

from edgeclassify.errors import ConfigError, SourceError
from edgeclassify.sources.interface import NoFrameInTimeError
from edgeclassify.sources.synthetic import SyntheticOptions, SyntheticSource, draw_pattern, parse_options


def test_options():
    assert parse_options("") == SyntheticOptions()
    assert parse_options("?size=640x480&fps=2.5&frames=100&fail_after=3&stall_after=4") == SyntheticOptions(
        size=(640, 480), fps=2.5, frames=100, fail_after=3, stall_after=4
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
    ],
)
def test_bad_options(target, part):
    with pytest.raises(ConfigError) as caught:
        parse_options(target)
    assert part in str(caught.value)
    assert "\n" not in str(caught.value)


def test_pattern_moves():
    pictures = [draw_pattern((64, 48), n) for n in range(3)]
    assert pictures[0].shape == (48, 64, 3)
    assert pictures[0].dtype == np.uint8
    assert not np.array_equal(pictures[0], pictures[1])
    assert np.array_equal(pictures[2], draw_pattern((64, 48), 2))
    draw_pattern((16, 16), 10**6)


def test_frames_and_end():
    source = SyntheticSource("front", SyntheticOptions(size=(64, 48), fps=0, frames=3))
    source.open()
    frames = [source.read(1) for _ in range(3)]
    assert [frame.sequence for frame in frames] == [0, 1, 2]
    assert (frames[0].width, frames[0].height, frames[0].pixels.shape) == (64, 48, (48, 64, 3))
    assert source.read(1) is None
    assert source.live


def test_pace():
    source = SyntheticSource("front", SyntheticOptions(size=(64, 48), fps=50))
    source.open()
    started = time.monotonic()
    for _ in range(11):
        source.read(1)
    assert time.monotonic() - started > 0.19
    with pytest.raises(NoFrameInTimeError):
        source.read(0.0)
    assert source.read(1).sequence == 11


def test_scripted_faults():
    source = SyntheticSource("front", SyntheticOptions(fps=0, fail_after=2))
    for _ in range(2):
        source.open()
        source.read(1)
        source.read(1)
        with pytest.raises(SourceError, match="failed after 2"):
            source.read(1)
        source.close()
    source = SyntheticSource("front", SyntheticOptions(fps=0, stall_after=1))
    source.open()
    source.read(1)
    with pytest.raises(NoFrameInTimeError):
        source.read(0.01)
