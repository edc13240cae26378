"""Many streams at once: processes that each hold the model and the photos, and say how far they are."""

import multiprocessing
import os
import sys
from functools import partial

import cv2

from edgeclassify.model.interface import ImageClassifier
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.recording.replay.score_streams import ScoreStream
from edgeclassify.types import ModelChoice, Pixels
from tests.bench.decisions.stream_maker import Making, make_stream
from tests.support.data import NO_TEST_DATA, find_test_data
from tests.support.photos import model_path, photos


def make_streams(making: Making, count: int, jobs: int) -> list[ScoreStream]:
    """So many streams, by `jobs` processes. Raises FileNotFoundError where there are no photos."""
    if find_test_data() is None:
        raise FileNotFoundError(NO_TEST_DATA)
    made: list[ScoreStream] = []
    with multiprocessing.get_context("spawn").Pool(jobs, _begin, (making.model,)) as pool:
        for stream in pool.imap(partial(_make, making), range(count)):
            made.append(stream)
            print(f"\r{making.model}: {len(made)} of {count} streams made", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    return made


_in_this_process: list[tuple[ImageClassifier, list[Pixels]]] = []


def _begin(model: str) -> None:
    os.nice(10)
    cv2.setNumThreads(1)
    folder = find_test_data()
    assert folder is not None
    path = model_path(folder, model)
    classifier = open_classifier(ModelChoice(name=str(path) if path.is_file() else model, threads=1))
    _in_this_process.append((classifier, [photo.frame().pixels for photo in photos(folder)]))


def _make(making: Making, number: int) -> ScoreStream:
    classifier, pictures = _in_this_process[0]
    return make_stream(classifier, pictures, making, number)
