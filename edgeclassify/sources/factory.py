"""A camera of the config → the object that reads it. A kind that no camera is of is not imported."""

from pathlib import Path

from edgeclassify.config import CameraConfig, split_source
from edgeclassify.errors import ConfigError
from edgeclassify.http.trust import Trust
from edgeclassify.redaction import redacted_source
from edgeclassify.sources.interface import FrameSource
from edgeclassify.sources.support.native_log import silence_opencv
from edgeclassify.types import FULL_FRAME, Roi


def make_source(
    config: CameraConfig, wanted_side: int = 0, zoom: Roi = FULL_FRAME, state_folder: Path | None = None
) -> FrameSource:
    """The source that a [[camera]] table names, not opened yet.

    `wanted_side`: pixels that a frame's shorter side needs for the views of this camera (a model's input
    side, divided by the crop and by the smallest roi); the source scales as close to it as it can do
    cheaply. 0: the source's own size. `zoom`: the part of the sensor that is read, where the source can do that.
    `state_folder`: where a source keeps what must survive a restart; None: nowhere.
    """
    # Here, in the thread that starts the others: the environment must not change while native code reads it.
    silence_opencv()
    kind, target = split_source(config.source)
    if kind == "picamera":
        return _picamera(config, target, wanted_side, zoom)
    source = _plain(config, kind, target, wanted_side, state_folder)
    if config.rotation or config.hflip or config.vflip:
        from edgeclassify.sources.rotation import RotatedSource

        return RotatedSource(source, config.rotation, config.hflip, config.vflip)
    return source


def _picamera(config: CameraConfig, selector: str, wanted_side: int, zoom: Roi) -> FrameSource:
    """The camera's own processor mirrors and turns by 180 degrees; it can't turn by 90."""
    from edgeclassify.sources.picamera.settings import PicameraSettings
    from edgeclassify.sources.picamera.source import PicameraSource
    from edgeclassify.sources.rotation import RotatedSource

    upside_down = config.rotation == 180
    settings = PicameraSettings(
        selector=selector,
        wanted_side=wanted_side,
        size=config.size,
        fps=config.fps,
        hflip=config.hflip != upside_down,
        vflip=config.vflip != upside_down,
        zoom=zoom,
        controls=config.controls,
        night=None if config.night is None else config.night.controls,
        longest_frame_s=config.longest_frame_s,
    )
    source = PicameraSource(config.name, settings)
    return RotatedSource(source, config.rotation, False, False) if config.rotation in (90, 270) else source


def _plain(
    config: CameraConfig, kind: str, target: str, wanted_side: int, state_folder: Path | None
) -> FrameSource:
    name, size, fps, loop = config.name, config.size, config.fps, config.loop
    trust = Trust(config.tls.verify, config.tls.ca)
    match kind:
        case "images":
            from edgeclassify.sources.images.source import ImagesSource

            return ImagesSource(name, target, loop=loop, wanted_side=wanted_side, trust=trust)
        case "watch":
            from edgeclassify.sources.images.watched.source import WatchedFolderSource

            classified = None if state_folder is None else state_folder / f"watched-{name}.txt"
            return WatchedFolderSource(
                name,
                target,
                after=config.after,
                recursive=config.recursive,
                classified=classified,
                wanted_side=wanted_side,
            )
        case "v4l2":
            from edgeclassify.sources.video.device import DeviceSource

            return DeviceSource(
                name,
                target,
                size=size,
                fps=fps,
                wanted_side=wanted_side,
                pixel_format=config.format,
                controls=config.controls.extra,
            )
        case "video" if "://" not in target:
            from edgeclassify.sources.video.file import VideoFileSource

            return VideoFileSource(name, target, loop=loop, realtime=config.realtime)
        case "video":
            from edgeclassify.sources.images.reading import is_url

            return _http(name, target, wanted_side, trust) if is_url(target) else _stream(name, target, trust)
        case "rtsp" | "rtsps":
            return _stream(name, f"{kind}:{target}", trust)
        case "http" | "https":
            return _http(name, f"{kind}:{target}", wanted_side, trust)
        case "synthetic":
            from edgeclassify.sources.synthetic.source import SyntheticOptions, SyntheticSource, parse_options

            plain = SyntheticOptions()
            return SyntheticSource(
                name, parse_options(target, SyntheticOptions(size or plain.size, fps or plain.fps))
            )
        case _:
            raise ConfigError(
                f"camera {name}: expected a source of a known kind, found {redacted_source(config.source)!r}."
            )


def _http(name: str, url: str, wanted_side: int, trust: Trust) -> FrameSource:
    from edgeclassify.sources.network.source import HttpSource

    return HttpSource(name, url, wanted_side, trust)


def _stream(name: str, url: str, trust: Trust) -> FrameSource:
    from edgeclassify.sources.network.stream import StreamSource

    return StreamSource(name, url, trust)
