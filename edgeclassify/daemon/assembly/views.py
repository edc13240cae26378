"""A config's views with their rules: what was set over MQTT lies over these, and a view that stays goes on."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import replace

from edgeclassify.config import SHOWN_PLAINLY, CameraConfig, Config, ViewConfig
from edgeclassify.config.groups.model_labels import ModelLabels
from edgeclassify.config.groups.view_labels import ViewLabels, labels_of_views
from edgeclassify.config.profiles import ProfileViewConfig
from edgeclassify.config.rules import RulesConfig
from edgeclassify.config.source_kinds import WAITING_KINDS
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.labels import label_groups, own_rules
from edgeclassify.daemon.assembly.models import KnownLabels, LoadedModels, view_models
from edgeclassify.daemon.assembly.parts import Parts, TappedView
from edgeclassify.daemon.assembly.sources import zoom_of
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.documents.faults import report
from edgeclassify.errors import ConfigError
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.interface import FilterKind, FilterRules, QuietHours, Rules
from edgeclassify.postprocess.pace import LATE, Pace
from edgeclassify.recording.interface import ViewFacts
from edgeclassify.recording.running.tap import TappedDecider
from edgeclassify.types import ModelChoice, Option, OptionValue

log = logging.getLogger(__name__)

_CHANGE_LIVE = tuple(ProfileViewConfig.model_fields.keys() & RulesConfig.model_fields.keys())
"""Thresholds and times: keys by which a view goes on deciding with what is in it."""


class ViewAssembly:
    """Makes the views of a config, of which a profile may be on. `labels`: what each decides between; `before`:
    the parts that run; `options`: what was set over MQTT."""

    def __init__(
        self,
        config: Config,
        models: LoadedModels,
        labels: KnownLabels,
        options: OptionStore,
        before: Parts,
    ) -> None:
        self._config, self._usual = config, config.under(None)
        self._models, self._labels = models, labels
        self._options, self._before = options, before
        self.taps: dict[str, TappedView] = {}
        """Filled by `views`: the decider of each, by its name."""
        self._former = list(zip(view_models(before.config), before.labels, before.views, strict=True))

    def views(self) -> tuple[View, ...]:
        """All of them. One whose section, model and labels are as they were keeps what is in it."""
        made_of = zip(view_models(self._usual), self._labels.usual, self._config.views(), strict=True)
        made = [self._view(usual, now, model, labels) for (usual, model), labels, now in made_of]
        for view in made:
            view.snapshots = self._config.takes_snapshots(view.name)
        return tuple(made)

    def rules_of_profiles(self) -> Mapping[str, Sequence[Rules]]:
        """What each view, by its name, decides by while each of the profiles is on, without what was set."""
        found: dict[str, list[Rules]] = {}
        for profile, labels in self._labels.of_profiles.items():
            config = self._usual.under(profile)
            for section, known in zip(config.views(), labels, strict=True):
                found.setdefault(section.name, []).append(rules_of(config, section, known))
        return found

    def _view(self, usual: ViewConfig, section: ViewConfig, model: ModelChoice, labels: ViewLabels) -> View:
        """`usual`: its section while no profile is on; `section`: as it is now."""
        camera, classifier = self._config.camera_of(section), self._models.loaded[model]
        wanted = self._options.overrides(section, camera.interval_s)
        rules = rules_now(self._config, section, self._labels_now(section.name), self._options)
        region = section.region.within(zoom_of(self._config, camera)) if camera.zoom == "views" else section.region
        enabled = self._is_enabled(section, wanted)
        if (kept := self._kept(usual, model, labels)) is not None:
            if (tap := self._before.taps.get(section.name)) is not None:
                self.taps[section.name] = tap
            rules = rules.with_least(kept.rules.pace.least_s)
            return kept.successor(region=region, rules=rules, enabled=enabled, classifier=classifier)
        facts = _facts(section.name, camera.name, classifier, labels)
        tap = self.taps[section.name] = TappedView(facts, TappedDecider(decider_of(facts, rules)))
        return View(
            name=section.name,
            camera=camera.name,
            region=region,
            classifier=classifier,
            decider=tap.decider,
            enabled=enabled,
        )

    def _kept(self, section: ViewConfig, model: ModelChoice, labels: ViewLabels) -> View | None:
        """The same view with the same model and labels, before; its thresholds and times may be others."""
        if not self._decides_as_before(model):
            return None
        wanted = (_lasting(section), model.as_it_decides, _names(labels))
        former = (
            (_lasting(one), by.as_it_decides, _names(known), view) for (one, by), known, view in self._former
        )
        return next((view for *made_of, view in former if tuple(made_of) == wanted), None)

    def _decides_as_before(self, model: ModelChoice) -> bool:
        """True where there was one that gave the same scores: on the same files, with however many threads."""
        before, after = self._before.models, self._models
        if (former := before.loaded.get(model)) is not None:
            return decides_alike(former, after.loaded[model])
        return any(
            one.as_it_decides == model.as_it_decides and stamp == after.stamps[model]
            for one, stamp in before.stamps.items()
        )

    def _is_enabled(self, section: ViewConfig, wanted: Mapping[Option, OptionValue]) -> bool:
        """It stays switched as it is, also where it was only paused, unless the config's word has changed."""
        former = next((view for view in self._before.views if view.name == section.name), None)
        if former is not None and self._before.configured(section.name, Option.ENABLED) == section.enabled:
            return former.enabled
        return bool(wanted.get(Option.ENABLED, section.enabled))

    def _labels_now(self, view: str) -> ViewLabels:
        names = [section.name for section in self._config.views()]
        return self._labels.under(self._config.profile_on)[names.index(view)]


