"""Python, the packages beside it, and numpy with what was built for it."""

import platform
import sys
from importlib import metadata
from pathlib import Path

from edgeclassify import __version__
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding
from edgeclassify.doctor.software.child import ask_child

OLDEST, NEWEST = (3, 11), (3, 13)
"""With which this version is tested."""
NUMPY_S = 25.0
_SHOWN = (
    "numpy", "opencv-python-headless", "pydantic", "paho-mqtt", "ai-edge-litert", "tflite-runtime", "starlette",
    "uvicorn",
)  # fmt: skip


def look_at_python(around: Around) -> list[Finding]:
    """Its version, and where it lies."""
    del around
    version, place = platform.python_version(), Path(sys.prefix)
    kind = "an environment of its own" if sys.prefix != sys.base_prefix else "the system's"
    figures = {"python": version, "prefix": sys.prefix}
    shown = f"{version}, {kind} ({place})"
    if sys.version_info[:2] < OLDEST:
        wanted = ".".join(map(str, OLDEST))
        return [fault("python", shown, f"Use Python {wanted} or newer: Raspberry Pi OS Bookworm has it.",
                      figures=figures)]  # fmt: skip
    if sys.version_info[:2] > NEWEST:
        tested = ".".join(map(str, NEWEST))
        return [warning("python", f"{shown}: newer than what this version was tested with",
                        f"Use Python {tested} or older, or a newer edgeclassify.", figures=figures)]  # fmt: skip
    return [ok("python", shown, figures=figures)]


def versions() -> dict[str, str]:
    """Of edgeclassify and of what it stands on, as far as it is here."""
    found = {"edgeclassify": __version__, "python": platform.python_version()}
    for name in _SHOWN:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def look_at_versions(around: Around) -> list[Finding]:
    """Of this program; and whether the daemon that runs is this one, not the one before an upgrade."""
    found = versions()
    shown = f"edgeclassify {__version__}"
    others = ", ".join(
        f"{name} {version}" for name, version in found.items() if name not in ("edgeclassify", "python")
    )
    shown = f"{shown} ({others})" if others else shown
    if _is_older_than_program(around):
        remedy = f"sudo systemctl restart {around.unit}"
        return [warning("versions", f"{shown}; the daemon was started before this version was installed", remedy,
                        figures=found)]  # fmt: skip
    return [ok("versions", shown, figures=found)]


def _is_older_than_program(around: Around) -> bool:
    started = started_at(around)
    try:
        installed = Path(__file__).with_name("__init__.py").stat().st_ctime
    except OSError:
        return False
    return started is not None and installed > started + 1


def started_at(around: Around) -> float | None:
    """When the daemon became active, seconds since the epoch; None where that is not known."""
    shown = around.shown or {}
    try:
        after_boot_s = int(shown.get("ActiveEnterTimestampMonotonic", "")) / 1e6
        lines = (around.places.proc / "stat").read_text().splitlines()
        booted = next(int(line.split()[1]) for line in lines if line.startswith("btime "))
    except (OSError, ValueError, StopIteration, IndexError):
        return None
    return booted + after_boot_s if around.runs and after_boot_s else None


def look_at_numpy(around: Around) -> list[Finding]:
    """Whether numpy and OpenCV load, and were built for one another."""
    if around.beside_daemon:
        return [ok("numpy", "the daemon runs with it")]
    told = ask_child("numpy", NUMPY_S)
    if told.failure:
        remedy = "Install both again: pip install --force-reinstall numpy opencv-python-headless"
        return [fault("numpy", f"numpy or OpenCV can't be loaded: {told.failure}", remedy)]
    if "error" in told.facts:
        return [
            fault("numpy", f"numpy can't be loaded: {told.facts['error']}", "pip install --force-reinstall numpy")
        ]
    if broken := told.facts["broken"]:
        found = f"numpy {told.facts['numpy']}; OpenCV can't be loaded: {broken['cv2']}"
        remedy = "Install it again for this numpy: pip install --force-reinstall opencv-python-headless"
        return [fault("numpy", found, remedy)]
    figures = {"numpy": told.facts["numpy"], "cv2": told.facts["cv2"]}
    return [ok("numpy", f"numpy {told.facts['numpy']}, OpenCV {told.facts['cv2']}", figures=figures)]


def not_here(check: str) -> list[Finding]:
    """For what is not looked at while the daemon works."""
    return [unknown(check, "not looked at from within the daemon", "Ask in a terminal: sudo edgeclassify doctor")]
