"""One frame of a camera, opened by a command: it has one user, so the daemon must let go of it first."""

import os
import time
from collections.abc import Iterator
from contextlib import suppress

from edgeclassify.config import CameraConfig, Config, split_source
from edgeclassify.errors import ImageError, SourceError, UsageError
from edgeclassify.files import printable
from edgeclassify.sources.factory import make_source
from edgeclassify.sources.interface import FrameSource, NoFrameInTimeError
from edgeclassify.suggestions import did_you_mean
from edgeclassify.types import Frame

READ_S = 0.5
PATIENCE_S = 15.0
"""How long a camera may take for its first frame."""


def named_camera(config: Config, name: str | None) -> CameraConfig:
    """The camera of that name; None: the only one. Raises UsageError."""
    names = [camera.name for camera in config.camera]
    found = [camera for camera in config.camera if name in (None, camera.name)]
    if len(found) == 1:
        return found[0]
    hint = "" if name is None else did_you_mean(name, names)
    raise UsageError(f"--camera: expected one of {', '.join(names)}; found {name or 'nothing'}. {hint}".rstrip())


def is_watched_folder(camera: CameraConfig) -> bool:
    """True where it is a folder that is there to be watched: it may be empty, and its pictures are the daemon's.

    Raises SourceError where it can't be looked into.
    """
    kind, target = split_source(camera.source)
    if kind != "watch":
        return False
    try:
        with os.scandir(target):
            return True
    except OSError as error:
        reason = error.strerror or error
        raise SourceError(
            f"watch: expected a folder at {printable(target)}, found none to read: {reason}."
        ) from error


def opened_camera(camera: CameraConfig, ask_instead: str, wanted_side: int = 0) -> FrameSource:
    """The camera's source, open.

    `ask_instead`: the request over MQTT that does the same, for the message. `wanted_side`: pixels that a frame's
    shorter side needs, 0: the camera's own size. Raises SourceError where it can't be opened.
    """
    source = make_source(camera, wanted_side, camera.zoom_region)
    try:
        source.open()
    except SourceError as error:
        source.close()
        if "edgeclassify (pid" in str(error):
            raise SourceError(
                f"{error} (`sudo systemctl stop edgeclassify`), or ask it over MQTT: topic {ask_instead}."
            ) from error
        raise
    return source


def next_frame(source: FrameSource, settle: float = 0.0) -> Frame:
    """The first frame after so many seconds. Raises SourceError where none comes."""
    deadline = time.monotonic() + settle + PATIENCE_S
    settled = time.monotonic() + settle
    while True:
        try:
            frame = source.read(READ_S)
        except NoFrameInTimeError as error:
            if time.monotonic() > deadline:
                raise SourceError(f"{source.describe()}: no frame within {PATIENCE_S:g} s.") from error
            continue
        if frame is None:
            raise SourceError(f"{source.describe()}: has ended without a frame to take.")
        if time.monotonic() >= settled or not source.live:
            return frame


def frames_over(source: FrameSource, most: int, seconds: float, settle: float = 0.0) -> Iterator[Frame]:
    """At most `most` frames at equal distances of time, over so many seconds; of what is no camera those that come
    first, to its end. Raises SourceError where there is none."""
    started, found = time.monotonic() + settle, 0
    for number in range(most):
        if source.live:
            _drain(source, started + number * seconds / most)
        try:
            frame = next_frame(source)
        except ImageError:  # one of several
            continue
        except SourceError:
            if source.live or not found:
                raise
            return
        found += 1
        yield frame


def _drain(source: FrameSource, until: float) -> None:
    """Let frames go by, so that the next one is fresh."""
    while (left := until - time.monotonic()) > 0:
        with suppress(NoFrameInTimeError):
            source.skip(min(left, READ_S))
