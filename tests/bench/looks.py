"""What looks cost: `python -m tests.bench.looks [FOLDER] [--days N]`.

First table: µs that each frame adds in the inference thread (lent YUV420 frames, median), beside what the built-in
model takes for a frame: of a view of which nothing is kept; of one whose frames are looked at for doubt, and are
sure, or unsure and not due yet; of a frame that is due (its pixels are copied); of one with an event.
Second table: bytes that the process writes to FOLDER (a real disk) for days of a view, simulated second by second:
what is in the file then, how large it is, and what share of the default day's write budget (spool, 512 MiB) that
is. The frames are a photo with noise, the embeddings as wide as MobileNet's.
"""

import argparse
import logging
import math
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.config import SpoolConfig
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.teaching.interface import LookKind
from edgeclassify.teaching.looks.file import FILE_NAME
from edgeclassify.teaching.looks.interface import LookBounds, LookRules, ViewRules
from edgeclassify.teaching.looks.store import LookStore
from edgeclassify.teaching.looks.taker import LookTaker
from edgeclassify.types import FULL_FRAME, EmbeddingFacts, Event, Frame, ModelChoice, PixelFormat, Prediction
from tests.bench.snapshots import photo
from tests.bench.spool import bytes_written
from tests.support.clock import Clock
from tests.support.waiting import wait_for
from tests.teaching.looks.looks import NOON, event, state

FACTS = EmbeddingFacts("net", "ab" * 32, "pool", 1280, "uint8", 0.02, 0)
DAY, MB = 86_400.0, 1e6
BOUNDS = LookBounds(7 * DAY, 64_000_000)
SURE, UNSURE = (0.02, 0.98), (0.48, 0.52)
ROUNDS, OFFERS = 60, 40


def rules(review: int = 0, *, kept: bool = True) -> LookRules:
    """For a view that is kept looks of, or not."""
    return LookRules({"gate": ViewRules(FACTS, review)} if kept else {}, BOUNDS)


def seen(embedding: NDArray[np.uint8], scores: tuple[float, float], seconds: float = 0.0) -> Prediction:
    """What a model says."""
    scored = np.array(scores, np.float32)
    return Prediction(scored, ("closed", "open"), 1, 1, 0, round(seconds * 1e9), NOON, embedding=embedding)


# --- per frame ------------------------------------------------------------------------------------------


def median_us(offer: Callable[[], object], offers: int, pause_s: float = 0.0) -> float:
    """Of one call, the median of the rounds."""
    times = []
    for _ in range(ROUNDS):
        begin = time.perf_counter()
        for _ in range(offers):
            offer()
        times.append((time.perf_counter() - begin) / offers * 1e6)
        time.sleep(pause_s)
    return statistics.median(times)


def per_frame(folder: Path) -> None:
    """The first table."""
    classifier = open_classifier(ModelChoice())
    embedding = np.random.default_rng(1).integers(0, 255, 1280, np.uint8)
    names = f"{'not kept':>10}{'sure':>8}{'not due':>9}{'due':>8}{'event':>8}{'model':>10}{'sure/model':>12}"
    print(f"{'µs per frame':12}{names}")
    for width, height in ((320, 240), (640, 480), (1920, 1080)):
        frame = replace(photo(width, height), lent=True)
        model = median_us(lambda frame=frame: classifier.classify(frame), 3)  # type: ignore[misc]
        figures = []
        for given, scores, due, events in (
            (rules(kept=False), SURE, False, ()),
            (rules(20), SURE, False, ()),
            (rules(20), UNSURE, False, ()),
            (rules(20), UNSURE, True, ()),
            (rules(20), SURE, False, (event(1),)),
        ):
            taker = LookTaker(folder / f"{width}.sqlite", given)  # not started: nobody takes what is left
            prediction = seen(embedding, scores)

            def offer(
                taker: LookTaker = taker,
                due: bool = due,
                events: tuple[Event, ...] = events,
                frame: Frame = frame,
                prediction: Prediction = prediction,
            ) -> None:
                shown = replace(frame, captured_at_ns=time.monotonic_ns() * 10**6) if due else frame
                taker.offer("gate", shown, FULL_FRAME, prediction, state(), events, picture=True)

            offer()
            figures.append(median_us(offer, OFFERS))
        columns = "".join(f"{one:>{n}.1f}" for one, n in zip(figures, (10, 8, 9, 8, 8), strict=True))
        print(f"{f'{width}x{height}':12}{columns}{model:>10.0f}{figures[1] / model:>12.2%}")
    classifier.close()


# --- per day --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Moment:
    """A frame: seconds since the begin, what the network made of it, whether an event came of it."""

    at: float
    embedding: NDArray[np.uint8]
    scores: tuple[float, float]
    has_event: bool = False


class Scene:
    """Embeddings: of the scene as it is (with noise), and of others, each another one."""

    def __init__(self, seed: int = 1) -> None:
        self._chance = np.random.default_rng(seed)
        self._usual = self._chance.exponential(40, 1280)

    def still(self) -> NDArray[np.uint8]:
        """1 - cosine of two of them is about 0.01."""
        return self._coded(self._usual + self._chance.normal(0, 4, 1280))

    def other(self) -> NDArray[np.uint8]:
        """1 - cosine of two of them is about 0.4."""
        return self._coded(self._usual * 0.3 + self._chance.exponential(28, 1280))

    def _coded(self, values: NDArray[np.float64]) -> NDArray[np.uint8]:
        return np.clip(values, 0, 255).astype(np.uint8)


