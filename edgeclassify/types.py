"""Frozen records that cross stages, in the order of a frame's way, and requests that come the other way.

Times: `*_ns` are nanoseconds of the monotonic clock (durations are computed from these alone, since a Pi's
wall clock jumps when NTP arrives); `ts`, `since`, `captured_at` are seconds since the epoch, UTC. Only `scene_ns`
may run on a time line of its own: see Frame.
Scores are dequantized values in 0-1.
"""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
"""uint8 pixels; the shape is the frame's (see PixelFormat)."""

UNKNOWN = "unknown"
"""The label of a view's state while no label is above its threshold."""


class PixelFormat(StrEnum):
    """Order of the channels in memory (libcamera's "RGB888" is B, G, R in memory: here it is `BGR`)."""

    BGR = "bgr"  # (height, width, 3)
    RGB = "rgb"  # (height, width, 3)
    GRAY = "gray"  # (height, width)
    YUV420 = "yuv420"  # I420: (height * 3 / 2, stride): Y rows, then the U plane, then the V plane, packed
    NV12 = "nv12"  # (height * 3 / 2, stride): Y rows, then rows of interleaved U, V


@dataclass(frozen=True, slots=True)
class Roi:
    """Region of interest as fractions of the frame: left edge, top edge, width, height, each in 0-1."""

    x: float = 0.0
    y: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def within(self, outer: "Roi") -> "Roi":
        """The same place as fractions of `outer`, which holds it."""
        return Roi(
            max(0.0, (self.x - outer.x) / outer.width),
            max(0.0, (self.y - outer.y) / outer.height),
            min(1.0, self.width / outer.width),
            min(1.0, self.height / outer.height),
        )

    def turned_back(self, rotation: int) -> "Roi":
        """Of a region in a picture that was turned clockwise by 90 or 270 degrees, the same before that turn."""
        if rotation == 90:
            return Roi(self.y, max(0.0, 1 - self.x - self.width), self.height, self.width)
        if rotation == 270:
            return Roi(max(0.0, 1 - self.y - self.height), self.x, self.height, self.width)
        return self


FULL_FRAME = Roi()


def enclosing(regions: Sequence[Roi]) -> Roi:
    """The smallest region that holds all of these; the full frame where there is none."""
    if not regions:
        return FULL_FRAME
    left, top = min(roi.x for roi in regions), min(roi.y for roi in regions)
    right, bottom = max(roi.x + roi.width for roi in regions), max(roi.y + roi.height for roi in regions)
    return Roi(left, top, right - left, bottom - top)


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of a camera. The pixels belong to the frame: nobody writes into them again.

    `width` and `height` are the picture's size in pixels; a YUV row may be longer (stride >= width).
    The pixels may be a camera's own buffer, lent until nobody holds the frame or a part of its pixels any more:
    keep a frame no longer than it is needed, and copy what must last.
    """

    pixels: Pixels
    pixel_format: PixelFormat
    width: int
    height: int
    camera: str
    sequence: int
    captured_at_ns: int
    captured_at: float
    origin: str | None = None
    """Where the picture came from (file path or URL), None for cameras."""
    main: "Callable[[], Frame] | None" = None
    """The same picture in the size for people, where the camera has one; made when it is asked for."""
    scene_ns: int | None = None
    """When this was to be seen, on the time line of the file that it comes from (a film's position, the time of a
    photo): decisions count by it. It may jump, backwards too. None: at `captured_at_ns`."""
    comes_again: bool = False
    """True: it is given again until somebody looks at it (a watched folder), so that no interval may pass it over
    for good."""

    @property
    def pace_ns(self) -> int:
        """What a view's interval counts by: the scene's time, the capture's where every picture counts."""
        return self.captured_at_ns if self.scene_ns is None or self.comes_again else self.scene_ns

    @property
    def shown(self) -> "Frame":
        """The picture for people: `main`, or where there is none this frame."""
        return self if self.main is None else self.main()


class Outcome(StrEnum):
    """What became of a frame."""

    SEEN = "seen"  # classified for a view that is switched on
    UNSEEN = "unseen"  # nobody looked
    FAILED = "failed"  # a view that is switched on wanted it, and nothing could be made of it


@dataclass(frozen=True, slots=True)
class LabelScore:
    """One row of the output: its class index, label and score."""

    index: int
    label: str
    score: float


