"""`Classifier`: a picture in, scores out, in one call; many pictures with the next ones decoded meanwhile."""

import os
import threading
from collections.abc import Generator, Iterable, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Literal, NoReturn, Self, overload

from edgeclassify.errors import ArgumentError, EdgeClassifyError, ModelError
from edgeclassify.library.arrays import Order, checked_order
from edgeclassify.library.images import Given, ImageInput, given, named
from edgeclassify.library.options import DelegateOptions, PathLike, model_choice, whole_number
from edgeclassify.library.region import Region, roi_of
from edgeclassify.library.result import Failure, Result
from edgeclassify.model.opening.classifiers import open_classifier
from edgeclassify.model.opening.taught_folder import taught_folder
from edgeclassify.types import Fit, Frame, ModelInfo, Prediction, Roi, RuntimeName

if TYPE_CHECKING:
    from edgeclassify.library.groups import Groups
    from edgeclassify.model.classifier import NetworkClassifier
    from edgeclassify.postprocess.scores.groups import Grouping


class Classifier:
    """An image classifier, open and ready.

    >>> with Classifier() as classifier:
    ...     classifier("espresso.jpg").best.label
    'espresso'

    Any thread may call it: pictures are decoded side by side, the model runs for one after the other. It belongs
    to the process that opened it: a forked one opens its own.
    """

    def __init__(
        self,
        model: PathLike = "builtin",
        *,
        labels: PathLike | None = None,
        groups: "Groups | None" = None,
        threads: Literal["auto"] | int = "auto",
        runtime: RuntimeName = "auto",
        fit: Fit = "crop",
        crop: float | None = None,
        delegate: PathLike | None = None,
        delegate_options: DelegateOptions | None = None,
    ) -> None:
        """Open a model, checked, and run it once.

        `model`: a name of the catalog ("builtin", "mobilenet_v2"), of a model that was taught here, or the path of
        a .tflite file. `labels`: a label file, where the model does not bring its own. `groups`: "everyday", or
        names with the labels that are added up for each. `threads`: per run of the model. `runtime`: "litert" or
        "tflite-runtime". `fit`: what of a picture that is no square is looked at, its middle ("crop"), or all,
        with bars ("letterbox") or distorted ("squash"). `crop`: the share of it that is kept then; None: as the
        model was evaluated. `delegate`: the shared library of an accelerator that runs what it can of the model
        (None: the CPU runs all), and `delegate_options` what it is told.

        Raises ArgumentError for a value that can't be meant, ModelError or a subclass where the model is not there
        or does not fit.
        """
        choice = model_choice(
            model,
            labels=labels,
            threads=threads,
            runtime=runtime,
            fit=fit,
            crop=crop,
            delegate=delegate,
            delegate_options=delegate_options,
        )
        self._process = os.getpid()
        self._lock = threading.Lock()
        self._classifier = open_classifier(choice)
        self._is_taught = taught_folder(choice.name) is not None
        self._grouping = None if groups is None else _grouping(groups, self._classifier)
        of = self._classifier if self._grouping is None else self._grouping
        self._labels = tuple(of.labels)

    def __call__(
        self,
        image: ImageInput,
        *,
        order: Order | None = None,
        width: int | None = None,
        roi: Region | None = None,
    ) -> Result:
        """Classify one picture.

        `image`: a path, an http(s) URL, an image file's bytes, a file that is open for reading bytes, a Pillow
        image, or a numpy array of uint8. `order`: how an array stands in memory, which it does not tell: "rgb" or
        "bgr" for shape (height, width, 3), "yuv420" or "nv12" for (height * 3 / 2, width), where `width` is given
        if rows are longer than the picture; gray ones (height, width) need none. `roi`: the part to look at, as
        (x, y, width, height), fractions of the picture.

        Raises ArgumentError for what can't be meant; MissingInputError, ImageError or SourceError where the
        picture is not there, can't be decoded, or its server can't be reached; ModelError where the classifier is
        closed, or was opened by another process.
        """
        region = roi_of(roi)
        return self._result(given(image, checked_order(order), width), region)

    @overload
    def many(
        self,
        images: Iterable[ImageInput],
        *,
        order: Order | None = None,
        width: int | None = None,
        roi: Region | None = None,
        workers: int | None = None,
        failures: Literal[False] = False,
    ) -> Iterator[Result]: ...
    @overload
    def many(
        self,
        images: Iterable[ImageInput],
        *,
        order: Order | None = None,
        width: int | None = None,
        roi: Region | None = None,
        workers: int | None = None,
        failures: Literal[True],
    ) -> Iterator[Result | Failure]: ...
    @overload
    def many(
        self,
        images: Iterable[ImageInput],
        *,
        order: Order | None = None,
        width: int | None = None,
        roi: Region | None = None,
        workers: int | None = None,
        failures: bool,
    ) -> Iterator[Result | Failure]: ...
    def many(
        self,
        images: Iterable[ImageInput],
        *,
        order: Order | None = None,
        width: int | None = None,
        roi: Region | None = None,
        workers: int | None = None,
        failures: bool = False,
    ) -> Iterator[Result | Failure]:
        """Classify pictures as they come, and give the results in their order.

        >>> with Classifier() as classifier:
        ...     for result in classifier.many(["espresso.jpg", "cat.jpg"]):
        ...         print(result.source, result.best.label)
        espresso.jpg espresso
        cat.jpg Egyptian cat

        While the model runs, the next pictures are read and decoded, by `workers` threads (None: as many as cores,
        2 to 4). `images` may be endless: it is asked in the caller's thread, and at most twice as many pictures as
        workers are held. Arrays may be written over as soon as the next one is asked for. `order`, `width`, `roi`:
        as of a call. `failures`: True: a picture of which nothing can be made gives a `Failure` in its place;
        False: its error is raised when its turn is.

        Raises as a call does.
        """
        from edgeclassify.library.prefetch import (  # threads and their pools, for many alone
            in_order,
            usual_workers,
        )

        region, known = roi_of(roi), checked_order(order)
        count = usual_workers() if workers is None else whole_number("workers", workers, 1, 64)
        if isinstance(images, str | bytes | os.PathLike) or not isinstance(images, Iterable):
            raise ArgumentError(f"many: expected pictures, found one: {images!r}. Put it into a list.")

        def take(image: ImageInput) -> Given | Failure:
            try:
                return given(image, known, width, keep=True)
            except EdgeClassifyError as error:
                return Failure(named(image), error)

        def work(taken: Given | Failure) -> Result | Failure:
            if isinstance(taken, Failure):
                return taken
            try:
                return self._result(taken, region)
            except EdgeClassifyError as error:
                return Failure(taken.source, error)

        done = in_order(images, take, work, workers=count, ahead=2 * count)
        return done if failures else _raising(done)

    @property
    def labels(self) -> tuple[str, ...]:
        """What results are about: the model's labels by class index; with `groups` these, then what is in none."""
        return self._labels

    @property
    def info(self) -> ModelInfo:
        """The model's name, file and checksum, its input's size, and what runs it."""
        return self._classifier.info

    def close(self) -> None:
        """Give its memory back; afterwards it can't be used. Of no effect the second time, and in a fork."""
        if self._process == os.getpid():
            with self._lock:
                self._classifier.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def __reduce__(self) -> NoReturn:
        raise TypeError("a Classifier can't be pickled: open one in each process (in a pool's initializer).")

    def __repr__(self) -> str:
        info = self.info
        size = f"{info.input_width}x{info.input_height}"
        return f"<Classifier {info.name}: {len(self._labels)} labels, {size}, {info.runtime}>"

    def _result(self, picture: Given, roi: Roi) -> Result:
        frame = picture.frame(self._classifier.wanted_side(roi))
        prediction = self._classify(frame, roi)
        scores = prediction.scores if self._grouping is None else self._grouping.scores(prediction.scores)
        return Result(
            scores=scores,
            labels=self._labels,
            source=picture.source,
            preprocess_ms=prediction.preprocess_ms,
            invoke_ms=prediction.invoke_ms,
            # Scores of what was taught add up to how familiar it is.
            unknown=min(1.0, max(0.0, 1.0 - float(prediction.scores.sum()))) if self._is_taught else None,
            _embedding=prediction.embedding,
            _read_as=self._classifier.embedding,
        )

    def _classify(self, frame: Frame, roi: Roi) -> Prediction:
        if self._process != os.getpid():  # the runtime's threads, and perhaps a lock that is held, stayed behind
            raise ModelError(
                f"{self.info.name}: expected to be called in the process that opened it, found a fork of that. "
                "Open a Classifier in each process."
            )
        with self._lock:
            return self._classifier.classify(frame, roi)


def _grouping(groups: "Groups", classifier: "NetworkClassifier") -> "Grouping":
    from edgeclassify.library.groups import grouping_of  # most callers want none

    return grouping_of(groups, classifier)


def _raising(outcomes: Generator[Result | Failure]) -> Iterator[Result]:
    with closing(outcomes):
        for outcome in outcomes:
            if isinstance(outcome, Failure):
                raise outcome.error
            yield outcome
