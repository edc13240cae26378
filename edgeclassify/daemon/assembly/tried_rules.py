"""What a view would be made of if some of its keys were others."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from edgeclassify.config import Config, ViewConfig
from edgeclassify.config.faults import faults_of
from edgeclassify.config.rules import RulesConfig
from edgeclassify.daemon.assembly.parts import Parts
from edgeclassify.daemon.assembly.views import facts_by
from edgeclassify.documents.faults import report
from edgeclassify.errors import ConfigError
from edgeclassify.late_model import ValidationError
from edgeclassify.postprocess.interface import Rules
from edgeclassify.recording.interface import ViewFacts
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Option

WHAT_IS_SEEN = ("look", "motion")
"""Keys that say what is classified: what was recorded can't tell of others."""
KEYS = tuple(key for key in RulesConfig.model_fields if key not in WHAT_IS_SEEN)


def tried_rules(parts: Parts, view: str, rules: Mapping[str, Any]) -> tuple[ViewFacts, Rules]:
    """What the decider of a view would be made of.

    `rules`: keys of its section with other values; None: the default. They stand above what a profile says that
    is on. Raises ConfigError where they are wrong, all faults at once.
    """
    _check_keys(rules)
    config = _with_keys(parts.settings, view, rules)
    section = next(one for one in config.views() if one.name == view)
    facts, made = facts_by(config, section, parts.taps[view].facts)
    present = next(one for one in parts.views if one.name == view).rules
    # It was recorded at that pace.
    made = replace(made, pace=present.pace)
    set_over = present.threshold_enter != parts.configured(view, Option.THRESHOLD)
    if set_over and not {"threshold_enter", "filter"} & set(rules):
        made = made.with_threshold(present.threshold_enter)
    return facts, made


def _check_keys(rules: Mapping[str, Any]) -> None:
    for key in rules:
        if key not in KEYS:
            raise ConfigError(
                f"{key}: expected one of {', '.join(KEYS)}, which can be tried on what was recorded. "
                f"{did_you_mean(key, KEYS)}".rstrip()
            )


def _with_keys(settings: Config, view: str, rules: Mapping[str, Any]) -> Config:
    """The config with no profile on, but with what the one that is on says in its views, and these keys."""
    views = tuple(_with_rules(one, rules) if one.name == view else one for one in _said_views(settings))
    return settings.model_copy(update={"view": views}).under(None)


def _said_views(settings: Config) -> tuple[ViewConfig, ...]:
    """As the file and the profile that is on say, without the defaults that follow from others of their keys."""
    said = {view.name: view for view in settings.view}
    profile = None if settings.profile_on is None else settings.profile[settings.profile_on]
    named = [said.get(one.name, ViewConfig(name=one.name, camera=one.camera)) for one in settings.views()]
    return tuple(one if profile is None else profile.over(one.name, one) for one in named)


def _with_rules(view: ViewConfig, rules: Mapping[str, Any]) -> ViewConfig:
    document = {"name": view.name, **{key: value for key, value in rules.items() if value is not None}}
    try:
        checked = ViewConfig.model_validate(document)
    except ValidationError as error:
        raise ConfigError(report("rules", faults_of(error, document, ViewConfig))) from error
    said = {key: getattr(view, key) for key in view.model_fields_set if key not in rules}
    tried = {key: getattr(checked, key) for key in document if key != "name"}
    return ViewConfig.model_construct({*said, *tried}, **said, **tried)
