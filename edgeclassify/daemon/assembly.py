"""From the config to parts: models, views and sources, built but not running.

Parts that a reload leaves as they are (same section, same model) are taken over from the parts before, so that
a view's state survives and a model is not loaded twice.
"""

import logging
import platform
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edgeclassify import __version__
from edgeclassify.config import CameraConfig, Config, ModelConfig, ViewConfig
from edgeclassify.config.confirmation import confirmation_notes
from edgeclassify.config.faults import report
from edgeclassify.config.labels import label_faults, several_labels_note
from edgeclassify.config.source_kinds import WAITING_KINDS
from edgeclassify.daemon.options import OptionStore
from edgeclassify.daemon.state import state_folder
from edgeclassify.errors import ConfigError
from edgeclassify.files import identity
from edgeclassify.model.catalog import find_model
from edgeclassify.model.description.sidecar import read_sidecar, sidecar_path
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.pace import LATE, Pace
from edgeclassify.sources.factory import make_source
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import ModelInfo, NodeInfo, Option, OptionValue, Roi, enclosing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A camera and how its source is made. While `made_from` stays equal, one that runs can stay."""

    camera: CameraConfig
    make: Callable[[], FrameSource]
    made_from: object
    longest_call_s: float


SourceFactory = Callable[[CameraConfig, int, Roi, Path | None], FrameSource]
ClassifierFactory = Callable[[ModelConfig], ImageClassifier]
Models = Mapping[ModelConfig, ImageClassifier]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a config stands for, not running yet."""

    config: Config
    models: Models
    stamps: Mapping[ModelConfig, object]
    """Identity of the files behind each model when it was loaded."""
    views: tuple[View, ...]
    sources: tuple[PlannedSource, ...]

    def views_of(self, camera: str) -> tuple[View, ...]:
        """The views that look at a camera."""
        return tuple(view for view in self.views if view.camera == camera)

    def is_watched(self, camera: str) -> bool:
        """Does a view that is switched on look at the camera?"""
        return any(view.enabled for view in self.views_of(camera))

    def interval_of(self, camera: CameraConfig) -> float:
        """Seconds between two frames: what the view wants that wants them most often, of those switched on."""
        views = self.views_of(camera.name)
        wanting = [view for view in views if view.enabled] or views
        return min((view.rules.pace.interval_s for view in wanting), default=camera.interval_s)

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
        """What the config says of a view's option."""
        rules = next(rules for rules in self.config.views() if rules.name == view)
        if option is Option.ENABLED:
            return rules.enabled
        return rules.threshold_enter if option is Option.THRESHOLD else _interval_s(self.config, rules)


NO_PARTS = Parts(Config(), {}, {}, (), ())


def tested_classifier(section: ModelConfig) -> ImageClassifier:
    """A classifier that knows its golden image: a model that fails its self-test must not run for months."""
    classifier = open_classifier(section)
    try:
        classifier.self_test()
    except Exception:
        classifier.close()
        raise
    return classifier


@dataclass(frozen=True, slots=True)
class Factories:
    """What a config's parts are made by."""

    source: SourceFactory = make_source
    classifier: ClassifierFactory = tested_classifier


def assemble(
    config: Config,
    options: OptionStore,
    before: Parts = NO_PARTS,
    factories: Factories = Factories(),  # noqa: B008 - frozen
) -> Parts:
    """Load the models, build views and sources; nothing is opened or started yet.

    `options`: what was set over MQTT and lies over the config. A view that stays as it is keeps what is in it, and
    stays switched as it is.
    Raises ConfigError or ModelError; `before` is untouched then.
    """
    stamps = {section: _model_stamp(section) for _, section in _view_models(config)}
    unchanged = {
        section: before.models[section] for section in stamps if stamps[section] == before.stamps.get(section)
    }
    models = _load_models(config, unchanged, factories.classifier)
    try:
        _check_labels(config, models)
        for note in confirmation_notes(config):
            log.warning("%s", note)
        former = dict(zip(_view_models(before.config), before.views, strict=True))
        kept = {key: view for key, view in former.items() if key[1] in unchanged}
        zooms = {camera.name: _zoom(config, camera) for camera in config.camera}
        views = tuple(
            _view(config, view, models[model], kept.get((view, model)), options, before, zooms)
            for view, model in _view_models(config)
        )
        watched = _watched(config)
        sources = tuple(_plan(config, camera, views, zooms[camera.name], factories.source) for camera in watched)
    except Exception:
        close_unused(models, before.models)
        raise
    return Parts(config, models, stamps, views, sources)


def close_unused(models: Models, kept: Models) -> None:
    """Close the classifiers that are not kept."""
    for classifier in models.values():
        if classifier not in kept.values():
            classifier.close()


def forget_stale_options(parts: Parts, options: OptionStore) -> None:
    """This config holds from now on: what was set while an earlier one said something else is over."""
    for rules in parts.config.views():
        options.forget_stale(rules, _interval_s(parts.config, rules))


def node_info(parts: Parts, session: str, started: float) -> NodeInfo:
    """What is published of this node on every connection."""
    models: dict[str, ModelInfo] = {view.name: view.classifier.info for view in parts.views}
    return NodeInfo(
        version=__version__,
        python=platform.python_version(),
        session=session,
        started=started,
        models=tuple(dict.fromkeys(models.values())),
        views=tuple(models),
    )


def new_session() -> tuple[str, float]:
    """Id and start time of this run of the daemon."""
    return uuid.uuid4().hex, time.time()


