"""mqtt.hosts: several servers in place of one, and every fault of an entry by its index."""

from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, parse_config
from edgeclassify.config.values import split_host_port
from edgeclassify.errors import ConfigError


def parsed(**mqtt: Any) -> Config:
    document = {"mqtt": mqtt, "camera": [{"source": "synthetic:"}]}
    return parse_config(document, "any.toml", Path("/etc"))


def fault(**mqtt: Any) -> str:
    with pytest.raises(ConfigError) as raised:
        parsed(**mqtt)
    first, *faults = str(raised.value).splitlines()
    assert first == f"any.toml: {len(faults)} fault{'s' if len(faults) > 1 else ''}"
    return "\n".join(line.strip() for line in faults)


@pytest.mark.parametrize(
    ("entry", "host", "port"),
    [
        ("broker.lan", "broker.lan", None), ("broker.lan:1884", "broker.lan", 1884), ("10.0.0.5:1", "10.0.0.5", 1),
        ("fd00::5", "fd00::5", None), ("[fd00::5]", "fd00::5", None), ("[fd00::5]:65535", "fd00::5", 65535),
    ],
)  # fmt: skip
def test_an_entry(entry: str, host: str, port: int | None) -> None:
    assert split_host_port(entry) == (host, port)
    assert parsed(hosts=[entry]).mqtt.servers == ((host, port or 1883),)


def test_the_usual_port_is_another_one_with_tls() -> None:
    assert parsed(hosts=["a", "b:1"], tls={}).mqtt.servers == (("a", 8883), ("b", 1))
    assert parsed(host="a").mqtt.servers == (("a", 1883),)
    assert parsed(host="a", port=3).mqtt.servers == (("a", 3),)


@pytest.mark.parametrize(
    ("entry", "expected"),
    [
        ("", "a non-empty string"),
        ("a:", "a port from 1 to 65535 after the :"),
        ("a:0", "a port from 1 to 65535 after the :"),
        ("a:65536", "a port from 1 to 65535 after the :"),
        ("a:1883x", "a port from 1 to 65535 after the :"),
        ("a:١", "a port from 1 to 65535 after the :"),
        ("[::1", "an IPv6 address in brackets"),
        ("[::1]1883", "an IPv6 address in brackets"),
        ("[a]:1883", "an IPv6 address in brackets"),
        ("[::1]:", "a port from 1 to 65535 after the :"),
        ("mqtt://a", "a port from 1 to 65535 after the :"),
        ("a b", "a host name or IP address alone"),
        ("1:2:3", "a host name or IP address alone"),
        ("a/b:1883", "a host name or IP address alone"),
    ],
)
def test_what_is_wrong_with_an_entry_is_said_with_its_place(entry: str, expected: str) -> None:
    found = fault(hosts=["good.lan", entry, "other.lan:1884"])
    assert found.startswith(f"mqtt.hosts[1]: expected {expected}")
    assert "\n" not in found


def test_a_password_in_an_entry_is_not_shown() -> None:
    assert "s3cret" not in fault(hosts=["mqtt://me:s3cret@a:1883"])


def test_servers_that_repeat() -> None:
    assert fault(hosts=["a", "b:1884", "A:1883", "b:1885"]) == (
        "mqtt.hosts[2]: expected each server once, found 'A:1883', which is the same as mqtt.hosts[0]."
    )
    assert parsed(hosts=["a", "a:1883"], tls={}).mqtt.servers == (("a", 8883), ("a", 1883))


def test_one_way_to_name_the_broker() -> None:
    assert fault(hosts=["a"], host="b", port=1884) == (
        "mqtt.hosts: expected one way to name the broker: hosts, or host and port, found host and port, too. "
        "Leave out host and port: a port stands behind its host, as in broker.lan:1884."
    )
    assert "found port, too. Leave out port:" in fault(hosts=["a"], port=1884)


@pytest.mark.parametrize(
    ("hosts", "found"), [([], "mqtt.hosts: "), ("a", "mqtt.hosts: expected a list"), ([1], "mqtt.hosts[0]: ")]
)
def test_what_is_no_list_of_servers(hosts: Any, found: str) -> None:
    assert fault(hosts=hosts).startswith(found)


def test_the_order() -> None:
    assert parsed().mqtt.order == "listed"
    assert parsed(hosts=["a"], order="shuffled").mqtt.order == "shuffled"
    assert fault(order="random").startswith("mqtt.order: expected one of listed, shuffled, found 'random'")
