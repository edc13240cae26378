"""What the node says of itself: on the first line of its log, and on every connection.

No secrets: of a source its kind alone.
"""

import platform
import time
import uuid
from dataclasses import field

from edgeclassify import __version__
from edgeclassify.config import split_source
from edgeclassify.daemon.assembly import Parts
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.types import ModelInfo, NodeInfo


@dataclass(frozen=True, slots=True)
class DaemonRun:
    """One run of the daemon. `started`: seconds since 1970."""

    id: str = field(default_factory=lambda: uuid.uuid4().hex)
    started: float = field(default_factory=time.time)


def node_info(parts: Parts, session: DaemonRun) -> NodeInfo:
    """What is published of this node on every connection."""
    models: dict[str, ModelInfo] = {view.name: view.classifier.info for view in parts.views}
    return NodeInfo(
        version=__version__,
        python=platform.python_version(),
        session=session.id,
        started=session.started,
        models=tuple(dict.fromkeys(models.values())),
        views=tuple(models),
    )


def start_line(parts: Parts, sinks: str) -> str:
    """E.g. "edgeclassify 0.1.0, config …: cameras front (picamera); models … for gate; …". `sinks`: in words."""
    cameras = [f"{one.camera.name} ({split_source(one.camera.source)[0]})" for one in parts.sources]
    views: dict[str, list[str]] = {}
    for view in parts.views:
        views.setdefault(view.classifier.info.name, []).append(view.name)
    models = [f"{model} for {', '.join(names)}" for model, names in views.items()]
    runtimes = dict.fromkeys(_run_by(view.classifier.info) for view in parts.views)
    said = {"cameras": cameras, "models": models, "runtime": runtimes}
    described = [*(f"{what} {', '.join(values)}" for what, values in said.items()), sinks]
    return f"edgeclassify {__version__}, config {parts.config.origin}: {'; '.join(described)}"


def _run_by(model: ModelInfo) -> str:
    """E.g. "litert 2.3.0 in 2 threads"."""
    threads = "" if model.threads is None else f" in {model.threads} thread{'s' if model.threads > 1 else ''}"
    return f"{model.runtime}{threads}{'' if model.delegate is None else f' with {model.delegate}'}"
