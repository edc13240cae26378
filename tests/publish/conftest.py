"""Fixtures of the delivery tests: a real mosquitto, sinks and observers that are stopped afterwards."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import MqttConfig
from edgeclassify.publish.spool.memory import MemorySpool
from tests.publish.records import layout
from tests.publish.sinks import SpooledMqtt
from tests.support.broker import HOST, Mosquitto, Observer, Proxy, needs_mosquitto
from tests.support.waiting import patient, wait_for

StartBroker = Callable[..., Mosquitto]
StartObserver = Callable[..., Observer]
StartSink = Callable[..., SpooledMqtt]


@pytest.fixture
def start_broker(tmp_path: Path) -> Iterator[StartBroker]:
    """Starts a mosquitto with the given config lines; skips where mosquitto is not installed."""
    needs_mosquitto()
    with ExitStack() as stack:

        def start(settings: str = "allow_anonymous true\n", port: int | None = None) -> Mosquitto:
            broker = Mosquitto(tmp_path, settings, port)
            stack.callback(broker.stop)
            return broker.start()

        yield start


@pytest.fixture
def broker(start_broker: StartBroker) -> Mosquitto:
    return start_broker()


@pytest.fixture
def observe() -> Iterator[StartObserver]:
    """Starts an observer on a port."""
    with ExitStack() as stack:

        def start(port: int, **options: Any) -> Observer:
            observer = Observer(port, **options).start()
            stack.callback(observer.stop)
            return observer

        yield start


@pytest.fixture
def proxy(broker: Mosquitto) -> Iterator[Proxy]:
    between = Proxy(broker.port).start()
    yield between
    between.stop()


@pytest.fixture
def spool() -> MemorySpool:
    return MemorySpool()


@pytest.fixture
def sink_on(spool: MemorySpool) -> Iterator[StartSink]:
    """Starts a sink on a port (or on `hosts`) with short waits; `wait=False`: don't wait until it is connected and
    listens.

    `around`: further arguments of MqttSink (inbox, announcement …).
    """
    with ExitStack() as stack:

        def start(
            port: int, *, wait: bool = True, labels: Any = None, around: Any = None, **settings: Any
        ) -> SpooledMqtt:
            broker: dict[str, Any] = {} if "hosts" in settings else {"host": HOST, "port": port}
            sink = SpooledMqtt(
                config=MqttConfig(**(broker | settings)),
                layout=layout(labels or {"gate": ("open", "closed")}),
                spool=spool,
                backoff=Backoff(base_s=0.02, cap_s=0.1),
                **(around or {}),
            )
            stack.callback(sink.stop, 1.0)
            sink.start()
            if wait:
                wait_for(lambda: sink.connected)
                assert sink.await_first_attempt(patient(10))
            return sink

        yield start
