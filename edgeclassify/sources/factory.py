"""A source string of the config → the object that reads it."""

from edgeclassify.config import CameraConfig, split_source
from edgeclassify.errors import ConfigError
from edgeclassify.sources.images import ImagesSource
from edgeclassify.sources.interface import FrameSource


def make_source(config: CameraConfig, wanted_side: int = 0) -> FrameSource:
    """The source that a [[camera]] table names, not opened yet.

    `wanted_side`: pixels that a frame's shorter side needs for the views of this camera (a model's input
    side, divided by the crop and by the smallest roi); the source scales as close to it as it can do
    cheaply. 0: the source's own size.
    """
    kind, target = split_source(config.source)
    if kind == "images":
        return ImagesSource(config.name, target, loop=config.loop, wanted_side=wanted_side)
    raise ConfigError(f"camera {config.name}: source {config.source!r} is of no kind that is known.")
