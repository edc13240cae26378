"""What was published is remembered until it has been removed, over restarts and damage."""

import json
from pathlib import Path

import pytest

from edgeclassify.publish.home_assistant.published_topics import PublishedTopics

CAT = {"feeder.label.cat": "binary_sensor"}
BOTH = CAT | {"feeder.label": "sensor"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "published.json"


def restarted(path: Path, topics: set[str], components: dict[str, str] | None = None) -> PublishedTopics:
    published = PublishedTopics(path)
    published.update(topics, components or {})
    return published


def test_at_first_nothing_is_gone(path: Path) -> None:
    published = restarted(path, {"p/n/status"}, BOTH)
    assert (published.gone_topics, published.gone_components) == ((), {})


def test_what_a_new_config_lacks_is_gone(path: Path) -> None:
    restarted(path, {"p/n/status", "p/n/feeder/state"}, BOTH)
    published = restarted(path, {"p/n/status"}, CAT)
    assert published.gone_topics == ("p/n/feeder/state",)
    assert published.gone_components == {"feeder.label": "sensor"}


def test_another_name_or_prefix_leaves_all_of_the_old_one(path: Path) -> None:
    restarted(path, {"p/old/status", "homeassistant/device/old/config"})
    published = restarted(path, {"q/new/status", "ha/device/new/config"})
    assert published.gone_topics == ("homeassistant/device/old/config", "p/old/status")


def test_a_topic_is_forgotten_when_the_broker_has_emptied_it_and_not_before(path: Path) -> None:
    restarted(path, {"a", "b", "c"})
    assert restarted(path, {"a"}).gone_topics == ("b", "c")
    published = restarted(path, {"a"})
    published.emptied("b")
    assert published.gone_topics == ("c",)
    assert restarted(path, {"a"}).gone_topics == ("c",)


def test_a_topic_in_use_is_not_forgotten(path: Path) -> None:
    published = restarted(path, {"a"})
    published.emptied("a")
    assert restarted(path, set()).gone_topics == ("a",)


def test_what_comes_back_is_no_longer_gone(path: Path) -> None:
    restarted(path, {"a"}, BOTH)
    restarted(path, set(), CAT)
    published = restarted(path, {"a"}, BOTH)
    assert (published.gone_topics, published.gone_components) == ((), {})


def test_gone_components_are_remembered_within_bounds(path: Path) -> None:
    for i in range(3):
        restarted(path, set(), {f"v{i}.label.l{j}": "binary_sensor" for j in range(700)})
    gone = restarted(path, set()).gone_components
    assert len(gone) == 1000
    assert "v2.label.l699" in gone
    assert "v0.label.l0" not in gone


def test_a_running_node_may_change(path: Path) -> None:
    published = restarted(path, {"a", "b"}, BOTH)
    published.update({"a", "c"}, CAT)
    assert published.gone_topics == ("b",)
    assert published.gone_components == {"feeder.label": "sensor"}


def test_the_file_is_written_only_when_something_changes(path: Path) -> None:
    restarted(path, {"a"}, CAT)
    before = path.stat()
    restarted(path, {"a"}, CAT).emptied("unknown")
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_without_a_folder_it_knows_this_run_only() -> None:
    published = PublishedTopics(None)
    published.update({"a", "b"}, {})
    published.update({"a"}, {})
    assert published.gone_topics == ("b",)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"{", b"[]", b"\xff\xfe", b"null", b"[" * 100_000, b'{"v":2,"topics":[],"components":{}}',
        b'{"v":1,"topics":["a/#"],"components":{}}', b'{"v":1,"topics":[""],"components":{}}',
        b'{"v":1,"topics":["\\u0000"],"components":{}}', b'{"v":1,"topics":["\\ud800"],"components":{}}',
        b'{"v":1,"topics":[7],"components":{}}', b'{"v":1,"topics":"a","components":{}}',
        b'{"v":1,"topics":[],"components":{"a":null}}', b'{"v":1,"topics":[],"components":{"a":"x y"}}',
        json.dumps({"v": 1, "topics": ["a" * 70_000], "components": {}}).encode(),
    ],
)  # fmt: skip
def test_a_damaged_file_is_reported_once_and_begun_anew(
    path: Path, content: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_bytes(content)
    published = restarted(path, {"a"})
    assert (published.gone_topics, published.gone_components) == ((), {})
    (record,) = caplog.records
    assert str(path) in record.getMessage()
    assert "begins anew" in record.getMessage()
    assert restarted(path, set()).gone_topics == ("a",)
    assert len(caplog.records) == 1


def test_what_cannot_be_written_is_said_once_and_kept_in_memory(
    path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.with_name(path.name + ".tmp").mkdir()
    published = restarted(path, {"a", "b"})
    published.update({"a"}, {})
    assert published.gone_topics == ("b",)
    (record,) = caplog.records
    assert "can't be written" in record.getMessage()

    path.with_name(path.name + ".tmp").rmdir()
    published.update({"c"}, {})
    assert restarted(path, set()).gone_topics == ("a", "b", "c")


def test_a_file_that_cannot_be_read_is_reported(path: Path, caplog: pytest.LogCaptureFixture) -> None:
    path.mkdir(parents=True)
    assert PublishedTopics(path).gone_topics == ()
    assert "can't be read" in caplog.text
