"""What a node says of itself: what runs, and its figures."""

from dataclasses import asdict
from typing import Literal, Self

from edgeclassify import types
from edgeclassify.contract.bodies.base import CONTRACT_VERSION, Amount, Body, Count, Level, Time, Versioned, about
from edgeclassify.contract.encoding import rfc3339


class Model(Body):
    """A loaded model."""

    name: str = about("Name of the catalog, or of the file.")
    path: str = about("The .tflite file on the node.")
    sha256: str = about("SHA-256 of the file, hexadecimal.", pattern=r"^[0-9a-f]{64}$")
    runtime: str = about('Runtime and version, e.g. "litert 2.3.0".')
    labels: int = about("Number of labels.", ge=1)
    input_width: int = about("Width of the input in pixels.", ge=1)
    input_height: int = about("Height of the input in pixels.", ge=1)

    @classmethod
    def of(cls, model: types.ModelInfo) -> Self:
        """From the record."""
        return cls.made(**asdict(model))


class Info(Versioned):
    """What runs on the node."""

    contract: Literal[1] = about("Version of the contract.")
    version: str = about("Version of edgeclassify.")
    python: str = about("Version of Python.")
    session: str = about("A new one for each start of the daemon.")
    started: Time = about("When the daemon started.")
    models: list[Model] = about("The models in use.")
    views: list[Level] = about("Names of the views.")

    @classmethod
    def of(cls, info: types.NodeInfo) -> Self:
        """From the record."""
        return cls.made(
            contract=CONTRACT_VERSION,
            version=info.version,
            python=info.python,
            session=info.session,
            started=rfc3339(info.started),
            models=[Model.of(model) for model in info.models],
            views=info.views,
        )


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

    @classmethod
    def of(cls, camera: types.CameraHealth) -> Self:
        """From the record."""
        return cls.made(**asdict(camera))


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

    @classmethod
    def of(cls, health: types.Health) -> Self:
        """From the record. Raises PublishError for a time that is no date."""
        return cls.made(**asdict(health) | {"ts": rfc3339(health.ts)})


class Health(Figures, Versioned):
    """Figures of the running daemon; null where the machine can't tell."""
