"""Which workers fit."""

from typing import Any

import pytest

from edgeclassify.archive.running.admission import other_version, unfit
from edgeclassify.archive.running.on_worker import CantOpen
from edgeclassify.archive.wanted import ClassifierFacts

OURS = {"python": "3.13.1.final.0", "dask": "2026.8.0", "distributed": "2026.8.0", "edgeclassify": "0.1.0"}
FACTS = ClassifierFacts("builtin", "ab" * 32, "litert 2.3.0", "cd")


def answer(**changed: Any) -> dict[str, Any]:
    return {"packages": {**OURS, **changed}}


def test_the_same_versions_fit_and_another_patch_release_of_python() -> None:
    assert other_version(answer(), answer()) == ""
    assert other_version(answer(), answer(python="3.13.9.final.0")) == ""


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"python": "3.12.1.final.0"}, "expected python 3.13, found 3.12"),
        ({"dask": "2024.8.0"}, "expected dask 2026.8.0, found 2024.8.0"),
        ({"distributed": "2024.8.0"}, "expected distributed 2026.8.0, found 2024.8.0"),
        ({"edgeclassify": "0.0.9"}, "expected edgeclassify 0.1.0, found 0.0.9"),
        ({"edgeclassify": None}, "expected edgeclassify 0.1.0, found none"),
        ({"edgeclassify": "MISSING"}, "expected edgeclassify 0.1.0, found none"),
    ],
)
def test_another_version_is_named(changed: dict[str, Any], said: str) -> None:
    assert other_version(answer(), answer(**changed)) == said


def test_a_scheduler_needs_no_edgeclassify_but_the_same_dask() -> None:
    assert other_version(answer(), answer(edgeclassify=None), has_ours=False) == ""
    assert "dask" in other_version(answer(), answer(dask="1"), has_ours=False)


def test_one_that_tells_nothing_does_not_fit() -> None:
    assert other_version(answer(), {}) == "expected python 3.13, found none"


def test_a_worker_fits_by_its_classifier() -> None:
    assert unfit(FACTS, FACTS) == ""
    assert unfit(FACTS, CantOpen("model.tflite: nothing there")) == "model.tflite: nothing there"
    other = ClassifierFacts("builtin", FACTS.sha256, "tflite-runtime 2.14.0", "cd")
    assert unfit(FACTS, other) == "expected the runtime litert 2.3.0, found tflite-runtime 2.14.0"
