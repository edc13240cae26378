"""What is written under an image of a frame and into its file."""

from dataclasses import dataclass

from edgeclassify.types import Event, Frame, LabelScore, ViewState

ON_REQUEST = "request"
"""Stands for the event type in an image that somebody asked for."""


@dataclass(frozen=True, slots=True)
class Caption:
    """What is written under an image and into its file. Times in seconds since the epoch, scores in 0-1.

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
