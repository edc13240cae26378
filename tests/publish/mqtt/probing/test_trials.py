"""Which trials a connection has."""

from types import SimpleNamespace
from typing import Any

import pytest

from edgeclassify.contract.outgoing import Message
from edgeclassify.publish.mqtt.link.received import Offer
from edgeclassify.publish.mqtt.probing.findings import Findings
from edgeclassify.publish.mqtt.probing.trials import trials_on
from edgeclassify.publish.mqtt.probing.tried import MOST_ATTEMPTS, Tried
from tests.publish.mqtt.probing.brokers import TOPICS


@pytest.mark.parametrize(
    ("asked", "elsewhere", "wanted"),
    [
        (0, b"{}", [TOPICS.info]),
        (MOST_ATTEMPTS - 1, b"{}", [TOPICS.info]),
        (MOST_ATTEMPTS, b"{}", []),  # connections have ended on it
        (0, None, []),
    ],
)
def test_what_another_server_keeps_is_asked_for(asked: int, elsewhere: bytes | None, wanted: list[str]) -> None:
    subscribed = list[str]()
    link: Any = SimpleNamespace(offer=Offer(30.0), subscribe=subscribed.append, sent=list[Message]())
    outbox: Any = SimpleNamespace(layout=SimpleNamespace(topics=TOPICS))
    trials_on(link, outbox, Tried(asked=asked), Findings(), elsewhere=elsewhere).begin()
    assert subscribed == wanted
