"""Where the page hears of what the node tells and sees: there from the daemon's start, whether or not it is."""

import logging
from collections.abc import Callable

from edgeclassify.health import Health
from edgeclassify.once import Once
from edgeclassify.pipeline.interface import Onlookers
from edgeclassify.publish.interface import Sink
from edgeclassify.types import Condition, Event, Frame, NodeInfo, Option, OptionValue, Prediction, Roi, ViewState

log = logging.getLogger(__name__)


class Taps(Sink, Onlookers):
    """Passes on what it is told to who listens; nobody does at first. What a listener breaks of is logged, once.

    Whole, since its methods are those of a sink, of a line each.
    """

    def __init__(self) -> None:
        self._board: Sink | None = None
        self._onlookers: Onlookers | None = None
        self._faults = Once()

    def listen(self, board: Sink | None, onlookers: Onlookers | None) -> None:
        """From any thread: they hear of all that comes from now on; None: nobody does."""
        self._board, self._onlookers = board, onlookers

    def start(self) -> None:
        """Nothing connects."""

    def await_first_attempt(self, timeout_s: float) -> bool:
        """There is nothing to wait for."""
        return True

    def stop(self, timeout_s: float) -> None:
        """Nothing is pending."""

    def offer(self, frame: Frame) -> None:
        """To who looks."""
        if (onlookers := self._onlookers) is not None:
            self._tell(lambda: onlookers.offer(frame))

    def looked(self, view: str, frame: Frame, region: Roi) -> None:
        """To who looks."""
        if (onlookers := self._onlookers) is not None:
            self._tell(lambda: onlookers.looked(view, frame, region))

    def publish_info(self, info: NodeInfo) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_info(info))

    def publish_availability(self, view: str, online: bool) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_availability(view, online))

    def publish_condition(self, view: str, condition: Condition) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_condition(view, condition))

    def publish_state(self, state: ViewState) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_state(state))

    def publish_event(self, event: Event) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_event(event))

    def publish_result(self, view: str, prediction: Prediction) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_result(view, prediction))

    def publish_health(self, health: Health) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_health(health))

    def publish_option(self, view: str, option: Option, value: OptionValue) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_option(view, option, value))

    def publish_snooze(self, view: str, until: float | None) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_snooze(view, until))

    def publish_profile(self, profile: str | None) -> None:
        """Passed on."""
        if (board := self._board) is not None:
            self._tell(lambda: board.publish_profile(profile))

    def publish_snapshot(self, view: str, jpeg: bytes) -> None:
        """Left out: the page asks for pictures."""

    def _tell(self, say: Callable[[], None]) -> None:
        """The page is worth less than what goes on in this thread."""
        try:
            say()
        except Exception as error:  # noqa: BLE001
            if self._faults.is_news("page", str(error)):
                log.error("the page failed on what it was told", exc_info=error)
