"""Figures from what the stages tell, over time."""

import numpy as np
import pytest

from edgeclassify.health import HealthMonitor
from edgeclassify.types import Prediction


def prediction(invoke_ms: float, preprocess_ms: float = 7.0) -> Prediction:
    return Prediction(np.zeros(1, np.float32), ("a",), preprocess_ms, invoke_ms, 0, 0, 0.0)


def test_percentiles_rate_and_age() -> None:
    now = 100.0
    monitor = HealthMonitor(clock=lambda: now)
    empty = monitor.report(dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True)
    assert (empty.frames, empty.fps, empty.frame_age_s, empty.inference_ms_p50) == (0, 0.0, None, None)
    for i in range(100):
        monitor.record_inference(prediction(float(i)))
        monitor.record_frame(int(now * 1e9))
        now += 0.1
    report = monitor.report(dropped=3, restarts=1, spool_depth=2, spool_dropped=0, spool_on_disk=True)
    # From frame to scores: with what comes before the model.
    assert report.inference_ms_p50 == 57
    assert report.inference_ms_p95 == 102
    assert report.fps == pytest.approx(10, rel=0.02)
    assert report.frame_age_s == pytest.approx(0.1, abs=0.01)
    assert report.uptime_s == pytest.approx(10)
    assert (report.dropped, report.restarts, report.spool_depth) == (3, 1, 2)


def test_a_still_frame_is_one_that_came_and_was_not_classified() -> None:
    now = 100.0
    monitor = HealthMonitor(clock=lambda: now)
    monitor.record_frame(round(99.0 * 1e9))
    for second in (99.25, 99.5):
        monitor.record_still_frame(round(second * 1e9))
    report = monitor.report(dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True)
    assert (report.frames, report.still_frames, report.frame_age_s) == (1, 2, 0.5)


def test_rate_falls_while_no_frame_comes() -> None:
    now = 0.0
    monitor = HealthMonitor(clock=lambda: now)
    for _ in range(10):
        monitor.record_frame(0)
        now += 0.1
    now += 99
    report = monitor.report(dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True)
    assert report.fps == pytest.approx(0.1)
    assert report.frame_age_s == pytest.approx(100)


def test_bytes_of_the_last_day_leave_out_older_ones() -> None:
    now, written = 0.0, 1000
    monitor = HealthMonitor(clock=lambda: now, bytes_written=lambda: written)
    assert monitor.bytes_written_day() == 1000
    for _ in range(48):
        now += 3600
        written += 10
        last = monitor.bytes_written_day()
    assert last == 240


def test_where_nobody_knows_what_was_written() -> None:
    assert HealthMonitor(bytes_written=lambda: None).bytes_written_day() is None


def test_a_counter_that_nobody_gave_or_that_is_none_is_an_error() -> None:
    monitor = HealthMonitor()
    with pytest.raises(TypeError, match="spool_depth"):
        monitor.report(dropped=0, restarts=0, spool_dropped=0, spool_on_disk=True)
    with pytest.raises(TypeError, match="colour"):
        monitor.report(dropped=0, restarts=0, spool_depth=0, spool_dropped=0, spool_on_disk=True, colour=1)
