"""The servers of a broker: each once in a round, the one that worked first, each name looked up in its turn."""

import socket
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import given, settings, strategies as st

from edgeclassify.broker.servers import NotFound, Server, Servers, look_up
from edgeclassify.config import MqttConfig, TlsConfig

A, B, C = ("a", 1883), ("b", 1883), ("c", 1884)


def own_address(host: str, _port: int) -> list[str]:
    return [f"10.0.0.{ord(host) - ord('a') + 1}"]


def names(servers: Servers) -> list[str]:
    return [found.server.name if isinstance(found, NotFound) else str(found) for found in servers.round()]


class Resolver:
    """Names → addresses, as they are now; none: not found. `asked`: what was looked up."""

    def __init__(self, **known: Sequence[str]) -> None:
        self.known: dict[str, Sequence[str]] = dict(known)
        self.asked: list[str] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        self.asked.append(host)
        if not self.known.get(host):
            raise socket.gaierror(-2, "Name or service not known")
        return self.known[host]


@given(
    hosts=st.lists(st.sampled_from("abcdefgh"), min_size=1, max_size=6, unique=True),
    node=st.none() | st.text(max_size=8),
    outcomes=st.lists(st.booleans(), max_size=40),
)
@settings(deadline=None)
def test_whatever_happens_each_is_tried_in_a_round_and_what_worked_comes_first(
    hosts: list[str], node: str | None, outcomes: list[bool]
) -> None:
    """An outcome is True where the connection lasts, which ends the round. The name c stands for two servers, e is
    not found."""
    resolver = Resolver(
        **{host: ["1.1.1.1", "2.2.2.2"] if host == "c" else ["1.1.1.1"] for host in hosts if host != "e"}
    )
    servers = Servers([(host, 1883) for host in hosts], shuffled_by=node, look_up=resolver)
    every = Counter(names(servers))
    assert all(count == 1 for count in every.values())
    assert len(every) == len(hosts) + ("c" in hosts)
    lasting, left = None, list(outcomes)
    while left:
        tried = list[str]()
        for found in servers.round():
            tried.append(found.server.name if isinstance(found, NotFound) else str(found))
            if lasting is not None and len(tried) == 1:
                assert tried == [lasting]
            if isinstance(found, NotFound):
                continue
            if left and left.pop(0):
                servers.works(found)
                lasting = str(found)
                break
        else:
            assert Counter(tried) == every
        assert max(Counter(tried).values()) == 1
        if "e" in hosts and len(hosts) == 1:
            return


def test_the_one_that_worked_is_first_and_the_rest_as_listed() -> None:
    servers = Servers([A, B, C], look_up=own_address)
    assert names(servers) == ["a:1883", "b:1883", "c:1884"]
    *_, last = servers.round()
    assert isinstance(last, Server)
    servers.works(last)
    assert names(servers) == names(servers) == ["c:1884", "a:1883", "b:1883"]
    servers.adopt(Servers([B, A]))
    assert names(servers) == ["b:1883", "a:1883"]
    assert not servers.has(last)
    assert servers.has(Server("a", 1883, "10.9.9.9"))
    assert not servers.has(Server("a", 1884))


def test_each_address_of_a_name_is_a_server_of_its_own() -> None:
    resolver = Resolver(cluster=["10.0.0.1", "fd00::2"])
    servers = Servers([("cluster", 1883)], look_up=resolver)
    first, second = servers.round()
    assert (first, second) == (Server("cluster", 1883, "10.0.0.1"), Server("cluster", 1883, "fd00::2"))
    assert [str(first), str(second)] == ["cluster:1883 (10.0.0.1)", "cluster:1883 (fd00::2)"]
    assert isinstance(second, Server)
    servers.works(second)
    assert names(servers) == ["cluster:1883 (fd00::2)", "cluster:1883 (10.0.0.1)"]
    resolver.known["cluster"] = ["10.0.0.1", "10.0.0.3"]  # what a name stands for changes
    assert names(servers) == ["cluster:1883 (10.0.0.1)", "cluster:1883 (10.0.0.3)"]


def test_the_addresses_of_this_machine_are_not_shown() -> None:
    servers = Servers([("localhost", 1883)], look_up=lambda *_: ["::1", "127.0.0.1"])
    assert names(servers) == ["localhost:1883", "localhost:1883"]
    assert len({*servers.round()}) == 2


