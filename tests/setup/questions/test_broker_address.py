"""A broker's address as people write it."""

import pytest

from edgeclassify.errors import UsageError
from edgeclassify.setup.questions.broker_address import BrokerAddress, broker_address


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("broker.local", BrokerAddress("broker.local", 1883)),
        (" 192.168.1.5:1884 ", BrokerAddress("192.168.1.5", 1884)),
        ("broker:8883", BrokerAddress("broker", 8883, True)),
        ("mqtt://broker:8883/", BrokerAddress("broker", 8883, False)),
        ("mqtts://broker", BrokerAddress("broker", 8883, True)),
        ("MQTTS://me@broker:1", BrokerAddress("broker", 1, True, "me")),
        ("[fe80::1]:1884", BrokerAddress("fe80::1", 1884)),
        ("fd00::5", BrokerAddress("fd00::5", 1883)),
    ],
)
def test_forms(text: str, expected: BrokerAddress) -> None:
    assert broker_address(text, "broker") == expected


@pytest.mark.parametrize(
    "text", ["", "two words", "http://broker", "mqtt://me:secret7@broker", "broker:port", "a@b@c"]
)
def test_others_are_refused_without_their_secrets(text: str) -> None:
    with pytest.raises(UsageError, match="--broker: expected HOST") as raised:
        broker_address(text, "--broker")
    assert "secret7" not in str(raised.value)
