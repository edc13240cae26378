"""What a command judges: a view of a config, or a model as a view of its own would use it."""

from pathlib import Path

from edgeclassify.cli.support.models_option import default_model
from edgeclassify.config import Config, ViewConfig, parse_config
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.view_labels import ViewLabels, labels_of_views
from edgeclassify.documents.faults import report
from edgeclassify.errors import ConfigError, UsageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.service.places import CONFIG
from edgeclassify.service.sandbox import config_seen
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import ModelChoice, Roi


@dataclass(frozen=True, slots=True)
class WatchedBy:
    """A view as its config says, its model open. `name`: None where no config names a view."""

    name: str | None
    region: Roi
    model: ModelChoice
    classifier: NetworkClassifier
    labels: ViewLabels
    section: ViewConfig

    def close(self) -> None:
        """Let go of the model."""
        self.classifier.close()


def view_of_model(model: ModelChoice) -> WatchedBy:
    """All that a view of that model could show."""
    document = {"camera": [{"name": "camera", "source": "picamera:0"}]}
    config = parse_config(document, "defaults", Path.cwd())
    return _opened(config, config.views()[0], None, model)


def view_of_config(path: Path | None, name: str | None) -> WatchedBy:
    """A view of a config file, as its service reads it; None: of the usual one.

    Raises ConfigError, UsageError or ModelError.
    """
    config = default_model(config_seen(CONFIG if path is None else path)[0])
    views = config.views()
    found = [view for view in views if name in (None, view.name)]
    if len(found) != 1:
        names = [view.name for view in views]
        hint = "" if name is None else did_you_mean(name, names)
        raise UsageError(f"--view: expected one of {', '.join(names)}; found {name or 'none'}. {hint}".rstrip())
    return _opened(config, found[0], found[0].name, config.model_of(found[0]))


def _opened(config: Config, view: ViewConfig, name: str | None, model: ModelChoice) -> WatchedBy:
    classifier = open_classifier(model)
    known = ModelLabels(classifier.info.name, tuple(classifier.labels), classifier.background)
    found = labels_of_views(config, [known if other == view else None for other in config.views()])
    labels = next((one for one in found.views if one is not None), None)
    if found.faults or labels is None:
        classifier.close()
        raise ConfigError(report(config.origin, found.faults))
    return WatchedBy(name, view.region, model, classifier, labels, view)
