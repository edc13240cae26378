"""From the config to parts: the one place that names concrete classes of every stage.

Parts that a reload leaves as they are (same section, same model) are taken over from the parts before, so that
a view's state survives and a model is not loaded twice.
"""

import logging
import os
import platform
import threading
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from edgeclassify import __version__
from edgeclassify.config import CameraConfig, Config, ModelConfig, ViewConfig
from edgeclassify.config.faults import report
from edgeclassify.config.labels import label_faults
from edgeclassify.daemon.options import OptionStore
from edgeclassify.errors import ConfigError
from edgeclassify.model.classifier import find_model, open_classifier
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.sidecar import sidecar_path
from edgeclassify.pipeline import View
from edgeclassify.postprocess.events import ViewStateMachine
from edgeclassify.publish.commands import Inbox
from edgeclassify.publish.discovery import Announcement, Device, discovery_topic, platforms
from edgeclassify.publish.interface import Publisher, Spool
from edgeclassify.publish.layout import Layout, ViewLayout
from edgeclassify.publish.ledger import Ledger
from edgeclassify.publish.mqtt import MqttPublisher
from edgeclassify.publish.payload import Topics
from edgeclassify.publish.snapshots import SnapshotTaker
from edgeclassify.sources.factory import make_source
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import Command, ModelInfo, NodeInfo, Option, OptionValue, Request, Roi, enclosing

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class PlannedSource:
    """A camera and how its source is made. While `made_from` stays equal, one that runs can stay."""

    camera: CameraConfig
    make: Callable[[], FrameSource]
    made_from: object
    longest_call_s: float


Models = Mapping[ModelConfig, ImageClassifier]
Machines = Mapping[tuple[ViewConfig, ModelConfig], ViewStateMachine]


@dataclass(frozen=True, slots=True)
class Parts:
    """What a config stands for, not running yet."""

    config: Config
    models: Models
    stamps: Mapping[ModelConfig, object]
    """Identity of the files behind each model when it was loaded."""
    machines: Machines
    views: tuple[View, ...]
    sources: tuple[PlannedSource, ...]

    def views_of(self, camera: str) -> tuple[View, ...]:
        """The views that look at a camera."""
        return tuple(view for view in self.views if view.camera == camera)

    def interval_of(self, camera: CameraConfig) -> float:
        """Seconds between two frames: what the view wants that wants them most often."""
        return min((view.interval_s for view in self.views_of(camera.name)), default=camera.interval_s)

    def configured(self, view: str, option: Option) -> OptionValue:
        """What the config says of a view's option."""
        rules = next(rules for rules in self.config.views() if rules.name == view)
        if option is Option.ENABLED:
            return rules.enabled
        return rules.threshold_enter if option is Option.THRESHOLD else _interval_s(self.config, rules)


NO_PARTS = Parts(Config(), {}, {}, {}, (), ())


def assemble(config: Config, next_seq: Callable[[], int], options: OptionStore, before: Parts = NO_PARTS) -> Parts:
    """Load the models, build state machines and sources; nothing is opened or started yet.

    `options`: what was set over MQTT and lies over the config. A view that stays as it is stays switched as it is.
    Raises ConfigError or ModelError; `before` is untouched then.
    """
    stamps = {section: _model_stamp(section) for _, section in _view_models(config)}
    unchanged = {
        section: before.models[section] for section in stamps if stamps[section] == before.stamps.get(section)
    }
    models = _load_models(config, unchanged)
    try:
        _check_labels(config, models)
        kept = {key: machine for key, machine in before.machines.items() if key[1] in unchanged}
        machines = _machines(config, models, next_seq, kept)
        lock = threading.Lock()
        zooms = {camera.name: _zoom(config, camera) for camera in config.camera}
        views = tuple(
            _view(config, view, models[model], machines[view, model], options, before, lock, zooms)
            for view, model in _view_models(config)
        )
        sources = tuple(_plan(config, camera, views, zooms[camera.name]) for camera in config.camera)
    except Exception:
        close_unused(models, before.models)
        raise
    return Parts(config, models, stamps, machines, views, sources)


