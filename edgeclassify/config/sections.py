"""The sections of the config file, as frozen classes; unknown keys are faults.

Every field carries the description that the JSON Schema shows; units stand in the names.
"""

import re
import socket
from collections.abc import Iterator
from dataclasses import fields
from datetime import tzinfo
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from edgeclassify.config.base import Name, PositiveSeconds, Seconds, Section, Temperature, Text, about, left_out
from edgeclassify.config.cameras import CameraConfig, RecoveryConfig, Region, inside
from edgeclassify.config.delivery import (
    CommandsConfig,
    HistoryConfig,
    MqttConfig,
    SnapshotConfig,
    SpoolConfig,
    WebhookConfig,
)
from edgeclassify.config.governor import GovernorConfig
from edgeclassify.config.home_assistant import HomeAssistantConfig, ViewHomeAssistantConfig
from edgeclassify.config.profiles import ProfileConfig
from edgeclassify.config.rules import ENTER_BY_SCORE, Groups, RulesConfig, default_filter
from edgeclassify.config.source_kinds import WAITING_KINDS
from edgeclassify.config.teaching import TeachingConfig
from edgeclassify.config.updates import UpdatesConfig
from edgeclassify.config.values import File, TimeZone
from edgeclassify.config.web import WebConfig
from edgeclassify.documents.values import plain, with_home
from edgeclassify.late_model import ConfigDict, Field, PrivateAttr, field_validator, model_validator
from edgeclassify.types import ModelChoice, Roi
from edgeclassify.types.limits import RESERVED_NODE_NAMES, RESERVED_VIEW_NAMES
from edgeclassify.types.model_choice import NO_DELEGATE, is_model_path


def safe_name(text: str) -> str:
    """`text` as a topic level: every run of characters outside [a-zA-Z0-9_-] becomes one "-"."""
    return re.sub(r"[^a-zA-Z0-9_-]+", "-", text).strip("-")[:64] or "node"


class NodeConfig(Section):
    """[node]: this machine."""

    name: Name = Field(
        default_factory=lambda: safe_name(socket.gethostname()),
        description="Topic level of this node; default: the host name, made safe.",
    )
    state_dir: File | None = about(
        None,
        "Folder for what survives a restart (undelivered events); default: systemd's StateDirectory, "
        "else ~/.local/state/edgeclassify.",
    )
    health_interval_s: PositiveSeconds = about(60.0, "Seconds between two health messages.")
    resume_s: Seconds = about(
        300.0,
        "What was in a view before a restart, or before its camera was lost, goes on where it is there again "
        "within so many seconds, else it ends; 0: whatever is in a view ends with the daemon.",
    )
    time_zone: TimeZone | None = about(
        None,
        "By which days begin and quiet_hours are meant, as in Europe/Berlin; default: the machine's.",
    )
    trust_clock: bool = about(
        False,
        "Count days also where the machine's clock was never synchronised since it was started: it has a clock "
        "with a battery, say. Else they are counted from then on.",
    )
    labels_only: bool = about(
        False, "Never store or send a picture, whatever else is asked for: labels and figures only."
    )

    @field_validator("name")
    @classmethod
    def _is_no_topic_of_all(cls, value: str) -> str:
        if value in RESERVED_NODE_NAMES:
            raise ValueError(f"a name other than {value} (below that topic all nodes are asked)")
        return value

    @property
    def zone(self) -> tzinfo | None:
        """The time zone; None: the machine's."""
        if self.time_zone is None:
            return None
        from zoneinfo import ZoneInfo

        return ZoneInfo(self.time_zone)


def _or_name_alone(schema: dict[str, Any]) -> None:
    """A table's JSON Schema, with the model's name as the short form of it."""
    table = dict(schema)
    schema.clear()
    schema["anyOf"] = [table, {"type": "string", "minLength": 1, "description": "The name alone."}]


OptionKey = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]{1,64}$")]


def _as_text(value: object) -> str:
    """As delegates read it: their options are text."""
    return str(value).lower() if isinstance(value, bool) else str(value)


