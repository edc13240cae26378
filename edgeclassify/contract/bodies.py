"""What a node sends, as classes: one per payload of the MQTT contract, version 1; contract.py has the topics.

They describe and judge; the publisher does not need them: outgoing.py writes what stands here, and a test compares
the two.
"""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, JsonValue, RootModel, model_validator

from edgeclassify.config.section import MAX_VIEW_INTERVAL_S
from edgeclassify.types import UNKNOWN

# Rust's \d and \w know all scripts: ASCII is written out.
_TIME = r"^[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9]\.[0-9]{3}Z$"
_LEVEL = r"^[a-zA-Z0-9_-]{1,64}$"
_NUMBER = r"^([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?$"

Time = Annotated[str, Field(pattern=_TIME, json_schema_extra={"format": "date-time"})]
"""RFC 3339, UTC, with milliseconds."""
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Amount = Annotated[float, Field(ge=0, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0)]
Level = Annotated[str, Field(pattern=_LEVEL)]
Label = Annotated[str, Field(min_length=1)]
Occurrence = Annotated[str, Field(pattern=r"^[0-9A-Za-z_-]{1,64}$")]


def about(text: str, **rules: Any) -> Any:
    """A field with its description; `rules` as pydantic has them."""
    return Field(description=text, **rules)


class Body(BaseModel):
    """A JSON object of the contract: unknown keys and values of another type are faults."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True)


class Versioned(Body):
    """What a node sends: each says which contract it follows."""

    v: Literal[1] = about("Version of the contract.")


# --- texts ---------------------------------------------------------------------------------------------------


class Presence(RootModel[Literal["online", "offline"]]):
    """`online` or `offline`."""


class Switch(RootModel[Literal["ON", "OFF"]]):
    """`ON` or `OFF`."""


class Showing(RootModel[Literal["ON", "OFF", "None"]]):
    """`ON`, `OFF`, or `None`: nobody can tell."""


def _at_most(most: float) -> AfterValidator:
    def check(text: str) -> str:
        if float(text) > most:
            raise ValueError(f"expected a number of 0 to {most:g}")
        return text

    return AfterValidator(check)


class ScoreText(RootModel[Annotated[str, Field(pattern=_NUMBER), _at_most(1)]]):
    """A decimal number of 0 to 1."""


class SecondsText(RootModel[Annotated[str, Field(pattern=_NUMBER), _at_most(MAX_VIEW_INTERVAL_S)]]):
    """Seconds as a decimal number, a week at most."""


# --- the node ------------------------------------------------------------------------------------------------


class Model(Body):
    """A loaded model."""

    name: str = about("Name of the catalog, or of the file.")
    path: str = about("The .tflite file on the node.")
    sha256: str = about("SHA-256 of the file, hexadecimal.", pattern=r"^[0-9a-f]{64}$")
    runtime: str = about('Runtime and version, e.g. "litert 2.3.0".')
    labels: int = about("Number of labels.", ge=1)
    input_width: int = about("Width of the input in pixels.", ge=1)
    input_height: int = about("Height of the input in pixels.", ge=1)


class Info(Versioned):
    """What runs on the node."""

    contract: Literal[1] = about("Version of the contract.")
    version: str = about("Version of edgeclassify.")
    python: str = about("Version of Python.")
    session: str = about("A new one for each start of the daemon.")
    started: Time = about("When the daemon started.")
    models: list[Model] = about("The models in use.")
    views: list[Level] = about("Names of the views.")


class CameraFigures(Body):
    """Figures of one camera."""

    name: Level = about("Name of the camera.")
    state: Literal["starting", "running", "resting", "restarting", "finished", "failed"] = about(
        "running: it delivers; resting: stopped between two stills; restarting: lost, and being brought back; "
        "failed: given up for now."
    )
    frame_age_s: Amount | None = about("Seconds since its newest frame.")
    frames: Count = about("Frames handed over since start.")
    dropped: Count = about("Of these: overwritten by a newer one before inference took them.")
    skipped: Count = about("Pictures left out since they can't be decoded, since start.", default=0)
    copied: Count = about("Of these: copied out of the camera's buffer in place of lent.")
    stalls: Count = about("Times that no new frame came in time, since start.")
    freezes: Count = about("Times that the same picture came for too long, since start.")
    restarts: Count = about("Stream stopped and started, since start.")
    reopens: Count = about("Closed and opened again, since start.")
    fresh_processes: Count = about("Daemons that ended to get it back, in vain so far.")
    profile: Literal["day", "night"] = about("Which of its settings are in use.")
    error: str | None = about("Why it is lost; null while it works.")


class Figures(Body):
    """Figures of the running daemon; null where the machine can't tell."""

    ts: Time = about("When the figures were taken.")
    uptime_s: Amount = about("Seconds since the daemon started.")
    frame_age_s: Amount | None = about("Seconds since the newest frame was captured.")
    fps: Amount = about("Frames classified per second.")
    frames: Count = about("Frames classified since start.")
    inference_ms_p50: Amount | None = about("Milliseconds from frame to scores: the median.")
    inference_ms_p95: Amount | None = about("Milliseconds from frame to scores: 95 of 100 are quicker.")
    dropped: Count = about("Frames overwritten by a newer one before inference took them, since start.")
    skipped: Count = about("Pictures left out since they can't be decoded, since start.", default=0)
    restarts: Count = about("Streams restarted and cameras opened again, since start.")
    spool_depth: Count = about("Events that the broker has not acknowledged yet.")
    spool_dropped: Count = about("Events dropped because the spool was full or they were too old, since start.")
    temperature_c: float | None = about("Temperature of the processor in degrees Celsius.", allow_inf_nan=False)
    throttled: bool | None = about("Is the processor slowed down by heat or low voltage?")
    rss_bytes: Count | None = about("Memory of the daemon in bytes.")
    bytes_written: Count | None = about("Bytes that the daemon sent to storage since start.")
    bytes_written_day: Count | None = about("Bytes that the daemon sent to storage in the last 24 hours.")
    spool_on_disk: bool = about("False while events wait in memory only.")
    events: Count = about("Events since start.")
    snapshots_dropped: Count = about(
        "Snapshots lost because events came faster than their pictures could be taken, since start.", default=0
    )
    snapshots_skipped: Count = about(
        "Snapshots that could not be sent or kept (too large, no room), since start.", default=0
    )
    clock_synchronised: bool | None = about("Is the clock set by a time server: are the times to be believed?")
    cameras: list[CameraFigures] = about("Each camera.")


