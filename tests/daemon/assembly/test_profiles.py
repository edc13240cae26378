"""The views of a config while a profile is on, and over a reload."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, parse_config
from edgeclassify.daemon.assembly import NO_PARTS, Parts, assemble
from edgeclassify.daemon.assembly.scenes import gate_of
from edgeclassify.daemon.assembly.views import forget_stale_options
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.errors import ConfigError
from edgeclassify.types import Option
from tests.postprocess.benches import make_rules

CAMERA = {"name": "front", "source": "synthetic:", "interval_s": 2.0}
AWAY: dict[str, Any] = {
    "view": {"gate": {"threshold_enter": 0.8, "enabled": False, "snapshots": False, "lasting": {"lemon": [5.0]}}}
}


def config_of(gate: dict[str, Any] | None = None, **profile: Any) -> Config:
    views = [{"name": "gate"} | (gate or {}), {"name": "door"}]
    document = {"camera": [CAMERA], "view": views, "model": {"name": "builtin"}, "profile": profile}
    return parse_config(document, "p.toml", Path())


def parts(
    config: Config, profile: str | None = None, options: OptionStore | None = None, before: Parts = NO_PARTS
) -> Parts:
    return assemble(config, options or OptionStore(None), before, profile=profile)


def test_without_one_the_views_are_as_the_config_says() -> None:
    for profile in (None, "holiday"):  # the config has no such one
        found = parts(config_of(away=AWAY), profile)
        gate, _ = found.views
        assert (gate.enabled, gate.snapshots, gate.rules.threshold_enter, gate.rules.own) == (True, True, 0.97, {})
        assert found.profile is None
        assert found.labels_now is found.labels
        assert found.configured("gate", Option.THRESHOLD) == 0.97


def test_with_one_they_are_as_that_says() -> None:
    found = parts(config_of(away=AWAY), "away")
    gate, door = found.views
    assert (gate.enabled, gate.snapshots, gate.rules.threshold_enter) == (False, False, 0.8)
    assert [own.lasting for own in gate.rules.own.values()] == [(5.0,)]
    assert (door.enabled, door.snapshots, door.rules.threshold_enter, door.rules.own) == (True, True, 0.97, {})
    assert found.profile == found.settings.profile_on == "away"
    assert found.config.profile_on is None
    assert found.labels[0].lasting == ()
    assert found.labels_now[0].lasting != ()
    assert found.configured("gate", Option.THRESHOLD) == 0.8
    assert found.configured("gate", Option.ENABLED) is False


def test_labels_that_are_not_there() -> None:
    with pytest.raises(ConfigError) as raised:
        parts(config_of(away={"view": {"door": {"lasting": {"lemonn": [5.0]}}}}))
    assert str(raised.value).startswith(
        "p.toml: 1 fault\n  profile.away.view.door.lasting: expected labels of the model builtin, found 'lemonn'."
    )


def test_over_a_reload_a_view_goes_on_with_the_rules_of_the_profile_by_then() -> None:
    before = parts(config_of(away=AWAY), "away")
    other = {"view": {"gate": {"threshold_enter": 0.7, "enabled": False}}}
    after = parts(config_of(away=other), "away", before=before)
    gate, _ = after.views
    assert gate.continues(before.views[0])
    assert (gate.rules.threshold_enter, gate.enabled, gate.snapshots) == (0.7, False, True)
    left = parts(config_of(), "away", before=after)
    gate, _ = left.views
    assert gate.continues(before.views[0])
    assert (left.profile, gate.rules.threshold_enter, gate.enabled) == (None, 0.97, True)


def test_what_was_set_holds_while_the_profile_says_the_same_as_then() -> None:
    options, config = OptionStore(None), config_of(away=AWAY, night={"view": {"*": {"hold_s": 5.0}}})
    options.set("gate", Option.THRESHOLD, 0.75, 0.8)
    found = [parts(config, name, options).views[0].rules.threshold_enter for name in (None, "away", "night")]
    assert found == [0.97, 0.75, 0.97]
    options.set("gate", Option.THRESHOLD, 0.9, 0.97)
    found = [parts(config, name, options).views[0].rules.threshold_enter for name in (None, "away", "night")]
    assert found == [0.9, 0.8, 0.9]


def test_what_was_set_under_another_profile_is_not_forgotten_and_under_none_of_them_is() -> None:
    options = OptionStore(None)
    options.set("gate", Option.THRESHOLD, 0.75, 0.8)
    config = config_of(away=AWAY)
    forget_stale_options(parts(config), options)
    assert parts(config, "away", options).views[0].rules.threshold_enter == 0.75
    forget_stale_options(parts(config_of()), options)
    assert parts(config, "away", options).views[0].rules.threshold_enter == 0.8


def test_a_gate_stays_open_for_the_slowest_of_its_profiles() -> None:
    section = config_of({"motion": {"gate": True, "max_interval_s": 9.0}}).views()[0]
    quick, slow = make_rules(confirm_s=1.0), make_rules(confirm_s=30.0)
    gate = gate_of(section, (quick, slow))
    assert gate is not None
    assert gate == gate_of(section, (slow, quick)) == gate_of(section, (slow,))
    assert gate != gate_of(section, (quick,))
    assert gate.max_interval_s == 9.0
    assert gate_of(config_of().views()[0], (quick,)) is None