class ModelConfig(Section):
    """[model], and [view.model]: which .tflite file, and how it is run. A string stands for its name alone."""

    model_config = ConfigDict(json_schema_extra=_or_name_alone)

    name: Text = about(
        "builtin",
        "A name of the catalog or of a model that was taught (edgeclassify teach), or a path to a .tflite file.",
    )
    labels: File | None = about(None, "Label file; default: what the model brings (sidecar, metadata).")
    runtime: Literal["auto", "litert", "tflite-runtime"] = about(
        "auto", "auto: the one that is installed; of two LiteRT, unless the other one is quicker here."
    )
    threads: Literal["auto"] | Annotated[int, Field(ge=1, le=64)] = about(
        "auto",
        "Threads per invoke; auto: what is quickest here, at most 4, and one less than there are cores where "
        "there are four or more. The daemon measures that at the first starts with a model, and remembers it.",
    )
    fit: Literal["crop", "letterbox", "squash"] = about(
        "crop", "How a frame becomes the model's square: centre crop, bars around it, or distortion."
    )
    crop: Annotated[float, Field(gt=0, le=1)] | None = about(
        None, "Share of the shorter side that the centre crop keeps; default: the sidecar's, else 0.875."
    )
    temperature: Temperature | None = about(
        None,
        "What the logits behind the scores are divided by before decisions, as `edgeclassify calibrate` fits it; "
        "default: the sidecar's, else 1.",
    )
    delegate: Text = about(
        "none",
        "Shared library of an accelerator that runs what it can of the model, as libedgetpu.so.1: a name that the "
        "system's loader finds, or a path; none: the CPU runs all.",
    )
    delegate_options: dict[OptionKey, str | bool | int | float] = Field(
        default_factory=dict, description="What the delegate is told, by its own keys: what its maker documents."
    )

    @model_validator(mode="before")
    @classmethod
    def _of_name_alone(cls, value: object) -> object:
        if isinstance(value, str):
            return {"name": value}
        if not isinstance(value, dict | list | Section):  # a list has a message of its own
            raise ValueError("a table, or a name in quotes")
        return value

    @field_validator("name")
    @classmethod
    def _name(cls, value: str) -> str:
        return with_home(plain(value)) if is_model_path(value) else plain(value)

    @field_validator("delegate")
    @classmethod
    def _delegate(cls, value: str) -> str:
        return with_home(plain(value)) if "/" in value else plain(value)

    @field_validator("delegate_options")
    @classmethod
    def _delegate_options(cls, value: dict[str, Any]) -> dict[str, Any]:
        for one in value.values():
            plain(str(one))
        return value

    @property
    def choice(self) -> ModelChoice:
        """The table as a record."""
        same = {one.name: getattr(self, one.name) for one in fields(ModelChoice)}
        if self.delegate == NO_DELEGATE:
            return ModelChoice(**same | {"delegate": None, "delegate_options": ()})
        options = sorted((key, _as_text(value)) for key, value in self.delegate_options.items())
        return ModelChoice(**same | {"delegate_options": tuple(options)})


class ViewConfig(RulesConfig):
    """[[view]]: what is watched: a camera's region, a model, rules, one state."""

    name: Name = Field(description="Name of the view: a topic level.")
    camera: Name | None = about(None, "The camera's name; may be left out where there is only one.")
    roi: Region = about((0.0, 0.0, 1.0, 1.0), "Region of interest: x, y, width, height as fractions of the frame.")
    labels: Annotated[tuple[Text, ...], Field(strict=False)] = about(
        (), "Labels that get an ON/OFF topic of their own; `edgeclassify models labels` lists a model's."
    )
    enabled: bool = about(True, "Is the view watched from the start; may be switched over MQTT.")
    top: Annotated[int, Field(ge=1, le=20)] = about(3, "How many labels the state message lists.")
    model: ModelConfig | None = about(None, "What differs from [model] for this view.")
    home_assistant: ViewHomeAssistantConfig = Field(
        default_factory=ViewHomeAssistantConfig, description="How Home Assistant shows it."
    )

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
        return inside(value)

    @property
    def region(self) -> Roi:
        """The region of interest as a record."""
        return Roi(*self.roi)


def _complete(view: ViewConfig, camera: CameraConfig | None) -> ViewConfig:
    """The same with what follows from its camera and its filter, where the file says nothing of it."""
    is_single = camera is not None and camera.shows_single_pictures
    over_time = view.filter or default_filter(is_single)
    follows: dict[str, object] = {"filter": over_time}
    if over_time == "bayes":
        follows |= {"confirm_s": 0.0, "expire_s": 3.0}
    else:
        follows |= {"threshold_enter": ENTER_BY_SCORE}
        if camera is not None and camera.kind in WAITING_KINDS:
            follows |= {"confirm_s": 0.0}
    said = {key for key in view.model_fields_set if getattr(view, key) is not None}
    return view.model_copy(update={key: value for key, value in follows.items() if key not in said})


class LoggingConfig(Section):
    """[logging]: what goes to the journal or the terminal."""

    level: Literal["debug", "info", "warning", "error"] = about(
        "info", "Least severe level that is logged. At info each event is a line."
    )


