"""`edgeclassify watch --forget` against a real mosquitto: what a node has left is gone, and nothing else."""

import json
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.contract import outgoing
from edgeclassify.contract.topics import Topics
from edgeclassify.errors import ExitStatus
from edgeclassify.publish.home_assistant.published_topics import FILE_NAME, PublishedTopics
from tests.cli.test_watch import Sender, run
from tests.contract.test_channels import messages
from tests.support.broker import Mosquitto, Observer, needs_mosquitto
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker
PREFIX, NODE = "house/edgeclassify", "porch"
DEVICE = "homeassistant/device/porch/config"


def announcement(origin: str) -> bytes:
    return json.dumps({"origin": {"name": origin}, "components": {}}).encode()


@pytest.fixture
def sender(broker: Mosquitto) -> Iterator[Sender]:
    sender = Sender(broker.port)
    yield sender
    sender.stop()


def kept(port: int) -> dict[str, bytes]:
    """Every retained message of the broker."""
    observer = Observer(port, "#").start()
    observer.publish("the/end", b"", retain=False)
    observer.stop()
    return {message.topic: message.payload for message in observer.received if message.topic != "the/end"}


def publish(sender: Sender, topic: str, content: bytes) -> None:
    sender.send(replace(outgoing.status_message(Topics("x", "y"), online=True), topic=topic, payload=content))


def leave_everything(sender: Sender, *, online: bool = False) -> list[str]:
    """All that a node keeps on the broker, as the contract has it; returns its own topics."""
    topics = Topics(PREFIX, NODE)
    retained = [message for message in messages() if message.retain and message.payload]
    mine = [message for message in retained if message.topic.startswith(f"{topics.base}/")]
    sender.send(*mine, outgoing.status_message(topics, online=online))
    return sorted({message.topic for message in mine})


def forget(port: int, *options: str) -> tuple[int, str, str]:
    done = run("--port", str(port), "--prefix", PREFIX, "--forget", NODE, *options)
    return done.returncode, done.stdout, done.stderr


def test_all_that_a_node_left_is_gone_and_nothing_else(broker: Mosquitto, sender: Sender) -> None:
    mine = leave_everything(sender)
    assert len(mine) > 10
    publish(sender, f"{PREFIX}/{NODE}/old_view/label/cat", b"ON")
    publish(sender, DEVICE, announcement("edgeclassify"))
    publish(sender, f"homeassistant/sensor/{NODE}/gate/config", announcement("edgeclassify"))
    others = {
        f"{PREFIX}/porch2/status": b"online",
        f"{PREFIX}/{NODE}er/status": b"offline",
        f"edgeclassify/{NODE}/status": b"offline",
        f"homeassistant/light/{NODE}/lamp/config": announcement("zigbee"),
        "homeassistant/device/porch2/config": announcement("edgeclassify"),
    }
    for topic, content in others.items():
        publish(sender, topic, content)
    status, out, errors = forget(broker.port)
    assert (status, errors) == (ExitStatus.OK, "")
    assert out == f"porch: {len(mine) + 1} retained messages removed, and its device in Home Assistant\n"
    assert kept(broker.port) == others
    assert forget(broker.port) == (ExitStatus.OK, "porch: the broker has kept nothing of it\n", "")


def test_a_device_of_the_same_name_by_other_software_stays(broker: Mosquitto, sender: Sender) -> None:
    publish(sender, DEVICE, announcement("zigbee"))
    publish(sender, f"{PREFIX}/{NODE}/status", b"offline")
    assert forget(broker.port)[:2] == (ExitStatus.OK, "porch: 1 retained message removed\n")
    assert kept(broker.port) == {DEVICE: announcement("zigbee")}


def test_a_node_that_is_online_is_not_forgotten_but_by_force(broker: Mosquitto, sender: Sender) -> None:
    mine = leave_everything(sender, online=True)
    status, out, errors = forget(broker.port)
    assert (status, out) == (ExitStatus.USAGE, "")
    assert "expected a node that is offline, found porch online" in errors
    assert sorted(kept(broker.port)) == mine
    assert forget(broker.port, "--force")[0] == ExitStatus.OK
    assert kept(broker.port) == {}


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_what_the_broker_does_not_let_go_is_named(
    protocol: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    needs_mosquitto()
    monkeypatch.setattr("edgeclassify.watch.forget.LONGEST_S", 2.0)
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite #\n")
    broker = Mosquitto(tmp_path, f"allow_anonymous true\nacl_file {acl}\n").start()
    try:
        sender = Sender(broker.port)
        publish(sender, f"{PREFIX}/{NODE}/status", b"offline")
        publish(sender, f"{PREFIX}/{NODE}/health", b"{}")
        sender.stop()
        acl.write_text(f"topic read #\ntopic write {PREFIX}/{NODE}/status\n")
        broker.reload()
        wait_for(lambda: refused(broker.port))
        config = tmp_path / "c.toml"
        table = f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\nprefix = "{PREFIX}"\nprotocol = "{protocol}"\n'
        config.write_text(f'{table}[[camera]]\nsource = "synthetic:"\n')
        assert main(["watch", "--config", str(config), "--forget", NODE]) == ExitStatus.SOME_FAILED
        assert kept(broker.port) == {f"{PREFIX}/{NODE}/health": b"{}"}
    finally:
        broker.stop()
    captured = capsys.readouterr()
    assert captured.out == "porch: 1 retained message removed\n"
    assert f"porch: 1 more can't be removed, the broker keeps them: {PREFIX}/{NODE}/health" in captured.err
    assert "ACL" in captured.err


RIGHTS = f"""
topic write {PREFIX}/{NODE}/#
topic read {PREFIX}/{NODE}/status
topic write {DEVICE}
"""


@pytest.mark.parametrize("protocol", ["5", "3.1.1"])
def test_with_a_nodes_own_rights_what_it_remembers_is_emptied_unseen(
    protocol: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs_mosquitto()
    acl = tmp_path / "acl"
    acl.write_text("topic readwrite #\n")
    broker = Mosquitto(tmp_path, f"allow_anonymous true\nacl_file {acl}\n").start()
    try:
        sender = Sender(broker.port)
        mine = leave_everything(sender)
        publish(sender, DEVICE, announcement("edgeclassify"))
        publish(sender, f"{PREFIX}/other/status", b"online")
        sender.stop()
        published = PublishedTopics(tmp_path / "state" / FILE_NAME)
        published.update([*mine, DEVICE], {})
        acl.write_text(RIGHTS)
        broker.reload()
        wait_for(lambda: refused(broker.port))
        config = tmp_path / "c.toml"
        table = f'[mqtt]\nhost = "127.0.0.1"\nport = {broker.port}\nprefix = "{PREFIX}"\nprotocol = "{protocol}"\n'
        node = f'[node]\nname = "{NODE}"\nstate_dir = "{tmp_path}/state"\n'
        config.write_text(f'{node}{table}[[camera]]\nsource = "synthetic:"\n')
        assert main(["watch", "--config", str(config), "--forget", NODE]) == ExitStatus.OK
        acl.write_text("topic readwrite #\n")
        broker.reload()
        wait_for(lambda: not refused(broker.port))
        assert kept(broker.port) == {f"{PREFIX}/other/status": b"online"}
    finally:
        broker.stop()
    expected = f"porch: {len(mine)} retained messages removed, and its device in Home Assistant\n"
    assert capsys.readouterr().out == expected


def refused(port: int) -> bool:
    """Does the broker no longer take what we publish?"""
    observer = Observer(port, "probe").start()
    observer.publish("probe", b"?", retain=False)
    time.sleep(0.2)
    observer.stop()
    return not observer.received
