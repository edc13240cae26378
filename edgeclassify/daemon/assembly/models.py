"""Which models are loaded for a config, and which are kept from the one before."""

import logging
from collections.abc import Callable, Iterable, Mapping

from edgeclassify.config import Config, ViewConfig
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.profile_labels import labels_of_profiles
from edgeclassify.config.groups.view_labels import ViewLabels, labels_of_views
from edgeclassify.config.label_hints import several_labels_note
from edgeclassify.documents.faults import report
from edgeclassify.errors import ConfigError
from edgeclassify.files import identity
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.model_files import files_of
from edgeclassify.model.opening.sharing import on_shared_network
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.model.opening.tried_interpreter import measuring_trials
from edgeclassify.types import ModelChoice

log = logging.getLogger(__name__)

ClassifierFactory = Callable[[ModelChoice], ImageClassifier]
"""Opens a model with the classes of its own network."""


@dataclass(frozen=True, slots=True)
class ModelStamp:
    """What a classifier was loaded of. `network`: identity of the files of the network and its own classes, and
    how pictures get into it; `head`: checksum of the taught head, None: it has its network's own."""

    network: object
    head: str | None


@dataclass(frozen=True, slots=True)
class LoadedModels:
    """The classifiers of a config's views, by the section that each was loaded for."""

    loaded: Mapping[ModelChoice, ImageClassifier]
    stamps: Mapping[ModelChoice, ModelStamp]
    """What each was loaded of."""

    def close_all_but(self, kept: "LoadedModels") -> None:
        """Close the classifiers that are not among those."""
        _close(self.loaded.values(), kept)


NO_MODELS = LoadedModels({}, {})


def tested_classifier(section: ModelChoice) -> ImageClassifier:
    """A classifier that knows its golden image: a model that fails its self-test must not run for months."""
    classifier = open_classifier(section, trials=measuring_trials())
    try:
        classifier.self_test()
    except Exception:
        classifier.close()
        raise
    return classifier


def load_models(config: Config, before: LoadedModels, open_one: ClassifierFactory) -> LoadedModels:
    """One whose files are as they were is taken over from `before`; of a taught one whose base is as it was, the
    network is, under the head that was fitted since. Those that run the same network share it.

    Raises ConfigError or ModelError; `before` is untouched then.
    """
    stamps = {section: stamp_of(section) for _, section in view_models(config)}
    loaded: dict[ModelChoice, ImageClassifier] = {}
    try:
        # Taught ones last, so that they find the network that they may share.
        for section, stamp in sorted(stamps.items(), key=lambda item: item[1].head is not None):
            kept = _kept(section, stamp, before)
            if kept is not None:
                loaded[section] = kept
            elif stamp.head is None:
                loaded[section] = on_shared_network(open_one(section), (*loaded.values(), *before.loaded.values()))
            else:
                # It is not run here: one that it shares may be in use.
                beside = (*loaded.values(), *before.loaded.values())
                loaded[section] = open_classifier(section, trials=measuring_trials(), beside=beside)
    except Exception:
        _close(loaded.values(), before)
        raise
    return LoadedModels(loaded, stamps)


def is_news(models: LoadedModels, name: str) -> bool:
    """True where a model's files are others than those that were loaded. Raises ModelError where it is gone."""
    return any(stamp_of(section) != stamp for section, stamp in models.stamps.items() if section.name == name)


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
            log.warning(
                "%s", several_labels_note(view, models.loaded[section].info.name), extra={"view": view.name}
            )
    return KnownLabels(_known(found.views), {name: _known(views) for name, views in profiles.views.items()})


def _known(views: Iterable[ViewLabels | None]) -> tuple[ViewLabels, ...]:
    return tuple(labels for labels in views if labels is not None)


def view_models(config: Config) -> list[tuple[ViewConfig, ModelChoice]]:
    """Each view, with the model that it is to have."""
    return [(view, config.model_of(view)) for view in config.views()]


def stamp_of(section: ModelChoice) -> ModelStamp:
    """As the model's files are now. Raises ConfigError or ModelError."""
    files = files_of(section)
    return ModelStamp((*map(identity, files.network), *files.fed), files.head)


def _kept(section: ModelChoice, stamp: ModelStamp, before: LoadedModels) -> ImageClassifier | None:
    """What there was for a section, where it will do; None where a classifier must be opened."""
    former = before.stamps.get(section)
    if former is None or former.network != stamp.network or (former.head is None) != (stamp.head is None):
        return None
    classifier = before.loaded[section]
    if former == stamp:
        return classifier
    folder = taught_folder(section.name)
    if folder is None or not isinstance(classifier, NetworkClassifier):
        return None
    from edgeclassify.model.opening.taught import reheaded  # most models are not taught
    from edgeclassify.model.taught.reading import read_taught

    return reheaded(classifier, read_taught(folder))


def _close(classifiers: Iterable[ImageClassifier], kept: LoadedModels) -> None:
    for classifier in classifiers:
        if classifier not in kept.loaded.values():
            classifier.close()
