"""Taught models as tests use them: real ones, of pictures in a colour with noise, on a base of this machine."""

from collections.abc import Mapping, Sequence

import numpy as np

from edgeclassify.model.taught.manifest import HeadRecord
from edgeclassify.teaching.embedder import Embedder
from edgeclassify.teaching.fitting import fit
from edgeclassify.teaching.interface import Example
from edgeclassify.teaching.store import TaughtFolder
from edgeclassify.types import ModelChoice, Pixels
from tests.model.known import ALL_KNOWN

RED, GREEN, BLUE = (200, 40, 30), (40, 190, 50), (30, 50, 210)
Colour = tuple[int, int, int]
OPEN_AND_CLOSED: Mapping[str, Colour] = {"open": GREEN, "closed": RED}


def coloured(colour: Colour, seed: int = 0, side: int = 48) -> Pixels:
    """A picture of that colour with noise, RGB."""
    noise = np.random.default_rng(seed).normal(0, 25, (side, side, 3))
    pixels: Pixels = np.clip(np.array(colour) + noise, 0, 255).astype(np.uint8)
    return pixels


def examples_of(embedder: Embedder, label: str | None, colour: Colour, seeds: Sequence[int]) -> list[Example]:
    """Examples of pictures of a colour, one for each seed, an hour apart: moments of their own, however alike."""
    return [
        Example(
            label,
            f"{label}-{seed}",
            embedder.embed(coloured(colour, seed))[np.newaxis],
            brightness=0.5,
            captured_at=3600.0 * seed,
        )
        for seed in seeds
    ]


def teach(
    name: str,
    classes: Mapping[str, Colour] = OPEN_AND_CLOSED,
    *,
    base: ModelChoice = ModelChoice(),  # noqa: B008 - frozen
    count: int = 6,
    one_class: bool = False,
    fitted: bool = True,
) -> None:
    """A new taught model of so many pictures of each class, in the first of the models' folders."""
    embedder = Embedder.open(base, trials=ALL_KNOWN)
    with TaughtFolder.create(name, embedder.facts, one_class=one_class) as folder:
        for i, (label, colour) in enumerate(classes.items()):
            folder.add(examples_of(embedder, label, colour, range(100 * i, 100 * i + count)))
        if fitted:
            fit_again(folder)
    embedder.close()


def teach_more(name: str, label: str, colour: Colour, *, count: int = 6) -> HeadRecord:
    """More pictures of a class of a taught model on its own base, and a new head."""
    with TaughtFolder.open(name) as folder:
        base = folder.manifest.base
        config = ModelChoice(name=base.embedding.base, crop=base.crop)
        embedder = Embedder.open(config, trials=ALL_KNOWN)
        folder.add(examples_of(embedder, label, colour, range(5000, 5000 + count)))
        embedder.close()
        return fit_again(folder)


def fit_again(folder: TaughtFolder) -> HeadRecord:
    """A head for the examples as they are."""
    fitted = fit(folder.lesson())
    return folder.fitted(
        fitted.head.to_bytes(),
        kind=str(fitted.kind),
        labels=fitted.head.labels,
        accuracy=fitted.accuracy,
        by_label={},
        by_view={},
    )
