"""What runs models here, and how fast."""

import platform
import sys

from edgeclassify.config import Config
from edgeclassify.doctor.around import Around
from edgeclassify.doctor.findings import fault, ok, unknown, warning
from edgeclassify.doctor.interface import Finding
from edgeclassify.doctor.machine.system import bits
from edgeclassify.doctor.software.child import ask_child
from edgeclassify.doctor.software.python import not_here
from edgeclassify.types import ModelChoice

RUNTIME_S, SPEED_S = 25.0, 60.0
_LITERT = "pip install 'ai-edge-litert>=2.1,<3'"
_NEW_PYTHON = (3, 12)


def look_at_runtime(around: Around) -> list[Finding]:
    """LiteRT, or the slower tflite-runtime."""
    if around.beside_daemon:
        return [ok("runtime", "the daemon runs with it")]
    wanted = "auto" if around.config is None else around.config.model.runtime
    told = ask_child("runtime", RUNTIME_S, {"runtime": wanted})
    reason = told.failure or told.facts.get("error")
    if reason:
        return [fault("runtime", str(reason), how_to_get_one())]
    name, there = str(told.facts["name"]), told.facts["there"]
    figures = {"runtime": name, "there": there}
    if name.startswith("tflite-runtime") and bits() == 64:
        also = " (LiteRT is here too)" if "litert" in there else ""
        remedy = 'Let model.runtime be "auto".' if also else f"Install LiteRT, 10 to 60 times as fast: {_LITERT}"
        return [warning("runtime", f"{name}, the slow one of two{also}", remedy, figures=figures)]
    return [ok("runtime", name, figures=figures)]


def how_to_get_one() -> str:
    """Which runtime there is for this machine and this Python."""
    if bits() == 64:
        return f"Install it in the environment of edgeclassify: {_LITERT}"
    if sys.version_info[:2] >= _NEW_PYTHON:
        return (
            f"No runtime is made for a 32-bit Python {platform.python_version()}. Install the 64-bit Raspberry Pi "
            "OS, or the 32-bit one named Bookworm, with Python 3.11."
        )
    return "pip install 'edgeclassify[tflite-runtime]'; better: the 64-bit Raspberry Pi OS, which has LiteRT."


def look_at_speed(around: Around) -> list[Finding]:
    """Of each model that the config names, against how often its views want a picture classified."""
    if around.beside_daemon:
        return not_here("runtime-speed")
    models = _models(around.config)
    share_s = SPEED_S / max(1, len(models)) - 1
    return [_speed_of(model, interval_s, share_s) for model, interval_s in models]


def _models(config: Config | None) -> list[tuple[ModelChoice, float]]:
    """Each with the shortest interval of its views (seconds; 0: as fast as it goes)."""
    if config is None:
        return [(ModelChoice(), 0.0)]
    found: dict[ModelChoice, float] = {}
    for view in config.views():
        model = config.model_of(view)
        interval_s = config.camera_of(view).interval_s
        found[model] = min(found.get(model, interval_s), interval_s)
    return list(found.items())


def _speed_of(model: ModelChoice, interval_s: float, within_s: float) -> Finding:
    subject = model.name
    told = ask_child("speed", within_s, {"model": model.plain()})
    if told.failure or "error" in told.facts:
        reason = str(told.failure or told.facts["error"])
        if told.facts.get("kind") in ("RuntimeMissingError",):
            return unknown("runtime-speed", "without a runtime no model runs", subject=subject)
        remedy = f"See what is wrong with it: edgeclassify models inspect {subject}"
        return fault("runtime-speed", f"the model can't be run: {reason}", remedy, subject=subject)
    ms, runtime, threads = float(told.facts["ms"]), told.facts["runtime"], told.facts["threads"]
    figures = {"ms": round(ms, 2), "interval_s": interval_s, "runtime": runtime, "threads": threads}
    by = "" if told.facts["delegate"] is None else f" and {told.facts['delegate']}"
    shown = (
        f"{ms:.1f} ms a picture with {runtime}{by} in {threads} thread{'s' if threads != 1 else ''}, opened in "
        f"{told.facts['opened_s']:.1f} s"
    )
    if interval_s and ms > 1000 * interval_s:
        remedy = (
            f"Classify less often (interval_s, now {interval_s:g}), or take a smaller model (edgeclassify models)."
        )
        return warning("runtime-speed", f"{shown}: slower than its views ask for", remedy, subject=subject,
                       figures=figures)  # fmt: skip
    return ok("runtime-speed", shown, subject=subject, figures=figures)
