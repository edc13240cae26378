"""What remembering the last hours costs, and what is decided on again in how long.

    python -m tests.bench.what_if [--hours 3] [--labels 1001] [--float]

A view with so many labels at two frames per second, by the default rules: noise, and now and then a label that
lasts. Scores in steps of 1/256, as quantized models give them; --float: any. Processor time of this process.
"""

import argparse
import time
from collections.abc import Callable
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.postprocess.interface import FilterKind, FilterRules, Rules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.recording.interface import ViewFacts
from edgeclassify.recording.recent.deciding_again import decide_again
from edgeclassify.recording.recent.recent_inputs import RecentInputs
from edgeclassify.recording.running.tap import TappedDecider
from edgeclassify.types import EventType, Moment, Prediction

PER_S = 2
RULES = Rules(
    0.97,
    None,
    0.0,
    0.1,
    3,
    Pace(1 / PER_S),
    expire_s=3.0,
    filter=FilterRules(FilterKind.BAYES),
    unknown_below=0.25,
)
Scores = NDArray[np.float32]


class Scene:
    """Scores of a view, frame by frame: every other 150 s one label is there."""

    def __init__(self, labels: int, steps: bool) -> None:
        self._random = np.random.default_rng(1)
        self._noise = self._random.normal(0, 1.5, (64, labels))
        self._labels, self._steps = labels, steps

    def scores(self, number: int) -> Scores:
        """Of a frame."""
        logits = self._noise[number % 64] + self._random.normal(0, 0.1, self._labels)
        if number // 300 % 2:
            logits[number // 600 % self._labels] += self._random.normal(6, 2)
        shares = np.exp(logits - logits.max())
        shares /= shares.sum()
        return np.asarray(np.round(shares * 256) / 256 if self._steps else shares, np.float32)


def timed(call: Callable[[], object]) -> float:
    """Seconds of processor time."""
    began = time.process_time()
    call()
    return time.process_time() - began


def live(frames: int, scene: Scene, facts: ViewFacts, inputs: RecentInputs | None) -> tuple[float, float, int]:
    """Seconds of deciding and of packing, and the starts that came."""
    decider = TappedDecider(decider_of(facts, RULES))
    if inputs is not None:
        decider.remember(inputs.listener(facts, None))
    deciding = packing = 0.0
    starts = 0
    for number in range(frames):
        ns, at = 10**15 + number * 10**9 // PER_S, 1.7e9 + number / PER_S
        prediction = Prediction(scene.scores(number), facts.labels, 0.0, 0.0, number, ns, at)
        began = time.process_time()
        step = decider.see(prediction)
        decider.pass_time(Moment(ns + 10**8, at + 0.1))
        deciding += time.process_time() - began
        starts += sum(event.event_type is EventType.START for event in step.events)
        if inputs is not None:
            packing += timed(inputs.pack)
    return deciding, packing, starts


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--hours", type=float, default=3.0)
    parser.add_argument("--labels", type=int, default=1001)
    parser.add_argument("--float", action="store_true")
    asked = parser.parse_args()
    facts = ViewFacts("view", tuple(f"label {i}" for i in range(asked.labels)), "model")
    frames, steps = round(asked.hours * 3600 * PER_S), not asked.float
    without, _, _ = live(frames, Scene(asked.labels, steps), facts, None)
    inputs = RecentInputs(decider_of, most_bytes=1 << 40)
    heard, packing, starts = live(frames, Scene(asked.labels, steps), facts, inputs)
    megabytes = inputs.bytes / 1e6
    print(f"{asked.labels} labels, {asked.hours:g} h at {PER_S} frames/s: {frames} frames")
    print(f"memory: {megabytes:.2f} MB, {megabytes / asked.hours:.2f} MB per hour")
    hearing_us, packing_us = (heard - without) / frames * 1e6, packing / frames * 1e6
    print(f"per frame: {hearing_us:.0f} us to hear it, {packing_us:.0f} us to pack it")
    stretch = inputs.since("view", 0.0)
    assert stretch is not None
    for name, rules in (("present rules", RULES), ("threshold_enter 0.8", replace(RULES, threshold_enter=0.8))):
        began = time.process_time()
        found = decide_again(stretch, 0.0, (facts, rules), decider_of)
        seconds = time.process_time() - began
        print(f"{name}: {seconds:.2f} s, {found.outcome.starts} starts (live: {starts})")


if __name__ == "__main__":
    main()