class Health(Figures, Versioned):
    """Figures of the running daemon; null where the machine can't tell."""


# --- a view --------------------------------------------------------------------------------------------------


class LabelScore(Body):
    """A label and its score."""

    label: Label = about("The label.")
    score: Score = about("Its score, 0-1.")


class State(Versioned):
    """What the view shows now."""

    label: Label = about(f'The label; "{UNKNOWN}" while none is above its threshold, or nobody can tell.')
    score: Score = about("Its score, 0-1; while unknown that of the best label.")
    since: Time = about("When the label entered, the last one left, or nothing was known any more.")
    ts: Time = about("When the frame was captured.")
    seq: Count = about("Number of the view's last event, across restarts; 0: none yet.")
    event_id: Occurrence | None = about("The occurrence that the label belongs to; null while unknown.")
    top: list[LabelScore] = about(
        "The best labels, best first; empty while nobody can tell: the view rests, or its camera gives no frames."
    )
    model: str = about("Name of the model.")
    origin: str | None = about("File or URL of the picture; absent for cameras.", default=None)

    @model_validator(mode="after")
    def _label_has_an_occurrence(self) -> Self:
        if self.event_id is None and self.label != UNKNOWN:
            raise ValueError(f'expected an event_id for label "{self.label}"')
        return self


class Why(Body):
    """The figures behind a decision; which of them are there depends on the event."""

    threshold_enter: Score | None = about("start: the score that a label needs to enter.", default=None)
    threshold_exit: Score | None = about("end: the score below which it leaves.", default=None)
    confirm_s: Amount | None = about("Seconds that a change must last before it counts.", default=None)
    held_s: Amount | None = about("Seconds that it had lasted.", default=None)
    reason: (
        Literal[
            "score rose", "below threshold", "replaced", "no frames", "gone after restart", "paused", "stopped",
            "config reloaded",
        ]
        | None
    ) = about("update: score rose; end: why it ended.", default=None)  # fmt: skip
    by: Label | None = about("end, replaced: the label that took its place.", default=None)
    from_: Score | None = about("update: the score that was reported before.", default=None, alias="from")
    gap_s: Amount | None = about("end, without a frame that shows it: seconds since the last one.", default=None)
    duration_s: Amount | None = about("end: seconds from its start until it was last seen.", default=None)


class Event(Versioned):
    """A label entered (start), its score rose (update), or it left (end)."""

    event_type: Literal["start", "update", "end"] = about("What happened.")
    label: Label = about("The label.")
    score: Score = about("Its score, 0-1.")
    seq: int = about("Number of the message: grows by one per node, across restarts.", ge=1)
    id: Occurrence = about("Names the occurrence: its start, updates and end share it.")
    ts: Time = about("When the frame behind it was captured.")
    why: Why = about("The figures behind the decision.")
    origin: str | None = about("File or URL of the picture behind it; absent for cameras.", default=None)


class HistoricalEvent(Event):
    """An event that could not be sent when it happened."""

    historical: Literal[True] = about("Always true: it says that this is late.")


class IndexedScore(LabelScore):
    """A row of the model's output."""

    index: Count = about("Class index: the row of the output.")


class Result(Versioned):
    """The raw prediction of one frame."""

    ts: Time = about("When the frame was captured.")
    frame: Count = about("Sequence number of the frame.")
    top: list[IndexedScore] = about("The best labels, best first.")
    preprocess_ms: Amount = about("Milliseconds from frame to input tensor.")
    invoke_ms: Amount = about("Milliseconds of the model.")
    origin: str | None = about("File or URL of the picture; absent for cameras.", default=None)


# --- Home Assistant ------------------------------------------------------------------------------------------


class Origin(BaseModel):
    """Who announces."""

    model_config = ConfigDict(extra="allow", strict=True)

    name: str = about("Always edgeclassify.")
    sw_version: str | None = about("Version of edgeclassify.", default=None)


class Discovery(BaseModel):
    """Home Assistant's device discovery; what stands in it is Home Assistant's contract, not this one."""

    model_config = ConfigDict(extra="forbid", strict=True)

    device: dict[str, JsonValue] = about("The node as a device.")
    origin: Origin = about("Who announces.")
    components: dict[str, dict[str, JsonValue]] = about("Its entities, by an id of their own.")
