"""Which sources a config needs, and what each is made of: settings, the part that is read, the size."""

import logging
from collections.abc import Callable, Collection, Sequence
from functools import partial
from pathlib import Path

from edgeclassify.config import CameraConfig, Config
from edgeclassify.daemon.assembly.parts import PlannedSource
from edgeclassify.daemon.kept.kept_state import state_folder
from edgeclassify.pipeline.view import View
from edgeclassify.sources.interface import FrameSource
from edgeclassify.types import Roi, enclosing

log = logging.getLogger(__name__)

MOVING_SHARE = 0.5
"""Of its region's sides: what moves is smaller, but larger frames cost more than they bring."""

SourceFactory = Callable[[CameraConfig, int, Roi, Path | None], FrameSource]


def plan_sources(config: Config, views: Sequence[View], make_one: SourceFactory) -> tuple[PlannedSource, ...]:
    """One for each camera that a view looks at. Raises ConfigError where such a source can't be made."""
    return tuple(_plan(config, camera, views, make_one) for camera in _watched(config))


def zoom_of(config: Config, camera: CameraConfig) -> Roi:
    """The part of the frame that is read, as it is seen."""
    if camera.zoom != "views":
        return camera.zoom_region
    return enclosing([view.region for view in config.views() if view.camera == camera.name])


def _watched(config: Config) -> list[CameraConfig]:
    """The cameras that a view looks at: another one would count as one that works, and nobody needs its frames."""
    looked_at = {view.camera for view in config.views()}
    for camera in config.camera:
        if camera.name not in looked_at:
            log.warning(
                "camera %s: no view looks at it: it stays closed. Add a [[view]] for it.",
                camera.name,
                extra={"camera": camera.name},
            )
    return [camera for camera in config.camera if camera.name in looked_at]


def _plan(config: Config, camera: CameraConfig, views: Sequence[View], make_one: SourceFactory) -> PlannedSource:
    closely = [view.name for view in config.views() if view.look == "motion"]
    wanted_side = _wanted_side(views, camera.name, closely)
    # The sensor knows nothing of a turn that is done behind it.
    on_sensor = zoom_of(config, camera).turned_back(camera.rotation)
    make = partial(make_one, camera, wanted_side, on_sensor, state_folder(config))
    made_from = (camera.model_dump(exclude={"interval_s"}), wanted_side, on_sensor)
    return PlannedSource(camera, make, made_from, make().longest_call_s)


def _wanted_side(views: Sequence[View], camera: str, closely: Collection[str]) -> int:
    """The shorter side in pixels that a camera's frames need; 0, its own size, where no view looks at it."""
    looking = [view for view in views if view.camera == camera]
    return max((view.classifier.wanted_side(_seen_by(view, closely)) for view in looking), default=0)


def _seen_by(view: View, closely: Collection[str]) -> Roi:
    """The part of the frame that fills its model's input; of one that looks at what moves, half of its region."""
    region, share = view.region, MOVING_SHARE if view.name in closely else 1.0
    return Roi(region.x, region.y, share * region.width, share * region.height)
