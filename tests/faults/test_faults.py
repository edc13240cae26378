"""Faults at random against the whole chain. A longer run: `python -m tests.faults --long`."""

import os
from pathlib import Path

import pytest

from tests.faults.harness import run_faults
from tests.support.broker import needs_mosquitto

FAULTS = int(os.environ.get("EDGECLASSIFY_FAULTS", "20"))
"""With persistence, and as many without. In each hundred every kind comes."""
LEAST_EVENTS = 5 * FAULTS


@pytest.mark.broker
@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.parametrize(("persistence", "seed"), [(True, 1), (False, 2)], ids=["persistent", "forgetful"])
def test_nothing_is_lost_or_reordered(
    tmp_path: Path, persistence: bool, seed: int, capsys: pytest.CaptureFixture[str]
) -> None:
    needs_mosquitto()
    history: list[str] = []
    try:
        result = run_faults(
            FAULTS,
            seed,
            persistence=persistence,
            say=history.append,
            folder=tmp_path / "faults",
            least_events=LEAST_EVENTS,
        )
    except AssertionError as error:
        pytest.fail("\n".join([*history[-20:], str(error)]))
    with capsys.disabled():
        print("", *result.lines(), sep="\n")
    assert result.good, "\n".join([*history, *result.lines()])
    assert result.faults.total() == FAULTS
    assert result.verdict.events >= LEAST_EVENTS
    assert result.outage_fps > 0
    assert result.verdict.went_on, "nothing went on over an end of the process"
