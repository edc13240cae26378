"""Temperatures of the real models, fitted on photos, and what they are worth on photos that the fit did not see.

    python -m tests.bench.calibration [FILE.svg]

FILE: the reliability curve of the first model is drawn into it.
Each of the 100 photos is seen 16 times: as it is, and through crops, light, blur, noise and JPEG as on a fixed
camera. All copies of a photo are on the same side of a fit. By themselves the photos are easier than ImageNet's
validation set (mobilenet_v2_2018: 91 % right against 70.8 % published); with their copies the models are about as
often right as published, so that these are fitted on. The built-in model has its published table (CARD.md), too:
16 photos are too few.

"by chance" is what a model whose scores mean just what they say would show on as many independent pictures,
"alike" what it would show where all copies of a photo are right or wrong together. The truth is between the two.
"""

import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.cli.reports.calibration import reliability_chart
from edgeclassify.model.calibration.calibration import Calibration, calibrate
from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN, LabelledScores
from edgeclassify.model.calibration.reliability import reliability
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.pictures.chart import svg
from edgeclassify.types import Frame, ModelChoice, PixelFormat, Pixels
from tests.support.data import needed_test_data
from tests.support.photos import BIRDS, IMAGENET_MODELS, Photo, model_path, photos

COPIES = 16
DRAWS = 200
"""Of what chance does to the photos."""
BUILT_IN = "builtin"
KNOWN_TO_BUILT_IN = {
    "snail": "snail", "spiny lobster": "spiny lobster", "Persian cat": "Persian cat",
    "walking stick": "stick insect", "monarch": "monarch butterfly", "gazelle": "gazelle", "bucket": "bucket",
    "dumbbell": "dumbbell", "go-kart": "go-kart", "oboe": "oboe", "pole": "pole", "thatch": "thatched roof",
    "triumphal arch": "triumphal arch", "plate": "plate", "pizza": "pizza", "coral reef": "coral reef",
}  # fmt: skip
"""First name of a photo's class → label of the built-in model."""
CARD = ((0.0, 100.0, 68.3), (0.3, 84.0, 77.0), (0.5, 68.0, 85.0), (0.7, 53.0, 92.0), (0.9, 36.0, 97.0))
"""CARD.md, 10,000 validation pictures: score at least; percent of the pictures; percent of these right."""


@dataclass(frozen=True)
class ScoreSet:
    """A model's scores of all copies. `copy`: 0 is the photo as it is."""

    model: str
    data: LabelledScores
    copy: NDArray[np.intp]


def copies_of(photo: Photo, draws: np.random.Generator) -> Iterator[Pixels]:
    """The photo, then as a fixed camera might show it. BGR."""
    whole = photo.frame().pixels
    yield whole
    for _ in range(COPIES - 1):
        side = int(min(whole.shape[:2]) * draws.uniform(0.7, 1.0))
        top, left = (int(draws.integers(0, length - side + 1)) for length in whole.shape[:2])
        part = whole[top : top + side, left : left + side]
        yield degraded(
            part[:, ::-1] if draws.random() < 0.5 else part, float(draws.choice([0, 0.4, 0.7, 1, 1.4])), draws
        )


