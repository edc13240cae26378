"""Pictures of events: snapshots, and where none is kept, what the model saw."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.browser.served_nodes import ServedNode
from tests.support.waiting import wait_for
from tests.web.api.conftest import asking


def test_the_snapshot_of_an_event(api: httpx.Client) -> None:
    found = api.get("api/events/1/picture.jpg")
    assert (found.status_code, found.headers["content-type"]) == (200, "image/jpeg")
    assert found.content.startswith(b"\xff\xd8")
    assert b'"seq": 1,' in found.content[:400]  # what the snapshot says of itself
    assert "private" in found.headers["cache-control"]


@pytest.mark.parametrize("number", ["999999", "0", "x", "1e3", "9" * 30, "-1", "٣"])
def test_none_is_one_sentence(api: httpx.Client, number: str) -> None:
    found = api.get(f"api/events/{number}/picture.jpg")
    assert found.status_code == 404
    assert found.json()["error"].startswith("seq: expected the number of an event with a picture, found")


@pytest.fixture
def without_snapshots(tmp_path: Path) -> Iterator[ServedNode]:
    node = ServedNode(tmp_path, interval_s=0.1)
    node.config_file.write_text(node.config_text.replace("disk = true", "disk = false"), encoding="utf-8")
    try:
        yield node.start()
    finally:
        node.stop()


def test_where_no_snapshot_is_kept_it_is_what_the_model_saw(without_snapshots: ServedNode) -> None:
    wait_for(lambda: any(one["has_picture"] for one in without_snapshots.get("api/events?after_seq=0")["events"]))
    with asking(without_snapshots) as api:
        found = api.get("api/events/1/picture.jpg")
    assert (found.status_code, found.headers["content-type"]) == (200, "image/jpeg")
    assert found.content.startswith(b"\xff\xd8")
    assert b'"seq"' not in found.content[:400]
