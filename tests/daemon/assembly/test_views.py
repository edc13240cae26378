"""What the config says of a view, as its decider has it."""

from typing import Any

import numpy as np
import pytest

from edgeclassify.config import Config
from edgeclassify.daemon.assembly import NO_PARTS, Parts, assemble
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.types import Option, Prediction

CAMERA = {"name": "front", "source": "synthetic:", "interval_s": 2.0}


def parts_of(options: OptionStore | None = None, before: Parts = NO_PARTS, **rules: Any) -> Parts:
    config = Config.model_validate(
        {"camera": [CAMERA], "view": [{"name": "gate"} | rules], "model": {"name": "builtin"}}
    )
    return assemble(config, OptionStore(None) if options is None else options, before)


def test_rules_are_those_of_the_config() -> None:
    rules: dict[str, Any] = {"threshold_enter": 0.5, "threshold_exit": 0.25, "confirm_s": 3.0}
    rules |= {"update_step": 0.2, "top": 4}
    (gate,) = parts_of(**rules).views
    assert gate.rules == Rules(pace=Pace(2.0, 10.0, 300.0), **rules)


def test_where_the_config_says_nothing() -> None:
    (gate,) = parts_of().views
    assert gate.rules == Rules(0.6, None, 1.0, 0.1, 3, Pace(2.0, 10.0, 300.0))


def test_what_was_set_lies_over_the_config_as_far_as_that_allows_it(caplog: pytest.LogCaptureFixture) -> None:
    options = OptionStore(None)
    options.set("gate", Option.THRESHOLD, 0.3, 0.6)
    options.set("gate", Option.INTERVAL, 9.0, 2.0)
    (gate,) = parts_of(options).views
    assert (gate.rules.threshold_enter, gate.rules.pace.interval_s) == (0.3, 9.0)
    assert caplog.messages == []
    (gate,) = parts_of(options, threshold_exit=0.4).views
    assert (gate.rules.threshold_enter, gate.rules.pace.interval_s) == (0.6, 9.0)
    assert caplog.messages == [
        "view gate: expected a threshold of at least threshold_exit (0.4), found 0.3. It was set over MQTT; the "
        "config's threshold_enter, 0.6, holds."
    ]


def test_a_view_that_stays_as_it_is_goes_on_and_another_begins() -> None:
    before = parts_of()
    same, other = parts_of(before=before), parts_of(before=before, top=4)
    assert same.views[0] is not before.views[0]
    assert same.views[0].continues(before.views[0])
    assert not other.views[0].continues(before.views[0])


def test_what_was_set_and_is_over_no_longer_holds_in_a_view_that_goes_on() -> None:
    options = OptionStore(None)
    options.set("gate", Option.THRESHOLD, 0.9, 0.6)
    before = parts_of(options)
    after = parts_of(OptionStore(None), before)
    assert after.views[0].continues(before.views[0])
    assert (before.views[0].rules.threshold_enter, after.views[0].rules.threshold_enter) == (0.9, 0.6)


def test_scores_are_tempered_as_the_models_section_says() -> None:
    model = {"name": "builtin", "temperature": 0.5}
    config = Config.model_validate({"camera": [CAMERA], "view": [{"name": "gate"}], "model": model})
    (gate,) = assemble(config, OptionStore(None), NO_PARTS).views
    labels = gate.classifier.labels
    scores = np.zeros(len(labels), np.float32)
    scores[:2] = 0.6, 0.4
    state = gate.look(Prediction(scores, labels, 0.0, 0.0, 0, 0, 0.0))
    assert state.top[0].score == pytest.approx(0.36 / 0.52, abs=0.001)
