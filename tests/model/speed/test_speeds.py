"""What "auto" makes of what is known of a model, and what is measured when."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from edgeclassify.model.speed.known_speeds import ENOUGH, ENOUGH_DISTURBED, KnownSpeeds
from edgeclassify.model.speed.measuring import open_timed
from edgeclassify.model.speed.session import Session
from edgeclassify.model.speed.speeds import NO_SPEEDS, Elsewhere, Speeds, here
from edgeclassify.model.speed.ways import Way, best_way, guessed_way, possible_ways
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
        self.is_refused = self.is_late = False
        self.session: Session | None = None
        self.sha256 = "aa"

    def speeds(self, *, measures: bool = True) -> Speeds:
        session = self.session or Session()
        return Speeds(KnownSpeeds(self.file), measures, place="here", clocks=self.machine.clocks, session=session)

    def start(self, *, measures: bool = True) -> tuple[Way, bool]:
        """The way that is taken, and whether an interpreter came with it."""
        speeds = self.speeds(measures=measures)
        way = speeds.way(self.sha256, self.ways)
        first = open_timed(lambda: self.machine.open(way.threads), self.machine.clocks)
        best, found = speeds.measured(self.sha256, self.ways, first, way, self.machine.open, self.elsewhere)
        return best, found is not None

    def elsewhere(self, ways: Sequence[Way], within_s: float) -> Elsewhere:
        self.asked.append(ways)
        if self.is_refused or self.is_late:
            return Elsewhere({}, self.is_refused)
        return Elsewhere({way: self.other_ms for way in ways if way.threads < 3})


def test_it_is_measured_at_the_first_starts(tmp_path: Path) -> None:
    machine = Machine({1: 9.0, 2: 4.0, 3: 6.0})
    node = Node(tmp_path, machine)
    for _ in range(ENOUGH):
        assert node.start() == (LITERT[1], True)
    runs = len(machine.runs)
    for measures in (True, False):
        assert node.start(measures=measures) == (LITERT[1], True)
    assert len(machine.runs) == runs
    assert machine.opened == [3, 2, 1, 2, 3, 1, 2, 3, 1, 2, 2]


def test_the_least_of_several_starts_counts(tmp_path: Path) -> None:
    machine = Machine({1: 4.0, 2: 4.1, 3: 9.0})
    node = Node(tmp_path, machine)
    assert node.start()[0] == LITERT[0]
    machine.ms = {1: 4.0, 2: 2.0, 3: 9.0}  # others no longer have the second core
    assert node.start()[0] == LITERT[1]
    machine.ms = {1: 4.0, 2: 4.1, 3: 9.0}
    assert node.start()[0] == LITERT[1]


def test_a_process_measures_a_model_once(tmp_path: Path) -> None:
    machine = Machine({1: 4.0, 2: 5.0, 3: 6.0}, disturbed=10**6)
    node = Node(tmp_path, machine)
    node.session = Session()
    ways = [node.start()[0] for _ in range(ENOUGH + 1)]
    assert ways == [LITERT[2]] * (ENOUGH + 1)
    assert node.speeds().known_of("aa").measurings == 1


def test_all_models_of_a_start_have_one_time(tmp_path: Path) -> None:
    machine = Machine({1: 4.0, 2: 5.0, 3: 6.0}, disturbed=10**6)
    node = Node(tmp_path, machine)
    node.session = Session()
    for name in ("aa", "bb", "cc"):
        node.sha256 = name
        node.start()
    assert [node.speeds().known_of(name).measurings for name in ("aa", "bb", "cc")] == [1, 0, 0]
    assert machine.now_s < 101.2
    machine.now_s += 3600
    node.start()
    assert node.speeds().known_of("cc").measurings == 1


def test_who_runs_for_a_moment_measures_nothing(tmp_path: Path) -> None:
    machine = Machine({1: 1.0, 2: 4.0, 3: 6.0})
    assert Node(tmp_path, machine).start(measures=False) == (LITERT[2], True)
    assert machine.runs == []


def test_fewer_threads_where_more_gain_little(tmp_path: Path) -> None:
    assert Node(tmp_path, Machine({1: 4.3, 2: 4.05, 3: 4.0})).start()[0] == LITERT[0]


def test_disturbed_starts_do_not_tell_how_many_threads_are_quickest(tmp_path: Path) -> None:
    machine = Machine({1: 4.0, 2: 5.0, 3: 6.0}, disturbed=10**6)
    node = Node(tmp_path, machine)
    assert [node.start()[0] for _ in range(ENOUGH_DISTURBED)] == [LITERT[2]] * ENOUGH_DISTURBED
    runs = len(machine.runs)
    assert node.start()[0] == LITERT[2]
    assert len(machine.runs) == runs


def test_disturbed_starts_tell_runtimes_apart(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 9.0, 2: 6.0, 3: 5.0}, disturbed=10**6), (*LITERT, *OTHER), other_ms=2.0)
    ways = [node.start()[0] for _ in range(ENOUGH_DISTURBED + 1)]
    assert ways == [LITERT[2]] * ENOUGH_DISTURBED + [OTHER[2]]


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
    known = node.speeds().known_of("aa")
    assert (OTHER[2].key in known.ways, known.missed) == (False, {OTHER[2].key: 1})


def test_a_runtime_that_was_too_late_is_asked_of_again(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 9.0, 2: 6.0, 3: 5.0}), (*LITERT, *OTHER), other_ms=2.0)
    node.is_late = True
    assert node.start() == (LITERT[2], True)
    node.is_late = False
    assert node.start() == (OTHER[0], False)


def test_a_runtime_that_is_always_too_late_is_let_be(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 9.0, 2: 6.0, 3: 5.0}), (*LITERT, *OTHER))
    node.is_late = True
    for _ in range(ENOUGH + 2):
        assert node.start() == (LITERT[2], True)
    assert len(node.asked) == ENOUGH


def test_a_runtime_that_refuses_the_model_is_asked_of_once(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 9.0, 2: 6.0, 3: 5.0}), (*LITERT, *OTHER))
    node.is_refused = True
    for _ in range(ENOUGH):
        assert node.start() == (LITERT[2], True)
    assert len(node.asked) == 1


def test_on_a_slow_board_no_process_is_started(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 9.0, 2: 6.0, 3: 5.0}, open_s=0.15), (*LITERT, *OTHER), other_ms=2.0)
    assert node.start() == (LITERT[2], True)
    assert node.asked == []


def test_of_what_is_too_slow_to_be_measured_no_other_runtime_is_asked(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 900.0, 2: 600.0, 3: 400.0}, open_s=0.4), (*LITERT, *OTHER), other_ms=1.0)
    assert node.start() == (LITERT[2], True)
    assert node.asked == []


def test_one_that_is_no_quicker_is_asked_of_once(tmp_path: Path) -> None:
    node = Node(tmp_path, Machine({1: 9.0, 2: 6.0, 3: 5.0}), (*LITERT, *OTHER), other_ms=4.9)
    for _ in range(ENOUGH):
        assert node.start() == (LITERT[2], True)
    assert node.asked == [[*OTHER], *[[OTHER[2]]] * (ENOUGH - 1)]  # what it had no time for


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
    others = {"litert": {"tflite-runtime": "tflite-runtime 2"}, "tflite-runtime": {}}
    monkeypatch.setattr("edgeclassify.model.speed.ways.other_runtimes", others.__getitem__)
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
    assert best_way(LITERT, {keys[0]: 4.0, keys[1]: 9.0}, tells_threads=False) == LITERT[2]
    others = {keys[0]: 4.0, OTHER[0].key: 2.0}
    assert best_way((*LITERT, *OTHER), others, tells_threads=False) == OTHER[2]


def test_a_place_has_its_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("edgeclassify.model.speed.speeds.board_name", lambda: "Raspberry Pi 4 Model B Rev 1.4")
    monkeypatch.setattr("edgeclassify.model.speed.speeds.usable_cores", lambda: 4)
    assert here() == "Raspberry Pi 4 Model B Rev 1.4, 4 cores"
    assert NO_SPEEDS.way("aa", LITERT) == LITERT[2]
