"""A node with a webhook and without a broker: a daemon in this process, a real HTTP server, no MQTT at all."""

import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.config import CameraConfig, Config, parse_config
from edgeclassify.daemon import Daemon
from edgeclassify.daemon.assembly import Factories
from edgeclassify.daemon.publishing import make_snapshot_taker, sink_key
from edgeclassify.types import ModelChoice
from tests.daemon.nodes import Eye, Lamp
from tests.support.notifier import RecordingNotifier
from tests.support.optional import present
from tests.support.receiver import Reply, receiver
from tests.support.waiting import patient, wait_for

NIGHT, DAY = 0, 255


class Brokerless:
    """The daemon with one lamp that it looks at."""

    def __init__(self, folder: Path, url: str) -> None:
        self._folder = folder
        self.lamp = Lamp("front")
        self.notifier = RecordingNotifier()
        self.document: dict[str, Any] = {
            "node": {"name": "n", "state_dir": str(folder), "resume_s": 0},
            "mqtt": {"enabled": False},
            "webhook": {"url": url},
            "camera": [{"name": "front", "source": "synthetic:", "interval_s": 0}],
            "view": [{"name": "gate", "confirm_s": 0, "expire_s": 0}],
        }
        self.daemon = Daemon(self.load, factories=Factories(self._make_source, self._open), notifier=self.notifier)
        self._thread = threading.Thread(target=self.daemon.run, name="daemon-under-test")

    def load(self) -> Config:
        return parse_config(self.document, "test.toml", self._folder)

    def start(self) -> "Brokerless":
        self._thread.start()
        wait_for(lambda: "READY=1" in self.notifier.sent)
        return self

    def reload(self) -> None:
        before = self.notifier.sent.count("READY=1")
        self.daemon.request_reload()
        wait_for(lambda: self.notifier.sent.count("READY=1") > before)

    def stop(self) -> None:
        self.daemon.request_stop()
        if self._thread.ident is not None:
            self._thread.join(patient(10))
        assert not self._thread.is_alive()

    def _make_source(self, _camera: CameraConfig, *_: object) -> Lamp:
        return self.lamp

    def _open(self, section: ModelChoice) -> Eye:
        return Eye(section.name)


@pytest.fixture
def broker_port() -> Iterator[socket.socket]:
    """Where a broker would be: nobody may knock."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.setblocking(False)
        yield listener


def knocked(listener: socket.socket) -> bool:
    try:
        listener.accept()[0].close()
    except BlockingIOError:
        return False
    return True


def told(posts: list[Any]) -> list[tuple[int, str, str]]:
    return [(post.seq, post.event["event_type"], post.event["label"]) for post in posts]


def test_events_arrive_without_a_broker_up_to_the_last_one(tmp_path: Path, broker_port: socket.socket) -> None:
    with receiver() as there:
        node = Brokerless(tmp_path, there.url())
        node.document["mqtt"] |= {"host": "127.0.0.1", "port": broker_port.getsockname()[1]}
        node.start()
        try:
            wait_for(lambda: there.seqs == [1])
            node.lamp.brightness = NIGHT
            wait_for(lambda: there.seqs == [1, 2, 3])
            figures = present(node.daemon.running).figures
            wait_for(lambda: figures.report().webhook_depth == 0)
            health = figures.report()
            assert (health.webhook_connected, health.webhook_dropped) == (True, 0)
        finally:
            node.stop()
        assert told(there.taken) == [
            (1, "start", "day"), (2, "end", "day"), (3, "start", "night"), (4, "end", "night")
        ]  # fmt: skip
        assert {(post.event["node"], post.event["view"]) for post in there.taken} == {("n", "gate")}
    assert not knocked(broker_port)


def test_what_was_not_taken_comes_after_the_next_start(tmp_path: Path) -> None:
    with receiver(lambda _: Reply(503)) as there:
        node = Brokerless(tmp_path, there.url()).start()
        wait_for(lambda: there.posts)
        node.stop()
        assert there.taken == []
        there.answer = lambda _: Reply()
        again = Brokerless(tmp_path, there.url()).start()
        wait_for(lambda: len(there.taken) >= 3)
        again.stop()
        assert there.seqs == [1, 2, 3, 4]
        assert [post.event.get("historical") for post in there.taken][:2] == [True, True]


def test_a_reload_takes_over_another_url(tmp_path: Path) -> None:
    with receiver() as first, receiver() as second:
        node = Brokerless(tmp_path, first.url()).start()
        try:
            wait_for(lambda: first.seqs == [1])
            node.document["webhook"] = {"url": second.url()}
            node.reload()
            node.lamp.brightness = NIGHT
            wait_for(lambda: second.seqs == [2, 3])
        finally:
            node.stop()
        assert first.seqs == [1]


def config(**changes: Any) -> Config:
    document = {"camera": [{"source": "synthetic:"}], "webhook": {"url": "http://h/"}} | changes
    return parse_config(document, "test.toml", Path("/"))


def test_a_changed_webhook_leaves_the_brokers_connection_alone(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("one")
    section = {"url": "http://h/", "secret_file": str(secret)}
    before, key = config(), sink_key(config(webhook=section), {})
    assert sink_key(before, {}).connection == key.connection
    assert sink_key(before, {}) != key == sink_key(config(webhook=section), {})
    secret.write_text("another one")
    assert sink_key(config(webhook=section), {}) != key
    assert sink_key(config(mqtt={"enabled": False}), {}).connection != key.connection


def test_no_snapshots_over_a_broker_that_is_not_there(tmp_path: Path) -> None:
    pictures = {"mqtt": True, "folder": str(tmp_path)}
    there_is_none = {"enabled": False}
    assert make_snapshot_taker(config(snapshot=pictures), lambda *_: None) is not None
    assert make_snapshot_taker(config(snapshot=pictures, mqtt=there_is_none), lambda *_: None) is None
    on_disk = config(snapshot=pictures | {"disk": True}, mqtt=there_is_none)
    assert make_snapshot_taker(on_disk, lambda *_: None) is not None
