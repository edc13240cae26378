"""Profiles as a subscriber sees them: the real daemon and sink, a real broker, a clock of the test's."""

from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.supervisor import Timing
from edgeclassify.recording.format.reader import RecordingReader
from edgeclassify.recording.interface import Input, RulesChanged
from edgeclassify.recording.replay.replaying import Replay
from edgeclassify.recording.running.interface import Progress
from edgeclassify.recording.running.order import (
    FOLDER,
    RecordingOrder,
    read_answer,
    take_back,
    write_order,
)
from tests.daemon.conftest import StartNode
from tests.daemon.nodes import BASE, Node
from tests.support.waiting import wait_for

pytestmark = pytest.mark.broker

TWO_VIEWS = [{"name": "gate", "confirm_s": 0}, {"name": "door", "confirm_s": 0}]
PROFILES: dict[str, Any] = {
    "away": {"view": {"gate": {"threshold_enter": 0.8}, "door": {"enabled": False}}},
    "night": {"view": {"*": {"threshold_enter": 0.9}}},
}


def profile(node: Node) -> str:
    """The newest."""
    shown = node.of(f"{BASE}/profile/state")
    return shown[-1].decode() if shown else ""


def options(node: Node, view: str = "gate") -> tuple[bool, float]:
    found = node.ask("info")["options"][view]
    return found["enabled"], found["threshold"]


def started(start_node: StartNode, **sections: Any) -> Node:
    node = start_node(**({"view": TWO_VIEWS, "profile": PROFILES} | sections))
    wait_for(lambda: node.of(f"{BASE}/gate/state") and node.state("gate")["label"] == "day")
    return node


def test_switched_and_what_is_in_the_views_stays(start_node: StartNode) -> None:
    node = started(start_node)
    wait_for(lambda: profile(node) == "none" and node.events("door"))
    assert node.ask("profile", profile="away") == {"profile": "away"}
    wait_for(lambda: profile(node) == "away")
    assert options(node) == (True, 0.8)
    assert options(node, "door") == (False, 0.97)
    wait_for(lambda: node.option("threshold") == b"0.8" and node.option("enabled", "door") == b"OFF")
    wait_for(lambda: len(node.events("door")) == 2)
    assert node.events("door")[1]["why"]["reason"] == "paused"
    node.observer.publish(f"{BASE}/profile/set", b"night", False)
    wait_for(lambda: profile(node) == "night")
    assert (options(node), options(node, "door")) == ((True, 0.9), (True, 0.9))
    node.observer.publish(f"{BASE}/profile/set", b"", False)
    wait_for(lambda: profile(node) == "none")
    assert options(node) == (True, 0.97)
    assert len(node.events("gate")) == 1


def test_one_that_there_is_not(start_node: StartNode, caplog: pytest.LogCaptureFixture) -> None:
    node = started(start_node)
    expected = "profile: expected one of away, night, none, found 'awya'. Did you mean \"away\"?"
    assert node.refused("profile", profile="awya") == expected
    assert (
        node.refused("profile", profile="a b") == "profile: expected the name of a profile, or none, found 'a b'"
    )
    shown = len(node.of(f"{BASE}/profile/state"))
    node.observer.publish(f"{BASE}/profile/set", b"awya", False)
    wait_for(lambda: len(node.of(f"{BASE}/profile/state")) > shown)
    assert (profile(node), f"profile: not set: {expected}" in caplog.text) == ("none", True)
    node.observer.publish(f"{BASE}/profile/set", b"a b", False)
    wait_for(lambda: "profile/set: not set: profile: expected the name of a profile, or none" in caplog.text)


def test_without_profiles_there_is_no_topic(start_node: StartNode) -> None:
    node = started(start_node, profile={})
    assert node.refused("profile", profile="away") == "profile: the config has no profiles, found 'away'"
    assert node.ask("profile") == {"profile": "none"}
    assert not node.of(f"{BASE}/profile/state")


def test_it_lasts_over_a_restart(start_node: StartNode) -> None:
    node = started(start_node)
    node.ask("profile", profile="away")
    node.stop()
    again = started(start_node)
    assert profile(again) == "away"
    assert options(again) == (True, 0.8)
    assert again.option("enabled", "door") == b"OFF"


def test_what_is_set_by_hand_holds_until_a_profile_says_another_thing(start_node: StartNode) -> None:
    node = started(start_node)
    node.ask("set", view="gate", option="threshold", value=0.7)
    node.ask("set", view="gate", option="interval", value=0.05)
    node.ask("profile", profile="away")
    assert options(node) == (True, 0.8)
    assert node.ask("info")["options"]["gate"]["interval"] == 0.05
    node.ask("profile", profile="none")
    assert options(node) == (True, 0.7)
    node.ask("profile", profile="away")
    node.ask("set", view="gate", option="threshold", value=0.85)
    node.stop()
    again = started(start_node)
    assert options(again) == (True, 0.85)
    again.ask("profile", profile="none")
    assert options(again) == (True, 0.97)


