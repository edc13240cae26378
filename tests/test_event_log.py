"""Events in the log: one line each."""

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from edgeclassify.event_log import log_event
from edgeclassify.types import Block, EventType, Novelty, Problem, Reason, Why
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
        (
            {"why": Why(threshold_enter=0.6, confirm_s=1.0, held_s=1.25)},
            "view gate: start of open, score 0.93 of 0.60 for 1.2 s (seq 7)",
        ),
        (
            {
                "novelty": Novelty.FIRST_IN_DAYS,
                "days_since": 9,
                "why": Why(threshold_enter=0.6),
            },
            "view gate: start of open, score 0.93 of 0.60, first in 9 days (seq 7)",
        ),
        ({"count_today": 3, "why": Why()}, "view gate: start of open, score 0.93, 3rd today (seq 7)"),
        (
            {"why": Why(threshold_enter=0.6, confirm_s=0.0, held_s=0.0)},
            "view gate: start of open, score 0.93 of 0.60 (seq 7)",
        ),
        (
            {"why": Why(threshold_enter=0.6, held_s=14.0, blocked_by=Block.COOLDOWN, blocked_s=12.0)},
            "view gate: start of open, score 0.93 of 0.60 for 14.0 s, held back for 12.0 s by cooldown (seq 7)",
        ),
        (
            {"event_type": EventType.LASTING, "why": Why(lasting_s=600.0, duration_s=600.31)},
            "view gate: lasting of open, score 0.93, there for 600.3 s, 600 s were asked for (seq 7)",
        ),
        (
            {"event_type": EventType.UPDATE, "why": Why(Reason.SCORE_ROSE, score_before=0.8)},
            "view gate: update of open, score 0.93, score rose (seq 7)",
        ),
        (
            {
                "event_type": EventType.END,
                "score": 0.21,
                "why": Why(Reason.BELOW_THRESHOLD, threshold_exit=0.4, held_s=5.0, duration_s=35.24),
            },
            "view gate: end of open, score 0.21, below threshold 0.40 for 5.0 s, there for 35.2 s (seq 7)",
        ),
        (
            {"event_type": EventType.END, "why": Why(Reason.REPLACED, by="K\x1b", duration_s=3.0)},
            "view gate: end of open, score 0.93, replaced by K\\x1b, there for 3.0 s (seq 7)",
        ),
        (
            {"event_type": EventType.END, "why": Why(Reason.NO_FRAMES, gap_s=300.04, duration_s=3.0)},
            "view gate: end of open, score 0.93, no frames for 300.0 s, there for 3.0 s (seq 7)",
        ),
        (
            {"why": Why(light_changed_s=2.0), "problems": (Problem.DARK, Problem.MOVED)},
            "view gate: start of open, score 0.93, 2.0 s after a change of light, suspect (dark, moved) (seq 7)",
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
    bench.document["view"] = [view("gate"), view("door"), view("yard", roi=[0, 0, 1, 0.5])]
    bench.reload()
    bench.stop()
    published = [event for sink in bench.sinks for event in sink.of("event")]
    said = [record.getMessage() for record in caplog.records if record.name.endswith("event_log")]
    assert len(published) >= 11
    assert len(said) == len(published)
    assert {int(line.rpartition("seq ")[2].rstrip(")")) for line in said} == {e.seq for e in published}
