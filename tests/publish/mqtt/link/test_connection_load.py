"""More than the socket takes at once: messages that were gathered go out whole, in order, with and without TLS."""

import json
import time
from pathlib import Path

import pytest

from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.conftest import StartBroker, StartObserver, StartSink
from tests.publish.mqtt.test_security import tls
from tests.publish.records import event
from tests.support.broker import Proxy
from tests.support.waiting import wait_for

VIEWS = ("gate", "door", "yard", "shed")
_BYTES = 1_500_000  # of each picture: four of them are more than any socket buffer


@pytest.mark.broker
@pytest.mark.parametrize("encrypted", [False, True], ids=["plain", "TLS"])
def test_what_a_frozen_network_held_up_arrives_whole(
    start_broker: StartBroker,
    observe: StartObserver,
    sink_on: StartSink,
    certificates: Path,
    spool: MemorySpool,
    encrypted: bool,
) -> None:
    broker = start_broker(tls(certificates) if encrypted else "allow_anonymous true\n")
    settings = {"ca_certs": str(certificates / "ca.pem")} if encrypted else {}
    observer = observe(broker.port, **settings)
    proxy = Proxy(broker.port).start()
    try:
        sink = sink_on(
            proxy.port,
            labels=dict.fromkeys(VIEWS, ()),
            **({"tls": {"ca": certificates / "ca.pem"}} if encrypted else {}),
        )
        pictures = {view: bytes([number]) * _BYTES for number, view in enumerate(VIEWS)}
        proxy.freeze()
        for seq in range(1, 41):
            sink.publish_event(event(seq, view=VIEWS[seq % 4]))
            if seq <= 8:
                sink.publish_snapshot(VIEWS[seq % 4], pictures[VIEWS[seq % 4]])
            time.sleep(0.01)
        assert sink.connected
        assert spool.depth == 40
        proxy.restore()
        wait_for(lambda: spool.depth == 0, 20)
        wait_for(lambda: len(observer.of("/event")) == 40)
        wait_for(lambda: len({topic for topic in observer.topics() if topic.endswith("/snapshot")}) == 4)
    finally:
        proxy.stop()
    assert [json.loads(body)["seq"] for body in observer.of("/event")] == list(range(1, 41))
    for view, picture in pictures.items():
        assert all(found == picture for found in observer.of(f"{view}/snapshot"))
    assert observer.of("/history") == []
