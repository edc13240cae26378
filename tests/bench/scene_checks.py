"""Scene checks: which faults of a camera are noticed, how soon, and what is taken for one that is none.

    python -m tests.bench.scene_checks [--photos 100] [--faults light moved] [--streams 16] [--seeds 31 32]

Each photo is a scene of a fixed camera (320x240, noise, two frames a second): undisturbed for 30 s, then with one
fault for 40 s. Then streams of a fixed camera in ordinary light, shake, blur, noise and with what passes before it
(480x360, two frames a second, 8 scenes of 35 s each; severities as of the score streams), with nothing wrong.
"""

import argparse
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from statistics import median
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from rich.console import Console
from rich.progress import track
from rich.table import Table

from edgeclassify.scene.checks.camera_checks import CameraChecks
from edgeclassify.scene.motion.detector import MotionDetector
from edgeclassify.scene.statistics import measure
from edgeclassify.types import Frame, PixelFormat, Pixels, Problem, Shift
from tests.bench.decisions.fixed_camera import Conditions, FixedCamera, as_scene
from tests.support.data import needed_test_data
from tests.support.photos import Photo, photos

WIDTH, HEIGHT = 320, 240
ROOM = 1.3
"""A scene is so many times as large as the picture: there is something to move to."""
APART_S = 0.5
BEFORE_S, FAULT_S = 30.0, 40.0
NOISE = 3.0
"""Standard deviation of the sensor's noise, in steps of 255."""

NOT_MOVED = Shift(0.0, 0.0)

Result = TypeVar("Result")
Picture = NDArray[np.float32]
"""(HEIGHT, WIDTH), 0-255."""
Change = Callable[[Picture], Picture]


def _blurred(sigma: float, picture: Picture) -> Picture:
    return np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def _times(gain: float, picture: Picture) -> Picture:
    return np.asarray(picture * gain, np.float32)


def _plus(level: float, picture: Picture) -> Picture:
    return np.asarray(picture + level, np.float32)


def _even(level: float, picture: Picture) -> Picture:
    return np.full_like(picture, level)


def _partly(share: float, level: float, picture: Picture) -> Picture:
    covered = picture.copy()
    covered[:, : round(WIDTH * share)] = level
    return covered


def _hand(picture: Picture) -> Picture:
    """Something near the lens, far out of focus."""
    shades = np.random.default_rng(3).normal(0, 1, (12, 16)).astype(np.float32)
    soft = cv2.resize(cv2.GaussianBlur(shades, (0, 0), 3), (WIDTH, HEIGHT))
    return np.asarray(60 + 70 * (soft - soft.min()) / np.ptp(soft), np.float32)


def _same(picture: Picture) -> Picture:
    return picture


@dataclass(frozen=True)
class Fault:
    """What it makes of a picture, or how far it moves the camera; `expected`: what may be said of it."""

    name: str
    expected: frozenset[Problem]
    change: Change = _same
    moved: Shift = NOT_MOVED
    freezes: bool = False


def _fault(name: str, expected: str, change: Change = _same, moved: Shift = NOT_MOVED) -> Fault:
    return Fault(name, frozenset(map(Problem, expected.split())), change, moved)


