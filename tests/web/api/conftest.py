"""A daemon with the page, in a process of its own, that the tests of this folder ask, and leave as it is."""

from collections.abc import Iterator

import httpx
import pytest

from tests.browser.served_nodes import ServedNode
from tests.support.waiting import patient, wait_for


@pytest.fixture(scope="package")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedNode]:
    """It has seen all of the demo's photos. It takes a part of the processor: it ends with these tests."""
    node = ServedNode(tmp_path_factory.mktemp("api"), interval_s=0.1)
    try:
        node.start()
        wait_for(lambda: len(node.get("api/events")["events"]) >= 6)
        yield node
    finally:
        node.stop()


@pytest.fixture
def api(node: ServedNode) -> Iterator[httpx.Client]:
    """Asks it as the page does."""
    with asking(node) as client:
        yield client


def asking(node: ServedNode) -> httpx.Client:
    return httpx.Client(base_url=node.address, headers={"X-Edgeclassify": "page"}, timeout=patient(20))
