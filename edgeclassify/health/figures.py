"""The figures of the running daemon: each is one line in Health.

From a line follow the record's field, what is read of the machine, the bodies of `health` and of the answer to
`info` with their schemas, and what Home Assistant shows.
"""

import time
from collections.abc import Mapping
from dataclasses import field, fields
from typing import Any

from edgeclassify import machine
from edgeclassify.files import FolderCondition
from edgeclassify.health.cameras import CameraHealth
from edgeclassify.health.figure import Amount, Count, Entity, Figure, figure
from edgeclassify.health.updates import UpdateHealth
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import UpdateState

# Home Assistant's own words: https://www.home-assistant.io/integrations/sensor.mqtt/
_Config = dict[str, Any]
_MEASURED: _Config = {"state_class": "measurement"}
_COUNTED: _Config = {"state_class": "total_increasing"}
_CELSIUS: _Config = {
    "device_class": "temperature",
    "unit_of_measurement": "°C",
    "suggested_display_precision": 1,
    **_MEASURED,
}
_MILLISECONDS: _Config = {
    "device_class": "duration",
    "unit_of_measurement": "ms",
    "suggested_display_precision": 1,
    **_MEASURED,
}
_BYTES: _Config = {
    "device_class": "data_size",
    "unit_of_measurement": "B",
    "suggested_display_precision": 0,
    **_MEASURED,
}
_RATE: _Config = {"unit_of_measurement": "fps", **_MEASURED}
_WAITING: _Config = {"unit_of_measurement": "events", **_MEASURED}
_EVENTS: _Config = {"unit_of_measurement": "events", **_COUNTED}
_FRAMES: _Config = {"unit_of_measurement": "frames", **_COUNTED}
_PICTURES: _Config = {"unit_of_measurement": "pictures", **_COUNTED}
_YES_OR_NO: _Config = {"payload_on": "True", "payload_off": "False"}
_CONDITION: _Config = {"device_class": "enum", "options": [one.value for one in FolderCondition]}
_UPDATE: _Config = {"device_class": "enum", "options": [one.value for one in UpdateState]}
_PROBLEM: _Config = {"device_class": "problem", **_YES_OR_NO}


_PERCENT: _Config = {"device_class": "battery", "unit_of_measurement": "%", **_MEASURED}
_VOLTS: _Config = {
    "device_class": "voltage",
    "unit_of_measurement": "V",
    "suggested_display_precision": 2,
    **_MEASURED,
}

_LAST = 1000
GOVERNED, BATTERY_PERCENT, BATTERY_VOLTS = "governor", "battery in percent", "battery in volts"
UPDATED, SEVERAL_SERVERS = "updates", "several servers of a broker"
"""What a node must have for some figures to be shown."""


def _sensor(
    name: str, config: _Config, place: int = _LAST, feature: str | None = None, part: str | None = None
) -> Entity:
    return Entity("sensor", name, config, place, feature, part)


def _binary(name: str, config: _Config, place: int = _LAST) -> Entity:
    return Entity("binary_sensor", name, config, place)


