"""How long views are left alone, over restarts of the daemon and of the machine, by clocks of the test's."""

import json
from pathlib import Path

import pytest

from edgeclassify.daemon.kept.snoozes import NOTE_S, Snoozes
from edgeclassify.files import identity
from edgeclassify.publish.spool.clocks import Clocks

HOUR = 3600.0


class Machine:
    """`off`: the power fails, and it starts again; what its clock says then is the test's to set."""

    def __init__(self, path: Path | None) -> None:
        self.path, self.now, self.wall, self.boot, self.is_set = path, 1000.0, 1.7e9, "first", True

    def start(self) -> Snoozes:
        clocks = Clocks(lambda: self.now, lambda: self.wall, lambda: self.boot)
        return Snoozes(self.path, lambda: self.is_set, clocks)

    def pass_s(self, seconds: float) -> None:
        self.now += seconds
        self.wall += seconds

    def off(self, *, wall: float, is_set: bool) -> None:
        self.now, self.wall, self.boot, self.is_set = 5.0, wall, self.boot + "+", is_set


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path / "state" / "snoozes.json")


def test_it_ends_by_itself(machine: Machine) -> None:
    snoozes = machine.start()
    assert (snoozes.until("gate"), snoozes.over()) == (None, [])
    snoozes.begin("gate", HOUR)
    snoozes.begin("door", 2 * HOUR)
    assert snoozes.until("gate") == machine.wall + HOUR
    machine.pass_s(HOUR - 0.5)
    assert snoozes.over() == []
    machine.pass_s(0.5)
    assert snoozes.over() == ["gate"]
    assert snoozes.end("gate")
    assert not snoozes.end("gate")
    assert (snoozes.over(), snoozes.until("gate")) == ([], None)
    assert snoozes.until("door") == machine.wall + HOUR


def test_a_second_one_takes_the_place_of_the_first(machine: Machine) -> None:
    snoozes = machine.start()
    snoozes.begin("gate", HOUR)
    snoozes.begin("gate", 5.0)
    machine.pass_s(5.0)
    assert snoozes.over() == ["gate"]
    assert snoozes.until("gate") == machine.wall
    machine.pass_s(5.0)
    assert snoozes.until("gate") == machine.wall  # never one that has been


@pytest.mark.parametrize("jump_s", [-1e6, 1e6])
def test_a_wall_clock_that_jumps_changes_nothing_but_what_it_is_called(machine: Machine, jump_s: float) -> None:
    snoozes = machine.start()
    snoozes.begin("gate", HOUR)
    machine.wall += jump_s
    assert snoozes.until("gate") == machine.wall + HOUR
    machine.pass_s(HOUR - 1)
    assert snoozes.over() == []
    machine.pass_s(1)
    assert snoozes.over() == ["gate"]


@pytest.mark.parametrize("jump_s", [0.0, -1e6, 1e6])
@pytest.mark.parametrize("is_set", [True, False])
def test_a_restart_of_the_daemon_takes_nothing_from_it(machine: Machine, jump_s: float, is_set: bool) -> None:
    machine.is_set = is_set
    machine.start().begin("gate", HOUR)
    machine.pass_s(60.0)
    machine.wall += jump_s
    snoozes = machine.start()
    assert snoozes.until("gate") == machine.wall + HOUR - 60.0
    assert snoozes.over() == []
    assert snoozes.until("gate") == machine.wall + HOUR - 60.0
    machine.pass_s(HOUR)
    assert machine.start().over() == ["gate"]


def test_the_time_for_which_the_machine_was_off_counts(machine: Machine) -> None:
    machine.start().begin("gate", HOUR)
    machine.off(wall=machine.wall + 600.0, is_set=True)
    snoozes = machine.start()
    assert snoozes.over() == []
    assert snoozes.until("gate") == machine.wall + HOUR - 600.0
    machine.off(wall=machine.wall + HOUR - 600.0, is_set=True)
    assert machine.start().over() == ["gate"]


def test_while_the_clock_is_not_set_running_time_counts_until_it_is(machine: Machine) -> None:
    machine.start().begin("gate", HOUR)
    began = machine.wall
    machine.off(wall=0.0, is_set=False)
    snoozes = machine.start()
    assert snoozes.over() == []
    assert snoozes.until("gate") == HOUR
    machine.pass_s(30.0)
    assert snoozes.until("gate") == HOUR
    again = machine.start()  # the daemon alone: what is not known yet stays so
    machine.wall, machine.is_set = began + 600.0, True
    assert again.over() == []
    assert again.until("gate") == began + HOUR


def test_a_clock_that_is_set_late_never_prolongs_it(machine: Machine) -> None:
    machine.start().begin("gate", HOUR)
    machine.off(wall=machine.wall - 1e6, is_set=True)
    snoozes = machine.start()
    snoozes.over()
    assert snoozes.until("gate") == machine.wall + HOUR


def test_another_one_that_begins_meanwhile_takes_nothing_from_it(machine: Machine) -> None:
    machine.start().begin("gate", HOUR)
    began = machine.wall
    machine.off(wall=began + 600.0, is_set=True)
    snoozes = machine.start()
    snoozes.begin("door", 60.0)
    assert snoozes.until("gate") == began + HOUR


