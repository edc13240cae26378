"""The daemon whose network comes late, whose name server goes and comes back, whose broker is found by mDNS."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.errors import ExitStatus
from tests.daemon.service import START_S
from tests.support.broker import Mosquitto, Observer, free_port, needs_mosquitto
from tests.support.waiting import wait_for
from tests.unattended.network import BROKER_ADDRESS, NameServer, Network, inside
from tests.unattended.node import UnattendedNode, await_events, health, numbers

pytestmark = [pytest.mark.broker, pytest.mark.slow]

CONNECT_S = 120.0
"""Attempts to connect are up to a minute apart."""


class Site:
    """A node and its broker, each at its end of a wire that is cut."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.network = Network(folder / "network")
        self.port = free_port()
        self.nodes: list[UnattendedNode] = []

    def set_up(self) -> None:
        needs_mosquitto()
        self.network.set_up()
        with inside(self.network.broker):
            settings = f"allow_anonymous true\nlistener {self.port} {BROKER_ADDRESS}\n"
            self.broker = Mosquitto(self.folder, settings).start()
            self.observer = Observer(self.broker.port).start()

    def tear_down(self) -> None:
        for node in self.nodes:
            node.manager.close()
            if node.process is not None and node.process.poll() is None:
                node.process.kill()
                node.process.wait()
        self.observer.stop()
        self.broker.stop()
        self.network.tear_down()

    def node(self, host: str) -> UnattendedNode:
        """Which knows its broker by that name; not started."""
        node = UnattendedNode(self.folder, self.port, host=host)
        node.before = self.network.own_files(self.network.node)
        self.nodes.append(node)
        return node

    def start(self, node: UnattendedNode) -> None:
        with inside(self.network.node):
            node.start().ready()

    def await_events(self) -> None:
        wait_for(lambda: self.observer.of("gate/event"), CONNECT_S)
        await_events(self.observer)

    def check_all_came(self) -> None:
        """No number is missing, and none is of two events."""
        found = set(numbers(self.observer))
        assert found == set(range(1, len(found) + 1))


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    made = Site(tmp_path)
    made.set_up()
    yield made
    made.tear_down()


def test_a_network_that_comes_late(site: Site) -> None:
    node = site.node(BROKER_ADDRESS)
    site.start(node)
    node.await_said(f"broker {BROKER_ADDRESS}:{site.port}: Network is unreachable; trying again")
    node.await_said("seq 10)")
    site.network.plug()
    site.await_events()
    health(site.observer, spool_depth=0)
    assert node.end()[0] == ExitStatus.OK
    site.check_all_came()


def test_a_name_server_that_comes_goes_and_comes_back(site: Site) -> None:
    with inside(site.network.broker):
        server = NameServer("broker.test")
    try:
        server.talking = False
        site.network.plug()
        site.network.ask(BROKER_ADDRESS)
        node = site.node("broker.test")
        site.start(node)
        node.await_said("host name not found")
        server.talking = True
        site.await_events()
        server.talking = False
        await_events(site.observer)  # what is connected needs no name
        site.network.unplug()
        site.broker.stop()
        with inside(site.network.broker):
            site.broker.start()
        site.network.plug()
        wait_for(lambda: len(node.said("host name not found")) > 1, CONNECT_S)
        server.talking = True
        wait_for(lambda: len(node.said("connected (MQTT 5)")) > 1, CONNECT_S)
        assert node.end()[0] == ExitStatus.OK
    finally:
        server.close()


def test_it_ends_in_time_while_a_name_is_looked_up(site: Site) -> None:
    with inside(site.network.broker):
        server = NameServer("broker.test")
    try:
        server.talking = False
        site.network.plug()
        site.network.ask(BROKER_ADDRESS, BROKER_ADDRESS)
        node = site.node("broker.test")
        site.start(node)
        node.await_said("seq 5)")
        asked = server.asked
        wait_for(lambda: server.asked > asked, START_S)
        status, seconds = node.end()
        assert status == ExitStatus.OK
        assert seconds < 6
    finally:
        server.close()


def test_name_servers_that_are_known_late(site: Site) -> None:
    """As DHCP tells of them, when the daemon has read the file long since."""
    with inside(site.network.broker):
        server = NameServer("broker.test")
    try:
        node = site.node("broker.test")
        site.start(node)
        node.await_said("host name not found")
        site.network.plug()
        site.network.ask(BROKER_ADDRESS)
        site.await_events()
        assert node.end()[0] == ExitStatus.OK
        site.check_all_came()
    finally:
        server.close()


def test_a_broker_by_its_name_of_mdns(site: Site) -> None:
    site.network.plug()
    site.network.announce(site.network.node, "porch")
    node = site.node("broker.local")
    site.start(node)
    assert "sudo apt install libnss-mdns" in node.await_said("host name not found")
    site.network.announce(site.network.broker, "broker")
    site.await_events()
    assert node.end()[0] == ExitStatus.OK
    site.check_all_came()
