"""Which of a device's modes is used: format, size and frame rate. Pure functions."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Literal

from edgeclassify.documents.faults import listed
from edgeclassify.errors import SourceSetupError
from edgeclassify.sources.video.v4l2 import Mode

DEFAULT_FPS = 10.0
"""What a mode should reach where the config asks for nothing."""
SLACK = 0.99
"""29.97 is as good as 30."""
UNCOMPRESSED = ("YUYV",)
COMPRESSED = ("MJPG", "JPEG")

Wanted = Literal["auto", "mjpg", "yuyv"]
Size = tuple[int, int]


def choose_mode(
    modes: Sequence[Mode], *, path: str, wanted: Wanted, size: Size | None, fps: float | None, side: int
) -> Mode:
    """The mode to use, of the size to use.

    `size` and `fps` as the config asks; without a size the smallest whose shorter side has `side` pixels, or the
    largest. Uncompressed where that is fast enough, since a JPEG costs quality and a decode; else MJPG, since
    USB 2 has no room for larger uncompressed frames. Raises SourceSetupError where the device has no such mode,
    with the nearest one.
    """
    possible = _of_format(modes, path, wanted)
    sized = [mode for mode in (_in_size(mode, size) for mode in possible) if mode is not None]
    if size is None:
        sized = _smallest(possible, side)
    if not sized:
        assert size is not None, "without a size there is always one"
        nearest = min(possible, key=lambda mode: abs(mode.width - size[0]) + abs(mode.height - size[1]))
        sizes = sorted({(mode.width, mode.height) for mode in possible})
        raise SourceSetupError(
            f"{path}: size: expected one of {listed(f'{w}x{h}' for w, h in sizes)}; found {size[0]}x{size[1]}. "
            f"Nearest: [{nearest.width}, {nearest.height}]."
        )
    rate = DEFAULT_FPS if fps is None else fps
    fast = [mode for mode in sized if not mode.rates or mode.rates[0] >= rate * SLACK]
    if not fast and fps is not None:
        fastest = max(mode.rates[0] for mode in sized)
        raise SourceSetupError(
            f"{path}: fps: expected at most {fastest:g} in {sized[0].width}x{sized[0].height}; found {fps:g}. "
            "Ask for less, or for a smaller size."
        )
    return min(fast or sized, key=_preference)


def nearest_rate(mode: Mode, fps: float) -> float:
    """The slowest of the mode's frame rates that is not slower than `fps`; `fps` itself where none is stated."""
    return min((rate for rate in mode.rates if rate >= fps * SLACK), default=fps)


def _of_format(modes: Sequence[Mode], path: str, wanted: Wanted) -> list[Mode]:
    there = list(dict.fromkeys(mode.fourcc for mode in modes))
    names = {"mjpg": COMPRESSED, "yuyv": UNCOMPRESSED}.get(wanted, tuple(there))
    possible = [mode for mode in modes if mode.fourcc in names]
    if not possible:
        raise SourceSetupError(
            f"{path}: format: expected one of {listed(there) or '(none at all)'}, which the camera has; "
            f"found {wanted}. Use auto."
        )
    if wanted == "auto":
        known = [mode for mode in possible if mode.fourcc in UNCOMPRESSED + COMPRESSED]
        return known or possible
    return possible


def _in_size(mode: Mode, size: Size | None) -> Mode | None:
    """The mode in this size, if it has it."""
    if size is None or (mode.width, mode.height) == size:
        return mode
    if mode.step and all(least <= side for least, side in zip(mode.least, size, strict=True)):
        fits = size[0] <= mode.width and size[1] <= mode.height
        if fits and all((side - least) % mode.step == 0 for least, side in zip(mode.least, size, strict=True)):
            return replace(mode, width=size[0], height=size[1])
    return None


def _smallest(modes: Sequence[Mode], side: int) -> list[Mode]:
    """The modes of the smallest size that is large enough, and no stamp; of the largest where none is."""
    side = max(side, 240)
    large = [mode for mode in modes if min(mode.width, mode.height) >= side]
    best = min(large, key=_area) if large else max(modes, key=_area)
    if best.step:  # any size: the shape of 4:3 sensors
        height = min(best.height, side + side % 2)
        return [replace(best, width=min(best.width, height * 4 // 3 // 2 * 2), height=height)]
    return [mode for mode in modes if (mode.width, mode.height) == (best.width, best.height)]


def _area(mode: Mode) -> int:
    return mode.width * mode.height


def _preference(mode: Mode) -> int:
    order = (*UNCOMPRESSED, *COMPRESSED)
    return order.index(mode.fourcc) if mode.fourcc in order else len(order)
