"""Where a view looks: a square around what moves in its region, for as long as that is there; else the region."""

import math
from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.scene.motion.detector import Motion
from edgeclassify.types import Frame, Roi

PADDING = 1.0
"""The square's side, as against the longer side of what moves, which is found a twelfth too large. More of what is
around it costs more right labels than it brings: python -m tests.bench.look."""
LEAST_SIDE = 0.2
"""Its least side as a fraction of the frame's shorter side: in less than that a model sees pixels."""
MOST_OF_REGION = 0.75
"""What takes more of the region's shorter side is no detail of it: then the view looks at the whole of it."""
STAYS_S = 3.0
"""Seconds for which it looks where something was, before it looks at the whole again."""
FOLLOWS_S = 0.2
"""Time constant with which it follows what moves."""
SLACK = 0.15
"""Of its side: by less than that the square does not move and hardly grows, so that what rests is seen alike."""
_JOINED = np.ones((5, 5), np.uint8)
"""Pixels of the small luma that are so close belong to one."""
_STEPS = 64
"""Squares begin and end at such fractions of the frame."""

Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True)
class Square:
    """In pixels of the frame: its centre and side."""

    x: float
    y: float
    side: float

    def is_near(self, other: "Square") -> bool:
        """True where it would be as good to look there."""
        off = max(abs(self.x - other.x), abs(self.y - other.y))
        return off <= SLACK * self.side and abs(math.log(other.side / self.side)) <= SLACK

    def covers(self, other: "Square") -> bool:
        """True where the other one's centre is in it."""
        return max(abs(self.x - other.x), abs(self.y - other.y)) <= self.side / 2

    def towards(self, other: "Square", share: float) -> "Square":
        """Such a share of the way to the other one."""
        return Square(
            self.x + share * (other.x - self.x),
            self.y + share * (other.y - self.y),
            self.side + share * (other.side - self.side),
        )


class Attention:
    """Of one view; used by one thread. `region`: the view's own."""

    def __init__(self, region: Roi) -> None:
        self._region = region
        self._square: Square | None = None
        self._seen_ns = self._at_ns = 0

    def go_along(self, region: Roi) -> None:
        """The view's region is there by now."""
        self._region = region

    def look(self, frame: Frame, foreground: Mask, motion: Motion, at_ns: int) -> Roi:
        """The part of the frame to look at. `foreground`: the pixels of its small luma that are no background."""
        seconds, self._at_ns = (at_ns - self._at_ns) / 1e9, at_ns
        if seconds < 0:
            self._square = None
        found = self._find(frame, foreground, motion)
        if found is not None:
            self._follow(found, seconds)
            self._seen_ns = at_ns
        elif at_ns - self._seen_ns > STAYS_S * 1e9:
            self._square = None
        return self._region if self._square is None else self._within(self._square, frame)

    def _find(self, frame: Frame, foreground: Mask, motion: Motion) -> Square | None:
        """The largest that moves in the region; where nothing does, what is still where it looks."""
        height, width = foreground.shape
        inside = _inside(foreground, self._region)
        if not inside.any():
            return None
        joined = cv2.morphologyEx(inside.astype(np.uint8), cv2.MORPH_CLOSE, _JOINED)
        count, labels, boxes, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
        moved = cv2.resize(motion.windows.astype(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST)
        moving = np.bincount(labels[(moved > 0) & inside], minlength=count)
        moving[0] = 0
        across, down = frame.width / width, frame.height / height
        if moving.any():
            return _square_of(boxes[int(moving.argmax())], across, down)
        rests = [_square_of(box, across, down) for box in boxes[1:]]
        where = self._square
        return None if where is None else next((one for one in rests if where.covers(one)), None)

    def _follow(self, found: Square, seconds: float) -> None:
        before = self._square
        if before is None or not before.covers(found):
            self._square = found
        elif not before.is_near(found):
            self._square = before.towards(found, 1 - math.exp(-seconds / FOLLOWS_S))

    def _within(self, square: Square, frame: Frame) -> Roi:
        """The square as a part of the frame that lies within the region."""
        region = self._region
        width, height = region.width * frame.width, region.height * frame.height
        side = max(PADDING * square.side, LEAST_SIDE * min(frame.width, frame.height))
        if side > MOST_OF_REGION * min(width, height):
            return region
        left, top = region.x * frame.width, region.y * frame.height
        x = min(max(square.x - side / 2, left), left + width - side)
        y = min(max(square.y - side / 2, top), top + height - side)
        return _in_steps(Roi(x / frame.width, y / frame.height, side / frame.width, side / frame.height), region)


def _inside(foreground: Mask, region: Roi) -> Mask:
    """What of it is in the region."""
    height, width = foreground.shape
    inside = np.zeros_like(foreground)
    rows = slice(int(region.y * height), math.ceil((region.y + region.height) * height - 1e-6))
    columns = slice(int(region.x * width), math.ceil((region.x + region.width) * width - 1e-6))
    inside[rows, columns] = foreground[rows, columns]
    return inside


def _square_of(box: NDArray[np.int32], across: float, down: float) -> Square:
    """Around left, top, width, height of the small luma; `across`, `down`: pixels of the frame for one of its."""
    left, top, width, height = (int(value) for value in box[:4])
    return Square((left + width / 2) * across, (top + height / 2) * down, max(width * across, height * down))


def _in_steps(roi: Roi, region: Roi) -> Roi:
    """At whole steps, so that what hardly moves is looked at alike."""
    x = max(region.x, round(roi.x * _STEPS) / _STEPS)
    y = max(region.y, round(roi.y * _STEPS) / _STEPS)
    stepped = Roi(x, y, math.ceil(roi.width * _STEPS) / _STEPS, math.ceil(roi.height * _STEPS) / _STEPS)
    return replace(
        stepped,
        width=min(stepped.width, region.x + region.width - x),
        height=min(stepped.height, region.y + region.height - y),
    )
