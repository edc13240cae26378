"""Score streams: read as records of a decider's inputs, with what was to be seen.

What is refused: see tests/cli/test_replay.py.
"""

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from edgeclassify.recording.interface import Input, LabelGroups, Seen, ViewBegins
from edgeclassify.recording.replay.score_streams import ScoreStream, read_score_streams
from tests.recording.files import TIMES, scores, truth, write_streams
from tests.recording.inputs import make_rules


def stream(path: Path, **arrays: object) -> ScoreStream:
    (found,) = read_score_streams(write_streams(path / "a.npz", **arrays))
    return found


def test_each_frame_is_a_prediction_at_its_time(tmp_path: Path) -> None:
    begins, *inputs = stream(tmp_path).records(make_rules())
    assert isinstance(begins, ViewBegins)
    assert begins.facts.view == "0"
    assert begins.facts.labels == ("0", "1", "2")
    assert begins.rules == make_rules()
    assert len(inputs) == 60
    last = inputs[-1]
    assert isinstance(last, Input)
    assert isinstance(last.what, Seen)
    assert (last.what.ns, last.what.at) == (29_500_000_000, 29.5)
    assert np.array_equal(last.what.scores.array(), scores()[-1])


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_floats_of_any_width(tmp_path: Path, dtype: type[np.floating[Any]]) -> None:
    found = stream(tmp_path, s0=np.asfortranarray(scores().astype(dtype)))
    assert found.scores.dtype == np.float32
    assert np.allclose(found.scores, scores(), atol=1e-3)


def test_a_byte_of_255_is_1(tmp_path: Path) -> None:
    found = stream(tmp_path, s0=np.full((60, 2), 255, np.uint8), y0=None)
    assert found.scores.dtype == np.float32
    assert (found.scores == 1.0).all()


def test_what_arithmetic_leaves_beyond_1_is_let_through(tmp_path: Path) -> None:
    assert stream(tmp_path, s0=scores() + np.float32(0.1005)).scores.max() > 1


def test_scenes_last_as_long_as_the_truth_is_the_same(tmp_path: Path) -> None:
    found = stream(tmp_path).scenes()
    assert found is not None
    assert [(one.label, one.begin_s) for one in found] == [(None, 0.0), ("1", 5.0), ("2", 20.0)]
    assert [one.end_s for one in found[:-1]] == [5.0, 20.0]
    assert 29.5 < found[-1].end_s < 29.500001
    assert stream(tmp_path, y0=None).scenes() is None


def test_scenes_in_groups(tmp_path: Path) -> None:
    groups = LabelGroups(("gate", "cats"), ((0, 1), (7,)))
    found = stream(tmp_path).scenes(groups)
    assert found is not None
    assert [one.label for one in found] == [None, "gate", None]


def test_labels_and_whether_the_file_names_them(tmp_path: Path) -> None:
    named = stream(tmp_path, labels=np.array(["a", "b", "c"]))
    assert (named.labels, named.is_named) == (("a", "b", "c"), True)
    assert not stream(tmp_path).is_named


def test_frames_without_scores(tmp_path: Path) -> None:
    changed = scores()
    changed[3, 0] = changed[3, 1] = changed[9, 2] = np.nan
    assert stream(tmp_path, s0=changed).without_scores == 2
    assert stream(tmp_path).without_scores == 0


def test_streams_come_in_the_order_of_their_numbers(tmp_path: Path) -> None:
    more = {
        f"{letter}{k}": array
        for k in (10, 2)
        for letter, array in zip("tsy", (TIMES, scores(), truth()), strict=True)
    }
    found = read_score_streams(write_streams(tmp_path / "a.npz", **more, t02=TIMES, times=TIMES))
    assert [one.number for one in found] == [0, 2, 10]


def test_a_stream_without_frames(tmp_path: Path) -> None:
    found = stream(tmp_path, t0=TIMES[:0], s0=scores()[:0], y0=truth()[:0])
    assert found.scenes() == []
    assert len(list(found.records(make_rules()))) == 1
