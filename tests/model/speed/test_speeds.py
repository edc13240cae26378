"""What "auto" makes of what is known of a model, and what is measured when."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from edgeclassify.model.speed.known_speeds import ENOUGH, KnownSpeeds
from edgeclassify.model.speed.measuring import open_timed
from edgeclassify.model.speed.speeds import NO_SPEEDS, Speeds, here
from edgeclassify.model.speed.ways import Way, best_way, guessed_way, possible_ways, unknown_ways
from edgeclassify.types import ModelChoice
from tests.model.speed.runs import Machine

LITERT = tuple(Way("litert", "litert 2", count) for count in (1, 2, 3))
OTHER = tuple(Way("tflite-runtime", "tflite-runtime 2", count) for count in (1, 2, 3))


class Node:
    """Opens one model again and again, as at one start after another."""

    def __init__(self, folder: Path, machine: Machine, ways: Sequence[Way] = LITERT, other_ms: float = 50) -> None:
        self.machine, self.ways, self.other_ms = machine, ways, other_ms
        self.file = folder / "speeds.json"
        self.asked: list[Sequence[Way]] = []

    def speeds(self, *, measures: bool = True) -> Speeds:
        return Speeds(KnownSpeeds(self.file), measures, place="here", clocks=self.machine.clocks)

    def start(self, *, measures: bool = True) -> tuple[Way, bool]:
        """The way that is taken, and whether an interpreter came with it."""
        speeds = self.speeds(measures=measures)
        way = speeds.way("aa", self.ways)
        first = open_timed(lambda: self.machine.open(way.threads), self.machine.clocks)
        best, found = speeds.measured("aa", self.ways, first, way, self.machine.open, self.elsewhere)
        return best, found is not None

    def elsewhere(self, ways: Sequence[Way], within_s: float) -> Mapping[Way, float]:
        self.asked.append(ways)
        return {way: self.other_ms for way in ways if way.threads < 3}


def test_it_is_measured_once(tmp_path: Path) -> None:
    machine = Machine({1: 9.0, 2: 4.0, 3: 6.0})
    node = Node(tmp_path, machine)
    assert node.start() == (LITERT[1], True)
    runs = len(machine.runs)
    for measures in (True, False):
        assert node.start(measures=measures) == (LITERT[1], True)
    assert len(machine.runs) == runs
    assert machine.opened == [3, 2, 1, 2, 2]


def test_who_runs_for_a_moment_measures_nothing(tmp_path: Path) -> None:
    machine = Machine({1: 1.0, 2: 4.0, 3: 6.0})
    assert Node(tmp_path, machine).start(measures=False) == (LITERT[2], True)
    assert machine.runs == []


def test_fewer_threads_where_more_gain_little(tmp_path: Path) -> None:
    assert Node(tmp_path, Machine({1: 4.3, 2: 4.05, 3: 4.0})).start()[0] == LITERT[0]


def test_a_disturbed_start_decides_nothing_until_all_are(tmp_path: Path) -> None:
    machine = Machine({1: 4.0, 2: 5.0, 3: 6.0}, disturbed=10**6)
    node = Node(tmp_path, machine)
    ways = [node.start()[0] for _ in range(ENOUGH + 1)]
    assert ways == [LITERT[2]] * (ENOUGH - 1) + [LITERT[0]] * 2


def test_a_calm_start_after_a_disturbed_one_decides(tmp_path: Path) -> None:
    machine = Machine({1: 4.0, 2: 5.0, 3: 6.0}, disturbed=10**6)
    node = Node(tmp_path, machine)
    assert node.start()[0] == LITERT[2]
    machine.disturbed = 0
    assert node.start()[0] == LITERT[0]


def test_another_runtime_is_asked_of_a_process_of_its_own(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 9.0, 2: 6.0, 3: 5.0}), (*LITERT, *OTHER), other_ms=2.0)
    assert node.start() == (OTHER[0], False)
    assert node.asked == [list(OTHER)]
    assert node.speeds().way("aa", node.ways) == OTHER[0]
    assert node.speeds().known_of("aa").ways[OTHER[2].key] is None


def test_of_what_is_too_slow_to_be_measured_no_other_runtime_is_asked(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 900.0, 2: 600.0, 3: 400.0}, open_s=0.4), (*LITERT, *OTHER), other_ms=1.0)
    assert node.start() == (LITERT[2], True)
    assert node.asked == []


def test_one_that_is_no_quicker_is_asked_of_once(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 9.0, 2: 6.0, 3: 5.0}), (*LITERT, *OTHER), other_ms=4.9)
    for _ in range(2):
        assert node.start() == (LITERT[2], True)
    assert len(node.asked) == 1


def test_another_place_or_version_is_measured_anew(tmp_path: Path) -> None:
    machine = Machine({1: 9.0, 2: 4.0, 3: 6.0})
    node = Node(tmp_path, machine)
    node.start()
    assert Speeds(KnownSpeeds(node.file), place="there").way("aa", LITERT) == LITERT[2]
    runs = len(machine.runs)
    newer = Node(tmp_path, machine, [Way("litert", "litert 3", count) for count in (1, 2, 3)])
    assert newer.start()[0].version == "litert 3"
    assert len(machine.runs) > runs


def test_what_is_said_outright_is_not_measured(tmp_path: Path) -> None:
    machine = Machine({2: 4.0})
    assert Node(tmp_path, machine, LITERT[1:2]).start() == (LITERT[1], True)
    assert machine.runs == []
    assert not (tmp_path / "speeds.json").exists()


def test_what_a_choice_leaves_open(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {"litert": "litert 2", "tflite-runtime": "tflite-runtime 2"}
    monkeypatch.setattr("edgeclassify.model.speed.ways.installed_runtimes", lambda: found)
    monkeypatch.setattr("edgeclassify.model.speed.ways.runtime_name", lambda wanted: found.get(wanted, "litert 2"))
    assert possible_ways(ModelChoice(), 4) == (*LITERT, *OTHER)
    assert possible_ways(ModelChoice(runtime="tflite-runtime"), 4) == OTHER
    assert possible_ways(ModelChoice(threads=2), 4) == (LITERT[1], OTHER[1])
    assert possible_ways(ModelChoice(runtime="litert", threads=9), 4) == (Way("litert", "litert 2", 9),)
    assert possible_ways(ModelChoice(delegate="libx.so"), 4) == (LITERT[2],)
    assert guessed_way((*LITERT, *OTHER)) == LITERT[2]


def test_the_best_of_what_is_known() -> None:
    assert LITERT[0].key == "litert 2, 1 thread"
    keys = [way.key for way in LITERT]
    assert best_way(LITERT, {}) is None
    assert best_way(LITERT, {keys[0]: None}) is None
    assert best_way(LITERT, {keys[0]: 5.0, keys[1]: 4.0}) == LITERT[1]
    assert best_way(LITERT, {keys[0]: 4.4, keys[1]: 4.0}) == LITERT[0]
    assert unknown_ways(LITERT, {keys[0]: None, keys[2]: 3.0}) == (LITERT[1],)


def test_a_place_has_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.model.speed.speeds.board_name", lambda: "Raspberry Pi 4 Model B Rev 1.4")
    monkeypatch.setattr("edgeclassify.model.speed.speeds.usable_cores", lambda: 4)
    assert here() == "Raspberry Pi 4 Model B Rev 1.4, 4 cores"
    assert NO_SPEEDS.way("aa", LITERT) == LITERT[2]
