"""Figures from counters, and from files as Linux and the Pi's firmware write them."""

from pathlib import Path

import numpy as np
import pytest

from edgeclassify import health
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


def test_the_machine(tmp_path: Path) -> None:
    assert health.rss_bytes() is not None
    assert 10e6 < (health.rss_bytes() or 0) < 10e9
    assert (health.bytes_written() or 0) >= 0
    assert health.clock_synchronised() in (True, False, None)
    file = tmp_path / "value"
    file.write_text("48312\n")
    assert health.temperature_c(file) == pytest.approx(48.312)
    for word, expected in (("50000", False), ("50005", True), ("0", False)):
        file.write_text(word + "\n")
        assert health.throttled(file) is expected


@pytest.mark.parametrize("content", ["", "n/a", "1 x", "\x00"])
def test_files_that_do_not_tell(tmp_path: Path, content: str) -> None:
    file = tmp_path / "value"
    file.write_text(content)
    for read in (health.temperature_c, health.throttled, health.rss_bytes, health.bytes_written):
        assert read(file) is None
        assert read(tmp_path / "none") is None


def test_bytes_of_the_last_day_leave_out_older_ones(monkeypatch: pytest.MonkeyPatch) -> None:
    now, written = 0.0, 1000
    monkeypatch.setattr("edgeclassify.health.bytes_written", lambda: written)
    monitor = HealthMonitor(clock=lambda: now)
    assert monitor.bytes_written_day() == 1000
    for _ in range(48):
        now += 3600
        written += 10
        last = monitor.bytes_written_day()
    assert last == 240
