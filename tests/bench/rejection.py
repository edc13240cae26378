"""What tells pictures of what was never taught from those that were.

    python -m tests.bench.rejection FOLDER [--keep FOLDER] [--episodes 60] [--base NAME]

FOLDER: tiny-imagenet-200. Random tasks of 2, 5 and 10 classes with 25 examples each, asked 25 others of each
class, and 10 pictures each of 40 classes that were not taught. In percent: the area under the curve (AUROC, 50:
nothing is told), and how many strangers are rejected where 95 % of what was taught are kept. By the chance of the
best class (of a logistic regression), its energy, the cosine with the nearest class mean, with the nearest
example, the distance from the nearest class mean where directions in which classes vary count for little
(Mahalanobis), by familiarity as a head has it, and by the best score of the head, which is both. Then what the
head's own threshold, fitted on the examples alone, keeps and rejects; and the same where 30 pictures of other
things were taught as "none of them". "curve": share of strangers rejected where 99, 97, 95, 90 and 80 % of what
was taught are kept.
"""

import sys
from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from edgeclassify.model.taught.head_parameters import HeadKind
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.fitting.candidates import candidates_of
from edgeclassify.teaching.fitting.leaving_out import parts_of
from edgeclassify.teaching.fitting.material import material_of
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson, Units
from tests.bench.few_shot import softmax
from tests.bench.lessons import answers, lesson_of
from tests.bench.tiny_imagenet import BASES, Episode, Pictures, episodes_of, interval, options, pictures_of
from tests.bench.unknown import auroc

WAYS, SHOTS, ASKED, STRANGE, NOTHINGS = (1, 2, 5, 10), 25, 25, 40, 30
KEPT = (0.99, 0.97, 0.95, 0.9, 0.8)
FAMILIARITY, WITH_NONE = "familiarity", "best score, none taught"

Figures = NDArray[np.float64]


def main() -> int:
    """Print a table for each base and number of classes."""
    given = options(__doc__, episodes=60).parse_args()
    for base in given.base or BASES:
        pictures = pictures_of(base, given.folder, given.keep)
        for ways in WAYS:
            what = "one class" if ways == 1 else f"{ways} classes"
            print(f"\n{base}: {what} with {SHOTS} examples each, {given.episodes} tasks")
            report(pictures, ways, given.episodes)
    return 0


def report(pictures: Pictures, ways: int, count: int) -> None:
    """One kind of task."""
    told: dict[str, list[tuple[float, float]]] = defaultdict(list)
    own: dict[str, list[tuple[float, float]]] = defaultdict(list)
    curve = []
    for episode in episodes_of(
        pictures.classes, ways, SHOTS, count, asked=ASKED, strange=STRANGE, nothings=NOTHINGS
    ):
        asked = pictures.units[np.concatenate([episode.asked, episode.strangers])]
        kept = len(episode.asked)
        for name, figures in figures_of(pictures, episode, asked).items():
            known, strange = figures[:kept], figures[kept:]
            told[name].append((auroc(known, strange), rejected(known, strange, 0.95)))
            if name in (FAMILIARITY, WITH_NONE):
                own[name].append((float((known >= 0.5).mean()), float((strange < 0.5).mean())))
            if name == FAMILIARITY:
                curve.append([rejected(known, strange, share) for share in KEPT])
    print(f"{'':28}{'AUROC':>14}{'rejected':>14}")
    for name, pairs in told.items():
        print(f"{name:28}" + "".join(f"{interval(found):>14}" for found in zip(*pairs, strict=True)))
    for name, pairs in own.items():
        found = [interval(one) for one in zip(*pairs, strict=True)]
        print(f"own threshold, {name}: {found[0]} kept, {found[1]} rejected")
    shares = 100 * np.mean(curve, axis=0)
    print(
        "curve: " + ", ".join(f"{100 * k:.0f}: {share:.0f}" for k, share in zip(KEPT, shares, strict=True)),
        flush=True,
    )


def rejected(known: Figures, strange: Figures, kept: float) -> float:
    """Share of the strangers below what keeps a share of the known."""
    return float((strange < np.quantile(known, 1 - kept)).mean())


def figures_of(pictures: Pictures, episode: Episode, asked: Units) -> Mapping[str, Figures]:
    """What may tell strangers, of each asked picture: the higher the more familiar."""
    taught, labels = pictures.units[episode.taught], episode.labels
    names = [f"class {index}" for index in range(labels.max() + 1)]
    lesson = lesson_of(names, list(taught[:, None]), labels.tolist())
    centre, means = taught.mean(axis=0), np.stack([taught[labels == index].mean(axis=0) for index in set(labels)])
    found = {
        **(by_chances(lesson, asked) if len(names) > 1 else {}),
        "cosine, class mean": (asked @ unit(means).T).max(axis=1),
        "cosine, nearest example": (asked @ taught.T).max(axis=1),
        "cosine from the middle": (unit(asked - centre) @ unit(taught - centre).T).max(axis=1),
        "Mahalanobis": -mahalanobis(taught - means[labels], asked, means),
    }
    head = fit(lesson).head
    said = answers(head, asked)
    found[FAMILIARITY] = said.known
    found["best score"] = said.known if len(names) == 1 else said.score
    found[WITH_NONE] = answers(fit(with_nothings(lesson, pictures.units[episode.nothings])).head, asked).known
    return {name: np.asarray(one, np.float64) for name, one in found.items()}


def by_chances(lesson: Lesson, asked: Units) -> Mapping[str, Figures]:
    """The best chance of a logistic regression, and its energy (Liu et al., 2020)."""
    material = material_of(lesson)
    candidates = candidates_of(material, parts_of(material))
    logistic = next(one for one in candidates if one.kind is HeadKind.LOGISTIC)
    logits = (asked - material.origin) @ material.basis.T @ logistic.weights.T + logistic.biases
    energy = np.log(np.exp(logits.astype(np.float64)).sum(axis=1))
    return {"best chance": softmax(logits).max(axis=1), "energy": energy}


def mahalanobis(residuals: Units, asked: Units, means: Units) -> Figures:
    """The square of the distance from the nearest mean, by a covariance that is shrunk to half towards a
    sphere."""
    freedom = len(residuals) - len(means)
    left = (residuals @ residuals.T).astype(np.float64) / freedom
    values, vectors = np.linalg.eigh(left)
    there = values > values.max() * 1e-6
    values = values[there]
    directions = (vectors[:, there] / np.sqrt(values * freedom)).T @ residuals
    even = values.sum() / len(residuals)
    distances = []
    for mean in means:
        away = asked - mean
        along = (away @ directions.T) ** 2
        distances.append((away**2).sum(axis=1) - along @ (values / (values + even)))
    return np.asarray(np.min(distances, axis=0))


def with_nothings(lesson: Lesson, nothings: Units) -> Lesson:
    """The same with pictures of none of the classes."""
    examples: Sequence[Units] = [*lesson.units[:, None], *nothings[:, None]]
    classes = [*lesson.classes.tolist(), *[NONE_OF_THEM] * len(nothings)]
    return lesson_of(lesson.labels, examples, classes)


def unit(vectors: Units) -> Units:
    """Of length 1."""
    return np.asarray(vectors / np.linalg.norm(vectors, axis=1, keepdims=True), np.float32)


if __name__ == "__main__":
    sys.exit(main())
