"""What comes of what was announced."""

import socket
from collections.abc import Iterator, Sequence

import pytest

from edgeclassify.setup.nearby import brokers
from edgeclassify.setup.nearby.brokers import HOME_ASSISTANT, MQTT, MQTTS, look_around, reachable
from edgeclassify.setup.nearby.interface import Announced, NearbyBroker


@pytest.fixture(autouse=True)
def _nobody_at_home(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Whatever listens at 1883 of the machine that tests run on."""
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        monkeypatch.setattr(brokers, "PORT", held.getsockname()[1])
        yield


def record(kind: str, host: str = "localhost", port: int = 1, *addresses: str) -> Announced:
    return Announced(kind, "Name", host, addresses, port)


def test_brokers_with_and_without_tls() -> None:
    nearby = look_around(lambda *_: [record(MQTT, port=18), record(MQTTS, port=19)])
    assert [(one.address, one.tls) for one in nearby.brokers] == [("localhost:18", False), ("localhost:19", True)]


def test_a_broker_beside_home_assistant_is_found_by_its_port(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        monkeypatch.setattr(brokers, "PORT", listening.getsockname()[1])
        nearby = look_around(lambda *_: [record(HOME_ASSISTANT, "127.0.0.1", 8123)])
    port = listening_port = brokers.PORT
    assert NearbyBroker("127.0.0.1", port, False, "beside Home Assistant (Name)") in nearby.brokers
    assert NearbyBroker("localhost", listening_port, False, "on this machine") in nearby.brokers
    assert nearby.home_assistant == "http://127.0.0.1:8123"


def test_each_is_named_once() -> None:
    nearby = look_around(lambda *_: [record(MQTT), record(MQTT), record(MQTT, port=2)])
    assert len(nearby.brokers) == 2


@pytest.mark.parametrize("host", ["no-such-host.invalid", "bad host\n", "", "a..b"])
def test_a_name_that_is_none_or_does_not_resolve(host: str) -> None:
    assert reachable(record(MQTT, host, 1, "192.0.2.7")) == "192.0.2.7"


def test_names_cant_act_on_the_terminal() -> None:
    rude = Announced(MQTT, "\x1b[2J\nBroker", "localhost", (), 1)
    assert look_around(lambda *_: [rude]).brokers[0].about == "says mDNS: \\x1b[2J\\nBroker"


def test_what_is_neither_a_name_nor_an_address_is_left_out() -> None:
    assert look_around(lambda *_: [record(MQTT, "\x1b[2J"), record(HOME_ASSISTANT, "bad host")]).brokers == ()
    assert look_around(lambda *_: [record(HOME_ASSISTANT, "bad host")]).home_assistant is None


def missing(_: Sequence[str], __: float) -> list[Announced]:
    raise ImportError


def broken(_: Sequence[str], __: float) -> list[Announced]:
    raise OSError(101, "Network is unreachable")


def test_without_the_extra_or_a_network_it_says_so() -> None:
    assert "edgeclassify[setup]" in str(look_around(missing).silence)
    assert "Network is unreachable" in str(look_around(broken).silence)
