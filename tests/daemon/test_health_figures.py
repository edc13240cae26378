"""The figures of a daemon: what is lost or left out is counted, also over a reload that replaces who counts."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.config import RecoveryConfig
from edgeclassify.daemon.cameras.availability import Availability
from edgeclassify.daemon.cameras.capture_threads import Cameras
from edgeclassify.daemon.cameras.recovery import Recovery
from edgeclassify.daemon.health_figures import HealthFigures
from edgeclassify.errors import ImageError
from edgeclassify.health import HealthMonitor
from edgeclassify.publish.interface import BrokerProgress, SinkProgress
from edgeclassify.publish.snapshots import SnapshotTaker
from edgeclassify.publish.spool.memory import MemorySpool
from edgeclassify.types import Frame
from tests.daemon.bench import Bench, view
from tests.support.sources import BrightnessSource
from tests.support.waiting import wait_for


class Album(BrightnessSource):
    """Pictures of which every second one can't be decoded."""

    live = False

    def read(self, timeout_s: float) -> Frame | None:
        frame = super().read(timeout_s)
        if frame is not None and frame.sequence % 2:
            raise ImageError("damaged")
        return frame


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.document["view"] = [view("gate")]
    yield made
    if made.thread.is_alive():
        made.stop()


def test_pictures_that_are_left_out(bench: Bench) -> None:
    bench.sources["front"] = lambda name: Album(name, [255] * 10, ends=True)
    bench.document["camera"].append({"name": "back", "source": "synthetic:"})
    bench.document["view"].append(view("yard", camera="back"))
    bench.document["view"][0]["camera"] = "front"
    bench.start()
    wait_for(lambda: bench.node.figures().cameras[0].state == "finished")
    figures = bench.node.figures()
    assert [(camera.name, camera.skipped) for camera in figures.cameras] == [("front", 5), ("back", 0)]
    assert figures.skipped == 5
    bench.document["camera"] = bench.document["camera"][1:]
    bench.document["view"] = bench.document["view"][1:]
    bench.reload()
    figures = bench.node.figures()
    assert [camera.skipped for camera in figures.cameras] == [0]
    assert figures.skipped == 5


class LosingTaker(SnapshotTaker):
    """Says that some were lost."""

    dropped = 2
    skipped = 3


def test_snapshots_that_are_lost(bench: Bench) -> None:
    bench.document["snapshot"] = {"mqtt": True}
    bench.make_taker = LosingTaker
    bench.start()
    figures = bench.node.figures()
    assert (figures.snapshots_dropped, figures.snapshots_skipped) == (2, 3)
    bench.reload()  # another taker, which counts anew
    figures = bench.node.figures()
    assert (figures.snapshots_dropped, figures.snapshots_skipped) == (4, 6)
    bench.document["snapshot"] = {}
    bench.reload()
    figures = bench.node.figures()
    assert (figures.snapshots_dropped, figures.snapshots_skipped) == (4, 6)


def test_what_a_webhook_left_out_counts_over_another_one_in_its_place() -> None:
    availability = Availability()
    webhook: list[SinkProgress | None] = [None]
    figures = HealthFigures(
        HealthMonitor(),
        Cameras(Recovery(None, RecoveryConfig()), availability),
        MemorySpool(10),
        lambda: webhook[0],
    )
    found = figures.report()
    assert (found.webhook_connected, found.webhook_depth, found.webhook_dropped) == (None, None, None)
    for progress, dropped in (
        (SinkProgress(True, 3, 2), 2), (SinkProgress(False, 4, 5), 5), (SinkProgress(True, 0, 0), 5),
        (SinkProgress(True, 0, 1), 6), (None, None), (SinkProgress(True, 0, 2), 7),
    ):  # fmt: skip
        webhook[0] = progress
        found = figures.report()
        assert found.webhook_dropped == dropped
        assert found.webhook_depth == (None if progress is None else progress.depth)
        assert found.webhook_connected == (None if progress is None else progress.connected)


def test_connections_to_the_broker_count_over_another_sink_in_its_place() -> None:
    broker: list[BrokerProgress | None] = [None]
    figures = HealthFigures(
        HealthMonitor(),
        Cameras(Recovery(None, RecoveryConfig()), Availability()),
        MemorySpool(10),
        lambda: None,
        lambda: broker[0],
    )
    found = figures.report()
    assert (found.broker, found.broker_connects, found.broker_changes, figures.server) == (None, None, None, None)
    for progress, connects, changes in (
        (BrokerProgress("a:1883", 2, 0), 2, 0), (BrokerProgress(None, 3, 1), 3, 1),
        (BrokerProgress("b:1883", 1, 0), 4, 1), (BrokerProgress("c:1883", 2, 1), 5, 2),
    ):  # fmt: skip
        broker[0] = progress
        found = figures.report()
        assert found.broker == figures.server == progress.server
        assert (found.broker_connects, found.broker_changes) == (connects, changes)
