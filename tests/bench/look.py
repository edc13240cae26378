"""`python -m tests.bench.look`: what a view that looks at what moves gets right, of subjects small in the picture.

Each photo is cut out to a subject of 1/25 of the picture and walks over the background of another one, twice a
second, some pixels further each time, with noise. The real model is asked in the last frames: of the whole
frame, of what a view with look = "motion" looks at, and of the true square around the subject; and again when it
has stood still for ten seconds. Once the subject has the photo's own edges, once it fades into the background: the
first is kinder to a square that fits tightly than a subject without a background of its own is.

Of the test data's photos one half is for choosing (`--half chosen --padding 1.2`), the other one for the figures.
"""

import argparse
import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.scene import attention
from edgeclassify.scene.examiner import ExaminedView, SceneExaminer
from edgeclassify.types import FULL_FRAME, Frame, ModelChoice, Roi
from tests.bench import pictured
from tests.support.data import needed_test_data
from tests.support.photos import TF2_V2, Photo, model_path, photos

INTERVAL_S = 0.5
EMPTY, WALKS, STANDS = 16, 8, 20
"""Frames without the subject, with it walking, with it standing still."""
ASKED = 3
"""So many of the last frames of each are asked about."""
STEP = 26
"""Pixels from one frame to the next."""
SHARE = 25
EDGES = {"the photo's own edges": 0.0, "fades over a quarter": 0.25}
"""Parts of the side over which it fades, at each edge."""
HALVES = {"chosen": 0, "reported": 1}


@dataclass
class Score:
    """Frames asked about; those with the right label on top: of the whole, of what moves, of the true square."""

    asked: int = 0
    whole: int = 0
    motion: int = 0
    true: int = 0
    looked_away: int = 0
    """Frames in which the whole was looked at, though something moved."""


def walk(
    shown: list[Photo], number: int, feather: float, rng: np.random.Generator
) -> Iterator[tuple[Frame, Roi | None]]:
    """The frames, and where the subject is in each."""
    background = pictured.background(shown[(number + 37) % len(shown)])
    side = round(math.sqrt(pictured.WIDTH * pictured.HEIGHT / SHARE))
    subject = pictured.subject(shown[number], side, crop=1.0, feather=feather)
    y = rng.uniform(0.1, 0.9) * (pictured.HEIGHT - side)
    x = rng.uniform(0, pictured.WIDTH - side - STEP * WALKS)
    for i in range(EMPTY + WALKS + STANDS):
        picture, place = background, None
        if i >= EMPTY:
            at = x + STEP * min(i - EMPTY, WALKS - 1)
            picture = pictured.with_subject(background, subject, at, y)
            place = Roi(
                round(at) / pictured.WIDTH, round(y) / pictured.HEIGHT,
                side / pictured.WIDTH, side / pictured.HEIGHT,
            )  # fmt: skip
        noisy = pictured.with_noise(picture, rng, 4)
        yield pictured.finished(noisy, at_s=i * INTERVAL_S, sequence=i, yuv=True), place


def is_right(classifier: ImageClassifier, frame: Frame, look: Roi, photo: Photo) -> bool:
    """True where the photo's own class is on top."""
    return classifier.classify(frame, look).top(1)[0].index == photo.index


def ask(
    classifier: ImageClassifier, shown: list[Photo], number: int, feather: float, walking: Score, standing: Score
) -> None:
    """One photo's subject."""
    examiner = SceneExaminer([ExaminedView("view", FULL_FRAME, follows_motion=True)])
    rng, photo = np.random.default_rng(number), shown[number]
    for i, (frame, place) in enumerate(walk(shown, number, feather, rng)):
        look = examiner.examine(frame).look("view", FULL_FRAME)
        if place is None:
            continue
        since = i - EMPTY
        score = walking if since < WALKS else standing
        if WALKS - ASKED <= since < WALKS or since >= WALKS + STANDS - ASKED:
            score.asked += 1
            score.whole += is_right(classifier, frame, FULL_FRAME, photo)
            score.motion += is_right(classifier, frame, look, photo)
            score.true += is_right(classifier, frame, place, photo)
            score.looked_away += look == FULL_FRAME


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.look", description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="reported", help="of the photos (reported)")
    parser.add_argument("--padding", type=float, default=attention.PADDING, help=f"({attention.PADDING})")
    options = parser.parse_args()
    attention.PADDING = options.padding
    folder = needed_test_data()
    cv2.setNumThreads(1)
    shown = photos(folder)
    numbers = range(HALVES[options.half], len(shown), 2)
    classifier = open_classifier(ModelChoice(name=str(model_path(folder, TF2_V2))))
    print(f"{len(numbers)} subjects of 1/{SHARE} of 640x480, {TF2_V2}, padding {options.padding}:")
    print("the right label is on top in")
    print(f"{'':46}{'whole frame':>13}{'look = motion':>15}{'true square':>13}{'whole looked at':>17}")
    for edge, feather in EDGES.items():
        walking, standing = Score(), Score()
        for done, number in enumerate(numbers, 1):
            ask(classifier, shown, number, feather, walking, standing)
            print(f"\r{done} of {len(numbers)} subjects", end="", file=sys.stderr, flush=True)
        print("\r", end="", file=sys.stderr)
        for name, score in (("walks", walking), ("has stood for 10 s", standing)):
            shares = (score.whole, score.motion, score.true, score.looked_away)
            whole, motion, true, away = (f"{value / score.asked:.1%}" for value in shares)
            print(f"{edge + ', ' + name:46}{whole:>13}{motion:>15}{true:>13}{away:>17}", flush=True)
    classifier.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
