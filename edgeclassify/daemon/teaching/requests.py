"""Requests of taught models: what the node is like for them, and who carries them out."""

from collections.abc import Callable
from functools import partial

from edgeclassify.contract.bodies import Body
from edgeclassify.daemon.teaching.desk import TeachingDesk
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.pipeline.interface import ViewResult
from edgeclassify.pipeline.view import View
from edgeclassify.pixels import region_rgb
from edgeclassify.teaching.interface import Picture
from edgeclassify.types import Request
from edgeclassify.types.teaching import TeachingOrder

LONGEST_SIDE = 640
"""Pixels of a picture that waits to become an example: enough for any base."""

CarryOut = Callable[[TeachingOrder, NodeFacts, Picture | None], Body]
"""Carries an order out, with the picture that goes with it. Raises EdgeClassifyError where it can't."""


class TeachingRequests:
    """Used by the daemon's thread. `facts`: what the node is like now. `carry_out` is called by the desk's."""

    def __init__(self, desk: TeachingDesk, facts: Callable[[], NodeFacts], carry_out: CarryOut) -> None:
        self._desk, self._facts, self._carry_out = desk, facts, carry_out

    def begin(self, request: Request) -> None:
        """It is answered when it has been carried out."""
        self._put(request, None)

    def begin_with(self, request: Request, view: View, look: ViewResult) -> None:
        """The same, with what the view shows. Raises ImageError for a frame that is none."""
        frame = look.frame
        pixels = region_rgb(frame, look.region, LONGEST_SIDE)
        source = f"view {view.name}" if frame.origin is None else frame.origin
        self._put(request, Picture(pixels, source, frame.captured_at, view.name))

    def _put(self, request: Request, picture: Picture | None) -> None:
        order = request.teaching
        assert order is not None, "a valid request of a taught model says what is wanted"
        self._desk.put(request, partial(self._carry_out, order, self._facts(), picture))
