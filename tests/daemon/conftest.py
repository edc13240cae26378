"""Fixtures of the daemon's tests: nodes and services on a real broker."""

import contextlib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.daemon.current_sink import SinkFactory
from edgeclassify.daemon.publishing import SnapshotFactory, make_sinks, make_snapshot_taker
from edgeclassify.daemon.supervisor import Timing
from tests.daemon.nodes import DEFAULT_TIMING, Node
from tests.daemon.service import Service
from tests.support.broker import Mosquitto, Observer

StartNode = Callable[..., Node]


@pytest.fixture
def broker_port(broker: Mosquitto) -> int:
    return broker.port


@pytest.fixture
def service(tmp_path: Path, broker: Mosquitto) -> Iterator[Service]:
    """The service with the broker's address, not started."""
    made = Service(tmp_path, broker.port)
    yield made
    made.manager.close()
    if made.process is not None:
        with contextlib.suppress(ProcessLookupError):
            made.process.kill()
        made.process.wait()


@pytest.fixture
def start_node(broker_port: int, tmp_path: Path) -> Iterator[StartNode]:
    """Starts a node with a state folder of the test's, and an observer of all topics; other keywords are sections.

    Once more: a node with the same state folder, after the stop of the one before.
    """
    with ExitStack() as stack:

        def start(
            prepare: Callable[[Node], None] = lambda _: None,
            *,
            make_sink: SinkFactory = make_sinks,
            snapshots: SnapshotFactory = make_snapshot_taker,
            timing: Timing = DEFAULT_TIMING,
            **sections: Any,
        ) -> Node:
            observer = Observer(broker_port, "#").start()
            stack.callback(observer.stop)
            node = Node(
                tmp_path / "state", broker_port, observer, make_sink=make_sink, snapshots=snapshots, timing=timing
            )
            node.document.update(sections)
            prepare(node)
            stack.callback(lambda: node.stop() if node.thread.is_alive() else None)
            return node.start()

        yield start
