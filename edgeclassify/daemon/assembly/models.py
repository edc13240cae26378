"""Which models are loaded for a config, and which are kept from the one before."""

import logging
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from edgeclassify.config import Config, ModelConfig, ViewConfig
from edgeclassify.config.faults import report
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.profile_labels import labels_of_profiles
from edgeclassify.config.groups.view_labels import ViewLabels, labels_of_views
from edgeclassify.config.label_hints import several_labels_note
from edgeclassify.errors import ConfigError
from edgeclassify.files import identity
from edgeclassify.model.catalog import find_model
from edgeclassify.model.description.sidecar import read_sidecar, sidecar_path
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier

log = logging.getLogger(__name__)

ClassifierFactory = Callable[[ModelConfig], ImageClassifier]


@dataclass(frozen=True, slots=True)
class LoadedModels:
    """The classifiers of a config's views, by the section that each was loaded for."""

    loaded: Mapping[ModelConfig, ImageClassifier]
    stamps: Mapping[ModelConfig, object]
    """Identity of the files behind each when it was loaded."""

    def close_all_but(self, kept: "LoadedModels") -> None:
        """Close the classifiers that are not among those."""
        _close(self.loaded.values(), kept)


NO_MODELS = LoadedModels({}, {})


def tested_classifier(section: ModelConfig) -> ImageClassifier:
    """A classifier that knows its golden image: a model that fails its self-test must not run for months."""
    classifier = open_classifier(section)
    try:
        classifier.self_test()
    except Exception:
        classifier.close()
        raise
    return classifier


def load_models(config: Config, before: LoadedModels, open_one: ClassifierFactory) -> LoadedModels:
    """One whose files are as they were is taken over from `before`.

    Raises ConfigError or ModelError; `before` is untouched then.
    """
    stamps = {section: _stamp(section) for _, section in view_models(config)}
    loaded: dict[ModelConfig, ImageClassifier] = {}
    try:
        for section, stamp in stamps.items():
            unchanged = stamp == before.stamps.get(section)
            loaded[section] = before.loaded[section] if unchanged else open_one(section)
    except Exception:
        _close(loaded.values(), before)
        raise
    return LoadedModels(loaded, stamps)


def is_news(models: LoadedModels, name: str) -> bool:
    """True where a model's files are others than those that were loaded. Raises ModelError where it is gone."""
    return any(_stamp(section) != stamp for section, stamp in models.stamps.items() if section.name == name)


@dataclass(frozen=True, slots=True)
class KnownLabels:
    """What each view decides between: as ever, and by the name of a profile while that is on."""

    usual: tuple[ViewLabels, ...]
    of_profiles: Mapping[str, tuple[ViewLabels, ...]]

    def under(self, profile: str | None) -> tuple[ViewLabels, ...]:
        """While this profile is on; None: none is."""
        return self.usual if profile is None else self.of_profiles[profile]


def find_labels(config: Config, models: LoadedModels) -> KnownLabels:
    """What each view decides between.

    Raises ConfigError where it names labels or groups that are not there: a typing error would be silent for ever.
    """
    classifiers = [models.loaded[section] for _, section in view_models(config)]
    known = [ModelLabels(one.info.name, tuple(one.labels), one.background) for one in classifiers]
    found = labels_of_views(config, known)
    profiles = labels_of_profiles(config, known, found)
    if faults := (*found.faults, *profiles.faults):
        raise ConfigError(report(config.origin, faults))
    for view, section in view_models(config):
        if models.loaded[section].has_several_labels:
            log.warning("%s", several_labels_note(view, models.loaded[section].info.name))
    return KnownLabels(_known(found.views), {name: _known(views) for name, views in profiles.views.items()})


def _known(views: Iterable[ViewLabels | None]) -> tuple[ViewLabels, ...]:
    return tuple(labels for labels in views if labels is not None)


def view_models(config: Config) -> list[tuple[ViewConfig, ModelConfig]]:
    """Each view, with the model that it is to have."""
    return [(view, config.model_of(view)) for view in config.views()]


def _stamp(section: ModelConfig) -> object:
    """Identity of a model's file, its sidecar, and the files that config and sidecar name."""
    path = find_model(section.name)
    sidecar = read_sidecar(path)
    golden = None if sidecar.golden is None else sidecar.golden.image
    return tuple(map(identity, (path, sidecar_path(path), section.labels, sidecar.labels, golden)))


def _close(classifiers: Iterable[ImageClassifier], kept: LoadedModels) -> None:
    for classifier in classifiers:
        if classifier not in kept.loaded.values():
            classifier.close()
