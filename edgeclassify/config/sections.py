"""The sections of the config file, as frozen classes; unknown keys are faults.

Every field carries the description that the JSON Schema shows; units stand in the names.
"""

import re
import socket
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, PrivateAttr, field_validator

from edgeclassify.config.values import File, Host, plain, with_home
from edgeclassify.types import Command, EventType, Roi

Name = Annotated[str, Field(pattern=r"^[a-zA-Z0-9_-]{1,64}$")]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=86_400 * 7, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(gt=0, le=86_400 * 7, allow_inf_nan=False)]
Side = Annotated[int, Field(ge=16, le=8192)]
Text = Annotated[str, Field(min_length=1)]

SOURCE_KINDS = ("picamera", "v4l2", "video", "images", "synthetic", "rtsp", "rtsps", "http", "https")
SOURCE_FORMS = (
    "picamera:N, v4l2:/dev/videoN, video:FILE, images:FILE, FOLDER or URL, rtsp://…, http(s)://… or synthetic:"
)
RESERVED_VIEW_NAMES = frozenset({"status", "info", "health", "request", "response"})


def safe_name(text: str) -> str:
    """`text` as a topic level: every run of characters outside [a-zA-Z0-9_-] becomes one "-"."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", text).strip("-")[:64] or "node"


def split_source(source: str) -> tuple[str, str]:
    """A source string's kind and what follows the colon: ("picamera", "0"), ("rtsp", "//host/stream")."""
    kind, _, target = source.partition(":")
    return kind.strip().lower(), target.strip()


def is_model_path(name: str) -> bool:
    """True where a model's name is a path to a .tflite file and no name of the catalog."""
    return "/" in name or name.endswith(".tflite")


def _about(default: Any, text: str) -> Any:
    """A field with its default and the description that the reference shows."""
    return Field(default, description=text)


def _topic_levels(value: str) -> str:
    """Passes what may stand in front of a topic; raises ValueError for the rest."""
    if not all(re.fullmatch(r"[^\s+#\x00-\x1f$]+", level) for level in value.split("/")):
        raise ValueError("topic levels without spaces, +, #, $ or control characters, joined by /")
    return value


class Section(BaseModel):
    """A table of the config: frozen, unknown keys are faults, and so are values of another type.

    TOML has types: "1883" is no port and 3.0 no count. A whole number passes for a float. Only what TOML can't
    tell apart is converted, marked by strict=False: a list is a tuple, a string a path.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True, strict=True)


class NodeConfig(Section):
    """[node]: this machine."""

    name: Name = Field(
        default_factory=lambda: safe_name(socket.gethostname()),
        description="Topic level of this node; default: the host name, made safe.",
    )
    state_dir: File | None = _about(
        None,
        "Folder for what survives a restart (event numbers); default: systemd's StateDirectory, "
        "else ~/.local/state/edgeclassify.",
    )
    health_interval_s: PositiveSeconds = _about(60.0, "Seconds between two health messages.")
    labels_only: bool = _about(
        False, "Never store or send a picture, whatever else is asked for: labels and figures only."
    )


class TlsConfig(Section):
    """[mqtt] tls: encryption of the broker connection; an empty table uses the system's CA certificates."""

    ca: File | None = _about(None, "CA certificate (PEM); default: the system's.")
    cert: File | None = _about(None, "Client certificate (PEM), for brokers that ask for one.")
    key: File | None = _about(None, "Private key of the client certificate (PEM).")


