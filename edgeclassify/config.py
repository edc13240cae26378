"""The config file: one frozen section per part, read from TOML, every fault reported at once.

`load_config(path)` is the way in. Each part of the daemon receives its own section, never the whole.
The JSON Schema for editors comes from the same classes (`json_schema()`).
"""

import os
import re
import socket
import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator

from edgeclassify.config_faults import ConfigFault, faults_of, report
from edgeclassify.errors import ConfigError
from edgeclassify.types import UNKNOWN, Roi

NAME_PATTERN = r"^[a-zA-Z0-9_-]{1,64}$"
Name = Annotated[str, Field(pattern=NAME_PATTERN)]
Score = Annotated[float, Field(ge=0, le=1, allow_inf_nan=False)]
Seconds = Annotated[float, Field(ge=0, le=86_400 * 7, allow_inf_nan=False)]
PositiveSeconds = Annotated[float, Field(gt=0, le=86_400 * 7, allow_inf_nan=False)]

SOURCE_KINDS = ("picamera", "v4l2", "video", "images", "synthetic", "rtsp", "rtsps", "http", "https")
SOURCE_FORMS = (
    "picamera:N, v4l2:/dev/videoN, video:FILE, images:FILE, FOLDER or URL, rtsp://…, http://… or synthetic:"
)


class Section(BaseModel):
    """A table of the config: frozen, unknown keys are faults."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_default=True)


def safe_name(text: str) -> str:
    """`text` as a topic level: every character outside [a-zA-Z0-9_-] becomes "-"."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", text).strip("-")[:64] or "node"


class NodeConfig(Section):
    """[node]: this machine."""

    name: Name = Field(default_factory=lambda: safe_name(socket.gethostname()), description="Topic level of this node; default: the host name, made safe.")
    state_dir: Path | None = Field(None, description="Folder for what survives a restart (event numbers); default: systemd's StateDirectory, else ~/.local/state/edgeclassify.")
    health_interval_s: PositiveSeconds = Field(60.0, description="Seconds between two health messages.")


class TlsConfig(Section):
    """[mqtt] tls: encryption of the broker connection; an empty table uses the system's CA certificates."""

    ca: Path | None = Field(None, description="CA certificate (PEM); default: the system's.")
    cert: Path | None = Field(None, description="Client certificate (PEM), for brokers that ask for one.")
    key: Path | None = Field(None, description="Private key of the client certificate (PEM).")

    @model_validator(mode="after")
    def _pair(self) -> Self:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key together, or neither")
        return self


class MqttConfig(Section):
    """[mqtt]: the broker and what is published to it."""

    host: Annotated[str, Field(min_length=1)] = Field("localhost", description="Host name or address of the broker.")
    port: Annotated[int, Field(ge=1, le=65535)] = Field(1883, description="TCP port (8883 is usual with TLS).")
    prefix: str = Field("edgeclassify", description="First topic level(s); no spaces, wildcards or empty levels.")
    username: str | None = Field(None, description="User name at the broker.")
    password_file: Path | None = Field(None, description="File with the password. Else the environment variable EDGECLASSIFY_MQTT_PASSWORD or the systemd credential mqtt-password.")
    tls: TlsConfig | None = Field(None, description="TLS settings; absent: no encryption.")
    protocol: Literal["auto", "5", "3.1.1"] = Field("auto", description="MQTT version; auto: 5, and 3.1.1 where the broker refuses 5.")
    client_id: str | None = Field(None, description="MQTT client id; default: edgeclassify-<node>.")
    keepalive_s: Annotated[int, Field(ge=5, le=3600)] = Field(30, description="Keep-alive in seconds: a dead connection is noticed after about 1.5 times this.")
    heartbeat_s: Seconds = Field(60.0, description="Seconds between two state messages while nothing changes; 0: only on change.")
    results: bool = Field(False, description="Publish the raw prediction of frames on <view>/result.")
    results_interval_s: Seconds = Field(1.0, description="At least this many seconds between two results of one view.")

    @field_validator("prefix")
    @classmethod
    def _prefix(cls, value: str) -> str:
        if not all(re.fullmatch(r"[^\s+#\x00-\x1f$]+", level) for level in value.split("/")):
            raise ValueError("topic levels without spaces, +, #, $ or control characters, joined by /")
        return value

    @model_validator(mode="after")
    def _password_needs_user(self) -> Self:
        if self.password_file is not None and self.username is None:
            raise ValueError("a username where there is a password_file")
        return self


class ModelConfig(Section):
    """[model], and [view.model]: which .tflite file, and how it is run."""

    name: Annotated[str, Field(min_length=1)] = Field("builtin", description="A name of the catalog, or a path to a .tflite file.")
    labels: Path | None = Field(None, description="Label file; default: what the model brings (sidecar, metadata).")
    runtime: Literal["auto", "litert", "tflite-runtime"] = Field("auto", description="auto: LiteRT where it is installed, else tflite-runtime.")
    threads: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = Field("auto", description="Threads per invoke; auto: the number of cores, at most 4.")
    fit: Literal["crop", "letterbox", "squash"] = Field("crop", description="How a frame becomes the model's square: centre crop, bars around it, or distortion.")
    crop: Annotated[float, Field(gt=0, le=1)] | None = Field(None, description="Share of the shorter side that the centre crop keeps; default: the sidecar's, else 0.875.")