def degraded(pixels: Pixels, severity: float, draws: np.random.Generator) -> Pixels:
    """With other light, blur, noise and JPEG; the same where the severity is 0."""
    if not severity:
        return np.ascontiguousarray(pixels)
    light = pixels * (1 + severity * draws.uniform(-0.35, 0.35)) + severity * draws.uniform(-20, 20)
    if draws.random() < 0.5:
        light = np.asarray(
            cv2.GaussianBlur(light, (0, 0), max(0.1, severity * draws.uniform(0, 2) * len(pixels) / 224))
        )
    noisy = np.clip(light + draws.normal(0, severity * draws.uniform(2, 12), light.shape), 0, 255).astype(np.uint8)
    coded = cv2.imencode(".jpg", noisy, [cv2.IMWRITE_JPEG_QUALITY, int(95 - 25 * severity)])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def score_set(folder: Path, name: str, pictures: Sequence[Photo]) -> ScoreSet:
    """All copies of the photos, classified."""
    labels = "inat_bird_labels.txt" if name == BIRDS else "imagenet_labels.txt"
    config = {"name": BUILT_IN} if name == BUILT_IN else {
        "name": str(model_path(folder, name)), "labels": str(folder / "models" / labels)
    }  # fmt: skip
    classifier = open_classifier(ModelChoice(config["name"], Path(config["labels"])))
    draws = np.random.default_rng(1)
    scores = []
    for photo in pictures:
        for pixels in copies_of(photo, draws):
            frame = Frame(pixels, PixelFormat.BGR, pixels.shape[1], pixels.shape[0], "", 0, 0, 0.0)
            scores.append(classifier.classify(frame).scores)
    truth = np.repeat([_truth(name, photo, classifier.labels) for photo in pictures], COPIES)
    number = np.arange(len(pictures) * COPIES)
    data = LabelledScores.of_classes(np.array(scores), classifier.labels, truth, number // COPIES)
    return ScoreSet(name, data, number % COPIES)


def _truth(model: str, photo: Photo, labels: Sequence[str]) -> int:
    if model == BIRDS:
        return NOTHING_KNOWN
    if model != BUILT_IN:
        return photo.index
    label = KNOWN_TO_BUILT_IN.get(photo.label.split(",")[0])
    return NOTHING_KNOWN if label is None else list(labels).index(label)


def errors_by_chance(data: LabelledScores) -> NDArray[np.float64]:
    """ECEs, (draws,), of scores that mean what they say, where chance is one for all copies of a photo."""
    known = data.known
    best = data.at(1.0)[known].max(axis=1)
    photo = np.arange(len(data)) if data.photos is None else data.photos
    _, number = np.unique(photo[known], return_inverse=True)
    draws = np.random.default_rng(0)
    return np.array(
        [reliability(best, draws.random(int(number.max()) + 1)[number] < best).ece for _ in range(DRAWS)]
    )


def line(name: str, found: Calibration, alike: NDArray[np.float64]) -> str:
    """One row of the table. `alike`: what errors_by_chance says of the same pictures."""
    low, high = np.quantile(alike, (0.05, 0.95))
    return (
        f"{name:46} {found.pictures:6} {found.top1:7.1%} {found.temperature:11.2f} {found.before.ece:9.3f} "
        f"{found.after.ece:9.3f} {found.by_chance:9.3f} {alike.mean():9.3f} ({low:.3f}-{high:.3f})"
    )


def main() -> int:
    """Print the table."""
    folder = needed_test_data()
    pictures = photos(folder)
    print(
        f"{len(pictures)} photos, {COPIES} copies of each; ECE in 15 bins; after: by 5 parts, copies kept together"
    )
    print(
        f"{'':46} {'copies':>6} {'right':>7} {'temperature':>11} {'ECE':>9} {'after':>9} {'by chance':>9} "
        f"{'alike':>9} (5-95 %)"
    )
    for name in (*IMAGENET_MODELS, BUILT_IN):
        found = score_set(folder, name, pictures)
        fitted = calibrate(found.data)
        print(line(name, fitted, errors_by_chance(found.data)), flush=True)
        if name == IMAGENET_MODELS[0] and len(sys.argv) > 1:
            Path(sys.argv[1]).write_text(svg(reliability_chart(fitted, name)), encoding="utf-8")
        originals = found.data.of_pictures(np.flatnonzero(found.copy == 0))
        if len(originals.known) >= 20:
            print(
                line("    the photos as they are, alone", calibrate(originals), errors_by_chance(originals)),
                flush=True,
            )
    print("\nbuiltin, 10,000 validation pictures (CARD.md), at temperature 1:")
    for low, (share, right) in _bands():
        print(f"  best score {low:.1f} and more: {share:4.1f} % of the pictures, {right:5.1f} % of them right")
    return 0


def _bands() -> Iterator[tuple[float, tuple[float, float]]]:
    """The card's table, each band by itself."""
    for (low, share, right), (_, share_above, right_above) in zip(CARD, (*CARD[1:], (1.0, 0.0, 0.0)), strict=True):
        own = share - share_above
        all_right = share * (right / 100 if low else 0.683)
        yield low, (own, (all_right - share_above * right_above / 100) / own * 100)


if __name__ == "__main__":
    sys.exit(main())
