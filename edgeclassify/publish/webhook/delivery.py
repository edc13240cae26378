"""The webhook's thread: post one event after the other, wait where that fails, and say once what is wrong."""

import json
import logging
import time
from collections.abc import Callable
from threading import Event as Flag

from edgeclassify.broker.backoff import Backoff
from edgeclassify.contract.bodies import PostedEvent
from edgeclassify.errors import PublishError
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.once import Once
from edgeclassify.publish.interface import SpooledEvent, SpoolReader
from edgeclassify.publish.webhook.answers import Judgement, Reaction, judge
from edgeclassify.publish.webhook.link import Link
from edgeclassify.publish.webhook.queue import EventQueue
from edgeclassify.publish.webhook.settings import WebhookSettings
from edgeclassify.publish.webhook.signature import signed_headers
from edgeclassify.pulse import Pulse

log = logging.getLogger(__name__)

RESOLVE_LIMIT_S = 300.0
"""For the look-up of a host's name, which nothing can interrupt."""
LATE_S = 2.0
"""By so much a pause may be late."""
KEPT_S = 5.0
"""Seconds for which the connection stays open without an event."""


class Delivery:
    """One thread runs `run` from start to end; the rest is for others to call. `clock`: seconds since 1970."""

    def __init__(
        self,
        settings: WebhookSettings,
        spool: SpoolReader,
        *,
        backoff: Backoff | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._settings, self._spool, self._clock = settings, spool, clock
        self._queue = EventQueue(spool)
        self._interrupt = ConnectInterrupt()
        self._link = Link(settings, self._interrupt)
        self._backoff = Backoff() if backoff is None else backoff
        self._said: Once = Once()
        self._wake, self._stopping = Flag(), Flag()
        self._deadline = float("inf")
        self._late_up_to = 0
        self.pulse = Pulse()
        """Of the thread."""
        self.connected = True
        """False while the last attempt failed."""
        self.gone = False
        """True from the receiver's 410 on: no event is sent any more."""
        self.dropped = 0
        """Number of events that the receiver would not take, while it took others."""

    def begin(self) -> None:
        """Before the thread starts: what is in the spool by now is late."""
        self._late_up_to = self._spool.last_seq

    def wake(self) -> None:
        """There is an event."""
        self._wake.set()

    def finish(self, deadline: float) -> None:
        """End by then (monotonic seconds): post what waits, as long as the receiver takes it. Else at once."""
        self._deadline = deadline
        self._stopping.set()
        self._wake.set()
        if not self.connected:
            self._interrupt.fire()

    def abandon(self) -> None:
        """Break whatever is being waited for."""
        self._interrupt.fire()

    def run(self) -> None:
        """The thread."""
        try:
            while (event := self._await_event()) is not None:
                self._one(event)
        finally:
            self._link.close()
            self.pulse.rest()

    def _await_event(self) -> SpooledEvent | None:
        """The next event; None: the end."""
        while True:
            self._wake.clear()
            self.pulse.beat(LATE_S)
            event = None if self.gone else self._queue.next()
            if event is not None:
                return None if self._is_over() else event
            if self._stopping.is_set():
                return None
            self.pulse.rest()
            if not self._wake.wait(KEPT_S):
                self._link.close()
                self._wake.wait()

    def _is_over(self) -> bool:
        """True where nothing more is to be posted: the end, and the receiver is not there or the time is up."""
        return self._stopping.is_set() and (not self.connected or time.monotonic() >= self._deadline)

    def _one(self, event: SpooledEvent) -> None:
        try:
            judgement = self._post(event)
        except Exception:
            # The daemon runs for months: a fault in here costs this attempt, not the webhook.
            log.exception("the webhook failed by a fault in edgeclassify")
            judgement = Judgement(Reaction.WAITS)
        if judgement.reaction is Reaction.TAKEN:
            self._taken(event)
        else:
            self._not_taken(event, judgement)

    def _post(self, event: SpooledEvent) -> Judgement:
        settings, now = self._settings, self._clock()
        timeout_s = min(settings.timeout_s, self._deadline - time.monotonic())
        self.pulse.beat(RESOLVE_LIMIT_S + timeout_s)
        body = PostedEvent.of_stored(settings.node, event.view, event.body, late=event.seq <= self._late_up_to)
        message_id = f"{settings.node}-{event.seq}-{_occurrence(event)}"
        headers = signed_headers(message_id, int(now), body, settings.key)
        try:
            return judge(self._link.post(body, headers, timeout_s), self._clock())
        except PublishError as error:
            return Judgement(Reaction.WAITS, str(error))

    def _taken(self, event: SpooledEvent) -> None:
        self._queue.taken(event.seq)
        self._backoff.connected_for(float("inf"))
        if self._said.is_over():
            log.info("webhook %s: takes events again", self._where)
        self.connected = True

    def _not_taken(self, event: SpooledEvent, judgement: Judgement) -> None:
        self._late_up_to = self._spool.last_seq
        if self._stopping.is_set():
            self.connected = False
            return
        if judgement.reaction is Reaction.AT_FAULT and self._queue.refused(event.seq):
            self._give_up(event, judgement)
            return
        self.connected = False
        self._say(event, judgement)
        if judgement.reaction is Reaction.GONE:
            self.gone = True
            self._link.close()
            return
        wait_s = judgement.wait_s
        if wait_s is None:
            wait_s = self._backoff.next_s()
        self.pulse.beat(wait_s + LATE_S)
        self._stopping.wait(wait_s)

    def _give_up(self, event: SpooledEvent, judgement: Judgement) -> None:
        """Not a fault of the receiver, which has just taken another one."""
        self.dropped += 1
        log.warning(
            "webhook %s: event %d is left out: others are taken, and it is not: %s",
            self._where, event.seq, judgement.found,
        )  # fmt: skip

    def _say(self, event: SpooledEvent, judgement: Judgement) -> None:
        """Once, until events are taken again, or something else is found."""
        if not judgement.found or not self._said.is_news(what=judgement.found):
            return
        consequence = "It is posted again, and events wait."
        if judgement.wait_s:
            consequence = f"It is posted again after {judgement.wait_s:g} s, as was asked for, and events wait."
        if judgement.reaction is Reaction.GONE:
            consequence = "Nothing is posted until the config changes or the daemon starts anew; events wait."
        elif judgement.reaction is Reaction.AT_FAULT:
            consequence = (
                "It is posted again, and left out where the receiver takes others. Is it too large, or not as the "
                "receiver expects events?"
            )
        log.warning(
            "webhook %s: event %d was not taken: %s. %s",
            self._where, event.seq, judgement.found, consequence,
        )  # fmt: skip

    @property
    def _where(self) -> str:
        return self._settings.address.shown


def _occurrence(event: SpooledEvent) -> str:
    """Its id: so a number means another event where the node's state was thrown away and counting began anew."""
    try:
        return str(json.loads(event.body)["id"])
    except (ValueError, KeyError, TypeError):  # as a later version has written it
        return ""
