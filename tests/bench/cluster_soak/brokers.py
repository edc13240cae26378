"""What is killed: one mosquitto, or the nodes of a RabbitMQ cluster. Each comes back after a while."""

import os
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

from tests.support.broker import Mosquitto
from tests.support.rabbitmq import RabbitCluster


class Brokers(ABC):
    """One broker or several, by their number from 0 on."""

    name: str
    ports: Sequence[int]

    @abstractmethod
    def kill(self, number: int) -> None:
        """It dies at once."""

    @abstractmethod
    def restart(self, number: int) -> None:
        """It is back when this returns."""

    @abstractmethod
    def stop(self) -> None:
        """All of them."""

    @abstractmethod
    def _processes(self) -> list[Path]:
        """Their processes, below /proc."""

    def rss_mb(self) -> float:
        """Resident memory of all of them together."""
        pages = sum(int((path / "statm").read_text().split()[1]) for path in self._processes())
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6

    def cpu_s(self) -> float:
        """Seconds of processor time so far, of those that run now."""
        fields = [(path / "stat").read_text().rpartition(") ")[2].split() for path in self._processes()]
        return sum(int(one[11]) + int(one[12]) for one in fields) / os.sysconf("SC_CLK_TCK")


def _running(program: str, among: Sequence[str]) -> list[Path]:
    """Processes of a program whose command line has one of these words."""
    found = []
    for path in Path("/proc").glob("[0-9]*"):
        try:
            words = (path / "cmdline").read_text().split("\0")
        except OSError:
            continue
        if Path(words[0]).name == program and any(one in word for word in words for one in among):
            found.append(path)
    return found


class OneMosquitto(Brokers):
    """With persistence: what it had retained and queued is there again, up to its last save."""

    name = "mosquitto, one"

    def __init__(self, folder: Path) -> None:
        settings = (
            f"allow_anonymous true\npersistence true\npersistence_location {folder}/\nautosave_interval 1\n"
            "max_inflight_messages 0\n"
        )
        self._broker = Mosquitto(folder, settings).start()
        self.ports = (self._broker.port,)

    def kill(self, number: int) -> None:
        """By SIGKILL."""
        self._broker.stop(kill=True)

    def restart(self, number: int) -> None:
        """With what it had saved."""
        self._broker.start()

    def stop(self) -> None:
        """The one."""
        self._broker.stop()

    def _processes(self) -> list[Path]:
        return _running("mosquitto", [f"mosquitto-{self._broker.port}.conf"])


class Cluster(Brokers):
    """RabbitMQ."""

    def __init__(self, folder: Path, size: int) -> None:
        self.name = f"RabbitMQ, {size} clustered"
        self._folder = folder
        self._cluster = RabbitCluster(folder, size).start()
        self.ports = tuple(node.port for node in self._cluster.nodes)

    def kill(self, number: int) -> None:
        """By SIGKILL: its machine is gone."""
        self._cluster.nodes[number].kill()

    def restart(self, number: int) -> None:
        """It joins the others again."""
        self._cluster.restart(self._cluster.nodes[number])

    def stop(self) -> None:
        """All."""
        self._cluster.stop()

    def _processes(self) -> list[Path]:
        return _running("beam.smp", [str(self._folder)])
