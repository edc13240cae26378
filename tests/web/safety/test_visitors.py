"""Who asks, also through proxies."""

import pytest

from edgeclassify.web.safety.visitors import Visitor, visitor_of

PROXIES = ("10.0.0.1", "10.0.0.2")


def visitor(peer: str, scheme: str = "http", **headers: str) -> Visitor:
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in {"host": "cam", **headers}.items()]
    return visitor_of({"type": "http", "client": (peer, 1), "scheme": scheme, "headers": raw}, PROXIES)


def test_a_stranger_may_say_what_it_likes() -> None:
    said = {
        "x_forwarded_for": "127.0.0.1",
        "x_forwarded_proto": "https",
        "x_forwarded_host": "evil",
        "x_ingress_path": "/a",
    }
    assert visitor("192.0.2.9", **said) == Visitor("192.0.2.9", "cam", is_passed_on=True)
    assert visitor("192.0.2.9") == Visitor("192.0.2.9", "cam")


def test_a_proxys_word_counts() -> None:
    found = visitor(
        "10.0.0.1",
        x_forwarded_for="192.0.2.9",
        x_forwarded_proto="https",
        x_forwarded_host="home.example:8443",
        x_ingress_path="/api/hassio_ingress/x_Y-1/",
    )
    assert found == Visitor("192.0.2.9", "home.example:8443", True, "/api/hassio_ingress/x_Y-1/", True)


@pytest.mark.parametrize(
    ("said", "address"),
    [
        ("1.1.1.1, 192.0.2.9", "192.0.2.9"),
        ("127.0.0.1, 192.0.2.9, 10.0.0.2", "192.0.2.9"),
        ("10.0.0.2", "10.0.0.1"),
        ("", "10.0.0.1"),
        ("rubbish", "10.0.0.1"),
        ("192.0.2.1, rubbish, 192.0.2.2", "192.0.2.2"),
        ("192.0.2.1, rubbish", "10.0.0.1"),
        ("192.0.2.9:4711", "192.0.2.9"),
        ("[2001:db8::1]:4711", "2001:db8::1"),
        ("2001:db8::1", "2001:db8::1"),
        ("::ffff:192.0.2.9", "192.0.2.9"),
    ],
)
def test_the_nearest_stranger_is_who_asks(said: str, address: str) -> None:
    assert visitor("10.0.0.1", x_forwarded_for=said).address == address


def test_a_proxy_is_known_by_an_ipv6_socket_too() -> None:
    assert visitor("::ffff:10.0.0.1", x_forwarded_for="192.0.2.9").address == "192.0.2.9"
    assert visitor("fe80::1%eth0").address == "fe80::1"


@pytest.mark.parametrize(
    "said", ["x", "/a/../b;", "//evil.example", "/a b", "/a;Domain=evil", "/ä", "/" + "a" * 300]
)
def test_a_folder_that_is_none_is_none(said: str) -> None:
    assert visitor("10.0.0.1", x_forwarded_prefix=said.encode().decode("latin-1")).folder == "/"


@pytest.mark.parametrize(
    ("said", "folder"), [("/cam", "/cam/"), ("/cam/", "/cam/"), ("/", "/"), ("", "/"), ("/a/b.c", "/a/b.c/")]
)
def test_the_folder_ends_with_a_slash(said: str, folder: str) -> None:
    assert visitor("10.0.0.1", x_forwarded_prefix=said).folder == folder


def test_https_is_known_by_the_socket_or_the_proxy() -> None:
    assert visitor("192.0.2.9", "https").is_https
    assert visitor("10.0.0.1", "https").is_https
    assert not visitor("10.0.0.1", "https", x_forwarded_proto="http").is_https
    assert visitor("10.0.0.1", x_forwarded_proto="http, https").is_https


def test_another_way_to_say_that_it_was_passed_on() -> None:
    assert visitor("127.0.0.1", forwarded="for=192.0.2.9").is_passed_on


@pytest.mark.parametrize(
    "said", ["x_forwarded_for", "x_real_ip", "x_forwarded_host", "x_forwarded_proto", "via", "forwarded"]
)
def test_whatever_a_proxy_says_of_it_who_asks_is_passed_on(said: str) -> None:
    assert visitor("127.0.0.1", **{said: "unknown"}).is_passed_on
