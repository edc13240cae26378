"""By which names the page may be asked for."""

import pytest

from edgeclassify.web.safety.hosts import HostAndPort, host_and_port, is_right, own_names

OWN = own_names("gatecam", ["camera.example.org"])


@pytest.mark.parametrize(
    "said",
    [
        "gatecam", "gatecam.fritz.box",
        "gatecam.local:8080", "GATECAM.Local", "gatecam.local.", "localhost:8080", "camera.example.org",
        "192.168.1.5:8080", "127.0.0.1", "[::1]:8080", "[fe80::1%25eth0]", "[fe80::1%eth0]:8080", "app.localhost",
    ],
)  # fmt: skip
def test_own_names_and_addresses_are_right(said: str) -> None:
    found = host_and_port(said)
    assert found is not None
    assert is_right(found.name, OWN)


@pytest.mark.parametrize(
    "said",
    [
        "evil.example", "gatecam.local.evil.example", "127.0.0.1.nip.io", "evil-gatecam.local", "gatecam.evil",
        "xcamera.example.org", "localhost.evil.example", "1.2.3", "2130706433", "0x7f000001", "::1.evil", "local",
    ],
)  # fmt: skip
def test_names_of_strangers_are_not(said: str) -> None:
    found = host_and_port(said)
    assert found is None or not is_right(found.name, OWN)


@pytest.mark.parametrize(
    "said",
    ["", " ", "a b", "a@b", "user@gatecam", "gatecam:x", "gatecam:123456", "ga/tecam", "[::1", "a,b", "\u0131"],
)
def test_what_is_no_name_is_none(said: str) -> None:
    assert host_and_port(said) is None


def test_a_full_name_has_its_short_one() -> None:
    assert {"localhost", "pi.example.org", "pi", "pi.local", "pi.lan"} < own_names("Pi.Example.org", [])
    assert own_names("", []) == {"localhost"}


def test_ports_are_compared_as_the_scheme_has_them() -> None:
    assert HostAndPort("a", None).is_same(HostAndPort("a", 443), "https")
    assert not HostAndPort("a", None).is_same(HostAndPort("a", 443), "http")
    assert not HostAndPort("a", 8080).is_same(HostAndPort("a", 8081), "http")
