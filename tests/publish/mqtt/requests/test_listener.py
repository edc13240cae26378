"""What arrives from the broker, and who hears of it."""

from edgeclassify.publish.interface import SpoolReader
from edgeclassify.publish.mqtt.link.received import Arrived
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.requests.listener import Listener, Receivers
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.records import layout


def listener(*topics: str) -> tuple[Listener, list[tuple[str, bytes]]]:
    heard: list[tuple[str, bytes]] = []
    receivers = Receivers(
        None, lambda _: None, None, frozenset(topics), lambda topic, payload: heard.append((topic, payload))
    )
    spool: SpoolReader = MemorySpool()
    return Listener(Outbox(layout({"gate": ()}), spool, results_interval_s=1.0), receivers), heard


def test_topics_of_others_are_subscribed_to_and_overheard_retained_or_not() -> None:
    made, heard = listener("garden/solar", "attic")
    assert made.wanted(wildcards=True) == ["edgeclassify/porch/status", "attic", "garden/solar"]
    made.hear(Arrived("garden/solar", b"43", True), stopping=False)
    made.hear(Arrived("attic", b"", False), stopping=False)
    made.hear(Arrived("garden/other", b"1", False), stopping=False)
    assert heard == [("garden/solar", b"43"), ("attic", b"")]


def test_nothing_of_others_is_listened_to_unasked() -> None:
    made, _ = listener()
    assert made.wanted(wildcards=True) == ["edgeclassify/porch/status"]