def close_unused(models: Models, kept: Models) -> None:
    """Close the classifiers that are not kept."""
    for classifier in models.values():
        if classifier not in kept.values():
            classifier.close()


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a publisher works with beside its config."""

    spool: Spool
    ledger: Ledger
    on_request: Callable[[Request], None]


def make_mqtt_publisher(config: Config, around: Surroundings) -> Publisher:
    """The production publisher for this config."""
    layout = _layout(config)
    home = config.home_assistant
    device = Device(layout, home.prefix, home.device_name or config.node.name, __version__)
    topics = set(layout.retained_topics())
    if home.discovery:
        topics.add(discovery_topic(home.prefix, config.node.name))
    announced = platforms(device) if home.discovery else {}
    inbox = Inbox(topics=layout.topics, views=[view.name for view in config.views()], config=config.commands)
    publisher = MqttPublisher(
        config=config.mqtt,
        layout=layout,
        spool=around.spool,
        announcement=Announcement(device, around.ledger.components_without(announced)) if home.discovery else None,
        gone=around.ledger.topics_without(topics),
        on_removed=around.ledger.emptied,
        inbox=inbox if config.commands.enabled else None,
        on_request=around.on_request,
    )
    # Only now: a config that is refused has used nothing, and must not make anything go.
    around.ledger.update(topics, announced)
    return publisher


def forget_stale_options(parts: Parts, options: OptionStore) -> None:
    """This config holds from now on: what was set while an earlier one said something else is over."""
    for rules in parts.config.views():
        options.forget_stale(rules, _interval_s(parts.config, rules))


def make_snapshot_taker(config: Config, publish: Callable[[str, bytes], None]) -> SnapshotTaker | None:
    """Who takes pictures; None where none may be taken, or none is wanted."""
    wanted = config.snapshot.mqtt or config.snapshot.disk
    if config.node.labels_only or not wanted:
        return None
    folder = config.snapshot.folder
    if folder is None and (state := state_folder(config)) is not None:
        folder = state / "snapshots"
    return SnapshotTaker(
        config=config.snapshot,
        folder=folder if config.snapshot.disk else None,
        publish=publish if config.snapshot.mqtt else None,
    )


def options_can_be_set(config: Config) -> bool:
    """Do the views have option topics?"""
    return config.commands.enabled and Command.SET in config.commands.allow


def publisher_key(config: Config) -> object:
    """What the publisher depends on: while this stays equal, a reload keeps the connection."""
    mqtt, node = config.mqtt, config.node
    files = [mqtt.password_file] + ([] if mqtt.tls is None else [mqtt.tls.ca, mqtt.tls.cert, mqtt.tls.key])
    labels = tuple((view.name, view.labels) for view in config.views())
    sections = (mqtt, config.home_assistant, config.commands, config.snapshot.mqtt)
    return sections, (node.name, node.labels_only), labels, tuple(map(_stamp, files))


def state_folder(config: Config) -> Path | None:
    """Where things that survive a restart are kept: the config's, systemd's, the user's folder, or none."""
    if config.node.state_dir is not None:
        return config.node.state_dir
    if "STATE_DIRECTORY" in os.environ:  # systemd lists several separated by ":"; ours is the first
        return Path(os.environ["STATE_DIRECTORY"].partition(":")[0])
    base = os.environ.get("XDG_STATE_HOME")
    try:
        return (Path(base) if base else Path.home() / ".local" / "state") / "edgeclassify"
    except RuntimeError:  # a user without a home
        log.warning("no folder to keep event numbers in: set node.state_dir; they begin at 1 with every start")
        return None


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


def _layout(config: Config) -> Layout:
    return Layout(
        topics=Topics(config.mqtt.prefix, config.node.name),
        views=tuple(ViewLayout(view.name, view.labels) for view in config.views()),
        options=options_can_be_set(config),
        snapshots=config.snapshot.mqtt and not config.node.labels_only,
    )


def _view(
    config: Config,
    rules: ViewConfig,
    classifier: ImageClassifier,
    machine: ViewStateMachine,
    options: OptionStore,
    before: Parts,
    lock: threading.Lock,
    zooms: Mapping[str, Roi],
) -> View:
    """A view as it is to run, with what was set over MQTT."""
    interval_s = _interval_s(config, rules)
    wanted = options.overrides(rules, interval_s)
    kept = next((view for view in before.views if view.name == rules.name), None)
    if kept is not None and before.configured(rules.name, Option.ENABLED) == rules.enabled:
        enabled = kept.enabled  # also where it was only paused
    else:
        enabled = bool(wanted.get(Option.ENABLED, rules.enabled))
    _set_threshold(machine, wanted.get(Option.THRESHOLD), rules.threshold_enter)
    return View(
        name=rules.name,
        camera=str(rules.camera),
        region=_region(config, rules, zooms[str(rules.camera)]),
        classifier=classifier,
        machine=machine,
        enabled=enabled,
        interval_s=float(wanted.get(Option.INTERVAL, interval_s)),
        lock=lock,
    )


