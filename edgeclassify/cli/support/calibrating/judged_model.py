"""A model run over pictures of known labels, and judged by what it said of them."""

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np

from edgeclassify.cli.support.calibrating.known_labels import label_indices
from edgeclassify.cli.support.calibrating.labelled_images import LabelledImages
from edgeclassify.cli.support.view_options import WatchedBy
from edgeclassify.errors import EdgeClassifyError, LabelError, SourceError, UsageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.calibration.calibration import LEAST_PICTURES, Calibration, calibrate
from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN, LabelledScores
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.sources.images.reading import load_frame

_MOST_NAMED = 3
Progress = Callable[[Sequence[Any]], Iterator[Any]]


@dataclass(frozen=True, slots=True, eq=False)
class Judged:
    """`unreadable`: how many pictures could not be classified. `notes`: what the user should know, a line each."""

    found: Calibration
    unreadable: int
    notes: tuple[str, ...]


def judge(images: LabelledImages, watched: WatchedBy, place: str, precision: float, progress: Progress) -> Judged:
    """Classify the images, and calibrate. `place`: where they come from, for messages.

    Raises UsageError for a taught model, or one of several labels at once, LabelError where labels are unknown or
    pictures too few, ModelError where the model fails.
    """
    classifier, labels = watched.classifier, watched.labels
    if taught_folder(watched.model.name) is not None:
        raise UsageError(
            f"calibrate: {watched.model.name}: expected a model with the classes of its own network, found one "
            "that was taught: its scores are calibrated when it is fitted. How good they are is said by: "
            f"edgeclassify teach {watched.model.name} test FOLDER"
        )
    if classifier.has_several_labels:
        raise UsageError(
            f"calibrate: {classifier.info.name}: expected a model of which one label holds at a time, found one "
            "of several (sigmoid outputs): a picture's folder says one label, and not which others are right too. "
            "Its temperature can be set by hand: temperature = in its sidecar."
        )
    words = [image.label for image in images.images]
    index = label_indices(words, labels.names, classifier.info.name, place)
    scores, truth, faults = [], [], []
    for image in progress(images.images):
        try:
            frame = load_frame(image.path, wanted_side=classifier.wanted_side(watched.region), most_bytes=None)
            scores.append(classifier.classify(frame, watched.region).scores)
        except SourceError as error:
            faults.append(error)
            continue
        truth.append(index[image.label])
    _check_count(sum(one != NOTHING_KNOWN for one in truth), faults, place)
    data = LabelledScores(np.array(scores, np.float32), labels.names, np.array(truth, np.intp), _label_of(watched))
    found = calibrate(data, former=classifier.tempering.temperature, precision=precision)
    return Judged(found, len(faults), (*images.notes, *_said(faults)))


def _label_of(watched: WatchedBy) -> Any:
    """Of each class the view's label that it counts for."""
    found = np.full(len(watched.classifier.labels), NOTHING_KNOWN, np.intp)
    for index, members in enumerate(watched.labels.members):
        found[list(members)] = index
    return found


def _check_count(pictures: int, faults: Sequence[EdgeClassifyError], place: str) -> None:
    if pictures >= LEAST_PICTURES:
        return
    unread = f" ({len(faults)} could not be read: {faults[0]})" if faults else ""
    raise LabelError(
        f"{place}: expected at least {LEAST_PICTURES} pictures with a label of the model, found "
        f"{pictures}{unread}. Add some; a hundred, as the camera sees them by day and by night, say much more."
    )


def _said(faults: Sequence[EdgeClassifyError]) -> Iterator[str]:
    for error in faults[:_MOST_NAMED]:
        yield f"left out: {error}"
    if len(faults) > _MOST_NAMED:
        yield f"left out: {len(faults) - _MOST_NAMED} more pictures"