def test_a_pause_is_over_where_the_profile_says_another_thing_and_a_snooze_is_not(start_node: StartNode) -> None:
    node = started(start_node)
    node.ask("pause", view="gate")
    node.ask("profile", profile="night")  # says nothing of that
    assert options(node)[0] is False
    node.ask("pause", view="door", seconds=3600)
    node.ask("profile", profile="away")
    node.ask("profile", profile="night")
    assert options(node, "door")[0] is False
    assert node.ask("resume")["enabled"] is True
    assert options(node, "door")[0] is True


def test_over_a_reload_it_is_what_the_config_says_by_then(
    start_node: StartNode, caplog: pytest.LogCaptureFixture
) -> None:
    node = started(start_node)
    node.ask("profile", profile="away")
    node.document["profile"] = {"away": {"view": {"gate": {"threshold_enter": 0.75}}}}
    node.ask("reload")
    wait_for(lambda: profile(node) == "away")
    assert (options(node), options(node, "door")) == ((True, 0.75), (True, 0.97))
    assert len(node.events("gate")) == 1  # what was there goes on
    node.document["profile"] = {"night": {"view": {"*": {"enabled": False}}}}
    node.ask("reload")
    wait_for(lambda: profile(node) == "none")
    assert options(node) == (True, 0.97)
    assert caplog.text.count("profile away is off: the config has it no more") == 1
    assert node.ask("profile", profile="night")["profile"] == "night"
    wait_for(lambda: len(node.events("gate")) == 2)
    node.document["profile"] = {}
    node.ask("reload")
    wait_for(lambda: node.of(f"{BASE}/profile/state")[-1] == b"")  # nothing stays on the broker
    wait_for(lambda: len(node.events("gate")) == 3)


def test_pictures_only_where_the_profile_lets_them_be_taken(start_node: StartNode, tmp_path: Path) -> None:
    folder = tmp_path / "pictures"
    said = {"away": {"view": {"gate": {"snapshots": False}}}}
    node = started(
        start_node, profile=said, snapshot={"disk": True, "folder": str(folder), "on": ["start", "end"]}
    )

    def taken(view: str) -> int:
        return len(list((folder / view).glob("*.jpg")))

    wait_for(lambda: taken("gate") == 1 and taken("door") == 1)
    node.ask("profile", profile="away")
    node.lamps["front"].brightness = 0
    wait_for(lambda: taken("door") == 3)
    wait_for(lambda: len(node.events("gate")) == 3)
    assert taken("gate") == 1
    node.ask("profile")
    node.lamps["front"].brightness = 255
    wait_for(lambda: taken("gate") == 3)


def test_by_the_times_of_the_config(start_node: StartNode) -> None:
    zone = ZoneInfo("Europe/Berlin")
    profiles = {"away": PROFILES["away"] | {"when": ["mon-fri 08:00-17:00"]}, "night": PROFILES["night"]}
    clock = [datetime(2026, 11, 27, 7, 59, 59, tzinfo=zone).timestamp()]
    node = started(
        start_node,
        profile=profiles,
        node={"time_zone": "Europe/Berlin", "trust_clock": True},
        timing=Timing(wall=lambda: clock[0], maintenance_s=0.05),
    )
    wait_for(lambda: profile(node) == "none")
    clock[0] += 2
    wait_for(lambda: profile(node) == "away")
    assert options(node) == (True, 0.8)
    answer = node.ask("profile", profile="night")
    assert answer == {"profile": "night", "until": "2026-11-27T16:00:00.000Z"}
    clock[0] = datetime(2026, 11, 27, 17, 0, 1, tzinfo=zone).timestamp()
    wait_for(lambda: profile(node) == "none")
    assert options(node) == (True, 0.97)


def test_a_recording_replays_as_it_was(start_node: StartNode, tmp_path: Path) -> None:
    """The rules that a profile changes while it is recorded are in the recording."""
    folder = tmp_path / "state"
    said = {"slow": {"view": {"gate": {"confirm_s": 0.3, "expire_s": 0.2}}}}
    node = started(start_node, profile=said)
    write_order(folder, RecordingOrder("a", None, None, 10.0, None))
    wait_for(lambda: progress_of(folder).inputs > 3)
    node.ask("profile", profile="slow")
    for brightness, count in ((0, 3), (255, 5)):
        node.lamps["front"].brightness = brightness
        wait_for(lambda count=count: len(node.events("gate")) == count)  # type: ignore[misc]
    node.ask("profile")
    node.lamps["front"].brightness = 0
    wait_for(lambda: len(node.events("gate")) == 7)
    take_back(folder)
    wait_for(lambda: progress_of(folder).ended is not None)
    (recording,) = (folder / FOLDER).glob("*.jsonl.gz")
    records = list(RecordingReader(recording).records())
    rules = [one.what.rules for one in records if isinstance(one, Input) and isinstance(one.what, RulesChanged)]
    assert sorted(of_view.confirm_s for of_view in rules) == [0.0, 0.0, 0.0, 0.3]  # door's are as they were
    assert sum(len(one.events) for one in records if isinstance(one, Input)) > 8
    replay = Replay(decider_of)
    assert all(one.as_live for one in replay.run(records))
    assert not replay.foreign


def progress_of(folder: Path) -> Progress:
    wait_for(lambda: read_answer(folder) is not None)
    answer = read_answer(folder)
    assert answer is not None
    return answer.progress
