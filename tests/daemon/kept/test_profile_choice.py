"""Which profile is on: by hand and by the times of the config, over restarts, by a clock of the test's."""

import logging
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from edgeclassify.config import Config, parse_config
from edgeclassify.daemon.kept.profile_choice import LONGEST_S, ProfileChoice
from edgeclassify.files import identity

WORK = {"away": {"when": ["mon-fri 08:00-17:00"]}, "holiday": {}}


def at(text: str) -> float:
    """On Friday, 27 November 2026, or that day of the month."""
    day, _, hour = text.rpartition(" ")
    found = datetime.fromisoformat(f"2026-11-{day or 27} {hour}")
    return found.replace(tzinfo=ZoneInfo("Europe/Berlin")).timestamp()


def config(**profiles: Any) -> Config:
    document = {"camera": [{"source": "synthetic:"}], "node": {"time_zone": "Europe/Berlin"}, "profile": profiles}
    return parse_config(document, "p.toml", Path())


class Machine:
    def __init__(self, path: Path | None) -> None:
        self.path, self.is_set = path, True
        self.wall = at("07:00")

    def start(self, **profiles: Any) -> ProfileChoice:
        choice = ProfileChoice(self.path, lambda: self.is_set, lambda: self.wall)
        choice.adopt(config(**(profiles or WORK)))
        return choice


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "profile.json")


