"""The history as it is asked over MQTT: the whole daemon, a real broker, and the command."""

import json
from pathlib import Path

import pytest

from edgeclassify.__main__ import main
from edgeclassify.errors import ExitStatus
from edgeclassify.history.file import FILE_NAME
from tests.daemon.conftest import StartNode
from tests.daemon.nodes import Node
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker


def flickered(node: Node) -> list[int]:
    """Day, night, day: the numbers of what was told."""
    for brightness, count in ((0, 3), (255, 5)):
        wait_for(lambda count=count: len(node.events()) == count - 2)  # type: ignore[misc]
        node.lamps["front"].brightness = brightness
    wait_for(lambda: len(node.events()) == 5)
    return [event["seq"] for event in node.events()]


def test_what_has_just_happened_is_in_the_answer(start_node: StartNode) -> None:
    node = start_node()
    assert flickered(node) == [1, 2, 3, 4, 5]
    answer = node.ask("history")
    assert [event["seq"] for event in answer["events"]] == [5, 4, 3, 2, 1]
    sent = {event["seq"]: event for event in node.events()}
    assert answer["events"] == [{**sent[seq], "view": "gate"} for seq in (5, 4, 3, 2, 1)]
    assert answer["more"] is False
    page = node.ask("history", label="day", event_type="start", limit=1)
    assert [event["seq"] for event in page["events"]] == [5]
    assert page["more"] is True
    page = node.ask("history", label="day", event_type="start", before_seq=5)
    assert ([event["seq"] for event in page["events"]], page["more"]) == ([1], False)
    counts = node.ask("history", per="day")["counts"]
    assert {(one["view"], one["label"]): one["starts"] for one in counts} == {
        ("gate", "day"): 2, ("gate", "night"): 1
    }  # fmt: skip


def test_the_command_asks_the_daemon_or_reads_what_it_has_on_disk(
    start_node: StartNode, broker_port: int, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "test.toml"
    config.write_text(
        f'[node]\nname = "n"\nstate_dir = "{tmp_path / "state"}"\n[mqtt]\nport = {broker_port}\n'
        '[[camera]]\nname = "front"\nsource = "synthetic:"\n'
    )
    node = start_node()
    flickered(node)
    wait_for(lambda: (tmp_path / "state" / FILE_NAME).exists())
    capfd.readouterr()
    found = []
    for options in ([], ["--node", "n"], []):  # from the spool, over MQTT, from the history
        assert main(["history", "--config", str(config), "--json", *options]) == ExitStatus.OK
        found.append([json.loads(line) for line in capfd.readouterr().out.splitlines()])
    assert [event["seq"] for event in found[0]] == [1, 2, 3, 4, 5]
    assert found[0] == found[1] == found[2]


def test_without_a_history_it_is_refused_also_after_a_reload(start_node: StartNode) -> None:
    node = start_node(history={"enabled": False})
    assert "history.enabled is false" in node.refused("history")
    node.document["history"] = {}
    node.ask("reload")
    node.ask("history")
    node.document["history"] = {"enabled": False}
    node.ask("reload")
    assert "history.enabled is false" in node.refused("history")
