"""The structure of a picture: where its edges are, how strong and how fine, whatever the light."""

from functools import cache, cached_property

import cv2
import numpy as np
from numpy.typing import NDArray

from edgeclassify.lazy_dataclass import dataclass
from edgeclassify.scene.statistics import FrameStatistics

Edges = NDArray[np.float32]
"""float32 (GRID_ROWS, GRID_COLUMNS, 2): the gradient of each cell along x and y, its length 0-1."""
Blocks = NDArray[np.float32]
"""float32 (BLOCK_ROWS, BLOCK_COLUMNS): one figure for each part of the picture."""

GRID_COLUMNS, GRID_ROWS = 64, 48
BLOCK_COLUMNS, BLOCK_ROWS = 8, 6
_DARK_OFFSET = 0.1
"""Added to luma (0-1) before its logarithm: below that, noise would count as structure."""
_HALF_LENGTH = 0.03
"""A gradient (of the logarithm, per cell) that counts half: strong edges count no more than clear ones."""
_FINE_LONGEST = 192
"""The longer side, in pixels, of the picture whose finest detail shows the focus: in larger ones it is noise."""


@dataclass(frozen=True, eq=False)
class Structure:
    """Of one frame. `edges`: soft-clipped gradients; `energy`: the mean square of those of each block."""

    edges: Edges
    energy: Blocks
    statistics: FrameStatistics

    @cached_property
    def detail(self) -> float:
        """How much of the picture's contrast is fine: the larger, the sharper; comparable for one scene only.

        The variance of the Laplacian as a share of the luma's own. 0: there is no contrast.
        """
        fine = self.statistics.medium
        if max(fine.shape) > _FINE_LONGEST:
            fine = np.asarray(
                cv2.resize(fine, (fine.shape[1] // 2, fine.shape[0] // 2), interpolation=cv2.INTER_AREA)
            )
        contrast = float(cv2.meanStdDev(fine)[1][0, 0])
        if not contrast:
            return 0.0
        return (float(cv2.meanStdDev(cv2.Laplacian(fine, cv2.CV_16S))[1][0, 0]) / contrast) ** 2


def structure_of(statistics: FrameStatistics) -> Structure:
    """The structure of a frame. Of the logarithm of its luma: so a change of light is a change of level alone."""
    small = cv2.resize(statistics.small, (GRID_COLUMNS, GRID_ROWS), interpolation=cv2.INTER_LINEAR)
    level = cv2.LUT(small, _levels(statistics.black, statistics.white))
    x = cv2.Sobel(level, cv2.CV_32F, 1, 0, ksize=3, scale=1 / 8)
    y = cv2.Sobel(level, cv2.CV_32F, 0, 1, ksize=3, scale=1 / 8)
    length = cv2.magnitude(x, y)
    weight = 1 / (length + np.float32(_HALF_LENGTH))
    edges = np.asarray(cv2.merge((x * weight, y * weight)), np.float32)
    return Structure(edges, blocks_of(np.asarray(length * length, np.float32)), statistics)


def blocks_of(cells: NDArray[np.float32]) -> Blocks:
    """The mean of the cells of each block."""
    return np.asarray(cv2.resize(cells, (BLOCK_COLUMNS, BLOCK_ROWS), interpolation=cv2.INTER_AREA), np.float32)


def coherence(one: Edges, other: Edges) -> float:
    """How alike the edges of two pictures are: 1 the same, 0 nothing in common, below 0 the reverse."""
    scale = float(np.sqrt(np.vdot(one, one) * np.vdot(other, other)))
    return float(np.vdot(one, other)) / scale if scale else 0.0


def block_coherence(one: Edges, other: Edges) -> Blocks:
    """The same for each block by itself."""
    scale = np.sqrt(blocks_of(_dot(one, one)) * blocks_of(_dot(other, other)))
    return np.asarray(blocks_of(_dot(one, other)) / np.maximum(scale, 1e-9), np.float32)


def _dot(one: Edges, other: Edges) -> NDArray[np.float32]:
    return np.asarray(one[:, :, 0] * other[:, :, 0] + one[:, :, 1] * other[:, :, 1], np.float32)


@cache
def _levels(black: int, white: int) -> NDArray[np.float32]:
    """The logarithm of the light that each luma value stands for (0-1, from _DARK_OFFSET on)."""
    values = (np.arange(256, dtype=np.float32) - black) / (white - black)
    return np.asarray(np.log(np.clip(values, 0, 1) + _DARK_OFFSET), np.float32)


@cache
def _signs() -> NDArray[np.float32]:
    """1 and -1 like the fields of a chess board: what half the frame's shift makes of a spectrum."""
    rows, columns = np.indices((GRID_ROWS, GRID_COLUMNS))
    return np.asarray(1 - 2 * ((rows + columns) % 2), np.float32)[:, :, None]


@dataclass(frozen=True, slots=True)
class Registration:
    """How far the picture has shifted: `x` to the right, `y` down, in fractions of the frame's width and height.

    `coherence`: how alike the pictures are once that is undone.
    """

    x: float
    y: float
    coherence: float

    @property
    def length(self) -> float:
        """The larger of both ways, as a fraction of the frame."""
        return max(abs(self.x), abs(self.y))


def spectrum_of(edges: Edges) -> Edges:
    """What `shift_between` needs of a picture: its spectrum, with signs that put no shift into the middle."""
    return np.asarray(cv2.dft(edges) * _signs(), np.float32)


def shift_between(before: Edges, now: Edges, most: float, spectrum: Edges | None = None) -> Registration:
    """The shift of at most `most` (fraction of the frame, both ways) under which the edges are most alike.

    By cross-correlation of both gradient fields, each taken as one complex number per cell. `spectrum`: that of
    `before`, where it is known.
    """
    product = cv2.mulSpectrums(cv2.dft(now), spectrum_of(before) if spectrum is None else spectrum, 0, conjB=True)
    surface = cv2.extractChannel(cv2.dft(product, flags=cv2.DFT_INVERSE | cv2.DFT_SCALE), 0)
    rows, columns = int(most * GRID_ROWS), int(most * GRID_COLUMNS)
    middle_row, middle_column = GRID_ROWS // 2, GRID_COLUMNS // 2
    window = surface[
        middle_row - rows : middle_row + rows + 1, middle_column - columns : middle_column + columns + 1
    ]
    column, row = cv2.minMaxLoc(window)[3]
    y = row - rows + _between(window[:, column], row)
    x = column - columns + _between(window[row], column)
    overlap = (1 - abs(y) / GRID_ROWS) * (1 - abs(x) / GRID_COLUMNS)
    scale = float(np.sqrt(np.vdot(before, before) * np.vdot(now, now))) * overlap
    return Registration(x / GRID_COLUMNS, y / GRID_ROWS, float(window[row, column]) / scale if scale else 0.0)


def _between(values: NDArray[np.float32], best: int) -> float:
    """Where between two cells the peak is, by the parabola through its neighbours: -0.5 to 0.5."""
    if not 0 < best < len(values) - 1:
        return 0.0
    left, middle, right = (float(value) for value in values[best - 1 : best + 2])
    bend = left - 2 * middle + right
    return 0.5 * (left - right) / bend if bend < 0 else 0.0
