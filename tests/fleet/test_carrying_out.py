"""Orders over a real mosquitto, to nodes that obey, refuse, say nothing, go, come back, and lie."""

import json
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import pytest

from edgeclassify.config import MqttConfig
from edgeclassify.contract.outgoing import Message
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import PublishError
from edgeclassify.fleet import link as link_module
from edgeclassify.fleet.carrying_out import HEALTH_TOPICS, Canary, carry_out
from edgeclassify.fleet.interface import Outcome, Report, Target
from edgeclassify.fleet.link import FleetLink
from edgeclassify.fleet.order import Order
from edgeclassify.fleet.orders import ping_order, set_order
from edgeclassify.fleet.round import Pace
from edgeclassify.types import Command
from edgeclassify.watch.subscriber import Subscriber
from tests.fleet.simulated import PREFIX, Part, SimulatedNodes, is_silent, obeys, refuses
from tests.support.broker import HOST, Mosquitto, Observer, Proxy
from tests.support.waiting import patient, wait_for

pytestmark = pytest.mark.broker
ORDER = set_order("gate.threshold", "0.7")
QUICK = Pace(answer_s=0.4)


@contextmanager
def linked(broker: Mosquitto, *, names: Sequence[str] = (), **config: Any) -> Iterator[FleetLink]:
    """A link that has heard of the nodes."""
    mqtt = MqttConfig(host=HOST, port=broker.port, **config)
    commands = (Command.SET, Command.PING)
    with FleetLink(mqtt, topics=HEALTH_TOPICS, commands=commands, names=names, quiet_s=0.1) as link:
        link.gather()
        yield link


def targets(link: FleetLink) -> list[Target]:
    return ORDER.targets(link.known.names, link.known)


def outcomes(report: Report) -> dict[str, tuple[str, str]]:
    return {str(one.target): (one.outcome, one.why) for one in report.results}


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_every_node_is_asked_once_and_answers(broker: Mosquitto, protocol: str) -> None:
    names = [f"node-{number:02}" for number in range(30)]
    with SimulatedNodes(broker.port, names) as nodes, linked(broker, protocol=protocol) as link:
        told: list[tuple[int, int]] = []
        report = carry_out(link, ORDER, targets(link), Pace(at_once=7), progress=lambda *now: told.append(now))
    assert report.all_done
    assert [one.target.node for one in report.results] == names
    assert [name for name, _, _ in nodes.asked] == sorted(name for name, _, _ in nodes.asked)
    transactions = {request.pop("transaction") for _, _, request in nodes.asked}
    assert len(transactions) == 30
    assert {json.dumps(request) for _, _, request in nodes.asked} == {
        '{"option": "threshold", "value": 0.7, "view": "gate"}'
    }
    assert (told[0], told[-1]) == ((0, 30), (30, 30))


def test_what_goes_wrong_is_said_of_each(broker: Mosquitto) -> None:
    names = ["away", "broken", "gate", "refuses", "silent"]

    def broken(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        nodes.answer(name, command, request["transaction"], error="")

    parts: dict[str, Part] = {"broken": broken, "refuses": refuses("value: expected less"), "silent": is_silent}
    with SimulatedNodes(broker.port, names, **parts) as nodes:
        nodes.presence("away", False)
        with linked(broker) as link:
            report = carry_out(link, ORDER, targets(link), QUICK)
    assert outcomes(report) == {
        "away": (Outcome.OFFLINE, ""),
        "broken": (Outcome.REFUSED, "its answer is none of the contract"),
        "gate": (Outcome.DONE, ""),
        "refuses": (Outcome.REFUSED, "value: expected less"),
        "silent": (Outcome.SILENT, "no answer within 0.4 s"),
    }
    assert not report.all_done
    assert nodes.of("away") == []
    assert len(nodes.of("silent")) == 1


def test_answers_of_others_and_to_others_are_none(broker: Mosquitto) -> None:
    def lies(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        nodes.answer("victim", command, request["transaction"], data={"view": "gate"})
        nodes.answer(name, command, "another", data={"view": "gate"})
        nodes.answer(name, command, 7, data={"view": "gate"})
        nodes.answer(name, "ping", request["transaction"], data={})

    with SimulatedNodes(broker.port, ["liar", "victim"], liar=lies, victim=is_silent), linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), QUICK)
    assert {one.outcome for one in report.results} == {Outcome.SILENT}


