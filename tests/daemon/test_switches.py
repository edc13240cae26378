"""Which views are watched, by a clock of the test's, between fakes: nothing runs."""

from itertools import product
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.daemon.assembly import Parts
from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.daemon.kept.options import OptionStore
from edgeclassify.daemon.kept.snoozes import Snoozes
from edgeclassify.daemon.switches import Switches
from edgeclassify.publish.spool.clocks import Clocks
from edgeclassify.types import Option
from tests.daemon.running_parts import Whole, config_of

TWO_VIEWS = [{"name": "gate", "confirm_s": 0}, {"name": "door", "confirm_s": 0}]


class Idle(Cameras):
    """None of them runs."""

    followed = 0

    def follow_views(self, parts: Parts) -> None:
        self.followed += 1


class Bench:
    """`start`: as a daemon does, with what an earlier one has kept."""

    def __init__(self, folder: Path) -> None:
        self.now, self.wall = 1000.0, 1.7e9
        self.folder = folder
        self.start()

    def start(self, **sections: Any) -> None:
        self.whole = Whole(config_of(**({"view": TWO_VIEWS} | sections)), Idle)
        self.options = OptionStore(self.folder / "options.json")
        clocks = Clocks(lambda: self.now, lambda: self.wall, lambda: "this one")
        snoozes = Snoozes(self.folder / "snoozes.json", lambda: True, clocks)
        self.switches = Switches(self.whole.running, self.options, snoozes)
        self.switches.take_up()
        self.switches.work()
        self.gate, self.door = self.whole.running.parts.views

    def pass_s(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds
        self.switches.work()

    @property
    def watched(self) -> tuple[bool, bool]:
        return self.gate.enabled, self.door.enabled

    def said(self, kind: str) -> list[Any]:
        """What was said of that kind since it was asked last."""
        found = self.whole.sink.of(kind)
        self.whole.sink.calls.clear()
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


def test_at_the_start_it_is_said_of_each_view_that_it_is_not_snoozed(bench: Bench) -> None:
    assert bench.said("snooze") == [("gate", None), ("door", None)]
    assert bench.watched == (True, True)
    bench.pass_s(1.0)
    assert bench.whole.sink.calls == []


def test_a_snooze_ends_by_itself(bench: Bench) -> None:
    bench.said("snooze")
    assert bench.switches.snooze(bench.gate, 60.0) == bench.wall + 60.0
    assert bench.watched == (False, True)
    assert bench.whole.sink.of("option") == [("gate", Option.ENABLED, False)]
    assert bench.said("snooze") == [("gate", bench.wall + 60.0)]
    bench.pass_s(59.0)
    assert bench.watched == (False, True)
    assert bench.whole.sink.calls == []
    bench.pass_s(1.0)
    assert bench.watched == (True, True)
    assert bench.whole.sink.of("option") == [("gate", Option.ENABLED, True)]
    assert bench.said("snooze") == [("gate", None)]


def test_whatever_else_is_said_of_the_view_ends_it(bench: Bench) -> None:
    for end, enabled in product((bench.switches.switch, bench.switches.set_for_good), (True, False)):
        bench.switches.snooze(bench.gate, 60.0)
        bench.said("snooze")
        end(bench.gate, enabled)
        before = bench.watched
        assert before == (enabled, True)
        assert bench.said("snooze") == [("gate", None)]
        bench.pass_s(60.0)
        assert bench.watched == before
        assert bench.said("option") == []


def test_another_snooze_takes_its_place(bench: Bench) -> None:
    bench.switches.snooze(bench.gate, 60.0)
    bench.switches.snooze(bench.gate, 600.0)
    bench.pass_s(60.0)
    assert bench.watched == (False, True)
    bench.pass_s(540.0)
    assert bench.watched == (True, True)


def test_after_a_pause_without_end_a_snooze_has_one(bench: Bench) -> None:
    bench.switches.switch(bench.gate, False)
    bench.switches.snooze(bench.gate, 60.0)
    bench.pass_s(60.0)
    assert bench.watched == (True, True)


def test_what_is_switched_off_for_good_rests_behind_it(bench: Bench) -> None:
    bench.switches.set_for_good(bench.gate, False)
    bench.options.set("gate", Option.ENABLED, False, True)
    bench.switches.snooze(bench.gate, 60.0)
    bench.pass_s(60.0)
    assert bench.watched == (False, True)
    assert bench.whole.sink.of("option")[-1] == ("gate", Option.ENABLED, False)


def test_it_lasts_over_a_restart_and_is_said_again(bench: Bench) -> None:
    bench.switches.snooze(bench.gate, 60.0)
    bench.now += 10.0
    bench.start()
    assert bench.watched == (False, True)
    assert bench.said("snooze") == [("gate", bench.wall + 50.0), ("door", None)]
    bench.pass_s(50.0)
    assert bench.watched == (True, True)


def test_one_that_is_over_by_then_does_not_even_begin(bench: Bench) -> None:
    bench.switches.snooze(bench.gate, 60.0)
    bench.now += 60.0
    bench.start()
    assert bench.watched == (True, True)
    assert bench.said("snooze") == [("gate", None), ("door", None)]


def test_one_that_is_over_during_a_reload_leaves_the_view_as_it_is_for_good(bench: Bench) -> None:
    bench.switches.snooze(bench.gate, 60.0)
    bench.switches.snooze(bench.door, 60.0)
    bench.options.set("door", Option.ENABLED, False, True)
    bench.now += 60.0
    bench.switches.take_up()
    assert bench.watched == (True, False)


def test_a_view_that_is_gone_is_no_longer_snoozed(bench: Bench) -> None:
    bench.switches.snooze(bench.gate, 60.0)
    bench.start(view=[{"name": "attic"}, {"name": "door"}])
    bench.start()
    assert bench.watched == (True, True)


@pytest.mark.parametrize("jump_s", [2.1, -2.1])
def test_a_clock_that_is_set_changes_what_is_said_and_not_how_long_it_is(bench: Bench, jump_s: float) -> None:
    bench.switches.snooze(bench.gate, 60.0)
    bench.said("snooze")
    bench.wall += jump_s
    bench.pass_s(1.0)
    assert bench.said("snooze") == [("gate", bench.wall + 59.0)]
    bench.wall += 2.0
    bench.pass_s(1.0)
    assert bench.said("snooze") == []
    bench.pass_s(58.0)
    assert bench.watched == (True, True)


def test_where_nobody_may_ask_for_it_there_is_no_topic(bench: Bench) -> None:
    for commands in ({"enabled": False}, {"allow": ["set"]}):
        bench.start(commands=commands)
        bench.switches.snooze(bench.gate, 60.0)
        assert bench.said("snooze") == []


def test_what_resumes_a_view_forgets_that_it_was_switched_off_for_good(bench: Bench) -> None:
    bench.options.set("gate", Option.ENABLED, False, True)
    bench.switches.switch(bench.gate, False)
    section = bench.whole.running.parts.config.views()[0]
    assert bench.options.overrides(section, 0.05) == {Option.ENABLED: False}
    bench.switches.switch(bench.gate, True)
    assert bench.options.overrides(section, 0.05) == {}


def test_the_cameras_follow(bench: Bench) -> None:
    cameras = bench.whole.cameras
    assert isinstance(cameras, Idle)
    bench.switches.switch(bench.gate, False)
    assert cameras.followed == 1


def test_where_the_config_says_another_thing_a_pause_is_over_and_a_snooze_is_not(bench: Bench) -> None:
    bench.switches.switch(bench.gate, False)
    bench.switches.snooze(bench.door, 60.0)
    for view in (bench.gate, bench.door):
        bench.switches.follow_config(view)
    assert bench.watched == (True, False)


def test_another_sink_is_told_anew(bench: Bench) -> None:
    bench.switches.snooze(bench.gate, 60.0)
    bench.said("snooze")
    bench.switches.take_up()
    bench.switches.work()
    assert bench.said("snooze") == [("gate", bench.wall + 60.0), ("door", None)]
