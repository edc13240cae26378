"""`python -m tests.bench.augmentation FOLDER`: what changed copies of examples are worth, by classes of Tiny
ImageNet.

FOLDER: tiny-imagenet-200 (its val/ is read). Episodes of 5 classes, taught with 1, 5 or 10 pictures of each as
they are, are asked for other pictures of these classes: as they are, at dusk (a sensor's count of electrons), at
night (infrared), in rain, out of focus. Taught without copies, with the default ones, with those of one kind
alone, and with all but one. Mean of the episodes with its 95 % interval. `--keep FOLDER`: embeddings over runs.
"""

import argparse
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from edgeclassify.teaching.augmentation import DEFAULT_CHANGES, Change, variants
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import Units
from edgeclassify.types import ModelChoice, Pixels
from tests.bench import pictured
from tests.bench.kept_embeddings import KeptEmbeddings
from tests.bench.lessons import answers, lesson_of

BASES = ("mobilenet_v1_0.25_128", "inat_bird")
CLASSES, TAUGHT, ASKED = 40, 16, 14
"""Of each class so many pictures may be taught, and so many are asked."""
WAYS, SIDE = 5, 224


def dusk(pixels: Pixels, draws: np.random.Generator) -> Pixels:
    """Little light: 4 to 40 electrons in a white pixel, counted, smoothed, and made half as bright as it was."""
    linear = (pixels.astype(np.float32) / 255) ** np.float32(2.2)
    white = draws.uniform(4, 40)
    counted = draws.poisson(linear * white) / white
    smooth = cv2.medianBlur(np.clip(counted * 255, 0, 255).astype(np.uint8), 3).astype(np.float32) / 255
    tones = np.clip(smooth * draws.uniform(0.2, 0.5), 0, 1) ** (1 / 2.2)
    return np.asarray(np.rint(tones * 255), np.uint8)


def night(pixels: Pixels, draws: np.random.Generator) -> Pixels:
    """Infrared, a round beam, few electrons."""
    grey = pictured.infrared(pixels[..., ::-1].astype(np.float32)) / 255
    away = np.hypot(*np.meshgrid(np.linspace(-1, 1, SIDE), np.linspace(-1, 1, SIDE)))
    beam = np.exp(-((away / draws.uniform(0.9, 1.4)) ** 4))[..., np.newaxis]
    white = draws.uniform(8, 40)
    counted = draws.poisson(grey[..., :1] ** 2.2 * beam * white) / white
    tones = np.clip(counted, 0, 1) ** (1 / 2.2)
    soft = np.rint(cv2.GaussianBlur(tones, (0, 0), 0.8) * 255).astype(np.uint8)
    return np.repeat(soft[..., np.newaxis], 3, axis=2)


