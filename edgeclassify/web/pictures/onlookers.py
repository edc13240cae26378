"""Who looks at what cameras show: frames are taken and coded for them alone, once for all of them."""

from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.types import Frame, Roi


class PictureTaker(Onlookers):
    """Offered frames by the inference thread."""

    def offer(self, frame: Frame) -> None:
        """Nobody looks yet."""

    def looked(self, view: str, frame: Frame, region: Roi) -> None:
        """Nobody looks yet."""
