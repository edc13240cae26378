"""The health gate: what counts as worse than before, and for how long."""

from typing import Any

import pytest

from edgeclassify.updates.gate import HealthGate
from edgeclassify.updates.interface import Baseline, GateRules, Sample
from tests.updates.made import GATE

BEFORE = Baseline(("door", "gate"), 20.0, True)


def sample(frames: int, **changes: Any) -> Sample:
    values: dict[str, Any] = {
        "views": (("door", True), ("gate", True)), "silence_s": 1.0, "inference_ms": 20.0, "connected": True,
    }  # fmt: skip
    return Sample(frames=frames, **(values | changes))


def seen(before: Baseline = BEFORE, rules: GateRules = GATE, seconds: int = 5, **changes: Any) -> str | None:
    """What is said after so many samples, a second apart, the first of which is well."""
    gate = HealthGate(rules, before)
    assert gate.see(sample(0), 0.0) is None
    said = None
    for i in range(1, seconds + 1):
        said = said or gate.see(sample(**{"frames": i} | changes), float(i))
    return said


OFFLINE = (("door", True), ("gate", False))


def test_what_stays_as_it_was_is_well() -> None:
    assert seen(seconds=9) is None
    gate = HealthGate(GATE, BEFORE)
    assert not gate.is_over(5.0)
    gate.see(sample(1), 5.0)
    assert not gate.is_over(14.9)
    assert gate.is_over(15.0)
    assert gate.verdict(sample(2)) is None


def test_a_view_may_be_offline_for_so_long() -> None:
    assert seen(seconds=3, views=OFFLINE) is None
    assert seen(seconds=4, views=OFFLINE) == "view gate was online before, and is offline for 3 s"


def test_a_view_that_comes_back_is_well_again() -> None:
    gate = HealthGate(GATE, BEFORE)
    for i in range(20):
        views = OFFLINE if i % 3 else (("door", True), ("gate", True))
        assert gate.see(sample(i, views=views), float(i)) is None


def test_a_view_that_was_offline_before_or_is_gone_says_nothing() -> None:
    assert seen(Baseline(("door",), 20.0, True), seconds=9, views=OFFLINE) is None
    assert seen(seconds=9, views=(("door", True), ("new", False))) is None


def test_the_broker_counts_where_it_was_there_before() -> None:
    assert seen(seconds=3, connected=False) is None
    assert seen(seconds=4, connected=False) == "the broker was connected before, and is not for 3 s"
    for before in (False, None):
        assert seen(Baseline(("door",), 20.0, before), seconds=9, connected=False) is None
    assert seen(seconds=9, connected=None) is None


def test_frames_have_to_come_within_what_is_usual() -> None:
    assert seen(seconds=3, frames=0) is None
    assert seen(seconds=4, frames=0) == "no frame was classified for 3 s"
    assert seen(seconds=6, frames=0, silence_s=6.0) is None
    assert seen(seconds=7, frames=0, silence_s=6.0) == "no frame was classified for 6 s"
    assert seen(seconds=9, frames=0, silence_s=None) is None
    assert seen(Baseline((), 20.0, True), seconds=9, frames=0) is None


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"views": OFFLINE}, "view gate was online before, and is offline at the end"),
        ({"connected": False}, "the broker was connected before, and is not at the end"),
        ({"inference_ms": 110.0}, None),
        ({"inference_ms": 110.1}, "inference takes 110.1 ms, and may take 110.0"),
        ({"inference_ms": None}, None),
    ],
)
def test_at_the_end(changes: dict[str, Any], reason: str | None) -> None:
    assert HealthGate(GATE, BEFORE).verdict(sample(1, **changes)) == reason


def test_the_bound_of_inference() -> None:
    said = HealthGate(GateRules(10.0, 3.0, 30.0), BEFORE)
    assert said.verdict(sample(1, inference_ms=30.0)) is None
    assert said.verdict(sample(1, inference_ms=30.1)) is not None
    assert HealthGate(GATE, Baseline(("door",), None, True)).verdict(sample(1, inference_ms=9999.0)) is None
