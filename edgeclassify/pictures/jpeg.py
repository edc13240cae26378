"""A frame and what is known of it → an image with its caption → JPEG. The one place that codes pixels."""

import json
import math
import struct
from collections.abc import Mapping

import cv2
import numpy as np

from edgeclassify.contract.encoding import rfc3339
from edgeclassify.errors import ImageError
from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.pictures.caption import BACKGROUND, COLOURS, Caption, CaptionStrip, accent
from edgeclassify.pictures.outlines import outline, write_name
from edgeclassify.pixels import region_bgr, roi_rect, to_bgr
from edgeclassify.types import FULL_FRAME, Frame, Pixels, Roi

LONGEST_SIDE = 4096
"""Larger frames are scaled down: nobody needs them behind an event, and a JPEG ends at 65,535."""
NARROWEST = 320
"""Pixels that the caption needs: smaller frames are enlarged, and narrower ones get bars at their sides."""
_NARROWEST_SHRUNK = 192
_ENLARGED = 640
"""Longest side of a small frame that was enlarged."""

_QUALITIES = (70, 55, 40)
"""Tried in turn where an image is too large; below these it is made smaller instead."""
_LAST_QUALITY = 20
"""For the smallest size alone, where nothing else is left."""
_SMALLEST_SIDE = 48
"""Pixels of the longer side: a smaller image shows nothing."""
_LONGEST_COMMENT_LABEL = 120
_LONGEST_ORIGIN = 1000


@dataclass(frozen=True, slots=True)
class Jpeg:
    """A whole JPEG file, and the size of its image in pixels."""

    data: bytes
    width: int
    height: int


class Drawing:
    """A frame with its caption, to be coded in several qualities and sizes. Never writes into the frame's pixels.

    `captioned` False: the frame as it is, without strip and outline. The file's comment holds the caption anyway.
    Raises ImageError where the frame's pixels do not have the shape that its format and size ask for.
    """

    def __init__(self, frame: Frame, roi: Roi, caption: Caption, *, captioned: bool = True) -> None:
        self._pixels = to_bgr(frame)
        self._roi, self._caption, self._captioned = roi, caption, captioned
        self._comment = _comment(caption)
        scale = _natural_scale(frame.width, frame.height)
        self._scale = scale if captioned else min(1.0, scale)

    def render(self, shrink: float = 1.0) -> Pixels:
        """The image as BGR, uint8 (height, width, 3): the whole frame, the region outlined, the caption below.

        `shrink`: factor on its sides, at most 1; the caption is written anew, so that it stays readable.
        """
        source_height, source_width = self._pixels.shape[:2]
        scale = self._scale * shrink
        width, height = max(1, round(source_width * scale)), max(1, round(source_height * scale))
        if not self._captioned:
            return _resized(self._pixels, width, height)
        canvas_width = max(width, NARROWEST if shrink == 1.0 else _NARROWEST_SHRUNK)
        strip = CaptionStrip(self._caption, canvas_width, height)
        canvas = np.empty((height + strip.height, canvas_width, 3), np.uint8)
        left = (canvas_width - width) // 2
        canvas[:height, :left] = canvas[:height, left + width :] = BACKGROUND
        image = canvas[:height, left : left + width]
        image[...] = _resized(self._pixels, width, height)
        if self._roi != FULL_FRAME:
            outline(image, roi_rect(width, height, self._roi), accent(self._caption))
        strip.draw(canvas[height:])
        return canvas

    def jpeg(self, quality: int) -> Jpeg:
        """At full size."""
        return _encode(self.render(), quality, self._comment)

    def jpeg_within(self, quality: int, max_bytes: int) -> Jpeg | None:
        """The best that has at most `max_bytes`: coarser first, then smaller. None: no readable one has."""
        image = self.render()
        for coarser in [quality, *(step for step in _QUALITIES if step < quality)]:
            jpeg = _encode(image, coarser, self._comment)
            if len(jpeg.data) <= max_bytes:
                return jpeg
        lowest, shrink, smallest = min(quality, _QUALITIES[-1]), 1.0, self._smallest_shrink()
        while shrink > smallest:
            # Bytes go about with the area; 0.95, since small images take more bytes per pixel.
            shrink = max(smallest, shrink * min(0.9, 0.95 * math.sqrt(max_bytes / len(jpeg.data))))
            image = self.render(shrink)
            jpeg = _encode(image, lowest, self._comment)
            if len(jpeg.data) <= max_bytes:
                return jpeg
        jpeg = _encode(image, min(quality, _LAST_QUALITY), self._comment)
        return jpeg if len(jpeg.data) <= max_bytes else None

    def _smallest_shrink(self) -> float:
        longer = int(max(self._pixels.shape[:2]))
        return min(1.0, _SMALLEST_SIDE / (longer * self._scale))


def aiming_jpeg(frame: Frame, views: Mapping[str, Roi], quality: int = 90) -> Jpeg:
    """The whole frame in its own size, with each view's region outlined and named: for aiming a camera.

    Raises ImageError where the frame's pixels are not as its format and size say.
    """
    canvas = to_bgr(frame).copy()
    height, width = canvas.shape[:2]
    for number, (name, roi) in enumerate(views.items()):
        rect, colour = roi_rect(width, height, roi), COLOURS[number % len(COLOURS)]
        if roi != FULL_FRAME:
            outline(canvas, rect, colour)
            write_name(canvas, name, (rect.x, rect.y), colour)
    return _encode(canvas, quality, b"edgeclassify snapshot")


