"""Score streams of a .npz as a recording: `tK` seconds, `sK` scores, and where it is known `yK`, what was there.

Stream K: `tK` of shape (frames,), seconds that never go back; `sK` of shape (frames, labels), uint8 (255 is
1) or float 0-1, in which NaN counts for nothing; `yK` of shape (frames,), class indices of what was to be seen,
below 0 for nothing. `labels`, of shape (labels,), names them; without it a label is its class index.
"""

import math
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray

from edgeclassify.errors import RecordingError
from edgeclassify.files import open_plain_file, printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import Input, LabelGroups, Record, Seen, ViewBegins, ViewFacts
from edgeclassify.recording.replay.judgement import Scene
from edgeclassify.recording.scores import KeptScores

_NS_PER_S = 1_000_000_000
_LITTLE = 1e-3
"""So much may a score lie beyond 0-1: what is left of arithmetic."""
_DAMAGES = (
    ValueError, TypeError, KeyError, EOFError, zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError,
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class ScoreStream:
    """`times_s`: float64 (frames,); `scores`: float32 (frames, labels); `truth`: class indices or None."""

    number: int
    labels: tuple[str, ...]
    times_s: NDArray[np.float64]
    scores: NDArray[np.float32]
    truth: NDArray[np.int64] | None
    is_named: bool = False
    """True where the file says what its labels are called."""

    def records(self, rules: Rules) -> Iterator[Record]:
        """As they would have been recorded of a camera. A view is named as its stream."""
        yield ViewBegins(self.number, ViewFacts(str(self.number), self.labels, "scores"), rules)
        for time_s, scores in zip(self.times_s.tolist(), self.scores, strict=True):
            seen = Seen(round(time_s * _NS_PER_S), time_s, KeptScores.of(scores))
            yield Input(self.number, seen)

    @property
    def without_scores(self) -> int:
        """Frames in which some score is no number."""
        return int(np.isnan(self.scores).any(axis=1).sum())

    def scenes(self, groups: LabelGroups | None = None) -> list[Scene] | None:
        """What was to be seen, by its group where there are some; None where nobody says."""
        if self.truth is None:
            return None
        begins = [0, *(np.flatnonzero(np.diff(self.truth)) + 1).tolist()] if len(self.truth) else []
        ends = [float(self.times_s[begin]) for begin in begins[1:]]
        ends += [math.nextafter(float(self.times_s[-1]), math.inf)] if begins else []
        return [
            Scene(self._label(int(self.truth[begin]), groups), float(self.times_s[begin]), end)
            for begin, end in zip(begins, ends, strict=True)
        ]

    def _label(self, index: int, groups: LabelGroups | None) -> str | None:
        if index < 0:
            return None
        if groups is None:
            return self.labels[index]
        named = zip(groups.labels, groups.members, strict=True)
        return next((label for label, members in named if index in members), None)


def read_score_streams(path: Path) -> list[ScoreStream]:
    """All streams of the file. Raises RecordingError with the key that is wrong."""
    name = printable(path)
    arrays = _arrays(path, name)
    numbers = sorted(int(match[1]) for key in arrays if (match := re.fullmatch(r"t(0|[1-9]\d*)", key)))
    if not numbers:
        raise RecordingError(
            f"{name}: expected score streams (t0 and s0, and y0 where it is known) in it, found "
            f"{printable(', '.join(arrays)) or 'nothing'}. It is a .npz of another kind."
        )
    return [_stream(name, arrays, number) for number in numbers]


def _arrays(path: Path, name: str) -> dict[str, NDArray[Any]]:
    """All that is in the file, by its name."""
    try:
        with open_plain_file(path) as opened:
            if not zipfile.is_zipfile(opened):
                opened.seek(0)
                raise RecordingError(f"{name}: expected a .npz with score streams (t0, s0, …), {_instead(opened)}")
            opened.seek(0)
            with np.load(opened, allow_pickle=False) as file:
                return {key: np.asarray(file[key]) for key in file.files}
    except FileNotFoundError as error:
        raise RecordingError(f"{name}: expected score streams, found nothing there. Check the name.") from error
    except OSError as error:
        raise RecordingError(
            f"{name}: expected a .npz that can be read: {error.strerror or error}. Name a file."
        ) from error
    except _DAMAGES as error:
        raise RecordingError(
            f"{name}: expected a whole .npz of numbers, found another one: {error}. Write it anew."
        ) from error


def _instead(opened: BinaryIO) -> str:
    """What a file is that is no whole .npz."""
    begin = opened.read(4)
    if begin == b"PK\3\4":
        return "found one that is cut off. Copy it anew."
    return "found another kind of file. numpy.savez writes one." if begin else "found an empty file."


def _stream(name: str, arrays: Mapping[str, NDArray[Any]], number: int) -> ScoreStream:
    times, scores = _times(name, f"t{number}", arrays[f"t{number}"]), arrays.get(f"s{number}")
    if scores is None or scores.ndim != 2 or len(scores) != len(times) or scores.shape[1] == 0:
        raise RecordingError(
            f"{name}: s{number}: expected scores of shape ({len(times)}, labels), as t{number} has frames, found "
            f"{_kind(scores)}"
        )
    if scores.dtype != np.uint8 and scores.dtype.kind != "f":
        raise RecordingError(f"{name}: s{number}: expected uint8 (255 is 1) or float, found {_kind(scores)}")
    count = scores.shape[1]
    labels = arrays.get("labels")
    if labels is not None and (labels.shape != (count,) or labels.dtype.kind != "U"):
        raise RecordingError(f"{name}: labels: expected {count} texts, as s{number} has, found {_kind(labels)}")
    truth = arrays.get(f"y{number}")
    if truth is not None and (truth.shape != times.shape or truth.dtype.kind not in "iu"):
        raise RecordingError(
            f"{name}: y{number}: expected class indices (int) of shape ({len(times)},), found {_kind(truth)}"
        )
    if truth is not None and len(truth) and (highest := int(truth.max())) >= count:
        raise RecordingError(f"{name}: y{number}: expected class indices below {count}, found {highest}")
    dequantized = scores.astype(np.float32) / np.float32(255 if scores.dtype == np.uint8 else 1)
    beyond = dequantized[(dequantized < -_LITTLE) | (dequantized > 1 + _LITTLE)]
    if len(beyond):
        raise RecordingError(
            f"{name}: s{number}: expected scores of 0-1, found {beyond[0]:g}. Divide percents by 100; make "
            "scores of logits by softmax."
        )
    named = tuple(map(str, range(count))) if labels is None else tuple(map(str, labels))
    known = None if truth is None else truth.astype(np.int64)
    return ScoreStream(number, named, times, dequantized, known, labels is not None)


def _times(name: str, key: str, times: NDArray[Any]) -> NDArray[np.float64]:
    if times.ndim != 1 or times.dtype.kind not in "fiu":
        raise RecordingError(f"{name}: {key}: expected seconds, shape (frames,), found {_kind(times)}")
    seconds = times.astype(np.float64)
    if not np.isfinite(seconds).all():
        raise RecordingError(f"{name}: {key}: expected finite seconds, found NaN or infinity")
    back = np.flatnonzero(np.diff(seconds) < 0)
    if len(back):
        at = int(back[0])
        raise RecordingError(
            f"{name}: {key}: expected seconds that never go back, found {seconds[at + 1]:g} after {seconds[at]:g} "
            f"(frame {at + 1})"
        )
    return seconds


def _kind(array: NDArray[Any] | None) -> str:
    return "none" if array is None else f"{array.dtype} of shape {array.shape}"
