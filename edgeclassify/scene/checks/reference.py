"""What a camera's picture is like in the long term: its edges, their strength, its detail and light.

Frames are compared with it, and it follows what stays: the sun's way, leaves, furniture. A frame that something is
found wrong with is never learned.
"""

import base64
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np

from edgeclassify.scene.checks.structure import (
    BLOCK_COLUMNS,
    BLOCK_ROWS,
    GRID_COLUMNS,
    GRID_ROWS,
    Blocks,
    Edges,
    Structure,
    spectrum_of,
)

MATURE_S, MATURE_FRAMES = 10.0, 10
"""So much must have been learned before anything is compared with it."""
FOLLOWS_S = 600.0
"""Time constant with which the reference follows the picture once it is as old as that."""
LIGHTS = (0.05, 0.1, 0.2, 0.4)
"""Levels of brightness (0-1) between which light counts as similar: in dim light, noise passes for detail."""
_VERSION = 1


@dataclass(frozen=True, eq=False)
class Reference:
    """The long-term picture. `age_s`, `frames`: how much it was learned from. `detail`: light → Structure.detail.

    `likeness`: the usual coherence of a frame with it.
    """

    edges: Edges
    energy: Blocks
    brightness: float
    bright_share: float
    likeness: float
    detail: Mapping[int, float]
    age_s: float = 0.0
    frames: int = 1

    @staticmethod
    def of(structure: Structure) -> "Reference":
        """A new one, of one frame."""
        statistics = structure.statistics
        return Reference(
            structure.edges, structure.energy, statistics.mean, statistics.bright_share, 1.0,
            {light_of(statistics.mean): structure.detail},
        )  # fmt: skip

    @cached_property
    def spectrum(self) -> Edges:
        """Of its edges, for `shift_between`."""
        return spectrum_of(self.edges)

    @property
    def mature(self) -> bool:
        """True where frames may be judged by it."""
        return self.age_s >= MATURE_S and self.frames >= MATURE_FRAMES

    def detail_in(self, brightness: float) -> float:
        """The usual detail in such light; where that is not known yet, the least of any."""
        return self.detail.get(light_of(brightness), min(self.detail.values()))

    def followed(self, structure: Structure, coherence: float, elapsed_s: float) -> "Reference":
        """The reference with one more frame in it, which was so coherent with it, so long after the one before."""
        age_s = self.age_s + elapsed_s
        # At first the mean of all frames, then one that forgets.
        weight = max(1 / (self.frames + 1), min(0.5, elapsed_s / FOLLOWS_S))
        statistics, light = structure.statistics, light_of(structure.statistics.mean)
        known = self.detail.get(light, structure.detail)
        return Reference(
            edges=_blend(self.edges, structure.edges, weight),
            energy=_blend(self.energy, structure.energy, weight),
            brightness=self.brightness + weight * (statistics.mean - self.brightness),
            bright_share=self.bright_share + weight * (statistics.bright_share - self.bright_share),
            likeness=self.likeness + weight * (coherence - self.likeness),
            detail={**self.detail, light: known + weight * (structure.detail - known)},
            age_s=age_s,
            frames=self.frames + 1,
        )

    # --- on disk ---------------------------------------------------------------------------------------

    def document(self) -> dict[str, Any]:
        """It as JSON: what `of_document` takes."""
        edges = np.round(np.clip(self.edges, -1, 1) * 127).astype(np.int8)
        return {
            "v": _VERSION,
            "edges": base64.b64encode(edges.tobytes()).decode(),
            "energy": [round(float(value), 6) for value in self.energy.ravel()],
            "brightness": round(self.brightness, 4),
            "bright_share": round(self.bright_share, 4),
            "likeness": round(self.likeness, 4),
            "detail": {str(light): value for light, value in self.detail.items()},
            "age_s": round(self.age_s, 1),
            "frames": self.frames,
        }

    @staticmethod
    def of_document(document: Any) -> "Reference":
        """What was written. Raises ValueError, TypeError, KeyError or AttributeError where it is damaged."""
        if document["v"] != _VERSION:
            raise ValueError(f'expected "v": {_VERSION}')
        bytes_ = base64.b64decode(document["edges"], validate=True)
        values = np.frombuffer(bytes_, np.int8).reshape(GRID_ROWS, GRID_COLUMNS, 2)
        edges: Edges = np.asarray(values / 127, np.float32)
        energy = np.array(document["energy"], np.float32).reshape(BLOCK_ROWS, BLOCK_COLUMNS)
        detail = {int(light): float(value) for light, value in document["detail"].items()}
        found = Reference(
            edges, energy, float(document["brightness"]), float(document["bright_share"]),
            float(document["likeness"]), detail, float(document["age_s"]), int(document["frames"]),
        )  # fmt: skip
        figures = (found.brightness, found.bright_share, found.likeness, found.age_s, *detail.values())
        if not detail or not np.isfinite(energy).all() or not np.isfinite(figures).all() or found.frames < 1:
            raise ValueError("expected finite figures")
        return found


def light_of(brightness: float) -> int:
    """Which light a brightness (0-1) belongs to: an index, the darkest 0."""
    return sum(brightness >= level for level in LIGHTS)


def _blend(before: Edges, now: Edges, weight: float) -> Edges:
    return np.asarray(cv2.addWeighted(now, weight, before, 1 - weight, 0), np.float32)
