"""A view of a model of which several labels can hold at once, by the rules that a config has by default."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from edgeclassify.config import Config
from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.assembly.views import rules_of
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.postprocess.interface import Decider, FilterKind
from edgeclassify.recording.interface import ViewFacts
from edgeclassify.types import EventType, ModelChoice, PixelFormat
from tests.model.colour_nets import COLOURS, Net
from tests.model.frames import frame_of
from tests.model.output_nets import SEVERAL
from tests.model.tflite_files import tflite_bytes


@pytest.fixture
def model(tmp_path: Path) -> Path:
    """Sigmoids: red and green hold at once of a yellow picture."""
    net = Net()
    path = tmp_path / "model.tflite"
    path.write_bytes(tflite_bytes(net.model(SEVERAL["sigmoid"](net))))
    (tmp_path / "labels.txt").write_text("\n".join(COLOURS) + "\n", encoding="utf-8")
    sidecar = 'labels = "labels.txt"\n[normalization]\nmean = [0.0]\nstd = [1.0]\n'
    path.with_suffix(".toml").write_text(sidecar, encoding="utf-8")
    return path


def started(model: Path, colour: tuple[int, int, int]) -> list[str]:
    """The labels that start in ten seconds of that colour."""
    classifier = open_classifier(ModelChoice(name=str(model)))
    assert classifier.has_several_labels
    config = Config.model_validate({"camera": [{"name": "c", "source": "picamera:0"}]})
    rules = rules_of(config, config.views()[0])
    assert rules.filter.kind is FilterKind.BAYES
    facts = ViewFacts("v", tuple(classifier.labels), "m", tempering=classifier.tempering)
    decider: Decider = decider_of(facts, rules)
    prediction = classifier.classify(frame_of(np.full((16, 16, 3), colour, np.uint8), PixelFormat.RGB))
    found = []
    for frame in range(20):
        step = decider.see(replace(prediction, captured_at_ns=frame * 500_000_000, captured_at=frame / 2))
        found += [event.label for event in step.events if event.event_type is EventType.START]
    classifier.close()
    return found


def test_one_of_two_that_hold_at_once_is_shown(model: Path) -> None:
    (label,) = started(model, (255, 255, 0))
    assert label in ("red", "green")


def test_one_that_holds_alone_is_shown_and_none_where_none_holds(model: Path) -> None:
    assert started(model, (0, 0, 255)) == ["blue"]
    assert started(model, (0, 0, 0)) == []
