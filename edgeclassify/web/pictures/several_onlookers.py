"""Several who look at what cameras show, as one."""

from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.types import Frame, Roi


class SeveralOnlookers(Onlookers):
    """Each is told, in this order."""

    def __init__(self, *onlookers: Onlookers) -> None:
        self._onlookers = onlookers

    def offer(self, frame: Frame) -> None:
        """To each."""
        for one in self._onlookers:
            one.offer(frame)

    def looked(self, view: str, frame: Frame, region: Roi) -> None:
        """To each."""
        for one in self._onlookers:
            one.looked(view, frame, region)
