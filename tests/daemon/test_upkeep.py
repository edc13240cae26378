"""What is due now and then, and how often: between fakes, by a clock of the test's."""

from collections.abc import Iterable

import pytest

from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.daemon.health_figures import HealthFigures
from edgeclassify.daemon.kept.open_occurrences import OpenOccurrences
from edgeclassify.daemon.kept.usual_pictures import UsualPictures
from edgeclassify.daemon.upkeep import MAINTENANCE_S, Upkeep
from edgeclassify.files import FolderCondition
from edgeclassify.pipeline.view import View
from edgeclassify.publish.spool.memory import MemorySpool
from tests.daemon.running_parts import Whole, config_of
from tests.support.clock import Clock

HEALTH_S = 7.0


class CountingSpool(MemorySpool):
    maintained = 0
    condition: FolderCondition | None = None

    @property
    def folder_condition(self) -> FolderCondition | None:
        return self.condition

    def maintain(self) -> None:
        self.maintained += 1


class NotingOccurrences(OpenOccurrences):
    """Notes what it is to keep."""

    def __init__(self) -> None:
        super().__init__(MemorySpool())
        self.kept: list[tuple[list[str], float]] = []

    def keep(self, views: Iterable[View], resume_s: float) -> None:
        self.kept.append(([view.name for view in views], resume_s))


class Delivering(Cameras):
    """Of which frames are to be expected."""

    quiet = False


class Bench:
    def __init__(self, cameras: type[Cameras] = Cameras) -> None:
        self.clock = Clock(1000.0)
        self.fed = 0
        self.spool, self.open_occurrences = CountingSpool(), NotingOccurrences()
        self.whole = Whole(config_of(node={"health_interval_s": HEALTH_S, "resume_s": 9.0}), cameras)
        self.upkeep = Upkeep(
            self.whole.running,
            spool=self.spool,
            open_occurrences=self.open_occurrences,
            pictures=UsualPictures(None),
            manager=self.whole.manager,
            feed=self._feed,
            clock=self.clock,
        )

    def _feed(self) -> None:
        self.fed += 1

    def at(self, second: float) -> tuple[int, int]:
        """How often by then it was maintained, and the health published."""
        self.clock.now = 1000.0 + second
        self.upkeep.work()
        assert self.spool.maintained == len(self.open_occurrences.kept)
        health = len(self.whole.sink.of("health"))
        assert self.whole.notifier.sent == ["STATUS=as it is"] * health
        return self.spool.maintained, health


def test_each_as_often_as_it_is_due() -> None:
    bench = Bench()
    assert bench.at(0.0) == (1, 1)
    assert bench.at(MAINTENANCE_S - 0.01) == (1, 1)
    assert bench.at(MAINTENANCE_S) == (2, 1)
    assert bench.at(MAINTENANCE_S + 0.5) == (2, 1)
    assert bench.at(2.5) == (3, 1)
    assert bench.at(3.4) == (3, 1)  # from when it was done, not from when it was due
    assert bench.at(HEALTH_S - 0.01) == (4, 1)
    assert bench.at(HEALTH_S) == (4, 2)
    assert bench.open_occurrences.kept == [(["gate"], 9.0)] * 4


def test_the_figures_are_those_of_what_runs() -> None:
    bench = Bench()
    bench.whole.health.record_frame(1)
    bench.at(0.0)
    (health,) = bench.whole.sink.of("health")
    assert health.frames == 1


@pytest.mark.parametrize(("cameras", "feeds"), [(Cameras, True), (Delivering, False)])
def test_the_watchdog_is_fed_only_while_no_frame_is_to_be_expected(cameras: type[Cameras], feeds: bool) -> None:
    bench = Bench(cameras)
    bench.at(0.0)
    bench.at(0.5)
    assert bench.fed == (1 if feeds else 0)
    bench.at(MAINTENANCE_S)
    assert bench.fed == (2 if feeds else 0)


def test_how_often_is_for_the_daemon_to_say() -> None:
    bench = Bench()
    bench.upkeep = Upkeep(
        bench.whole.running,
        spool=bench.spool,
        open_occurrences=bench.open_occurrences,
        pictures=UsualPictures(None),
        manager=bench.whole.manager,
        feed=lambda: None,
        maintenance_s=0.25,
        clock=bench.clock,
    )
    assert bench.at(0.0) == (1, 1)
    assert bench.at(0.25) == (2, 1)


def test_another_condition_of_the_state_folder_is_told_at_once() -> None:
    bench = Bench()
    assert bench.at(0.0) == (1, 1)
    bench.spool.condition = FolderCondition.READ_ONLY
    assert bench.at(MAINTENANCE_S) == (2, 2)
    assert bench.at(2 * MAINTENANCE_S) == (3, 2)
    bench.spool.condition = FolderCondition.OK
    assert bench.at(3 * MAINTENANCE_S) == (4, 3)


def test_another_server_of_the_broker_is_told_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    bench = Bench()
    servers: list[str | None] = [None]
    monkeypatch.setattr(HealthFigures, "server", property(lambda _: servers[-1]))
    assert bench.at(0.0) == (1, 1)
    for second, server, told in (
        (1, "a:1883", 2),
        (2, "a:1883", 2),
        (3, None, 2),
        (4, "a:1883", 2),
        (5, "b:1883", 3),
    ):
        servers.append(server)
        assert bench.at(second * MAINTENANCE_S) == (1 + second, told)