def top_k(scores: NDArray[np.float32], labels: Sequence[str], k: int) -> tuple[LabelScore, ...]:
    """The k best, best first; of equal scores the lower class index comes first."""
    k = min(k, len(scores))
    if k < 1:
        return ()
    # A full sort of a thousand scores takes longer than all the rest that happens to them.
    least = np.partition(scores, len(scores) - k)[len(scores) - k]
    above = np.flatnonzero(scores > least)
    best = above[np.argsort(-scores[above], kind="stable")]
    ties = np.flatnonzero(scores == least)[: k - len(best)]
    return tuple(LabelScore(int(i), labels[i], float(scores[i])) for i in (*best, *ties))


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """What the model says of one frame.

    `scores`: float32, shape (number of labels,), index = class index; `labels` in the same order.
    """

    scores: NDArray[np.float32]
    labels: Sequence[str]
    preprocess_ms: float
    invoke_ms: float
    frame_sequence: int
    captured_at_ns: int
    captured_at: float
    origin: str | None = None
    scene_ns: int | None = None
    """As of its frame."""

    def top(self, k: int) -> tuple[LabelScore, ...]:
        """The k best, best first. Computed when asked: most frames change nothing, and nobody asks."""
        return top_k(self.scores, self.labels, k)

    @property
    def ms(self) -> float:
        """Milliseconds from frame to scores."""
        return self.preprocess_ms + self.invoke_ms


@dataclass(frozen=True, slots=True, eq=False)
class Observation:
    """Label scores of one view at one time: a prediction, or several smoothed into one.

    `scores`: float32, shape (number of labels,), in the order of the view's labels. `scene_ns`: what durations are
    computed from; `own_time`: it runs on the time line of a file (see Frame), which no clock of ours knows, and
    may jump. `captured_at`: the same moment in seconds since the epoch. `origin`: as of its frame.
    """

    scores: NDArray[np.float32]
    scene_ns: int
    captured_at: float
    origin: str | None = None
    own_time: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """The same moment by both clocks: nanoseconds of the monotonic one, seconds since the epoch."""

    ns: int
    at: float

    @classmethod
    def now(cls) -> "Moment":
        """This moment."""
        return cls(time.monotonic_ns(), time.time())


class EventType(StrEnum):
    """A label entered, its score rose further, or it left."""

    START = "start"
    UPDATE = "update"
    END = "end"


class Reason(StrEnum):
    """Why an event came, where its type alone does not say it: `why.reason` of an update or an end."""

    SCORE_ROSE = "score rose"
    BELOW_THRESHOLD = "below threshold"
    REPLACED = "replaced"
    NO_FRAMES = "no frames"  # for longer than node.resume_s
    GONE_AFTER_RESTART = "gone after restart"  # what was there before the daemon ended was not seen again
    PAUSED = "paused"
    STOPPED = "stopped"  # the daemon ended, and keeps nothing
    CONFIG_RELOADED = "config reloaded"  # the view is gone, or has other rules


@dataclass(frozen=True, slots=True)
class OpenOccurrence:
    """A label's stay in a view that has not ended: what is kept of it over a restart.

    `started_at`: seconds since the epoch; `age_s`: how long it had lasted when it was last seen; `quiet_s`: how
    long ago that was.
    """

    view: str
    id: str
    label: str
    score: float
    started_at: float
    age_s: float = 0.0
    quiet_s: float = 0.0


@dataclass(frozen=True, slots=True)
class Event:
    """A label entered or left a view.

    `id` names the occurrence (its start, updates and end share it); `seq` names the message: it grows by one
    per node, across restarts, so that a subscriber can drop repeats and prove that nothing is missing.
    `why` holds the figures behind the decision (thresholds, confirmation time, score). `origin`: where the picture
    behind it came from (file path or URL), None for cameras. `open` is the occurrence as this event leaves it,
    None when it has ended: it is kept with the event, and not sent.
    """

    id: str
    seq: int
    view: str
    event_type: EventType
    label: str
    score: float
    ts: float
    why: dict[str, Any] = field(default_factory=dict)
    origin: str | None = None
    open: OpenOccurrence | None = None


@dataclass(frozen=True, slots=True)
class ViewState:
    """What a view shows now.

    `label` is UNKNOWN while nothing is above threshold; `event_id` names the occurrence of the label,
    None while unknown; `seq` is that of the last event (0: none yet). `origin`: where the picture that shows it
    came from (file path or URL), None for cameras. `known` is False while nobody can tell what is there: the view
    rests, gets no frames, or has not been watched for long enough.
    """

    view: str
    label: str
    score: float
    since: float
    ts: float
    seq: int
    event_id: str | None
    top: tuple[LabelScore, ...]
    model: str
    origin: str | None = None
    known: bool = True


