"""A real model that is opened to run for long: measured once, and opened so ever after."""

from pathlib import Path

import pytest

from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.tried_interpreter import Trials, measuring_trials, usual_trials
from edgeclassify.model.speed.known_speeds import ENOUGH, FILE_NAME, KnownSpeeds
from edgeclassify.model.speed.speeds import Speeds, here
from edgeclassify.model.speed.ways import Way
from edgeclassify.types import ModelChoice
from tests.model.known import EveryModel

BUILTIN = "c3fa3b7fc7e949f13ba7f166d655a4264ddb5241e1e698c8d75625ec5c78abfb"


@pytest.fixture(autouse=True)
def two_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.model.speed.ways.thread_counts", lambda _: (1, 2))
    monkeypatch.setattr("edgeclassify.model.speed.ways.auto_threads", lambda _: 2)
    monkeypatch.setattr("edgeclassify.model.speed.ways.other_runtimes", lambda _: {})


def opened_with(speeds: Speeds) -> int | None:
    opened = open_classifier(ModelChoice(), trials=Trials(EveryModel(None), speeds=speeds))
    try:
        assert opened.self_test()
        return opened.info.threads
    finally:
        opened.close()


def test_a_model_that_is_new_is_measured(tmp_path: Path) -> None:
    known = KnownSpeeds(tmp_path / FILE_NAME)
    opened_with(Speeds(known, measures=True))
    found = known.of(BUILTIN, here())
    assert [way.rpartition(", ")[2] for way in found.ways] == ["1 thread", "2 threads"]
    assert all(ms is not None and ms > 0 for ms in found.ways.values())
    assert found.measurings > 0


@pytest.mark.parametrize(("ms", "threads"), [({1: 1.0, 2: 5.0}, 1), ({1: 5.0, 2: 1.0}, 2)])
@pytest.mark.parametrize("measures", [True, False])
def test_one_that_is_known_is_opened_so(
    tmp_path: Path, ms: dict[int, float], threads: int, measures: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    known = KnownSpeeds(tmp_path / FILE_NAME)
    runtime = open_classifier(ModelChoice()).info.runtime
    ways = {Way("litert", runtime, count).key: one for count, one in ms.items()}
    for _ in range(ENOUGH):
        known.add(BUILTIN, here(), ways, is_calm=True)
    monkeypatch.setattr("edgeclassify.model.speed.speeds.measure", None)
    assert opened_with(Speeds(known, measures=measures)) == threads


def test_what_runs_for_a_moment_measures_nothing() -> None:
    assert measuring_trials().speeds.measures
    assert not usual_trials().speeds.measures
