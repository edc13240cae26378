"""What the decision layer costs per frame, with and without a filter, for several numbers of classes."""

import statistics
import time
from collections.abc import Mapping, Sequence

import numpy as np

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.postprocess.interface import FilterKind, Rules
from edgeclassify.recording.interface import ViewFacts
from edgeclassify.recording.replay.score_streams import ScoreStream
from edgeclassify.types import Prediction
from tests.bench.decisions.comparison import FOR_SCORES, default_rules, rules_by
from tests.bench.decisions.deciders import predictions

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


def print_cost() -> None:
    """Print a table of milliseconds per frame."""
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
