"""`python -m tests.bench.gate`: what the motion gate saves, misses and costs, and when it opens for nothing.

Scenes are photos of the test data as a fixed camera of 640x480 sees them, twice a second: with noise, weather,
changing light, and subjects cut out of other photos. One half of the photos is for choosing settings
(`--half chosen`), the other one for the figures; `--seed` for other noise and changes, `--only` for single parts.
The gate is that of a view with the default rules, all by the daemon's own parts; the processor time of a static
scene is the inference thread's with a real model.
"""

import argparse
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edgeclassify.config.rules import MotionConfig
from edgeclassify.daemon.assembly.scenes import decision_s
from edgeclassify.health import HealthMonitor
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.pipeline.inference import Pipeline
from edgeclassify.pipeline.outlet import Outlet
from edgeclassify.pipeline.view import View
from edgeclassify.postprocess.decision import ViewDecider
from edgeclassify.postprocess.interface import Rules
from edgeclassify.postprocess.pace import Pace
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.scene.examiner import ExaminedView, SceneExaminer
from edgeclassify.scene.gate import Gate, GateRules
from edgeclassify.scene.motion.detector import Motion, MotionDetector
from edgeclassify.scene.statistics import measure
from edgeclassify.sources.capture.hand_off import LatestFrames
from edgeclassify.types import FULL_FRAME, Frame, ModelChoice, Moment, PixelFormat
from tests.bench import pictured
from tests.bench.pictured import Picture
from tests.postprocess.benches import make_rules
from tests.scene.frames import frame_of
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, Photo, model_path, photos
from tests.support.sinks import RecordingSink
from tests.support.waiting import wait_for

INTERVAL_S = 0.5
BACKGROUNDS = (1, 20, 30)
LEARNED_S, WATCHED_S = 30, 240
BEFORE_S = 12
AT_NIGHT_S = 60
"""Noise of a dark picture takes longer to learn."""
CHANGES = 200
SEEN_WITHIN, SEEN_LATE = 3, 10
"""Frames from the change on in which the gate must open; in which it does so in the end."""
HALVES = {"chosen": 0, "reported": 1}
STATIC_FRAMES = 600

Weather = Callable[[Picture, float, np.random.Generator], Picture]
"""What becomes of the background at a time in seconds."""


def noisy(level: float, brightness: float = 1.0) -> Weather:
    """Nothing but noise."""
    return lambda picture, at_s, rng: pictured.with_noise(picture * brightness, rng, level)


def raining(picture: Picture, at_s: float, rng: np.random.Generator) -> Picture:
    """Rain that has begun before."""
    return pictured.with_noise(pictured.with_rain(picture, rng), rng, 5)


def sunrise(picture: Picture, at_s: float, rng: np.random.Generator) -> Picture:
    """From a tenth of the light to all of it in five minutes, and less noise with it."""
    share = min(1.0, at_s / 300)
    return pictured.with_noise(picture * (0.1 + 0.9 * share), rng, 12 - 8 * share)


def clouds(picture: Picture, at_s: float, rng: np.random.Generator, noise: float = 5) -> Picture:
    """They take up to half of the light, in waves of 15 s."""
    return pictured.with_noise(picture * (0.75 + 0.25 * np.sin(at_s * 2 * np.pi / 15)), rng, noise)


def lamp(picture: Picture, at_s: float, rng: np.random.Generator) -> Picture:
    """On and off every 20 s, in one place of the room."""
    lit = pictured.lamp(2.0) if int(at_s) // 20 % 2 else 1.0
    return pictured.with_noise(np.minimum(255, picture * 0.4 * lit), rng, 6)


def infrared(picture: Picture, at_s: float, rng: np.random.Generator) -> Picture:
    """The filter goes in and out every 20 s."""
    seen = pictured.infrared(picture) if int(at_s) // 20 % 2 else picture * 0.5
    return pictured.with_noise(seen, rng, 8)


SCENES: dict[str, Weather] = {
    "static, noise 3": noisy(3),
    "static, noise 8": noisy(8),
    "night, noise 20": noisy(20, 0.3),
    "clouds at night": lambda picture, at_s, rng: clouds(picture * 0.4, at_s, rng, 18),
    "rain": raining,
    "slow sunrise": sunrise,
    "clouds": clouds,
    "lamp on and off": lamp,
    "infrared filter": infrared,
}


# --- what it saves, and when it opens for nothing --------------------------------------------------------


@dataclass
class Tally:
    """Frames; those classified; those in which something is said to move, and those in another light."""

    frames: int = 0
    classified: int = 0
    moved: int = 0
    lit: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.frames + other.frames,
            self.classified + other.classified,
            self.moved + other.moved,
            self.lit + other.lit,
        )


def gate_rules() -> GateRules:
    """Of a view with the default rules."""
    return GateRules(decision_s(rules()), MotionConfig().max_interval_s)


def rules() -> Rules:
    """The defaults."""
    return make_rules(threshold_enter=0.6, confirm_s=1.0, pace=Pace(INTERVAL_S, 10.0, 300.0))


