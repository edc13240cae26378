"""Score streams of a .npz as a recording: `tK` seconds, `sK` scores, and where it is known `yK`, what was there.

For each stream K: `tK` of shape (frames,), seconds; `sK` of shape (frames, labels), uint8 (255 is 1) or float 0-1;
`yK` of shape (frames,), the class index of what was to be seen, below 0 for nothing. `labels`, of shape (labels,),
names them; without it a label is its class index.
"""

import math
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import RecordingError
from edgeclassify.files import printable
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import Input, Record, Seen, ViewBegins, ViewFacts
from edgeclassify.recording.replay.judgement import Scene
from edgeclassify.recording.scores import KeptScores

_NS_PER_S = 1_000_000_000
_DAMAGES = (ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError)


@dataclass(frozen=True, slots=True, eq=False)
class ScoreStream:
    """`times_s`: float64 (frames,); `scores`: float32 (frames, labels); `truth`: class indices or None."""

    number: int
    labels: tuple[str, ...]
    times_s: NDArray[np.float64]
    scores: NDArray[np.float32]
    truth: NDArray[np.int64] | None

    def records(self, rules: Rules) -> Iterator[Record]:
        """As they would have been recorded of a camera. A view is named as its stream."""
        yield ViewBegins(self.number, ViewFacts(str(self.number), self.labels, "scores"), rules)
        for time_s, scores in zip(self.times_s.tolist(), self.scores, strict=True):
            seen = Seen(round(time_s * _NS_PER_S), time_s, KeptScores.of(scores))
            yield Input(self.number, seen)

    @property
    def lasted_s(self) -> float:
        """From the first frame to the last."""
        return float(self.times_s[-1] - self.times_s[0]) if len(self.times_s) else 0.0

    def scenes(self) -> list[Scene] | None:
        """What was to be seen; None where nobody says."""
        if self.truth is None:
            return None
        begins = [0, *(np.flatnonzero(np.diff(self.truth)) + 1).tolist()] if len(self.truth) else []
        ends = [float(self.times_s[begin]) for begin in begins[1:]]
        ends += [math.nextafter(float(self.times_s[-1]), math.inf)] if begins else []
        return [
            Scene(self._label(int(self.truth[begin])), float(self.times_s[begin]), end)
            for begin, end in zip(begins, ends, strict=True)
        ]

    def _label(self, index: int) -> str | None:
        return None if index < 0 else self.labels[index]


def read_score_streams(path: Path) -> list[ScoreStream]:
    """All streams of the file. Raises RecordingError with the key that is wrong."""
    name = printable(path)
    try:
        with np.load(path, allow_pickle=False) as file:
            arrays = {key: file[key] for key in file.files}
    except FileNotFoundError as error:
        raise RecordingError(f"{name}: expected score streams, found nothing there. Check the name.") from error
    except (OSError, AttributeError, TypeError, *_DAMAGES) as error:
        raise RecordingError(
            f"{name}: expected a .npz with score streams (t0, s0, …), found none that can be read: {error}"
        ) from error
    numbers = sorted(int(key[1:]) for key in arrays if key[:1] == "t" and key[1:].isdecimal())
    if not numbers:
        raise RecordingError(f"{name}: expected t0 and s0 (and y0) in it, found {', '.join(arrays) or 'nothing'}.")
    return [_stream(name, arrays, number) for number in numbers]


def _stream(name: str, arrays: Mapping[str, NDArray[Any]], number: int) -> ScoreStream:
    times, scores = arrays[f"t{number}"], arrays.get(f"s{number}")
    if times.ndim != 1 or times.dtype.kind not in "fiu" or not np.isfinite(times).all():
        raise RecordingError(f"{name}: t{number}: expected finite seconds, shape (frames,), found {_kind(times)}")
    if scores is None or scores.ndim != 2 or len(scores) != len(times) or scores.shape[1] == 0:
        raise RecordingError(
            f"{name}: s{number}: expected scores of shape ({len(times)}, labels), found {_kind(scores)}"
        )
    if scores.dtype != np.uint8 and scores.dtype.kind != "f":
        raise RecordingError(f"{name}: s{number}: expected uint8 (255 is 1) or float, found {_kind(scores)}")
    count = scores.shape[1]
    labels = arrays.get("labels")
    if labels is not None and (labels.shape != (count,) or labels.dtype.kind != "U"):
        raise RecordingError(f"{name}: labels: expected {count} texts, as s{number} has, found {_kind(labels)}")
    truth = arrays.get(f"y{number}")
    if truth is not None and (truth.shape != times.shape or truth.dtype.kind not in "iu" or _beyond(truth, count)):
        raise RecordingError(
            f"{name}: y{number}: expected class indices below {count}, shape ({len(times)},), found {_kind(truth)}"
        )
    dequantized = scores.astype(np.float32) / np.float32(255 if scores.dtype == np.uint8 else 1)
    named = tuple(map(str, range(count))) if labels is None else tuple(map(str, labels))
    known = None if truth is None else truth.astype(np.int64)
    return ScoreStream(number, named, times.astype(np.float64), dequantized, known)


def _beyond(truth: NDArray[Any], count: int) -> bool:
    return bool(len(truth)) and int(truth.max()) >= count


def _kind(array: NDArray[Any] | None) -> str:
    return "none" if array is None else f"{array.dtype} of shape {array.shape}"
