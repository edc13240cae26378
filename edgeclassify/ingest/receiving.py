"""The broker's end of an ingest: messages into the buffer, and acknowledged when they are there.

What finds no room, or no disk, stays unacknowledged in memory. The broker sends only so many without an answer: it
keeps the others.
"""

import logging
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import MqttConfig
from edgeclassify.errors import PublishError
from edgeclassify.files.database import is_full
from edgeclassify.ingest.buffer import Buffer
from edgeclassify.ingest.interface import Message
from edgeclassify.ingest.session import Session
from edgeclassify.once import Once
from edgeclassify.watch.connection import SharingError, Subscription, shared
from edgeclassify.watch.interface import Arrival, LinkChange
from edgeclassify.watch.subscriber import Subscriber

log = logging.getLogger(__name__)
BATCH = 500
"""So many messages are written to the disk at once, if they come that fast."""
BATCH_S = 0.02
"""How long a message waits for others."""
MOST_HELD = 10_000
"""Messages in memory that find no room; more than a broker may send without an acknowledgement."""
QUIET_S = 1.0
"""After so long without a message, what had waited at the broker is here."""
_IDLE_S = 0.25
_RETRY_S = 1.0


def topics(prefix: str, group: str | None) -> list[tuple[str, int]]:
    """What is subscribed to. Events must arrive, and who comes and goes; figures come again.

    A group shares the events. Whether nodes are there each member hears by itself: a shared subscription is not
    told what the broker had kept.
    """
    base = f"{prefix}/+"
    events = shared(group, [(f"{base}/+/event", 1), (f"{base}/+/history", 1)])
    presence = [(f"{base}/status", 1), (f"{base}/+/availability", 1)]
    return [*events, *presence, (f"{base}/info", 0), (f"{base}/health", 0)]


