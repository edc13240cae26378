"""What is done with a manifest whose signature is right."""

from typing import Any

import pytest

from edgeclassify.types import UpdateState
from edgeclassify.updates.decision import Here, Known, Step, decide
from edgeclassify.updates.manifest import content_id
from edgeclassify.updates.staging import place_of
from tests.updates.made import manifest

HERE = Here("porch", "1.4.2", 1_800_000_000.0)
NEVER = Known()


@pytest.mark.parametrize(
    ("changes", "known", "step", "reason"),
    [
        ({}, NEVER, Step.TAKE, ""),
        ({}, Known(6, "may", UpdateState.KEPT), Step.TAKE, ""),
        ({}, Known(8, "may", UpdateState.KEPT), Step.REFUSE, "older than 8"),
        ({}, Known(7, "may", UpdateState.KEPT), Step.REFUSE, "was may before"),
        ({}, Known(7, "june", UpdateState.KEPT), Step.LEAVE, ""),
        ({}, Known(7, "june", UpdateState.KEPT, content_id(manifest())), Step.LEAVE, ""),
        ({}, Known(7, "june", UpdateState.KEPT, "other"), Step.REFUSE, "brought something else"),
        ({}, Known(7, "june", UpdateState.WAITING, "other"), Step.REFUSE, "brought something else"),
        ({}, Known(6, "june", UpdateState.KEPT, "other"), Step.TAKE, ""),
        ({}, Known(7, "june", UpdateState.REFUSED), Step.LEAVE, ""),
        ({}, Known(7, "june", UpdateState.ROLLED_BACK), Step.LEAVE, ""),
        ({}, Known(7, "june", UpdateState.WATCHED), Step.LEAVE, ""),
        ({}, Known(7, "june", UpdateState.WAITING), Step.TAKE, ""),
        ({}, Known(7, "june", UpdateState.DOWNLOADING), Step.TAKE, ""),
        ({}, Known(7, "june", UpdateState.TRYING), Step.TAKE, ""),
        ({"nodes": ("gate-*",)}, NEVER, Step.WAIT, "other nodes"),
        ({"nodes": ("p*",)}, NEVER, Step.TAKE, ""),
        ({"percent": 0.0}, NEVER, Step.WAIT, "0 % of the nodes"),
        ({"percent": place_of("porch", "june")}, NEVER, Step.WAIT, "not for this one"),
        ({"percent": place_of("porch", "june") + 0.001}, NEVER, Step.TAKE, ""),
        ({"min_version": "1.4.2"}, NEVER, Step.TAKE, ""),
        ({"min_version": "1.4.2.0"}, NEVER, Step.TAKE, ""),
        ({"min_version": "1.4.3"}, NEVER, Step.WAIT, "needs edgeclassify 1.4.3"),
        ({"min_version": "1.10"}, NEVER, Step.WAIT, "needs edgeclassify 1.10"),
        ({"not_before": "2027-01-15T08:00:00Z"}, NEVER, Step.TAKE, ""),
        ({"not_before": "2027-01-15T08:00:01Z"}, NEVER, Step.WAIT, "it is for 2027"),
    ],
)
def test_an_update(changes: dict[str, Any], known: Known, step: Step, reason: str) -> None:
    found = decide(manifest(**changes), known, HERE)
    assert found.step is step
    assert reason in found.reason
    assert bool(found.reason) == (step in (Step.WAIT, Step.REFUSE))


def test_without_a_clock_what_has_a_time_waits() -> None:
    here = Here("porch", "1.4.2", None)
    assert "the clock is not set" in decide(manifest(not_before="2020-01-01T00:00:00Z"), NEVER, here).reason
    assert decide(manifest(), NEVER, here).step is Step.TAKE


def test_what_is_released_from_a_checkout_counts_by_its_numbers() -> None:
    here = Here("porch", "1.5.0.dev3+g12", None)
    assert decide(manifest(min_version="1.5"), NEVER, here).step is Step.TAKE
    assert decide(manifest(min_version="1.5.1"), NEVER, here).step is Step.WAIT