class MqttConfig(Section):
    """[mqtt]: the broker and what is published to it."""

    host: Host = _about("localhost", "Host name or IP address of the broker.")
    port: Annotated[int, Field(ge=1, le=65535)] = _about(1883, "TCP port (8883 is usual with TLS).")
    prefix: str = _about("edgeclassify", "First topic level(s); no spaces, wildcards or empty levels.")
    username: Text | None = _about(None, "User name at the broker.")
    password_file: File | None = _about(
        None,
        "File with the password; else the environment variable EDGECLASSIFY_MQTT_PASSWORD "
        "or the systemd credential mqtt-password.",
    )
    tls: TlsConfig | None = _about(None, "TLS settings; absent: no encryption.")
    protocol: Literal["auto", "5", "3.1.1"] = _about(
        "auto", "MQTT version; auto: 5, and 3.1.1 where the broker refuses 5."
    )
    client_id: Text | None = _about(None, "MQTT client id; default: edgeclassify-<node>.")
    keepalive_s: Annotated[int, Field(ge=5, le=3600)] = _about(
        30, "Keep-alive in seconds: a dead connection is noticed after about 1.5 times this."
    )
    heartbeat_s: Seconds = _about(
        60.0, "Seconds between two state messages while nothing changes; 0: only on change."
    )
    results: bool = _about(False, "Publish the raw prediction of frames on <view>/result.")
    results_interval_s: Seconds = _about(1.0, "At least this many seconds between two results of one view.")

    @field_validator("prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        return _topic_levels(value)


class SpoolConfig(Section):
    """[spool]: events that the broker has not acknowledged yet, on disk."""

    max_bytes: Annotated[int, Field(ge=65_536, le=2**34)] = _about(
        16 * 2**20, "Room for undelivered events in bytes; when it is full the oldest are dropped, and counted."
    )
    max_age_s: Annotated[float, Field(gt=0, le=86_400 * 366, allow_inf_nan=False)] = _about(
        7 * 86_400.0,
        "Undelivered events older than this are dropped, and counted. Only time in which the daemon runs "
        "counts: a Pi's wall clock can't be believed.",
    )
    memory_events: Annotated[int, Field(ge=1, le=1_000_000)] = _about(
        10_000, "How many events may wait in memory while the disk is full or broken."
    )
    max_bytes_written_day: Annotated[int, Field(ge=0)] = _about(
        512 * 2**20,
        "Spares the SD card: when this process has written so many bytes in 24 hours, events wait in memory "
        "only; 0: no limit.",
    )


class HomeAssistantConfig(Section):
    """[home_assistant]: the node as a device of Home Assistant, without a line of YAML there."""

    discovery: bool = _about(True, "Announce this node to Home Assistant's MQTT integration.")
    prefix: str = _about("homeassistant", "Home Assistant's discovery prefix.")
    device_name: Text | None = _about(None, "Name of the device in Home Assistant; default: the node's name.")

    @field_validator("prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        return _topic_levels(value)


class CommandsConfig(Section):
    """[commands]: requests over MQTT."""

    enabled: bool = _about(True, "Obey requests over MQTT at all.")
    allow: Annotated[tuple[Command, ...], Field(strict=False)] = _about(
        tuple(Command), "The commands that are obeyed; set also covers the views' option topics."
    )
    per_minute: Annotated[int, Field(ge=1, le=6000)] = _about(
        60, "At most so many requests in a minute are carried out; the rest get an error."
    )
    keep_options: bool = _about(
        True, "What was set over MQTT survives a restart, until the config file says something new."
    )


class SnapshotConfig(Section):
    """[snapshot]: the picture behind an event, as JPEG with its labels drawn."""

    mqtt: bool = _about(False, "Publish it on <view>/snapshot, retained.")
    disk: bool = _about(False, "Keep it in a folder.")
    on: Annotated[tuple[EventType, ...], Field(strict=False)] = _about(
        (EventType.START,), "The kinds of events that take one: start, update, end."
    )
    quality: Annotated[int, Field(ge=1, le=100)] = _about(85, "JPEG quality.")
    mqtt_max_bytes: Annotated[int, Field(ge=4096, le=2**24)] = _about(
        100_000, "Largest message: a bigger picture is coded again, coarser or smaller, until it fits."
    )
    folder: File | None = _about(None, "The folder; default: snapshots in the state folder.")
    max_bytes: Annotated[int, Field(ge=2**16)] = _about(
        256 * 2**20, "Room for pictures in bytes; the oldest are deleted."
    )
    max_age_s: Annotated[float, Field(gt=0, allow_inf_nan=False)] = _about(
        14 * 86_400.0, "Older pictures are deleted."
    )
    min_free_bytes: Annotated[int, Field(ge=0)] = _about(
        100 * 2**20, "No picture is written while the disk has less room than this."
    )


class ModelConfig(Section):
    """[model], and [view.model]: which .tflite file, and how it is run."""

    name: Text = _about("builtin", "A name of the catalog, or a path to a .tflite file.")
    labels: File | None = _about(None, "Label file; default: what the model brings (sidecar, metadata).")
    runtime: Literal["auto", "litert", "tflite-runtime"] = _about(
        "auto", "auto: LiteRT where it is installed, else tflite-runtime."
    )
    threads: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = _about(
        "auto", "Threads per invoke; auto: the number of cores, at most 4."
    )
    fit: Literal["crop", "letterbox", "squash"] = _about(
        "crop", "How a frame becomes the model's square: centre crop, bars around it, or distortion."
    )
    crop: Annotated[float, Field(gt=0, le=1)] | None = _about(
        None, "Share of the shorter side that the centre crop keeps; default: the sidecar's, else 0.875."
    )

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return with_home(plain(value)) if is_model_path(value) else plain(value)


class CameraConfig(Section):
    """[[camera]]: a source with a name."""

    name: Name = _about("camera", "Name of the camera.")
    source: str = Field(description=SOURCE_FORMS)
    interval_s: Seconds = _about(0.5, "Seconds between two frames that are classified; 0: as fast as it goes.")
    loop: bool = _about(False, "Start a file or folder again at its end.")
    size: Annotated[tuple[Side, Side], Field(strict=False)] | None = _about(
        None, "Width and height to ask the camera for; default: what the model needs."
    )
    fps: Annotated[float, Field(gt=0, le=240)] | None = _about(
        None, "Frames per second to ask the camera for; default: the camera's."
    )
    stall_timeout_s: PositiveSeconds = _about(10.0, "No frame for so long: the source is opened again.")
    restart_attempts: Annotated[int, Field(ge=0, le=1000)] = _about(
        5,
        "Failed re-opens in a row before the camera counts as gone (exit status 69 when no camera is left).",
    )

    @field_validator("source")
    @classmethod
    def _source(cls, value: str) -> str:
        kind, target = split_source(plain(value))
        if kind in ("video", "images") and "://" not in target:
            with_home(target)
        if kind not in SOURCE_KINDS:
            raise ValueError(SOURCE_FORMS)
        if kind == "picamera" and not re.fullmatch(r"[0-9]{0,2}", target):
            raise ValueError("picamera:N with the camera's number, e.g. picamera:0")
        if kind in ("video", "images", "v4l2") and not target:
            raise ValueError(f"{kind}: followed by a path")
        if kind in ("rtsp", "rtsps", "http", "https") and not re.match(r"//[^/]", target):
            raise ValueError(f"{kind}:// followed by a host")
        return value


class ViewConfig(Section):
    """[[view]]: what is watched: a camera's region, a model, rules, one state."""

    name: Name = Field(description="Name of the view: a topic level.")
    camera: Name | None = _about(None, "The camera's name; may be left out where there is only one.")
    roi: Annotated[tuple[Score, Score, Score, Score], Field(strict=False)] = _about(
        (0.0, 0.0, 1.0, 1.0), "Region of interest: x, y, width, height as fractions of the frame."
    )
    threshold_enter: Score = _about(0.6, "A label enters when its score is at least this for confirm_s.")
    threshold_exit: Score | None = _about(
        None,
        "A label leaves when its score is below this for confirm_s; default: two thirds of threshold_enter.",
    )
    confirm_s: Seconds = _about(1.0, "Seconds that a change must last before it counts.")
    update_step: Score = _about(
        0.1, "An update event when the label's best score has risen by this; 0: no updates."
    )
    labels: Annotated[tuple[Text, ...], Field(strict=False)] = _about(
        (), "Labels that get an ON/OFF topic of their own."
    )
    enabled: bool = _about(True, "Is the view watched from the start; may be switched over MQTT.")
    top: Annotated[int, Field(ge=1, le=20)] = _about(3, "How many labels the state message lists.")
    model: ModelConfig | None = _about(None, "What differs from [model] for this view.")

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in RESERVED_VIEW_NAMES:
            reserved = ", ".join(sorted(RESERVED_VIEW_NAMES))
            raise ValueError(f"a name other than {reserved} (topics of the node itself)")
        return value

    @field_validator("roi")
    @classmethod
    def _inside(cls, value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        x, y, width, height = value
        if width <= 0 or height <= 0 or x + width > 1 + 1e-9 or y + height > 1 + 1e-9:
            raise ValueError(
                "[x, y, width, height] inside the frame: width and height above 0, "
                "x + width and y + height at most 1"
            )
        return value

    @property
    def region(self) -> Roi:
        """The region of interest as a record."""
        return Roi(*self.roi)

    @property
    def exit_score(self) -> float:
        """threshold_exit, or its default."""
        return self.threshold_enter * 2 / 3 if self.threshold_exit is None else self.threshold_exit


class LoggingConfig(Section):
    """[logging]: what goes to the journal or the terminal."""

    level: Literal["debug", "info", "warning", "error"] = _about("info", "Least severe level that is logged.")


class Config(Section):
    """The whole file."""

    node: NodeConfig = Field(default_factory=NodeConfig)
    mqtt: MqttConfig = Field(default_factory=MqttConfig)
    model: ModelConfig = Field(default_factory=ModelConfig)
    camera: Annotated[tuple[CameraConfig, ...], Field(strict=False)] = _about((), "The cameras; at least one.")
    view: Annotated[tuple[ViewConfig, ...], Field(strict=False)] = _about(
        (), "The views; none: one of the whole frame per camera, named as it."
    )
    spool: SpoolConfig = Field(default_factory=SpoolConfig)
    home_assistant: HomeAssistantConfig = Field(default_factory=HomeAssistantConfig)
    commands: CommandsConfig = Field(default_factory=CommandsConfig)
    snapshot: SnapshotConfig = Field(default_factory=SnapshotConfig)
    logging: LoggingConfig = Field(default_factory=LoggingConfig)

    _origin: str = PrivateAttr("config")

    @property
    def origin(self) -> str:
        """The file that it was read from, for the heading of a message."""
        return self._origin

    def with_origin(self, origin: str) -> Self:
        """The same config, read from `origin`."""
        copy = self.model_copy()
        copy._origin = origin
        return copy

    def views(self) -> tuple[ViewConfig, ...]:
        """The views with every camera name filled in; one per camera where the file names none."""
        if not self.view:
            return tuple(ViewConfig(name=camera.name, camera=camera.name) for camera in self.camera)
        only = self.camera[0].name
        return tuple(view if view.camera else view.model_copy(update={"camera": only}) for view in self.view)

    def model_of(self, view: ViewConfig) -> ModelConfig:
        """[model] with what the view's own model table sets in its place.

        The label file of [model] belongs to the model there: a view that names another one does not take it over.
        """
        if view.model is None:
            return self.model
        own = {key: getattr(view.model, key) for key in view.model.model_fields_set}
        if own.get("name", self.model.name) != self.model.name:
            own = {"labels": None, **own}
        return self.model.model_copy(update=own)
