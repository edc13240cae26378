"""A result as a benchmark might have written it."""

from typing import Any

SPREAD = {"count": 100, "mean": 1.0, "p50": 0.9, "p95": 1.5, "p99": 2.5}
ROUNDS = {"median": 0.9, "lowest": 0.8, "highest": 0.95}


def run_document(**other: Any) -> dict[str, Any]:
    """One run."""
    return {
        "model": {"name": "builtin", "sha256": "0" * 64, "width": 64, "height": 64, "labels": 200},
        "runtime": "litert 2.3.0",
        "threads": 2,
        "delegate": None,
        "overlaps": True,
        "rounds": 20,
        "frames": 99,
        "bare_invoke_ms": SPREAD | {"mean": 2.0},
        "frame_ms": SPREAD | {"mean": 2.5},
        "age_ms": SPREAD,
        "efficiency": ROUNDS,
        "quiet_efficiency": 0.94,
        "frames_per_s": {"median": 400.0, "lowest": 390.0, "highest": 410.0},
        "stages": {
            "capture_wait": SPREAD, "preprocess": SPREAD, "invoke": SPREAD | {"mean": 2.0}, "scores": SPREAD,
            "decide": SPREAD, "spool": SPREAD | {"count": 10, "mean": 5.0}, "publish": SPREAD,
        },
        "stage_frame_ms": SPREAD | {"mean": 6.5},
        "events": 12,
        "cpu_percent": {"median": 180.0, "lowest": 170.0, "highest": 190.0},
        "rss_mb": 101.5,
        "heat": {"begin_c": 48.0, "highest_c": 61.5},
        "throttled": False,
    } | other  # fmt: skip


def result_document(**other: Any) -> dict[str, Any]:
    """A whole document."""
    return {
        "format": "edgeclassify-bench/1",
        "made_at": "2026-03-01T12:00:00Z",
        "board": {
            "name": "Raspberry Pi 5 Model B Rev 1.0", "processor": "aarch64", "machine": "aarch64", "cores": 4,
            "memory_mb": 4000, "system": "Debian GNU/Linux 12 (bookworm)", "kernel": "Linux 6.6.51",
        },
        "software": {"edgeclassify": "0.1.0", "python": "3.11.2", "numpy": "1.26.4", "opencv": "4.9.0"},
        "source": "640x480 YUV420 frames in memory",
        "sink": "the MQTT sink, without a broker",
        "in_memory": True,
        "runs": [run_document()],
        "refused": [],
    } | other  # fmt: skip