class Config(Section):
    """The whole file."""

    node: NodeConfig = left_out()
    mqtt: MqttConfig = left_out()
    webhook: WebhookConfig | None = about(None, "Events as HTTP POST; absent: none.")
    model: ModelConfig = left_out()
    camera: Annotated[tuple[CameraConfig, ...], Field(strict=False)] = about((), "The cameras; at least one.")
    view: Annotated[tuple[ViewConfig, ...], Field(strict=False)] = about(
        (), "The views; none: one of the whole frame per camera, named as it."
    )
    groups: Groups = Field(
        default_factory=dict,
        description="Labels that count as one, for all views: name of a group and the labels that are in it.",
    )
    profile: dict[str, ProfileConfig] = Field(
        default_factory=dict, description="How views are watched otherwise now and then: name of a profile."
    )
    recovery: RecoveryConfig = left_out()
    governor: GovernorConfig = left_out()
    spool: SpoolConfig = left_out()
    history: HistoryConfig = left_out()
    teaching: TeachingConfig = left_out()
    web: WebConfig = left_out()
    home_assistant: HomeAssistantConfig = left_out()
    commands: CommandsConfig = left_out()
    snapshot: SnapshotConfig = left_out()
    logging: LoggingConfig = left_out()
    updates: UpdatesConfig | None = about(None, "Signed config and models by URL; absent: none are looked for.")

    include: Annotated[tuple[Text, ...], Field(strict=False)] = about(
        (), "Files below this one: what they say holds where this one does not say it."
    )

    _origin: str = PrivateAttr("config")
    _files: tuple[Path, ...] = PrivateAttr(())
    _keeps_state: bool = PrivateAttr(True)
    _profile: str | None = PrivateAttr(None)
    _threads_at_most: int | None = PrivateAttr(None)

    @property
    def origin(self) -> str:
        """The file that it was read from, for the heading of a message."""
        return self._origin

    def with_origin(self, origin: str) -> Self:
        """The same config, read from `origin`."""
        copy = self.model_copy()
        copy._origin = origin
        return copy

    @property
    def files(self) -> tuple[Path, ...]:
        """All files that it was read from, where it includes some; the one that was named is the last."""
        return self._files

    def with_files(self, files: tuple[Path, ...]) -> Self:
        """The same config, read from these."""
        copy = self.model_copy()
        copy._files = files
        return copy

    @property
    def keeps_state(self) -> bool:
        """True where something may be kept on disk: numbers, events, what was seen, images."""
        return self._keeps_state

    def without_state(self) -> Self:
        """The same config, for a trial: nothing of the service's state is used, no image of it taken away."""
        snapshot = self.snapshot.model_copy(update={"disk": False})
        cameras = tuple(
            camera if camera.after == "keep" else camera.model_copy(update={"after": "keep"})
            for camera in self.camera
        )
        copy = self.model_copy(update={"snapshot": snapshot, "camera": cameras})
        copy._keeps_state = False
        return copy

    def under(self, profile: str | None) -> Self:
        """The same config while this profile of it is on; None: none is."""
        copy = self.model_copy()
        copy._profile = profile
        return copy

    @property
    def profile_on(self) -> str | None:
        """The profile that is on; None: none is."""
        return self._profile

    def with_threads_at_most(self, most: int | None) -> Self:
        """The same config with models of so many threads at most; None: as it says."""
        if most == self._threads_at_most:
            return self
        copy = self.model_copy()
        copy._threads_at_most = most
        return copy

    def with_each_profile(self) -> Iterator[Self]:
        """The config while no profile is on, and while each of them is."""
        return map(self.under, (None, *self.profile))

    def takes_snapshots(self, view: str) -> bool:
        """True where the profile that is on lets pictures be taken of the view's events."""
        return self._profile is None or self.profile[self._profile].takes_snapshots(view)

    def views(self) -> tuple[ViewConfig, ...]:
        """The views with what follows from their camera filled in; one per camera where the file names none.

        With what the profile that is on says of them.
        """
        cameras = {camera.name: camera for camera in self.camera}
        views = self.view or tuple(
            ViewConfig.usual(name=camera.name, camera=camera.name) for camera in self.camera
        )
        only = self.camera[0].name if self.camera else None
        over = None if self._profile is None else self.profile[self._profile]
        named = (view if view.camera else view.model_copy(update={"camera": only}) for view in views)
        said = (view if over is None else over.over(view.name, view) for view in named)
        return tuple(_complete(view, cameras.get(str(view.camera))) for view in said)

    def camera_of(self, view: ViewConfig) -> CameraConfig:
        """The camera of one of its views()."""
        return next(camera for camera in self.camera if camera.name == view.camera)

    def model_of(self, view: ViewConfig) -> ModelChoice:
        """[model] with what the view's own model table sets in its place, with as many threads as there may be.

        The label file and the temperature of [model] belong to the model there, and the delegate's options to the
        delegate: a view that names another one does not take them over.
        """
        if view.model is None:
            return self.model.choice.with_threads_at_most(self._threads_at_most)
        own = {key: getattr(view.model, key) for key in view.model.model_fields_set}
        if own.get("name", self.model.name) != self.model.name:
            own = {"labels": None, "temperature": None, **own}
        if own.get("delegate", self.model.delegate) != self.model.delegate:
            own = {"delegate_options": {}, **own}
        return self.model.model_copy(update=own).choice.with_threads_at_most(self._threads_at_most)
