"""A RabbitMQ cluster of three nodes for all tests of this folder, and a fleet that is spread over it.

It takes half a minute to start: EDGECLASSIFY_CLUSTER=1 says that it may.
"""

import os
import random
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.broker.backoff import Backoff
from edgeclassify.config import CommandsConfig, MqttConfig
from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.topics import Topics
from edgeclassify.publish.mqtt.requests.askers import ResponseTopics
from edgeclassify.publish.mqtt.requests.inbox import Inbox
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import Request
from tests.publish.records import health, info, state
from tests.publish.sinks import SpooledMqtt
from tests.support.broker import HOST
from tests.support.rabbitmq import RabbitCluster, needs_rabbitmq
from tests.support.waiting import patient, wait_for

VARIABLE = "EDGECLASSIFY_CLUSTER"
StartNode = Callable[..., SpooledMqtt]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What lies here needs the cluster."""
    for item in items:
        if item.path.parent == Path(__file__).parent:
            item.add_marker("cluster")
            item.add_marker(pytest.mark.timeout(300))  # the first one starts the cluster


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitCluster]:
    """The cluster, whole at the begin of each test that leaves it so."""
    if not os.environ.get(VARIABLE):
        pytest.skip(f"{VARIABLE} is not set: a RabbitMQ cluster takes half a minute to start (=1: start one)")
    needs_rabbitmq()
    cluster = RabbitCluster(tmp_path_factory.mktemp("rabbitmq"))
    try:
        yield cluster.start()
    finally:
        cluster.stop()


@pytest.fixture
def prefix() -> str:
    """A part of the broker for one test: what it keeps outlives the test."""
    return f"fleet{random.randrange(10**9)}"


@pytest.fixture
def start_node(prefix: str) -> Iterator[StartNode]:
    """Starts the sink of a node by its name, on servers of the cluster, in their order. It has one view, which
    shows a label. `around`: further arguments of MqttSink."""
    with ExitStack() as stack:

        def start(name: str, *ports: int, around: Any = None, **settings: Any) -> SpooledMqtt:
            topics = Topics(prefix, name)
            asker = ResponseTopics()
            box = Inbox(topics=topics, views=("gate",), config=CommandsConfig(), asker=asker)
            sink: SpooledMqtt

            def carry_out(request: Request) -> None:
                if request.command == "announce":
                    sink.announce()

            sink = SpooledMqtt(
                config=MqttConfig(hosts=tuple(f"{HOST}:{port}" for port in ports), prefix=prefix, **settings),
                layout=Layout(topics, (ViewLayout("gate", ("open",)),)),
                spool=MemorySpool(),
                backoff=Backoff(base_s=0.05, cap_s=0.5),
                inbox=box,
                on_request=carry_out,
                asker=asker,
                **(around or {}),
            )
            stack.callback(sink.stop, 1.0)
            sink.publish_info(info())
            sink.publish_availability("gate", True)
            sink.publish_state(state())
            sink.publish_health(health())
            sink.start()
            wait_for(lambda: sink.connected, 20)
            assert sink.await_first_attempt(patient(20))
            return sink

        yield start
