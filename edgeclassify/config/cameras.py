"""The sections on cameras: where frames come from, how the camera is set, and how a lost one is brought back."""

import re
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from edgeclassify.config.base import Name, PositiveSeconds, Score, Seconds, Section, Side, about
from edgeclassify.config.source_kinds import (
    SOURCE_FORMS,
    SOURCE_KINDS,
    SourceKind,
    Target,
    shows_single_pictures,
    split_source,
)
from edgeclassify.config.values import File, host_name
from edgeclassify.documents.values import plain, with_home
from edgeclassify.late_model import Field, field_validator, model_validator
from edgeclassify.redaction import SCHEMES
from edgeclassify.types import Problem, Roi

_ENCODED = "special characters of a password before the host written as %40 (@), %23 (#), %2F (/) and the like"
_SCHEME = re.compile(rf"({'|'.join(SCHEMES)}):", re.IGNORECASE)


def _check_url(url: str) -> None:
    """Raises ValueError for a URL that no server can have, or whose password seems to be cut in two."""
    scheme = url.partition(":")[0]
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
        host_name(re.sub(r"(:.*)%[\w.-]+$", r"\1", host or ""))  # but for the interface of an IPv6 address
    except ValueError:
        host, port = None, None
    if not host or port == 0 or _is_cut(url):
        raise ValueError(f"{scheme}://HOST:PORT/PATH, {_ENCODED}") from None


def _is_cut(url: str) -> bool:
    """True where a #, ? or / of a password that is not encoded ends what counts as user, password and host.

    An @ behind them is allowed in a path or query, and tells nothing where the host is one for certain.
    """
    rest = url.partition("://")[2]
    authority = re.split("[/?#]", rest, maxsplit=1)[0]
    tail = rest[len(authority) :]
    if "@" not in tail:
        return False
    if tail[0] in "#?" or "@" in tail.partition("#")[2]:
        return True
    host = authority.rpartition("@")[2]
    return ":" in authority and not ("." in host or host.startswith("[") or host.lower().startswith("localhost"))


def _check_target(kind: SourceKind, target: str) -> None:
    """Raises ValueError for a URL behind a kind that takes none, or one with a slash too few."""
    if not _SCHEME.match(target):
        return
    if kind.target is Target.FOLDER:
        raise ValueError(f"{kind.name}: followed by a folder")
    if kind.target is not Target.FILE_OR_URL:
        raise ValueError(f"no URL behind {kind.name}: (a network camera is written as rtsp://… or http://…)")
    if not re.match("[a-z]+://[^/]", target, re.IGNORECASE):
        raise ValueError(
            f"{kind.name}: followed by a URL with two slashes behind the colon, like http://HOST/PATH"
        )


Region = Annotated[tuple[Score, Score, Score, Score], Field(strict=False)]
"""x, y, width, height as fractions of the frame."""