class CameraConfig(Section):
    """[[camera]]: a source with a name."""

    name: Name = Field("camera", description="Name of the camera.")
    source: str = Field(..., description=SOURCE_FORMS)
    interval_s: Seconds = Field(0.5, description="Seconds between two frames that are classified; 0: as fast as it goes.")
    loop: bool = Field(False, description="Start a file or folder again at its end.")
    size: tuple[Annotated[int, Field(ge=16, le=8192)], Annotated[int, Field(ge=16, le=8192)]] | None = Field(None, description="Width and height to ask the camera for; default: what the model needs.")
    fps: Annotated[float, Field(gt=0, le=240)] | None = Field(None, description="Frames per second to ask the camera for; default: the camera's.")
    stall_timeout_s: PositiveSeconds = Field(10.0, description="No frame for so long: the source is opened again.")
    restart_attempts: Annotated[int, Field(ge=0, le=1000)] = Field(5, description="Failed re-opens in a row before the camera counts as gone (exit status 69 when no camera is left).")

    @field_validator("source")
    @classmethod
    def _source(cls, value: str) -> str:
        kind, target = split_source(value)
        if kind not in SOURCE_KINDS:
            raise ValueError(SOURCE_FORMS)
        if kind == "picamera" and not re.fullmatch(r"[0-9]{0,2}", target):
            raise ValueError("picamera:N with the camera's number, e.g. picamera:0")
        if kind in ("video", "images", "v4l2") and not target:
            raise ValueError(f"{kind}: followed by a path")
        if kind in ("rtsp", "rtsps", "http", "https") and not target.removeprefix("//"):
            raise ValueError(f"{kind}:// followed by a host")
        return value


def split_source(source: str) -> tuple[str, str]:
    """A source string's kind and what follows the colon: ("picamera", "0"), ("rtsp", "//host/stream")."""
    kind, _, target = source.partition(":")
    return kind.strip().lower(), target.strip()


