"""A broker that keeps and gives as the test says, driven by hand, on the far side of a trial."""

from collections.abc import Iterator

from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.probing.interface import ProbeLink, Trial
from tests.support.clock import Clock

TOPICS = Topics("edgeclassify", "porch")


class KeepingBroker(ProbeLink):
    """`gives`: the filters that get what is kept; `reads`: those that get what happens. Topics it `refuses` to
    publish on or to listen to are answered with a no; those in `ignores` never."""

    def __init__(
        self,
        *,
        gives: tuple[str, ...] = (TOPICS.probe, TOPICS.probes, TOPICS.info),
        reads: bool = True,
        refuses: tuple[str, ...] = (),
        ignores: tuple[str, ...] = (),
        slow_s: float = 0.0,
    ) -> None:
        self.gives, self.reads, self.refuses, self.ignores, self.slow_s = gives, reads, refuses, ignores, slow_s
        self.clock = Clock(500.0)
        self.kept: dict[str, bytes] = {}
        self.subscribed: list[str] = []
        self.unanswered: list[str] = []
        self.said: list[str] = []
        """All that it was asked for, in order."""
        self.trial: Trial | None = None
        self._due: list[tuple[float, object]] = []
        self._mids = 0

    def send(self, message: Message) -> int | None:
        self._mids += 1
        self.said.append(f"{'empty' if not message.payload else 'publish'} {self._short(message.topic)}")
        if message.topic in self.refuses:
            self._later((self._mids, "not authorized"))
        elif message.topic not in self.ignores:
            self._later((self._mids, None))
            self.kept.pop(message.topic, None)
            if message.payload:
                self.kept[message.topic] = message.payload
            if self.reads:
                for wanted in self.subscribed:
                    if self._matches(wanted, message.topic):
                        self._later(Arrived(message.topic, message.payload, retained=False))
        return self._mids

    def subscribe(self, topic: str) -> None:
        self.said.append(f"subscribe {self._short(topic)}")
        self.unanswered.append(topic)
        if topic in self.ignores:
            return
        self._later(topic)
        if topic not in self.refuses:
            self.subscribed.append(topic)
            for name, payload in self.kept.items():
                if topic in self.gives and self._matches(topic, name):
                    self._later(Arrived(name, payload, retained=True))

    def unsubscribe(self, topic: str) -> None:
        self.said.append(f"unsubscribe {self._short(topic)}")
        if topic in self.subscribed:
            self.subscribed.remove(topic)

    def run(self, trial: Trial, seconds: float, *, idle: bool = True, step_s: float = 0.25) -> None:
        """So much time passes."""
        end = self.clock() + seconds
        while self.clock() < end:
            trial.turn(idle=idle)
            self.clock.now += step_s
            for due in self._taken():
                self._tell(trial, due)

    def _tell(self, trial: Trial, due: object) -> None:
        if isinstance(due, Arrived):
            assert trial.heard(due)
        elif isinstance(due, str):
            self.unanswered.remove(due)
            if due in self.refuses:
                assert trial.denied(due)
        elif isinstance(due, tuple):
            trial.acknowledged(*due)

    def _later(self, what: object) -> None:
        self._due.append((self.clock() + self.slow_s, what))

    def _taken(self) -> Iterator[object]:
        while self._due and self._due[0][0] <= self.clock():
            yield self._due.pop(0)[1]

    @staticmethod
    def _matches(wanted: str, topic: str) -> bool:
        return wanted == topic or (wanted.endswith("/+") and topic.rpartition("/")[0] == wanted[:-2])

    @staticmethod
    def _short(topic: str) -> str:
        return topic.removeprefix(f"{TOPICS.base}/")
