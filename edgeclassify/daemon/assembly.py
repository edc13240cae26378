"""From the config to parts: the one place that names concrete classes of every stage.

Parts that a reload leaves as they are (same section, same model) are taken over from the parts before, so that
a view's state survives and a model is not loaded twice.
"""

import logging
import os
import platform
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from edgeclassify import __version__
from edgeclassify.config import Config, ModelConfig, ViewConfig
from edgeclassify.config.faults import report
from edgeclassify.config.labels import label_faults
from edgeclassify.errors import ConfigError
from edgeclassify.model.classifier import find_model, open_classifier
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.sidecar import sidecar_path
from edgeclassify.pipeline import View
from edgeclassify.postprocess.events import ViewStateMachine
from edgeclassify.publish.interface import Publisher, Spool
from edgeclassify.publish.mqtt import MqttPublisher
from edgeclassify.sources.factory import make_source
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import ModelInfo, NodeInfo

log = logging.getLogger(__name__)

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
    sources: tuple[FrameSource, ...]

    def views_of(self, camera: str) -> tuple[str, ...]:
        """Names of the views that look at a camera."""
        return tuple(view.name for view in self.views if view.camera == camera)


NO_PARTS = Parts(Config(), {}, {}, {}, (), ())


def assemble(config: Config, next_seq: Callable[[], int], before: Parts = NO_PARTS) -> Parts:
    """Load the models, build state machines and sources; nothing is opened or started yet.

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
        views = tuple(
            View(view.name, str(view.camera), view.region, models[model], machines[view, model])
            for view, model in _view_models(config)
        )
        sources = tuple(make_source(camera, _wanted_side(views, camera.name)) for camera in config.camera)
    except Exception:
        close_unused(models, before.models)
        raise
    return Parts(config, models, stamps, machines, views, sources)


def close_unused(models: Models, kept: Models) -> None:
    """Close the classifiers that are not kept."""
    for classifier in models.values():
        if classifier not in kept.values():
            classifier.close()


def make_mqtt_publisher(config: Config, spool: Spool) -> Publisher:
    """The production publisher for this config."""
    labels = {view.name: view.labels for view in config.views()}
    return MqttPublisher(config=config.mqtt, node=config.node.name, labels=labels, spool=spool)


def publisher_key(config: Config) -> object:
    """What the publisher depends on: while this stays equal, a reload keeps the connection."""
    mqtt = config.mqtt
    files = [mqtt.password_file] + ([] if mqtt.tls is None else [mqtt.tls.ca, mqtt.tls.cert, mqtt.tls.key])
    labels = tuple((view.name, view.labels) for view in config.views())
    return mqtt, config.node.name, labels, tuple(map(_stamp, files))


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
