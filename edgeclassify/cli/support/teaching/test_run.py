"""A taught model run over pictures of known labels."""

from collections.abc import Iterator, Sequence
from functools import partial
from pathlib import Path

from edgeclassify.cli.support.calibrating.known_labels import label_indices
from edgeclassify.cli.support.calibrating.labelled_images import LabelledImages, find_labelled_images
from edgeclassify.cli.support.models_option import model_section
from edgeclassify.cli.support.progress import items_with_bar
from edgeclassify.errors import EdgeClassifyError, LabelError, SourceError
from edgeclassify.files import printable
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.model.calibration.labelled_scores import NOTHING_KNOWN
from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.taught.manifest import UNUSUAL
from edgeclassify.model.taught.places import resolve_taught
from edgeclassify.sources.images.reading import load_frame
from edgeclassify.teaching.testing.taught_test import Answer, TaughtTest, answer_of

_MOST_NAMED = 3


@dataclass(frozen=True, slots=True)
class TaughtTestRun:
    """`unreadable`: how many pictures could not be classified. `notes`: what the user should know, a line each."""

    tested: TaughtTest
    unreadable: int
    notes: tuple[str, ...]


def run_test(name: str, location: Path) -> TaughtTestRun:
    """Classify the pictures of a folder or a CSV with the taught model `name`.

    Raises EdgeClassifyErrors: for a model that is not there or not fitted, labels that it does not have, pictures
    of which none can be read.
    """
    resolve_taught(name)
    images = find_labelled_images(location)
    classifier = open_classifier(model_section(name, None, "auto", None))
    try:
        return _classified(name, images, location, classifier)
    finally:
        classifier.close()


def _classified(name: str, images: LabelledImages, location: Path, classifier: ImageClassifier) -> TaughtTestRun:
    labels = tuple(classifier.labels)
    index = label_indices([image.label for image in images.images], labels, name, str(location))
    # Where only what is normal was taught, the rest has a label of its own.
    none = UNUSUAL if UNUSUAL in labels else None
    answers: list[Answer] = []
    faults: list[EdgeClassifyError] = []
    for image in partial(items_with_bar, doing="classifying")(images.images):
        truth = none if index[image.label] == NOTHING_KNOWN else labels[index[image.label]]
        try:
            frame = load_frame(image.path, wanted_side=classifier.wanted_side(), most_bytes=None)
            answers.append(answer_of(str(image.path), truth, classifier.classify(frame)))
        except SourceError as error:
            faults.append(error)
    if not answers:
        raise LabelError(f"{printable(location)}: expected pictures, found none that can be read: {faults[0]}")
    return TaughtTestRun(TaughtTest(labels, tuple(answers)), len(faults), (*images.notes, *_said(faults)))


def _said(faults: Sequence[EdgeClassifyError]) -> Iterator[str]:
    for error in faults[:_MOST_NAMED]:
        yield f"left out: {error}"
    if len(faults) > _MOST_NAMED:
        yield f"left out: {len(faults) - _MOST_NAMED} more pictures"
