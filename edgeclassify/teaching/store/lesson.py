"""What a head is fitted to, of a taught model as it lies in its folder."""

from pathlib import Path

import numpy as np

from edgeclassify.model.taught.manifest import Manifest
from edgeclassify.teaching.interface import NONE_OF_THEM, Lesson
from edgeclassify.teaching.store.example_files import read_embeddings
from edgeclassify.teaching.store.moments import moments


def read_lesson(folder: Path, manifest: Manifest) -> Lesson:
    """All examples of a version, in the order of its manifest; labels in the order in which they were taught.

    Raises TaughtModelError where an example is missing or damaged, which names it.
    """
    facts, records = manifest.base.embedding, manifest.examples
    counts = np.array([1 + one.variants for one in records], np.intp)
    starts = np.concatenate(([0], np.cumsum(counts))).astype(np.intp)
    units = np.empty((int(starts[-1]), facts.elements), np.float32)
    for start, record in zip(starts, records, strict=False):
        rows = read_embeddings(folder, record, manifest.base)
        units[start : start + len(rows)] = facts.unit(rows)
    labels = manifest.labels
    index = {label: i for i, label in enumerate(labels)}
    classes = np.array([NONE_OF_THEM if one.label is None else index[one.label] for one in records], np.intp)
    owners = np.repeat(np.arange(len(records), dtype=np.intp), counts)
    is_copy = np.ones(len(units), np.bool_)
    is_copy[starts[:-1]] = False
    return Lesson(
        labels=labels,
        units=units,
        classes=classes[owners],
        owners=owners,
        is_copy=is_copy,
        groups=moments(records, units[starts[:-1]]),
        was=np.array(
            [NONE_OF_THEM if one.was is None else index.get(one.was, NONE_OF_THEM) for one in records], np.intp
        ),
        one_class=manifest.one_class,
    )