def watch(frames: Iterable[Frame]) -> Iterator[tuple[float, Motion, bool]]:
    """Time, motion, and whether the gate is open, frame by frame."""
    detector, gate = MotionDetector(), Gate(gate_rules())
    for frame in frames:
        motion = detector.examine(measure(frame), frame.pace_ns)
        moved = motion.is_in(FULL_FRAME)
        yield frame.captured_at, motion, not gate.is_shut(frame.pace_ns, moved=moved, settled=True)


def tally(background: Picture, weather: Weather, rng: np.random.Generator) -> Tally:
    """Of a scene in which nothing moves, behind its first half minute."""
    found = Tally()
    moments = [i * INTERVAL_S for i in range(int((LEARNED_S + WATCHED_S) / INTERVAL_S))]
    frames = (
        pictured.finished(weather(background, at_s, rng), at_s=at_s, sequence=i) for i, at_s in enumerate(moments)
    )
    for at_s, motion, is_open in watch(frames):
        if at_s >= LEARNED_S:
            found += Tally(1, int(is_open), int(motion.is_in(FULL_FRAME)), int(motion.light_changed))
    return found


def print_saved(shown: list[Photo], seed: int) -> None:
    """Scenes in which nothing moves."""
    print(f"\nNothing moves: {len(BACKGROUNDS)} scenes of {WATCHED_S} s each, a frame every {INTERVAL_S} s;")
    every_s = gate_rules().max_interval_s
    print(f"open for {gate_rules().open_s:g} s after motion, one frame every {every_s:g} s anyway")
    print(f"{'':20}{'frames':>8}{'classified':>12}{'saved':>8}{'motion found in':>17}{'light changed in':>18}")
    for name, weather in SCENES.items():
        rng = np.random.default_rng(seed)
        total = Tally()
        for index in BACKGROUNDS:
            scene = pictured.background(shown[index])
            total += tally(scene if weather is infrared else pictured.grey(scene), weather, rng)
        saved = 1 - total.classified / total.frames
        print(
            f"{name:20}{total.frames:>8}{total.classified:>12}{saved:>8.1%}{total.moved:>17}{total.lit:>18}",
            flush=True,
        )


# --- what it misses --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Change:
    """One that somebody would call a change: what was there and what is there then."""

    kind: str
    side: int
    contrast: float
    pictures: Callable[[int], Picture]
    """The picture of each frame; from frame 0 on it is changed."""


def changes(shown: list[Photo], rng: np.random.Generator) -> Iterator[Change]:
    """A subject of 1/130 to 1/4 of the picture comes, goes, walks in, or another takes its place."""
    for number in range(CHANGES):
        kind = ("comes", "goes", "walks in", "is replaced")[number % 4]
        picture = pictured.grey(pictured.background(shown[rng.integers(len(shown))]))
        side = round(float(np.exp(rng.uniform(np.log(48), np.log(277)))))
        contrast = float(rng.uniform(0.4, 1.0))
        two = rng.choice(len(shown), 2, replace=False)
        one, other = (pictured.subject(shown[i], side, contrast).grey() for i in two)
        x, y = rng.uniform(0, pictured.WIDTH - side), rng.uniform(0, pictured.HEIGHT - side)
        with_one = pictured.with_subject(picture, one, x, y)
        before, after = {
            "comes": (picture, with_one),
            "goes": (with_one, picture),
            "walks in": (picture, with_one),
            "is replaced": (with_one, pictured.with_subject(picture, other, x, y)),
        }[kind]

        def at(
            i: int, kind: str = kind, before: Picture = before, after: Picture = after,
            one: pictured.Subject = one, y: float = y, side: int = side,
        ) -> Picture:  # fmt: skip
            if kind == "walks in" and i >= 0:
                return pictured.with_subject(before, one, -side + (i + 1) * 30, y)
            return after if i >= 0 else before

        yield Change(kind, side, contrast, at)


def print_missed(shown: list[Photo], seed: int) -> None:
    """Whether it opens in time, in several weathers."""
    print(f"\nReal changes: {CHANGES}, a subject of 1/130 to 1/4 of the picture, contrast 0.4 to 1;")
    print(f"behind seconds without any, not opened within {SEEN_WITHIN} frames of the change, within {SEEN_LATE}")
    for name, before_s in (
        ("static, noise 3", BEFORE_S),
        ("static, noise 8", BEFORE_S),
        ("clouds", BEFORE_S),
        ("rain", BEFORE_S),
        ("night, noise 20", BEFORE_S),
        ("night, noise 20", AT_NIGHT_S),
    ):
        rng, missed, never = np.random.default_rng(seed + 6), list[str](), 0
        for number, change in enumerate(changes(shown, rng)):
            first = int(before_s / INTERVAL_S)
            frames = (
                pictured.finished(
                    SCENES[name](change.pictures(i - first), i * INTERVAL_S, rng), at_s=i * INTERVAL_S, sequence=i
                )
                for i in range(first + SEEN_LATE)
            )
            found = [motion.is_in(FULL_FRAME) for at_s, motion, _ in watch(frames) if at_s >= before_s]
            if not any(found[:SEEN_WITHIN]):
                missed.append(f"{change.kind}, {change.side} pixels, contrast {change.contrast:.2f}")
            never += not any(found)
            print(f"\r{name:20}{number + 1:>5}", end="", file=sys.stderr, flush=True)
        print(f"\r{name:20}{before_s:>4} s{len(missed):>6}{never:>6}  {'; '.join(missed[:4])}", flush=True)


