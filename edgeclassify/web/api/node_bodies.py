"""What the node says of itself: its views with their rules and labels, its cameras, and its features."""

from typing import Literal

from edgeclassify.late_model import Field
from edgeclassify.web.api.interface import ApiBody

ModelKind = Literal["builtin", "catalog", "file", "taught"]


class RulesNow(ApiBody):
    """By what a view decides now, every default filled in. As the keys of the config are called."""

    filter: Literal["bayes", "exponential", "none"]
    memory_s: float
    smoothing_s: float
    threshold_enter: float
    threshold_exit: float
    unknown_below: float
    confirm_s: float
    expire_s: float
    hold_s: float
    cooldown_s: float
    interval_s: float
    update_step: float
    quiet_hours: tuple[str, ...]
    lasting: dict[str, tuple[float, ...]]
    look: Literal["roi", "motion"]


class OptionsNow(ApiBody):
    """What the options of a view are set to."""

    enabled: bool
    threshold: float
    interval: float


class ViewNow(ApiBody):
    """A view as it runs. `labels`: the groups and labels that it can show; `of_labels`: how many those are, where
    not all of them are listed. `roi`: x, y, width, height as fractions of the frame."""

    name: str
    camera: str
    model: str
    model_kind: ModelKind
    has_embedding: bool = Field(description="Can classes be taught on its network?")
    labels: tuple[str, ...]
    of_labels: int
    roi: tuple[float, float, float, float]
    enabled: bool
    rules: RulesNow
    options: OptionsNow


class CameraNow(ApiBody):
    """A camera. `interval_s`: seconds between two frames that are classified; 0: as fast as it goes."""

    name: str
    kind: str
    interval_s: float


class Features(ApiBody):
    """What of the page there is on this node."""

    history: bool
    teaching: bool
    snapshots: bool
    config_writable: bool


class NodeNow(ApiBody):
    """The node. `time_zone`: null: the machine's. `profile`: the one that is on; null: none is."""

    name: str
    version: str
    labels_only: bool
    time_zone: str | None
    profile: str | None
    profiles: tuple[str, ...]
    features: Features
    views: tuple[ViewNow, ...]
    cameras: tuple[CameraNow, ...]
