"""Tiny ImageNet as bases see it: 10,000 pictures of 200 classes, and random tasks of a few of these.

The folder tiny-imagenet-200 (http://cs231n.stanford.edu/tiny-imagenet-200.zip; its val/ is read). The bases were
trained on ImageNet, or on birds, but none on pictures of 64x64 pixels, scaled up: to them these are other data.
Embeddings are made once, in minutes, where a folder is given to keep them.
"""

import argparse
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.interface import Units
from edgeclassify.types import Embedding, EmbeddingFacts, ModelChoice, Pixels
from tests.bench.kept_embeddings import KeptEmbeddings

BASES = ("mobilenet_v2", "inat_bird", "mobilenet_v1_0.25_128")
CLASSES = 200

Indices = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Pictures:
    """The embeddings of all pictures by one base, (pictures, elements): `raw`, as the network gives them, and
    `units`, of length 1; `classes`: of each picture its class."""

    facts: EmbeddingFacts
    raw: Embedding
    units: Units
    classes: Indices


@dataclass(frozen=True, eq=False)
class Episode:
    """A random task. Pictures by number: `taught` with `labels`, others of the same classes `asked` with `truth`;
    and of classes that were not taught `strangers`, and of yet others `nothings`."""

    taught: Indices
    labels: Indices
    asked: Indices
    truth: Indices
    strangers: Indices
    nothings: Indices


def options(about: str | None, *, episodes: int) -> argparse.ArgumentParser:
    """What all benchmarks on these pictures ask for."""
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="tiny-imagenet-200")
    parser.add_argument("--keep", type=Path, help="a folder that keeps embeddings over runs")
    parser.add_argument("--episodes", type=int, default=episodes, help=f"random tasks of each kind ({episodes})")
    parser.add_argument("--base", action="append", help=f"name or file of a base ({', '.join(BASES)})")
    return parser


def pictures_of(base: str, folder: Path, keep: Path | None) -> Pictures:
    """All pictures by one base. Raises SystemExit where they are not there."""
    table = folder / "val" / "val_annotations.txt"
    if not table.is_file():
        raise SystemExit(f"{table} is not there: expected the folder tiny-imagenet-200")
    rows = [line.split("\t")[:2] for line in table.read_text(encoding="ascii").splitlines()]
    names = sorted({name for _, name in rows})
    kept = KeptEmbeddings(Embedder.open(ModelChoice(name=base)), keep)
    raw = kept.embeddings([_read(table.parent / "images" / file) for file, _ in rows])
    kept.save()
    facts = kept.facts.embedding
    return Pictures(facts, raw, facts.unit(raw), np.array([names.index(name) for _, name in rows]))


def _read(path: Path) -> Pixels:
    pixels = cv2.imread(str(path), cv2.IMREAD_COLOR)
    return np.ascontiguousarray(np.asarray(pixels, np.uint8)[..., ::-1])


def episodes_of(
    classes: Indices, ways: int, shots: int, count: int, *, asked: int = 15, strange: int = 0, nothings: int = 0
) -> Iterator[Episode]:
    """Tasks of `ways` classes with `shots` examples each, and `asked` others of each class to be asked. `strange`:
    of how many classes strangers are, 10 pictures each; `nothings`: so many pictures, each of another class. The
    same tasks for every base."""
    draws = np.random.default_rng(0)
    of_class = [np.flatnonzero(classes == index) for index in range(CLASSES)]
    for _ in range(count):
        drawn = [draws.permutation(of_class[index]) for index in draws.permutation(CLASSES)]
        own, others, rest = drawn[:ways], drawn[ways : ways + strange], drawn[ways + strange :]
        yield Episode(
            _joined([one[:shots] for one in own]),
            np.repeat(np.arange(ways), shots),
            _joined([one[shots : shots + asked] for one in own]),
            np.repeat(np.arange(ways), asked),
            _joined([one[:10] for one in others]),
            _joined([one[:1] for one in rest[:nothings]]),
        )


def _joined(parts: Sequence[Indices]) -> Indices:
    return np.concatenate([np.empty(0, np.intp), *parts])


def interval(values: Sequence[float]) -> str:
    """Mean and half its 95 % interval, in percent."""
    found = 100 * np.asarray(values)
    return f"{found.mean():.1f} ±{1.96 * found.std(ddof=1) / np.sqrt(len(found)):.1f}"