def _view(
    config: Config,
    section: ViewConfig,
    classifier: ImageClassifier,
    kept: View | None,
    options: OptionStore,
    before: Parts,
    zooms: Mapping[str, Roi],
) -> View:
    """A view as it is to run, with what was set over MQTT. `kept`: the same view with the same rules, before."""
    interval_s = _interval_s(config, section)
    wanted = options.overrides(section, interval_s)
    former = next((view for view in before.views if view.name == section.name), None)
    if former is not None and before.configured(section.name, Option.ENABLED) == section.enabled:
        enabled = former.enabled  # also where it was only paused
    else:
        enabled = bool(wanted.get(Option.ENABLED, section.enabled))
    pace = _pace(config, section, float(wanted.get(Option.INTERVAL, interval_s)))
    rules = _with_threshold(section.name, _rules(section, pace), wanted.get(Option.THRESHOLD))
    region = _region(config, section, zooms[str(section.camera)])
    if kept is not None:
        return kept.successor(region=region, rules=rules, enabled=enabled)
    return View(
        name=section.name,
        camera=str(section.camera),
        region=region,
        classifier=classifier,
        decider=ViewDecider(section.name, classifier.labels, classifier.info.name, rules),
        enabled=enabled,
    )


def _rules(section: ViewConfig, pace: Pace) -> Rules:
    """What the config says of a view's decisions."""
    return Rules(
        threshold_enter=section.threshold_enter,
        threshold_exit=section.threshold_exit,
        confirm_s=section.confirmation_s,
        update_step=section.update_step,
        top=section.top,
        pace=pace,
    )


def _pace(config: Config, rules: ViewConfig, interval_s: float) -> Pace:
    """How far apart the view's frames may be: as late as its camera may be before it counts as lost."""
    camera = next(camera for camera in config.camera if camera.name == rules.camera)
    slack_s = LATE * camera.longest_frame_s + camera.stall_timeout_s
    return Pace(interval_s, slack_s, config.node.resume_s, waits=camera.kind in WAITING_KINDS)


def _with_threshold(view: str, rules: Rules, wanted: float | None) -> Rules:
    """What was set over MQTT, where the config (its threshold_exit may be a new one) still allows that."""
    if wanted is None:
        return rules
    try:
        return rules.with_threshold(float(wanted))
    except ConfigError as error:
        log.warning(
            "view %s: %s. It was set over MQTT; the config's threshold_enter, %g, holds.",
            view, error, rules.threshold_enter,
        )  # fmt: skip
        return rules


def _interval_s(config: Config, rules: ViewConfig) -> float:
    return next(camera.interval_s for camera in config.camera if camera.name == rules.camera)


def _zoom(config: Config, camera: CameraConfig) -> Roi:
    """The part of the frame that is read, as it is seen."""
    if camera.zoom != "views":
        return camera.zoom_region
    return enclosing([view.region for view in config.views() if view.camera == camera.name])


def _region(config: Config, rules: ViewConfig, zoom: Roi) -> Roi:
    """A view's region within the frames, which show only the zoom."""
    camera = next(camera for camera in config.camera if camera.name == rules.camera)
    return rules.region.within(zoom) if camera.zoom == "views" else rules.region


def _watched(config: Config) -> list[CameraConfig]:
    """The cameras that a view looks at: another one would count as one that works, and nobody needs its frames."""
    looked_at = {view.camera for view in config.views()}
    for camera in config.camera:
        if camera.name not in looked_at:
            log.warning("camera %s: no view looks at it: it stays closed. Add a [[view]] for it.", camera.name)
    return [camera for camera in config.camera if camera.name in looked_at]


def _plan(
    config: Config, camera: CameraConfig, views: Sequence[View], zoom: Roi, make_one: SourceFactory
) -> PlannedSource:
    """Raises ConfigError where such a source can't be made."""
    wanted_side = _wanted_side(views, camera.name)
    # The sensor knows nothing of a turn that is done behind it.
    on_sensor = zoom.turned_back(camera.rotation)
    make = partial(make_one, camera, wanted_side, on_sensor, state_folder(config))
    made_from = (camera.model_dump(exclude={"interval_s"}), wanted_side, on_sensor)
    return PlannedSource(camera, make, made_from, make().longest_call_s)


def _wanted_side(views: Sequence[View], camera: str) -> int:
    """The shorter side in pixels that a camera's frames need; 0, its own size, where no view looks at it."""
    looking = [view for view in views if view.camera == camera]
    return max((view.classifier.wanted_side(view.region) for view in looking), default=0)


def _model_stamp(section: ModelConfig) -> object:
    """Identity of a model's file, its sidecar, and the files that config and sidecar name."""
    path = find_model(section.name)
    sidecar = read_sidecar(path)
    golden = None if sidecar.golden is None else sidecar.golden.image
    return tuple(map(identity, (path, sidecar_path(path), section.labels, sidecar.labels, golden)))


def _view_models(config: Config) -> list[tuple[ViewConfig, ModelConfig]]:
    return [(view, config.model_of(view)) for view in config.views()]


def _load_models(config: Config, have: Models, open_one: ClassifierFactory) -> dict[ModelConfig, ImageClassifier]:
    models: dict[ModelConfig, ImageClassifier] = {}
    try:
        for _, section in _view_models(config):
            if section not in models:
                models[section] = have.get(section) or open_one(section)
    except Exception:
        close_unused(models, have)
        raise
    return models


def _check_labels(config: Config, models: Models) -> None:
    """The labels that views list must be the model's: a typing error would be silent for ever."""
    faults = []
    for i, (view, section) in enumerate(_view_models(config)):
        faults += label_faults(i, view.labels, models[section].labels, models[section].info.name)
    if faults:
        raise ConfigError(report(config.origin, faults))
    for view, section in _view_models(config):
        if models[section].has_several_labels:
            log.warning("%s", several_labels_note(view, models[section].info.name))
