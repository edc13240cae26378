"""Records for the tests, each with values that a real one could have."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from edgeclassify.contract.layout import Layout, ViewLayout
from edgeclassify.contract.outgoing import event_message
from edgeclassify.contract.topics import Topics
from edgeclassify.files import FolderCondition
from edgeclassify.health import Health, UpdateHealth
from edgeclassify.publish.interface import SpooledEvent
from edgeclassify.publish.spool.numbers.event_numbers import EventNumbers
from edgeclassify.types import (
    Event,
    EventType,
    LabelScore,
    ModelInfo,
    NodeInfo,
    Prediction,
    UpdateState,
    ViewState,
    Why,
)

T0 = 1_795_000_000.1234
TOP = (LabelScore(2, "open", 0.93456), LabelScore(1, "closed", 0.05))


def event(seq: int, **changes: Any) -> Event:
    values: dict[str, Any] = {
        "id": f"id-{seq}", "seq": seq, "view": "gate", "event_type": EventType.START, "label": "open",
        "score": 0.93456, "ts": T0 + seq, "why": Why(threshold_enter=0.6, confirm_s=1.0),
    }  # fmt: skip
    return Event(**(values | changes))


def spooled(seq: int, **changes: Any) -> SpooledEvent:
    """The same event as the spool keeps it."""
    one = event(seq, **changes)
    return SpooledEvent(seq, one.view, event_message(Topics("edgeclassify", "porch"), one).payload)


def layout(labels: Mapping[str, tuple[str, ...]], node: str = "porch", **options: Any) -> Layout:
    views = tuple(ViewLayout(name, listed) for name, listed in labels.items())
    return Layout(Topics("edgeclassify", node), views, **options)


def state(label: str = "open", **changes: Any) -> ViewState:
    values: dict[str, Any] = {
        "view": "gate", "label": label, "score": 0.93456, "since": T0, "ts": T0 + 2, "seq": 7,
        "event_id": "id-7", "top": TOP, "model": "mobilenet_v2",
    }  # fmt: skip
    return ViewState(**(values | changes))


def info() -> NodeInfo:
    model = ModelInfo("mobilenet_v2", "/models/m.tflite", "ab" * 32, "litert 2.3.0", 1001, 224, 224)
    return NodeInfo("0.1.0", "3.11.2", "s-1", T0, (model,), ("gate",))


def health(**changes: Any) -> Health:
    values: dict[str, Any] = {
        "ts": T0, "uptime_s": 61.23456, "frame_age_s": 0.2, "fps": 2.0, "frames": 120, "inference_ms_p50": 4.1,
        "inference_ms_p95": 5.0, "dropped": 3, "restarts": 0, "spool_depth": 0, "spool_dropped": 0,
        "temperature_c": None, "throttled": None, "rss_bytes": 80_000_000, "bytes_written": 4096,
        "clock_synchronised": True, "bytes_written_day": 4096, "spool_on_disk": True, "events": 7,
        "state_folder": FolderCondition.OK,
        "skipped": 4, "snapshots_dropped": 1, "snapshots_skipped": 2, "webhook_connected": False,
        "webhook_depth": 2, "webhook_dropped": 1, "broker": "a:1883", "broker_connects": 3, "broker_changes": 1,
        "broker_lacks": "wildcards",
        "slowdown": 2.0, "slowed_by": "temperature, battery",
        "one_thread": True, "power_w": 3.1, "battery_percent": 41.0, "battery_volts": None,
        "update": UpdateHealth(id="june", version=7, state=UpdateState.WATCHED, reason=None),
    }  # fmt: skip
    return Health(**(values | changes))


def prediction(sequence: int = 5) -> Prediction:
    scores = np.array([0.0, 0.05, 0.93456], np.float32)
    return Prediction(scores, ("shut", "closed", "open"), 0.5, 4.25, sequence, 1, T0, "photos/cat.jpg")


def next_number(numbers: EventNumbers) -> int:
    """The next number, used up at once."""
    with numbers.drawn("gate") as seq:
        return seq
