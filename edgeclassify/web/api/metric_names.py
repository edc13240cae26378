"""What figures are called in Prometheus: by base units where they have one, with the texts that they have anyway.

The names are those that config/prometheus/mqtt-exporter.yaml gives to the same figures.
"""

from collections.abc import Mapping, Sequence
from dataclasses import fields

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from edgeclassify.health import CameraHealth
from edgeclassify.health.figures import FIGURES
from edgeclassify.lazy_dataclass import dataclass


@dataclass(frozen=True, slots=True)
class Named:
    """A figure's name and text. `counts`: it only grows, and its name gets "_total"."""

    name: str
    text: str
    counts: bool

    def family(self, labels: Sequence[str]) -> GaugeMetricFamily | CounterMetricFamily:
        """Without any value yet."""
        made = CounterMetricFamily if self.counts else GaugeMetricFamily
        return made(f"edgeclassify_{self.name}", self.text, labels=labels)


_MEASURED = {
    "uptime_s": "uptime_seconds",
    "frame_age_s": "frame_age_seconds",
    "fps": "frames_per_second",
    "inference_ms_p50": "inference_p50_milliseconds",
    "inference_ms_p95": "inference_p95_milliseconds",
    "spool_depth": "spool_depth",
    "temperature_c": "temperature_celsius",
    "throttled": "throttled",
    "rss_bytes": "resident_bytes",
    "bytes_written_day": "written_day_bytes",
    "spool_on_disk": "spool_on_disk",
    "webhook_connected": "webhook_connected",
    "webhook_depth": "webhook_depth",
    "clock_synchronised": "clock_synchronised",
    "slowdown": "slowdown_ratio",
    "one_thread": "one_thread",
    "power_w": "power_watts",
    "battery_percent": "battery_percent",
    "battery_volts": "battery_volts",
}
_COUNTED = {
    "frames": "frames",
    "still_frames": "still_frames",
    "dropped": "dropped",
    "skipped": "skipped",
    "restarts": "restarts",
    "spool_dropped": "spool_dropped",
    "bytes_written": "written_bytes",
    "events": "events",
    "snapshots_dropped": "snapshots_dropped",
    "snapshots_skipped": "snapshots_skipped",
    "webhook_dropped": "webhook_dropped",
    "broker_connects": "broker_connects",
    "broker_changes": "broker_changes",
}
_COUNTED_OF_CAMERAS = ("frames", "dropped", "skipped", "copied", "stalls", "freezes", "restarts", "reopens")
_CAMERA_TEXTS = {one.name: one.metadata["figure"].text for one in fields(CameraHealth)}

OF_NODE: Mapping[str, Named] = {
    figure: Named(name, FIGURES[figure].text, counts)
    for names, counts in ((_MEASURED, False), (_COUNTED, True))
    for figure, name in names.items()
}
"""Figure of the daemon → what it is called."""
OF_CAMERAS: Mapping[str, Named] = {
    "frame_age_s": Named("camera_frame_age_seconds", _CAMERA_TEXTS["frame_age_s"], False),
    **{name: Named(f"camera_{name}", _CAMERA_TEXTS[name], True) for name in _COUNTED_OF_CAMERAS},
}
"""Figure of a camera → what it is called; each has the label camera."""
