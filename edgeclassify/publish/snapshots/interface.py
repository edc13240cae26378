"""What a picture of an event says, and what became of it."""

from dataclasses import dataclass
from pathlib import Path

from edgeclassify.types import Event, Frame, LabelScore, ViewState

ON_REQUEST = "request"
"""Stands for the event type in a picture that somebody asked for."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What is written under a picture and into its file. Times in seconds since the epoch, scores in 0-1.

    `event_type`: that of the event, or ON_REQUEST; `event_id` None: no label was above its threshold. `origin`:
    the file or URL that the frame came from.
    """

    view: str
    event_type: str
    event_id: str | None
    seq: int
    label: str
    score: float
    captured_at: float
    top: tuple[LabelScore, ...]
    model: str
    origin: str | None = None

    @classmethod
    def of_event(cls, frame: Frame, state: ViewState, event: Event) -> "Caption":
        """For the frame that made an event."""
        return cls(
            state.view, event.event_type.value, event.id, event.seq, event.label, event.score,
            frame.captured_at, state.top, state.model, frame.origin,
        )  # fmt: skip

    @classmethod
    def of_state(cls, frame: Frame, state: ViewState) -> "Caption":
        """For a frame that somebody asked for."""
        return cls(
            state.view, ON_REQUEST, state.event_id, state.seq, state.label, state.score,
            frame.captured_at, state.top, state.model, frame.origin,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A picture that was taken: a whole JPEG file of `width` x `height` pixels.

    `path`: where it was kept, None: not on disk. `published`: was it handed over for MQTT? Then `jpeg` is what
    went there, which may be coarser or smaller than the file on disk.
    """

    view: str
    jpeg: bytes
    width: int
    height: int
    path: Path | None
    published: bool