def test_a_second_answer_changes_nothing(broker: Mosquitto) -> None:
    def twice(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        obeys(nodes, name, command, request)
        nodes.answer(name, command, request["transaction"], error="too late")

    with SimulatedNodes(broker.port, ["a", "b"], a=twice, b=is_silent), linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), QUICK)
    assert outcomes(report)["a"] == (Outcome.DONE, "")


def test_who_comes_back_is_asked(broker: Mosquitto) -> None:
    def come_back() -> None:
        wait_for(lambda: nodes.of("b"))
        nodes.presence("a", True)

    with SimulatedNodes(broker.port, ["a", "b"]) as nodes:
        nodes.presence("a", False)
        back = threading.Thread(target=come_back)
        with linked(broker) as link:
            back.start()
            report = carry_out(link, ORDER, targets(link), Pace(wait_s=20.0))
        back.join()
    assert report.all_done
    assert [name for name, _, _ in nodes.asked] == ["b", "a"]


def test_who_was_silent_once_is_asked_again(broker: Mosquitto) -> None:
    def second(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        if len(nodes.of(name)) == 2:
            obeys(nodes, name, command, request)

    with SimulatedNodes(broker.port, ["a"], a=second) as nodes, linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), Pace(answer_s=0.3, wait_s=20.0))
    assert report.all_done
    first, again = nodes.of("a")
    assert first == again  # the same transaction: whichever answer comes counts


def test_a_broker_that_is_restarted_costs_nothing(broker: Mosquitto) -> None:
    def restart(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        if len(nodes.of(name)) > 1:
            obeys(nodes, name, command, request)
        else:
            asked.set()

    asked = threading.Event()

    def stop_and_start() -> None:
        assert asked.wait(patient(10))
        broker.stop(kill=True)
        broker.start()

    with SimulatedNodes(broker.port, ["a", "b"], a=restart) as nodes:
        other = threading.Thread(target=stop_and_start)
        with linked(broker, protocol="3.1.1") as link:
            other.start()
            report = carry_out(link, ORDER, targets(link), Pace(at_once=1, answer_s=2.0, wait_s=30.0))
        other.join()
    assert report.all_done
    assert len(nodes.of("b")) == 1


def test_each_view_of_each_node_is_asked(broker: Mosquitto) -> None:
    with SimulatedNodes(broker.port, ["a", "b", "c"]) as nodes:
        nodes.announce("b", views=("gate", "yard"))
        nodes.send(Message(Topics(PREFIX, "c").info, b"", 1, True))
        nodes.send(Message(Topics(PREFIX, "c").info, b'{"version":"1.0"}', 1, True))
        with linked(broker) as link:
            order = set_order("*.interval", "2")
            report = carry_out(link, order, order.targets(link.known.names, link.known), Pace())
    assert [str(one.target) for one in report.results] == ["a/gate", "b/gate", "b/yard", "c"]
    assert [request.get("view") for _, _, request in nodes.asked] == ["gate", "gate", "yard", None]


def test_a_node_by_name_is_found_by_its_own_topics(broker: Mosquitto) -> None:
    with SimulatedNodes(broker.port, ["a", "b"]), linked(broker, names=["b"]) as link:
        assert link.known.names == ["a", "b"]
        assert link.known.is_online("b") is True


# --- a few first ------------------------------------------------------------------------------------------


def test_the_rest_follow_where_the_first_are_well(broker: Mosquitto) -> None:
    with SimulatedNodes(broker.port, ["a", "b", "c"]) as nodes, linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), Pace(), Canary(1, 0.2))
    assert report.all_done
    assert [(name, command) for name, command, _ in nodes.asked] == [
        ("a", "set"), ("a", "ping"), ("b", "set"), ("c", "set"),
    ]  # fmt: skip


def test_the_first_are_nodes_that_are_there_with_all_their_views(broker: Mosquitto) -> None:
    with SimulatedNodes(broker.port, ["a", "b", "c"], c=refuses("no")) as nodes:
        nodes.announce("b", views=("gate", "yard"))
        nodes.presence("a", False)
        with linked(broker) as link:
            order = set_order("*.interval", "2")
            first = order.targets(link.known.names, link.known)
            report = carry_out(link, order, first, Pace(), Canary(1, 0.0))
    assert [(name, command) for name, command, _ in nodes.asked] == [
        ("b", "set"), ("b", "set"), ("b", "ping"), ("c", "set"),
    ]  # fmt: skip
    assert [str(one.target) for one in report.results] == ["a/gate", "b/gate", "b/yard", "c/gate"]


