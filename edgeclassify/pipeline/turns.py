"""A frame goes round the views of its camera; each view has its turn at it, and something becomes of each."""

import time
from enum import Enum, auto

from edgeclassify.model.interface import Prepared
from edgeclassify.pipeline.interface import Lease
from edgeclassify.pipeline.view import View
from edgeclassify.scene.interface import Scene
from edgeclassify.types import Frame, Prediction, Roi


class Looked(Enum):
    """What became of one view of one frame."""

    DONE = auto()
    LOOKED = auto()  # only for who asked: the view is switched off
    STILL = auto()  # nothing has moved in it
    PASSED_OVER = auto()
    FAILED = auto()
    REFUSED = auto()  # who asked was told why: the view is switched off


class Round:
    """One frame, on its lease until all turns at it are concluded. Used by the inference thread."""

    __slots__ = ("frame", "lease", "outcomes", "taken_s", "turns")

    def __init__(self, lease: Lease) -> None:
        self.lease, self.frame = lease, lease.frame
        self.taken_s = time.perf_counter()
        self.outcomes = set[Looked]()
        self.turns = 0
        """How many were inferred, or are to be."""


class Turn:
    """One view's turn at a frame: it is prepared or passed over as still, inferred, and concluded.

    Made and concluded by the inference thread; between the two another one may have it, to infer it.
    """

    __slots__ = (
        "begun_s",
        "ended_s",
        "error",
        "frame",
        "is_dropped",
        "is_still",
        "prediction",
        "prepared",
        "region",
        "scene",
        "view",
    )

    def __init__(self, view: View, frame: Frame, scene: Scene) -> None:
        self.view, self.frame, self.scene = view, frame, scene
        self.region: Roi = view.region
        """The part of the frame that is looked at."""
        self.prepared: Prepared | None = None
        """None: there is nothing to infer, since nothing has moved or it has failed."""
        self.is_still = False
        """True: nothing has moved in it, so it is not inferred."""
        self.prediction: Prediction | None = None
        self.error: Exception | None = None
        """What went wrong until now."""
        self.is_dropped = False
        self.begun_s = self.ended_s = 0.0
        """When its inference began and ended (perf_counter); 0: not yet."""

    def prepare(self, region: Roi) -> None:
        """The first half, which needs the frame's pixels. Raises what the classifier does."""
        self.region = region
        self.prepared = self.view.classifier.prepare(self.frame, region)

    def infer(self) -> None:
        """The second half. What goes wrong is kept, for who concludes."""
        prepared = self.prepared
        if prepared is None:
            raise RuntimeError("expected a turn that was prepared")
        self.begun_s = time.perf_counter()
        try:
            self.prediction = self.view.classifier.infer(prepared)
        except Exception as error:  # noqa: BLE001 - a bug is raised in the inference thread, in its turn
            self.error = error
        self.ended_s = time.perf_counter()

    def drop(self) -> None:
        """It is not to be inferred, and nothing follows from it."""
        self.is_dropped = True
        if self.prepared is not None:
            self.view.classifier.discard(self.prepared)