def frame_jpeg(frame: Frame, quality: int, longest_side: int = LONGEST_SIDE, *, in_a_hurry: bool = False) -> Jpeg:
    """The frame for people as it is, or so much smaller that it is no longer than `longest_side`.

    `in_a_hurry`: made smaller in a quarter of the time, a little rougher; for one of many. The file's comment says
    whose it is, and of when. Raises ImageError where the frame's pixels are not as its format and size say.
    """
    shown = frame.shown
    pixels, scale = to_bgr(shown), min(1.0, longest_side / max(shown.width, shown.height))
    body: dict[str, object] = {
        "camera": frame.camera, "ts": rfc3339(frame.captured_at), "captured_at_ns": frame.captured_at_ns,
    }  # fmt: skip
    if frame.origin is not None:
        body["origin"] = frame.origin[-_LONGEST_ORIGIN:]
    comment = json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")
    width, height = max(1, round(shown.width * scale)), max(1, round(shown.height * scale))
    resized = _resized_quickly if in_a_hurry else _resized
    return _encode(resized(pixels, width, height), quality, comment)


def image_jpeg(image: Pixels, quality: int, comment: bytes) -> Jpeg:
    """A drawn image, BGR uint8 (height, width, 3), with that comment in its file.

    Raises ImageError where it can't be coded: its sides end at 65,535.
    """
    return _encode(image, quality, comment)


def image_png(image: Pixels) -> bytes:
    """A drawn chart, BGR uint8 (height, width, 3), as a PNG file: flat areas and letters stay sharp.

    Raises ImageError where it can't be coded.
    """
    is_coded, data = cv2.imencode(".png", image)
    if not is_coded:
        raise ImageError(f"a picture of {image.shape[1]}x{image.shape[0]} can't be coded as PNG.")
    return bytes(data.tobytes())


def region_jpeg(frame: Frame, region: Roi, quality: int, longest_side: int) -> Jpeg:
    """A region of the frame for people and no more of it, at most `longest_side` pixels long, without a comment.

    Raises ImageError where the frame's pixels are not as its format and size say.
    """
    return _encode(np.ascontiguousarray(region_bgr(frame.shown, region, longest_side)), quality)


def _natural_scale(width: int, height: int) -> float:
    """1, less for very large frames, a whole number above 1 for very small ones."""
    longest = max(width, height)
    if longest > LONGEST_SIDE:
        return LONGEST_SIDE / longest
    return float(max(1, min(math.ceil(NARROWEST / width), _ENLARGED // longest)))


def _resized(pixels: Pixels, width: int, height: int) -> Pixels:
    if pixels.shape[:2] == (height, width):
        return pixels
    grows = width > pixels.shape[1]
    method = cv2.INTER_CUBIC if grows else cv2.INTER_AREA
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=method), np.uint8)


def _resized_quickly(pixels: Pixels, width: int, height: int) -> Pixels:
    """By a whole number first, which is quick, and the rest without a mean over parts of pixels, which is not."""
    whole = min(pixels.shape[1] // width, pixels.shape[0] // height)
    if whole > 1:
        # What is over at the edges of a size that is no multiple is spread over all.
        pixels = _resized(pixels, pixels.shape[1] // whole, pixels.shape[0] // whole)
    if pixels.shape[:2] == (height, width):
        return pixels
    return np.asarray(cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR), np.uint8)


def _encode(image: Pixels, quality: int, comment: bytes | None = None) -> Jpeg:
    is_coded, data = cv2.imencode(".jpg", image, [cv2.IMWRITE_JPEG_QUALITY, quality])
    if not is_coded:
        raise ImageError(f"a picture of {image.shape[1]}x{image.shape[0]} can't be coded as JPEG.")
    coded = data.tobytes() if comment is None else _with_comment(data.tobytes(), comment)
    return Jpeg(coded, image.shape[1], image.shape[0])


def _comment(caption: Caption) -> bytes:
    """What the image shows, as JSON in UTF-8, with the labels as they are."""
    body = {
        "view": caption.view,
        "event_type": caption.event_type,
        "id": caption.event_id,
        "seq": caption.seq,
        "label": caption.label[:_LONGEST_COMMENT_LABEL],
        "score": round(caption.score, 4),
        "ts": rfc3339(caption.captured_at),
        "model": caption.model[:_LONGEST_COMMENT_LABEL],
    }
    if caption.origin is not None:
        body["origin"] = caption.origin[-_LONGEST_ORIGIN:]
    return json.dumps(body, ensure_ascii=False).encode("utf-8", "replace")


def _with_comment(jpeg: bytes, comment: bytes) -> bytes:
    """The file with a COM segment (ITU-T T.81, B.2.4.5) after the JFIF header, which must stay the first."""
    at = 2
    if jpeg[2:4] == b"\xff\xe0":
        at += 2 + int(struct.unpack(">H", jpeg[4:6])[0])
    return jpeg[:at] + b"\xff\xfe" + struct.pack(">H", len(comment) + 2) + comment + jpeg[at:]