FAULTS = (
    _fault("nothing", ""),
    _fault("light x 0.5", "", partial(_times, 0.5)),
    _fault("light x 1.5", "", partial(_times, 1.5)),
    _fault("even grey before the lens", "covered", partial(_even, 90.0)),
    _fault("white paper before the lens", "covered", partial(_even, 200.0)),
    _fault("hand before the lens", "covered", _hand),
    _fault("80 % covered", "covered", partial(_partly, 0.8, 70.0)),
    _fault("half covered", "", partial(_partly, 0.5, 70.0)),
    _fault("black cap", "dark covered", partial(_even, 4.0)),
    _fault("defocus, sigma 1.5 px", "defocused", partial(_blurred, 1.5)),
    _fault("defocus, sigma 2 px", "defocused", partial(_blurred, 2.0)),
    _fault("defocus, sigma 3 px", "defocused", partial(_blurred, 3.0)),
    _fault("defocus, sigma 6 px", "defocused", partial(_blurred, 6.0)),
    _fault("light x 0.03", "dark", partial(_times, 0.03)),
    _fault("light x 0.08", "dark", partial(_times, 0.08)),
    _fault("light x 0.15", "dark", partial(_times, 0.15)),
    _fault("light x 2", "overexposed", partial(_times, 2.0)),
    _fault("light x 2.5", "overexposed", partial(_times, 2.5)),
    _fault("light x 4", "overexposed", partial(_times, 4.0)),
    _fault("130 of 255 added", "overexposed", partial(_plus, 130.0)),
    _fault("moved by 3 %", "moved", moved=Shift(0.03, 0.0)),
    _fault("moved by 5 %", "moved", moved=Shift(0.03, -0.05)),
    _fault("moved by 10 %", "moved", moved=Shift(0.1, 0.0)),
    _fault("moved by 14 %", "moved", moved=Shift(-0.14, 0.1)),
    Fault("frozen", frozenset({Problem.FROZEN}), freezes=True),
)


def scene_of(photo: Photo) -> Picture:
    """The photo's brightness, ROOM times as large as the picture."""
    pixels = cv2.cvtColor(photo.frame().pixels, cv2.COLOR_BGR2GRAY)
    scale = ROOM * max(WIDTH / pixels.shape[1], HEIGHT / pixels.shape[0])
    size = (round(pixels.shape[1] * scale) + 1, round(pixels.shape[0] * scale) + 1)
    return np.asarray(cv2.resize(pixels, size, interpolation=cv2.INTER_AREA), np.float32)


def picture_of(scene: Picture, moved: Shift) -> Picture:
    """What the camera sees of it, once its scene has moved so far in the picture."""
    left = (scene.shape[1] - WIDTH) / 2 - moved.x * WIDTH
    top = (scene.shape[0] - HEIGHT) / 2 - moved.y * HEIGHT
    onto = np.array([[1, 0, -left], [0, 1, -top]], np.float32)
    return np.asarray(cv2.warpAffine(scene, onto, (WIDTH, HEIGHT), borderMode=cv2.BORDER_REFLECT), np.float32)


@cache
def _grain() -> NDArray[np.int16]:
    """Noise for many frames: each takes a part of it, from anywhere."""
    rng = np.random.default_rng(7)
    return np.asarray(np.rint(rng.normal(0, NOISE, 8 * WIDTH * HEIGHT)), np.int16)


def noisy(picture: NDArray[np.int16], rng: np.random.Generator) -> Pixels:
    """As a sensor gives it: of two frames no two are alike."""
    begin = int(rng.integers(0, 7 * WIDTH * HEIGHT))
    grain = _grain()[begin : begin + WIDTH * HEIGHT].reshape(HEIGHT, WIDTH)
    return np.asarray(np.clip(picture + grain, 0, 255), np.uint8)


def frame_of(picture: Pixels, second: float) -> Frame:
    """A frame taken at that second."""
    height, width = picture.shape[:2]
    kind = PixelFormat.GRAY if picture.ndim == 2 else PixelFormat.BGR
    return Frame(picture, kind, width, height, "bench", 0, round(second * 1e9), second)


@dataclass(frozen=True)
class Outcome:
    """What was said: before the fault, and of it after how many seconds; and how far off the shift was."""

    early: frozenset[Problem]
    after_s: dict[Problem, float]
    shift_error: float | None