# fmt: off
@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """Figures of the running daemon at `ts` (seconds since the epoch); None where this machine can't tell.

    A figure that older nodes do not send has a default.
    """

    ts: float = field(metadata=figure("When the figures were taken.", read=time.time))
    uptime_s: Amount = field(metadata=figure("Seconds since the daemon started."))
    frame_age_s: Amount | None = field(metadata=figure("Seconds since the newest frame was captured."))
    fps: Amount = field(metadata=figure("Frames classified per second.", _sensor("Frame rate", _RATE, 2)))
    frames: Count = field(metadata=figure("Frames classified since start."))
    still_frames: Count = field(default=0, metadata=figure(
        "Frames not classified since nothing had moved in them, since start.",
        _sensor("Frames without motion", _FRAMES, 14)))
    inference_ms_p50: Amount | None = field(metadata=figure(
        "Milliseconds from frame to scores: the median.", _sensor("Inference time", _MILLISECONDS, 3)))
    inference_ms_p95: Amount | None = field(metadata=figure(
        "Milliseconds from frame to scores: 95 of 100 are quicker."))
    dropped: Count = field(metadata=figure(
        "Frames overwritten by a newer one before inference took them, since start.",
        _sensor("Frames dropped", _FRAMES, 7)))
    skipped: Count = field(default=0, metadata=figure(
        "Pictures left out since they can't be decoded, since start.", _sensor("Pictures left out", _PICTURES, 8)))
    restarts: Count = field(metadata=figure("Streams restarted and cameras opened again, since start."))
    spool_depth: Count = field(metadata=figure(
        "Events that the broker has not acknowledged yet.", _sensor("Events waiting", _WAITING, 5)))
    spool_dropped: Count = field(metadata=figure(
        "Events dropped because the spool was full or they were too old, since start.",
        _sensor("Events dropped", _EVENTS, 6)))
    temperature_c: float | None = field(metadata=figure(
        "Temperature of the processor in degrees Celsius.",
        _sensor("Temperature", _CELSIUS, 1), read=machine.temperature_c))
    throttled: bool | None = field(metadata=figure(
        "Is the processor slowed down by heat or low voltage?",
        _binary("Throttled", _PROBLEM, 12), read=machine.throttled))
    rss_bytes: Count | None = field(metadata=figure(
        "Memory of the daemon in bytes.", _sensor("Memory", _BYTES, 4), read=machine.rss_bytes))
    bytes_written: Count | None = field(metadata=figure(
        "Bytes that the daemon sent to storage since start.", read=machine.bytes_written))
    bytes_written_day: Count | None = field(metadata=figure(
        "Bytes that the daemon sent to storage in the last 24 hours.", _sensor("Written in 24 hours", _BYTES, 11)))
    spool_on_disk: bool = field(metadata=figure("False while events wait in memory only."))
    state_folder: FolderCondition | None = field(default=None, metadata=figure(
        "The folder where the node keeps what is to survive a power cut. ok: it does; volatile: it is in memory; "
        "full, read-only, missing, unwritable: nothing can be written there, and events wait in memory; null: "
        "nothing is kept.", _sensor("State folder", _CONDITION, 15)))
    events: Count = field(metadata=figure("Events since start."))
    snapshots_dropped: Count = field(default=0, metadata=figure(
        "Snapshots lost because events came faster than their pictures could be taken, since start.",
        _sensor("Snapshots dropped", _PICTURES, 9)))
    snapshots_skipped: Count = field(default=0, metadata=figure(
        "Snapshots that could not be sent or kept (too large, no room), since start.",
        _sensor("Snapshots left out", _PICTURES, 10)))
    webhook_connected: bool | None = field(default=None, metadata=figure(
        "False while the webhook's receiver takes no events; null: there is no webhook."))
    webhook_depth: Count | None = field(default=None, metadata=figure(
        "Events that the webhook's receiver has not taken yet."))
    webhook_dropped: Count | None = field(default=None, metadata=figure(
        "Events that the webhook's receiver would not take while it took others, since start."))
    broker: str | None = field(default=None, metadata=figure(
        "Host and port of the MQTT server that the node is connected to, as mqtt.hosts or mqtt.host and mqtt.port "
        "name it, with the address in brackets where the name has several; null: none.",
        _sensor("Broker", {}, 21, SEVERAL_SERVERS)))
    broker_connects: Count | None = field(default=None, metadata=figure(
        "How often a server has accepted the node since start; null: there is no broker."))
    broker_changes: Count | None = field(default=None, metadata=figure(
        "How often that was another server than the one before, since start; null: there is no broker.",
        _sensor("Changes of the broker", _COUNTED, 22, SEVERAL_SERVERS)))
    broker_lacks: str | None = field(default=None, metadata=figure(
        "What the broker does not give to who subscribes late, of retained (any retained message), wildcards (to "
        "filters with + or #) and servers (what another server keeps), with commas; or nothing; null: not known.",
        _sensor("Broker lacks", {}, 23, SEVERAL_SERVERS)))
    clock_synchronised: bool | None = field(metadata=figure(
        "Is the clock set by a time server: are the times to be believed?",
        _binary("Clock synchronised", _YES_OR_NO, 13), read=machine.clock_synchronised))
    slowdown: Amount | None = field(default=None, metadata=figure(
        "Frames come so many times as far apart as the config says; 1: as it says; null: there is no governor.",
        _sensor("Slowdown", {"suggested_display_precision": 1, **_MEASURED}, 16, GOVERNED)))
    slowed_by: str | None = field(default=None, metadata=figure(
        "What frames come further apart for, the strongest first: of temperature, throttled, voltage, load, "
        "energy and battery, with commas; or nothing; null: there is no governor.",
        _sensor("Slowed down by", {}, 17, GOVERNED)))
    one_thread: bool | None = field(default=None, metadata=figure(
        "True while models run with one thread, to spare power; null: there is no governor."))
    power_w: Amount | None = field(default=None, metadata=figure(
        "Watts, as the governor reads or reckons them; null: there is no energy budget."))
    battery_percent: Amount | None = field(default=None, metadata=figure(
        "How full the battery is; null: unknown, or there is none in percent.",
        _sensor("Battery", _PERCENT, 18, BATTERY_PERCENT)))
    battery_volts: Amount | None = field(default=None, metadata=figure(
        "The battery's voltage; null: unknown, or there is none in volts.",
        _sensor("Battery voltage", _VOLTS, 19, BATTERY_VOLTS)))
    update: UpdateHealth | None = field(default=None, metadata=figure(
        "The newest update that the node knows; null: it looks for none.",
        _sensor("Update", _UPDATE, 20, UPDATED, part="state")))
    cameras: tuple[CameraHealth, ...] = field(default=(), metadata=figure("Each camera."))
# fmt: on


FIGURES: Mapping[str, Figure] = {one.name: one.metadata["figure"] for one in fields(Health)}
"""Name → what there is to know of it, in the order of the body."""
ENTITIES: Mapping[str, Entity] = dict(
    sorted(
        ((name, one.entity) for name, one in FIGURES.items() if one.entity is not None),
        key=lambda found: found[1].place,
    )
)
"""Name → what Home Assistant shows of it, in the order in which it is announced."""
