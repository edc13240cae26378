"""Builds the parts of a config, and takes over those that a reload leaves as they are.

So a view's state survives (same section, same model), and a model is not loaded twice.
"""

import logging

from edgeclassify.config import Config
from edgeclassify.config.unreachable_confirmation import confirmation_notes
from edgeclassify.daemon.assembly.checks import KnownPicture, nothing_known, plan_checks
from edgeclassify.daemon.assembly.models import ClassifierFactory, find_labels, load_models, tested_classifier
from edgeclassify.daemon.assembly.parts import NO_PARTS, Parts
from edgeclassify.daemon.assembly.scenes import scenes_of
from edgeclassify.daemon.assembly.sources import SourceFactory, plan_sources
from edgeclassify.daemon.assembly.views import ViewAssembly
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.daemon.publishing import SnapshotFactory, make_snapshot_taker
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.factory import make_source

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Factories:
    """What a config's parts are made by."""

    source: SourceFactory = make_source
    classifier: ClassifierFactory = tested_classifier
    snapshots: SnapshotFactory = make_snapshot_taker


def assemble(
    config: Config,
    options: OptionStore,
    before: Parts = NO_PARTS,
    factories: Factories = Factories(),  # noqa: B008 - frozen
    known_picture: KnownPicture = nothing_known,
    profile: str | None = None,
) -> Parts:
    """Load the models, build views and sources; nothing is opened or started yet.

    `options`: what was set over MQTT and lies over the config. A view that stays as it is keeps what is in it, and
    stays switched as it is. `known_picture`: what a camera that did not run before usually shows. `profile`: the
    one that is on; one that the config does not have is not.
    Raises ConfigError or ModelError; `before` is untouched then.
    """
    models = load_models(config, before.models, factories.classifier)
    try:
        labels = find_labels(config, models)
        for note in dict.fromkeys(note for one in config.with_each_profile() for note in confirmation_notes(one)):
            log.warning("%s", note)
        profile = profile if profile in config.profile else None
        assembly = ViewAssembly(config.under(profile), models, labels, options, before)
        views = assembly.views()
        sources = plan_sources(config, views, factories.source)
    except Exception:
        models.close_all_but(before.models)
        raise
    checks = plan_checks(config, before, known_picture)
    rules = assembly.rules_of_profiles()
    scenes = scenes_of(config, views, checks, rules)
    return Parts(
        config, models, labels.usual, views, sources, scenes, checks, assembly.taps, profile, labels.of_profiles
    )
