"""The checks, by id, in the order in which they are shown. Each id is explained in docs/troubleshooting.md."""

from edgeclassify.doctor import broker_checks, page_check
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.cameras import each, found
from edgeclassify.doctor.interface import Check
from edgeclassify.doctor.machine import heat_and_power, memory, storage, system
from edgeclassify.doctor.running_service import settings, unit
from edgeclassify.doctor.software import python, runtime
from edgeclassify.lazy_dataclass import dataclass

_SOON_S, _FEW_CAMERAS = 12.0, 16


@dataclass(frozen=True, slots=True)
class Group:
    """Checks that are shown together."""

    title: str
    checks: tuple[Check[Around], ...]


GROUPS = (
    Group("This machine", (
        Check("system", "Machine", system.look_at_system, _SOON_S),
        Check("clock", "Clock", system.look_at_clock, _SOON_S),
        Check("temperature", "Temperature", heat_and_power.look_at_temperature, _SOON_S),
        Check("power", "Power supply", heat_and_power.look_at_power, _SOON_S),
        Check("memory", "Memory", memory.look_at_memory, _SOON_S),
        Check("disk", "Room on disk", storage.look_at_disk, _SOON_S),
        Check("sd-card", "Wear of the card", storage.look_at_wear, _SOON_S),
    )),
    Group("edgeclassify", (
        Check("versions", "Versions", python.look_at_versions, _SOON_S),
        Check("python", "Python", python.look_at_python, _SOON_S),
        Check("numpy", "numpy and OpenCV", python.look_at_numpy, python.NUMPY_S + 1),
        Check("runtime", "Runtime", runtime.look_at_runtime, runtime.RUNTIME_S + 1),
        Check("runtime-speed", "Speed", runtime.look_at_speed, runtime.SPEED_S + 1),
    )),
    Group("Service", (
        Check("config", "Config", settings.look_at_config, 30.0),
        Check("config-rights", "Rights of the config", settings.look_at_rights, _SOON_S),
        Check("state-folder", "State folder", settings.look_at_state_folder, _SOON_S),
        Check("service", "Service", unit.look_at_unit, _SOON_S),
        Check("service-failures", "Last failures", unit.look_at_failures, _SOON_S),
        Check("service-log", "Log", unit.look_at_log, _SOON_S),
    )),
    Group("Cameras", (
        Check("camera-software", "picamera2", found.look_at_software, found.LIBCAMERA_S + 1),
        Check("cameras", "Cameras here", found.look_at_cameras, found.LIBCAMERA_S + found.DEVICES_S + 1),
        Check("camera-rights", "Rights to cameras", found.look_at_rights, _SOON_S),
        Check("camera", "Picture", each.look_at_each, each.WITHIN_S * _FEW_CAMERAS),
    )),
    Group("Network", (
        # What one trial of the broker finds is told under four ids.
        Check("broker-connection", "Broker", broker_checks.look_at_broker, broker_checks.WITHIN_S),
        Check("page", "Page", page_check.look_at_page, _SOON_S),
    )),
)  # fmt: skip
CHECKS = tuple(check for group in GROUPS for check in group.checks)
TITLES = {check.id: check.title for check in CHECKS} | {
    "broker-login": "Broker's login", "broker-topics": "Broker's topics",
    "broker-retained": "What the broker keeps",
}  # fmt: skip
"""Of every id that a finding may have."""
