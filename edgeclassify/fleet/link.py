"""The connection to the nodes of a broker: they are heard of, asked in rounds, and their answers taken."""

import json
import secrets
import time
from collections.abc import Callable, Iterable, Sequence
from types import TracebackType
from typing import Self

from edgeclassify.config import MqttConfig
from edgeclassify.contract.channels import match_topic
from edgeclassify.contract.topics import Topics, announce_all
from edgeclassify.errors import PublishError
from edgeclassify.fleet.interface import Result, Target
from edgeclassify.fleet.known import KnownNodes
from edgeclassify.fleet.order import Order, answer_of
from edgeclassify.fleet.round import Pace, Round
from edgeclassify.types import Command
from edgeclassify.types.limits import MAX_ANNOUNCE_WITHIN_S
from edgeclassify.watch.connection import Subscription
from edgeclassify.watch.interface import Arrival, LinkChange
from edgeclassify.watch.subscriber import Subscriber

QUIET_S = 1.0
UNANSWERED_S = 30.0
"""How long a broker may say nothing at all while it is heard of the nodes."""
LONGEST_S = 30.0
"""After so long an answer of the broker alone says that all is here: one that marks all it passes on as kept."""
GONE_S = 120.0
"""How long an order waits for a lost broker, where it waits no longer for nodes."""
ANNOUNCED_S = 5.0
"""How long nodes are listened to, that were asked to announce themselves, where nobody says."""
_STEP_S = 0.2
_ALWAYS = ("status", "info")


