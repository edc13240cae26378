"""Who looks has cameras hurry: one request at a time, so that changes find room."""

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from edgeclassify.daemon.page.node import NodeOnPage
from edgeclassify.daemon.page.tasks import CAPACITY, Tasks
from tests.daemon.bench import Bench
from tests.support.waiting import wait_for


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    made.document["camera"][0]["interval_s"] = 600
    made.start()
    yield made
    made.stop()


def page_node(bench: Bench, tasks: Tasks) -> NodeOnPage:
    def never(*_: object) -> None:
        raise AssertionError("not asked here")

    return NodeOnPage(bench.running, put=never, tasks=tasks, change=never, what_ifs=None, config_file=None)  # type: ignore[arg-type]


def test_a_camera_hands_over_its_next_frame(bench: Bench) -> None:
    tasks = Tasks(lambda: None)
    node = page_node(bench, tasks)
    wait_for(lambda: node.health().cameras[0].frames == 1)
    node.hurry("front")
    tasks.work()
    wait_for(lambda: node.health().cameras[0].frames == 2)


def test_one_that_is_gone_is_left_alone(bench: Bench) -> None:
    tasks = Tasks(lambda: None)
    page_node(bench, tasks).hurry("gone")
    tasks.work()


def test_while_the_daemon_is_busy_they_take_no_room_from_changes(bench: Bench) -> None:
    woken = threading.Event()
    tasks = Tasks(woken.set)
    node = page_node(bench, tasks)
    for _ in range(3 * CAPACITY):
        node.hurry("front")
    done = tasks.put(lambda: "changed")
    tasks.work()
    assert done.result() == "changed"
    node.hurry("front")  # the one before is done
    assert woken.is_set()
