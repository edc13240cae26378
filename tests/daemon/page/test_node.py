"""The node as the page sees it: what its settling of looks costs the card."""

from pathlib import Path

from edgeclassify.daemon.assembly.deciders import decider_of
from edgeclassify.daemon.page.node import SETTLE_APART_S, NodeOnPage
from edgeclassify.daemon.page.tasks import Tasks
from edgeclassify.daemon.page.what_if import WhatIfs
from edgeclassify.recording.recent.recent_inputs import RecentInputs
from edgeclassify.web.interface import ConfigChange, ConfigChanged
from tests.daemon.running_parts import Whole, config_of
from tests.support.clock import Clock


class Settled:
    """In the place of looks: counts how often they were written."""

    path: Path | None = None

    def __init__(self) -> None:
        self.times = 0

    def flush(self, timeout_s: float) -> bool:
        self.times += 1
        return True


def test_looks_are_written_for_who_asks_and_not_with_each_question() -> None:
    running, settled, clock = Whole(config_of()).running, Settled(), Clock()
    running.looks = settled  # type: ignore[assignment]
    node = NodeOnPage(
        running,
        put=lambda _: None,
        tasks=Tasks(lambda: None),
        change=_unchanged,
        what_ifs=WhatIfs(RecentInputs(decider_of), lambda: running.parts),
        config_file=None,
        clock=clock,
    )
    node.settle_looks()
    clock.now += SETTLE_APART_S - 0.1
    node.settle_looks()
    assert settled.times == 1
    clock.now += 0.1
    node.settle_looks()
    assert settled.times == 2


def _unchanged(_: ConfigChange) -> ConfigChanged:
    raise AssertionError("not changed here")