class ViewConfig(Section):
    """[[view]]: what is watched: a camera's region, a model, rules, one state."""

    name: Name = Field(..., description="Name of the view: a topic level.")
    camera: Name | None = Field(None, description="The camera's name; may be left out where there is only one.")
    roi: tuple[Score, Score, Score, Score] = Field((0.0, 0.0, 1.0, 1.0), description="Region of interest: x, y, width, height as fractions of the frame.")
    threshold_enter: Score = Field(0.6, description="A label enters when its score is at least this for confirm_s.")
    threshold_exit: Score = Field(0.4, description="A label leaves when its score is below this for confirm_s.")
    confirm_s: Seconds = Field(1.0, description="Seconds that a change must last before it counts.")
    update_step: Annotated[float, Field(ge=0, le=1)] = Field(0.1, description="An update event when the label's best score has risen by this; 0: no updates.")
    labels: tuple[Annotated[str, Field(min_length=1)], ...] = Field((), description="Labels that get an ON/OFF topic of their own.")
    top: Annotated[int, Field(ge=1, le=20)] = Field(3, description="How many labels the state message lists.")
    model: ModelConfig | None = Field(None, description="A model of its own for this view.")

    @field_validator("roi")
    @classmethod
    def _inside(cls, value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
        x, y, width, height = value
        if width <= 0 or height <= 0 or x + width > 1 + 1e-9 or y + height > 1 + 1e-9:
            raise ValueError("[x, y, width, height] inside the frame: width and height above 0, x + width and y + height at most 1")
        return value

    @field_validator("name")
    @classmethod
    def _not_reserved(cls, value: str) -> str:
        if value in RESERVED_VIEW_NAMES:
            raise ValueError(f"a name other than {', '.join(sorted(RESERVED_VIEW_NAMES))} (topics of the node itself)")
        return value

    @model_validator(mode="after")
    def _hysteresis(self) -> Self:
        if self.threshold_exit > self.threshold_enter:
            raise ValueError(f"threshold_exit at most threshold_enter ({self.threshold_enter})")
        return self

    @property
    def region(self) -> Roi:
        """The region of interest as a record."""
        return Roi(*self.roi)


RESERVED_VIEW_NAMES = frozenset({"status", "info", "health", "request", "response"})


class LoggingConfig(Section):
    """[logging]: what goes to the journal or the terminal."""

    level: Literal["debug", "info", "warning", "error"] = Field("info", description="Least severe level that is logged.")


class Config(Section):
    """The whole file."""

    node: NodeConfig = Field(default_factory=NodeConfig)
    mqtt: MqttConfig = Field(default_factory=MqttConfig)
    model: ModelConfig = Field(default_factory=ModelConfig)
    camera: tuple[CameraConfig, ...] = Field((), description="The cameras; at least one.")
    view: tuple[ViewConfig, ...] = Field((), description="The views; none: one of the whole frame per camera, named as it.")
    logging: LoggingConfig = Field(default_factory=LoggingConfig)

    @model_validator(mode="after")
    def _views_and_cameras(self) -> Self:
        cross_check(self.camera, self.view)
        return self

    def views(self) -> tuple[ViewConfig, ...]:
        """The views with every camera name filled in; one per camera where the file names none."""
        if not self.view:
            return tuple(ViewConfig(name=camera.name, camera=camera.name) for camera in self.camera)
        return tuple(
            view if view.camera else view.model_copy(update={"camera": self.camera[0].name}) for view in self.view
        )

    def model_of(self, view: ViewConfig) -> ModelConfig:
        """The view's own model table, else [model]."""
        return view.model or self.model


class CrossFaults(ValueError):
    """Faults between sections, each already complete."""

    def __init__(self, faults: list[ConfigFault]) -> None:
        super().__init__("; ".join(fault.key for fault in faults))
        self.faults = faults


def cross_check(cameras: tuple[CameraConfig, ...], views: tuple[ViewConfig, ...]) -> None:
    """Raise CrossFaults for what only shows between sections: names that repeat or point nowhere."""
    faults: list[ConfigFault] = []
    if not cameras:
        faults.append(ConfigFault("camera", "at least one [[camera]] with a source", "none", f"source is one of {SOURCE_FORMS}"))
    names = [camera.name for camera in cameras]
    for kind, used in (("camera", names), ("view", [view.name for view in views])):
        for i, name in enumerate(used):
            if name in used[:i]:
                faults.append(ConfigFault(f"{kind}[{i}].name", "a name that no other has", repr(name)))
    for i, view in enumerate(views):
        if view.camera is None and len(cameras) > 1:
            faults.append(ConfigFault(f"view[{i}].camera", f"one of {', '.join(names)}", "nothing"))
        elif view.camera is not None and view.camera not in names:
            faults.append(ConfigFault.choice(f"view[{i}].camera", names, view.camera))
        faults += [
            ConfigFault(f"view[{i}].labels", f"labels of the model ({UNKNOWN!r} is the state without one)", repr(label))
            for label in view.labels
            if label == UNKNOWN
        ]
    if faults:
        raise CrossFaults(faults)


def parse_config(document: dict[str, Any], name: str, base: Path) -> Config:
    """A parsed TOML document as Config. Relative paths are relative to `base`, the config file's folder.

    Raises ConfigError that lists every fault.
    """
    try:
        config = Config.model_validate(document)
    except ValidationError as error:
        raise ConfigError(report(name, faults_of(error, document, Config))) from error
    return _absolute(config, base)


def load_config(path: Path) -> Config:
    """Read and check a config file. Raises ConfigError with every fault in one message."""
    try:
        text = path.read_bytes().decode("utf-8-sig")
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: expected a config file, found nothing there. Start from config/edgeclassify.toml.") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"{path}: expected UTF-8 text, found byte 0x{error.object[error.start]:02x} at offset {error.start}. Save the file as UTF-8.") from error
    except OSError as error:
        raise ConfigError(f"{path}: can't be read: {error.strerror}.") from error
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"{path}: not valid TOML: {error}. Strings need quotes, tables [brackets].") from error
    return parse_config(document, str(path), path.resolve().parent)


def json_schema() -> dict[str, Any]:
    """The config file's JSON Schema, for editors."""
    schema = Config.model_json_schema()
    schema["$schema"] = "https://json-schema.org/draft/2020-12/schema"
    schema["title"] = "edgeclassify config"
    schema["$defs"]["NodeConfig"]["properties"]["name"].pop("default", None)
    return schema


def _absolute(config: Config, base: Path) -> Config:
    """Relative paths of the file resolved against its folder, so that the daemon's working directory is free."""

    def fixed(path: Path | None) -> Path | None:
        return None if path is None else base / Path(os.path.expanduser(path))

    def model(section: ModelConfig) -> ModelConfig:
        name = section.name
        if "/" in name or name.endswith(".tflite"):
            name = str(fixed(Path(name)))
        return section.model_copy(update={"name": name, "labels": fixed(section.labels)})

    def camera(section: CameraConfig) -> CameraConfig:
        kind, target = split_source(section.source)
        if kind in ("video", "images") and "://" not in target:
            return section.model_copy(update={"source": f"{kind}:{fixed(Path(target))}"})
        return section

    tls = config.mqtt.tls
    if tls is not None:
        tls = tls.model_copy(update={key: fixed(getattr(tls, key)) for key in ("ca", "cert", "key")})
    return config.model_copy(
        update={
            "node": config.node.model_copy(update={"state_dir": fixed(config.node.state_dir)}),
            "mqtt": config.mqtt.model_copy(update={"password_file": fixed(config.mqtt.password_file), "tls": tls}),
            "model": model(config.model),
            "camera": tuple(camera(section) for section in config.camera),
            "view": tuple(
                section if section.model is None else section.model_copy(update={"model": model(section.model)})
                for section in config.view
            ),
        }
    )