def _set_threshold(machine: ViewStateMachine, wanted: float | None, configured: float) -> None:
    """What was set over MQTT, where the config (its threshold_exit may be a new one) still allows that."""
    try:
        machine.set_threshold_enter(configured if wanted is None else float(wanted))
    except ConfigError as error:
        log.warning("%s. It was set over MQTT; the config's threshold_enter, %g, holds.", error, configured)
        machine.set_threshold_enter(configured)


def _interval_s(config: Config, rules: ViewConfig) -> float:
    return next(camera.interval_s for camera in config.camera if camera.name == rules.camera)


def _zoom(config: Config, camera: CameraConfig) -> Roi:
    """The part of the picture that is read, as it is seen."""
    if camera.zoom != "views":
        return camera.zoom_region
    return enclosing([view.region for view in config.views() if view.camera == camera.name])


def _region(config: Config, rules: ViewConfig, zoom: Roi) -> Roi:
    """A view's region within the frames, which show only the zoom."""
    camera = next(camera for camera in config.camera if camera.name == rules.camera)
    return rules.region.within(zoom) if camera.zoom == "views" else rules.region


def _plan(config: Config, camera: CameraConfig, views: Sequence[View], zoom: Roi) -> PlannedSource:
    """Raises ConfigError where such a source can't be made."""
    wanted_side = _wanted_side(views, camera.name)
    # The sensor knows nothing of a turn that is done behind it.
    on_sensor = zoom.turned_back(camera.rotation)
    make = partial(make_source, camera, wanted_side, on_sensor, state_folder(config))
    made_from = (camera.model_dump(exclude={"interval_s"}), wanted_side, on_sensor)
    return PlannedSource(camera, make, made_from, make().longest_call_s)


def _wanted_side(views: Sequence[View], camera: str) -> int:
    """The shorter side in pixels that a camera's frames need; 0, its own size, where no view looks at it."""
    looking = [view for view in views if view.camera == camera]
    return max((view.classifier.wanted_side(view.region) for view in looking), default=0)


def _stamp(path: Path | None) -> object:
    """A file's identity: it changes when the file is written anew. None where there is none."""
    try:
        status = path.stat() if path is not None else None
    except OSError:
        return None
    return None if status is None else (status.st_ino, status.st_size, status.st_mtime_ns)


def _model_stamp(section: ModelConfig) -> object:
    """Identity of a model's file, its sidecar and its label file."""
    path = find_model(section.name)
    return tuple(map(_stamp, (path, sidecar_path(path), section.labels)))


def _view_models(config: Config) -> list[tuple[ViewConfig, ModelConfig]]:
    return [(view, config.model_of(view)) for view in config.views()]


def _load_models(config: Config, have: Models) -> dict[ModelConfig, ImageClassifier]:
    models: dict[ModelConfig, ImageClassifier] = {}
    try:
        for _, section in _view_models(config):
            if section not in models:
                models[section] = have.get(section) or _tested_classifier(section)
    except Exception:
        close_unused(models, have)
        raise
    return models


def _tested_classifier(section: ModelConfig) -> ImageClassifier:
    """A classifier that knows its golden picture: a model that fails its self-test must not run for months."""
    classifier = open_classifier(section)
    try:
        classifier.self_test()
    except Exception:
        classifier.close()
        raise
    return classifier


def _machines(
    config: Config, models: Models, next_seq: Callable[[], int], have: Machines
) -> dict[tuple[ViewConfig, ModelConfig], ViewStateMachine]:
    machines = {}
    for view, section in _view_models(config):
        classifier = models[section]
        machines[view, section] = have.get((view, section)) or ViewStateMachine(
            view, classifier.labels, classifier.info.name, next_seq
        )
    return machines


def _check_labels(config: Config, models: Models) -> None:
    """The labels that views list must be the model's: a typing error would be silent for ever."""
    faults = []
    for i, (view, section) in enumerate(_view_models(config)):
        faults += label_faults(i, view.labels, models[section].labels, models[section].info.name)
    if faults:
        raise ConfigError(report(config.origin, faults))
