"""A source string of the config → the object that reads it."""

from edgeclassify.config import CameraConfig, split_source
from edgeclassify.errors import ConfigError
from edgeclassify.sources.images import ImagesSource
from edgeclassify.sources.interface import FrameSource
from edgeclassify.sources.picamera import PicameraSource
from edgeclassify.sources.synthetic import SyntheticOptions, SyntheticSource, parse_options
from edgeclassify.sources.video import DeviceSource, StreamSource, VideoFileSource


def make_source(config: CameraConfig, wanted_side: int = 0) -> FrameSource:
    """The source that a [[camera]] table names, not opened yet.

    `wanted_side`: pixels that a frame's shorter side needs for the views of this camera (a model's input
    side, divided by the crop and by the smallest roi); the source scales as close to it as it can do
    cheaply. 0: the source's own size.
    """
    kind, target = split_source(config.source)
    name, size, fps, loop = config.name, config.size, config.fps, config.loop
    match kind:
        case "images":
            return ImagesSource(name, target, loop=loop, wanted_side=wanted_side)
        case "picamera":
            return PicameraSource(name, int(target or 0), wanted_side=wanted_side, size=size, fps=fps)
        case "v4l2":
            return DeviceSource(name, target, size=size, fps=fps, wanted_side=wanted_side)
        case "video" if "://" not in target:
            return VideoFileSource(name, target, loop=loop)
        case "video":
            return StreamSource(name, target)
        case "rtsp" | "rtsps" | "http" | "https":
            return StreamSource(name, f"{kind}:{target}")
        case "synthetic":
            plain = SyntheticOptions()
            return SyntheticSource(
                name, parse_options(target, SyntheticOptions(size or plain.size, fps or plain.fps))
            )
        case _:
            raise ConfigError(f"camera {name}: expected a source of a known kind, found {config.source!r}.")