def test_without_a_clock_no_more_than_the_time_since_it_was_noted_counts_twice(machine: Machine) -> None:
    machine.is_set = False
    snoozes = machine.start()
    snoozes.begin("gate", 3 * HOUR)
    machine.pass_s(NOTE_S - 1.0)
    assert snoozes.over() == []
    machine.off(wall=0.0, is_set=False)
    snoozes = machine.start()
    assert snoozes.until("gate") == machine.wall + 3 * HOUR
    snoozes.over()
    machine.pass_s(NOTE_S)
    snoozes.over()
    machine.pass_s(1.0)
    snoozes.over()
    machine.off(wall=0.0, is_set=False)
    assert machine.start().until("gate") == machine.wall + 3 * HOUR - NOTE_S
    last = machine.start()
    machine.pass_s(7.0)
    last.note()
    machine.off(wall=0.0, is_set=False)
    assert machine.start().until("gate") == machine.wall + 3 * HOUR - NOTE_S - 7.0


def test_a_clock_that_is_set_is_noted_once(machine: Machine) -> None:
    machine.is_set = False
    snoozes = machine.start()
    snoozes.begin("gate", HOUR)
    machine.is_set = True
    assert machine.path is not None
    before = identity(machine.path)
    snoozes.over()
    noted = identity(machine.path)
    assert noted != before
    machine.pass_s(2 * NOTE_S)
    snoozes.over()
    assert identity(machine.path) == noted
    machine.off(wall=machine.wall + 600.0, is_set=True)
    again = machine.start()
    again.over()
    assert again.until("gate") == machine.wall + HOUR - 2 * NOTE_S - 600.0


def test_of_a_machine_that_does_not_name_its_start_running_time_is_not_known(machine: Machine) -> None:
    machine.boot, machine.is_set = "", False
    machine.start().begin("gate", HOUR)
    machine.pass_s(60.0)
    assert machine.start().until("gate") == machine.wall + HOUR


def test_views_that_are_gone_are_forgotten(machine: Machine) -> None:
    snoozes = machine.start()
    snoozes.begin("gate", HOUR)
    snoozes.begin("door", HOUR)
    snoozes.forget_others(["door", "attic"])
    again = machine.start()
    assert (again.until("gate"), again.until("door")) == (None, machine.wall + HOUR)


def test_nothing_is_written_while_nothing_is_snoozed(machine: Machine) -> None:
    snoozes = machine.start()
    snoozes.over()
    snoozes.note()
    snoozes.forget_others([])
    assert machine.path is not None
    assert not machine.path.exists()


def test_without_a_folder_it_holds_until_the_end(tmp_path: Path) -> None:
    machine = Machine(None)
    snoozes = machine.start()
    snoozes.begin("gate", HOUR)
    assert snoozes.until("gate") == machine.wall + HOUR
    assert machine.start().until("gate") is None
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "content",
    [
        b"", b"[]", b'{"boot": "first"}',
        *(
            json.dumps(
                {"boot": "first", "clock_s": 5, "clock_is_set": True,
                 "views": {"gate": {"left_s": 5.0, "ends_at": None} | wrong}}
            ).encode()
            for wrong in ({"left_s": -1}, {"left_s": 2_592_001}, {"left_s": "x"}, {"ends_at": float("nan")},
                          {"ends_at": "x"}, {"left_s": float("nan")})
        ),
    ],
)  # fmt: skip
def test_a_damaged_file_is_set_aside(machine: Machine, content: bytes, caplog: pytest.LogCaptureFixture) -> None:
    assert machine.path is not None
    machine.path.parent.mkdir()
    machine.path.write_bytes(content)
    assert machine.start().over() == []
    assert "set aside as snoozes.json.damaged-1. Views that were snoozed are watched again." in caplog.text


def test_thirty_days_are_kept(machine: Machine) -> None:
    machine.start().begin("gate", 2_592_000.0)
    assert machine.start().until("gate") == machine.wall + 2_592_000.0


def test_without_a_clock_it_is_noted_every_ten_minutes(machine: Machine) -> None:
    machine.is_set = False
    snoozes = machine.start()
    snoozes.begin("gate", HOUR)
    assert machine.path is not None
    before = identity(machine.path)
    machine.pass_s(599.9)
    snoozes.over()
    assert identity(machine.path) == before
    machine.pass_s(600.0 - 599.9)
    machine.now = 1600.0
    snoozes.over()
    assert identity(machine.path) != before


def test_the_last_half_second_is_kept_too(machine: Machine) -> None:
    snoozes = machine.start()
    snoozes.begin("gate", 5.0)
    machine.pass_s(4.5)
    snoozes.note()
    again = machine.start()
    assert again.over() == []
    assert again.until("gate") == machine.wall + 0.5
    machine.pass_s(1.5)
    again.note()
    assert machine.start().until("gate") == machine.wall


def test_a_clock_that_goes_back_within_one_start_of_the_machine_does_not_prolong_it(machine: Machine) -> None:
    machine.start().begin("gate", HOUR)
    machine.now -= 500.0
    assert machine.start().until("gate") == machine.wall + HOUR