def rain(pixels: Pixels, draws: np.random.Generator) -> Pixels:
    """Grey air, streaks, a wet lens."""
    picture = pixels.astype(np.float32)
    layer = np.zeros(picture.shape[:2], np.float32)
    for _ in range(60):
        x, y, length = int(draws.integers(SIDE)), int(draws.integers(-10, SIDE)), int(draws.integers(8, 30))
        cv2.line(layer, (x, y), (x + length // 8, y + length), float(draws.uniform(0.1, 0.4)), 1)
    hazed = picture + draws.uniform(0.2, 0.5) * (140 - picture)
    wet = hazed + layer[..., np.newaxis] * (210 - hazed)
    soft = np.asarray(cv2.GaussianBlur(wet, (0, 0), draws.uniform(0.8, 2)), np.float32)
    return np.clip(soft, 0, 255).astype(np.uint8)


def out_of_focus(pixels: Pixels, draws: np.random.Generator) -> Pixels:
    """A disc of 2 to 5 pixels, and JPEG."""
    radius = draws.uniform(2, 5)
    reach = np.arange(-6, 7)
    disc = (np.hypot(*np.meshgrid(reach, reach)) <= radius).astype(np.float32)
    soft = cv2.filter2D(pixels, -1, disc / disc.sum())
    coded = cv2.imencode(".jpg", soft, [cv2.IMWRITE_JPEG_QUALITY, 50])[1]
    return np.asarray(cv2.imdecode(coded, cv2.IMREAD_COLOR), np.uint8)


def as_it_is(pixels: Pixels, draws: np.random.Generator) -> Pixels:
    """No change."""
    return pixels


CONDITIONS: Mapping[str, Callable[[Pixels, np.random.Generator], Pixels]] = {
    "as it is": as_it_is, "dusk": dusk, "night": night, "rain": rain, "out of focus": out_of_focus,
}  # fmt: skip


@dataclass(frozen=True)
class OneClass:
    """Of a class: what may be taught, by change (None: as it is), and what is asked, by condition."""

    taught: Units
    copies: Mapping[Change, Units]
    asked: Mapping[str, Units]


def classes(folder: Path, seen: KeptEmbeddings, count: int) -> Iterator[OneClass]:
    """Some classes, by chance."""
    files: dict[str, list[str]] = {}
    for line in (folder / "val" / "val_annotations.txt").read_text(encoding="utf-8").splitlines():
        name, wnid = line.split("\t")[:2]
        files.setdefault(wnid, []).append(name)
    draws = np.random.default_rng(3)
    for wnid in draws.permutation(sorted(files))[:count]:
        names = draws.permutation(files[str(wnid)])[: TAUGHT + ASKED]
        pictures = [_picture(folder / "val" / "images" / str(name)) for name in names]
        made = [variants(one, str(name).encode(), list(Change)) for one, name in zip(pictures, names, strict=True)]
        copies = {change: seen.units([one[i] for one in made[:TAUGHT]]) for i, change in enumerate(Change)}
        asked = {
            name: seen.units([change(one, draws) for one in pictures[TAUGHT:]])
            for name, change in CONDITIONS.items()
        }
        yield OneClass(seen.units(pictures[:TAUGHT]), copies, asked)


def _picture(path: Path) -> Pixels:
    small = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(cv2.resize(small, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)[..., ::-1])


def episodes(
    found: Sequence[OneClass], shots: int, changes: Sequence[Change], count: int
) -> dict[str, list[float]]:
    """Accuracy of each episode by condition; the same episodes for all changes."""
    right: dict[str, list[float]] = {name: [] for name in CONDITIONS}
    for number in range(count):
        draws = np.random.default_rng([shots, number])
        chosen = [found[i] for i in draws.permutation(len(found))[:WAYS]]
        examples, labels = [], []
        for i, one in enumerate(chosen):
            for position in draws.permutation(len(one.taught))[:shots]:
                parts = [one.taught, *(one.copies[change] for change in changes)]
                examples.append(np.stack([part[position] for part in parts]))
                labels.append(i)
        head = fit(lesson_of([str(i) for i in range(WAYS)], examples, labels)).head
        truth = np.repeat(np.arange(WAYS), ASKED)
        for name in CONDITIONS:
            said = answers(head, np.concatenate([one.asked[name] for one in chosen]))
            right[name].append(said.right(truth.tolist()))
    return right


def print_row(name: str, right: Mapping[str, Sequence[float]]) -> None:
    """Mean and interval by condition."""
    cells = []
    for values in right.values():
        within = 1.96 * np.std(values, ddof=1) / np.sqrt(len(values))
        cells.append(f"{np.mean(values):7.1%} ±{within * 100:4.1f}")
    print(f"{name:28}" + "".join(f"{cell:>16}" for cell in cells), flush=True)


def ways(ablate: bool) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """Which copies are taught."""
    yield "as they are", ()
    yield "default copies", DEFAULT_CHANGES
    if not ablate:
        yield "default and mirrored", (*DEFAULT_CHANGES, Change.MIRRORED)
        return
    for change in Change:
        yield f"{change} alone", (change,)
    for change in DEFAULT_CHANGES:
        yield f"default, no {change}", tuple(one for one in DEFAULT_CHANGES if one is not change)
    for change in Change:
        if change not in DEFAULT_CHANGES:
            yield f"default and {change}", (*DEFAULT_CHANGES, change)


def main() -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m tests.bench.augmentation", description=__doc__)
    parser.add_argument("folder", type=Path, help="tiny-imagenet-200")
    parser.add_argument("--base", nargs="*", default=BASES, help=f"models by name or file ({', '.join(BASES)})")
    parser.add_argument("--shots", nargs="*", type=int, default=[1, 5, 10], help="pictures of each class (1 5 10)")
    parser.add_argument("--episodes", type=int, default=100, help="(100)")
    parser.add_argument("--classes", type=int, default=CLASSES, help=f"to draw from ({CLASSES})")
    parser.add_argument("--ablate", action="store_true", help="each kind of copies by itself")
    parser.add_argument("--keep", type=Path, help="a folder for embeddings")
    options = parser.parse_args()
    for base in options.base:
        seen = KeptEmbeddings(Embedder.open(ModelChoice(name=base)), options.keep)
        found = list(classes(options.folder, seen, options.classes))
        seen.save()
        for shots in options.shots:
            print(f"\n{base}, {WAYS} classes, {shots} pictures of each")
            print(f"{'':28}" + "".join(f"{name:>16}" for name in CONDITIONS))
            for name, changes in ways(options.ablate):
                print_row(name, episodes(found, shots, changes, options.episodes))
    return 0


if __name__ == "__main__":
    sys.exit(main())
