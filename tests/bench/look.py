"""`python -m tests.bench.look`: what a view that looks at what moves gets right, of subjects small in the picture.

Each photo of the test data is cut out to a subject of 1/25 of the picture and walks over the background of another
one, twice a second, some pixels further each time, with noise. The real model is asked in the last frames: of
the whole frame, of what a view with look = "motion" looks at, and of the true square around the subject; and again
when it has stood still for ten seconds.
"""

import math
import sys
from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from edgeclassify.config import ModelConfig
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.scene.examiner import ExaminedView, SceneExaminer
from edgeclassify.types import FULL_FRAME, Frame, Roi
from tests.bench import pictured
from tests.support.data import NO_TEST_DATA, find_test_data
from tests.support.photos import TF2_V2, Photo, model_path, photos

INTERVAL_S = 0.5
EMPTY, WALKS, STANDS = 16, 8, 20
"""Frames without the subject, with it walking, with it standing still."""
ASKED = 3
"""So many of the last frames of each are asked about."""
STEP = 26
"""Pixels from one frame to the next."""
SHARE = 25


@dataclass
class Score:
    """Frames asked about; those with the right label on top: of the whole, of what moves, of the true square."""

    asked: int = 0
    whole: int = 0
    motion: int = 0
    true: int = 0
    looked_away: int = 0
    """Frames in which the whole was looked at, though something moved."""


def walk(shown: list[Photo], number: int, rng: np.random.Generator) -> Iterator[tuple[Frame, Roi | None]]:
    """The frames, and where the subject is in each."""
    background = pictured.background(shown[(number + 37) % len(shown)])
    side = round(math.sqrt(pictured.WIDTH * pictured.HEIGHT / SHARE))
    subject = pictured.subject(shown[number], side, crop=1.0)
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


def ask(classifier: ImageClassifier, shown: list[Photo], number: int, walking: Score, standing: Score) -> None:
    """One photo's subject."""
    examiner = SceneExaminer([ExaminedView("view", FULL_FRAME, follows_motion=True)])
    rng, photo = np.random.default_rng(number), shown[number]
    for i, (frame, place) in enumerate(walk(shown, number, rng)):
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
    folder = find_test_data()
    if folder is None:
        print(NO_TEST_DATA, file=sys.stderr)
        return 66
    cv2.setNumThreads(1)
    shown = photos(folder)
    classifier = open_classifier(ModelConfig(name=str(model_path(folder, TF2_V2))))
    walking, standing = Score(), Score()
    for number in range(len(shown)):
        ask(classifier, shown, number, walking, standing)
        print(f"\r{number + 1} of {len(shown)} subjects", end="", file=sys.stderr, flush=True)
    print(f"\r{len(shown)} subjects of 1/{SHARE} of 640x480, {TF2_V2}: right label on top")
    print(f"{'':24}{'whole frame':>13}{'look = motion':>15}{'true square':>13}{'whole looked at':>17}")
    for name, score in (("walks", walking), ("has stood for 10 s", standing)):
        shares = (score.whole, score.motion, score.true, score.looked_away)
        whole, motion, true, away = (f"{value / score.asked:.1%}" for value in shares)
        print(f"{name:24}{whole:>13}{motion:>15}{true:>13}{away:>17}")
    classifier.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
