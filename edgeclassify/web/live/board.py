"""What is now, as the page shows it: told by the node as to any sink, heard by whoever looks."""

from edgeclassify.publish.interface import EventSink
from edgeclassify.types import Event


class Board(EventSink):
    """Told from the node's threads, asked from the server's."""

    def start(self) -> None:
        """Nothing connects."""

    def stop(self, timeout_s: float) -> None:
        """Nothing is pending."""

    def publish_event(self, event: Event) -> None:
        """Passed on to whoever looks."""
