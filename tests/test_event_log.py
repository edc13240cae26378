"""Events in the log: one line each."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.event_log import log_event
from edgeclassify.types import EventType, Reason, Why
from tests.daemon.bench import Bench, view
from tests.publish.records import event
from tests.support.sources import BrightnessSource
from tests.support.waiting import wait_for


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"why": Why()}, "view gate: start of open, score 0.93 (seq 7)"),
        (
            {"event_type": EventType.END, "why": Why(Reason.PAUSED)},
            "view gate: end of open, score 0.93, paused (seq 7)",
        ),
        ({"label": "Kühe\x1b[2J\n猫", "why": Why()}, "view gate: start of Kühe\\x1b[2J\\n猫, score 0.93 (seq 7)"),
    ],
)
def test_what_the_line_says(changes: dict[str, Any], line: str, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    log_event(event(7, **changes))
    assert [(record.levelname, record.getMessage()) for record in caplog.records] == [("INFO", line)]


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    if made.thread.is_alive():
        made.stop()


def test_each_event_of_a_daemon_is_one_line(bench: Bench, caplog: pytest.LogCaptureFixture) -> None:
    """However it ends: by another label, by a pause, by a reload."""
    caplog.set_level(logging.INFO)
    bench.sources["front"] = lambda name: BrightnessSource(name, [255] * 5 + [0], pause_s=0.05)
    bench.document["view"] = [view("gate"), view("door"), view("yard")]
    bench.start()
    wait_for(lambda: len(bench.sink.of("event")) == 9)
    bench.node.switch(bench.node.views[0], enabled=False)
    bench.document["view"] = [view("gate"), view("door"), view("yard", threshold_enter=0.7)]
    bench.reload()
    bench.stop()
    published = [event for sink in bench.sinks for event in sink.of("event")]
    said = [record.getMessage() for record in caplog.records if record.name.endswith("event_log")]
    assert len(published) >= 11
    assert len(said) == len(published)
    assert {int(line.rpartition("seq ")[2].rstrip(")")) for line in said} == {e.seq for e in published}