def events_a_day(count: int, days: float) -> Iterator[Moment]:
    """As many starts, evenly over the days."""
    scene = Scene()
    for number in range(round(count * days)):
        yield Moment(number * DAY / count, scene.other(), SURE, has_event=True)


def frames(days: float, scores: tuple[float, float], *, busy: bool) -> Iterator[Moment]:
    """One each 10 seconds, of a scene that stays as it is, or of which every tenth frame is another one."""
    scene = Scene()
    for number in range(round(days * DAY / 10)):
        yield Moment(number * 10.0, scene.other() if busy and number % 10 == 0 else scene.still(), scores)


class Simulated:
    """A taker whose time passes as the moments say."""

    def __init__(self, path: Path, given: LookRules, *, collects: float = 0.0) -> None:
        self.clock = Clock(0.0)
        self.path = path
        if collects:
            with LookStore.open(path) as store:
                store.begin_collection("gate", "gate", collects)
        self._taker = LookTaker(path, given, clock=self.clock, poll_s=0.001, age=_Age(self.clock))  # type: ignore[arg-type]
        stored = cv2.cvtColor(photo(640, 480).pixels, cv2.COLOR_YUV2BGR_I420)
        chance = np.random.default_rng(3)
        noisy = (np.clip(stored + chance.normal(0, 6, stored.shape), 0, 255).astype(np.uint8) for _ in range(8))
        self._pixels = list(noisy)

    def run(self, moments: Iterator[Moment]) -> int:
        """All of them: bytes that were written meanwhile."""
        before = bytes_written()
        self._taker.start()
        self._settle()
        for number, moment in enumerate(moments):
            self._pass(moment.at)
            frame = Frame(
                self._pixels[number % 8],
                PixelFormat.BGR,
                640,
                480,
                "c",
                0,
                round(moment.at * 1e9),
                NOON + moment.at,
            )
            told = (event(number),) if moment.has_event else ()
            prediction = seen(moment.embedding, moment.scores, moment.at)
            self._taker.offer("gate", frame, FULL_FRAME, prediction, state(), told, picture=True)
            self._settle()
        self._taker.stop(60)
        return bytes_written() - before

    def _pass(self, until: float) -> None:
        """What lingers is written when its minute is over."""
        due = self._taker._write_at  # noqa: SLF001
        if due is not None and due <= until:
            self.clock.now = due
            wait_for(lambda: self._taker._write_at != due, 60)  # noqa: SLF001
        self.clock.now = until

    def _settle(self) -> None:
        """It has taken what was offered, and waits again."""
        wait_for(lambda: not self._taker._hand_off and self._taker._pulse._due == math.inf, 60)  # noqa: SLF001


class _Age:
    """The simulated clock, believed from the begin."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    def now(self) -> float:
        return NOON + self._clock.now


def per_day(folder: Path, days: float) -> None:
    """The second table."""
    budget = SpoolConfig().max_bytes_written_day
    print(f"\n{'':44}{'days':>6}{'MB a day':>10}{'budget':>8}{'looks':>8}{'pictures':>10}{'file MB':>9}")
    short = min(days, 2.0)
    for name, length, given, collects, moments in (
        ("10 events a day", days, rules(), 0.0, events_a_day(10, days)),
        ("100 events a day", days, rules(), 0.0, events_a_day(100, days)),
        ("1,000 events a day", short, rules(), 0.0, events_a_day(1000, short)),
        ("a view that flickers, each 4 s an event", 0.25, rules(), 0.0, events_a_day(21_600, 0.25)),
        ("unsure, a scene that stays", short, rules(50), 0.0, frames(short, UNSURE, busy=False)),
        ("unsure, a busy scene", short, rules(50), 0.0, frames(short, UNSURE, busy=True)),
        ("collects for a day, a scene that stays", short, rules(), DAY, frames(short, SURE, busy=False)),
        ("collects for a day, a busy scene", short, rules(), DAY, frames(short, SURE, busy=True)),
    ):
        path = folder / f"{name.replace(' ', '-')}" / FILE_NAME
        written = Simulated(path, given, collects=collects).run(moments) / length
        looks = pictures = 0
        if path.exists():
            with LookStore.open(path) as store:
                looks = store.count()
                numbers = [number for kind in LookKind for number in store.numbers(kind)]
                pictures = sum(1 for number in numbers if (look := store.look(number)) and look.jpeg)
        size = path.stat().st_size if path.exists() else 0
        print(
            f"{name:44}{length:>6g}{written / MB:>10.2f}{written / budget:>8.1%}{looks:>8}{pictures:>10}"
            f"{size / MB:>9.1f}"
        )


def main() -> None:
    """Both."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", nargs="?", type=Path, default=Path.cwd(), help="on the disk to be measured")
    parser.add_argument("--days", type=float, default=30.0)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=given.folder) as name:
        per_frame(Path(name))
        per_day(Path(name), given.days)


if __name__ == "__main__":
    logging.disable(logging.WARNING)
    main()