class FleetLink:
    """Used by one thread, as a context; entering it connects, and raises as Subscriber does.

    `topics`: filters, below a node's own level, of what is to be known of nodes. `commands`: those whose answers
    are to be heard. `names`: nodes whose topics are subscribed to one by one too, for a broker that gives what it
    has kept to nobody who subscribes by a wildcard. `quiet_s`: when nothing kept has come for so long, and
    the broker has answered after it, all of it is here; None: QUIET_S. `on_lost`: told once, with the reason,
    when an order loses the connection.
    """

    def __init__(
        self,
        config: MqttConfig,
        *,
        topics: Iterable[str] = (),
        commands: Iterable[Command] = (),
        names: Sequence[str] = (),
        quiet_s: float | None = None,
        on_lost: Callable[[str], None] = lambda _: None,
    ) -> None:
        self.known = KnownNodes(config.prefix)
        every = Topics(config.prefix, "+")
        # QoS 0: of a higher one a broker queues only so many.
        kept = sorted({*_ALWAYS, *topics})
        wanted = [(f"{every.base}/{topic}", 0) for topic in kept]
        wanted += [(f"{Topics(config.prefix, name).base}/{topic}", 0) for name in names for topic in kept]
        wanted += [(every.response(command), 1) for command in sorted({*commands})]
        self._subscriber = Subscriber(
            config, Subscription(wanted, as_published=False), on_arrival=self._take, on_link=self._link
        )
        self._quiet_s = QUIET_S if quiet_s is None else quiet_s
        self._newest_at = time.monotonic()
        self._on_lost = on_lost
        self._lost_at: float | None = None
        self._lost_why = ""
        self._round: Round | None = None
        self._asked: dict[str, Target] = {}
        self._command = ""

    def __enter__(self) -> Self:
        self._subscriber.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._subscriber.stop()

    @property
    def server(self) -> str:
        """The server of the broker that it is connected to, as it is shown to people."""
        return self._subscriber.server

    def gather(self, listen_s: float = 0.0) -> None:
        """Hear of the nodes: until all that the broker had kept is here.

        Where that is nothing, or `listen_s` says for how long to listen, they are asked to announce themselves.
        Raises PublishError where the broker is gone before the end, or does not answer any more.
        """
        self._hear_kept()
        if listen_s > 0 or not self.known.names:
            listen_s = listen_s or ANNOUNCED_S
            # Those that come last must be heard of before the end.
            body = {"within_s": round(min(listen_s / 2, MAX_ANNOUNCE_WITHIN_S), 3)}
            self._subscriber.send(announce_all(self.known.prefix), json.dumps(body).encode())
            self.listen(listen_s)
            self._check_connected()

    def listen(self, seconds: float) -> None:
        """Go on hearing of the nodes for so long."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            self._subscriber.step(min(_STEP_S, left))

    def run(
        self,
        order: Order,
        targets: Sequence[Target],
        pace: Pace,
        results: list[Result],
        progress: Callable[[int], None] = lambda _: None,
    ) -> str:
        """Give an order to all targets, and add what came of it to `results`, also where this is interrupted.

        Returns why not all were asked, "" where they were. `progress` is told how many are settled.
        """
        run = secrets.token_hex(8)
        self._asked = {f"{run}-{number}": target for number, target in enumerate(targets)}
        self._command = order.command
        transactions = {target: transaction for transaction, target in self._asked.items()}
        self._round = asked = Round(targets, pace, self.known.is_online, time.monotonic())
        try:
            while True:
                if self._subscriber.connected:
                    asked.tick(time.monotonic())
                    for target in asked.due(time.monotonic()):
                        topic = Topics(self.known.prefix, target.node).request(order.command)
                        self._subscriber.send(topic, order.payload(target, transactions[target]))
                elif self._gone_for(time.monotonic()) >= max(GONE_S, pace.wait_s):
                    return f"the broker is gone: {self._lost_why}"
                progress(asked.settled)
                if asked.finished:
                    return asked.stopped
                self._subscriber.step(_STEP_S)
        finally:
            self._round = None
            results += asked.results()

    def _hear_kept(self) -> None:
        """Silence alone says nothing on a slow link: the broker's answer comes behind what it had sent before."""
        begin = self._newest_at = time.monotonic()
        first = number = self._subscriber.probe()
        asked_at = begin
        while True:
            self._subscriber.step(min(_STEP_S, self._quiet_s))
            self._check_connected()
            now = time.monotonic()
            answered = self._subscriber.granted(number) is not None
            if answered and now - begin >= LONGEST_S and self._subscriber.granted(first) is not None:
                return
            if answered and now - self._newest_at >= self._quiet_s:
                if asked_at - self._newest_at >= self._quiet_s:
                    return
                number, asked_at = self._subscriber.probe(), now
            elif not answered and now - max(self._newest_at, asked_at) >= UNANSWERED_S:
                raise PublishError(f"broker {self.server}: it has not answered for {UNANSWERED_S:g} s")

    def _check_connected(self) -> None:
        if not self._subscriber.connected:
            raise PublishError(f"broker {self.server}: {self._lost_why}")

    def _gone_for(self, now: float) -> float:
        return 0.0 if self._lost_at is None else now - self._lost_at

    def _take(self, arrival: Arrival) -> None:
        match = match_topic(self.known.prefix, arrival.topic)
        if match is None:
            return
        if match.channel.name.startswith("response"):
            self._take_answer(match.node, match.detail, arrival)
            return
        before = self.known.is_online(match.node)
        self.known.take(arrival)
        if arrival.kept:
            self._newest_at = time.monotonic()
        online = self.known.is_online(match.node)
        if self._round is not None and online is not None and online is not before:
            self._round.presence(match.node, online, time.monotonic())

    def _take_answer(self, node: str, command: str, arrival: Arrival) -> None:
        if self._round is None or command != self._command or arrival.kept:
            return
        found = answer_of(arrival.payload)
        target = None if found is None else self._asked.get(found[0])
        # Nobody answers for another one.
        if found is not None and target is not None and target.node == node:
            self._round.answered(target, found[1], time.monotonic())

    def _link(self, change: LinkChange) -> None:
        now = time.monotonic()
        if not change.connected:
            self._lost_why = change.reason
            if self._lost_at is None:
                self._lost_at = now
                if self._round is not None:
                    self._on_lost(change.reason)
            return
        if self._round is not None and self._lost_at is not None:
            self._round.pause(now - self._lost_at)
            if not change.complete:
                self._round.ask_again()
        self._lost_at = None
