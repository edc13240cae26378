"""Each camera of the config: does a picture come?"""

from typing import Any

from edgeclassify.config import CameraConfig, split_source
from edgeclassify.config.source_kinds import is_device_or_stream
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding
from edgeclassify.doctor.software.child import ask_child

WITHIN_S = 40.0
"""For one camera: fifteen seconds are its own patience with the first picture."""
_DARK = 0.02
_SEE = 'See "No picture comes" in the docs on troubleshooting; `edgeclassify cameras` lists what is there.'
_TAKING_CHANGES_IT = ("watch",)


def look_at_each(around: Around) -> list[Finding]:
    """A picture of each, one after the other, unless the daemon has it: a camera has one user."""
    if around.config is None:
        return [unknown("camera", "the config can't be used: see config")]
    return [_looked_at(around, camera) for camera in around.config.camera]


def _looked_at(around: Around, camera: CameraConfig) -> Finding:
    kind, _ = split_source(camera.source)
    if around.runs and (around.beside_daemon or is_device_or_stream(camera.source)):
        said = (around.shown or {}).get("StatusText", "")
        return unknown(
            "camera", f"the daemon has it now{f'; it says: {said}' if said else ''}", subject=camera.name
        )
    if kind in _TAKING_CHANGES_IT:
        return ok("camera", "a watched folder: the daemon waits for pictures there", subject=camera.name)
    # Native code and a device: in a process of its own. On its input, since a source may hold a password.
    told = ask_child("frame", WITHIN_S, {"camera": camera.model_dump(mode="json", exclude_unset=True)})
    reason = told.failure or told.facts.get("error")
    if reason:
        return fault("camera", str(reason), _SEE, subject=camera.name)
    return _of_picture(camera.name, told.facts)


def _of_picture(name: str, facts: dict[str, Any]) -> Finding:
    shown = f"{facts['width']}x{facts['height']}, the first picture after {facts['s']:.1f} s"
    if facts["brightness"] < _DARK:
        remedy = "Take its lid off, or give it light; see the picture: edgeclassify snapshot picture.jpg"
        return warning("camera", f"{shown}: all dark", remedy, subject=name, figures=facts)
    return ok("camera", shown, subject=name, figures=facts)