def watch(fault: Fault, photo: Photo, seed: int) -> Outcome:
    """One photo under one fault."""
    cv2.setNumThreads(1)
    rng, checks, scene = np.random.default_rng(seed), CameraChecks(), scene_of(photo)
    usual = np.asarray(picture_of(scene, NOT_MOVED), np.int16)
    faulty = np.asarray(np.clip(fault.change(picture_of(scene, fault.moved)), 0, 255), np.int16)
    early, after_s, error, last = set[Problem](), dict[Problem, float](), None, None
    for step in range(round((BEFORE_S + FAULT_S) / APART_S)):
        second = step * APART_S
        begun = second >= BEFORE_S
        if last is None or not (begun and fault.freezes):
            last = noisy(faulty if begun else usual, rng)
        found = checks.examine(measure(frame_of(last, second)), round(second * 1e9))
        if not begun:
            early.update(found.problems)
            continue
        for problem in found.problems:
            after_s.setdefault(problem, second - BEFORE_S)
        if found.moved_by is not None:
            error = max(abs(found.moved_by.x - fault.moved.x), abs(found.moved_by.y - fault.moved.y))
    return Outcome(frozenset(early), after_s, error)


def _noticed_after_s(fault: Fault, outcome: Outcome) -> float | None:
    return min((s for problem, s in outcome.after_s.items() if problem in fault.expected), default=None)


def _row(fault: Fault, outcomes: list[Outcome]) -> Iterator[str]:
    found = [set(one.after_s) for one in outcomes]
    delays = [s for one in outcomes if (s := _noticed_after_s(fault, one)) is not None]
    others = [one - fault.expected for one in found]
    errors = [one.shift_error for one in outcomes if one.shift_error is not None]
    yield fault.name
    yield f"{len(delays)} of {len(outcomes)}" if fault.expected else "-"
    yield f"{median(delays):.1f}" if delays else "-"
    yield f"{max(delays):.1f}" if delays else "-"
    yield f"{median(errors):.2%}" if errors and fault.expected else "-"
    named = {problem: sum(problem in one for one in others) for problem in Problem}
    yield ", ".join(f"{count} {problem}" for problem, count in named.items() if count) or "0"
    yield str(sum(bool(one.early) for one in outcomes))


SEVERITIES = (0.4, 0.7, 1.0, 1.4)
SCENES, SCENE_S = 8, 35.0


def ordinary(folder: Path, seed: int, number: int) -> tuple[float, dict[Problem, float]]:
    """One stream of nothing but ordinary faults: its severity, and seconds for which each problem was told."""
    cv2.setNumThreads(1)
    severity = SEVERITIES[number % len(SEVERITIES)]
    rng = np.random.default_rng([seed, number])
    chosen = photos(folder)
    scenes = [as_scene(chosen[int(index)].frame().pixels) for index in rng.choice(len(chosen), 5, replace=False)]
    camera = FixedCamera(Conditions(severity), SCENES * SCENE_S, rng)
    checks, told_s, shown = CameraChecks(), dict[Problem, float](), 0
    for step in range(round(SCENES * SCENE_S / APART_S)):
        second = step * APART_S
        if step and second % SCENE_S == 0:
            shown = (shown + int(rng.integers(1, len(scenes)))) % len(scenes)
        pixels = camera.picture(scenes[shown], second)
        found = checks.examine(measure(frame_of(pixels, second)), round(second * 1e9))
        for problem in found.problems:
            told_s[problem] = told_s.get(problem, 0.0) + APART_S
    return severity, told_s


@dataclass
class Cost:
    """Milliseconds for each frame: of the wall clock, and of the processor."""

    wall: list[float] = field(default_factory=list)
    processor: list[float] = field(default_factory=list)

    def of(self, call: Callable[[], Result]) -> Result:
        """Do that, and note what it took."""
        wall, processor = time.perf_counter(), time.thread_time()
        result = call()
        self.processor.append((time.thread_time() - processor) * 1e3)
        self.wall.append((time.perf_counter() - wall) * 1e3)
        return result