class Receiving:
    """Listens until it is told to end. Used by one thread.

    `named`: a message on the broker in the user's words. `leaves`: it is not to listen any longer, but takes what
    the broker still has for it (`leave` in the place of `run`).
    """

    def __init__(
        self,
        config: MqttConfig,
        group: str | None,
        buffer: Buffer,
        named: Callable[[str], str] = str,
        *,
        leaves: bool = False,
    ) -> None:
        wanted = topics(config.prefix, group)
        filters = tuple(topic for topic, _ in wanted)
        known = buffer.session
        unwanted = {*known.filters, *filters} if leaves else set(known.filters) - set(filters)
        subscription = Subscription(
            () if leaves else wanted,
            as_published=False,
            client_id=known.client_id,
            resumes=True,
            unwanted=sorted(unwanted),
        )
        self._session = replace(known, prefix=config.prefix, filters=filters)
        self._config, self._buffer, self._named = config, buffer, named
        self._subscriber = Subscriber(config, subscription, on_arrival=self._take, on_link=self._link)
        self._held: list[Arrival] = []
        self._said = Once()
        self._retry_at = 0.0
        self._connection = 0
        self._is_behind = False
        """True while what comes may be of the time when we were away."""
        self._last_at = 0.0

    def run(self, is_over: Callable[[], bool]) -> None:
        """Until `is_over`. Raises ConfigError for a password or TLS file, SharingError for a group's broker."""
        if not self._connect(self._subscriber, is_over):
            return
        self._note_broker()
        log.info("listening to %s/+ at broker %s", self._config.prefix, self._subscriber.server)
        try:
            while not is_over():
                self._turn()
        finally:
            self._subscriber.stop()

    def leave(self, is_over: Callable[[], bool]) -> bool:
        """Take what the broker has kept, and have it forget us; False where it has not come to that.

        Another member of the group gets what comes from now on. Raises as `run` does.
        """
        if not self._connect(self._subscriber, is_over):
            return False
        self._last_at = time.monotonic()
        while not self._is_quiet():
            if is_over():
                self._subscriber.stop()
                return False
            self._turn()
        self._subscriber.stop()
        nothing = Subscription((), client_id=self._session.client_id)
        last = Subscriber(self._config, nothing, on_arrival=lambda _: None)
        if not self._connect(last, is_over):
            return False
        last.stop()
        self._buffer.note_session(Session(self._session.client_id, prefix=self._config.prefix))
        log.info("broker %s keeps nothing for this ingest any longer", last.server)
        return True

    def _note_broker(self) -> None:
        server, servers, before = self._subscriber.server, self._subscriber.servers, self._session.broker
        if before not in ("", servers):
            log.warning(
                "this buffer was used with broker %s before: if that is another one it goes on keeping events for "
                "it. To end that: the same command with --leave, and that broker",
                before,
            )
        elif not self._subscriber.resumed and not self._buffer.is_new:
            log.warning(
                "broker %s has kept nothing since the last run: what nodes have sent meanwhile is not here. Let "
                "it keep sessions over restarts, and for as long as this command may be away",
                server,
            )
        self._buffer.note_session(replace(self._session, broker=servers))

    def _connect(self, subscriber: Subscriber, is_over: Callable[[], bool]) -> bool:
        backoff = Backoff(cap_s=10.0)
        lacks_groups = False
        while not is_over():
            try:
                subscriber.start()
            except SharingError as error:
                # A broker that is slow to answer is taken for one of MQTT 3.1.1, which has none.
                if lacks_groups:
                    raise
                lacks_groups = True
                self._say_away(str(error))
            except PublishError as error:
                self._say_away(str(error))
            else:
                self._said.is_over("broker")
                return True
            again_at = time.monotonic() + backoff.next_s()
            while time.monotonic() < again_at and not is_over():
                time.sleep(0.05)
        return False

    def _is_quiet(self) -> bool:
        """Nothing has come for a while, and all that came is kept."""
        if self._held or not self._subscriber.connected:
            self._last_at = time.monotonic()
        return time.monotonic() - self._last_at >= QUIET_S

    def _turn(self) -> None:
        """Take what is there, for a moment, and keep it."""
        self._subscriber.step(_IDLE_S)
        end = time.monotonic() + BATCH_S
        while self._held and len(self._held) < BATCH and (left := end - time.monotonic()) > 0:
            self._subscriber.step(left)
        if self._is_behind and self._is_quiet():
            self._is_behind = False
        if self._held and time.monotonic() >= self._retry_at:
            self._keep()

    def _keep(self) -> None:
        for begin in range(0, len(self._held), BATCH):
            part = self._held[begin : begin + BATCH]
            messages = [Message(one.topic, one.payload, one.received_at, one.kept) for one in part]
            try:
                is_kept = self._buffer.put(messages)
            except sqlite3.Error as error:
                self._no_room("the disk is full" if is_full(error) else str(error), begin)
                return
            if not is_kept:
                self._no_room("it has as many bytes as it may have (--buffer-bytes)", begin)
                return
            for one in part:
                self._subscriber.acknowledge(one)
        self._held.clear()
        self._retry_at = 0.0
        if self._said.is_over("buffer"):
            log.info("buffer %s: takes messages again", self._buffer.path)

    def _no_room(self, reason: str, kept: int) -> None:
        del self._held[:kept]
        self._retry_at = time.monotonic() + _RETRY_S
        if self._said.is_news("buffer", reason):
            log.error(
                "buffer %s takes nothing: %s. Messages wait at the broker, as many as it keeps for a client",
                self._buffer.path, reason,
            )  # fmt: skip

    def _take(self, arrival: Arrival) -> None:
        if arrival.delivery is not None:
            if arrival.delivery[0] != self._connection:
                self._connection, self._is_behind = arrival.delivery[0], self._subscriber.resumed
            self._last_at = time.monotonic()
            # What it had kept of topics is sent behind what waited for us.
            self._is_behind = self._is_behind and not arrival.kept
            if self._is_behind:
                arrival = replace(arrival, retained=True)
        # What needs no acknowledgement comes again by itself, and must not fill the memory.
        if len(self._held) < MOST_HELD or arrival.delivery is not None:
            self._held.append(arrival)

    def _link(self, change: LinkChange) -> None:
        if not change.connected:
            # Not acknowledged: the broker sends it again.
            self._held = [one for one in self._held if one.delivery is None]
            self._say_away(f"broker {self._subscriber.servers}: {change.reason}")
        elif self._said.is_over("broker"):
            kept = "" if change.complete else ", which has kept nothing meanwhile"
            log.info("connected again to broker %s%s", change.server, kept)

    def _say_away(self, reason: str) -> None:
        if self._said.is_news("broker", reason):
            log.warning("%s. It is tried again", self._named(reason))
