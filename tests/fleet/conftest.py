"""A real mosquitto for the nodes of a test."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.broker import Mosquitto, needs_mosquitto


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[Mosquitto]:
    needs_mosquitto()
    broker = Mosquitto(tmp_path).start()
    yield broker
    broker.stop()