def test_names_are_looked_up_when_their_turn_comes_and_once_in_a_round() -> None:
    resolver = Resolver(a=["1.1.1.1"], b=["2.2.2.2"])
    servers = Servers([A, ("typo", 1883), B], look_up=resolver)
    found = servers.round()
    next(found)
    assert resolver.asked == ["a"]
    missing = next(found)
    assert isinstance(missing, NotFound)
    assert missing.server == Server("typo", 1883)
    assert isinstance(missing.error, socket.gaierror)
    last = next(found)
    assert isinstance(last, Server)
    servers.works(last)
    resolver.asked.clear()
    assert names(servers) == ["b:1883", "a:1883", "typo:1883"]
    assert resolver.asked == ["b", "a", "typo"]
    resolver.known["b"] = []
    resolver.asked.clear()
    assert names(servers) == ["a:1883", "typo:1883", "b:1883"]
    assert resolver.asked == ["b", "a", "typo"]


def test_a_name_that_is_none_is_not_found() -> None:
    def no_name(host: str, port: int) -> list[str]:
        raise UnicodeError("label too long")

    (found,) = Servers([A], look_up=no_name).round()
    assert isinstance(found, NotFound)


def test_shuffled_a_fleet_spreads_evenly_and_each_node_stays_where_it_is() -> None:
    def order(node: int, hosts: Sequence[tuple[str, int]]) -> tuple[str, ...]:
        return tuple(names(Servers(hosts, shuffled_by=f"node-{node}", look_up=own_address)))

    orders = [order(node, (A, B, C)) for node in range(600)]
    assert orders == [order(node, (C, A, B)) for node in range(600)]  # whatever the order in the config
    counted = Counter(orders)
    assert len(counted) == 6
    assert all(60 < count < 140 for count in counted.values())
    without_c = [order(node, (A, B)) for node in range(600)]
    assert without_c == [tuple(name for name in one if name != "c:1884") for one in orders]


def test_shuffled_the_addresses_of_a_name_are_too() -> None:
    firsts = Counter(
        names(Servers([A], shuffled_by=f"node-{node}", look_up=lambda *_: ["10.0.0.1", "10.0.0.2"]))[0]
        for node in range(200)
    )
    assert all(70 < count < 130 for count in firsts.values())
    assert len(firsts) == 2


@pytest.mark.parametrize(
    ("config", "described", "shuffled_by"),
    [
        (MqttConfig(), "localhost:1883", None),
        (MqttConfig(host="fd00::5", port=1884), "[fd00::5]:1884", None),
        (MqttConfig(hosts=("a", "b:1884", "[::1]:1885")), "a:1883, else b:1884, [::1]:1885", None),
        (MqttConfig(hosts=("a",), tls=TlsConfig()), "a:8883", None),
        (MqttConfig(host="a", order="shuffled"), "a:1883", "porch"),
    ],
)
def test_what_the_config_says(config: MqttConfig, described: str, shuffled_by: str | None) -> None:
    servers = Servers.of(config, "porch")
    assert (servers.described, servers.shuffled_by) == (described, shuffled_by)
    assert servers.in_hosts is (config.hosts is not None)


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("check mqtt.host and mqtt.port", "check mqtt.hosts"),
        ("check mqtt.host and the network", "check mqtt.hosts and the network"),
        ("is mqtt.port right?", "is its port in mqtt.hosts right?"),
    ],
)
def test_failures_name_the_key_that_the_config_has(text: str, named: str) -> None:
    assert Servers([A], in_hosts=True).named(text) == named
    assert Servers([A]).named(text) == text


def test_the_system_is_asked_for_addresses() -> None:
    assert look_up("127.0.0.1", 1) == ["127.0.0.1"]
    assert look_up("::1", 1) == ["::1"]
    with pytest.raises(OSError):  # noqa: PT011 - a resolver's error has one text on each system
        look_up("no-such-host.invalid", 1)


def test_one_that_has_failed_is_not_the_first_any_more() -> None:
    servers = Servers([A, B], look_up=own_address)
    *_, a, b = (found for found in servers.round() if isinstance(found, Server))
    servers.works(b)
    servers.fails(a)
    assert names(servers) == ["b:1883", "a:1883"]
    servers.fails(b)
    assert names(servers) == ["a:1883", "b:1883"]


def test_a_link_local_address_keeps_its_interface() -> None:
    interface = socket.if_indextoname(1)
    assert look_up(f"fe80::1%{interface}", 1883) == [f"fe80::1%{interface}"]
    assert look_up("::1", 1883) == ["::1"]


def test_an_address_is_told_where_it_tells_servers_apart() -> None:
    assert str(Server("a", 1883, "10.0.0.1")) == "a:1883"
    # What a resolver gives need not be an address that we can read: it counts as one of others all the same.
    servers = Servers([A, B], look_up=Resolver(a=["strange", "stranger"], b=["127.0.0.1", "::1"]))
    assert names(servers) == ["a:1883 (strange)", "a:1883 (stranger)", "b:1883", "b:1883"]
