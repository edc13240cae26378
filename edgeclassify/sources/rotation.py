"""A source whose frames are turned or mirrored, for cameras that can't do it themselves."""

from dataclasses import replace

import cv2
import numpy as np

from edgeclassify.pixels import PLANAR, chroma_planes
from edgeclassify.sources.interface import FrameSource
from edgeclassify.sources.support.delegating import DelegatingSource
from edgeclassify.types import Frame, Pixels

_CLOCKWISE = {90: cv2.ROTATE_90_CLOCKWISE, 180: cv2.ROTATE_180, 270: cv2.ROTATE_90_COUNTERCLOCKWISE}


def turned(frame: Frame, rotation: int, hflip: bool = False, vflip: bool = False) -> Frame:
    """The frame mirrored, then turned clockwise by `rotation` degrees (0, 90, 180, 270); its pixels are copied."""
    width, height = frame.width, frame.height
    size = (height, width) if rotation in (90, 270) else (width, height)
    if frame.pixel_format in PLANAR:
        pixels = np.empty((size[1] * 3 // 2, size[0]), np.uint8)
        pixels[: size[1]] = _turn(frame.pixels[:height, :width], rotation, hflip, vflip)
        into = chroma_planes(pixels, size[1], frame.pixel_format)
        for plane, target in zip(chroma_planes(frame.pixels, height, frame.pixel_format), into, strict=True):
            target[...] = _turn(plane[:, : width // 2], rotation, hflip, vflip)
    else:
        pixels = _turn(frame.pixels, rotation, hflip, vflip)
    main = frame.main
    return replace(
        frame,
        pixels=pixels,
        width=size[0],
        height=size[1],
        main=None if main is None else lambda: turned(main(), rotation, hflip, vflip),
    )


def _turn(pixels: Pixels, rotation: int, hflip: bool, vflip: bool) -> Pixels:
    if hflip or vflip:
        pixels = np.asarray(cv2.flip(pixels, -1 if hflip and vflip else 1 if hflip else 0), np.uint8)
    if rotation:
        pixels = np.asarray(cv2.rotate(pixels, _CLOCKWISE[rotation]), np.uint8)
    return pixels


class RotatedSource(DelegatingSource):
    """Frames of another source, turned: one copy of each that is read."""

    def __init__(self, source: FrameSource, rotation: int, hflip: bool, vflip: bool) -> None:
        super().__init__(source)
        self._turn = (rotation, hflip, vflip)

    def read(self, timeout_s: float) -> Frame | None:
        """The source's next frame, turned."""
        frame = self.source.read(timeout_s)
        return None if frame is None else turned(frame, *self._turn)

    def adopt(self, other: FrameSource) -> bool:
        """As of the source, where the turn stays."""
        return isinstance(other, RotatedSource) and other._turn == self._turn and self.source.adopt(other.source)
