"""Fixtures: a broker with its observer, and nodes that are ended with their test."""

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from tests.support.broker import Mosquitto, Observer
from tests.unattended.node import UnattendedNode

MakeNode = Callable[..., UnattendedNode]


@pytest.fixture
def observer(broker: Mosquitto) -> Iterator[Observer]:
    made = Observer(broker.port).start()
    yield made
    made.stop()


@pytest.fixture
def make_node(tmp_path: Path, broker: Mosquitto) -> Iterator[MakeNode]:
    """A node with the broker's address, not started."""
    made: list[UnattendedNode] = []

    def make(state: Path | None = None, **how: Any) -> UnattendedNode:
        made.append(UnattendedNode(tmp_path, broker.port, state, **how))
        return made[-1]

    yield make
    for node in made:
        node.manager.close()
        if node.process is not None:
            with contextlib.suppress(ProcessLookupError):
                node.process.kill()
            node.process.wait()