def test_it_goes_by_the_times_of_the_config(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    choice = machine.start()
    assert (choice.name, choice.until, choice.look()) == (None, None, False)
    machine.wall = at("08:00")
    with caplog.at_level(logging.INFO):
        assert choice.look()
    assert (choice.name, choice.until, choice.look()) == ("away", None, False)
    machine.wall = at("17:00")
    assert choice.look()
    assert choice.name is None
    assert [record.message for record in caplog.records] == ["profile away, by the times of the config"]


def test_at_the_start_they_hold_at_once(machine: Machine) -> None:
    machine.wall = at("09:00")
    assert machine.start().name == "away"
    machine.wall = at("18:00")
    assert machine.start().name is None


@pytest.mark.parametrize("name", ["holiday", None])
def test_what_is_chosen_by_hand_holds_until_the_times_change_next(machine: Machine, name: str | None) -> None:
    machine.wall = at("09:00")
    choice = machine.start()
    choice.choose(name)
    assert (choice.name, choice.until) == (name, at("17:00"))
    machine.wall = at("16:59:59")
    assert not choice.look()
    assert choice.name == name
    again = machine.start()
    assert (again.name, again.until) == (name, at("17:00"))
    machine.wall = at("17:00")
    assert again.look() is (name is not None)
    assert (again.name, again.until) == (None, None)
    machine.wall = at("30 08:00")
    assert again.look()
    assert again.name == "away"


def test_a_change_that_passed_while_the_machine_was_off_has_been(machine: Machine) -> None:
    machine.wall = at("09:00")
    machine.start().choose("holiday")
    machine.wall = at("30 09:00")  # the times say the same again
    assert machine.start().name == "away"


def test_what_is_chosen_before_the_times_begin_holds_until_then(machine: Machine) -> None:
    choice = machine.start()
    choice.choose("holiday")
    assert choice.until == at("08:00")
    machine.wall = at("08:00")
    assert choice.look()
    assert choice.name == "away"


def test_without_times_it_holds_for_good(machine: Machine) -> None:
    choice = machine.start(holiday={})
    choice.choose("holiday")
    machine.wall += 1e9
    assert not choice.look()
    again = machine.start(holiday={})
    assert (again.name, again.until) == ("holiday", None)
    again.choose(None)
    assert machine.start(holiday={}).name is None


def test_times_that_never_change_leave_what_is_chosen(machine: Machine) -> None:
    always = {"always": {"when": ["00:00-24:00"]}, "holiday": {}}
    choice = machine.start(**always)
    assert choice.name == "always"
    choice.choose("holiday")
    machine.wall += 1e7
    assert not choice.look()
    assert (choice.name, choice.until) == ("holiday", None)


def test_while_the_clock_is_not_set_times_do_not_count_which_is_said_once(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    machine.wall, machine.is_set = at("09:00"), False
    choice = machine.start()
    assert not choice.look()
    chosen = choice.name
    assert chosen is None
    choice.choose("holiday")
    assert [choice.name, choice.until] == ["holiday", None]
    assert [record.message for record in caplog.records] == [
        "the clock is not set: the times of profiles (when) do not count until it is. Profile none stays."
    ]
    machine.wall, machine.is_set = at("10:00"), True
    assert not choice.look()
    assert [choice.name, choice.until] == ["holiday", at("17:00")]
    machine.is_set = False
    choice.look()
    assert len(caplog.records) == 2


def test_a_clock_that_was_far_ahead_does_not_keep_it_for_years(machine: Machine) -> None:
    now = machine.wall = at("09:00")
    machine.wall += 10 * LONGEST_S
    choice = machine.start()
    choice.choose("holiday")
    machine.wall = now
    assert not choice.look()
    assert choice.until == at("17:00")


@pytest.mark.parametrize(("ahead_s", "until"), [(8 * 86_400, "27 08:00"), (8 * 86_400 + 1, "19 08:00")])
def test_a_week_and_a_day_is_believed(machine: Machine, ahead_s: float, until: str) -> None:
    choice = machine.start()
    choice.choose("holiday")
    machine.wall = at("27 08:00") - ahead_s
    choice.look()
    assert choice.until == at(until)


def test_a_profile_that_the_config_has_no_more_is_left(machine: Machine, caplog: pytest.LogCaptureFixture) -> None:
    choice = machine.start(holiday={})
    choice.choose("holiday")
    choice.adopt(config(other={}))
    assert choice.name is None
    choice.adopt(config(other={}))
    assert [record.message for record in caplog.records] == ["profile holiday is off: the config has it no more"]
    assert machine.start(holiday={}).name is None


def test_times_that_the_config_has_no_more_leave_what_they_put_on(
    machine: Machine, caplog: pytest.LogCaptureFixture
) -> None:
    machine.wall = at("09:00")
    choice = machine.start()
    with caplog.at_level(logging.INFO):
        choice.adopt(config(away={}, holiday={}))
    assert choice.name is None
    assert caplog.messages == ["profile away is off: no profile has times any more"]
    choice.choose("holiday")
    choice.adopt(config(away={}, holiday={}, more={}))
    assert choice.name == "holiday"


def test_other_times_hold_from_a_reload_on(machine: Machine) -> None:
    machine.wall = at("09:00")
    choice = machine.start()
    other = {"early": {"when": ["06:00-10:00"]}, "away": {"when": ["mon-fri 12:00-17:00"]}}
    choice.adopt(config(**(WORK | other)))
    assert choice.name == "early"
    choice.choose("holiday")
    choice.adopt(config(away={"when": ["mon-fri 08:00-11:00"]}, holiday={}))
    assert (choice.name, choice.until) == ("holiday", at("11:00"))
    choice.adopt(config(away={"when": ["mon-fri 08:00-11:00"]}, holiday={}))
    assert choice.until == at("11:00")


def test_it_is_written_when_it_changes(machine: Machine) -> None:
    choice = machine.start()
    assert machine.path is not None
    assert not machine.path.exists()
    choice.choose("holiday")
    written = identity(machine.path)
    choice.choose("holiday")
    choice.look()
    assert identity(machine.path) == written


def test_without_a_folder(machine: Machine) -> None:
    machine.path = None
    choice = machine.start()
    choice.choose("holiday")
    assert choice.name == "holiday"
    assert machine.start().name is None


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b'{"profile": 5, "by_hand": true, "until": null}',
        b'{"profile": "away", "by_hand": 1, "until": null}',
        b'{"profile": "away", "by_hand": true, "until": "x"}',
        b'{"profile": "away", "by_hand": true, "until": NaN}', b'{"profile": "away"}',
    ],
)  # fmt: skip
def test_a_damaged_file_is_set_aside(machine: Machine, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert machine.path is not None
    machine.path.write_bytes(content)
    assert machine.start().name is None
    assert "set aside as profile.json.damaged-1. No profile is on until one is chosen" in caplog.text