def test_where_one_of_the_first_refuses_nobody_follows(broker: Mosquitto) -> None:
    with SimulatedNodes(broker.port, ["a", "b", "c"], b=refuses("no")) as nodes, linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), Pace(), Canary(2, 0.0))
    assert report.stopped == "of the first 2 not all have done it: b refused"
    assert [one.outcome for one in report.results] == [Outcome.DONE, Outcome.REFUSED, Outcome.NOT_ASKED]
    assert nodes.of("c") == []


def test_where_one_of_the_first_falls_silent_nobody_follows(broker: Mosquitto) -> None:
    def dies(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        if command == "set":
            obeys(nodes, name, command, request)

    with SimulatedNodes(broker.port, ["a", "b"], a=dies) as nodes, linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), QUICK, Canary(1, 0.0))
    assert report.stopped == "of the first 1 not all are well 0 s later: a silent"
    assert nodes.of("b") == []


def test_a_first_one_that_may_not_be_pinged_has_answered(broker: Mosquitto) -> None:
    def no_ping(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        part = obeys if command == "set" else refuses("ping: not allowed")
        part(nodes, name, command, request)

    with SimulatedNodes(broker.port, ["a", "b"], a=no_ping), linked(broker) as link:
        assert carry_out(link, ORDER, targets(link), QUICK, Canary(1, 0.0)).all_done


@pytest.mark.parametrize(("said", "stops"), [("offline", True), ("online", False)])
def test_a_new_problem_of_the_first_keeps_the_rest(broker: Mosquitto, said: str, stops: bool) -> None:
    def loses_its_camera(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        nodes.pass_on(f"{PREFIX}/{name}/gate/availability", said.encode(), retain=True)
        obeys(nodes, name, command, request)

    with SimulatedNodes(broker.port, ["a", "b"], a=loses_its_camera) as nodes, linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), QUICK, Canary(1, 0.3))
    assert bool(nodes.of("b")) is not stops
    assert report.stopped == ("of the first 1 not all are well 0.3 s later: a no camera: gate" if stops else "")


def test_problems_that_were_there_before_keep_nobody(broker: Mosquitto) -> None:
    with SimulatedNodes(broker.port, ["a", "b"]) as nodes:
        nodes.send(Message(f"{PREFIX}/a/gate/availability", b"offline", 1, True))
        with linked(broker) as link:
            assert carry_out(link, ORDER, targets(link), QUICK, Canary(1, 0.0)).all_done


# --- interrupted ------------------------------------------------------------------------------------------


def test_interrupted_it_says_what_was_done(broker: Mosquitto) -> None:
    def interrupt(done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with SimulatedNodes(broker.port, ["a", "b", "c", "d"]), linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), Pace(at_once=1), progress=interrupt)
    assert report.interrupted
    assert report.stopped == "it was interrupted"
    assert [(one.outcome, one.why) for one in report.results] == [
        (Outcome.DONE, ""),
        (Outcome.DONE, ""),
        (Outcome.SILENT, "it was asked, and had not answered yet"),
        (Outcome.NOT_ASKED, ""),
    ]


def test_interrupted_at_the_first_the_rest_are_named_too(broker: Mosquitto) -> None:
    def interrupt(done: int, total: int) -> None:
        assert total == 3
        raise KeyboardInterrupt

    with SimulatedNodes(broker.port, ["a", "b", "c"]) as nodes, linked(broker) as link:
        report = carry_out(link, ORDER, targets(link), Pace(), Canary(2), progress=interrupt)
        assert [str(one.target) for one in report.results] == ["a", "b", "c"]
        assert report.results[2].outcome is Outcome.NOT_ASKED
        assert nodes.of("c") == []


