"""What is asked of a running daemon by a file in its state folder: to record; and what it says of that.

A file, so that it needs neither broker nor port, and asks only who may write to that folder. It is there while the
recording is wanted; the daemon's answer lies beside its recordings.
"""

import json
import math
import os
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

from edgeclassify.files import read_plain_file
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.recording.format.frame_images import RECORDING
from edgeclassify.recording.running.interface import MB, FrameBounds, FrameProgress, Progress

ORDER_FILE = "record.json"
FOLDER = "recordings"
ANSWER_FILE = "progress.json"
ENDING = RECORDING
MOST_MB = 10_000.0
MOST_INTERVAL_S = 86_400.0
_MOST_BYTES = 100_000


@dataclass(frozen=True, slots=True)
class FramesOrder:
    """Images of the frames, too: about one in `interval_s` of each camera, at most `most_mb` of them."""

    interval_s: float = 1.0
    most_mb: float = 500.0

    @property
    def bounds(self) -> FrameBounds:
        """As they are kept to."""
        return FrameBounds(self.interval_s, round(self.most_mb * MB))


@dataclass(frozen=True, slots=True)
class RecordingOrder:
    """`id`: names it in the answer; `views` None: all of them. `lasts_s` None: until it is taken back.

    `frames` None: no images.
    """

    id: str
    views: tuple[str, ...] | None
    lasts_s: float | None
    most_mb: float
    frames: FramesOrder | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """How far the recording is that was asked for. `path` None: it has not begun, `progress.ended` says why."""

    id: str
    path: Path | None
    progress: Progress


def write_order(folder: Path, order: RecordingOrder) -> None:
    """Ask. Raises OSError."""
    path = folder / ORDER_FILE
    temporary = path.with_name(path.name + ".tmp")
    temporary.write_text(json.dumps(asdict(order)))
    temporary.chmod(0o644)  # nothing secret, and another user's daemon reads it
    temporary.replace(path)


def take_back(folder: Path) -> None:
    """Ask no more. Raises OSError."""
    file = folder / ORDER_FILE
    if os.path.lexists(file):  # a folder that is read-only refuses also where there is nothing to remove
        file.unlink(missing_ok=True)


def read_order(folder: Path) -> RecordingOrder | None:
    """What is asked; None: nothing. Raises ValueError for what is no order, OSError where it can't be read."""
    try:
        content = _document(folder / ORDER_FILE)
    except FileNotFoundError:
        return None
    try:
        views, lasts_s = content["views"], content["lasts_s"]
        order = RecordingOrder(
            id=str(content["id"]),
            views=None if views is None else tuple(map(str, views)),
            lasts_s=None if lasts_s is None else float(lasts_s),
            most_mb=float(content["most_mb"]),
            frames=_frames(content.get("frames")),
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError(f"no order to record: {error}") from error
    if not (0 < order.most_mb <= MOST_MB and 0 < (order.lasts_s or 1) < math.inf):
        raise ValueError("bounds out of all reason")
    return order


def _frames(content: dict[str, Any] | None) -> FramesOrder | None:
    if content is None:
        return None
    frames = FramesOrder(float(content["interval_s"]), float(content["most_mb"]))
    if not (0 < frames.most_mb <= MOST_MB and 0 <= frames.interval_s <= MOST_INTERVAL_S):
        raise ValueError("bounds of frames out of all reason")
    return frames


def write_answer(folder: Path, answer: Answer) -> None:
    """Say how far it is. Nothing is lost with it, so it may be lost."""
    path = folder / FOLDER / ANSWER_FILE
    content = {"id": answer.id, "path": None if answer.path is None else str(answer.path)}
    with suppress(OSError):
        path.parent.mkdir(parents=True, exist_ok=True)
        temporary = path.with_name(path.name + ".tmp")
        temporary.write_text(json.dumps(content | asdict(answer.progress)))
        temporary.replace(path)


def forget_answer(folder: Path) -> None:
    """There is nothing to say."""
    with suppress(OSError):
        (folder / FOLDER / ANSWER_FILE).unlink(missing_ok=True)


def read_answer(folder: Path) -> Answer | None:
    """What the daemon has said last; None: nothing that could be read."""
    try:
        content = _document(folder / FOLDER / ANSWER_FILE)
        number, path, frames = content.pop("id"), content.pop("path"), content.pop("frames", None)
        progress = Progress(**content, frames=None if frames is None else FrameProgress(**frames))
        return Answer(str(number), None if path is None else Path(path), progress)
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return None


def _document(path: Path) -> dict[str, Any]:
    content = read_plain_file(path, _MOST_BYTES)
    document = json.loads(content)
    if len(content) > _MOST_BYTES or not isinstance(document, dict):
        raise ValueError("no JSON object")
    return document


def unknown_views(order: RecordingOrder, known: Sequence[str]) -> list[str]:
    """Views that are asked for and not there."""
    return [name for name in order.views or () if name not in known]
