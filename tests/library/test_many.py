"""Many pictures: as one by one, in their order; each failure in its place."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from edgeclassify import ArgumentError, Classifier, Failure, MissingInputError, ModelError, Result, SourceError

Bgr = NDArray[np.uint8]


def test_as_one_by_one(classifier: Classifier, photos: Path) -> None:
    paths = sorted(photos.glob("*.jpg")) * 4
    results = list(classifier.many(paths))
    assert [result.source for result in results] == list(map(str, paths))
    for path, result in zip(paths, results, strict=True):
        assert np.array_equal(result.scores, classifier(path).scores)


def test_an_array_may_be_written_over_when_the_next_is_asked_for(classifier: Classifier, bgr: Bgr) -> None:
    other = np.ascontiguousarray(bgr[::-1, ::-1] // 2)
    buffer = np.empty_like(bgr)

    def frames() -> Iterator[Bgr]:
        for number in range(20):
            buffer[:] = bgr if number % 2 == 0 else other
            yield buffer

    expected = [classifier(one, order="bgr").scores for one in (bgr, other)]
    for number, result in enumerate(classifier.many(frames(), order="bgr")):
        assert np.array_equal(result.scores, expected[number % 2])


def test_files_may_be_closed_when_the_next_is_asked_for(classifier: Classifier, photos: Path) -> None:
    paths = sorted(photos.glob("*.jpg"))

    def opened() -> Iterator[Any]:
        for path in paths:
            with path.open("rb") as file:
                yield file
        for path in paths:
            with Image.open(path) as image:
                yield image

    assert [result.source for result in classifier.many(opened())] == [*map(str, paths)] * 2


def test_planes_and_a_region(classifier: Classifier, bgr: Bgr) -> None:
    yuv = np.asarray(cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420), np.uint8)
    roi = (0.25, 0.25, 0.5, 0.5)
    (result,) = classifier.many([yuv], order="yuv420", width=600, roi=roi)
    assert np.array_equal(result.scores, classifier(yuv, order="yuv420", roi=roi).scores)


def test_a_failure_is_raised_in_its_turn(classifier: Classifier, espresso: Path) -> None:
    results = classifier.many([espresso, "nope.jpg", espresso])
    assert next(results).best.label == "espresso"
    with pytest.raises(MissingInputError, match=r"nope\.jpg"):
        next(results)
    assert next(results, None) is None


def test_failures_in_their_places(classifier: Classifier, espresso: Path, tmp_path: Path) -> None:
    closed = espresso.open("rb")
    closed.close()
    text = tmp_path / "text.jpg"
    text.write_text("text")
    pictures: list[Any] = ["nope.jpg", espresso, 3, text, closed, np.zeros((8, 8, 3)), b"", espresso]
    outcomes = list(classifier.many(pictures, failures=True))
    told = [(type(outcome), outcome.source) for outcome in outcomes]
    here = str(espresso)
    assert told == [
        (Failure, "nope.jpg"),
        (Result, here),
        (Failure, None),
        (Failure, str(text)),
        (Failure, here),
        (Failure, None),
        (Failure, None),
        (Result, here),
    ]
    failure = outcomes[0]
    assert isinstance(failure, Failure)
    assert isinstance(failure.error, MissingInputError)
    assert str(failure) == str(failure.error)


class OfALibraryError(Exception):
    """As zlib.error or BadZipFile: of none of the usual classes."""


class Opened:
    """An open file of somebody else's."""

    def __init__(self, found: Any) -> None:
        self._found = found

    def read(self, size: int, /) -> bytes:
        if isinstance(self._found, Exception):
            raise self._found
        return self._found  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("image", "kind", "said"),
    [
        (Opened(OfALibraryError("bad header")), SourceError, "the open file: can't be read: bad header"),
        (Opened(OfALibraryError()), SourceError, "the open file: can't be read: OfALibraryError"),
        (Opened("text"), ArgumentError, "the open file: expected bytes of its read(), found str"),
        (Opened(None), ArgumentError, "the open file: expected bytes of its read(), found NoneType"),
        (Opened, ArgumentError, "expected a path, a URL"),
    ],
)
def test_a_file_with_errors_of_its_own_ends_no_batch(
    classifier: Classifier, espresso: Path, image: Any, kind: type[Exception], said: str
) -> None:
    first, failure, last = classifier.many([espresso, image, espresso], failures=True)
    assert isinstance(first, Result)
    assert isinstance(last, Result)
    assert isinstance(failure, Failure)
    assert type(failure.error) is kind
    assert said in str(failure)


def test_numbers_of_numpy_are_numbers(classifier: Classifier, bgr: Bgr) -> None:
    planes = cv2.cvtColor(cv2.resize(bgr, (64, 64)), cv2.COLOR_BGR2YUV_I420)
    width, workers, threads = np.int64(64), np.uint8(2), np.int32(1)
    (result,) = classifier.many([planes], order="yuv420", width=width, workers=workers)  # type: ignore[call-overload]
    assert np.array_equal(result.scores, classifier(planes, order="yuv420").scores)
    with Classifier(threads=threads) as opened:  # type: ignore[arg-type]
        assert opened.info.name == "builtin"


def test_types_fit_those_of_callers(classifier: Classifier, espresso: Path) -> None:
    """What mypy says of it: the array of OpenCV's own type, and a bool that is known at run time alone."""
    read = cv2.imread(str(espresso))
    assert read is not None
    wanted = bool(read.size)
    outcomes = list(classifier.many([read], order="bgr", failures=wanted))
    assert len(outcomes) == 1


def test_a_url_that_fails_shows_no_secret(classifier: Classifier) -> None:
    (failure,) = classifier.many(["http://me:secret@127.0.0.1:1/a.jpg?key=secret"], failures=True)
    assert isinstance(failure, Failure)
    assert "secret" not in f"{failure} {failure.source}"


@pytest.mark.parametrize("pictures", ["photo.jpg", b"photo", Path("photo.jpg"), 3, None])
def test_one_picture_in_place_of_many(classifier: Classifier, pictures: Any) -> None:
    with pytest.raises(ArgumentError, match="many: expected pictures, found one"):
        classifier.many(pictures)


@pytest.mark.parametrize(
    "wrong", [{"workers": 0}, {"workers": 65}, {"workers": 2.0}, {"order": "grb"}, {"roi": ()}]
)
def test_what_is_wrong_is_said_at_once(classifier: Classifier, espresso: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match=f"{next(iter(wrong))}: expected"):
        classifier.many([espresso], **wrong)


def test_none_at_all(classifier: Classifier) -> None:
    assert list(classifier.many([])) == []


def test_a_batch_of_arrays(classifier: Classifier, bgr: Bgr) -> None:
    batch = np.stack([bgr, bgr])
    assert [result.best.label for result in classifier.many(batch, order="bgr")] == ["espresso"] * 2


def test_a_classifier_that_is_closed_meanwhile(espresso: Path) -> None:
    classifier = Classifier()
    results = classifier.many([espresso] * 100)
    next(results)
    classifier.close()
    with pytest.raises(ModelError, match=r"^builtin: the classifier is closed"):
        list(results)
