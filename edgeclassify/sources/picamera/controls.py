"""The config's controls in libcamera's names and values, checked against what this camera has. Pure functions.

Source: libcamera's control_ids_core.yaml; picamera2 turns ExposureTime and AnalogueGain of 0 back to automatic.
"""

from collections.abc import Callable, Mapping
from typing import Any

from edgeclassify.config import ControlsConfig
from edgeclassify.documents.faults import listed
from edgeclassify.errors import SourceSetupError
from edgeclassify.suggestions import did_you_mean

Controls = dict[str, Any]
"""Values by libcamera's names."""
Available = Mapping[str, tuple[Any, Any, Any]]
"""Picamera2.camera_controls: least, greatest and default value of each control that the camera has."""
Enumerators = Callable[[str], Mapping[str, int]]
"""Names and numbers of a control's values."""

_NAMES = {
    "exposure_us": "ExposureTime",
    "gain": "AnalogueGain",
    "exposure_value": "ExposureValue",
    "awb": "AwbMode",
    "colour_gains": "ColourGains",
    "focus": "AfMode",
    "lens_position": "LensPosition",
    "hdr": "HdrMode",
    "frame_duration_us": "FrameDurationLimits",
    "brightness": "Brightness",
    "contrast": "Contrast",
    "saturation": "Saturation",
    "sharpness": "Sharpness",
}
_VALUES = {
    "awb": {"auto": "Auto", "incandescent": "Incandescent", "tungsten": "Tungsten", "fluorescent": "Fluorescent",
            "indoor": "Indoor", "daylight": "Daylight", "cloudy": "Cloudy"},
    "focus": {"manual": "Manual", "auto": "Auto", "continuous": "Continuous"},
    "hdr": {"off": "Off", "multi": "MultiExposure", "single": "SingleExposure", "night": "Night"},
}  # fmt: skip
_AUTOMATIC = {"ExposureTime": 0, "AnalogueGain": 0, "AwbEnable": True}
"""What hands a control back to the camera, where that is not its default."""


def libcamera_controls(
    config: ControlsConfig, available: Available, enumerators: Enumerators, camera: str, *, key: str = "controls"
) -> Controls:
    """What `config` sets, by libcamera's names.

    `camera`: for messages, e.g. "picamera:0"; `key`: where in the camera's config this stands.
    Raises SourceSetupError for a control that this camera lacks, or a value that it does not take.
    """
    controls: Controls = {}
    for own in config.own_names:
        if own == "hdr" and config.hdr == "sensor":
            continue  # set before the camera is opened
        value = getattr(config, own)
        if own in _VALUES:
            value = _VALUES[own][value]
        controls |= _one(_NAMES[own], value, available, enumerators, f"{camera}: {key}.{own}")
    controls |= _implied(config, available, enumerators)
    for name, value in config.extra.items():
        controls |= _one(name, value, available, enumerators, f"{camera}: {key}.extra.{name}")
    return controls


def automatic(names: set[str], available: Available) -> Controls:
    """Values that hand these controls back to the camera, or to their defaults, where there is such a value."""
    values: Controls = {}
    for name in names & available.keys():
        least, greatest, default = available[name]
        if name == "FrameDurationLimits" and default is None:
            default = (least, greatest)
        values[name] = _AUTOMATIC.get(name, default)
    # picamera2 would choke on a None, and lose the buffer that it was to go with.
    return {name: value for name, value in values.items() if value is not None}


def _implied(config: ControlsConfig, available: Available, enumerators: Enumerators) -> Controls:
    """What a setting takes for granted, where the camera has it."""
    implied: Controls = {}
    if config.lens_position is not None:
        implied["AfMode"] = enumerators("AfMode").get("Manual", 0)
    if config.focus == "auto":
        implied["AfTrigger"] = enumerators("AfTrigger").get("Start", 0)
    if config.colour_gains is not None:
        implied["AwbEnable"] = False
    elif config.awb is not None:
        implied["AwbEnable"] = True
    return {name: value for name, value in implied.items() if name in available}


def _one(name: str, value: Any, available: Available, enumerators: Enumerators, where: str) -> Controls:
    if name not in available:
        hint = did_you_mean(name, available)
        there = listed(sorted(available), 40) or "none at all"
        raise SourceSetupError(
            f"{where}: expected a camera with {name}, this one has {there}. {hint or 'Leave the key out.'}"
        )
    if isinstance(value, str):
        members = enumerators(name)
        if value not in members:
            hint = did_you_mean(value, members)
            known = ", ".join(members) or "a number: it has no names"
            raise SourceSetupError(f"{where}: expected {known}; found {value!r}. {hint}".rstrip())
        value = members[value]
    value = _of_its_type(value, available[name][0], where)
    _check_range(value, available[name], where)
    return {name: value}


def _of_its_type(value: Any, example: Any, where: str) -> Any:
    """The value as libcamera takes it, by the type of the control's least value; lists as tuples.

    A wrong one would fail in picamera2's own thread, and end that.
    """
    if isinstance(value, list | tuple):
        inner = example[0] if isinstance(example, list | tuple) else example
        if isinstance(example, tuple) and len(value) != len(example):
            raise SourceSetupError(f"{where}: expected {len(example)} numbers; found {len(value)}.")
        return tuple(_of_its_type(single, inner, where) for single in value)
    if isinstance(example, tuple):
        raise SourceSetupError(f"{where}: expected a list of {len(example)} numbers; found {value}.")
    if isinstance(example, bool) is not isinstance(value, bool):
        wanted = "true or false" if isinstance(example, bool) else "a number"
        raise SourceSetupError(f"{where}: expected {wanted}; found {value}.")
    if isinstance(value, int) and abs(value) >= 2**63:
        raise SourceSetupError(f"{where}: expected a number of at most 64 bits; found a larger one.")
    if isinstance(example, float):
        return float(value)
    if isinstance(example, int) and not float(value).is_integer():
        raise SourceSetupError(f"{where}: expected a whole number; found {value}.")
    return int(value) if isinstance(example, int) and not isinstance(example, bool) else value


def _check_range(value: Any, limits: tuple[Any, Any, Any], where: str) -> None:
    least, greatest, _ = limits
    for single in value if isinstance(value, list | tuple) else (value,):
        if not all(isinstance(x, int | float) for x in (single, least, greatest)) or least >= greatest:
            continue  # no number, or a camera that states no range
        if not least <= single <= greatest:
            raise SourceSetupError(
                f"{where}: expected {least:g} to {greatest:g}, which is what this camera takes; found {single:g}."
            )
