"""Real mDNS on loopback: somebody answers, and is found."""

import socket
from collections.abc import Iterator

import pytest
from zeroconf import ServiceInfo, Zeroconf

from edgeclassify.setup.nearby.brokers import HOME_ASSISTANT, MQTT, look_around
from edgeclassify.setup.nearby.interface import Announced
from edgeclassify.setup.nearby.mdns import announced
from tests.support.waiting import patient

LOOPBACK = "127.0.0.1"
PATIENCE_S = patient(20.0)


@pytest.fixture
def responder() -> Iterator[Zeroconf]:
    try:
        zeroconf = Zeroconf(interfaces=[LOOPBACK])
    except OSError as error:
        pytest.skip(f"no multicast on loopback here: {error}")
    yield zeroconf
    zeroconf.close()


def register(responder: Zeroconf, kind: str, name: str, port: int) -> None:
    responder.register_service(
        ServiceInfo(
            f"{kind}.local.",
            f"{name}.{kind}.local.",
            addresses=[socket.inet_aton(LOOPBACK)],
            port=port,
            server=f"{name.lower()}-of-the-tests.local.",
        )
    )


def searched(kinds: object, _: float) -> list[Announced]:
    return announced((MQTT, HOME_ASSISTANT), PATIENCE_S, [LOOPBACK], lambda there: there == 2)


def test_who_announces_itself_is_found(responder: Zeroconf) -> None:
    register(responder, MQTT, "Broker", 18830)
    register(responder, HOME_ASSISTANT, "Home", 8123)
    found = {one.kind: one for one in searched((), 0)}
    assert found[MQTT] == Announced(MQTT, "Broker", "broker-of-the-tests.local", (LOOPBACK,), 18830)
    assert found[HOME_ASSISTANT].name == "Home"


def test_a_host_name_that_does_not_resolve_here_becomes_an_address(responder: Zeroconf) -> None:
    register(responder, MQTT, "Broker", 18830)
    register(responder, HOME_ASSISTANT, "Home", 8123)
    nearby = look_around(searched)
    assert (LOOPBACK, 18830) in [(one.host, one.port) for one in nearby.brokers]
    assert nearby.home_assistant == f"http://{LOOPBACK}:8123"
    assert nearby.silence is None


def test_nobody_answers() -> None:
    try:
        assert announced(("_nobody-has-this._tcp",), 0.2, [LOOPBACK]) == []
    except OSError as error:
        pytest.skip(f"no multicast on loopback here: {error}")