def costs() -> dict[str, Cost]:
    """What each step takes with a YUV420 frame of 640x480."""
    cv2.setNumThreads(1)
    rng = np.random.default_rng(1)
    large = cv2.resize(rng.integers(0, 255, (40, 52, 3), np.uint8), (640, 480), interpolation=cv2.INTER_CUBIC)
    pictures = [np.clip(large + rng.normal(0, 3, large.shape), 0, 255).astype(np.uint8) for _ in range(40)]
    usual = [_yuv(picture) for picture in pictures]
    moved = [_yuv(np.ascontiguousarray(np.roll(picture, 40, axis=1))) for picture in pictures]
    checks, motion = CameraChecks(), MotionDetector()
    statistics_of, moves, checked, shifted, between = (Cost() for _ in range(5))
    rounds = [(pixels, checked) for pixels in usual * 10] + [(pixels, shifted) for pixels in moved * 10]
    for number, (pixels, cost) in enumerate(rounds):
        now_ns = round(number * APART_S * 1e9)
        frame = Frame(pixels, PixelFormat.YUV420, 640, 480, "bench", number, now_ns, now_ns / 1e9)
        statistics = statistics_of.of(partial(measure, frame))
        moves.of(partial(motion.examine, statistics, now_ns))
        cost.of(partial(checks.examine, statistics, now_ns))
        between.of(partial(checks.examine, statistics, now_ns + 1))
    return {
        "measure it": statistics_of,
        "find motion in it": moves,
        "check it": checked,
        "check it where the camera has moved": shifted,
        "check one that follows within 0.4 s": between,
    }


def _yuv(picture: Pixels) -> Pixels:
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2YUV_I420), np.uint8)


def print_costs(out: Console) -> None:
    """The medians, as a table."""
    table = Table("a YUV420 frame of 640x480", "ms", "ms of the processor")
    for step, cost in costs().items():
        table.add_row(step, f"{median(cost.wall):.3f}", f"{median(cost.processor):.3f}")
    out.print(table)


def print_streams(out: Console, told: list[tuple[float, dict[Problem, float]]], seed: int) -> None:
    """What was told of streams with nothing wrong, by their severity."""
    table = Table(f"severity, seed {seed}", "streams", "minutes", "with an alarm", "which, seconds")
    for severity in SEVERITIES:
        of_it = [one for its, one in told if its == severity]
        alarms = {p: sum(one.get(p, 0.0) for one in of_it) for p in Problem}
        which = ", ".join(f"{p} {seconds:.0f}" for p, seconds in alarms.items() if seconds) or "-"
        minutes = len(of_it) * SCENES * SCENE_S / 60
        table.add_row(f"{severity}", f"{len(of_it)}", f"{minutes:.0f}", f"{sum(map(bool, of_it))}", which)
    out.print(table)


def main() -> None:
    """Print the tables."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--photos", type=int, default=6, help="scenes for each fault; 0: no faults")
    arguments.add_argument("--faults", nargs="+", default=[""], help="only those with such words in their names")
    arguments.add_argument("--streams", type=int, default=4, help="streams for each seed; 0: none")
    arguments.add_argument("--seeds", type=int, nargs="+", default=[12], help="what the streams are drawn by")
    arguments.add_argument("--jobs", type=int, default=2)
    given = arguments.parse_args()
    folder = needed_test_data()
    out, progress = Console(width=150), Console(stderr=True)
    print_costs(out)
    with ProcessPoolExecutor(given.jobs) as pool:
        for seed in given.seeds if given.streams else ():
            jobs = pool.map(partial(ordinary, folder, seed), range(given.streams))
            print_streams(out, list(track(jobs, f"streams of seed {seed}", given.streams, console=progress)), seed)
        chosen = photos(folder)[: given.photos]
        if not chosen:
            return
        table = Table(
            "fault", "noticed", "s (median)", "s (most)", "shift off by", "other alarms", "alarms before it"
        )
        wanted = [fault for fault in FAULTS if any(word in fault.name for word in given.faults)]
        for fault in track(wanted, "faults", console=progress):
            outcomes = list(pool.map(partial(watch, fault), chosen, range(len(chosen)), chunksize=5))
            table.add_row(*_row(fault, outcomes))
    out.print(table)


if __name__ == "__main__":
    main()