# --- what it costs ---------------------------------------------------------------------------------------


def print_cost(shown: list[Photo]) -> None:
    """Of one frame: statistics and motion, as processor time of the thread."""
    rng = np.random.default_rng(2)
    picture = pictured.background(shown[BACKGROUNDS[0]])
    print("\nCost of a frame of 640x480, statistics and motion, one thread (median of 15 rounds)")
    for pixel_format in PixelFormat:
        frames = []
        for _ in range(10):
            grey = np.clip(pictured.with_noise(picture, rng, 5), 0, 255).astype(np.uint8)[..., 1]
            frames.append(frame_of(np.ascontiguousarray(grey), pixel_format))
        detector, at_ns, rounds = MotionDetector(), 0, list[float]()
        for _ in range(15):
            started = time.thread_time()
            for i in range(100):
                at_ns += 100_000_000
                detector.examine(measure(frames[i % 10]), at_ns)
            rounds.append((time.thread_time() - started) * 10)
        print(f"{pixel_format:20}{np.median(rounds):8.3f} ms{min(rounds):10.3f} ms at best", flush=True)


def processor_s(frames: list[Frame], model: Path, gated: bool) -> tuple[float, int]:
    """Seconds of processor time for all of them, and how many were classified."""
    classifier = open_classifier(ModelChoice(name=str(model)))
    decider = ViewDecider("view", classifier.labels, "m", rules())
    view = View(name="view", camera="front", region=FULL_FRAME, classifier=classifier, decider=decider)
    latest, health = LatestFrames(), HealthMonitor()
    pipeline = Pipeline(
        frames=latest,
        views=[view],
        outlet=Outlet(RecordingSink(), health, EventNumbers(MemorySpool())),
        on_frame=lambda: None,
        clock=lambda: Moment(0, 0.0),  # the frames have a time of their own
        scenes={"front": SceneExaminer([ExaminedView("view", FULL_FRAME, gate_rules())])} if gated else {},
    )
    started = time.process_time()
    pipeline.start()
    for frame in frames:
        latest.put_waiting(frame, lambda: False)
    pipeline.drain()
    wait_for(lambda: pipeline.finished, 600)
    spent = time.process_time() - started
    classifier.close()
    return spent, health.frames


def print_processor(shown: list[Photo], model: Path) -> None:
    """Static noisy scene, through the inference thread, with and without."""
    rng = np.random.default_rng(4)
    picture = pictured.background(shown[BACKGROUNDS[2]])
    noisy_ones = (pictured.with_noise(picture, rng, 6) for _ in range(60))
    grains = [pictured.finished(one, at_s=0, sequence=0, yuv=True) for one in noisy_ones]
    frames = []
    for i in range(STATIC_FRAMES):
        at_ns, pixels = round(i * INTERVAL_S * 1e9) + 1, grains[rng.integers(len(grains))].pixels
        frames.append(
            Frame(pixels, PixelFormat.YUV420, pictured.WIDTH, pictured.HEIGHT, "front", i, at_ns, i * INTERVAL_S)
        )
    print(f"\nProcessor time of a static noisy scene, {STATIC_FRAMES} frames of 640x480, {TF2_V2}, best of 5")
    rounds = [(processor_s(frames, model, False), processor_s(frames, model, True)) for _ in range(5)]
    (without, all_frames), (gated, few) = (min(found) for found in zip(*rounds, strict=True))
    print(f"without the gate    {without:8.2f} s, {all_frames} classified")
    print(f"with it             {gated:8.2f} s, {few} classified: {gated / without:.3f} of that")


def main() -> int:
    """Measure and print."""
    parts = ("cost", "processor", "saved", "missed")
    parser = argparse.ArgumentParser(prog="python -m tests.bench.gate", description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="reported", help="of the photos (reported)")
    parser.add_argument("--seed", type=int, default=1, help="of noise and changes (1)")
    parser.add_argument("--only", choices=parts, nargs="*", default=parts, help="what to measure (all)")
    options = parser.parse_args()
    folder = needed_test_data()
    cv2.setNumThreads(1)
    shown = photos(folder)[HALVES[options.half] :: 2]
    if "cost" in options.only:
        print_cost(shown)
    if "processor" in options.only:
        print_processor(shown, model_path(folder, TF2_V2))
    if "saved" in options.only:
        print_saved(shown, options.seed)
    if "missed" in options.only:
        print_missed(shown, options.seed)
    return 0


if __name__ == "__main__":
    sys.exit(main())
