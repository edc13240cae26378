"""The sink for a webhook: events go to one URL as HTTP POST, in a thread of its own."""

import time
from threading import Thread

from edgeclassify.broker.backoff import Backoff
from edgeclassify.publish.interface import EventSink, Sink, SinkProgress, SpoolReader
from edgeclassify.publish.webhook.delivery import Delivery
from edgeclassify.publish.webhook.settings import WebhookSettings
from edgeclassify.types import Event


class WebhookSink(EventSink):
    """Delivers to the receiver of `settings`. `spool` keeps the events that it has not taken; it belongs to the
    caller, who closes it after `stop`."""

    def __init__(self, settings: WebhookSettings, spool: SpoolReader, backoff: Backoff | None = None) -> None:
        """`backoff`: waits between attempts, where not a Backoff's own."""
        self._settings, self._spool = settings, spool
        self._delivery = Delivery(settings, spool, backoff=backoff)
        self._thread: Thread | None = None

    def describe(self) -> str:
        """The receiver's address; of its path nothing, which may be secret."""
        return f"webhook {self._settings.address.shown}"

    def start(self) -> None:
        """Begin to post."""
        self._delivery.begin()
        self._thread = Thread(target=self._delivery.run, name="webhook", daemon=True)
        self._thread.start()

    def stop(self, timeout_s: float) -> None:
        """Post what waits, while the receiver takes it; the rest stays in the spool.

        A host name that is just being looked up can't be interrupted: then the (daemon) thread is left to end by
        itself.
        """
        begin = time.monotonic()
        self._delivery.finish(begin + timeout_s * 0.9)
        if self._thread is not None:
            self._thread.join(max(0.0, timeout_s * 0.95))
            self._delivery.abandon()
            self._thread.join(max(0.0, begin + timeout_s - time.monotonic()))

    def adopt(self, other: Sink) -> bool:
        """The same receiver with the same settings: nothing changes, and what is known of it stays."""
        return isinstance(other, WebhookSink) and other._settings == self._settings

    @property
    def hangs(self) -> str:
        """The webhook, while its thread has not moved within its own limits."""
        return "delivery" if self._delivery.pulse.late else ""

    @property
    def progress(self) -> SinkProgress:
        """How the receiver takes events."""
        return SinkProgress(self._delivery.connected, self._spool.depth, self._delivery.dropped)

    def publish_event(self, event: Event) -> None:
        """It is in the spool."""
        self._delivery.wake()