def test_a_node_that_answers_nonsense_keeps_nobody_waiting(broker: Mosquitto) -> None:
    def nonsense(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        for payload in (b"", b"\xff\x00", b"[]", b"[" * 100_000, b'{"transaction":{}}', b"x" * 300_000):
            nodes.pass_on(Topics(PREFIX, name).response(command), payload)

    with SimulatedNodes(broker.port, ["a", "b"], a=nonsense), linked(broker) as link:
        report = carry_out(link, ping_order(), [Target("a"), Target("b")], QUICK)
    assert [one.outcome for one in report.results] == [Outcome.SILENT, Outcome.DONE]


def test_of_nobody_nothing_is_asked(broker: Mosquitto) -> None:
    with linked(broker) as link:
        assert carry_out(link, Order(Command.PING, "ping"), [], Pace()) == Report(())


@pytest.mark.parametrize(("listen_s", "within_s"), [(0.0, 0.15), (0.8, 0.4)])
def test_nodes_of_which_nothing_was_kept_are_asked_to_announce_themselves(
    broker: Mosquitto, monkeypatch: pytest.MonkeyPatch, listen_s: float, within_s: float
) -> None:
    monkeypatch.setattr(link_module, "ANNOUNCED_S", 0.3)
    observer = Observer(broker.port, f"{PREFIX}/request/announce").start()
    try:
        mqtt = MqttConfig(host=HOST, port=broker.port)
        with FleetLink(mqtt, quiet_s=0.1) as link:
            link.gather(listen_s)
        assert [json.loads(one.payload) for one in observer.received] == [{"within_s": within_s}]
    finally:
        observer.stop()


def test_where_nodes_are_known_nobody_is_asked(broker: Mosquitto) -> None:
    observer = Observer(broker.port, f"{PREFIX}/request/announce").start()
    try:
        with SimulatedNodes(broker.port, ["a"]), linked(broker):
            pass
        assert observer.received == []
    finally:
        observer.stop()


# --- a link that is slow, or gone ----------------------------------------------------------------------------


def test_a_pause_in_what_is_kept_is_not_its_end(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is kept comes late: after more silence than is waited for."""
    monkeypatch.setattr(link_module, "ANNOUNCED_S", 0.01)
    proxy = Proxy(broker.port).start()
    step, begun = Subscriber.step, time.monotonic()

    def slowly(self: Subscriber, timeout_s: float) -> None:
        if time.monotonic() - begun > 1.0:
            proxy.restore()
        step(self, timeout_s)

    try:
        with FleetLink(MqttConfig(host=HOST, port=proxy.port), quiet_s=0.1) as link:
            proxy.freeze()
            with SimulatedNodes(broker.port, ["a", "b"]):
                monkeypatch.setattr(Subscriber, "step", slowly)
                link.gather()
            assert link.known.names == ["a", "b"]
    finally:
        proxy.stop()


def test_a_broker_that_says_nothing_any_more_is_said(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "UNANSWERED_S", 0.3)
    proxy = Proxy(broker.port).start()
    try:
        with FleetLink(MqttConfig(host=HOST, port=proxy.port), quiet_s=0.1) as link:
            proxy.freeze()
            with pytest.raises(PublishError, match=r"it has not answered for 0\.3 s"):
                link.gather()
    finally:
        proxy.stop()


@pytest.mark.parametrize("listens", [False, True])
def test_a_broker_that_dies_while_nodes_are_heard_of_is_said(broker: Mosquitto, listens: bool) -> None:
    with FleetLink(MqttConfig(host=HOST, port=broker.port), quiet_s=0.1) as link:
        if listens:
            threading.Timer(0.4, lambda: broker.stop(kill=True)).start()
        else:
            broker.stop(kill=True)
        with pytest.raises(PublishError, match=rf"^broker {HOST}:{broker.port}: ."):
            link.gather(1.0)


def test_a_broker_that_is_gone_for_good_ends_the_order(broker: Mosquitto, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(link_module, "GONE_S", 0.3)
    lost: list[str] = []

    def dies(nodes: SimulatedNodes, name: str, command: str, request: dict[str, Any]) -> None:
        broker.stop(kill=True)

    mqtt = MqttConfig(host=HOST, port=broker.port)
    with (
        SimulatedNodes(broker.port, ["a", "b"], a=dies),
        FleetLink(mqtt, commands=(Command.SET,), quiet_s=0.1, on_lost=lost.append) as link,
    ):
        link.gather()
        report = carry_out(link, ORDER, targets(link), Pace(at_once=1))
    assert report.stopped.startswith("the broker is gone: ")
    assert [one.outcome for one in report.results] == [Outcome.SILENT, Outcome.NOT_ASKED]
    assert len(lost) == 1
