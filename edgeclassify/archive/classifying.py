"""The one way from a batch to its rows, whatever process it is in."""

import hashlib
import os
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from itertools import zip_longest
from typing import Any

from edgeclassify.archive.interface import Batch, Item, Row
from edgeclassify.archive.packing import as_utf8, rounded
from edgeclassify.archive.reading.batch import read_batch
from edgeclassify.archive.reading.images import path_of
from edgeclassify.archive.reading.read_image import ReadImage
from edgeclassify.archive.stillness.stillness import Stillness
from edgeclassify.archive.wanted import ClassifierFacts, Wanted
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.library.groups import grouping_of
from edgeclassify.model.classifier import NetworkClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.postprocess.scores.groups import Grouping
from edgeclassify.types import Prediction


def _nobody(_: int) -> None:
    """Nobody asks how far it is."""


class BatchClassifier:
    """A classifier that is open, and what is wanted of it. One thread uses it.

    Raises ModelError or a subclass where the model can't be opened, ArgumentError where it has no such groups.
    """

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._classifier = open_classifier(wanted.model)
        self._grouping = None if wanted.groups is None else _grouping(wanted.groups, self._classifier)
        self._is_taught = taught_folder(wanted.model.name) is not None
        self._side = self._classifier.wanted_side()

    @property
    def facts(self) -> ClassifierFacts:
        """What must be the same wherever batches of one archive are classified."""
        info, tempering = self._classifier.info, self._classifier.tempering
        said = "\n".join([*self._classifier.labels, repr(tempering.temperature), repr(tempering.several)])
        return ClassifierFacts(
            info.name, info.sha256, info.runtime, hashlib.sha256(said.encode(errors="replace")).hexdigest()
        )

    def rows(self, batch: Batch, done: Callable[[int], None] = _nobody) -> tuple[Row, ...]:
        """A row for each image of the batch, in its order. `done`: called with how many there are so far."""
        found: list[Row] = []
        images = self._images(batch)
        try:
            for row in self._rows(batch, images):
                found.append(row)
                done(len(found))
        finally:
            images.close()
        return tuple(found)

    def rows_one_by_one(
        self, batch: Batch, deadly: Mapping[int, str], begins: Callable[[int], None]
    ) -> tuple[Row, ...]:
        """The same where an image may end the process: none is read before it is its turn, which is told first.

        `deadly`: images by their place that are not looked at, and why.
        """

        def images() -> Iterator[ReadImage]:
            for place, item in enumerate(batch.items):
                if place in deadly:
                    yield ReadImage(item, path_of(item), fault=deadly[place])
                else:
                    begins(place)
                    yield from read_batch(Batch(batch.camera, (item,)), self._side)

        return tuple(self._rows(batch, images()))

    def close(self) -> None:
        """Let go of the model."""
        self._classifier.close()

    def _images(self, batch: Batch) -> Generator[ReadImage]:
        # Frames come one after the other out of their video, and what comes over a network is waited for.
        if self._wanted.reads_ahead or any(one.frame is not None or "://" in one.location for one in batch.items):
            yield from read_batch(batch, self._side)
            return
        for item, following in zip_longest(batch.items, batch.items[1:]):
            if following is not None and following.fault is None:
                ask_for(following)
            yield from read_batch(Batch(batch.camera, (item,)), self._side)

    def _rows(self, batch: Batch, images: Iterator[ReadImage]) -> Iterator[Row]:
        stillness = Stillness() if self._wanted.still else None
        for image in images:
            yield self._row(batch, image, stillness)

    def _row(self, batch: Batch, image: ReadImage, stillness: Stillness | None) -> Row:
        known = Row(
            path=image.path,
            camera=as_utf8(batch.camera),
            taken_at=image.taken_at,
            taken_by=image.taken_by,
            bytes=image.bytes,
            width=image.width,
            height=image.height,
            sha256=image.sha256,
        )
        if image.frame is None:
            return replace(known, fault=as_utf8(image.fault or "no picture in it"))
        try:
            if stillness is not None and stillness.is_still(image):
                return replace(known, still=True)
            return replace(known, **self._said(self._classifier.classify(image.frame)))
        except EdgeClassifyError as error:
            return replace(known, fault=as_utf8(str(error)))

    def _said(self, prediction: Prediction) -> dict[str, Any]:
        scores, best = prediction.scores, prediction.top(self._wanted.top)
        said: dict[str, Any] = {
            "labels": tuple(one.label for one in best),
            "scores": tuple(rounded(one.score) for one in best),
        }
        tempering = self._classifier.tempering
        if tempering.temperature != 1:
            said["calibrated"] = rounded(float(tempering.scores(scores).max()))
        if self._grouping is not None:
            of_groups = self._grouping.scores(scores)
            index = int(of_groups.argmax())
            said |= {"group": self._grouping.labels[index], "group_score": rounded(float(of_groups[index]))}
        if self._is_taught:  # scores of what was taught add up to how familiar it is
            said["unknown"] = rounded(min(1.0, max(0.0, 1.0 - float(scores.sum()))))
        return said


def ask_for(item: Item) -> None:
    """Have the kernel read what the next image is in, while this process computes."""
    with suppress(OSError, ValueError):
        descriptor = os.open(item.location, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
        try:
            os.posix_fadvise(descriptor, item.offset or 0, item.size or 0, os.POSIX_FADV_WILLNEED)
        finally:
            os.close(descriptor)


def _grouping(preset: str, classifier: NetworkClassifier) -> Grouping:
    return grouping_of(preset, classifier)
