"""Teaching as a part of the daemon: what is asked of taught models goes in, and is carried out beside it."""

from collections.abc import Callable
from pathlib import Path

from edgeclassify.contract.bodies import Body
from edgeclassify.daemon.running import RunningParts
from edgeclassify.daemon.teaching.desk import TeachingDesk
from edgeclassify.daemon.teaching.node_facts import NodeFacts
from edgeclassify.daemon.teaching.requests import TeachingRequests
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.teaching.interface import Picture
from edgeclassify.types.teaching import TeachingOrder


class Classroom:
    """Used by the daemon's thread. `folder`: the state folder, where looks are; None: there is none.

    `on_done` is called in another thread when a task is done, so that the daemon looks soon whether a head is new.
    """

    def __init__(self, running: RunningParts, folder: Path | None, on_done: Callable[[], None]) -> None:
        self._running, self._folder = running, folder
        self.desk = TeachingDesk(on_done=on_done)
        self.requests = TeachingRequests(self.desk, self._facts, _carry_out)

    def close(self, timeout_s: float) -> None:
        """The daemon stops: the task at hand has so many seconds to end."""
        self.desk.close(timeout_s)

    def _facts(self) -> NodeFacts:
        return NodeFacts(tuple(view.name for view in self._running.parts.views))


def _carry_out(order: TeachingOrder, facts: NodeFacts, picture: Picture | None) -> Body:
    raise EdgeClassifyError("teaching over MQTT is not possible yet")
