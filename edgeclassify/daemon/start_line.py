"""The line that the log begins with: what runs here, and with what. No secrets: of a source its kind alone."""

from edgeclassify import __version__
from edgeclassify.config import split_source
from edgeclassify.daemon.assembly import Parts


def start_line(parts: Parts, broker: str) -> str:
    """E.g. "edgeclassify 0.1.0, config /etc/…: camera front (picamera); model … for view gate; …"."""
    cameras = [f"{one.camera.name} ({split_source(one.camera.source)[0]})" for one in parts.sources]
    views: dict[str, list[str]] = {}
    for view in parts.views:
        views.setdefault(view.classifier.info.name, []).append(view.name)
    models = [f"{model} for {', '.join(names)}" for model, names in views.items()]
    runtimes = dict.fromkeys(view.classifier.info.runtime for view in parts.views)
    said = {"cameras": cameras, "models": models, "runtime": runtimes, "broker": [broker]}
    return f"edgeclassify {__version__}, config {parts.config.origin}: " + "; ".join(
        f"{what} {', '.join(values)}" for what, values in said.items()
    )
