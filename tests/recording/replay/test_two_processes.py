"""The same scores, decided on by two processes: the very same events, and the very same scores behind them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.support.waiting import patient

LABELS, FRAMES = 12, 1200

BELIEFS = """
import sys
import numpy as np
from edgeclassify.postprocess.interface import FilterKind, FilterRules
from edgeclassify.postprocess.scores.filter_over_time import filter_of
from edgeclassify.postprocess.scores.observation import Observation
for several in (False, True):
    for kind in FilterKind:
        made = filter_of(FilterRules(kind), int(sys.argv[2]), several=several)
        with np.load(sys.argv[1]) as streams:
            times_s, scores = streams["t0"], streams["s0"]
        for time_s, row in zip(times_s.tolist(), scores, strict=True):
            found = made.take(Observation(row.astype(np.float32) / 255, round(time_s * 1e9), time_s))
            print(found.scores.tobytes().hex(), found.others.hex())
"""


@pytest.fixture
def streams(tmp_path: Path) -> Path:
    """Two cameras with scenes of 10 to 40 s, and much noise."""
    random = np.random.default_rng(5)
    arrays: dict[str, Any] = {}
    for stream in range(2):
        times_s = np.cumsum(random.uniform(0.3, 0.7, FRAMES))
        scenes = np.repeat(random.integers(-1, LABELS, FRAMES), random.integers(20, 80, FRAMES))[:FRAMES]
        scores = random.uniform(0, 0.3, (FRAMES, LABELS))
        shown = scenes >= 0
        scores[np.flatnonzero(shown), scenes[shown]] += random.uniform(0.2, 1.5, int(shown.sum()))
        scores /= scores.sum(axis=1, keepdims=True)
        arrays |= {f"t{stream}": times_s, f"s{stream}": np.round(scores * 255).astype(np.uint8)}
        arrays[f"y{stream}"] = scenes
    path = tmp_path / "streams.npz"
    np.savez(path, **arrays)
    return path


def said(hash_seed: str, *command: str) -> str:
    """What another Python prints."""
    environment = {**os.environ, "PYTHONHASHSEED": hash_seed}
    return subprocess.run(
        [sys.executable, *command],
        env=environment,
        check=True,
        capture_output=True,
        text=True,
        timeout=patient(100),
    ).stdout


def test_two_processes_decide_the_same(streams: Path) -> None:
    one, other = (said(seed, "-m", "edgeclassify", "replay", str(streams), "--json") for seed in "12")
    assert one == other
    *events, last = map(json.loads, one.splitlines())
    assert last["summary"]["starts"] > 10
    assert len(events) > 20


def test_two_processes_believe_the_same_to_the_last_bit(streams: Path) -> None:
    one, other = (said(seed, "-c", BELIEFS, str(streams), str(LABELS)) for seed in "12")
    assert one == other
    assert len(one.splitlines()) == 2 * 3 * FRAMES
