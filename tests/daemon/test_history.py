"""The history beside the broker's sink: switched by a reload or over a restart, it costs the broker no event."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import Config, SpoolConfig, parse_config
from edgeclassify.daemon.publishing import HISTORY, MQTT, SinkContext, make_sinks, sink_key
from edgeclassify.errors import EdgeClassifyError
from edgeclassify.history.file import FILE_NAME
from edgeclassify.history.log import HistoryLog
from edgeclassify.publish.history.desk import HistoryDesk, Question
from edgeclassify.publish.home_assistant.published_topics import PublishedTopics
from edgeclassify.publish.interface import Sink
from edgeclassify.publish.spool.disk import DiskSpool
from edgeclassify.types import HistoryQuery
from tests.publish.records import event
from tests.support.broker import free_port
from tests.support.waiting import patient, wait_for


def config_of(folder: Path, port: int, **history: Any) -> Config:
    document = {
        "node": {"name": "porch", "state_dir": str(folder)},
        "mqtt": {"port": port},
        "camera": [{"name": "front", "source": "synthetic:"}],
        "history": history,
    }
    return parse_config(document, "test.toml", folder)


class Node:
    """A spool and the sinks of a config, without a broker."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.start()

    def start(self, **history: Any) -> None:
        self.spool = DiskSpool(self.folder, SpoolConfig())
        self.desk = HistoryDesk(self.folder)
        self.sinks = self.made(**history)
        self.sinks.start()

    def made(self, **history: Any) -> Sink:
        context = SinkContext(self.spool, PublishedTopics(None), lambda _: None, history=self.desk)
        return make_sinks(config_of(self.folder, self.port, **history), context)

    def stop(self) -> None:
        self.sinks.stop(patient(10))
        self.spool.close()

    def tell(self, *seqs: int) -> None:
        for seq in seqs:
            self.sinks.publish_event(event(seq))

    def for_mqtt(self) -> list[int]:
        return [one.seq for one in self.spool.reader(MQTT).pending(100)]


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    made = Node(tmp_path / "state")
    yield made
    made.stop()


def in_log(folder: Path) -> list[int]:
    log = HistoryLog(folder / FILE_NAME)
    page = log.reader.page(HistoryQuery(after_seq=0))
    log.close()
    return [one.seq for one in page.events]


def test_off_and_on_by_reloads(node: Node) -> None:
    node.tell(1, 2)
    assert node.sinks.adopt(node.made(enabled=False))  # what had come is written first
    assert in_log(node.folder) == [1, 2]
    with pytest.raises(EdgeClassifyError, match="no history is kept"):
        node.desk.ask(Question(HistoryQuery(), lambda _: None))
    node.tell(3)
    node.spool.reader(MQTT).delivered([1])
    assert node.for_mqtt() == [2, 3]
    assert node.spool.depth == 2
    assert node.sinks.adopt(node.made())
    node.tell(4)
    node.desk.ask(Question(HistoryQuery(), lambda _: None))
    wait_for(lambda: node.spool.reader(HISTORY).depth == 0)
    assert in_log(node.folder) == [1, 2, 3, 4]
    assert node.for_mqtt() == [2, 3, 4]


def test_off_and_on_over_restarts(node: Node) -> None:
    node.tell(1, 2)
    node.spool.reader(MQTT).delivered([1])
    node.stop()
    node.start(enabled=False)
    assert node.for_mqtt() == [2]
    node.spool.reader(MQTT).delivered([2])
    assert node.spool.depth == 0
    node.tell(3)
    node.stop()
    node.start()
    wait_for(lambda: node.spool.reader(HISTORY).depth == 0)
    assert in_log(node.folder) == [1, 2, 3]
    assert node.for_mqtt() == [3]


def test_a_spool_of_a_version_without_history_is_its_begin(tmp_path: Path) -> None:
    node = Node(tmp_path / "state")
    node.stop()
    (node.folder / FILE_NAME).unlink()
    node.start(enabled=False)
    node.tell(1, 2)
    node.stop()
    node.start()
    wait_for(lambda: node.spool.reader(HISTORY).depth == 0)
    assert in_log(node.folder) == [1, 2]
    assert node.for_mqtt() == [1, 2]
    node.stop()


def test_what_the_history_depends_on_is_taken_over_by_a_reload(tmp_path: Path) -> None:
    before = sink_key(config_of(tmp_path, 1883), {})
    assert sink_key(config_of(tmp_path, 1883), {}) == before
    for changed in ({"enabled": False}, {"max_bytes": 2**21}, {"max_age_s": 5.0}):
        after = sink_key(config_of(tmp_path, 1883, **changed), {})
        assert after != before
        assert after.connection == before.connection
