"""Whatever a picture comes as, the answer is the same; what is none gets one message."""

import io
import os
import threading
from collections.abc import Iterator
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from edgeclassify import ArgumentError, Classifier, ImageError, MissingInputError, Result, SourceError
from edgeclassify.errors import AbsentError
from edgeclassify.library.images import given
from edgeclassify.sources.images.reading import MAX_FILE_BYTES


class Quiet(SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def server(photos: Path) -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=photos)) as running:
        thread = threading.Thread(target=running.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


def same(a: Result, b: Result) -> bool:
    return np.array_equal(a.scores, b.scores)


def test_a_path_as_text_or_path(classifier: Classifier, espresso: Path) -> None:
    result = classifier(str(espresso))
    assert (result.best.label, result.source) == ("espresso", str(espresso))
    assert same(classifier(espresso), result)


def test_a_path_of_an_object_that_is_one(classifier: Classifier, espresso: Path) -> None:
    class InBytes(os.PathLike[bytes]):
        def __fspath__(self) -> bytes:
            return os.fsencode(espresso)

    assert classifier(InBytes()).source == str(espresso)  # type: ignore[arg-type]


@pytest.mark.parametrize("kind", [bytes, bytearray, memoryview])
def test_the_bytes_of_a_file(classifier: Classifier, espresso: Path, kind: Any) -> None:
    result = classifier(kind(espresso.read_bytes()))
    assert result.source is None
    assert same(result, classifier(espresso))


def test_an_open_file_is_read_from_where_it_stands(classifier: Classifier, espresso: Path) -> None:
    with espresso.open("rb") as file:
        result = classifier(file)
        assert file.read() == b""
    assert result.source == str(espresso)
    assert same(result, classifier(espresso))
    assert classifier(io.BytesIO(espresso.read_bytes())).source is None


def test_a_file_that_gives_little_at_a_time(classifier: Classifier, espresso: Path) -> None:
    class Slow(io.RawIOBase):
        def __init__(self) -> None:
            self._inner = io.BytesIO(espresso.read_bytes())

        def read(self, size: int = -1, /) -> bytes:
            return self._inner.read(min(size, 1000))

    assert same(classifier(Slow()), classifier(espresso))


def test_a_url(classifier: Classifier, espresso: Path, server: str) -> None:
    result = classifier(f"{server}/espresso.jpg?token=secret")
    assert same(result, classifier(espresso))
    assert result.source == f"{server}/espresso.jpg?…"


def test_a_url_with_nothing_behind_it(classifier: Classifier, server: str) -> None:
    with pytest.raises(MissingInputError, match=r"nope\.jpg.*404"):
        classifier(f"{server}/nope.jpg")
    with pytest.raises(AbsentError, match="can't connect"):
        classifier("http://127.0.0.1:1/espresso.jpg")


def test_a_large_photo_is_decoded_no_larger_than_it_is_needed(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    cv2.imwrite(str(path), np.zeros((1600, 2400, 3), np.uint8))
    assert given(path).frame(200).height == 200
    assert given(path).frame(0).height == 1600


@pytest.mark.parametrize(
    ("picture", "error", "message"),
    [
        ("nope.jpg", MissingInputError, "nope.jpg: expected an image file, found nothing there"),
        ("/", ImageError, "/: expected an image file, found a folder"),
        ("", ArgumentError, "expected a picture's path, found an empty one"),
        (b"no picture", ImageError, "the bytes: expected an image .*found text"),
        (b"", ImageError, "the bytes: expected an image, found an empty file"),
        (io.BytesIO(b""), ImageError, "the open file: expected an image, found an empty file"),
        (io.StringIO("text"), ArgumentError, r'the open file: expected a file of bytes.*"rb"'),
        ("ftp://host/a.jpg", MissingInputError, "http or https"),
        (3, ArgumentError, "found int"),
        (None, ArgumentError, "found NoneType"),
        (["a.jpg"], ArgumentError, r"found list\. For many pictures: classifier\.many"),
    ],
)
def test_what_is_no_picture(classifier: Classifier, picture: Any, error: type[Exception], message: str) -> None:
    with pytest.raises(error, match=message) as caught:
        classifier(picture)
    assert "\n" not in str(caught.value)


def test_a_tensor_of_another_library(classifier: Classifier) -> None:
    class Tensor:
        def __array__(self) -> NDArray[np.uint8]:
            return np.zeros((8, 8, 3), np.uint8)

    with pytest.raises(ArgumentError, match=r"found tests\..*Tensor\. numpy\.asarray"):
        classifier(Tensor())  # type: ignore[arg-type]


def test_a_file_that_is_closed(classifier: Classifier, espresso: Path) -> None:
    with espresso.open("rb") as file:
        pass
    with pytest.raises(SourceError, match=r"espresso\.jpg: can't be read: .*closed"):
        classifier(file)


def test_a_file_without_an_end(classifier: Classifier) -> None:
    class Endless:
        def read(self, size: int, /) -> bytes:
            return bytes(min(size, 64 << 20))

    with pytest.raises(ImageError, match=f"at most {MAX_FILE_BYTES >> 20} MB"):
        classifier(Endless())


@pytest.mark.parametrize("wrong", [{"order": "bgr"}, {"width": 8}])
def test_what_only_an_array_has(classifier: Classifier, espresso: Path, wrong: dict[str, Any]) -> None:
    with pytest.raises(ArgumentError, match="expected with a numpy array alone"):
        classifier(espresso, **wrong)