def inside(value: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    """Passes a region that lies inside the frame; raises ValueError for the rest."""
    x, y, width, height = value
    if width <= 0 or height <= 0 or x + width > 1 + 1e-9 or y + height > 1 + 1e-9:
        raise ValueError(
            "[x, y, width, height] inside the frame: width and height above 0, x + width and y + height at most 1"
        )
    return value


LEAST_REST_S = 2.0
"""A camera is not stopped between two frames for less than that."""

ControlValue = bool | int | float | str | list[int] | list[float]
"""What a control of the camera may be set to."""


class ControlsConfig(Section):
    """[camera] controls: exposure, colour, focus. What is left out is the camera's own business."""

    exposure_us: Annotated[int, Field(ge=1, le=600_000_000)] | None = about(
        None, "Exposure time in microseconds; default: automatic."
    )
    gain: Annotated[float, Field(ge=1, le=256)] | None = about(None, "Analogue gain, 1: none; default: automatic.")
    exposure_value: Annotated[float, Field(ge=-8, le=8)] | None = about(
        None, "Brighter or darker than automatic exposure would have it, in stops."
    )
    awb: Literal["auto", "incandescent", "tungsten", "fluorescent", "indoor", "daylight", "cloudy"] | None = about(
        None, "White balance: auto, or the kind of light."
    )
    colour_gains: Annotated[tuple[float, float], Field(strict=False)] | None = about(
        None, "White balance by hand: gains of red and blue."
    )
    focus: Literal["manual", "auto", "continuous"] | None = about(
        None, "manual: see lens_position; auto: once at the start; continuous: all the time."
    )
    lens_position: Annotated[float, Field(ge=0, le=100)] | None = about(
        None, "Focus by hand, in dioptres: 1 / distance in metres; 0: infinity."
    )
    hdr: Literal["off", "single", "multi", "night", "sensor"] | None = about(
        None, "High dynamic range: of the image processor, or (sensor) of the Camera Module 3 itself."
    )
    frame_duration_us: Annotated[tuple[int, int], Field(strict=False)] | None = about(
        None, "Least and greatest time between two frames in microseconds; the greatest bounds the exposure."
    )
    brightness: Annotated[float, Field(ge=-1, le=1)] | None = about(None, "-1 to 1; 0: as it is.")
    contrast: Annotated[float, Field(ge=0, le=32)] | None = about(None, "1: as it is.")
    saturation: Annotated[float, Field(ge=0, le=32)] | None = about(None, "1: as it is; 0: black and white.")
    sharpness: Annotated[float, Field(ge=0, le=16)] | None = about(None, "1: as it is.")
    extra: dict[str, ControlValue] = Field(
        default_factory=dict,
        description="Any other control by the name and with the values that `edgeclassify cameras` lists.",
    )

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.lens_position is not None and self.focus not in (None, "manual"):
            raise ValueError('lens_position together with focus = "manual" or no focus')
        if self.colour_gains is not None and self.awb is not None:
            raise ValueError("awb or colour_gains, not both")
        if self.frame_duration_us is not None and not 0 < self.frame_duration_us[0] <= self.frame_duration_us[1]:
            raise ValueError("frame_duration_us as [least, greatest], both above 0")
        return self

    @property
    def longest_frame_us(self) -> int:
        """The longest frame that these controls ask for or allow, in microseconds; 0: they say nothing of it."""
        greatest = 0 if self.frame_duration_us is None else self.frame_duration_us[1]
        return max(greatest, self.exposure_us or 0)

    @property
    def own_names(self) -> tuple[str, ...]:
        """The keys that are set and have a name of ours: all but `extra`."""
        return tuple(
            key for key in ControlsConfig.model_fields if key != "extra" and getattr(self, key) is not None
        )


class NightConfig(Section):
    """[camera] night: other controls while it is dark."""

    below_lux: Annotated[float, Field(ge=0)] | None = about(
        None, "Night begins below this light on the scene, as the camera measures it."
    )
    above_lux: Annotated[float, Field(ge=0)] | None = about(
        None, "Day begins above this; default: three times below_lux."
    )
    below_brightness: Score | None = about(
        None, "In place of lux: night begins below this mean brightness of the picture, 0-1."
    )
    above_brightness: Score | None = about(
        None, "Day begins above this brightness, as the picture is with the night's controls."
    )
    dwell_s: Seconds = about(60.0, "Seconds that it must be dark or light before the controls change.")
    controls: ControlsConfig = Field(
        default_factory=ControlsConfig, description="What differs from the camera's controls, with their keys."
    )

    @model_validator(mode="after")
    def _one_measure(self) -> Self:
        lux, bright = (self.below_lux, self.above_lux), (self.below_brightness, self.above_brightness)
        if (self.below_lux is None) == (self.below_brightness is None):
            raise ValueError("below_lux or below_brightness, one of them")
        if self.below_lux is None and self.above_lux is not None:
            raise ValueError("above_lux together with below_lux")
        if self.below_brightness is not None and self.above_brightness is None:
            raise ValueError("above_brightness together with below_brightness")
        if self.below_brightness is None and self.above_brightness is not None:
            raise ValueError("above_brightness together with below_brightness")
        for below, above in (lux, bright):
            if below is not None and above is not None and above <= below:
                raise ValueError("a level for the day above that for the night")
        return self

    @model_validator(mode="after")
    def _has_an_effect(self) -> Self:
        if not self.controls.own_names and not self.controls.extra:
            raise ValueError("controls that differ from the day's")
        if self.controls.hdr == "sensor":
            raise ValueError('controls without hdr = "sensor", which can only be set before the camera is opened')
        return self

    @property
    def levels(self) -> tuple[float, float, bool]:
        """Below which it is night, above which it is day, and whether both are in lux."""
        if self.below_lux is not None:
            return self.below_lux, 3 * self.below_lux if self.above_lux is None else self.above_lux, True
        assert self.below_brightness is not None, "one of them is set"
        assert self.above_brightness is not None, "both or none"
        return self.below_brightness, self.above_brightness, False


class CameraTlsConfig(Section):
    """[camera] tls: which certificates of https:// and rtsps:// are accepted."""

    verify: bool = about(
        True, "false: any certificate, also one that the camera signed for itself; then nobody knows who answers."
    )
    ca: File | None = about(
        None, "PEM file of the certificates that are accepted, or signed what is: the camera's own, for example."
    )

    @model_validator(mode="after")
    def _one_of_them(self) -> Self:
        if not self.verify and self.ca is not None:
            raise ValueError("ca or verify = false, not both")
        return self


class CameraConfig(Section):
    """[[camera]]: a source with a name."""

    name: Name = about("camera", "Name of the camera.")
    source: str = Field(description=f"{SOURCE_FORMS}. picamera also takes a camera's model or id.")
    interval_s: Seconds = about(0.5, "Seconds between two frames that are classified; 0: as fast as it goes.")
    loop: bool = about(False, "Start a file or folder again at its end.")
    realtime: bool = about(
        False, "Play a video file at its own pace and leave out what comes too fast, as a camera would."
    )
    after: Literal["keep", "delete", "move"] = about(
        "keep",
        "What becomes of a picture in a watched folder once it is classified; move: into its folder done. The "
        "systemd unit must let it: systemctl edit edgeclassify, [Service] ReadWritePaths=…",
    )
    recursive: bool = about(
        True, "Pictures in folders below a watched one count too; hidden folders and done are left out."
    )
    size: Annotated[tuple[Side, Side], Field(strict=False)] | None = about(
        None, "Width and height to ask the camera for; default: what the model needs."
    )
    fps: Annotated[float, Field(gt=0, le=240)] | None = about(
        None, "Frames per second to ask the camera for; default: the camera's."
    )
    format: Literal["auto", "mjpg", "yuyv"] = about(
        "auto", "Of a USB camera; auto: uncompressed where it gives the size fast enough, else MJPG."
    )
    rotation: Literal[0, 90, 180, 270] = about(0, "Degrees that the picture is turned, clockwise.")
    hflip: bool = about(False, "Mirror left and right.")
    vflip: bool = about(False, "Mirror top and bottom.")
    zoom: Region | Literal["views"] | None = about(
        None,
        "Read only this part of the sensor, x, y, width, height, at its own resolution: the frame is then that "
        "part, and a roi counts within it. views: the part that the views need, a roi counts as without zoom.",
    )
    stall_timeout_s: PositiveSeconds = about(10.0, "No new frame for so long: the restart ladder begins.")
    stall_frames: Annotated[int, Field(ge=0, le=100_000)] = about(
        90, "Or for so many frame intervals, where the source states its pace; 0: only stall_timeout_s counts."
    )
    freeze_timeout_s: Seconds | None = about(
        None,
        "The same picture, bit by bit, for so long is a frozen camera; 0: never; default: 60 for picamera and "
        "v4l2, whose sensors have noise, else never.",
    )
    restart_attempts: Annotated[int, Field(ge=0, le=1000)] = about(
        5, "Failed re-opens in a row before the camera counts as gone and a fresh process is wanted."
    )
    stop_between: bool = about(
        False, "Stop the camera between two frames that are far apart, to save power: see settle_s."
    )
    settle_s: Seconds = about(1.0, "With stop_between: seconds for exposure and colour to settle before a frame.")
    controls: ControlsConfig = Field(
        default_factory=ControlsConfig, description="Exposure, colour, focus and others of the camera."
    )
    night: NightConfig | None = about(None, "Other controls while it is dark.")
    scene_checks: Annotated[
        tuple[Literal["covered", "moved", "defocused", "dark", "overexposed", "frozen"], ...], Field(strict=False)
    ] = about(
        ("covered", "moved", "defocused", "dark", "overexposed", "frozen"),
        "What is looked for in its frames and told as a problem; none: []. Default: all of them for a camera, of "
        "which frozen only with freeze_timeout_s; for a video file all but frozen, for other files none.",
    )
    realign: bool = about(
        False, "Shift the rois of its views with the scene where the camera was moved by realign_limit at most."
    )
    realign_limit: Annotated[float, Field(gt=0, le=0.5)] = about(
        0.1, "With realign: share of the frame's width and height."
    )
    tls: CameraTlsConfig = Field(
        default_factory=CameraTlsConfig,
        description="Of https:// and rtsps://: which certificates are accepted; default: those known here.",
    )

    @field_validator("source")
    @classmethod
    def _source(cls, value: str) -> str:
        name, target = split_source(plain(value))
        kind = SOURCE_KINDS.get(name)
        if kind is None:
            raise ValueError(SOURCE_FORMS)
        if kind.is_network:
            _check_url(f"{name}:{target}")
            return value
        _check_target(kind, target)
        if kind.is_path(target):
            with_home(target)
        elif kind.target is Target.FILE_OR_URL:
            _check_url(target)
        if kind.one_word is not None and re.search(r"\s", target):
            raise ValueError(kind.one_word)
        if kind.target is not Target.SELECTOR and not target:
            raise ValueError(f"{name}: followed by a path")
        return value

    @field_validator("zoom")
    @classmethod
    def _zoom(
        cls, value: tuple[float, float, float, float] | str | None
    ) -> tuple[float, float, float, float] | str | None:
        return inside(value) if isinstance(value, tuple) else value

    @property
    def problems_looked_for(self) -> tuple[Problem, ...]:
        """What scene_checks says, or its default: without noise nothing tells a frozen picture from a still one,
        and pictures that do not follow each other have nothing that could change.
        """
        listed = tuple(map(Problem, self.scene_checks))
        kind = SOURCE_KINDS[self.kind]
        if "scene_checks" in self.model_fields_set:
            return listed
        if not kind.is_scene:
            return ()
        freezes = kind.has_noise if self.freeze_timeout_s is None else self.freeze_timeout_s > 0
        return tuple(problem for problem in listed if problem is not Problem.FROZEN or freezes)

    @property
    def kind(self) -> str:
        """The kind of source."""
        return split_source(self.source)[0]

    @property
    def shows_single_pictures(self) -> bool:
        """True where each image counts by itself."""
        return shows_single_pictures(self.kind, self.loop)

    @property
    def longest_frame_s(self) -> float:
        """The longest time from one frame to the next that the settings ask for or allow; 0: they say nothing."""
        profiles = [self.controls, *([] if self.night is None else [self.night.controls])]
        asked_us = [controls.longest_frame_us for controls in profiles]
        return max(0.0 if self.fps is None else 1 / self.fps, *(us / 1e6 for us in asked_us))

    @property
    def zoom_region(self) -> Roi:
        """The part of the sensor that `zoom` names; the whole of it where it names none."""
        return Roi(*self.zoom) if isinstance(self.zoom, tuple) else Roi()


class RecoveryConfig(Section):
    """[recovery]: what is done where opening a camera again does not help."""

    fresh_process: bool = about(
        True,
        "End with exit status 75, so that systemd starts a fresh process; rarer while other cameras work, and the "
        "more often it was in vain.",
    )
    reboot: bool = about(
        False, "Ask for a reboot after that: systemctl enable --now edgeclassify-reboot.path carries it out."
    )
    reboot_after: Annotated[int, Field(ge=1, le=1000)] = about(
        3, "So many fresh processes in a row must have been in vain before a reboot is asked for."
    )
    reboot_interval_s: Annotated[float, Field(ge=60, le=86_400 * 365, allow_inf_nan=False)] = about(
        86_400.0, "The machine must have been up for so long: at most one reboot in that time."
    )
    reboot_file: File = about(
        Path("/run/edgeclassify/reboot"), "The file that asks for it; edgeclassify-reboot.path waits for it."
    )
