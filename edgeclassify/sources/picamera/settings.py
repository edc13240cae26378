"""What the config says of a CSI camera, and how that becomes its configuration and controls."""

from dataclasses import field, replace
from typing import Any

from edgeclassify.config import ControlsConfig
from edgeclassify.errors import SourceSetupError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.sources.picamera import runtime
from edgeclassify.sources.picamera.controls import Controls, libcamera_controls
from edgeclassify.sources.picamera.devices import sensor_modes
from edgeclassify.sources.picamera.streams import (
    PIXEL_FORMATS,
    Size,
    StreamLayout,
    full_view_mode,
    scaler_crop,
    stream_sizes,
    unzoomed,
    zoomed,
)
from edgeclassify.types import FULL_FRAME, Roi

BUFFERS = 6
USUAL_FRAME_US = 33_333
"""What picamera2 sets for video."""


@dataclass(frozen=True, slots=True)
class PicameraSettings:
    """`selector`: the camera's number, model or id. `wanted_side`: shorter side of the frames in pixels; 0: small.

    `size`: width and height of the main stream; None: a small one of the sensor's aspect. `fps`: None: 30, as
    picamera2 has it. `zoom`: the part of the sensor that is read. `night`: controls that lie over the others at
    night; None: there is no night. `longest_frame_s`: see CameraConfig.
    """

    selector: str = "0"
    wanted_side: int = 0
    size: Size | None = None
    fps: float | None = None
    hflip: bool = False
    vflip: bool = False
    zoom: Roi = FULL_FRAME
    controls: ControlsConfig = field(default_factory=ControlsConfig)
    night: ControlsConfig | None = None
    longest_frame_s: float = 0.0

    @property
    def name(self) -> str:
        """The camera, as the config names it."""
        return f"picamera:{self.selector or '0'}"

    @property
    def has_sensor_hdr(self) -> bool:
        """HDR of the sensor itself: set before the camera is opened."""
        return self.controls.hdr == "sensor"

    def without_hot(self) -> "PicameraSettings":
        """The same without what can be changed while the stream runs."""
        fixed = ControlsConfig.usual(hdr="sensor") if self.has_sensor_hdr else ControlsConfig.usual()
        return replace(self, controls=fixed, night=None, fps=None, longest_frame_s=0.0)


def configuration(picam: Any, settings: PicameraSettings) -> dict[str, Any]:
    """Main and lores for picamera2's configure(). Raises SourceSetupError for a size beyond the sensor's."""
    sensor = tuple(picam.sensor_resolution)
    _check_size(settings, sensor)
    main, lores = stream_sizes(zoomed(sensor, settings.zoom), settings.wanted_side, settings.size)
    options: dict[str, Any] = {}
    mode = full_view_mode(sensor_modes(picam), unzoomed(main, settings.zoom))
    if mode is not None:
        options["sensor"] = {"output_size": tuple(mode["size"]), "bit_depth": mode["bit_depth"]}
    made: dict[str, Any] = picam.create_video_configuration(
        main={"size": main, "format": "YUV420"},
        lores={"size": lores, "format": "YUV420"},
        transform=runtime.transform(settings.hflip, settings.vflip),
        # Frames are converted as BT.601, limited range; picamera2 would choose BT.709 for a large main stream.
        colour_space=runtime.bt601(),
        raw=None,
        buffer_count=BUFFERS,
        display=None,
        encode=None,
        **options,
    )
    return made


def layouts(configured: dict[str, Any], settings: PicameraSettings) -> tuple[StreamLayout, StreamLayout]:
    """Layout of lores and main as the camera was configured.

    Raises SourceSetupError where libcamera chose another size than was asked for, or an unknown format.
    """
    got, size = tuple(configured["main"]["size"]), settings.size
    if size is not None and got != tuple(side + side % 2 for side in size):
        raise SourceSetupError(
            f"{settings.name}: size: expected one that this camera has, found {size[0]}x{size[1]}. "
            f"Nearest: [{got[0]}, {got[1]}]."
        )
    return _layout(configured["lores"], settings), _layout(configured["main"], settings)


def wanted_controls(picam: Any, settings: PicameraSettings, night: bool) -> Controls:
    """Controls of the profile in use; those of both are checked. Raises SourceSetupError."""
    available = picam.camera_controls
    controls = _frame_rate(settings, available) | _zoom(settings, available)
    controls |= libcamera_controls(settings.controls, available, runtime.enumerators, settings.name)
    if settings.night is not None:
        at_night = libcamera_controls(
            settings.night, available, runtime.enumerators, settings.name, key="night.controls"
        )
        if night:
            controls |= at_night
    return controls | _frames_long_enough(controls, available)


def _frames_long_enough(controls: Controls, available: dict[str, Any]) -> Controls:
    """A long exposure needs a long frame: it goes before a frame rate, the usual one or that of the config."""
    exposure_us = controls.get("ExposureTime", 0)
    _, greatest_us = controls.get("FrameDurationLimits", (0, USUAL_FRAME_US))
    if exposure_us <= greatest_us or "FrameDurationLimits" not in available:
        return {}
    return {"FrameDurationLimits": (exposure_us, exposure_us)}


def _frame_rate(settings: PicameraSettings, available: dict[str, Any]) -> Controls:
    if settings.fps is None or "FrameDurationLimits" not in available:
        return {}
    duration_us = round(1e6 / settings.fps)
    return {"FrameDurationLimits": (duration_us, duration_us)}


def _zoom(settings: PicameraSettings, available: dict[str, Any]) -> Controls:
    zoom = settings.zoom
    if zoom == FULL_FRAME:
        return {}
    if "ScalerCrop" not in available:
        raise SourceSetupError(
            f"{settings.name}: zoom: expected a camera that can read a part of its sensor (ScalerCrop), this one "
            "can't. Choose a part of the picture by the view's roi."
        )
    least, limit, _ = available["ScalerCrop"]
    crop = scaler_crop(limit, least[2:], zoom)
    if crop is None:
        raise SourceSetupError(
            f"{settings.name}: zoom: expected at least {least[2]}x{least[3]} pixels of the sensor's "
            f"{limit[2]}x{limit[3]}, found {zoom.width:g} x {zoom.height:g} of it. Make it larger."
        )
    if "ScalerCrops" in available:  # of a Pi 5: one for each stream; picamera2 has set them, and they come first
        return {"ScalerCrop": crop, "ScalerCrops": [crop, crop]}
    return {"ScalerCrop": crop}


def _check_size(settings: PicameraSettings, sensor: Size) -> None:
    size = settings.size
    if size is not None and (size[0] > sensor[0] or size[1] > sensor[1]):
        raise SourceSetupError(
            f"{settings.name}: size: expected at most {sensor[0]}x{sensor[1]}, which is what the sensor has; "
            f"found {size[0]}x{size[1]}. Nearest: [{min(size[0], sensor[0])}, {min(size[1], sensor[1])}]."
        )


def _layout(stream: dict[str, Any], settings: PicameraSettings) -> StreamLayout:
    pixel_format = PIXEL_FORMATS.get(stream["format"])
    if pixel_format is None:
        raise SourceSetupError(
            f"{settings.name}: expected frames as {', '.join(PIXEL_FORMATS)}, found {stream['format']}."
        )
    width, height = stream["size"]
    return StreamLayout(pixel_format, width, height, stream["stride"])