@dataclass(frozen=True, slots=True)
class ViewRecord:
    """What is kept of a view over a restart: the number of its last event, and what is open in it."""

    view: str
    seq: int
    open: OpenOccurrence | None


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """Identity of a loaded model, as it is published in `info`."""

    name: str
    path: str
    sha256: str
    runtime: str
    """Runtime and version, e.g. "litert 2.3.0"."""
    labels: int
    input_width: int
    input_height: int


@dataclass(frozen=True, slots=True)
class NodeInfo:
    """What runs on this node, published once per connection."""

    version: str
    python: str
    session: str
    started: float
    models: tuple[ModelInfo, ...]
    views: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Health:
    """Figures of the running daemon at `ts`; None where this machine can't tell."""

    ts: float
    uptime_s: float
    frame_age_s: float | None
    fps: float
    frames: int
    inference_ms_p50: float | None
    inference_ms_p95: float | None
    dropped: int
    """Frames overwritten by a newer one before inference took them."""
    skipped: int
    """Pictures left out, since they can't be decoded."""
    restarts: int
    """Streams restarted and cameras opened again since start."""
    spool_depth: int
    spool_dropped: int
    temperature_c: float | None
    throttled: bool | None
    rss_bytes: int | None
    bytes_written: int | None
    """Bytes that this process sent to storage since start."""
    bytes_written_day: int | None
    """The same over the last 24 hours."""
    spool_on_disk: bool
    """False while events wait in memory only, because the disk is full, broken or spared."""
    events: int
    """Events since start."""
    snapshots_dropped: int
    """Pictures of events lost because too many waited to be taken."""
    snapshots_skipped: int
    """Pictures of events that could not be sent or kept: too large, no room, not to be drawn."""
    clock_synchronised: bool | None
    cameras: tuple["CameraHealth", ...] = ()


class CameraState(StrEnum):
    """Where a camera stands."""

    STARTING = "starting"
    RUNNING = "running"
    RESTING = "resting"  # stopped between two stills, to save power
    RESTARTING = "restarting"  # lost, and being brought back
    FINISHED = "finished"  # the file or folder came to its end
    FAILED = "failed"  # what the capture thread can do was in vain; it tries on, rarely


@dataclass(frozen=True, slots=True)
class CameraHealth:
    """Figures of one camera; counts are since the start of the daemon, `fresh_processes` since it last worked."""

    name: str
    state: CameraState
    frame_age_s: float | None
    """Seconds since the newest frame was handed over."""
    frames: int
    """Frames handed over."""
    dropped: int
    """Of these: overwritten by a newer one before inference took them."""
    skipped: int
    """Pictures left out, since they can't be decoded."""
    copied: int
    """Of these: copied out of the camera's buffer, since too many buffers were in use to lend one more."""
    stalls: int
    """Times that no new frame came in time."""
    freezes: int
    """Times that the same picture came for too long."""
    restarts: int
    """Stream stopped and started."""
    reopens: int
    """Closed and opened again."""
    fresh_processes: int
    """Daemons that ended, so that a new one might get the camera back, in vain so far."""
    profile: str
    """"day" or "night"."""
    error: str | None
    """Why it is lost; None while it works."""


class Command(StrEnum):
    """What may be asked of a running daemon over MQTT."""

    PING = "ping"
    INFO = "info"
    SNAPSHOT = "snapshot"
    CLASSIFY_NOW = "classify_now"
    PAUSE = "pause"
    RESUME = "resume"
    RELOAD = "reload"
    MODELS = "models"
    SET = "set"


class Option(StrEnum):
    """What may be set of a view while the daemon runs."""

    ENABLED = "enabled"  # bool: is the view classified
    THRESHOLD = "threshold"  # 0-1: its threshold_enter
    INTERVAL = "interval"  # seconds between two frames that are classified


OptionValue = bool | float


@dataclass(frozen=True, slots=True)
class Request:
    """A valid command, not carried out yet.

    `view`: which one; None: all of them, or not needed. `option` and `value` belong to SET. `transaction`: what
    the asker wants to see in the answer. `answered`: is a Response wanted? (A view's option topics show their
    new state instead.)
    """

    command: Command
    transaction: str | int | None = None
    view: str | None = None
    option: Option | None = None
    value: OptionValue | None = None
    answered: bool = True


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request; `error` says what was wrong, None when all went well.

    `command` is the last level of the request's topic, which may be none that exists.
    """

    command: str
    transaction: str | int | None
    data: dict[str, Any] = field(default_factory=dict)
    error: str | None = None
