"""What the decision layer costs per frame, with and without a filter, for several numbers of classes."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.health import HealthMonitor
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.postprocess.interface import FilterKind, Rules
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.recording.interface import ViewFacts
from edgeclassify.recording.replay.score_streams import ScoreStream
from edgeclassify.tallies.days import LocalDays
from edgeclassify.tallies.set_clock import SetClock
from edgeclassify.tallies.tallies import Tallies
from edgeclassify.types import Event, EventType, Prediction, ViewState
from tests.bench.decisions.comparison import FOR_SCORES, default_rules, rules_by
from tests.bench.decisions.deciders import predictions
from tests.support.sinks import RecordingSink

ROUNDS = 5
FRAMES = 2000


def noise_stream(labels: int, frames: int = FRAMES) -> ScoreStream:
    """Scores of a quantized softmax, multiples of 1/256; every 50 frames another label is the best."""
    rng = np.random.default_rng(1)
    logits = rng.normal(0, 2, (frames, labels)).astype(np.float32)
    logits[np.arange(frames), np.repeat(rng.integers(0, labels, frames // 50 + 1), 50)[:frames]] += 10
    exponents = np.exp(logits - logits.max(axis=1, keepdims=True))
    scores = np.rint(exponents / exponents.sum(axis=1, keepdims=True) * 256) / 256
    return ScoreStream(0, tuple(map(str, range(labels))), np.arange(frames) / 2, scores.astype(np.float32), None)


def milliseconds(rules: Mapping[str, Rules], stream: ScoreStream) -> dict[str, float]:
    """By name: median over rounds of the mean time of one `see()`, the rules in turns within each round."""
    given: Sequence[Prediction] = list(predictions(stream))
    times: dict[str, list[float]] = {name: [] for name in rules}
    for _ in range(ROUNDS):
        for name, one in rules.items():
            decider = decider_of(ViewFacts("view", stream.labels, "scores"), one)
            started = time.perf_counter()
            for prediction in given:
                decider.see(prediction)
            times[name].append((time.perf_counter() - started) * 1e3 / len(given))
    return {name: statistics.median(found) for name, found in times.items()}


def microseconds_of_counts(labels_today: int) -> dict[str, float]:
    """Of one state on its way out, without and with the counts of a day that so many labels were seen on."""
    spool = MemorySpool()
    counting = Tallies(spool, LocalDays("Europe/Berlin"), SetClock(None, synchronised=lambda: True))
    at = 1.795e9
    sink, health, numbers = RecordingSink(), HealthMonitor(), EventNumbers(spool)
    outlets = {
        "without": Outlet(sink, health, numbers),
        "with": Outlet(sink, health, numbers, counting),
    }
    for index in range(labels_today):
        start = Event("id", 0, "gate", EventType.START, f"label {index}", 0.9, at + index)
        spool.append(SpooledEvent.of(replace(counting.counted(start), seq=index + 1)))
    states = [
        ViewState(
            "gate", f"label {labels_today - 1}", 0.9, at, at + 60 + i / 2, 0, "id", (), "m", duration_s=i / 2
        )
        for i in range(FRAMES)
    ]
    times: dict[str, list[float]] = {name: [] for name in outlets}
    for _ in range(ROUNDS):
        for name, outlet in outlets.items():
            started = time.perf_counter()
            for state in states:
                outlet.numbered(state)
            times[name].append((time.perf_counter() - started) * 1e6 / len(states))
    return {name: statistics.median(found) for name, found in times.items()}


def print_cost() -> None:
    """Print a table of milliseconds per frame, and the microseconds of the day's counts."""
    rules = {
        "no filter": rules_by(FilterKind.NONE, **FOR_SCORES),
        "exponential": rules_by(FilterKind.EXPONENTIAL, **FOR_SCORES),
        "Bayesian": rules_by(FilterKind.BAYES),
        "defaults": default_rules(),
    }
    print(f"ms per frame, median of {ROUNDS} rounds of {FRAMES:,} frames")
    print(f"{'classes':>8}" + "".join(f"{name:>14}" for name in rules))
    for labels in (3, 200, 1001):
        found = milliseconds(rules, noise_stream(labels))
        print(f"{labels:>8}" + "".join(f"{ms:>14.4f}" for ms in found.values()), flush=True)
    print("\nus per state on its way out (number, counts of the day)")
    print(f"{'labels today':>14}{'without':>10}{'with':>10}")
    for labels in (1, 5, 50, 1000):
        found = microseconds_of_counts(labels)
        print(f"{labels:>14}" + "".join(f"{us:>10.2f}" for us in found.values()), flush=True)
