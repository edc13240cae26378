"""The delivery thread: what is said of an attempt to connect while the node stops."""

import time
from collections.abc import Callable

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.broker.failure_texts import Security
from edgeclassify.broker.servers import Server, Servers
from edgeclassify.config import MqttConfig
from edgeclassify.contract import outgoing
from edgeclassify.interrupts import ConnectInterrupt
from edgeclassify.publish.mqtt.delivery import Delivery
from edgeclassify.publish.mqtt.link.connection import PahoLink
from edgeclassify.publish.mqtt.link.connector import Connector
from edgeclassify.publish.mqtt.link.failures import LinkError, WillRefusedError
from edgeclassify.publish.mqtt.link.settings import BrokerSettings
from edgeclassify.publish.mqtt.link.waits import Waker
from edgeclassify.publish.mqtt.outbox import Outbox
from edgeclassify.publish.mqtt.requests.listener import Receivers
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.records import layout

OUTBOX = Outbox(layout({}), MemorySpool(), results_interval_s=0.0)
SETTINGS = BrokerSettings(
    server=Server("127.0.0.1", 1), client_id="porch", keepalive_s=30, credentials=None, tls=None,
    security=Security.PLAIN, will=outgoing.status_message(OUTBOX.layout.topics, online=False),
)  # fmt: skip


class Refused(Connector):
    """Fails with `error`, found when the node has begun to stop."""

    def __init__(
        self, settings: BrokerSettings, waker: Waker, interrupt: ConnectInterrupt, error: LinkError
    ) -> None:
        super().__init__(settings, "auto", waker, interrupt)
        self.error = error
        self.stop: Callable[[], None] = lambda: None

    def open(self, go_on: Callable[[], bool]) -> PahoLink:
        self.stop()
        raise self.error


@pytest.mark.parametrize(
    ("error", "is_said"),
    [
        (WillRefusedError("it keeps no retained messages", retain=True), True),
        (LinkError("interrupted"), False),
    ],
)
def test_a_refused_will_is_said_while_stopping_too(
    error: LinkError, is_said: bool, caplog: pytest.LogCaptureFixture
) -> None:
    def connector(settings: BrokerSettings, waker: Waker, interrupt: ConnectInterrupt) -> Refused:
        made = Refused(settings, waker, interrupt, error)
        made.stop = lambda: delivery.finish(time.monotonic())
        return made

    delivery = Delivery(
        config=MqttConfig(host="127.0.0.1"), servers=Servers([("127.0.0.1", 1)]), settings=SETTINGS, outbox=OUTBOX,
        receivers=Receivers(None, lambda _: None, None), on_removed=lambda _: None, backoff=Backoff(),
        connector=connector,
    )  # fmt: skip
    delivery.run()
    delivery.close()
    assert (str(error) in caplog.text) is is_said