def decides_alike(one: ImageClassifier, other: ImageClassifier) -> bool:
    """True where what was decided by one goes on by the other: the same, or one whose head was fitted anew to the
    same classes on the same network."""
    if one is other:
        return True
    if one.embedding is None or other.embedding is None or not one.embedding.fits(other.embedding):
        return False
    return _classes(one) == _classes(other)


def _classes(classifier: ImageClassifier) -> tuple[object, ...]:
    of_model = (classifier.info.name, classifier.tempering, classifier.has_several_labels)
    return (*of_model, tuple(classifier.labels), classifier.background)


def rules_now(config: Config, section: ViewConfig, labels: ViewLabels, options: OptionStore) -> Rules:
    """What the config says of a view's decisions, with what was set over MQTT over it."""
    rules = rules_of(config, section, labels)
    wanted = options.overrides(section, config.camera_of(section).interval_s)
    if Option.INTERVAL in wanted:
        rules = rules.with_interval(float(wanted[Option.INTERVAL]))
    return _with_threshold(section.name, rules, wanted.get(Option.THRESHOLD))


def _facts(view: str, camera: str, classifier: ImageClassifier, labels: ViewLabels) -> ViewFacts:
    """What its decider is made of, beside its rules, and which camera it looks at."""
    known = tuple(classifier.labels)
    groups, background = label_groups(labels, known), tuple(sorted(classifier.background))
    return ViewFacts(view, known, classifier.info.name, groups, classifier.tempering, background, camera)


def facts_by(config: Config, section: ViewConfig, facts: ViewFacts) -> tuple[ViewFacts, Rules]:
    """What a view's decider would be made of by this config, with the model that is known from a recording.

    Raises ConfigError where the section names labels or groups that are not there.
    """
    model = ModelLabels(facts.model, facts.labels, frozenset(facts.background))
    found = labels_of_views(config, [model if one.name == section.name else None for one in config.views()])
    labels = next((one for one in found.views if one is not None), None)
    if found.faults or labels is None:
        raise ConfigError(report(config.origin, found.faults))
    return replace(facts, groups=label_groups(labels, facts.labels)), rules_of(config, section, labels)


def rules_of(config: Config, section: ViewConfig, labels: ViewLabels | None = None) -> Rules:
    """What the config says of the decisions of one of its views(). `labels`: what it decides between, where that
    is known: only then it can be told which have rules of their own."""
    return Rules(
        threshold_enter=section.threshold_enter,
        threshold_exit=section.threshold_exit,
        confirm_s=section.confirmation_s,
        update_step=section.update_step,
        top=section.top,
        pace=_pace(config, config.camera_of(section)),
        expire_s=section.expire_s,
        hold_s=section.hold_s,
        cooldown_s=section.cooldown_s,
        unknown_below=section.unknown_below,
        quiet_hours=tuple(QuietHours(*span) for span in section.quiet_minutes),
        time_zone=config.node.time_zone,
        resumes=section.across_gap == "resume",
        holds_on_problem=section.on_problem == "hold",
        filter=FilterRules(FilterKind(section.filter or FilterKind.BAYES), section.memory_s, section.smoothing_s),
        own={} if labels is None else own_rules(labels, by_belief=section.filter in (None, "bayes")),
    )


def _pace(config: Config, camera: CameraConfig) -> Pace:
    """How far apart the view's frames may be: as late as its camera may be before it counts as lost."""
    slack_s = LATE * camera.longest_frame_s + camera.stall_timeout_s
    return Pace(camera.interval_s, slack_s, config.node.resume_s, waits=camera.kind in WAITING_KINDS)


def forget_stale_options(parts: Parts, options: OptionStore) -> None:
    """This config holds from now on: what was set while an earlier one said something else is over.

    What was set while another of its profiles was on is not: it holds again with that one.
    """
    config = parts.config
    for sections in zip(*(one.views() for one in (parts.settings, *config.with_each_profile())), strict=True):
        options.forget_stale(sections[0], config.camera_of(sections[0]).interval_s, sections[1:])


def _with_threshold(view: str, rules: Rules, wanted: OptionValue | None) -> Rules:
    """What was set over MQTT, where the config (its threshold_exit may be a new one) still allows that."""
    if wanted is None:
        return rules
    try:
        return rules.with_threshold(float(wanted))
    except ConfigError as error:
        log.warning(
            "view %s: %s. It was set over MQTT; the config's threshold_enter, %g, holds.",
            view, error, rules.threshold_enter,
            extra={"view": view},
        )  # fmt: skip
        return rules


def _lasting(section: ViewConfig) -> ViewConfig:
    """What of a view's section must be as it was, or what is in it ends: not how Home Assistant shows that, nor
    what a profile may change at any time."""
    return section.model_copy(update={"home_assistant": SHOWN_PLAINLY, **dict.fromkeys(_CHANGE_LIVE)})


def _names(labels: ViewLabels) -> ViewLabels:
    """What it decides between, whatever the rules of single ones."""
    return replace(labels, rules=(), lasting=())
