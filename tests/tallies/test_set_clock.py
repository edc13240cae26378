"""Whether the clock is set: synchronised once, trusted, or not far behind what was counted last."""

import json
import time
from pathlib import Path

import pytest

from edgeclassify import machine
from edgeclassify.tallies.set_clock import FILE_NAME, PATIENCE_S, SLACK_S, UNSET, SetClock, synchronised

NOW = 1.8e9


class Machine:
    def __init__(self, is_synchronised: bool | None) -> None:
        self.synchronised, self.wall, self.boot, self.asked = is_synchronised, NOW, "boot-1", 0
        self.running_s = 5.0

    def clock(self, folder: Path | None = None, *, trusted: bool = False, floor: float = 0.0) -> SetClock:
        return SetClock(
            folder, trusted=trusted, floor=floor, synchronised=self._ask, wall=lambda: self.wall,
            clock=lambda: self.running_s, boot_id=lambda: self.boot,
        )  # fmt: skip

    def _ask(self) -> bool | None:
        self.asked += 1
        return self.synchronised


@pytest.mark.parametrize(
    ("is_synchronised", "trusted", "behind_s", "expected"),
    [
        (True, False, 0.0, True),
        (True, False, 9e9, True),  # what was counted last was counted by a wrong clock
        (False, False, 0.0, False),
        (False, True, SLACK_S, True),
        (False, True, SLACK_S + 1, False),
        (None, False, SLACK_S, True),
        (None, False, SLACK_S + 1, False),
    ],
)
def test_when_it_is_set(is_synchronised: bool | None, trusted: bool, behind_s: float, expected: bool) -> None:
    assert Machine(is_synchronised).clock(trusted=trusted, floor=NOW + behind_s).is_set is expected


def test_once_set_it_stays_so(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(False)
    with caplog.at_level("INFO"):
        clock = machine.clock()
        clock.look()
        assert not clock.is_set
        machine.synchronised = True
        clock.look()
        assert clock.is_set
        machine.synchronised = False
        asked = machine.asked
        clock.look()
    assert (clock.is_set, machine.asked) == (True, asked)
    assert [record.message for record in caplog.records] == [UNSET, "the clock is set: days are counted"]


def test_one_that_is_not_set_in_time_is_worth_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    machine = Machine(False)
    with caplog.at_level("INFO"):
        clock = machine.clock()
        for machine.running_s, said in ((5.0 + PATIENCE_S - 0.1, 1), (5.0 + PATIENCE_S, 2), (6.0 + PATIENCE_S, 2)):
            clock.look()
            assert len(caplog.records) == said
        machine.synchronised = True
        clock.look()
    assert [(record.levelname, record.message) for record in caplog.records] == [
        ("INFO", UNSET),
        ("WARNING", UNSET),
        ("INFO", "the clock is set: days are counted"),
    ]


def test_one_that_is_set_from_the_start_is_no_news(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        Machine(True).clock().look()
    assert not caplog.records


def test_that_it_was_synchronised_is_known_over_a_restart_of_the_daemon_alone(tmp_path: Path) -> None:
    machine = Machine(True)
    assert machine.clock(tmp_path).is_set
    machine.synchronised = False
    assert machine.clock(tmp_path).is_set
    machine.boot = "boot-2"
    assert not machine.clock(tmp_path).is_set


def test_nothing_is_noted_while_it_is_not_synchronised(tmp_path: Path) -> None:
    assert Machine(False).clock(tmp_path, trusted=True).is_set
    assert not (tmp_path / FILE_NAME).exists()


@pytest.mark.parametrize("content", ["[]", "{}", "", '{"synchronised_in_boot": 5}'])
def test_a_damaged_note_is_none(tmp_path: Path, content: str) -> None:
    (tmp_path / FILE_NAME).write_text(content)
    assert not Machine(False).clock(tmp_path).is_set


def test_a_machine_whose_start_has_no_name_notes_nothing_of_use(tmp_path: Path) -> None:
    machine = Machine(True)
    machine.boot = ""
    machine.clock(tmp_path)
    machine.synchronised = False
    assert not machine.clock(tmp_path).is_set


def test_it_is_trusted_from_a_reload_on(caplog: pytest.LogCaptureFixture) -> None:
    clock = Machine(False).clock()
    clock.trust(True)
    assert clock.is_set
    clock.trust(False)
    assert clock.is_set


def test_a_clock_may_be_a_day_behind() -> None:
    assert SLACK_S == 86_400


def test_how_far_it_is_behind_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    clock = Machine(None).clock(floor=NOW + 20_833 * 86_400)
    clock.look()
    assert [record.message for record in caplog.records] == [
        "the clock is 20833.0 days behind what was counted last: days are not counted until it is set. Set it, "
        "or let it be synchronised."
    ]


@pytest.mark.parametrize("kernel", [True, False, None])
def test_what_was_noted_since_the_start_of_the_machine_goes_before_the_kernel(
    tmp_path: Path, kernel: bool | None
) -> None:
    noted = tmp_path / "synchronized"
    assert synchronised(noted, lambda: kernel) is kernel
    noted.touch()
    assert synchronised(noted, lambda: kernel) is True


def test_a_note_that_can_not_be_looked_for_is_none(tmp_path: Path) -> None:
    assert synchronised(tmp_path / ("n" * 300), lambda: True) is True
    assert synchronised(tmp_path / ("n" * 300), lambda: False) is False


def test_what_this_machine_says_is_asked_for() -> None:
    noted = Path("/run/systemd/timesync/synchronized").exists()
    expected = True if noted else machine.clock_synchronised()
    assert synchronised() is expected
    assert SetClock(None).is_set is (expected is not False)


def test_without_being_told_otherwise_it_is_not_trusted(tmp_path: Path) -> None:
    assert not SetClock(tmp_path, synchronised=lambda: False).is_set
    assert not SetClock(None, synchronised=lambda: None, floor=time.time() + 2 * SLACK_S).is_set


def test_that_it_was_synchronised_is_noted_for_this_start_of_the_machine(tmp_path: Path) -> None:
    SetClock(tmp_path, synchronised=lambda: True)
    assert json.loads((tmp_path / FILE_NAME).read_text()) == {"synchronised_in_boot": machine.boot_id()}
    assert SetClock(tmp_path, synchronised=lambda: False).is_set is bool(machine.boot_id())


@pytest.mark.parametrize("content", ['["boot-1"]', '"boot-1"', '{"synchronised_in_boot": ["boot-1"]}', "[]", "{}"])
def test_a_note_of_another_kind_leaves_no_trace(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, content: str
) -> None:
    caplog.set_level("INFO")
    (tmp_path / FILE_NAME).write_text(content)
    clock = Machine(False).clock(tmp_path)
    assert not clock.is_set
    assert [record.message for record in caplog.records] == [UNSET]
