"""What a config stands for: its models, views and sources, not running yet."""

from collections.abc import Callable, Mapping
from dataclasses import field
from typing import TYPE_CHECKING

from edgeclassify.config import CameraConfig, Config, NodeConfig
from edgeclassify.config.groups.view_labels import ViewLabels
from edgeclassify.daemon.assembly.models import NO_MODELS, LoadedModels
from edgeclassify.daemon.kept.usual_pictures import UsualPicture
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pipeline.view import View
from edgeclassify.recording.interface import ViewFacts
from edgeclassify.recording.running.tap import TappedDecider
from edgeclassify.scene.interface import SceneStep
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import Option, OptionValue

if TYPE_CHECKING:  # where no camera is checked, what does it is not imported
    from edgeclassify.scene.checks.picture_checks import PictureChecks


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A camera and how its source is made. While `made_from` stays equal, one that runs can stay."""

    camera: CameraConfig
    make: Callable[[], FrameSource]
    made_from: object
    longest_call_s: float


@dataclass(frozen=True, slots=True)
class PlannedChecks:
    """The checks of a camera's picture. `taken_by`: how that is taken; `made_from`: their own keys."""

    camera: str
    checks: "PictureChecks"
    taken_by: str
    made_from: object


@dataclass(frozen=True, slots=True)
class TappedView:
    """A view's decider, which lets a recording hear what it gets, and what it is made of."""

    facts: ViewFacts
    decider: TappedDecider


@dataclass(frozen=True, slots=True)
class Parts:
    """Models, views and sources of one config.

    `labels`: what each view decides between. `scenes`: who examines a camera's frames first, by its name;
    `checks`: what of that looks for problems.
    """

    config: Config
    models: LoadedModels
    labels: tuple[ViewLabels, ...]
    views: tuple[View, ...]
    sources: tuple[PlannedSource, ...]
    scenes: Mapping[str, SceneStep] = field(default_factory=dict)
    checks: tuple[PlannedChecks, ...] = ()
    taps: Mapping[str, TappedView] = field(default_factory=dict)
    """By the name of the view."""
    profile: str | None = None
    """The profile of the config that is on."""
    labels_of_profiles: Mapping[str, tuple[ViewLabels, ...]] = field(default_factory=dict)
    """By the name of a profile: as `labels`, with what it says of them."""

    @property
    def settings(self) -> Config:
        """The config with the profile over it that is on."""
        return self.config.under(self.profile)

    @property
    def labels_now(self) -> tuple[ViewLabels, ...]:
        """`labels`, with what the profile that is on says of them."""
        return self.labels if self.profile is None else self.labels_of_profiles[self.profile]

    def views_of(self, camera: str) -> tuple[View, ...]:
        """The views that look at a camera."""
        return tuple(view for view in self.views if view.camera == camera)

    def is_watched(self, camera: str) -> bool:
        """True where a view that is switched on looks at the camera."""
        return any(view.enabled for view in self.views_of(camera))

    def interval_of(self, camera: CameraConfig) -> float:
        """Seconds between two frames for now: what the view wants that wants them most often, of those switched
        on."""
        views = self.views_of(camera.name)
        wanting = [view for view in views if view.enabled] or views
        return min((view.rules.pace.apart_s for view in wanting), default=camera.interval_s)

    @property
    def shown_labels(self) -> dict[str, tuple[str, ...]]:
        """View → the groups and labels that it can show."""
        return {view.name: found.names for view, found in zip(self.views, self.labels, strict=True)}

    @property
    def usual_pictures(self) -> dict[str, UsualPicture]:
        """What the cameras usually show, of those of which that is known by now."""
        return {
            planned.camera: UsualPicture(planned.taken_by, reference)
            for planned in self.checks
            if (reference := planned.checks.reference) is not None
        }

    @property
    def longest_silence_s(self) -> float:
        """Seconds after which a frame went through, or a call into a source is known not to return."""
        return max(
            3 * max(self.interval_of(planned.camera), planned.camera.longest_frame_s)
            + planned.camera.stall_timeout_s
            + planned.longest_call_s
            for planned in self.sources
        )

    def configured(self, view: str, option: Option) -> OptionValue:
        """What the config says of a view's option, with the profile that is on."""
        rules = next(rules for rules in self.settings.views() if rules.name == view)
        if option is Option.ENABLED:
            return rules.enabled
        return rules.threshold_enter if option is Option.THRESHOLD else self.config.camera_of(rules).interval_s


NO_PARTS = Parts(Config.usual(node=NodeConfig.usual(name="none")), NO_MODELS, (), (), ())
